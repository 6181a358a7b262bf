"""`manifest.json`: its fields, its paths, and that the files are what it says."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.albums import loudness_lufs, peak_dbtp
from tests.cli.calls import Result, call, files, manifest, read

DELIVERY = {
    *("rate_hz", "dither", "loudness_lufs", "true_peak_dbtp", "findings", "programmes", "tracks", "singles"),
    *("extras", "asked", "playback"),
}
PROGRAMME = {"file", "frames", "title", "loudness_lufs", "true_peak_dbtp", "sha256"}
TRACK = {
    *("source", "file", "title", "programme", "start_frame", "frames", "gap_frames", "index"),
    *("loudness_lufs", "true_peak_dbtp", "isrc", "sha256", "harm", "chain_harm", "codecs", "repair", "findings"),
}
HARM = {
    *("max_gr_db", "p95_gr_db", "share_over_1db", "transient_loss_db", "residual_db", "nmr_db"),
    *("mono_fold_loss_db", "added_overs"),
}


@pytest.mark.parametrize("place", ["streaming", "cd"])
def test_every_field_is_there_and_true(place: str, mastered: tuple[Path, Result]) -> None:
    out, _ = mastered
    whole = manifest(out)
    assert set(whole) == {"schema", "deliveries", "left_out"}
    assert (whole["schema"], whole["left_out"]) == (1, [])
    told = whole["deliveries"][place]
    assert set(told) == DELIVERY
    assert (told["rate_hz"], told["dither"], told["findings"]) == (44_100, "tpdf", [])
    (programme,) = told["programmes"]
    assert set(programme) == PROGRAMME
    assert programme["file"] == f"{place}/Long Day (album).wav"
    assert programme["title"] == "Long Day"
    album = read(out / programme["file"])
    assert programme["frames"] == len(album)
    for one in (programme, *told["tracks"]):
        assert one["sha256"] == hashlib.sha256((out / one["file"]).read_bytes()).hexdigest()
    assert told["loudness_lufs"] == pytest.approx(loudness_lufs(album, 44_100), abs=0.02)
    assert told["true_peak_dbtp"] == pytest.approx(peak_dbtp(album), abs=0.02)
    assert [track["source"] for track in told["tracks"]] == ["01 Dawn.wav", "02 Noon.wav", "03 Dusk.wav"]
    assert [track["title"] for track in told["tracks"]] == ["Dawn", "Noon", "Dusk"]
    assert [track["file"] for track in told["tracks"]] == [
        f"{place}/01 Dawn.wav",
        f"{place}/02 Noon.wav",
        f"{place}/03 Dusk.wav",
    ]
    for track in told["tracks"]:
        assert set(track) == TRACK
        assert (track["programme"], track["findings"]) == (programme["file"], [])
        assert set(track["harm"]) == HARM
        assert track["harm"]["added_overs"] == 0
        assert abs(track["harm"]["mono_fold_loss_db"]) < 0.2
        samples = read(out / track["file"])
        assert track["frames"] == len(samples)
        assert track["true_peak_dbtp"] == pytest.approx(peak_dbtp(samples), abs=0.02)
        assert track["loudness_lufs"] == pytest.approx(loudness_lufs(samples, 44_100), abs=0.02)


@pytest.mark.parametrize("place", ["streaming", "cd"])
def test_the_tracks_laid_end_to_end_are_the_album(place: str, mastered: tuple[Path, Result]) -> None:
    out, _ = mastered
    told = manifest(out)["deliveries"][place]
    tracks = [read(out / track["file"]) for track in told["tracks"]]
    assert np.array_equal(np.concatenate(tracks), read(out / told["programmes"][0]["file"]))
    start = 0
    for track, samples in zip(told["tracks"], tracks, strict=True):
        assert track["start_frame"] == start
        start += len(samples)
        silent = np.flatnonzero(samples.any(axis=1))[-1] + 1
        assert track["gap_frames"] == pytest.approx(len(samples) - silent, abs=100)
    assert told["tracks"][0]["gap_frames"] > 44_100
    assert told["tracks"][-1]["gap_frames"] < 588


def test_nothing_lies_in_the_folder_that_is_not_told(mastered: tuple[Path, Result]) -> None:
    out, _ = mastered
    told = manifest(out)["deliveries"].values()
    listed = {one["file"] for delivery in told for one in (*delivery["programmes"], *delivery["tracks"])}
    listed |= {name for delivery in told for name in delivery["extras"]}
    assert set(files(out)) == listed | {"manifest.json", "album.toml"}


def test_sources_keep_the_folders_of_the_mixes(mixes: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "mixes", tmp_path / "out"
    for place, name in (("Ann", "01 Dawn.wav"), ("Bob/CD1", "02 Noon.wav")):
        (folder / place).mkdir(parents=True)
        shutil.copy(mixes / name, folder / place / name)
    result = call("master", folder, "--json", "--out", out)
    assert result.code == 0
    tracks = manifest(out)["deliveries"]["streaming"]["tracks"]
    assert [track["source"] for track in tracks] == ["Ann/01 Dawn.wav", "Bob/CD1/02 Noon.wav"]
    assert all((folder / track["source"]).is_file() for track in tracks)
    assert all((out / track["file"]).is_file() for track in tracks)
    # Asked for JSON, the command prints the same thing and nothing else.
    assert json.loads(result.out) == manifest(out)
    assert result.err == ""


def test_a_later_render_adds_its_place(mixes: Path, mastered: tuple[Path, Result], tmp_path: Path) -> None:
    assert call("master", mixes, "--out", tmp_path).code == 0
    first = manifest(tmp_path)
    assert call("render", tmp_path / "album.toml", "--for", "cd", "--out", tmp_path).code == 0
    both = manifest(tmp_path)
    assert list(both["deliveries"]) == ["streaming", "cd"]
    assert both["deliveries"]["streaming"] == first["deliveries"]["streaming"]
    # And it makes no difference whether two places are rendered at once or one after the other.
    assert both == manifest(mastered[0])
    assert {name: data for name, data in files(tmp_path).items() if name.endswith(".wav")} == {
        name: data for name, data in files(mastered[0]).items() if name.endswith(".wav")
    }
