"""The limiters that are held side by side: each takes samples `(frames, 2)`, a ceiling and a rate, in time.

Each runs as it comes, but for its ceiling. That is a true peak for ours, a sample's peak for the others; what they make
of it between the samples is the caller's to see. `alimiter` would raise its output to full scale again and leave its
look-ahead in as delay: both are switched off.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import warnings
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mastering.limiter import Limiter

Samples = NDArray[np.float64]
Limit = Callable[[Samples, float, int], Samples]
"""Samples, ceiling in dB, sample rate in Hz."""

OURS = "mastertape"
BLOCK_FRAMES = 65_536


def found() -> tuple[dict[str, Limit], list[str]]:
    """The limiters that are there, ours first, and a line for each that is not."""
    wanted: list[tuple[str, Limit, bool, str]] = [
        (OURS, by_ours, True, ""),
        ("hyrax", by_hyrax, importlib.util.find_spec("matchering") is not None, "pip install matchering"),
        ("pedalboard", by_pedalboard, importlib.util.find_spec("pedalboard") is not None, "pip install pedalboard"),
        ("alimiter", by_alimiter, shutil.which("ffmpeg") is not None, "install ffmpeg"),
    ]
    there = {name: limit for name, limit, installed, _ in wanted if installed}
    return there, [f"{name} is left out: {remedy}" for name, _, installed, remedy in wanted if not installed]


def by_ours(samples: Samples, ceiling_db: float, rate_hz: int) -> Samples:
    """The product's, in the blocks of a render."""
    limiter = Limiter(ceiling_db, rate_hz, samples.shape[1])
    blocks = [samples[start : start + BLOCK_FRAMES] for start in range(0, len(samples), BLOCK_FRAMES)]
    return np.concatenate([*(limiter.process(block) for block in blocks), limiter.flush()])


def by_hyrax(samples: Samples, ceiling_db: float, rate_hz: int) -> Samples:
    """Matchering's."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it imports names that scipy means to drop
        from matchering import Config
        from matchering.limiter import limit

    config = Config(threshold=10 ** (ceiling_db / 20))
    config.internal_sample_rate = rate_hz  # set here: the constructor would write a note of it
    return np.asarray(limit(samples, config))


def by_pedalboard(samples: Samples, ceiling_db: float, rate_hz: int) -> Samples:
    """Pedalboard's, which is JUCE's: two compressors in a row, then a clip at full scale."""
    from pedalboard import Limiter as PedalboardLimiter

    limiter = PedalboardLimiter(threshold_db=ceiling_db)
    return np.asarray(limiter(np.ascontiguousarray(samples.T, dtype=np.float32), rate_hz).T, dtype=np.float64)


def by_alimiter(samples: Samples, ceiling_db: float, rate_hz: int) -> Samples:
    """Ffmpeg's."""
    stream = ["-f", "f64le", "-ar", str(rate_hz), "-ac", str(samples.shape[1])]
    chain = f"alimiter=limit={10 ** (ceiling_db / 20):.6f}:level=false:latency=true"
    words = ["ffmpeg", "-v", "error", "-threads", "1", *stream, "-i", "-", "-af", chain, *stream, "-"]
    out = subprocess.run(words, input=np.ascontiguousarray(samples).tobytes(), capture_output=True, check=True)
    limited = np.frombuffer(out.stdout).reshape(-1, samples.shape[1])[: len(samples)]
    return np.pad(limited, ((0, len(samples) - len(limited)), (0, 0)))
