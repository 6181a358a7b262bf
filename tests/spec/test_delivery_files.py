"""The deliveries that ship: all there, all readable, and every figure with its source and date."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analysis.errors import SpecificationError
from assistant.deliveries import load_delivery, read_delivery
from assistant.delivery_library import built_in
from mastering.delivery_specs import Anchor
from references import DELIVERIES

ROOT = Path(__file__).parents[2]

SHIPPED = {
    *("streaming", "spotify", "apple-music", "youtube", "tidal", "amazon", "deezer", "soundcloud", "qobuz", "bandcamp"),
    *("club", "podcast", "broadcast-r128", "broadcast-a85", "cd", "vinyl", "cassette", "archive"),
}
WORDS = {"name", "title", "source", "date", "sources", "naming", "container", "containers", "playback_of"}
"""Keys that hold no figure, whatever digits are in them."""

OWN = 'name = "radio"\ntitle = "Our station"\nceiling_dbtp = -1\nsource = "a letter"\ndate = "2026-01"\n'


def is_figure(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, list):
        return any(map(is_figure, value))
    return isinstance(value, int | float) or (isinstance(value, str) and any(map(str.isdigit, value)))


def figures(table: dict[str, Any], path: str = "") -> Iterator[str]:
    """Path of every figure of a delivery's file; entries of an array of tables by their name, or their place."""
    for key, value in table.items():
        if key in WORDS:
            continue
        here = f"{path}{key}"
        if isinstance(value, dict):
            yield from figures(value, f"{here}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for number, entry in enumerate(value, 1):
                name = entry.get("name", number)
                yield from figures(entry, f"{here}.{name}.")
        elif is_figure(value):
            yield here


def unsourced(file: dict[str, Any]) -> list[str]:
    """Figures for which neither they themselves nor a table they stand in has a source."""
    known = set(file.get("sources", {}))

    def has_one(path: str) -> bool:
        parts = path.split(".")
        return any(".".join(parts[:count]) in known for count in range(1, len(parts) + 1))

    return [path for path in figures(file) if not has_one(path)]


def test_all_that_was_promised_ships() -> None:
    assert set(built_in()) >= SHIPPED


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_every_figure_has_a_source_and_a_date(name: str) -> None:
    file = tomllib.loads((DELIVERIES / f"{name}.toml").read_text(encoding="utf-8"))
    assert unsourced(file) == []
    for path, source in file["sources"].items():
        assert set(source) == {"text", "date", "kind"}, path
        told = [*figures(file), "accepts.plain_wav"]
        assert any(path == figure or figure.startswith(f"{path}.") for figure in told), f"{path} is no figure"
    assert read_delivery(name).name == name


def test_the_test_finds_figures_without_a_source() -> None:
    file = tomllib.loads((DELIVERIES / "spotify.toml").read_text(encoding="utf-8"))
    for key in ("ceiling_dbtp", "codecs", "encoding", "accepts.bits", "playback.loud"):
        without = file | {"sources": {path: text for path, text in file["sources"].items() if path != key}}
        assert unsourced(without)
        assert all(path == key or path.startswith(f"{key}.") for path in unsourced(without))


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_every_file_makes_a_delivery(name: str) -> None:
    spec = load_delivery(name)
    assert spec.name == name
    assert all(other in SHIPPED and read_delivery(other).playback for other in read_delivery(name).playback_of)


def test_what_services_say_is_what_the_files_say() -> None:
    normal, loud, quiet = load_delivery("spotify").playback
    assert [mode.target_lufs for mode in (normal, loud, quiet)] == [-14, -11, -19]
    assert (normal.headroom_dbtp, loud.headroom_dbtp, loud.limiter_dbfs) == (-1, None, -1)
    assert load_delivery("tidal").anchor is Anchor.LOUDEST_TRACK
    assert [load_delivery(name).loudness_lufs for name in ("broadcast-r128", "broadcast-a85")] == [-23, -24]
    streaming = load_delivery("streaming")
    assert {mode.service for mode in streaming.playback} == {
        *("Spotify", "Apple Music", "YouTube", "Tidal", "Amazon Music", "Deezer", "SoundCloud"),
    }
    assert (streaming.loudness_lufs, streaming.ceiling_dbtp, streaming.anchor) == (-14, -1, Anchor.ALBUM)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("limiter_dbfs = -1", "limiter_dbfs is not a key that is known here"),
        ("[accepts]\nbit = [16]", "accepts.bit is not a key that is known here"),
        ("[accepts]\ncontainers = ['wma']", "accepts.containers[1] = 'wma' must be 'wav', 'flac', "),
        ("[accepts]\nwanted_tags = ['composer']", "accepts.wanted_tags[1] = 'composer' must be 'title', 'artist', "),
        ("[[playback]]\nname = 'a'\nper = 'both'\nraises = true", "playback[1].target_lufs is missing"),
        (
            "[[playback]]\nname = 'a'\ntarget_lufs = 3\nper = 'track'\nraises = true",
            "playback[1].target_lufs = 3 must be -40 to -4 LUFS",
        ),
        (
            "[[playback]]\nname = 'a'\ntarget_lufs = -14\nper = 'song'\nraises = true",
            "playback[1].per = 'song' must be 'album', 'track' or 'both'",
        ),
        (
            2 * "[[playback]]\nname = 'a'\ntarget_lufs = -14\nper = 'track'\nraises = true\n",
            "playback has two modes called 'a': change the name of one",
        ),
        ("naming = '{number} {song}'", "naming = '{number} {song}' has the field 'song', which is not known: choose "),
        (
            "[sources]\nceiling = { text = 'a letter', date = '2026' }",
            "sources.ceiling names no key that is known here",
        ),
        ("[sources]\nceiling_dbtp = 'a letter'", "sources.ceiling_dbtp "),
        ("[sources]\nceiling_dbtp = { text = 'a letter' }", "sources.ceiling_dbtp.date is missing"),
        (
            "[sources]\nceiling_dbtp = { text = 'a letter', date = 'May 2026' }",
            "sources.ceiling_dbtp.date = 'May 2026' must match pattern",
        ),
    ],
)
def test_what_cannot_be_in_a_file_is_told_in_a_sentence(text: str, fault: str, tmp_path: Path) -> None:
    path = tmp_path / "radio.toml"
    path.write_text(f"{OWN}{text}\n")
    with pytest.raises(SpecificationError) as error:
        load_delivery(str(path))
    assert str(error.value).startswith(f"{path}: {fault}")
    assert str(error.value).endswith(".")


def test_specifications_are_read_without_heavy_libraries() -> None:
    """In an interpreter of its own: other tests may have imported them."""
    late = {"scipy.fft", "scipy.signal", "numba", "soundfile", "av", "mutagen", "librosa", "matplotlib", "sklearn"}
    program = (
        "import sys\nfrom assistant import delivery_commands\ndelivery_commands.list_all(as_json=True)\n"
        f"print(*sorted({late!r} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    assert '"name": "streaming"' in done.stdout
    assert done.stderr.split() == []
