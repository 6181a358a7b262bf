"""Limiters on test tones, and what saturation folds back: each tone is 8 s long, and its sixth and seventh are judged.

Tones last, so a limiter has them steady by then; all lines judged lie on whole cycles of those 2 s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks.limiter_peers import Limit, Samples
from mastering.dynamics_specs import SaturationSpec
from mastering.saturation import Saturation

RATE_HZ = 44_100
CEILING_DBTP = -1.0
LIMITED_DB = 6.0
THD_HZ = (40.0, 50.0, 60.0, 100.0, 1_000.0)
SMPTE_HZ, CCIF_HZ = (60.0, 7_000.0), (19_000.0, 20_000.0)
AWKWARD_HZ = (1_237.0, 4_999.0, 7_351.0, 9_997.0, 11_027.0, 14_713.0, 17_777.0, 18_999.0, 19_999.0)
FOLDED_LIMITED_DB, DRIVE_DB = 1.0, 1.0
SLOW_HZ = 20.0  # lines so near a sine are a gain that moves slowly, and nothing that folded
_SECONDS, _JUDGED_S = 8, (5, 7)
_LOWEST_HZ, _HIGHEST_HZ = 20.0, 20_000.0


def tables(limiters: Mapping[str, Limit]) -> None:
    """Print what every limiter makes of every tone, and what saturation makes of sines."""
    print(f"\ntest tones driven {LIMITED_DB:g} dB over a ceiling of {CEILING_DBTP:g} dBTP, dB")
    head = [f"THD+N {hz:g}" for hz in THD_HZ] + ["SMPTE 60/7k", "CCIF 19/20k", "no harmonic*"]
    print(f"{'':12}" + "".join(f"{one:>13}" for one in head))
    for name, limit in limiters.items():
        figures = [thd_n_db(limit, hz) for hz in THD_HZ] + [smpte_db(limit), ccif_db(limit)]
        figures.append(max(folded_dbfs(limit, hz) for hz in AWKWARD_HZ))
        print(f"{name:12}" + "".join(f"{one:13.1f}" for one in figures))
    print(
        f"* highest line that is no harmonic, {SLOW_HZ:g} Hz away or more, dBFS, of sines at "
        f"{', '.join(f'{hz:g}' for hz in AWKWARD_HZ)} Hz, driven {FOLDED_LIMITED_DB:g} dB over"
    )
    print(f"\nsaturation, {DRIVE_DB:g} dB of drive: highest line that is no harmonic, dBFS, of full-scale sines")
    print(f"{'Hz':12}" + "".join(f"{hz:9g}" for hz in AWKWARD_HZ))
    print(f"{'dBFS':12}" + "".join(f"{no_harmonic_dbfs(_saturated(tone([hz], [1.0])), hz):9.1f}" for hz in AWKWARD_HZ))


def thd_n_db(limit: Limit, hz: float) -> float:
    """All that is neither the sine nor outside 20 Hz to 20 kHz, against the sine."""
    powers = line_powers(_driven(limit, tone([hz], [1.0]), LIMITED_DB))
    own = _bin(hz)
    inside = slice(_bin(_LOWEST_HZ), _bin(_HIGHEST_HZ) + 1)
    return _ratio_db(float(powers[inside].sum() - powers[own]), float(powers[own]))


def smpte_db(limit: Limit) -> float:
    """SMPTE RP 120: 60 Hz and 7 kHz, 4 to 1; four side bands to each side of 7 kHz against it."""
    powers = line_powers(_driven(limit, tone(SMPTE_HZ, (0.8, 0.2)), LIMITED_DB))
    low, high = SMPTE_HZ
    sides = sum(float(powers[_bin(high + k * low)]) for k in (-4, -3, -2, -1, 1, 2, 3, 4))
    return _ratio_db(sides, float(powers[_bin(high)]))


def ccif_db(limit: Limit) -> float:
    """CCIF: 19 and 20 kHz as loud as each other; the products of second and third order against both."""
    powers = line_powers(_driven(limit, tone(CCIF_HZ, (0.5, 0.5)), LIMITED_DB))
    low, high = CCIF_HZ
    products = sum(float(powers[_bin(hz)]) for hz in (high - low, 2 * low - high, 2 * high - low))
    return _ratio_db(products, float(powers[_bin(low)] + powers[_bin(high)]))


def folded_dbfs(limit: Limit, hz: float) -> float:
    """Highest line that is no harmonic of a sine that is limited a little."""
    return no_harmonic_dbfs(_driven(limit, tone([hz], [1.0]), FOLDED_LIMITED_DB), hz)


def no_harmonic_dbfs(samples: Samples, hz: float) -> float:
    """Highest line that is neither near a sine of `hz` nor one of its harmonics under half the rate, dBFS."""
    powers = line_powers(samples)
    powers[_bin(hz) :: _bin(hz)] = 0.0
    powers[_bin(hz - SLOW_HZ) + 1 : _bin(hz + SLOW_HZ)] = 0.0
    return _ratio_db(float(powers.max()), 1.0)


def tone(freqs_hz: Sequence[float], amplitudes: Sequence[float]) -> Samples:
    """Sines on both channels, `(frames, 2)`, of a phase that meets no sample at its peak."""
    time_s = np.arange(_SECONDS * RATE_HZ) / RATE_HZ
    parts = zip(freqs_hz, amplitudes, strict=True)
    channel = np.sum([level * np.sin(2 * np.pi * hz * time_s + 0.3) for hz, level in parts], axis=0)
    return np.repeat(channel[:, None], 2, axis=1)


def line_powers(samples: Samples) -> Samples:
    """Power of each line of the judged stretch of one channel; a full-scale sine reads 1."""
    first, last = (second * RATE_HZ for second in _JUDGED_S)
    return np.asarray(np.abs(np.fft.rfft(samples[first:last, 0]) * 2 / (last - first)) ** 2)


def _driven(limit: Limit, samples: Samples, over_db: float) -> Samples:
    return limit(samples * 10 ** ((CEILING_DBTP + over_db) / 20), CEILING_DBTP, RATE_HZ)


def _saturated(samples: Samples) -> Samples:
    stage = Saturation(SaturationSpec(drive_db=DRIVE_DB), samples.shape[1])
    return np.concatenate([stage.process(samples), stage.flush()])[stage.latency_frames :]


def _bin(hz: float) -> int:
    return round(hz * (_JUDGED_S[1] - _JUDGED_S[0]))


def _ratio_db(power: float, against: float) -> float:
    return float(10 * np.log10(max(power, 1e-30) / max(against, 1e-30)))
