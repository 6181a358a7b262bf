"""What the stages that change dynamics do to real songs, and how fast they are on one core.

    python benchmarks/dynamics_stages.py SONG... [--seconds 180]

Thresholds stand at each song's gated RMS level, or at that of the band; times and make-up are those of "auto". Told are
the gain where both are as loud (median and 5th percentile over tenths of a second that are heard), loudness and true
peak, what is left of the song when the result is taken off it as loud as it fits best, and speed, kernels warm. Below,
the highest thing that is no harmonic in what saturation makes of full-scale sines at 44.1 kHz.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soundfile

from analysis.audio import Audio
from analysis.levels import LevelMeter, gated_power
from analysis.loudness import LoudnessMeter
from analysis.true_peak import TruePeakMeter
from analysis.units import Floats, amplitude_to_db, power_to_db
from mastering.chain import build, process
from mastering.dynamics_specs import CompressorSpec, Detector, DynamicBandSpec, MultibandSpec, SaturationSpec
from mastering.fitting import Crossovers, Wanted, evened, with_makeup, with_times
from mastering.multiband import Crossover
from mastering.saturation import Saturation
from mastering.specs import ChainSpec, EqBand, EqShape

CROSSOVERS_HZ = (120.0, 2_500.0)
BELL_HZ, BELL_Q = 3_200.0, 2.0
SINES_HZ = (1_237, 4_999, 7_351, 9_997, 11_027, 14_713, 17_777, 18_999, 19_999)
DRIVES_DB = (0.5, 1.0, 1.5, 3.0, 6.0, 12.0)
EVERYTHING = Wanted(attack=True, release=True, makeup=True)


@dataclass(frozen=True)
class Effect:
    """What a chain did to a song."""

    gains_db: Floats
    loudness_lufs: float
    true_peak_dbtp: float
    left_db: float
    times_real: float


def main() -> None:
    """Run and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("songs", type=Path, nargs="+")
    parser.add_argument("--seconds", type=float, default=180.0)
    args = parser.parse_args()
    for path in args.songs:
        rate_hz = soundfile.info(str(path)).samplerate
        samples, _ = soundfile.read(str(path), frames=round(args.seconds * rate_hz), always_2d=True)
        audio = Audio.from_array(np.ascontiguousarray(samples), rate_hz, block_frames=65_536)
        loudness, peak = loudness_and_peak(samples, rate_hz)
        print(f"\n{path.name}: {len(samples) / rate_hz:.0f} s, {loudness:.2f} LUFS, {peak:.2f} dBTP")
        print(f"{'':46}{'gain dB':>8}{'5 %':>7}{'LUFS':>8}{'dBTP':>7}{'left dB':>9}{'x real time':>12}")
        for name, spec in chains(audio):
            found = effect(audio, samples, spec)
            median, deep = np.quantile(found.gains_db, 0.5), np.quantile(found.gains_db, 0.05)
            row = f"{name:46}{median:8.1f}{deep:7.1f}{found.loudness_lufs:8.2f}{found.true_peak_dbtp:7.2f}"
            print(f"{row}{found.left_db:9.1f}{found.times_real:12.0f}")
    print(f"\nno harmonics, dBFS, drive dB{'':6}" + "".join(f"{hz:>7}" for hz in SINES_HZ))
    for drive_db in DRIVES_DB:
        print(f"{drive_db:>28}{'':6}" + "".join(f"{folded_dbfs(hz, drive_db):7.0f}" for hz in SINES_HZ))


