"""Widening is taken back where it would turn the channels against each other, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.audio import Audio
from analysis.biquad import cascade
from analysis.errors import SpecificationError
from analysis.loudness import k_weighting
from analysis.units import Floats
from mastering.chain import build, process
from mastering.correlation_guard import CorrelationGuard
from mastering.mid_side import SideEq
from mastering.specs import ChainSpec, EqBand, EqShape
from mastering.stages import Width
from tests.albums import RATE_HZ
from tests.signals import pink_noise

TOLERANCE = 0.005  # of a correlation: what hops of 10 ms leave open
MONO_SUM_TOLERANCE = 1e-15  # full scale 1.0
BRIGHT = (EqBand(shape=EqShape.HIGH_SHELF, freq_hz=2_000.0, gain_db=3.0, q=0.7),)
SECONDS = 36.0
WINDOW_S = 3.0


@pytest.fixture(scope="module")
def song() -> Floats:
    """Its correlation goes from 0.5 to 0.1 for six seconds, and to -0.3 for another six."""
    rng = np.random.default_rng(1)
    mid, side = pink_noise(SECONDS, RATE_HZ, rng).T
    correlation = np.interp(np.arange(len(mid)) / RATE_HZ, [11, 12, 17, 18, 23, 24], [0.5, 0.1, 0.1, -0.3, -0.3, 0.5])
    side = side * np.sqrt((1 - correlation) / (1 + correlation))
    return np.stack([mid + side, mid - side], axis=1)


def widened(samples: Floats, width: float = 1.4, bands: tuple[EqBand, ...] = ()) -> Floats:
    return process(Audio.from_array(samples, RATE_HZ), [SideEq(bands, RATE_HZ, 2), Width(width, 2)]).read()


def guarded(
    samples: Floats, width: float = 1.4, bands: tuple[EqBand, ...] = (), lowest: float = 0.0, block_frames: int = 65_536
) -> Floats:
    guard = CorrelationGuard(width, bands, lowest, RATE_HZ, 2)
    return process(Audio.from_array(samples, RATE_HZ, block_frames=block_frames), [guard]).read()


def correlations(samples: Floats) -> Floats:
    """Of 3 s each, a tenth of a second apart, K-weighted."""
    sections = k_weighting(RATE_HZ)
    left, right = cascade(sections, np.zeros((len(sections), 2, 2)), samples).T
    sums = [np.concatenate([[0.0], np.cumsum(row)]) for row in (left * right, left**2, right**2)]
    starts = np.arange(0, len(samples) - round(WINDOW_S * RATE_HZ), RATE_HZ // 10)
    both, one, other = (row[starts + round(WINDOW_S * RATE_HZ)] - row[starts] for row in sums)
    return np.asarray(both / np.sqrt(one * other))


def side(samples: Floats) -> Floats:
    return np.asarray((samples[:, 0] - samples[:, 1]) / 2)


@pytest.mark.parametrize("bands", [(), BRIGHT], ids=["flat", "with bands"])
@pytest.mark.parametrize("lowest", [0.0, 0.2])
def test_correlation_is_held_at_the_bound_or_at_the_mixs_own(
    song: Floats, bands: tuple[EqBand, ...], lowest: float
) -> None:
    wide = widened(song, bands=bands)
    out = guarded(wide, bands=bands, lowest=lowest)
    before, unguarded, after = (correlations(samples) for samples in (song, wide, out))
    bound = np.minimum(before, lowest)
    assert (unguarded < bound - 0.1).mean() > 0.3, "the guard was needed"
    assert (after >= bound - TOLERANCE).all()


def test_where_it_need_not_act_the_widening_stays_to_the_bit(song: Floats) -> None:
    wide = widened(song)
    out = guarded(wide)
    assert np.array_equal(out[: 2 * RATE_HZ], wide[: 2 * RATE_HZ])
    assert np.array_equal(out[-2 * RATE_HZ :], wide[-2 * RATE_HZ :])
    calm = widened(song[: 4 * RATE_HZ])
    assert np.array_equal(guarded(calm), calm)
    assert np.array_equal(guarded(wide, lowest=-1.0), wide)


def test_it_never_makes_anything_narrower_than_the_mix(song: Floats) -> None:
    out = guarded(widened(song))
    share = side(out) @ side(song) / (side(song) @ side(song))
    assert 1.0 < share < 1.4
    deep = slice(20 * RATE_HZ, 21 * RATE_HZ)  # the mix itself is out of phase there
    assert np.abs(out - song)[deep].max() < 1e-6
    narrow = widened(song, 0.7)
    assert np.array_equal(guarded(narrow, 0.7), narrow)


def test_it_moves_slowly_and_in_time(song: Floats) -> None:
    out, added = side(guarded(widened(song))) - side(song), 0.4 * side(song)
    hops = len(out) // 441
    kept = np.array(
        [
            float(out[at : at + 441] @ added[at : at + 441] / (added[at : at + 441] @ added[at : at + 441]))
            for at in 441 * np.arange(hops)
        ]
    )
    assert np.abs(np.diff(kept)).max() < 0.013, "a raised cosine of 2 s, read every 10 ms"
    assert kept[300] == pytest.approx(1.0, abs=1e-9)
    assert kept[2_050] == pytest.approx(0.0, abs=1e-6)


def test_mono_stays_as_it_was(song: Floats) -> None:
    wide = widened(song)
    out = guarded(wide)
    assert np.abs(out.sum(axis=1) - wide.sum(axis=1)).max() <= MONO_SUM_TOLERANCE
    assert np.abs(out - wide).max() > 0.01


@pytest.mark.parametrize("block_frames", [777, 44_100, 10**7])
def test_blocks_of_any_size_give_the_same(song: Floats, block_frames: int) -> None:
    wide = widened(song, bands=BRIGHT)
    whole = guarded(wide, bands=BRIGHT)
    assert np.abs(guarded(wide, bands=BRIGHT, block_frames=block_frames) - whole).max() < 1e-9


def test_silence_and_one_sided_sound_are_let_pass() -> None:
    noise = pink_noise(3.0, RATE_HZ, np.random.default_rng(2))
    for samples in (np.zeros((RATE_HZ, 2)), noise * [1.0, 0.0], noise * 1e-5, -noise[:, :1] * [1.0, -1.0] * 1e-5):
        assert np.array_equal(guarded(samples), samples)


def test_what_makes_no_sense_is_refused() -> None:
    for width, lowest in ((0.0, 0.0), (1.4, 1.1), (1.4, -1.1)):
        with pytest.raises(SpecificationError, match="use -1 to 1, and a width over 0"):
            CorrelationGuard(width, (), lowest, RATE_HZ, 2)


def test_a_chain_has_it_where_something_widens() -> None:
    def kinds(**spec: object) -> list[type]:
        return [type(stage) for stage in build(ChainSpec(**spec), RATE_HZ, 2)]  # type: ignore[arg-type]

    assert kinds(width=1.4) == [Width, CorrelationGuard]
    assert kinds(side_eq=BRIGHT) == [SideEq, CorrelationGuard]
    assert kinds(width=1.4, min_correlation=-1.0) == [Width]
    assert kinds(width=0.7) == [Width]
    assert build(ChainSpec(width=1.4), RATE_HZ, 1) == ()
