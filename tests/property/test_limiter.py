"""However a stream is cut into blocks and however its channels are linked, the limiter gives the same and holds."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analysis.audio import Audio
from analysis.units import Floats, db_to_amplitude
from mastering.chain import process
from mastering.limiter import Limiter
from tests.albums import peak_dbtp

RATE_HZ = 44_100
CEILING_DBTP = -12.0
BLOCK_TOLERANCE = 1e-9
OVER_CEILING_DB = 0.05  # rendering keeps 0.02 in hand; what passes that is read back, and rendered again
FRAMES = 9_000

LOUD_AT_ONCE = [(11, 635, 0.0, "noise", (1.0, 1.0)), (0, 5, 0.0, "noise", (1.0, 1.0)), (0, 2, 0.0, "tone", (1.0, 1.0))]
LOUD_TO_THE_END = [(11, 797, -4.1, "noise", (1.0, 1.0)), (0, 2, 2.8, "noise", (1.0, 0.0))]
ONE_ON_ANOTHER = [
    *[(0, 82, 0.0, "noise", (1.0, 1.0)), (0, 475, 0.0, "noise", (1.0, 1.0)), (0, 475, 19.0, "noise", (0.3, -1.0))],
    *[(0, 82, 0.0, "noise", (1.0, 1.0)), (555, 647, -6.0, "tone", (1.0, 1.0)), (1032, 153, 19.0, "tone", (1.0, 1.0))],
]

links = st.sampled_from([0.0, 0.5, 1.0])
bursts = st.lists(
    st.tuples(
        st.integers(0, FRAMES - 1),
        st.integers(1, 2_000),
        st.floats(-20.0, 20.0),
        st.sampled_from(["noise", "tone", "hit", "spikes"]),
        st.sampled_from([(1.0, 1.0), (1.0, 0.0), (0.3, -1.0)]),
    ),
    min_size=1,
    max_size=6,
)
Bursts = list[tuple[int, int, float, str, tuple[float, float]]]


def loud(wanted: Bursts, seed: int) -> Floats:
    """Bursts over a soft bed of noise, each at its own place in stereo."""
    rng = np.random.default_rng(seed)
    samples = 0.01 * rng.standard_normal((FRAMES, 2))
    for start, length, level_db, kind, sides in wanted:
        time = np.arange(min(length, FRAMES - start))
        wave = np.sin(rng.uniform(0.01, 2.8) * time)
        shape = {
            "noise": rng.standard_normal(len(time)),
            "tone": wave,
            "hit": wave * np.exp(-time / 200),
            "spikes": rng.standard_normal(len(time)) * (rng.random(len(time)) < 0.02),
        }[kind]
        samples[start : start + len(time)] += np.outer(shape, sides) * db_to_amplitude(level_db)
    return samples


@settings(max_examples=40, deadline=None)
@given(
    wanted=bursts,
    seed=st.integers(0, 999),
    link=links,
    sizes=st.lists(st.integers(0, 4_000), min_size=1, max_size=8),
)
def test_blocks_of_any_size_give_the_same_samples(wanted: Bursts, seed: int, link: float, sizes: list[int]) -> None:
    samples = loud(wanted, seed)
    edges = [0, *np.minimum(np.cumsum(sizes), FRAMES).tolist(), FRAMES]
    parts = [samples[first:last] for first, last in itertools.pairwise(edges)]

    def limited(blocks: list[Floats]) -> Floats:
        stream = Audio(rate_hz=RATE_HZ, channels=2, blocks=lambda: iter(blocks))
        return process(stream, [Limiter(CEILING_DBTP, RATE_HZ, 2, link=link)]).read()

    whole = limited([samples])
    assert whole.shape == samples.shape
    assert np.abs(limited(parts) - whole).max() <= BLOCK_TOLERANCE


@settings(max_examples=60, deadline=None)
@given(wanted=bursts, seed=st.integers(0, 999), link=links, cuts=st.booleans(), backwards=st.booleans())
@example(wanted=LOUD_AT_ONCE, seed=128, link=0.0, cuts=True, backwards=False)
@example(wanted=LOUD_TO_THE_END, seed=343, link=1.0, cuts=True, backwards=True)
@example(wanted=ONE_ON_ANOTHER, seed=13, link=1.0, cuts=True, backwards=True)
def test_the_ceiling_holds_between_the_samples(
    wanted: Bursts, seed: int, link: float, cuts: bool, backwards: bool
) -> None:
    """A pulse that reaches over an end of the stream is not there to hold a peak down: found by the examples."""
    samples = loud(wanted, seed)
    limiter = Limiter(CEILING_DBTP, RATE_HZ, 2, cuts=cuts, link=link)
    out = process(Audio.from_array(samples[::-1] if backwards else samples, RATE_HZ), [limiter]).read()
    assert peak_dbtp(out) <= CEILING_DBTP + OVER_CEILING_DB
