"""A plan is written, changed by hand, and rendered; what it may not say is refused before the work."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from analysis.units import Floats
from assistant.plan_file import PlanFile
from tests.albums import RATE_HZ
from tests.cli.calls import Result, call, files, manifest, read, refused


@pytest.fixture
def plan(mixes: Path, tmp_path: Path) -> Path:
    """A plan of the three songs, which are copied beside it."""
    shutil.copytree(mixes, tmp_path / "album" / "mixes")
    path = tmp_path / "album" / "plan.toml"
    assert call("plan", tmp_path / "album" / "mixes", "--out", path).code == 0
    return path


def _edit(plan: Path, old: str, new: str, count: int = 1) -> None:
    text = plan.read_text(encoding="utf-8")
    assert old in text
    plan.write_text(text.replace(old, new, count), encoding="utf-8")


def test_a_plan_renders_to_what_master_makes(
    mixes: Path, mastered: tuple[Path, Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    planned = call("plan", mixes, "--for", "streaming", "--for", "cd")
    assert (planned.code, planned.err) == (0, "")
    assert "mastertape render album.toml --out FOLDER" in planned.out
    assert call("render", "album.toml", "--out", "out").code == 0
    assert _audio(tmp_path / "out") == _audio(mastered[0])
    assert manifest(tmp_path / "out") == manifest(mastered[0])


def test_the_same_again_is_the_same_bytes(mixes: Path, mastered: tuple[Path, Result], tmp_path: Path) -> None:
    words = ("--for", "streaming", "--for", "cd", "--out", tmp_path / "out")
    assert call("master", mixes, *words).code == 0
    first = files(tmp_path / "out")
    assert _audio(tmp_path / "out") == _audio(mastered[0])
    assert call("master", mixes, *words).code == 0
    assert files(tmp_path / "out") == first


def test_the_plan_in_the_output_renders_to_the_same_bytes(mastered: tuple[Path, Result], tmp_path: Path) -> None:
    out, _ = mastered
    before = files(out)
    assert call("render", out / "album.toml", "--out", tmp_path / "elsewhere" / "out").code == 0
    assert _audio(tmp_path / "elsewhere" / "out") == _audio(out)
    assert call("render", out / "album.toml", "--out", out).code == 0
    assert files(out) == before


def test_another_seed_changes_the_dither_alone(song: Path, tmp_path: Path) -> None:
    for seed in ("1", "2"):
        assert call("master", song, "--seed", seed, "--depth", "16", "--out", tmp_path / seed).code == 0
    one, other = (read(tmp_path / seed / "streaming" / "01 Dawn.wav") for seed in ("1", "2"))
    assert 0 < abs(one - other).max() <= 3 / 32_768


def test_what_is_changed_by_hand_is_rendered(plan: Path, tmp_path: Path) -> None:
    assert call("render", plan, "--out", tmp_path / "before").code == 0
    blocks = plan.read_text().split("\n[[track]]")
    first = blocks[1].replace('title = "Dawn"', 'title = "Dawn (live)"').replace("gap_s = ", "gap_s = 5.0 # was ")
    plan.write_text("\n[[track]]".join([blocks[0], blocks[3], first, blocks[2]]))
    result = call("render", plan, "--out", tmp_path / "after")
    assert (result.code, result.err) == (0, "")
    before, after = (manifest(tmp_path / name)["deliveries"]["streaming"]["tracks"] for name in ("before", "after"))
    assert [track["title"] for track in after] == ["Dusk", "Dawn (live)", "Noon"]
    assert after[1]["file"] == "streaming/02 Dawn (live).wav"
    sounding = [track["frames"] - track["gap_frames"] for track in (before[0], after[1])]
    assert sounding[0] == sounding[1]
    assert after[1]["gap_frames"] == pytest.approx(5 * RATE_HZ, abs=RATE_HZ / 10)


def test_width_and_bass_that_are_changed_by_hand_are_rendered(plan: Path, tmp_path: Path) -> None:
    assert "min_correlation = 0.0 # " in plan.read_text()
    assert call("render", plan, "--no-cuts", "--out", tmp_path / "before").code == 0
    _edit(plan, "min_correlation = 0.0", "min_correlation = -1\nmono_below_hz = 400")
    _edit(plan, "width = 1.0", "width = 1.3")
    assert PlanFile.read(plan).plan.track[0].mono_below_hz == 400
    assert call("render", plan, "--no-cuts", "--out", tmp_path / "after").code == 0
    before, after = (side_against_mid_db(read(tmp_path / n / "streaming" / "01 Dawn.wav")) for n in ("before", "after"))
    assert after["under 200 Hz"] < before["under 200 Hz"] - 20
    assert after["over 800 Hz"] == pytest.approx(before["over 800 Hz"] + 20 * np.log10(1.3), abs=0.1)
    _edit(plan, "min_correlation = -1", "min_correlation = 0.99")
    assert call("render", plan, "--no-cuts", "--out", tmp_path / "guarded").code == 0
    guarded = side_against_mid_db(read(tmp_path / "guarded" / "streaming" / "01 Dawn.wav"))
    assert guarded["over 800 Hz"] == pytest.approx(before["over 800 Hz"], abs=0.1)


def side_against_mid_db(samples: Floats) -> dict[str, float]:
    """In two parts of the spectrum."""
    powers = np.abs(np.fft.rfft(np.stack([samples.sum(axis=1), samples[:, 0] - samples[:, 1]]), axis=1)) ** 2
    freqs_hz = np.fft.rfftfreq(len(samples), 1 / RATE_HZ)
    parts = {"under 200 Hz": freqs_hz < 200, "over 800 Hz": freqs_hz > 800}
    return {name: float(10 * np.log10(powers[1, part].sum() / powers[0, part].sum())) for name, part in parts.items()}


def test_a_song_cut_shorter_by_hand_keeps_its_gap(plan: Path, tmp_path: Path) -> None:
    _edit(plan, "end_s = 3.0", "end_s = 2.0")
    _edit(plan, "start_s = 0.0", "start_s = 0.5")
    assert call("render", plan, "--out", tmp_path / "out").code == 0
    track = manifest(tmp_path / "out")["deliveries"]["streaming"]["tracks"][0]
    gap_s = json.loads(plan.read_text().split("gap_s = ")[1].split()[0])
    assert track["frames"] == pytest.approx((1.5 + gap_s) * RATE_HZ, abs=2)


def test_a_plan_is_not_rendered_into_the_mixes_it_was_made_of(plan: Path) -> None:
    mixes = plan.parent / PlanFile.read(plan).plan.album.mixes
    assert refused("render", plan, "--out", mixes / "out").endswith(
        "where its files would count as mixes: choose another with --out."
    )
    assert not (mixes / "out").exists()


def test_a_hand_edited_plan_in_the_output_is_kept_when_it_is_replaced(song: Path, tmp_path: Path) -> None:
    assert call("master", song, "--out", tmp_path).code == 0
    assert not (tmp_path / "album.previous.toml").exists()
    edited = (tmp_path / "album.toml").read_text() + "# my own words\n"
    (tmp_path / "album.toml").write_text(edited)
    result = call("master", song, "--out", tmp_path)
    assert result.code == 0
    assert f"Another plan was there; it is kept as {tmp_path / 'album.previous.toml'}." in " ".join(result.out.split())
    assert (tmp_path / "album.previous.toml").read_text() == edited
    assert "my own words" not in (tmp_path / "album.toml").read_text()
    for words, name in (("# more\n", "album.previous-2.toml"), ("# my own words\n", "album.previous.toml")):
        kept = (tmp_path / "album.toml").read_text() + words
        (tmp_path / "album.toml").write_text(kept)
        assert f"it is kept as {tmp_path / name}." in " ".join(call("master", song, "--out", tmp_path).out.split())
        assert (tmp_path / name).read_text() == kept
    assert len(list(tmp_path.glob("album*.toml"))) == 3, "one kept already is not kept twice"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("gap_s = ", "gap_s = 9.0 #", "track[1].gap_s = 9.0 must be 0 to 6 s"),
        ("width = 1.0", "width = 3", "track[1].width = 3 must be 0 to 2 times"),
        ("gain_db = 0.0", "gian_db = 1", "track[1].gian_db is not a key that is known here"),
        ("gain_db = ", "gain_db = 'loud' #", "track[1].gain_db = 'loud' must be a valid number"),
        ("end_s = 3.0", "end_s = 0.0", "track[1].end_s = 0 must be over start_s = 0 s"),
        ("end_s = 3.0", "end_s = 9.0", "track[1].end_s = 9 s lies after the end of 01 Dawn.wav, at 3.000 s: correct"),
        ("start_s = 0.0", "start_s = 3.2", "end_s = 3 must be over start_s = 3.2 s"),
        ("crossfade_s = 0.0", "crossfade_s = 3.2", "is longer than what is used of 01 Dawn.wav, 3.000 s: correct"),
        ("fade_out_s = ", "fade_out_s = 5.0 #", "track[1].fade_out_s = 5 s is longer than what is used of 01 Dawn.wav"),
        ("width = 1.0", "width = 1.0\ndc_offset = [0.1]", "track[1].dc_offset has 1 values, and 01 Dawn.wav has 2"),
        ("[album]", "[album", "is not TOML"),
        ("schema = 1", "schema = 2", "schema = 2 must be 1"),
        ('deliveries = ["streaming"]', "deliveries = ['mars']", "There is no delivery called 'mars'"),
        ("rate_hz = 44100", "rate_hz = 4410", "album.rate_hz = 4410 must be 8000 to 384000 Hz"),
        ('mixes = "mixes"', 'mixes = "gone"', "album.mixes = 'gone' names no folder (looked for "),
        ("sha256 = ", "sha256 = 'abc' #", "track[1].sha256 = 'abc' must match pattern"),
    ],
)
def test_what_a_plan_may_not_say(old: str, new: str, fault: str, plan: Path, tmp_path: Path) -> None:
    _edit(plan, old, new)
    assert fault in refused("render", plan, "--out", tmp_path / "out")
    assert files(tmp_path / "out") == {}


def test_a_crossfade_may_not_outlast_the_next_song(plan: Path, tmp_path: Path) -> None:
    soundfile.write(
        plan.parent / "mixes" / "02 Noon.wav", read(plan.parent / "mixes" / "02 Noon.wav")[:40_000], RATE_HZ
    )
    assert call("plan", plan.parent / "mixes", "--force", "--out", plan).code == 0
    _edit(plan, "crossfade_s = 0.0", "crossfade_s = 1.0")
    assert refused("render", plan, "--out", tmp_path / "out") == (
        "track[1].crossfade_s = 1 s is longer than what is used of the next song, 02 Noon.wav, 0.907 s: "
        "correct the plan."
    )


def test_a_plan_that_is_not_there(tmp_path: Path) -> None:
    assert refused("render", tmp_path / "album.toml", "--out", tmp_path / "out") == (
        f"{tmp_path / 'album.toml'}: the plan cannot be read (No such file or directory)."
    )
    assert not (tmp_path / "out").exists()


def test_a_mix_that_changed_is_refused(plan: Path, tmp_path: Path) -> None:
    path = plan.parent / "mixes" / "02 Noon.wav"
    soundfile.write(path, 0.9 * read(path), RATE_HZ, subtype="PCM_24")
    sentence = refused("render", plan, "--out", tmp_path / "out")
    assert sentence.startswith("02 Noon.wav has changed since it was planned: ")
    assert files(tmp_path / "out") == {}


def test_a_mix_that_is_gone_is_left_out(plan: Path, tmp_path: Path) -> None:
    path = plan.parent / "mixes" / "02 Noon.wav"
    path.unlink()
    result = call("render", plan, "--out", tmp_path / "out")
    assert result.code == 1
    assert result.sentence == f"left out: {path}: there is no such file; check the name."
    told = manifest(tmp_path / "out")
    assert [one["source"] for one in told["left_out"]] == ["02 Noon.wav"]
    assert [track["title"] for track in told["deliveries"]["streaming"]["tracks"]] == ["Dawn", "Dusk"]
    for name in ("01 Dawn.wav", "03 Dusk.wav"):
        (path.parent / name).unlink()
    result = call("render", plan, "--out", tmp_path / "out")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("mastertape: None of the 3 mixes can be used:\n")


def test_a_plan_is_written_over_when_asked(song: Path, tmp_path: Path) -> None:
    path = tmp_path / "album.toml"
    path.write_text("mine")
    result = call("plan", song, "--force", "--json", "--out", path)
    assert (result.code, result.err) == (0, "")
    told = json.loads(result.out)
    assert told["album"]["title"] == "Dawn"
    assert [track["file"] for track in told["track"]] == ["01 Dawn.wav"]
    assert 'title = "Dawn"' in path.read_text()


def _audio(out: Path) -> dict[str, bytes]:
    """The audio files of an output folder."""
    return {name: data for name, data in files(out).items() if name.endswith(".wav")}
