"""What a limiter at work for seconds does to the way a song moves, and the ride that makes up for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from analysis.audio import Audio
from analysis.loudness import LoudnessMeter
from analysis.units import Floats, db_to_amplitude
from mastering.balance import RANGE_DB, BalanceRide, ridden, ridden_envelope, solve_balanced
from mastering.envelope import measure_envelope
from mastering.timeline import lay_out
from tests.albums import RATE_HZ, album, deliver, delivery, music, track
from tests.signals import feed

APART_LU = 0.3  # how far loud and quiet may end up nearer each other than they were; without the ride 0.9
CEILING_DBTP = -1.0


@pytest.fixture(scope="module")
def song() -> Floats:
    """Loud, quiet, loud: 12 s each, 6 dB apart, with peaks that a limiter meets."""
    samples = music(36.0, RATE_HZ, np.random.default_rng(3))
    frames = 12 * RATE_HZ
    shape_db = np.concatenate([np.zeros(frames), np.full(frames, -6.0), np.zeros(frames)])
    return np.asarray(samples * db_to_amplitude(shape_db)[:, None])


def passages_lu(samples: Floats) -> float:
    """How far the loud passages stand over the quiet one."""
    meter = LoudnessMeter(RATE_HZ, 2)
    feed(meter, samples)
    levels = meter.short_term_lufs()
    return float(np.median(levels[200:700]) - np.median(levels[1_400:1_900]))


def test_loud_and_quiet_stay_apart_through_the_limiter(song: Floats, tmp_path: Path) -> None:
    place = delivery(loudness_lufs=-14.0)
    done = deliver(album(track(song)), [song], place, tmp_path / "out")
    assert done.limiting.p95_db > 2.0, "the limiter was to work"
    written, _ = soundfile.read(tmp_path / "out" / done.tracks[0].file, always_2d=True)
    assert passages_lu(written) > passages_lu(song) - APART_LU
    assert done.loudness_lufs == pytest.approx(-14.0, abs=0.1)


def test_the_ride_is_small_and_about_nothing(song: Floats) -> None:
    wanted = album(track(song))
    timeline = lay_out(wanted, RATE_HZ)
    envelopes = [measure_envelope(Audio.from_array(song, RATE_HZ), 0)]
    _, rides = solve_balanced(wanted, delivery(loudness_lufs=-10.0), timeline, envelopes, CEILING_DBTP)
    assert rides[0] is not None
    assert np.abs(rides[0].steps_db).max() <= RANGE_DB
    assert rides[0].steps_db.max() > 0.0 > rides[0].steps_db.min()


@pytest.mark.parametrize(
    ("target_lufs", "as_is", "ceiling"), [(-30.0, False, -1.0), (-10.0, True, -1.0), (-10.0, False, None)]
)
def test_without_limiting_there_is_no_ride(
    target_lufs: float, as_is: bool, ceiling: float | None, song: Floats
) -> None:
    wanted = album(track(song), as_is=as_is)
    envelopes = [measure_envelope(Audio.from_array(song, RATE_HZ), 0)]
    place = delivery(loudness_lufs=target_lufs)
    assert solve_balanced(wanted, place, lay_out(wanted, RATE_HZ), envelopes, ceiling)[1] == (None,)


@pytest.mark.parametrize("block_frames", [1, 777, 65_536])
def test_the_size_of_blocks_changes_nothing(block_frames: int, song: Floats) -> None:
    part = song[:5_000]
    ride = BalanceRide(start=1_000, frames=3_000, steps_db=np.array([1.0, -1.0]))
    whole = ridden(Audio.from_array(part, RATE_HZ, block_frames=5_000), 0, [ride]).read()
    again = ridden(Audio.from_array(part, RATE_HZ, block_frames=block_frames), 0, [ride]).read()
    assert np.array_equal(whole, again)
    assert np.array_equal(whole[:1_000], part[:1_000])
    assert np.array_equal(whole[4_000:], part[4_000:])
    assert not np.array_equal(whole[1_000:4_000], part[1_000:4_000])


def test_the_envelope_is_ridden_as_the_audio_is(song: Floats) -> None:
    plain = measure_envelope(Audio.from_array(song, RATE_HZ), 0)
    steps = np.concatenate([np.full(120, 1.5), np.linspace(1.5, -1.5, 120), np.full(120, -1.5)])
    ride = BalanceRide(start=0, frames=len(song), steps_db=steps)
    foretold = ridden_envelope(plain, ride)
    measured = measure_envelope(ridden(Audio.from_array(song, RATE_HZ), 0, [ride]), 0)
    assert foretold.hop_energies == pytest.approx(measured.hop_energies, rel=0.01, abs=1e-6)
    assert foretold.peaks.astype(float) == pytest.approx(measured.peaks.astype(float), rel=0.01, abs=1e-3)
