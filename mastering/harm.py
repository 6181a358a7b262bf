"""What stages that are not linear did to a sound: the same stream with them and without them, held side by side.

Both streams are in time with each other. Level is taken out where it would count as harm: residuals are what is left
at the gain that leaves least, the ratio of noise to mask evens out each frame, and a peak against its surroundings
has no level.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis import standards
from analysis.biquad import cascade
from analysis.hops import Growing
from analysis.kernels import fast_kernel, kernel
from analysis.loudness import k_weighting
from analysis.masking import ear, noise_to_mask
from analysis.units import Floats, amplitude_to_db, power_to_db
from mastering.mono_fold import AddedFoldLoss
from mastering.onsets import AROUND_CELLS, cell_frames, find_onsets, usual_loss_db
from mastering.overs import AddedOvers

_STEP_CELLS = 20  # a tenth of a second
_INAUDIBLE = 1e-4  # -80 dBFS
_CLEAR_DB = 1.0
_DUST = 1e-14  # share of the power: 140 dB down is rounding, or dither
_QUICK_FRAMES = 16
_MOST_FRAMES = 256  # Fourier transforms at once


@dataclass(frozen=True, kw_only=True, slots=True)
class Harm:
    """What was done to one sound. -inf: nothing that can be measured; None: nothing to measure it on.

    Attributes:
        max_gr_db: how much the peak of a 5 ms cell was brought down, at most: the gain reduction of a limiter.
        p95_gr_db: the same at 19 of 20 onsets; where a sound has few, of the peaks of each tenth of a second.
        share_over_1db: of the time in which peaks came down by more than 1 dB, 0 to 1.
        onsets: sudden rises of level that were found.
        transient_loss_db: mean loss of peak (10 ms) against RMS (100 ms) at onsets.
        transient_loss_p90_db: what the worst tenth of the onsets lost at least.
        residual_db: power of the difference at the best gain, against that of the sound without the stages.
        residual_k_db: the same after K-weighting (BS.1770-5); None where a quick look was asked for.
        nmr_db: noise-to-mask ratio over all frames and bands (BS.1387-2); None under 43 ms.
        disturbed_share: of the frames in which noise passes the mask by 1.5 dB in any band, 0 to 1.
        mono_fold_loss_db: how much more the mono sum loses against stereo, ungated; K-weighted, where a quick look was
            asked for not.
        added_overs: cells of 5 ms with a true peak over full scale that they had not.
        course_db: how much the peaks of each tenth of a second were brought down, at most: `max_gr_db` over time.
    """

    max_gr_db: float
    p95_gr_db: float
    share_over_1db: float
    onsets: int
    transient_loss_db: float | None
    transient_loss_p90_db: float | None
    residual_db: float
    residual_k_db: float | None
    nmr_db: float | None
    disturbed_share: float
    mono_fold_loss_db: float | None
    added_overs: int
    course_db: tuple[float, ...] = ()


UNTOUCHED = Harm(
    max_gr_db=0.0,
    p95_gr_db=0.0,
    share_over_1db=0.0,
    onsets=0,
    transient_loss_db=None,
    transient_loss_p90_db=None,
    residual_db=-math.inf,
    residual_k_db=-math.inf,
    nmr_db=None,
    disturbed_share=0.0,
    mono_fold_loss_db=0.0,
    added_overs=0,
)
"""Of a sound that no such stage saw."""


class HarmMeter:
    """Takes two streams block by block; memory grows by 4 kB a second.

    Args:
        rate_hz, channels: of both streams.
        quick: look for noise in one frame of sixteen, and leave K-weighting out: a tenth of the work.
    """

    def __init__(self, rate_hz: int, channels: int, *, quick: bool = False) -> None:
        self._quick = quick
        self._cells = _Cells(rate_hz)
        self._plain, self._weighted = _Residual(), _Residual()
        self._sections = k_weighting(rate_hz)
        self._states = np.zeros((2, len(self._sections), channels, 2))
        self._noise = _Noise(rate_hz, channels, _QUICK_FRAMES if quick else 1)
        self._fold, self._overs = AddedFoldLoss(), AddedOvers(cell_frames(rate_hz), channels)

    def update(self, plain: Floats, changed: Floats) -> None:
        """Take the next frames `(frames, channels)` without the stages, and the same frames with them."""
        self._plain.add(plain, changed)
        if self._quick:
            self._fold.add(plain, changed)
        else:
            both = zip(self._states, (plain, changed), strict=True)
            weighted = [cascade(self._sections, state, part) for state, part in both]
            self._weighted.add(*weighted)
            self._fold.add(*weighted)
        self._overs.add(plain, changed)
        self._cells.add(plain, changed)
        self._noise.add(plain, changed)

    def result(self) -> Harm:
        """The figures of all that was taken."""
        cells = self._cells
        energies, reductions_db = cells.plain.energies.values(), cells.reductions_db.values()
        onsets = find_onsets(energies)
        # A peak may lie in either of the two cells in which an onset is found.
        at_onsets_db = np.maximum(reductions_db[onsets], reductions_db[onsets + 1])
        in_steps_db = reductions_db[: len(reductions_db) // _STEP_CELLS * _STEP_CELLS].reshape(-1, _STEP_CELLS)
        course_db = in_steps_db.max(axis=1, initial=0.0)
        losses_db = cells.plain.crests_db(onsets) - cells.changed.crests_db(onsets)
        return Harm(
            max_gr_db=float(reductions_db.max(initial=0.0)),
            p95_gr_db=usual_loss_db(at_onsets_db, course_db),
            share_over_1db=float(np.mean(reductions_db > _CLEAR_DB)) if len(reductions_db) else 0.0,
            onsets=len(onsets),
            transient_loss_db=float(losses_db.mean()) if len(onsets) else None,
            transient_loss_p90_db=float(np.quantile(losses_db, 0.9)) if len(onsets) else None,
            residual_db=self._plain.result(),
            residual_k_db=None if self._quick else self._weighted.result(),
            nmr_db=self._noise.ratio_db(),
            disturbed_share=self._noise.disturbed_share(),
            mono_fold_loss_db=self._fold.result(),
            added_overs=self._overs.result(),
            course_db=tuple(round(float(db), 2) for db in course_db),
        )


class _Residual:
    """What is left of one stream after another is taken off at the gain that leaves least."""

    def __init__(self) -> None:
        self._plain = self._difference = self._both = 0.0

    def add(self, plain: Floats, changed: Floats) -> None:
        sums = _products(np.ascontiguousarray(plain), np.ascontiguousarray(changed))
        self._plain += sums[0]
        self._difference += sums[1]
        self._both += sums[2]

    def result(self) -> float:
        """1 - <x, y>^2 / (<x, x> <y, y>) with y = x + d, dB: written with d, so that nothing small is lost."""
        changed = self._plain + 2 * self._both + self._difference
        if self._plain <= 0 or changed <= _DUST * self._plain:
            return -math.inf if self._difference <= 0 else 0.0
        left = (self._plain * self._difference - self._both**2) / (self._plain * changed)
        return power_to_db(left) if left > _DUST else -math.inf


class _Series:
    """Peak and energy of each cell of one stream."""

    def __init__(self) -> None:
        self.peaks, self.energies = Growing(np.float32), Growing(np.float32)

    def extend(self, peaks: Floats, energies: Floats) -> None:
        self.peaks.extend(peaks)
        self.energies.extend(energies)

    def crests_db(self, onsets: NDArray[np.intp]) -> Floats:
        """Peak of the 10 ms from each onset over the RMS of the 100 ms from it, dB, up to a constant."""
        total = np.concatenate([[0.0], np.cumsum(self.energies.values(), dtype=np.float64)])
        energies = total[onsets + AROUND_CELLS] - total[onsets]
        peaks = np.maximum(self.peaks.values()[onsets], self.peaks.values()[onsets + 1]).astype(np.float64)
        crests = np.ones(len(onsets))
        heard = (energies > 0) & (peaks > 0)
        crests[heard] = peaks[heard] / np.sqrt(energies[heard])
        return amplitude_to_db(crests)


class _Cells:
    """Both streams in cells of 5 ms."""

    def __init__(self, rate_hz: int) -> None:
        self._frames = cell_frames(rate_hz)
        self._rest: list[Floats] = []
        self.plain, self.changed = _Series(), _Series()
        self.reductions_db = Growing(np.float32)

    def add(self, plain: Floats, changed: Floats) -> None:
        both = [plain, changed]
        if self._rest:
            both = [np.concatenate(pair) for pair in zip(self._rest, both, strict=True)]
        whole = len(both[0]) // self._frames
        self._rest = [part[whole * self._frames :].copy() for part in both]
        if not whole:
            return
        figures = _cells(np.ascontiguousarray(both[0]), np.ascontiguousarray(both[1]), self._frames)
        self.plain.extend(figures[0], figures[1])
        self.changed.extend(figures[2], figures[3])
        reductions_db = np.zeros(whole)
        heard = (figures[0] > _INAUDIBLE) & (figures[4] > 0)
        reductions_db[heard] = amplitude_to_db(np.asarray(figures[0][heard] / figures[4][heard]))
        self.reductions_db.extend(np.maximum(reductions_db, 0.0))


@fast_kernel
def _products(plain: Floats, changed: Floats) -> tuple[float, float, float]:
    """Sums of x x, d d and x d, where d is what was added to x."""
    xx = dd = xd = 0.0
    for i in range(plain.shape[0]):
        for channel in range(plain.shape[1]):
            x = plain[i, channel]
            d = changed[i, channel] - x
            xx += x * x
            dd += d * d
            xd += x * d
    return xx, dd, xd


@kernel
def _cells(plain: Floats, changed: Floats, frames: int) -> Floats:
    """For each whole cell: peak and energy without the stages, the same with them, and what became of the first peak.

    `(5, cells)`
    """
    out = np.zeros((5, len(plain) // frames))
    for cell in range(out.shape[1]):
        for i in range(cell * frames, (cell + 1) * frames):
            for channel in range(plain.shape[1]):
                before, after = abs(plain[i, channel]), abs(changed[i, channel])
                out[1, cell] += before * before
                out[3, cell] += after * after
                out[2, cell] = max(out[2, cell], after)
                if before > out[0, cell]:
                    out[0, cell], out[4, cell] = before, after
    return out


class _Noise:
    """Noise against mask in frames of 43 ms that overlap by half, one of every `every`; what is unchanged is passed."""

    def __init__(self, rate_hz: int, channels: int, every: int) -> None:
        self._every = every
        self._model = ear(rate_hz)
        self._rest = np.zeros((2, 0, channels))
        self._bands = len(self._model.offsets)
        self._ratios = 0.0
        self._frames = self._disturbed = 0

    def add(self, plain: Floats, changed: Floats) -> None:
        length, hop = self._model.length, self._model.length // 2
        both = np.concatenate([self._rest, np.stack([plain, changed])], axis=1)
        count = max(0, (both.shape[1] - length) // hop + 1)
        self._rest = both[:, count * hop :].copy()
        first, self._frames = self._frames, self._frames + count
        if not count:
            return
        known = both[:, : (count + 1) * hop].reshape(2, count + 1, -1)
        differs = (known[0] != known[1]).any(axis=1)
        due = (first + np.arange(count)) % self._every == 0
        touched = np.flatnonzero(due & (differs[:-1] | differs[1:]))
        frames = np.lib.stride_tricks.sliding_window_view(both, length, axis=1)[:, ::hop]
        for start in range(0, len(touched), _MOST_FRAMES):
            self._take(frames[:, touched[start : start + _MOST_FRAMES]])

    def _take(self, views: Floats) -> None:
        """Frames of both streams, `(2, frames, channels, length)`."""
        ratios = np.mean(
            [noise_to_mask(self._model, *views[:, :, channel]) for channel in range(views.shape[2])], axis=0
        )
        self._ratios += float(ratios.sum())
        worst = ratios.max(axis=1)
        self._disturbed += int((worst >= 10 ** (standards.DISTURBED_NMR_DB / 10)).sum())

    def ratio_db(self) -> float | None:
        return power_to_db(self._ratios / (self._looked_at() * self._bands)) if self._frames else None

    def disturbed_share(self) -> float:
        return self._disturbed / max(1, self._looked_at())

    def _looked_at(self) -> int:
        return -(-self._frames // self._every)
