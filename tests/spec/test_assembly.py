"""The album as one stream: each song at its place, fades, overlaps, rates, mono on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soxr

from analysis.audio import BLOCK_FRAMES, Audio
from analysis.units import Floats
from mastering.assembly import assemble
from mastering.resample import resample, resampled_frames
from mastering.timeline import Timeline, lay_out
from tests.albums import album, music, spooled, track

RATE_HZ = 44_100
SPOOL_TOLERANCE = 2.0**-25  # full scale 1.0: half a step of float32 below 1
ONE_SHOT_TOLERANCE = 1e-9
POWER_TOLERANCE = 1e-9
RESAMPLED_RATES_HZ = [(48_000, 44_100), (44_100, 48_000), (96_000, 44_100), (44_100, 192_000), (8_000, 44_100)]


def noise(seconds: float, seed: int, *, rate_hz: int = RATE_HZ, channels: int = 2) -> Floats:
    """On the grid of float32, so that a spool keeps it."""
    raw = 0.1 * np.random.default_rng(seed).standard_normal((round(seconds * rate_hz), channels))
    return raw.astype(np.float32).astype(np.float64)


def assembled(
    songs: Sequence[tuple[Floats, dict[str, Any]]],
    folder: Path,
    *,
    rate_hz: int = RATE_HZ,
    gains: Sequence[float] | None = None,
) -> tuple[Floats, Timeline]:
    """All units, with silence between them."""
    wanted = album(*(track(samples, settings.pop("rate_hz", RATE_HZ), **settings) for samples, settings in songs))
    timeline = lay_out(wanted, rate_hz)
    spools = spooled(wanted, [samples for samples, _ in songs], folder)
    out = np.zeros((timeline.frames, 2))
    for unit in timeline.units:
        blocks = list(assemble(timeline, unit, spools, gains or [1.0] * len(songs)).blocks())
        assert {len(block) for block in blocks[:-1]} <= {BLOCK_FRAMES}
        out[unit.start : unit.end] = np.concatenate(blocks)
    return out, timeline


def test_songs_lie_where_the_timeline_says_bit_by_bit(tmp_path: Path) -> None:
    songs = [noise(2.0, 1), noise(1.7, 2), noise(0.3, 3)]
    out, timeline = assembled([(samples, {"gap_s": 0.5}) for samples in songs], tmp_path)
    expected = np.zeros_like(out)
    for samples, placed in zip(songs, timeline.placements, strict=True):
        expected[placed.start : placed.end] = samples
    assert len(timeline.units) == 3
    assert np.array_equal(out, expected)


def test_only_the_used_part_plays(tmp_path: Path) -> None:
    samples = noise(2.0, 1)
    out, _ = assembled([(samples, {"start_s": 0.5, "end_s": 1.25})], tmp_path)
    assert np.array_equal(out, samples[RATE_HZ // 2 : round(1.25 * RATE_HZ)])


def test_a_decay_is_added_to_the_next_song(tmp_path: Path) -> None:
    one, two = noise(2.0, 1), noise(2.0, 2)
    out, timeline = assembled([(one, {"felt_end_s": 1.0, "gap_s": 0.25}), (two, {})], tmp_path)
    start = timeline.placements[1].start
    expected = np.zeros_like(out)
    expected[: len(one)] += one
    expected[start:] += two
    assert start < len(one)
    assert np.array_equal(out, expected)


def test_each_song_gets_its_gain(tmp_path: Path) -> None:
    one, two = noise(1.0, 1), noise(1.0, 2)
    out, timeline = assembled([(one, {}), (two, {})], tmp_path, gains=[0.5, 2.0])
    assert np.array_equal(out[: len(one)], 0.5 * one)
    assert np.array_equal(out[timeline.placements[1].start :], 2.0 * two)


def test_mono_plays_on_both_sides_alike(tmp_path: Path) -> None:
    samples = noise(1.0, 1, channels=1)
    out, _ = assembled([(samples, {})], tmp_path)
    assert np.array_equal(out, np.repeat(samples, 2, axis=1))


def test_fades_are_raised_cosines_that_begin_and_end_in_silence(tmp_path: Path) -> None:
    level = np.full((RATE_HZ, 2), 0.5)
    out, _ = assembled([(level, {"fade_in_s": 0.1, "fade_out_s": 0.4})], tmp_path)
    head, tail = round(0.1 * RATE_HZ), round(0.4 * RATE_HZ)
    middle = out[head:-tail]
    assert np.array_equal(middle, level[head:-tail])
    for fade in (out[:head, 0], out[::-1][:tail, 0]):
        share = (np.arange(len(fade)) + 0.5) / len(fade)
        assert fade == pytest.approx(0.25 * (1 - np.cos(np.pi * share)), rel=0, abs=1e-12)
        assert fade[0] < 1e-6


def test_a_crossfade_keeps_power(tmp_path: Path) -> None:
    """Of two constants, one to the left and one to the right, the squares always sum to the same."""
    left, right = np.zeros((2 * RATE_HZ, 2)), np.zeros((2 * RATE_HZ, 2))
    left[:, 0], right[:, 1] = 0.5, 0.5
    out, timeline = assembled([(left, {"crossfade_s": 0.75}), (right, {})], tmp_path)
    assert len(out) == 4 * RATE_HZ - round(0.75 * RATE_HZ)
    assert np.sum(out**2, axis=1) == pytest.approx(0.25, rel=0, abs=POWER_TOLERANCE)
    first, second = timeline.placements
    overlap = out[second.start : first.end]
    assert (np.diff(overlap[:, 0]) < 0).all()
    assert (np.diff(overlap[:, 1]) > 0).all()


def test_fades_across_blocks_have_no_seam(tmp_path: Path) -> None:
    """Longer than a block of 65,536."""
    level = np.full((4 * RATE_HZ, 2), 0.5)
    out, _ = assembled([(level, {"fade_out_s": 3.9})], tmp_path)
    assert np.abs(np.diff(out[:, 0])).max() <= 0.5 * np.pi / 2 / (3.9 * RATE_HZ) * 1.01


@pytest.mark.parametrize(("from_hz", "to_hz"), RESAMPLED_RATES_HZ)
def test_streamed_conversion_is_the_one_shot_conversion(from_hz: int, to_hz: int) -> None:
    samples = noise(1.5, 1, rate_hz=from_hz)
    audio = Audio.from_array(samples, from_hz, block_frames=10_007)
    out = resample(audio, to_hz, len(samples)).read()
    whole = soxr.resample(samples, from_hz, to_hz, quality="VHQ")
    assert len(out) == resampled_frames(len(samples), from_hz, to_hz)
    shared = min(len(out), len(whole))
    assert abs(len(whole) - len(out)) <= 1
    assert np.abs(out[:shared] - whole[:shared]).max() < ONE_SHOT_TOLERANCE


@pytest.mark.parametrize("block_frames", [1, 100, 65_536])
def test_conversion_does_not_depend_on_blocks(block_frames: int) -> None:
    samples = noise(0.2, 1, rate_hz=48_000)
    out = resample(Audio.from_array(samples, 48_000, block_frames=block_frames), RATE_HZ, len(samples)).read()
    whole = resample(Audio.from_array(samples, 48_000), RATE_HZ, len(samples)).read()
    assert np.abs(out - whole).max() < ONE_SHOT_TOLERANCE


def test_the_same_rate_passes_bit_by_bit() -> None:
    samples = noise(0.2, 1)
    assert np.array_equal(resample(Audio.from_array(samples, RATE_HZ), RATE_HZ, len(samples)).read(), samples)


@pytest.mark.parametrize("frames", [0, 1, 2, 50])
def test_next_to_nothing_is_converted_to_its_length(frames: int) -> None:
    out = resample(Audio.from_array(noise(1.0, 1)[:frames], RATE_HZ), 96_000, frames).read()
    assert out.shape == (resampled_frames(frames, RATE_HZ, 96_000), 2)
    assert np.isfinite(out).all()


def test_songs_of_other_rates_join_in_time(tmp_path: Path) -> None:
    """A converted song lies where it should: an impulse in it comes out at its time."""
    one, two = noise(1.0, 1), np.zeros((96_000, 2))
    two[48_000] = 0.5
    out, timeline = assembled([(one, {"gap_s": 0.5}), (two, {"rate_hz": 96_000})], tmp_path)
    start = timeline.placements[1].start
    assert start == round(1.5 * RATE_HZ)
    assert int(np.abs(out[start:, 0]).argmax()) == RATE_HZ // 2


def test_spools_hold_precise_sources_in_double(tmp_path: Path) -> None:
    samples = np.random.default_rng(1).uniform(-1, 1, (1_000, 2))
    for precise, tolerance in ((True, 0.0), (False, SPOOL_TOLERANCE)):
        wanted = album(track(samples, precise=precise))
        (spool,) = spooled(wanted, [samples], tmp_path)
        assert np.abs(spool.audio().read() - samples).max() <= tolerance
        assert np.array_equal(spool.audio(10, 20).read(), spool.audio().read()[10:20])
        assert (tmp_path / "0.raw").stat().st_size == spool.size_bytes(1_000, 2, double=precise)
        spool.remove()
        assert list(tmp_path.iterdir()) == []


def test_one_unit_may_be_assembled_again(tmp_path: Path) -> None:
    """Measuring and rendering each go through it: both hear the same."""
    samples = music(1.0, 48_000, np.random.default_rng(1))
    wanted = album(track(samples, 48_000))
    timeline = lay_out(wanted, RATE_HZ)
    audio = assemble(timeline, timeline.units[0], spooled(wanted, [samples], tmp_path), [0.7])
    assert np.array_equal(audio.read(), audio.read())
