"""How much goes on in a song: louder, busier and brighter is more, whatever the level of the file."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.content import ContentMeter
from analysis.energy import Energy, measure_energy
from analysis.loudness import LoudnessMeter
from analysis.units import Floats
from tests.rhythms import RATE_HZ, drums
from tests.signals import feed, sine


def energy(track: Floats, block_frames: int = 65_536) -> Energy:
    loudness, content = LoudnessMeter(RATE_HZ, 1), ContentMeter(RATE_HZ, 1)
    feed(loudness, track[:, None], block_frames)
    feed(content, track[:, None], block_frames)
    short = loudness.short_term_lufs()
    loud_lufs = float(short.max()) if np.isfinite(short.max()) else None
    return measure_energy(loudness.hop_energies(), RATE_HZ, content.course(), loud_lufs, (0.0, len(track) / RATE_HZ))


def known(figure: float | None) -> float:
    assert figure is not None
    return figure


def test_there_is_a_figure_a_second_from_0_to_1() -> None:
    found = energy(drums(120.0, 12.5))
    assert len(found.curve) == 12
    assert all(0.0 <= figure <= 1.0 for figure in found.curve)
    assert known(found.mean) == pytest.approx(np.mean(found.curve), abs=0.001)


def test_louder_busier_and_brighter_is_more() -> None:
    song = drums(110.0, 30.0)
    swelling = song * np.repeat([0.1, 1.0], len(song) // 2)
    assert known(energy(swelling).closing) > known(energy(swelling).opening) + 0.3
    busy = np.concatenate([drums(70.0, 15.0), drums(140.0, 15.0)])
    assert known(energy(busy).closing) > known(energy(busy).opening) + 0.05
    bright = np.concatenate([0.1 * sine(200.0, 15.0, RATE_HZ), 0.05 * sine(4000.0, 15.0, RATE_HZ)])
    assert known(energy(bright).closing) > known(energy(bright).opening) + 0.1


@pytest.mark.parametrize("bpm", [75.0, 120.0])
def test_strokes_are_counted(bpm: float) -> None:
    """Kick and snare; the soft hats between are not."""
    assert known(energy(drums(bpm, 20.0)).onsets_per_s) == pytest.approx(bpm / 60.0, rel=0.1)
    assert known(energy(0.1 * sine(440.0, 10.0, RATE_HZ)).onsets_per_s) < 0.2


@pytest.mark.parametrize("gain", [0.01, -1.0])
def test_gain_and_polarity_move_nothing(gain: float) -> None:
    song = drums(120.0, 10.0, noise_db=-40.0)
    assert energy(gain * song).curve == pytest.approx(energy(song).curve, abs=0.002)


def test_the_size_of_blocks_changes_nothing() -> None:
    song = drums(100.0, 8.0)
    assert energy(song, 1000).curve == energy(song).curve


def test_silence_has_none() -> None:
    assert energy(np.zeros(5 * RATE_HZ)) == Energy()
