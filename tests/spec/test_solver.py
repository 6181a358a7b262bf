"""The gain is solved, not guessed: the limited programme meets its target, or a named bound stopped it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from analysis.audio import Audio
from analysis.units import Floats, db_to_amplitude
from mastering.chain import process
from mastering.delivery_specs import Anchor
from mastering.envelope import Envelope, measure_envelope
from mastering.gains import target_lufs
from mastering.limiter import Limiter
from mastering.loudness_solver import (
    MAX_REDUCTION_DB,
    P95_REDUCTION_DB,
    Solution,
    first_hop,
    solve,
    whole_programme,
)
from tests.albums import album, deliver, delivery, loudness_lufs, music, peak_dbtp, track
from tests.signals import musical_noise, pink_noise, sine, stereo

RATE_HZ = 44_100
CEILING_DBTP = -1.0
TARGET_LU = 0.1  # promised
PREDICTED_LU = 0.1  # by the envelope alone, before anything is rendered
BOUNDED_LU = 0.15  # noise limited by 4 dB
BOUND_DB = 0.02  # what stops a gain lets through
DEPTH_DB = 0.3  # predicted against real depth of limiting
PEAK_DB = 0.2  # the 2-fold grid of the envelope against the real peak of music


def sparse() -> Floats:
    """Soft noise with one click: almost nothing would be limited, but that by far too much."""
    samples = 0.003 * np.random.default_rng(2).standard_normal((8 * RATE_HZ, 2))
    samples[4 * RATE_HZ] = 0.9
    return samples


SIGNALS = {
    "music": lambda: music(8.0, RATE_HZ, np.random.default_rng(3)),
    "moving noise": lambda: musical_noise(8.0, RATE_HZ, np.random.default_rng(4)),
    "pink noise": lambda: pink_noise(8.0, RATE_HZ, np.random.default_rng(5)),
    "bass": lambda: stereo(sine(50.0, 8.0, RATE_HZ)) * 0.5,
}


def envelope(samples: Floats) -> Envelope:
    return measure_envelope(Audio.from_array(samples, RATE_HZ), 0)


def solved(samples: Floats, wanted_lufs: float, ceiling_dbtp: float | None = CEILING_DBTP) -> Solution:
    return solve([envelope(samples)], wanted_lufs, ceiling_dbtp, whole_programme(RATE_HZ))


def really(samples: Floats, solution: Solution) -> tuple[Floats, float]:
    """What the real limiter makes of it, and how deep it went."""
    limiter = Limiter(CEILING_DBTP, RATE_HZ, 2)
    louder = Audio.from_array(samples * db_to_amplitude(solution.gain_db), RATE_HZ)
    return process(louder, [limiter]).read(), limiter.deepest_db


@pytest.mark.parametrize("wanted_lufs", [-30.0, -18.0, -14.0])
@pytest.mark.parametrize("name", SIGNALS)
def test_the_real_limiter_meets_the_target(name: str, wanted_lufs: float) -> None:
    samples = SIGNALS[name]()
    solution = solved(samples, wanted_lufs)
    out, deepest_db = really(samples, solution)
    assert solution.bound is None
    assert solution.loudness_lufs == pytest.approx(wanted_lufs, abs=0.01)
    assert loudness_lufs(out, RATE_HZ) == pytest.approx(wanted_lufs, abs=PREDICTED_LU)
    assert solution.limiting.max_db == pytest.approx(deepest_db, abs=DEPTH_DB)


def test_the_limiter_had_work_to_do_in_that() -> None:
    """Else meeting the target would be no more than a sum."""
    assert solved(SIGNALS["music"](), -14.0).limiting.max_db > 2.0
    assert solved(SIGNALS["moving noise"](), -14.0).limiting.max_db > 2.0


def test_without_a_ceiling_gain_is_the_difference() -> None:
    samples = SIGNALS["music"]()
    plain = loudness_lufs(samples, RATE_HZ)
    solution = solved(samples, -5.0, None)
    assert solution.gain_db == pytest.approx(-5.0 - plain, abs=PREDICTED_LU)
    assert (solution.limiting.max_db, solution.bound) == (0.0, None)


@pytest.mark.parametrize("name", ["music", "moving noise", "pink noise"])
def test_most_peaks_lose_at_most_4_db(name: str) -> None:
    samples = SIGNALS[name]()
    solution = solved(samples, -5.0)
    assert solution.bound is not None
    assert solution.bound.on_most
    assert solution.bound.asked.p95_db > P95_REDUCTION_DB
    assert solution.limiting.p95_db == pytest.approx(P95_REDUCTION_DB, abs=BOUND_DB)
    assert solution.loudness_lufs < -5.0 - TARGET_LU
    assert loudness_lufs(really(samples, solution)[0], RATE_HZ) == pytest.approx(solution.loudness_lufs, abs=BOUNDED_LU)


def test_no_peak_loses_more_than_8_db() -> None:
    samples = sparse()
    solution = solved(samples, -20.0)
    assert solution.bound is not None
    assert not solution.bound.on_most
    assert "where 8 is the most" in solution.bound.text
    assert solution.limiting.max_db == pytest.approx(MAX_REDUCTION_DB, abs=BOUND_DB)
    assert really(samples, solution)[1] == pytest.approx(MAX_REDUCTION_DB, abs=DEPTH_DB)


def test_more_is_never_less() -> None:
    measured = [envelope(SIGNALS["music"]())]
    found = [solve(measured, float(wanted), CEILING_DBTP, whole_programme(RATE_HZ)) for wanted in range(-30, -4, 2)]
    gains = [solution.gain_db for solution in found]
    assert all(after >= before - BOUND_DB for before, after in pairwise(gains))


@pytest.mark.parametrize("samples", [np.zeros((8 * RATE_HZ, 2)), np.zeros((100, 2)), np.zeros((0, 2))])
def test_silence_is_left_alone(samples: Floats) -> None:
    solution = solved(samples, -14.0)
    assert (solution.gain_db, solution.bound, solution.limiting.max_db) == (0.0, None, 0.0)


def test_an_envelope_keeps_the_peaks_and_the_length() -> None:
    samples = SIGNALS["music"]()
    measured = envelope(samples)
    assert (measured.frames, measured.start, measured.rate_hz) == (len(samples), 0, RATE_HZ)
    assert len(measured.peaks) == -(-len(samples) // measured.cell_frames)
    assert measured.highest == pytest.approx(db_to_amplitude(peak_dbtp(samples)), rel=db_to_amplitude(PEAK_DB) - 1)
    where = int(measured.peaks.argmax()) * measured.cell_frames
    assert abs(where - int(np.abs(samples).max(axis=1).argmax())) <= 2 * measured.cell_frames


@pytest.mark.parametrize("block_frames", [1_000, 65_536])
def test_an_envelope_does_not_depend_on_blocks(block_frames: int) -> None:
    samples = SIGNALS["music"]()[: 2 * RATE_HZ + 7]
    whole = envelope(samples)
    parts = measure_envelope(Audio.from_array(samples, RATE_HZ, block_frames=block_frames), 0)
    assert parts.peaks == pytest.approx(whole.peaks, rel=0, abs=5e-4)  # float16
    assert parts.hop_energies == pytest.approx(whole.hop_energies, rel=1e-6)  # float32


def test_stretches_are_counted_on_tenths_of_a_second() -> None:
    assert [first_hop(frame, 48_000) for frame in (0, 2_399, 2_401, 48_000, 50_000)] == [0, 0, 10, 100, 100]


def test_a_delivery_without_a_loudness_takes_the_albums_or_its_fallback() -> None:
    song = track(np.zeros((10, 2)))
    own, none = delivery(loudness_lufs=-16.0), delivery(loudness_lufs=None, fallback_lufs=-12.0)
    assert target_lufs(album(song, loudness_lufs=-9.0), own) == -16.0
    assert target_lufs(album(song, loudness_lufs=-9.0), none) == -9.0
    assert target_lufs(album(song), none) == -12.0


@pytest.mark.parametrize("anchor", Anchor)
@pytest.mark.parametrize("wanted_lufs", [-20.0, -16.0])
def test_what_a_delivery_anchors_on_meets_the_target(anchor: Anchor, wanted_lufs: float, tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    songs = [music(5.0, RATE_HZ, rng), 0.5 * music(6.0, RATE_HZ, rng, tempo_bpm=90), 0.4 * music(4.0, RATE_HZ, rng)]
    wanted = album(*(track(samples, felt_end_s=len(samples) / RATE_HZ - 0.3) for samples in songs))
    place = delivery(anchor=anchor, loudness_lufs=wanted_lufs, ceiling_dbtp=CEILING_DBTP)
    made = deliver(wanted, songs, place, tmp_path / "out")
    tracks = [found.loudness_lufs for found in made.tracks if found.loudness_lufs is not None]
    assert made.limiting.room_db >= 0
    if anchor is Anchor.ALBUM:
        assert made.loudness_lufs == pytest.approx(wanted_lufs, abs=TARGET_LU)
        assert max(tracks) > wanted_lufs + 1.0 > wanted_lufs - 1.0 > min(tracks), "songs keep their relations"
    elif anchor is Anchor.LOUDEST_TRACK:
        assert max(tracks) == pytest.approx(wanted_lufs, abs=TARGET_LU)
        assert min(tracks) < wanted_lufs - 1.0, "songs keep their relations"
    else:
        assert tracks == pytest.approx([wanted_lufs] * 3, abs=TARGET_LU)