def chains(audio: Audio) -> Iterator[tuple[str, ChainSpec]]:
    """Each stage, set to the song."""
    samples = audio.read()
    level = level_dbfs(samples, audio.rate_hz)
    wide = CompressorSpec(threshold_dbfs=level, ratio=2.0, range_db=12.0)
    peak = replace(wide, threshold_dbfs=level + 6.0, detector=Detector.PEAK)
    parallel = replace(peak, threshold_dbfs=level - 6.0, ratio=6.0, range_db=20.0, mix=0.5)
    for name, spec in (("RMS 2:1", wide), ("peak 2:1", peak), ("peak 6:1, half mixed in", parallel)):
        (found,) = fitted([spec], audio, None)
        times = f"{found.attack_ms:.0f}/{found.release_ms:.0f} ms" if found else ""
        yield f"compressor {name}, {times}", ChainSpec(compressor=found)
    bands = Crossover(CROSSOVERS_HZ, audio.rate_hz, audio.channels).process(samples)[1]
    specs = [replace(wide, threshold_dbfs=level_dbfs(band, audio.rate_hz)) for band in bands]
    low, mid, high = fitted(specs, audio, CROSSOVERS_HZ)
    multiband = MultibandSpec(crossovers_hz=CROSSOVERS_HZ, low=low, mid=mid, high=high)
    yield "three bands 2:1", ChainSpec(multiband=evened(multiband, audio))
    band = EqBand(shape=EqShape.BELL, freq_hz=BELL_HZ, gain_db=1.0, q=BELL_Q)
    boosted = process(audio, build(ChainSpec(eq=(band,)), audio.rate_hz, audio.channels)).read()
    bell = DynamicBandSpec(
        shape=EqShape.BELL,
        freq_hz=BELL_HZ,
        q=BELL_Q,
        threshold_dbfs=level_dbfs((boosted - samples) / (10**0.05 - 1), audio.rate_hz),
        ratio=3.0,
    )
    yield "dynamic bell 3:1", ChainSpec(dynamic_eq=(bell,))
    for drive_db in (1.0, 3.0):
        yield f"saturation, {drive_db:g} dB", ChainSpec(saturation=SaturationSpec(drive_db=drive_db))


def fitted(specs: list[CompressorSpec], audio: Audio, crossovers_hz: Crossovers) -> tuple[CompressorSpec | None, ...]:
    """With times and make-up by the material."""
    wanted = [EVERYTHING] * len(specs)
    return with_makeup(with_times(specs, wanted, audio, crossovers_hz), wanted, audio, crossovers_hz)


def effect(audio: Audio, samples: Floats, spec: ChainSpec) -> Effect:
    """Run a chain twice, the second time against the clock."""
    for _ in range(2):
        start = time.perf_counter()
        out = process(audio, build(spec, audio.rate_hz, audio.channels)).read()
        wall_s = time.perf_counter() - start
    powers = [steps(part, audio.rate_hz) for part in (samples, out)]
    heard = powers[0] > gated_power(powers[0]) * 0.01
    share = float((samples * out).sum() / (out * out).sum())
    left = float(((samples - share * out) ** 2).sum() / (samples**2).sum())
    loudness, peak = loudness_and_peak(out, audio.rate_hz)
    louder_lu = loudness - loudness_and_peak(samples, audio.rate_hz)[0]
    return Effect(
        gains_db=10 * np.log10(powers[1][heard] / powers[0][heard]) - louder_lu,
        loudness_lufs=loudness,
        true_peak_dbtp=peak,
        left_db=power_to_db(left),
        times_real=len(samples) / audio.rate_hz / wall_s,
    )


def steps(samples: Floats, rate_hz: int) -> Floats:
    """Mean square of every tenth of a second."""
    meter = LevelMeter(rate_hz, samples.shape[1])
    meter.update(samples)
    return meter.powers()


def level_dbfs(samples: Floats, rate_hz: int) -> float:
    """Gated RMS level."""
    return float(power_to_db(gated_power(steps(samples, rate_hz))))


def loudness_and_peak(samples: Floats, rate_hz: int) -> tuple[float, float]:
    """Integrated loudness and true peak."""
    loudness, peak = LoudnessMeter(rate_hz, samples.shape[1]), TruePeakMeter(rate_hz, samples.shape[1])
    for meter in (loudness, peak):
        meter.update(samples)
    return loudness.result().integrated_lufs or 0.0, peak.result()


def folded_dbfs(hz: float, drive_db: float, frames: int = 1 << 16) -> float:
    """Level of the highest line that is no harmonic."""
    cycles = round(hz / 44_100 * frames) | 1
    sine = np.sin(2 * np.pi * cycles / frames * np.arange(3 * frames) + 0.3)[:, None]
    out = Saturation(SaturationSpec(drive_db=drive_db), 1).process(sine)[-frames:, 0]
    lines = np.abs(np.fft.rfft(out)) * 2 / frames
    lines[cycles::cycles] = 0.0
    return amplitude_to_db(float(lines.max()))


if __name__ == "__main__":
    main()
