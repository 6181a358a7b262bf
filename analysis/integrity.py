"""What is wrong with the samples as such: offset, clipping, noise floor, silence, and the grid they lie on."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from analysis.hops import HOPS_PER_SECOND, HopSums, complete_hops, hop_edge
from analysis.kernels import kernel
from analysis.units import Floats, amplitude_to_db, power_to_db

_SHORTEST_RUN = 3  # fewer equal samples at full scale happen without clipping
_FULL_SCALE = 0.9999  # below the highest code of 16 bit, 32767/32768
_FLAT = 1e-4  # how much samples of a clipped run may differ: decoders and dither leave a little
_CORNER = 4e-4
"""A clipped run is entered by a step larger than this. A round top that is flat to 1e-4 over three samples, as a bass
note has at full scale, is left by 3e-4 at most: over the middle its steps grow by its curvature, 2e-4 at most."""
_NOISE_WINDOW_HOPS = 40
_SEGMENT_HOPS = 50
_FEWEST_SEGMENTS = 20
_SURE = 3.0  # standard errors
_LEAST_POWER = 1e-4  # of the mean: softer moments count alike
_SILENCE = 1e-18  # mean square: 180 dB under full scale

# Columns of the scanner's state, one row a channel.
(
    _SUM,
    _SQUARES,
    _PEAK,
    _LAST,
    _RUN,
    _ENTRY,
    _RUNS,
    _FIRST_RUN,
    _OFF_16,
    _OFF_24,
    _FIRST_SOUND,
    _LAST_SOUND,
) = range(12)


@dataclass(frozen=True, kw_only=True, slots=True)
class Integrity:
    """Figures of the raw samples.

    Attributes:
        dc_offset: what each channel has under all its sound, full scale 1.0: the mean between the first and the last
            sound, in which soft moments count more than loud ones.
        sample_peak_dbfs: greatest sample.
        rms_dbfs: of all channels together; a full-scale square wave reads 0.
        clipped_runs: runs of three or more equal samples at full scale, entered by a step.
        clipped_first_s: where the first one is; None without any.
        noise_floor_dbfs: RMS of the quietest 0.4 s without digital silence in it; None where there is none.
        digital_head_s, digital_tail_s: exact zeros at the start and the end.
        grid_bits: 16 or 24 where every sample is an integer of that many bits, else None.
    """

    dc_offset: tuple[float, ...]
    sample_peak_dbfs: float
    rms_dbfs: float
    clipped_runs: int
    clipped_first_s: float | None
    noise_floor_dbfs: float | None
    digital_head_s: float
    digital_tail_s: float
    grid_bits: int | None


@kernel
def _note_sound(row: Floats, x: float, frame: int) -> None:
    """Take a sample that is not zero: where sound lies, and whether it lies on the grids."""
    if row[_FIRST_SOUND] < 0:
        row[_FIRST_SOUND] = frame
    row[_LAST_SOUND] = frame
    scaled = x * 32768.0
    if scaled != np.floor(scaled):
        row[_OFF_16] = 1.0
        scaled = x * 8388608.0
        if scaled != np.floor(scaled):
            row[_OFF_24] = 1.0


@kernel
def _note_full_scale(row: Floats, x: float, frame: int) -> None:
    """Take a sample at full scale or above: a run grows or begins."""
    step = abs(x - row[_LAST])
    if row[_RUN] > 0 and step <= _FLAT:
        row[_RUN] += 1
    else:
        row[_RUN], row[_ENTRY] = 1, step
    if row[_RUN] == _SHORTEST_RUN and row[_ENTRY] > _CORNER:
        row[_RUNS] += 1
        if row[_FIRST_RUN] < 0:
            row[_FIRST_RUN] = frame - _SHORTEST_RUN + 1


@kernel
def _scan(block: Floats, start: int, state: Floats) -> None:
    for channel in range(block.shape[1]):
        row = state[channel]
        for i in range(block.shape[0]):
            x = block[i, channel]
            size = abs(x)
            row[_SUM] += x
            row[_SQUARES] += x * x
            row[_PEAK] = max(row[_PEAK], size)
            if x != 0.0:
                _note_sound(row, x, start + i)
            if size >= _FULL_SCALE:
                _note_full_scale(row, x, start + i)
            else:
                row[_RUN] = 0
            row[_LAST] = x


class IntegrityMeter:
    """Takes blocks `(frames, channels)`."""

    def __init__(self, rate_hz: int, channels: int) -> None:
        self.rate_hz = rate_hz
        self._channels = channels
        self._state = np.zeros((channels, 12))
        self._state[:, [_FIRST_RUN, _FIRST_SOUND, _LAST_SOUND]] = -1
        self._frames = 0
        self._energies = HopSums(rate_hz)
        self._sums = [HopSums(rate_hz) for _ in range(channels)]

    def update(self, block: Floats) -> None:
        """Take the next block."""
        _scan(block, self._frames, self._state)
        self._frames += len(block)
        self._energies.add(np.einsum("ij,ij->i", block, block) / self._channels)
        for sums, channel in zip(self._sums, block.T, strict=True):
            sums.add(channel)

    def result(self) -> Integrity:
        """The figures of all that was taken."""
        state = self._state
        heard = state[state[:, _FIRST_SOUND] >= 0]
        first = int(heard[:, _FIRST_SOUND].min()) if len(heard) else self._frames
        after = self._frames - 1 - int(heard[:, _LAST_SOUND].max()) if len(heard) else self._frames
        clipped = state[state[:, _FIRST_RUN] >= 0, _FIRST_RUN]
        count = max(self._frames, 1)
        return Integrity(
            dc_offset=self._dc_offset(first, self._frames - after),
            sample_peak_dbfs=amplitude_to_db(float(state[:, _PEAK].max())),
            rms_dbfs=power_to_db(float(state[:, _SQUARES].sum()) / (count * self._channels)),
            clipped_runs=int(state[:, _RUNS].sum()),
            clipped_first_s=float(clipped.min()) / self.rate_hz if len(clipped) else None,
            noise_floor_dbfs=self._noise_floor_dbfs(),
            digital_head_s=first / self.rate_hz,
            digital_tail_s=after / self.rate_hz,
            grid_bits=None if state[:, _OFF_24].any() else 24 if state[:, _OFF_16].any() else 16,
        )

    def _dc_offset(self, first: int, end: int) -> tuple[float, ...]:
        """The offset between two frames.

        Means of half seconds are weighed by the inverse of their power: what only loud music shows is its own
        asymmetry, and to take that off would put a step where soft music begins. What they scatter by too much to
        tell from 0 is none.
        """
        begin = -(-first * HOPS_PER_SECOND // self.rate_hz)
        count = (complete_hops(end, self.rate_hz) - begin) // _SEGMENT_HOPS
        if count < _FEWEST_SEGMENTS:
            return tuple(float(mean) for mean in self._state[:, _SUM] / max(end - first, 1))
        span = slice(begin, begin + count * _SEGMENT_HOPS)
        frames = _SEGMENT_HOPS * self.rate_hz / HOPS_PER_SECOND
        powers = self._energies.sums()[span].reshape(count, -1).sum(axis=1) / frames
        means = np.array([sums.sums()[span].reshape(count, -1).sum(axis=1) / frames for sums in self._sums])
        weights = 1.0 / (powers + _LEAST_POWER * max(float(powers.mean()), np.finfo(float).tiny))
        found = means @ weights / weights.sum()
        spread = np.sqrt(((means - found[:, None]) ** 2) @ weights**2 * count / (count - 1)) / weights.sum()
        return tuple(float(one) for one in np.where(np.abs(found) > _SURE * spread, found, 0.0))

    def _noise_floor_dbfs(self) -> float | None:
        energies = self._energies.sums()
        if len(energies) < _NOISE_WINDOW_HOPS:
            return None
        silent = energies <= _SILENCE * hop_edge(1, self.rate_hz)
        audible = _window_sums(energies)[_window_sums(silent.astype(np.float64)) == 0]
        if not len(audible):
            return None
        level = power_to_db(float(audible.min()) * HOPS_PER_SECOND / (_NOISE_WINDOW_HOPS * self.rate_hz))
        return level if math.isfinite(level) else None


def _window_sums(values: Floats) -> Floats:
    total = np.concatenate([[0.0], np.cumsum(values)])
    return np.asarray(total[_NOISE_WINDOW_HOPS:] - total[:-_NOISE_WINDOW_HOPS])
