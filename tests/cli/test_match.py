"""`--match full`, `--max-eq` and `--engine matchering` as their user meets them."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import scipy.signal
import soundfile

from analysis.units import Floats
from assistant.plan import AlbumPlan
from assistant.plan_file import PlanFile
from tests.albums import RATE_HZ, loudness_lufs, music, peak_dbtp
from tests.cli.calls import call, files, manifest, read, refused

WITHIN_LU = 0.1
CD_CEILING_DBTP = -0.3


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A song of a record to match: brighter than the mixes."""
    samples = music(6.0, RATE_HZ, np.random.default_rng(3), tempo_bpm=100.0)
    shelf = scipy.signal.butter(1, 2_000, "high", fs=RATE_HZ, output="sos")
    bright = samples + 2.0 * scipy.signal.sosfilt(shelf, samples, axis=0)
    path = tmp_path_factory.mktemp("records") / "Model.wav"
    soundfile.write(path, 0.8 * bright / np.abs(bright).max(), RATE_HZ, subtype="PCM_24")
    return path


@pytest.fixture(scope="module")
def mono_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("records") / "Mono.wav"
    soundfile.write(path, music(4.0, RATE_HZ, np.random.default_rng(4))[:, 0], RATE_HZ, subtype="PCM_16")
    return path


def planned(path: Path) -> AlbumPlan:
    return PlanFile.read(path).plan


def bright_db(samples: Floats) -> float:
    """Power over 4 kHz against that under 400 Hz."""
    freqs_hz, density = scipy.signal.welch(samples.mean(axis=1), RATE_HZ, nperseg=8_192)
    return float(10 * np.log10(density[freqs_hz > 4_000].sum() / density[freqs_hz < 400].sum()))


def test_a_clone_is_as_bright_and_as_loud_as_its_model(song: Path, model: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert call("master", song, "--reference", model, "--match", "full", "--for", "bandcamp", "--out", out).code == 0
    (track,) = manifest(out)["deliveries"]["bandcamp"]["tracks"]
    written, wanted, mix = read(out / track["file"]), read(model), read(song)
    assert bright_db(wanted) - bright_db(mix) > 5.0
    assert bright_db(written) == pytest.approx(bright_db(wanted), abs=1.0)
    assert loudness_lufs(written, RATE_HZ) == pytest.approx(loudness_lufs(wanted, RATE_HZ), abs=WITHIN_LU)
    assert peak_dbtp(written) <= CD_CEILING_DBTP
    plan = planned(out / "album.toml")
    assert len(plan.track[0].match) == 30
    assert plan.track[0].eq == ()
    assert plan.track[0].why.tone.startswith("mid +")


def test_an_album_of_clones_keeps_how_loud_its_songs_stand(mixes: Path, model: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert call("master", mixes, "--reference", model, "--match", "full", "--for", "archive", "--out", out).code == 0
    tracks = manifest(out)["deliveries"]["archive"]["tracks"]
    before = np.array([loudness_lufs(read(mixes / track["source"]), RATE_HZ) for track in tracks])
    after = np.array([loudness_lufs(read(out / track["file"])[: 3 * RATE_HZ], RATE_HZ) for track in tracks])
    assert np.ptp(after - before) < 1.0
    assert all(track.match for track in planned(out / "album.toml").track)


def test_the_bound_of_eq_is_kept(song: Path, model: Path, tmp_path: Path) -> None:
    out = tmp_path / "album.toml"
    assert call("plan", song, "--reference", model, "--match", "full", "--max-eq", 2, "--out", out).code == 0
    points = planned(out).track[0].match
    assert max(abs(gain_db) for point in points for gain_db in (point.mid_db, point.side_db)) == 2.0
    assert "over the bound of 2 dB" in planned(out).track[0].why.tone
    call("plan", song, "--reference", model, "--max-eq", 0, "--out", tmp_path / "none.toml")
    assert planned(tmp_path / "none.toml").track[0].eq == ()


def test_a_plan_with_a_curve_is_read_changed_and_rendered(song: Path, model: Path, tmp_path: Path) -> None:
    path = tmp_path / "album.toml"
    call("plan", song, "--reference", model, "--match", "full", "--for", "bandcamp", "--out", path)
    call("render", path, "--out", tmp_path / "as planned")
    text = path.read_text(encoding="utf-8")
    start, end = text.index("match = ["), text.index("]", text.index("match = ["))
    mine = "match = [{freq_hz = 100.0, mid_db = 6.0, side_db = 6.0}, {freq_hz = 5000.0, mid_db = -6.0, side_db = -6.0}"
    path.write_text(text[:start] + mine + text[end:], encoding="utf-8")
    assert call("render", path, "--out", tmp_path / "mine").code == 0
    as_planned, changed = (read(next((tmp_path / name / "bandcamp").glob("01*"))) for name in ("as planned", "mine"))
    assert bright_db(changed) < bright_db(as_planned) - 10.0
    backwards = mine.replace("5000.0", "50.0")
    path.write_text(text[:start] + backwards + text[end:], encoding="utf-8")
    said = refused("render", path, "--out", tmp_path / "backwards")
    assert said == "album.toml: track[1].match[2].freq_hz = 50 must be over the one before it, 100 Hz."


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--match", "full"], "--match full needs a record to match: name one with --reference."),
        (["--engine", "matchering"], "--engine matchering needs a record to match: name one with --reference."),
        (["--max-eq", "25"], "--max-eq 25 must be 0 to 24 dB."),
        (["--max-eq", "nan"], "--max-eq nan must be 0 to 24 dB."),
    ],
)
def test_what_is_asked_in_vain_is_told(words: list[str], sentence: str, song: Path, tmp_path: Path) -> None:
    assert refused("plan", song, *words, "--out", tmp_path / "album.toml") == sentence
    assert not (tmp_path / "album.toml").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--match", "full", "--engine", "matchering"], "are two ways to one end: leave one out."),
        (["--match", "full", "--as-is"], "--as-is leaves songs as they are, and --match full changes them"),
        (["--engine", "matchering", "--as-is"], "--as-is leaves songs as they are, and --engine matchering changes"),
        (["--engine", "matchering", "--max-eq", "6"], "Matchering knows no bound of its EQ: leave out --max-eq"),
        (["--engine", "matchering", "--strength", "0.5"], "Matchering matches in full or not at all: leave out"),
    ],
)
def test_what_does_not_go_together_is_told(
    words: list[str], sentence: str, song: Path, model: Path, tmp_path: Path
) -> None:
    assert sentence in refused("plan", song, "--reference", model, *words, "--out", tmp_path / "album.toml")


