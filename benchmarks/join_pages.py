"""Look at the joins of a record: a page of spectrograms and levels for every six, and a table of what is heard.

    mastertape joins album.toml --out WORK && python -m benchmarks.join_pages WORK

The table tells how loud each song still is when it stops (its last 50 ms over the softest sound, dBFS), how long it is
silent between the songs (under -70 dBFS), and the largest step in the low end, which a cut or an offset would make.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import scipy.signal
import soundfile

from analysis.units import Floats, power_to_db

HOP_S = 0.02
SILENT_DBFS = -70.0
A_PAGE = 6


def levels_dbfs(samples: Floats, rate_hz: int) -> Floats:
    """RMS of each 20 ms, all channels together, dBFS."""
    hop = round(HOP_S * rate_hz)
    parts = samples[: len(samples) // hop * hop].reshape(-1, hop * samples.shape[1])
    return power_to_db(np.mean(parts**2, axis=1) + 1e-20)


def silence_s(levels: Floats) -> tuple[float, float]:
    """Start and length of the longest silence, seconds."""
    silent = np.concatenate([[False], levels < SILENT_DBFS, [False]])
    edges = np.flatnonzero(np.diff(silent.astype(int)))
    if not len(edges):
        return 0.0, 0.0
    starts, ends = edges[::2], edges[1::2]
    longest = int(np.argmax(ends - starts))
    return float(starts[longest] * HOP_S), float((ends - starts)[longest] * HOP_S)


def thump_dbfs(samples: Floats, rate_hz: int, at_s: float) -> float:
    """Highest sample under 40 Hz within half a second after a silence begins or ends, dBFS."""
    low = scipy.signal.sosfiltfilt(scipy.signal.butter(4, 40, fs=rate_hz, output="sos"), samples.mean(axis=1))
    around = low[max(0, round((at_s - 0.05) * rate_hz)) : round((at_s + 0.05) * rate_hz)]
    return float(power_to_db(np.max(around**2, initial=1e-20)))


def main() -> None:
    """Print the table and write the pages."""
    folder = Path(sys.argv[1]) / "joins"
    files = sorted(folder.glob("*.wav"))
    print(f"{'join':<60} {'silent from':>11} {'for':>6} {'thump before':>13} {'after':>7}")
    for first in range(0, len(files), A_PAGE):
        _page(files[first : first + A_PAGE], folder / f"page-{first // A_PAGE + 1}.png")


def _page(files: list[Path], path: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, rows = plt.subplots(
        len(files), 2, figsize=(20, 4 * len(files)), squeeze=False, gridspec_kw={"width_ratios": [2, 1]}
    )
    for (picture, course), file in zip(rows, files, strict=True):
        samples, rate_hz = soundfile.read(file, always_2d=True)
        levels = levels_dbfs(samples, rate_hz)
        start_s, length_s = silence_s(levels)
        before, after = (thump_dbfs(samples, rate_hz, at_s) for at_s in (start_s, start_s + length_s))
        print(f"{file.stem:<60.60} {start_s:>9.2f} s {length_s:>4.2f} s {before:>8.0f} dBFS {after:>7.0f}")
        hz, times_s, power = scipy.signal.spectrogram(samples.mean(axis=1), rate_hz, nperseg=2048, noverlap=1536)
        picture.pcolormesh(times_s, hz, power_to_db(power + 1e-14), vmin=-120, vmax=-40, rasterized=True)
        picture.set(ylim=(30, 16_000), yscale="log", title=file.stem, ylabel="Hz", xlabel="s")
        course.plot(np.arange(len(levels)) * HOP_S, levels, linewidth=0.8)
        course.set(ylim=(-100, 0), ylabel="dBFS", xlabel="s")
        course.grid(visible=True)
    figure.tight_layout()
    figure.savefig(path, dpi=60)
    plt.close(figure)


if __name__ == "__main__":
    main()
