"""A live album: songs that run on are found, planned as one recording, kept gapless, refused where they cannot be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from analysis.units import Floats
from assistant.plan import TrackPlan
from assistant.plan_file import PlanFile
from assistant.runs import CHAIN
from tests.albums import music
from tests.cli.calls import call, manifest, read, refused

RATE_HZ = 44_100
CUTS_S = (3.1234, 7.1)


def concert() -> Floats:
    return 0.8 * music(10.0, RATE_HZ, np.random.default_rng(1))


def write(folder: Path, *, subtype: str = "PCM_24") -> list[Floats]:
    """A studio song, a concert cut in three, another song; the parts of the concert."""
    folder.mkdir()
    parts = np.split(concert(), [round(at * RATE_HZ) for at in CUTS_S])
    for number, part in enumerate(parts, 2):
        soundfile.write(folder / f"0{number} Live {number}.wav", part, RATE_HZ, subtype=subtype)
    for number in (1, 5):
        song = 0.5 * music(4.0, RATE_HZ, np.random.default_rng(number), tempo_bpm=90 + number)
        song[-RATE_HZ // 2 :] *= np.linspace(1, 0, RATE_HZ // 2)[:, None]
        soundfile.write(folder / f"0{number} Studio {number}.wav", song, RATE_HZ, subtype=subtype)
    return parts


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    write(tmp_path / "mixes")
    assert call("plan", tmp_path / "mixes", "-o", tmp_path / "album.toml").code == 0
    return tmp_path / "album.toml"


def tracks(plan: Path) -> tuple[TrackPlan, ...]:
    return PlanFile.read(plan).plan.track


def changed(plan: Path, number: int, **values: object) -> Path:
    plan.write_text(PlanFile.read(plan).track_changed(number, **values).text(), encoding="utf-8")
    return plan


def test_songs_that_run_on_are_found_and_share_a_chain(plan: Path) -> None:
    found = tracks(plan)
    assert [track.runs_on for track in found] == [False, True, True, False, False]
    for key in CHAIN:
        assert getattr(found[1], key) == getattr(found[2], key) == getattr(found[3], key)
    assert found[1].why.join.startswith("runs on: ")
    assert "one chain with 'Live 3'" in found[1].why.tone
    assert [(t.end_s, t.fade_out_s, t.gap_s) for t in found[1:3]] == [(3.123401, 0.0, 0.0), (3.976599, 0.0, 0.0)]
    assert [(t.start_s, t.fade_in_s) for t in found[2:4]] == [(0.0, 0.0)] * 2
    shown = call("plan", plan.parent / "mixes", "-o", plan, "--force").out
    assert shown.count("runs on") == 2


def test_they_come_out_as_one_recording(plan: Path, tmp_path: Path) -> None:
    """The concert in one file, with the same chain, sounds alike to the bit."""
    one = tmp_path / "joined"
    one.mkdir()
    soundfile.write(one / "2 Live.wav", concert(), RATE_HZ, subtype="PCM_24")
    for number in (1, 5):
        (one / f"{number} Studio.wav").write_bytes(
            (plan.parent / "mixes" / f"0{number} Studio {number}.wav").read_bytes()
        )
    assert call("plan", one, "-o", tmp_path / "one.toml").code == 0
    cut, whole = PlanFile.read(plan), PlanFile.read(tmp_path / "one.toml")
    eq = [{"shape": "bell", "freq_hz": 200.0, "gain_db": 2.0, "q": 1.0}]
    compressor = {"threshold_dbfs": -30.0, "ratio": 2.0, "makeup_db": "auto", "attack_ms": "auto"}
    for number in (1, 2, 3):
        cut = cut.track_changed(number, eq=eq, compressor=compressor)
    whole = whole.track_changed(1, eq=eq, compressor=compressor)
    for number in (0, 3):
        cut = cut.track_changed(number, gap_s=1.0, gap_beats=None)
    keys = ("dc_offset", "gain_db", "width", "start_s", "first_sound_s", "fade_in_s")
    ends = ("end_s", "felt_end_s", "fade_out_s", "gap_s")
    for number, (begin, end) in enumerate(((0, 0), (1, 3), (4, 4))):
        values: dict[str, Any] = {key: getattr(cut.plan.track[begin], key) for key in keys}
        values |= {key: getattr(cut.plan.track[end], key) for key in ends}
        if begin != end:
            values |= {key: values[key] + round(CUTS_S[1] * RATE_HZ) / RATE_HZ for key in ("end_s", "felt_end_s")}
        whole = whole.track_changed(number, **values, gap_beats=None)
    for name, file in (("cut", cut), ("whole", whole)):
        (tmp_path / f"{name}.toml").write_text(file.text(), encoding="utf-8")
        options = ("--for", "archive", "--depth", "32", "--loudness", "-12", "--ceiling", "-1", "--rate", "48000")
        assert call("render", tmp_path / f"{name}.toml", *options, "--out", tmp_path / name).code == 0
    albums = []
    for name in ("cut", "whole"):
        (programme,) = manifest(tmp_path / name)["deliveries"]["archive"]["programmes"]
        albums.append(read(tmp_path / name / programme["file"]))
    assert albums[0].shape == albums[1].shape
    assert np.abs(albums[0] - albums[1]).max() < 1e-6


def test_mastered_songs_that_run_on_stay_as_they_are(tmp_path: Path) -> None:
    parts = write(tmp_path / "mixes")
    assert call("master", tmp_path / "mixes", "--as-is", "--for", "archive", "--out", tmp_path / "out").code == 0
    told = manifest(tmp_path / "out")["deliveries"]["archive"]["tracks"]
    assert [track.runs_on for track in tracks(tmp_path / "out" / "album.toml")] == [False, True, True, False, False]
    for track, part in zip(told[1:4], parts, strict=True):
        assert np.abs(read(tmp_path / "out" / track["file"]) - part).max() < 2.0**-23
        mix = read(tmp_path / "mixes" / track["source"])
        assert np.array_equal(read(tmp_path / "out" / track["file"]), mix)


def test_another_rate_or_chain_is_refused(plan: Path) -> None:
    changed(plan, 2, gain_db=1.5)
    said = refused("render", plan, "--out", plan.parent / "out")
    assert said.startswith("track[3].gain_db is another than that of track[2], and they run on into each other")
    for number in (1, 3):
        changed(plan, number, gain_db=1.5)
    changed(plan, 0, runs_on=True)
    assert "track[2]." in refused("render", plan, "--out", plan.parent / "out"), "other songs, other chains"


def test_runs_and_crossfades_do_not_go_together(plan: Path) -> None:
    text = plan.read_text(encoding="utf-8").replace("runs_on = true", "runs_on = true\ncrossfade_s = 2.0", 1)
    lines = text.splitlines()
    at = lines.index("crossfade_s = 2.0")
    above = max(number for number in range(at) if lines[number].startswith("crossfade_s = "))
    plan.write_text("\n".join(line for number, line in enumerate(lines) if number != above) + "\n", encoding="utf-8")
    assert "crossfade_s = 2 and runs_on do not go together" in refused("render", plan, "--out", plan.parent / "out")


def test_rates_that_differ_are_refused(tmp_path: Path) -> None:
    (tmp_path / "mixes").mkdir()
    for number, rate_hz in ((1, 44_100), (2, 48_000)):
        soundfile.write(
            tmp_path / "mixes" / f"{number}.wav", 0.5 * music(2.0, rate_hz, np.random.default_rng(1)), rate_hz
        )
    assert call("plan", tmp_path / "mixes", "--strength", "0", "-o", tmp_path / "album.toml").code == 0
    said = refused("render", changed(tmp_path / "album.toml", 0, runs_on=True), "--out", tmp_path / "out")
    assert said == (
        "track[1].runs_on: 1.wav has 44100 Hz and 2 channels, 2.wav has 48000 Hz and 2 channels, and one recording "
        "has one of each: take runs_on out, or export them alike."
    )


def test_a_song_whose_neighbour_is_gone_is_faded(plan: Path) -> None:
    (plan.parent / "mixes" / "03 Live 3.wav").unlink()
    result = call("render", plan, "--for", "archive", "--out", plan.parent / "out")
    assert result.code == 1
    told = manifest(plan.parent / "out")["deliveries"]["archive"]["tracks"]
    sounding = [read(plan.parent / "out" / track["file"])[: track["frames"] - track["gap_frames"]] for track in told]
    assert np.abs(sounding[1][-1]).max() < 1e-3
    assert np.abs(sounding[2][0]).max() < 1e-3


def test_a_changed_mix_leaves_the_run_as_it_is(plan: Path) -> None:
    path = plan.parent / "mixes" / "03 Live 3.wav"
    soundfile.write(path, 0.9 * read(path), RATE_HZ, subtype="PCM_24")
    before = tracks(plan)
    assert call("plan", "--update", plan).code == 0
    after = tracks(plan)
    assert [track.runs_on for track in after] == [track.runs_on for track in before]
    assert after[2].why.join == before[2].why.join
    assert after[2].end_s == before[2].end_s
    assert call("render", plan, "--out", plan.parent / "out").code == 0


def test_joins_of_a_run_go_through_it(plan: Path) -> None:
    result = call("joins", plan, "--out", plan.parent / "heard")
    assert result.code == 0
    heard = read(plan.parent / "heard" / "joins" / "02-03 Live 2 to Live 3.wav")
    mix = concert()[: len(heard)]
    middle = slice(RATE_HZ, len(heard) - RATE_HZ)
    assert np.corrcoef(heard[middle, 0], mix[middle, 0])[0, 1] > 0.98, "the cut is not heard"


def test_singles_lie_beside_the_tracks(plan: Path) -> None:
    out = plan.parent / "out"
    assert call("render", plan, "--for", "streaming", "--singles", "--out", out).code == 0
    told = manifest(out)["deliveries"]["streaming"]["singles"]
    assert [one["file"] for one in told] == [f"streaming/singles/0{n} Live {n}.wav" for n in (2, 3, 4)]
    for one in told:
        samples = read(out / one["file"])
        assert len(samples) == one["frames"]
        assert np.abs(samples[[0, -1]]).max() < 1e-3
    assert call("render", plan, "--for", "streaming", "--out", out).code == 0
    assert manifest(out)["deliveries"]["streaming"]["singles"] == []
    assert not (out / "streaming" / "singles").exists()
