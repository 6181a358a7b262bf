"""What is asked of a delivery is what the written files have; what cannot be asked is refused."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import numpy as np
import pytest
import soundfile

from assistant.delivery_library import built_in
from mastering.noise_shaping import Dither
from tests.albums import loudness_lufs, music, peak_dbtp
from tests.cli.calls import call, manifest, read, refused

MINE = """
name = "radio"
title = "Our station"
loudness_lufs = -16
ceiling_dbtp = -3
rate_hz = 48000
container = "flac"
encoding = "pcm_16"
source = "a letter"
date = "2026-01"
"""

FLOAT_IN_FLAC = (
    "Delivery 'streaming' asks for 32-bit float in FLAC, which holds integers only: "
    "choose --depth 16 or 24, or --format wav."
)
SHAPED_24 = (
    "Delivery 'streaming' is 24 bit, and dither 'lipshitz' shapes the noise of 16 bit: choose --depth 16, or "
    "--dither tpdf."
)
SHAPED_AT_48 = (
    "Dither 'lipshitz' has coefficients for 44100 Hz and none for 48000 Hz: choose --dither tpdf, or --rate 44100."
)


def _check(out: Path, name: str, loudness: float, ceiling: float, rate_hz: int, kind: tuple[str, str]) -> None:
    """See that every file of a delivery is of the kind, the album at the loudness, all peaks under the ceiling."""
    paths = sorted((out / name).glob(f"*.{kind[0].lower()}"))
    assert len(paths) == 4
    for path in paths:
        info = soundfile.info(str(path))
        assert (info.format, info.subtype) == kind
        assert (info.samplerate, info.channels) == (rate_hz, 2)
    album = read(out / manifest(out)["deliveries"][name]["programmes"][0]["file"])
    assert loudness_lufs(album, rate_hz) == pytest.approx(loudness, abs=0.1)
    # The limiter was needed, so the ceiling was met because it was held and not by luck.
    assert ceiling - 0.1 < peak_dbtp(album) <= ceiling


def test_what_is_asked_for_instead_is_honoured(mixes: Path, tmp_path: Path) -> None:
    asked = ["--loudness", "-15", "--ceiling", "-2.5", "--rate", "48000", "--depth", "16", "--format", "flac"]
    assert call("master", mixes, *asked, "--out", tmp_path).code == 0
    _check(tmp_path, "streaming", -15, -2.5, 48_000, ("FLAC", "PCM_16"))
    asked = ["--for", "cd", "--loudness", "-13", "--ceiling", "-1.5", "--rate", "88200", "--depth", "24"]
    assert call("render", tmp_path / "album.toml", *asked, "--out", tmp_path).code == 0
    _check(tmp_path, "cd", -13, -1.5, 88_200, ("WAV", "PCM_24"))


def test_a_bound_that_stops_the_loudness_is_told_and_is_no_failure(song: Path, tmp_path: Path) -> None:
    result = call("master", song, "--loudness", "-6", "--out", tmp_path)
    assert (result.code, result.err) == (0, "")
    told = manifest(tmp_path)["deliveries"]["streaming"]
    (finding,) = told["findings"]
    assert finding.startswith(f"the album is {told['loudness_lufs']:.1f} LUFS, short of -6.0 LUFS: ")
    assert "; ask for a lower --loudness" in finding
    assert f"! streaming: {finding}" in " ".join(result.out.split())
    assert -14 < told["loudness_lufs"] < -7
    assert peak_dbtp(read(tmp_path / "streaming" / "01 Dawn.wav")) <= -1


def test_floating_point_holds_what_a_ceiling_would_cut(mixes: Path, tmp_path: Path) -> None:
    assert call("master", mixes, "--for", "archive", "--loudness", "-5", "--out", tmp_path).code == 0
    paths = sorted((tmp_path / "archive").iterdir())
    assert {(soundfile.info(str(path)).format, soundfile.info(str(path)).subtype) for path in paths} == {
        ("WAV", "FLOAT")
    }
    assert abs(read(tmp_path / "archive" / "Long Day (album).wav")).max() > 1.0


def test_depth_32_is_floating_point(song: Path, tmp_path: Path) -> None:
    assert call("master", song, "--depth", "32", "--out", tmp_path).code == 0
    assert soundfile.info(str(tmp_path / "streaming" / "01 Dawn.wav")).subtype == "FLOAT"


def test_the_built_in_places_are_as_they_say(mastered: tuple[Path, object]) -> None:
    out, _ = mastered
    _check(out, "streaming", -14, -1, 44_100, ("WAV", "PCM_24"))
    _check(out, "cd", -12, -0.3, 44_100, ("WAV", "PCM_16"))
    for track in manifest(out)["deliveries"]["cd"]["tracks"]:
        assert track["start_frame"] % 588 == track["frames"] % 588 == 0


def test_a_place_has_the_dither_it_names_or_the_one_that_is_asked_for(mixes: Path, tmp_path: Path) -> None:
    place = tmp_path / "ours.toml"
    place.write_text(f'{MINE}\ndither = "shibata"\n')
    assert call("master", mixes, "--for", place, "--for", "cd", "--out", tmp_path / "out").code == 0
    assert [told["dither"] for told in manifest(tmp_path / "out")["deliveries"].values()] == ["shibata", "tpdf"]
    plain = read(tmp_path / "out" / "cd" / "01 Dawn.wav")
    for dither in ("f-weighted", "none"):
        asked = ["--for", "cd", "--dither", dither, "--out", tmp_path / dither]
        result = call("render", tmp_path / "out" / "album.toml", *asked)
        assert result.code == 0
        assert ("dither f-weighted" in result.out) is (dither == "f-weighted")
        assert manifest(tmp_path / dither)["deliveries"]["cd"]["dither"] == dither
        assert not np.array_equal(read(tmp_path / dither / "cd" / "01 Dawn.wav"), plain)
    asked = ["--depth", "32", "--format", "wav", "--dither", "tpdf", "--out", tmp_path / "float"]
    assert call("render", tmp_path / "out" / "album.toml", *asked).code == 0
    assert manifest(tmp_path / "float")["deliveries"]["radio"]["dither"] == "none"


def test_a_shaper_that_the_albums_rate_lacks_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mixes").mkdir()
    song = music(3.0, 96_000, np.random.default_rng(9))
    soundfile.write(tmp_path / "mixes" / "1.wav", song, 96_000, subtype="PCM_24")
    asked = ["--depth", "16", "--dither", "shibata", "--out", tmp_path / "out"]
    assert refused("master", tmp_path / "mixes", *asked) == (
        "Dither 'shibata' has coefficients for 44100 and 48000 Hz and none for 96000 Hz: choose --dither tpdf, or "
        "--rate 48000."
    )
    assert list((tmp_path / "out").iterdir()) == []


def test_a_place_without_a_loudness_takes_the_references(mixes: Path, tmp_path: Path) -> None:
    record = tmp_path / "record"
    record.mkdir()
    for name in ("01 Dawn.wav", "03 Dusk.wav"):
        soundfile.write(record / name.replace(".wav", ".flac"), 1.5 * read(mixes / name), 44_100)
    wanted = loudness_lufs(np.concatenate([read(path) for path in sorted(record.iterdir())]), 44_100)
    assert call("master", mixes, "-r", record, "--for", "cd", "--out", tmp_path / "out").code == 0
    assert manifest(tmp_path / "out")["deliveries"]["cd"]["loudness_lufs"] == pytest.approx(wanted, abs=0.2)
    plan = tomllib.loads((tmp_path / "out" / "album.toml").read_text())
    assert plan["album"]["references"] == ["../record/01 Dawn.flac", "../record/03 Dusk.flac"]


def test_a_place_of_ones_own(mixes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "places").mkdir()
    (tmp_path / "places" / "ours.toml").write_text(MINE)
    monkeypatch.chdir(tmp_path / "places")
    assert call("master", mixes, "--for", "ours.toml", "--out", tmp_path / "out").code == 0
    _check(tmp_path / "out", "radio", -16, -3, 48_000, ("FLAC", "PCM_16"))
    # The plan names it from where the plan stands, so that it renders from anywhere.
    assert 'deliveries = ["../places/ours.toml"]' in (tmp_path / "out" / "album.toml").read_text()
    monkeypatch.chdir(tmp_path)
    again = call("render", tmp_path / "out" / "album.toml", "--loudness", "-20", "--out", tmp_path / "deep" / "out")
    assert again.code == 0
    assert 'deliveries = ["../../places/ours.toml"]' in (tmp_path / "deep" / "out" / "album.toml").read_text()
    told = manifest(tmp_path / "deep" / "out")["deliveries"]["radio"]
    assert told["loudness_lufs"] == pytest.approx(-20, abs=0.1)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--loudness", "3"], "--loudness 3 must be -40 to -4 LUFS."),
        (["--loudness", "nan"], "--loudness nan must be -40 to -4 LUFS."),
        (["--ceiling", "0.1"], "--ceiling 0.1 must be -20 to 0 dBTP."),
        (["--rate", "7999"], "--rate 7999 must be 8000 to 384000 Hz."),
        (["--depth", "20"], "--depth 20 is not possible: choose 16, 24, or 32 (floating point)."),
        (["--dither", "pink"], f"--dither pink is not known: choose {', '.join(Dither)}."),
        (["--dither", "lipshitz"], SHAPED_24),
        (["--for", "cd", "--dither", "lipshitz", "--rate", "48000"], SHAPED_AT_48),
        (["--strength", "1.5"], "--strength 1.5 must be 0 to 1."),
        (["--strength", "nan"], "--strength nan must be 0 to 1."),
        (["--seed", "-1"], "--seed -1 must be 0 to 2147483647."),
        (
            ["--depth", "32", "--format", "flac"],
            FLOAT_IN_FLAC,
        ),
        (
            ["--for", "spotfy"],
            f"There is no delivery called 'spotfy': choose {', '.join(built_in())}, or name a .toml file.",
        ),
        (
            ["--for", "gone.toml"],
            "gone.toml: the delivery's file cannot be read (No such file or directory); check the name.",
        ),
        (["--engineer", "Ann"], "--engineer 'Ann' must be NAME=FILES, for example --engineer 'Ann=0[1-4]*'."),
        (["--engineer", "=01*"], "--engineer '=01*' must be NAME=FILES, for example --engineer 'Ann=0[1-4]*'."),
        (["--engineer", "Ann=9*"], "--engineer Ann=9* fits none of the 3 mixes: check the file names."),
    ],
)
def test_what_cannot_be_asked(options: list[str], sentence: str, mixes: Path, tmp_path: Path) -> None:
    assert refused("master", mixes, *options, "--out", tmp_path / "out") == sentence
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("ceiling = -1", "ceiling is not a key that is known here"),
        ("dither = 'pink'", "dither = 'pink' must be 'tpdf', 'none', 'lipshitz', "),
        ("anchor = 'song'", "anchor = 'song' must be 'album', 'loudest_track' or 'each_track'"),
        ("seconds", "is not TOML"),
    ],
)
def test_a_place_that_makes_no_sense(text: str, fault: str, mixes: Path, tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text(f"{MINE}\n{text}\n")
    sentence = refused("master", mixes, "--for", path, "--out", tmp_path / "out")
    assert sentence.startswith(str(path))
    assert fault in sentence
    assert refused("deliveries", "show", path) == sentence


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("album.toml", "a file of that name goes beside the delivery's folder"),
        ("manifest.json", "a file of that name goes beside the delivery's folder"),
        ("album.previous-2.toml", "a file of that name goes beside the delivery's folder"),
        ("radio.", "Windows allows no folder of that name"),
        ("con", "Windows allows no folder of that name"),
        ("lpt1.x", "Windows allows no folder of that name"),
    ],
)
def test_a_place_whose_folder_cannot_be(name: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text(MINE.replace("radio", name))
    assert refused("deliveries", "show", path) == f"{path}: name = {name!r} must be another: {why}."


def test_two_places_of_one_name(mixes: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(MINE.replace("radio", "cd"))
    assert refused("master", mixes, "--for", "cd", "--for", path, "--out", tmp_path / "out") == (
        "Two deliveries are called 'cd' and would share a folder: change the name in one file."
    )


def test_a_place_asked_for_twice_is_made_once(song: Path, tmp_path: Path) -> None:
    result = call("master", song, "--for", "archive", "--for", "archive", "--json", "--out", tmp_path)
    assert result.code == 0
    assert list(json.loads(result.out)["deliveries"]) == ["archive"]


def test_the_list_and_each_place_on_it() -> None:
    result = call("deliveries")
    assert (result.code, result.err) == (0, "")
    listed = json.loads(call("deliveries", "--json").out)
    assert [one["name"] for one in listed] == list(built_in())
    for one in listed:
        row = next(line for line in result.out.splitlines() if line.startswith(f"│ {one['name']} "))
        assert one["title"] in row
        shown = call("deliveries", "show", one["name"])
        assert (shown.code, shown.err) == (0, "")
        assert f'name = "{one["name"]}"' in shown.out
        assert json.loads(call("deliveries", "show", one["name"], "--json").out) == one


def test_what_is_shown_is_a_pattern_for_ones_own(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(call("deliveries", "show", "cd").out.replace("-0.3", "-0.5"))
    shown = json.loads(call("deliveries", "show", tmp_path / "mine.toml", "--json").out)
    assert shown["ceiling_dbtp"] == -0.5
    assert refused("deliveries", "show", "vinil").startswith("There is no delivery called 'vinil': choose ")


def test_a_limiter_that_cuts_and_one_that_only_turns_down(mixes: Path, tmp_path: Path) -> None:
    asked = ["--loudness", "-13", "--ceiling", "-1"]
    for name, more in (("cutting", []), ("turning", ["--no-cuts"])):
        assert call("master", mixes, *asked, *more, "--out", tmp_path / name).code == 0
        _check(tmp_path / name, "streaming", -13, -1, 44_100, ("WAV", "PCM_24"))
    told = {name: manifest(tmp_path / name)["deliveries"]["streaming"]["tracks"] for name in ("cutting", "turning")}
    left = {name: sum(track["harm"]["residual_db"] for track in tracks) for name, tracks in told.items()}
    assert left["cutting"] < left["turning"] - 1.0, "it changes less"
    assert all(track["chain_harm"] is None for track in told["cutting"])


def test_harm_of_dynamics_before_the_limiter_is_told(mixes: Path, tmp_path: Path) -> None:
    assert call("plan", mixes, "-o", tmp_path / "album.toml").code == 0
    text = (tmp_path / "album.toml").read_text()
    start = text.index("[track.why]")
    (tmp_path / "album.toml").write_text(text[:start] + "[track.saturation]\ndrive_db = 6\n\n" + text[start:])
    result = call("render", tmp_path / "album.toml", "--out", tmp_path / "out")
    assert result.code == 0
    first, second, *_ = manifest(tmp_path / "out")["deliveries"]["streaming"]["tracks"]
    assert first["chain_harm"]["residual_db"] > -40
    assert second["chain_harm"] is None
    assert "Dynamics before the limiter work on 1 of" in result.out
