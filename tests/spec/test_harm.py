"""What stages did to a sound, on sounds where anyone can tell: added noise, clipping, a gain, a hold on peaks."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from analysis.audio import Audio
from analysis.units import Floats, amplitude_to_db, db_to_amplitude
from mastering.harm import UNTOUCHED, Harm, HarmMeter
from mastering.harm_tracks import TrackHarms, watched
from mastering.limiter import Limiter
from mastering.onsets import find_onsets
from mastering.timeline import lay_out
from tests.albums import RATE_HZ, album, music, track
from tests.signals import musical_noise, pink_noise, sine, stereo

CELL_FRAMES = 220  # 5 ms
BLOCK_SIZE_TOLERANCE = 1e-9


@pytest.fixture(scope="module")
def song() -> Floats:
    return music(6.0, RATE_HZ, np.random.default_rng(3))


def measured(plain: Floats, changed: Floats, *, block_frames: int = 65_536, quick: bool = False) -> Harm:
    meter = HarmMeter(RATE_HZ, plain.shape[1], quick=quick)
    for start in range(0, len(plain), block_frames):
        meter.update(plain[start : start + block_frames], changed[start : start + block_frames])
    return meter.result()


def noise_like(samples: Floats, level_db: float) -> Floats:
    """White noise so far below the power of some samples."""
    noise = np.random.default_rng(4).standard_normal(samples.shape)
    return np.asarray(noise * np.sqrt(np.mean(samples**2)) * db_to_amplitude(level_db))


def test_the_same_sound_shows_nothing(song: Floats) -> None:
    found = measured(song, song.copy())
    assert (found.max_gr_db, found.p95_gr_db, found.share_over_1db) == (0.0, 0.0, 0.0)
    assert (found.residual_db, found.residual_k_db, found.nmr_db) == (-math.inf, -math.inf, -math.inf)
    assert (found.transient_loss_db, found.transient_loss_p90_db, found.disturbed_share) == (0.0, 0.0, 0.0)


def test_a_gain_is_told_as_a_gain_and_harms_nothing(song: Floats) -> None:
    found = measured(song, song * db_to_amplitude(-3.0))
    assert found.p95_gr_db == pytest.approx(3.0, abs=1e-5)
    assert found.share_over_1db > 0.95
    assert (found.residual_db, found.residual_k_db, found.nmr_db) == (-math.inf, -math.inf, -math.inf)
    assert found.transient_loss_db == pytest.approx(0.0, abs=1e-5)


@pytest.mark.parametrize("level_db", [-20.0, -40.0, -60.0])
def test_added_noise_is_left_at_its_level(song: Floats, level_db: float) -> None:
    assert measured(song, song + noise_like(song, level_db)).residual_db == pytest.approx(level_db, abs=0.1)


def test_a_clipped_sine_leaves_its_harmonics() -> None:
    tone = stereo(sine(1000.0, 2.0, RATE_HZ, phase_deg=10.0))
    # Clipped at half its height, the fundamental is (2 / pi)(asin(c) + c sqrt(1 - c^2)) / 2 of itself ...
    half = 0.5
    fundamental = 2 / math.pi * (math.asin(half) + half * math.sqrt(1 - half**2))
    # ... and the mean square (2 / pi)(asin(c) / 2 - sin(2 asin(c)) / 4) + c^2 (1 - 2 asin(c) / pi).
    angle = math.asin(half)
    power = 2 / math.pi * (angle / 2 - math.sin(2 * angle) / 4) + half**2 * (1 - 2 * angle / math.pi)
    wanted_db = 10 * math.log10(1 - fundamental**2 / 2 / power)
    found = measured(tone, np.clip(tone, -half, half))
    assert found.residual_db == pytest.approx(wanted_db, abs=0.05)
    assert found.max_gr_db == pytest.approx(6.02, abs=0.01)


def test_noise_under_the_mask_is_told_from_noise_beside_it() -> None:
    band = pink_noise(4.0, RATE_HZ, np.random.default_rng(5))
    tone = stereo(sine(1000.0, 4.0, RATE_HZ)) * 0.1
    near, far = (stereo(sine(hz, 4.0, RATE_HZ)) * 0.001 for hz in (1100.0, 7000.0))
    hidden, heard = measured(tone, tone + near), measured(tone, tone + far)
    assert hidden.residual_db == pytest.approx(heard.residual_db, abs=0.1)
    assert hidden.disturbed_share == 0.0
    assert heard.disturbed_share == 1.0
    assert measured(tone + band, tone + band + far).disturbed_share < 0.05


def test_noise_against_mask_rises_with_the_noise(song: Floats) -> None:
    found = [measured(song, song + noise_like(song, level_db)).nmr_db or 0.0 for level_db in (-60.0, -50.0, -40.0)]
    assert np.diff(found) == pytest.approx([10.0, 10.0], abs=1.5)


def test_clicks_that_lose_their_peak_are_lost_transients() -> None:
    samples = pink_noise(8.0, RATE_HZ, np.random.default_rng(6)) * 0.5
    clicks = np.arange(RATE_HZ // 2, len(samples) - RATE_HZ, RATE_HZ // 2)
    for click in clicks:
        samples[click : click + 40] += 0.5
    lower = samples.copy()
    for click in clicks:
        lower[click : click + 40] -= 0.25
    found = measured(samples, lower)
    assert found.onsets == len(clicks)
    # Half the peak, and the RMS of the surroundings falls too: what is left is what the noise holds up.
    crests_db = []
    for version in (samples, lower):
        parts = [version[click // CELL_FRAMES * CELL_FRAMES :][: 20 * CELL_FRAMES] for click in clicks]
        crests_db.append([amplitude_to_db(float(np.abs(part).max() / np.sqrt(np.mean(part**2)))) for part in parts])
    wanted_db = np.array(crests_db[0]) - np.array(crests_db[1])
    assert wanted_db.mean() > 2.0
    assert found.transient_loss_db == pytest.approx(wanted_db.mean(), abs=0.1)
    assert found.p95_gr_db == pytest.approx(6.0, abs=1.0)  # with the noise on top


def test_onsets_are_found_where_they_are() -> None:
    energies = np.full(1000, 1.0)
    for place in (200, 400, 700):
        energies[place : place + 30] += np.exp(-np.arange(30) / 8) * 50
    energies[850:] *= np.linspace(1, 4, 150)  # a swell is none
    assert list(find_onsets(energies)) == [200, 400, 700]
    assert not len(find_onsets(np.zeros(1000)))
    assert not len(find_onsets(np.ones(10)))


@pytest.mark.parametrize("quick", [False, True])
def test_what_mono_loses_more_is_told(quick: bool) -> None:
    mid, side = pink_noise(4.0, RATE_HZ, np.random.default_rng(8)).T
    plain, wider = (np.stack([mid + gain * side, mid - gain * side], axis=1) for gain in (0.5, 1.0))
    mids, sides = np.mean(mid**2), np.mean(side**2)
    wanted_db = 10 * math.log10((1 + sides / mids) / (1 + 0.25 * sides / mids))
    found = measured(plain, wider, quick=quick)
    # Both are pink, so that weighting changes their powers alike, give or take what noise does.
    assert found.mono_fold_loss_db == pytest.approx(wanted_db, abs=1e-9 if quick else 0.05)
    assert measured(wider, plain, quick=quick).mono_fold_loss_db == pytest.approx(-(found.mono_fold_loss_db or 0))
    assert measured(plain, plain * 0.25, quick=quick).mono_fold_loss_db == pytest.approx(0.0, abs=1e-9)
    assert measured(mid[:, None], 2 * mid[:, None], quick=quick).mono_fold_loss_db == 0.0
    against = np.stack([mid, -mid], axis=1)
    assert measured(plain, against, quick=quick).mono_fold_loss_db is None


@pytest.mark.parametrize("quick", [False, True])
def test_peaks_that_pass_full_scale_between_the_samples_are_counted_where_they_are_new(quick: bool) -> None:
    """A tone at a quarter of the rate, 45 degrees off: its samples read 3 dB under its peaks."""
    tone = np.sin(np.pi / 2 * np.arange(RATE_HZ) + np.pi / 4)
    envelope = np.full(RATE_HZ, 0.4)
    for first, last in ((30, 30), (60, 62), (90, 90)):  # bursts in one cell, in three, in one
        envelope[first * CELL_FRAMES + 60 : (last + 1) * CELL_FRAMES - 60] = 1.2
    loud = np.stack([envelope * tone, 0.3 * tone], axis=1)
    assert np.abs(loud).max() < 1.0, "no sample passes"
    calm = 0.5 * loud
    assert measured(calm, loud, quick=quick).added_overs == 5
    assert measured(loud, calm, quick=quick).added_overs == 0
    assert measured(loud, 1.1 * loud, quick=quick).added_overs == 0, "they were there"
    one_less = loud.copy()
    one_less[85 * CELL_FRAMES :] *= 0.5
    assert measured(one_less, loud, quick=quick).added_overs == 1


@pytest.mark.parametrize("block_frames", [1000, 4096, 10**6])
@pytest.mark.parametrize("quick", [False, True])
def test_blocks_of_any_size_give_the_same(song: Floats, block_frames: int, quick: bool) -> None:
    clipped = np.clip(song * 2.5, -0.6, 0.6)
    found, wanted = (measured(song, clipped, block_frames=size, quick=quick) for size in (block_frames, 65_536))
    for name, value in dataclasses.asdict(wanted).items():
        told = getattr(found, name)
        assert told == (None if value is None else pytest.approx(value, abs=BLOCK_SIZE_TOLERANCE)), name


def test_a_quick_look_is_near() -> None:
    plain = musical_noise(20.0, RATE_HZ, np.random.default_rng(7))
    clipped = np.clip(plain, -0.2, 0.2)
    quick, closely = measured(plain, clipped, quick=True), measured(plain, clipped)
    assert quick.residual_db == closely.residual_db
    assert quick.residual_k_db is None
    assert quick.nmr_db == pytest.approx(closely.nmr_db, abs=3.0)


@pytest.mark.parametrize("samples", [np.zeros((0, 2)), np.zeros((100, 2)), np.zeros((RATE_HZ, 1))])
def test_silence_and_nearly_nothing_harm_nothing(samples: Floats) -> None:
    found = measured(samples, samples.copy())
    assert dataclasses.replace(found, nmr_db=None, residual_k_db=-math.inf, course_db=()) == UNTOUCHED


def test_a_muted_song_is_all_lost(song: Floats) -> None:
    assert measured(song, np.zeros_like(song)).residual_db == 0.0


def test_a_watched_limiter_gives_the_same_and_shows_both_sides_in_time(song: Floats) -> None:
    audio = Audio.from_array(song * 2.5, RATE_HZ, block_frames=5000)
    before, after = [], []

    def watch(plain: Floats, changed: Floats) -> None:
        before.append(plain)
        after.append(changed)

    limiter = Limiter(-6.0, RATE_HZ, 2)
    out = watched(audio, [limiter], watch).read()
    assert np.array_equal(np.concatenate(before), song * 2.5)
    assert np.array_equal(np.concatenate(after), out)
    found = measured(song * 2.5, out)
    assert limiter.deepest_db - 0.5 < found.max_gr_db < limiter.deepest_db + 0.05, "samples show less than peaks"
    assert found.disturbed_share < 0.05


def test_each_track_of_a_unit_has_its_own_figures(song: Floats) -> None:
    timeline = lay_out(album(track(song, gap_s=0.0), track(song)), RATE_HZ)
    (unit,) = timeline.units
    harms = TrackHarms(timeline, unit)
    plain = np.concatenate([song, song])
    changed = plain.copy()
    changed[len(song) :] *= 0.5
    for start in range(0, len(plain), 50_000):
        harms.update(plain[start : start + 50_000], changed[start : start + 50_000])
    found = harms.result()
    assert found[0].max_gr_db == 0.0
    assert found[1].p95_gr_db == pytest.approx(6.02, abs=0.01)


@pytest.mark.parametrize("rate_hz", [8_000, 48_000, 192_000, 384_000])
def test_any_rate_will_do(rate_hz: int) -> None:
    plain = 0.1 * sine(1000.0, 1.0, rate_hz)[:, None]
    changed = plain + 0.001 * sine(3000.0, 1.0, rate_hz)[:, None]
    meter = HarmMeter(rate_hz, 1)
    meter.update(plain, changed)
    found = meter.result()
    assert found.residual_db == pytest.approx(-40.0, abs=0.01)
    wanted = HarmMeter(44_100, 1)
    plain = 0.1 * sine(1000.0, 1.0, 44_100)[:, None]
    wanted.update(plain, plain + 0.001 * sine(3000.0, 1.0, 44_100)[:, None])
    # As many bands as lie under half the rate hold noise; a frame lasts 32 to 46 ms.
    assert found.nmr_db == pytest.approx(wanted.result().nmr_db, abs=2.0)
