"""Meters that judge finished songs, written apart from the product's own.

Audio is float64 `(frames, 2)`, full scale 1.0. Loudness is pyloudnorm's with the standard's own filters, true peak is
what libsoxr finds at 16 times the rate, spectra are Welch periodograms of the frames that sound.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyloudnorm
import soxr
from numpy.typing import NDArray
from scipy import signal

Samples = NDArray[np.float64]

CENTRES_HZ = 1000.0 * 2.0 ** (np.arange(-15, 13) / 3)  # thirds of an octave, 31.25 Hz to 16 kHz
_EDGES_HZ = 1000.0 * 2.0 ** (np.arange(-15.5, 13.5) / 3)
_FRAME = 8192
_GATE = 1e-4  # frames 40 dB under the loudest carry no tone
_SHORT_TERM_S = 3.0
_QUIETEST_LUFS = -70.0
_MOST_WIDTH_DB = 12.0  # side that is as good as not there says no more than this
_MOST_RETONE_DB = 20.0
_RETONE_TAPS = 8191
_OVERSAMPLING = 16
_BLOCK = 1 << 17


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A song in figures: bands of mid and side in dB `(2, 28)`, loudness in LUFS, short-term loudness in LUFS."""

    seconds: float
    bands_db: Samples
    loudness_lufs: float
    short_term_lufs: Samples


def measured(audio: Samples, rate_hz: int, truth: Measured | None = None) -> Measured:
    """Figures of a song; against a truth, its short-term loudness after its spectrum was given the truth's shape.

    So dynamics are judged apart from tone: EQ alone earns nothing there.
    """
    bands_db = spectrum_db(audio, rate_hz)
    toned = audio if truth is None else retoned(audio, rate_hz, truth.bands_db[0] - bands_db[0])
    return Measured(
        seconds=len(audio) / rate_hz,
        bands_db=bands_db,
        loudness_lufs=integrated_lufs(audio, rate_hz),
        short_term_lufs=short_term_lufs(toned, rate_hz),
    )


def spectrum_db(audio: Samples, rate_hz: int) -> Samples:
    """Long-term power of mid and side in thirds of an octave, dB, `(2, 28)`."""
    mid_side = np.stack([audio[:, 0] + audio[:, 1], audio[:, 0] - audio[:, 1]]) / 2
    freqs_hz, _, power = signal.spectrogram(
        mid_side, rate_hz, window="hann", nperseg=_FRAME, noverlap=_FRAME // 2, detrend=False
    )
    frames = power.sum(axis=(0, 1))
    density = power[:, :, frames >= _GATE * frames.max()].mean(axis=2)
    # Integrated between the edges, so that a low band narrower than two bins gets its share of both.
    below = np.concatenate([np.zeros((2, 1)), np.cumsum((density[:, 1:] + density[:, :-1]) / 2, axis=1)], axis=1)
    at_edges = np.stack([np.interp(_EDGES_HZ, freqs_hz, one) for one in below])
    return np.asarray(10 * np.log10(np.diff(at_edges, axis=1) + 1e-20))


def integrated_lufs(audio: Samples, rate_hz: int) -> float:
    """Integrated loudness (ITU-R BS.1770-5)."""
    return float(pyloudnorm.Meter(rate_hz, filter_class="DeMan").integrated_loudness(audio))


def short_term_lufs(audio: Samples, rate_hz: int) -> Samples:
    """Loudness of windows of 3 s, 1 s apart, those that sound."""
    whole = audio[: len(audio) // rate_hz * rate_hz]
    meter = pyloudnorm.Meter(rate_hz, filter_class="DeMan", block_size=_SHORT_TERM_S, overlap=1 - 1 / _SHORT_TERM_S)
    meter.integrated_loudness(whole)
    lufs = np.array(meter.blockwise_loudness)
    return np.asarray(lufs[lufs > _QUIETEST_LUFS])


def true_peak_dbtp(audio: Samples, rate_hz: int) -> float:
    """Highest value at 16 times the rate, in blocks."""
    stream = soxr.ResampleStream(rate_hz, rate_hz * _OVERSAMPLING, audio.shape[1], dtype="float64", quality="VHQ")
    padded = np.pad(audio, ((256, 256), (0, 0)))
    peak = float(np.abs(audio).max(initial=0.0))
    for start in range(0, len(padded), _BLOCK):
        high = stream.resample_chunk(padded[start : start + _BLOCK], last=start + _BLOCK >= len(padded))
        peak = max(peak, float(np.abs(high).max(initial=0.0)))
    return float(20 * np.log10(peak + 1e-20))


def retoned(audio: Samples, rate_hz: int, gains_db: Samples) -> Samples:
    """Audio with so much gain in each third of an octave, by a linear-phase FIR; its delay is taken out."""
    nyquist_hz = rate_hz / 2
    grid_hz = np.concatenate([[0.0], np.geomspace(10.0, 0.999 * nyquist_hz, 400), [nyquist_hz]])
    gains_db = np.clip(gains_db, -_MOST_RETONE_DB, _MOST_RETONE_DB)
    curve_db = np.interp(np.log(np.maximum(grid_hz, 1.0)), np.log(CENTRES_HZ), gains_db)
    taps = signal.firwin2(_RETONE_TAPS, grid_hz, 10 ** (curve_db / 20), fs=rate_hz)
    return np.asarray(signal.oaconvolve(audio, taps[:, None], mode="same", axes=0))


def tone_error_db(one: Measured, truth: Measured) -> float:
    """How differently two mid spectra are shaped: RMS over the bands, level taken out."""
    return float(np.std(one.bands_db[0] - truth.bands_db[0]))


def width_error_db(one: Measured, truth: Measured) -> float:
    """Difference of side against mid, mean over the bands."""
    wider_db = (one.bands_db[1] - one.bands_db[0]) - (truth.bands_db[1] - truth.bands_db[0])
    return float(np.minimum(np.abs(wider_db), _MOST_WIDTH_DB).mean())


def dynamics_error_lu(one: Measured, truth: Measured) -> float:
    """Distance between two distributions of short-term loudness about their medians."""
    at = np.arange(1, 20) / 20
    spreads = [np.quantile(song.short_term_lufs - np.median(song.short_term_lufs), at) for song in (one, truth)]
    return float(np.abs(spreads[0] - spreads[1]).mean())


def relation_error_lu(songs: list[Measured], truths: list[Measured]) -> float:
    """How far the songs of a record stand from where they stood against each other, mean."""
    moved = np.array([song.loudness_lufs - truth.loudness_lufs for song, truth in zip(songs, truths, strict=True)])
    return float(np.abs(moved - np.median(moved)).mean())