def test_matchering_runs_within_our_checks(mixes: Path, model: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = call("master", mixes, "--reference", model, "--engine", "matchering", "--for", "bandcamp", "--out", out)
    assert result.code == 0
    assert result.err == "", "its own messages are nobody's business"
    tracks = manifest(out)["deliveries"]["bandcamp"]["tracks"]
    before, after = [], []
    for track in tracks:
        mix, written = read(mixes / track["source"]), read(out / track["file"])
        assert bright_db(written) > bright_db(mix) + 3.0
        assert peak_dbtp(written) <= CD_CEILING_DBTP
        before.append(loudness_lufs(mix, RATE_HZ))
        after.append(loudness_lufs(written[: len(mix)], RATE_HZ))
    assert np.ptp(np.array(after) - np.array(before)) < 1.0, "songs keep their relations"
    plan = planned(out / "album.toml")
    assert plan.album.engine == "matchering"
    assert [track.reference for track in plan.track] == [1, 1, 1]
    assert all(track.why.tone.startswith("matchering, against Model.wav") for track in plan.track)
    assert sorted(path.name for path in out.iterdir()) == ["album.toml", "bandcamp", "manifest.json"]


def test_matchering_gives_the_same_bytes_twice(song: Path, model: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        words = ("--reference", model, "--engine", "matchering", "--for", "bandcamp")
        assert call("master", song, *words, "--out", tmp_path / name).code == 0
    assert files(tmp_path / "one" / "bandcamp") == files(tmp_path / "two" / "bandcamp")


@pytest.mark.parametrize("rate_hz", [48_000, 22_050])
def test_matchering_takes_mono_mixes_of_any_rate(rate_hz: int, model: Path, tmp_path: Path) -> None:
    mixes = tmp_path / "mixes"
    mixes.mkdir()
    samples = music(4.0, rate_hz, np.random.default_rng(5))[:, 0]
    soundfile.write(mixes / "Song.wav", samples - samples.mean(), rate_hz, subtype="PCM_24")
    out = tmp_path / "out"
    assert (
        call("master", mixes, "--reference", model, "--engine", "matchering", "--for", "archive", "--out", out).code
        == 0
    )
    (track,) = manifest(out)["deliveries"]["archive"]["tracks"]
    written = read(out / track["file"])
    assert np.array_equal(written[:, 0], written[:, 1])
    assert len(written) == round(4.0 * max(rate_hz, RATE_HZ))


def test_matchering_needs_a_song_in_stereo(song: Path, mono_model: Path, tmp_path: Path) -> None:
    words = ("--engine", "matchering", "--out", tmp_path / "album.toml")
    assert refused("plan", song, "--reference", mono_model, *words) == (
        "Matchering has no reference that it can use: Mono.wav is mono, and every mix would become so too; "
        "name another with --reference."
    )
    assert "a profile holds figures and no sound" in refused("plan", song, "--reference", "typical", *words)


def test_a_plan_with_matchering_needs_its_references(song: Path, model: Path, tmp_path: Path) -> None:
    mine, path = tmp_path / "mine.wav", tmp_path / "album.toml"
    shutil.copy(model, mine)
    call("plan", song, "--reference", mine, "--engine", "matchering", "--for", "bandcamp", "--out", path)
    text = path.read_text(encoding="utf-8")
    mine.unlink()
    assert refused("render", path, "--out", tmp_path / "out") == (
        "album.references[1] = 'mine.wav' is not there, and matchering needs the reference itself: put it back, or "
        "correct the plan."
    )
    for old, new, sentence in [
        (
            "reference = 1 #",
            "reference = 3 #",
            "reference = 3 of a track, and album.references has 1: correct the plan.",
        ),
        ('"mine.wav"', '"library:typical"', "is a profile, which holds figures and no sound, and matchering needs the"),
        ('references = ["mine.wav"]', "references = []", 'album.engine = "matchering" needs album.references'),
        ('engine = "matchering"', 'engine = "magic"', "album.engine = 'magic' must be 'mastertape' or 'matchering'."),
    ]:
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        assert sentence in refused("render", path, "--out", tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
