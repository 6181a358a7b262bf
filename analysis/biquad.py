"""The cascade of second-order sections under the EQ, the loudness weighting and other recursive filters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.kernels import kernel

if TYPE_CHECKING:
    from analysis.units import Floats

# A chunk of the output stays in the first-level cache while all sections pass over it (16 KiB in stereo).
_CHUNK_FRAMES = 1024

# State below this is set to zero after each chunk: 600 dB under full scale, far above the subnormal numbers
# (2e-308) on which processors are a hundred times slower, and far below what any sample could show.
_SILENCE = 1e-30


@kernel
def _settled(value: float) -> float:
    return value if abs(value) > _SILENCE else 0.0


@kernel
def _one_section(section: Floats, state: Floats, audio: Floats, channel: int) -> None:
    """Pass one channel through one section, in place."""
    b0, b1, b2, a1, a2 = section[0], section[1], section[2], section[4], section[5]
    s1, s2 = state[channel, 0], state[channel, 1]
    for n in range(len(audio)):
        x = audio[n, channel]
        y = b0 * x + s1
        s1 = (b1 * x + s2) - a1 * y
        s2 = b2 * x - a2 * y
        audio[n, channel] = y
    state[channel, 0], state[channel, 1] = _settled(s1), _settled(s2)


@kernel
def _two_sections(sections: Floats, state: Floats, audio: Floats, channel: int) -> None:
    """Pass one channel through two sections at once, in place.

    A recursion waits for its own last result, not for the processor; while one section waits the other works,
    which is worth a factor of two.
    """
    b0, b1, b2, a1, a2 = sections[0, 0], sections[0, 1], sections[0, 2], sections[0, 4], sections[0, 5]
    d0, d1, d2, c1, c2 = sections[1, 0], sections[1, 1], sections[1, 2], sections[1, 4], sections[1, 5]
    s1, s2 = state[0, channel, 0], state[0, channel, 1]
    t1, t2 = state[1, channel, 0], state[1, channel, 1]
    for n in range(len(audio)):
        x = audio[n, channel]
        y = b0 * x + s1
        s1 = (b1 * x + s2) - a1 * y
        s2 = b2 * x - a2 * y
        z = d0 * y + t1
        t1 = (d1 * y + t2) - c1 * z
        t2 = d2 * y - c2 * z
        audio[n, channel] = z
    state[0, channel, 0], state[0, channel, 1] = _settled(s1), _settled(s2)
    state[1, channel, 0], state[1, channel, 1] = _settled(t1), _settled(t2)


@kernel
def _all_sections(sections: Floats, state: Floats, audio: Floats) -> None:
    """Pass all channels through all sections, in place."""
    count = len(sections)
    odd = count % 2
    for start in range(0, len(audio), _CHUNK_FRAMES):
        chunk = audio[start : start + _CHUNK_FRAMES]
        for channel in range(audio.shape[1]):
            if odd:
                _one_section(sections[0], state[0], chunk, channel)
            for i in range(odd, count, 2):
                _two_sections(sections[i : i + 2], state[i : i + 2], chunk, channel)


def cascade(sections: Floats, state: Floats, block: Floats) -> Floats:
    """Filter the next block of a stream through second-order sections in series, transposed direct form II.

    The form: Oppenheim and Schafer, *Discrete-Time Signal Processing*, 3rd ed., section 6.3. The result is
    that of `scipy.signal.sosfilt`, several times faster; the cutting into blocks changes nothing above 1e-29.

    Args:
        sections: `(sections, 6)`, each b0, b1, b2, a0, a1, a2 with a0 = 1; none passes the block on.
        state: `(sections, channels, 2)`, C-contiguous, zeros at the start of a stream; changed in place.
        block: `(frames, channels)`; not changed.

    Returns:
        A new array of the block's shape.
    """
    # A copy of every layout (views, read-only) is one type to numba, which compiles each type anew for seconds.
    out = np.array(block, dtype=np.float64, order="C")
    _all_sections(np.array(sections, dtype=np.float64, order="C"), state, out)
    return out
