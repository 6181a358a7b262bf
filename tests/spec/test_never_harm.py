"""Bounds that hold whatever the model believes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from analysis.errors import SpecificationError
from analysis.load import open_audio
from analysis.spectrum import TONE_BANDS_HZ, TWELFTH_OCTAVES_HZ
from analysis.track import TrackAnalysis, analyse
from assistant.aspects import separate_aspects
from assistant.statistics import load_statistics
from assistant.tone import MAX_EQ_DB, decide_tone
from mastering.delivery_specs import Encoding
from mastering.eq import response_db
from tests.albums import RATE_HZ, delivery, music

NOTHING_DB = 1e-9


def _song(folder: Path, seed: int, *, mono: bool = False) -> TrackAnalysis:
    samples = music(4.0, RATE_HZ, np.random.default_rng(seed))
    soundfile.write(folder / f"{seed}.wav", samples[:, :1] if mono else samples, RATE_HZ, subtype="PCM_24")
    return analyse(open_audio(folder / f"{seed}.wav"), f"{seed:064x}")


@pytest.mark.parametrize("seed", range(6))
def test_no_band_is_moved_by_more_than_the_bound(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    octaves = np.log2(TONE_BANDS_HZ)
    centre, width = rng.uniform(octaves[0], octaves[-1]), rng.uniform(1.0, 3.0)
    effect = rng.choice([-12.0, 12.0]) * np.exp(-0.5 * ((octaves - centre) / width) ** 2)
    decision = decide_tone(_song(tmp_path, 1), effect, np.ones(len(effect)), 1.0, "in a test")
    inside = TWELFTH_OCTAVES_HZ[TWELFTH_OCTAVES_HZ < RATE_HZ / 2]
    assert decision.bands
    assert np.abs(response_db(decision.bands, inside, RATE_HZ)).max() <= MAX_EQ_DB


def test_mono_songs_do_not_narrow_the_others(tmp_path: Path) -> None:
    stereo = [_song(tmp_path, seed) for seed in (1, 2, 3)]
    mono = [_song(tmp_path, seed, mono=True) for seed in (4, 5, 6)]
    alone = separate_aspects(stereo, ["Bob"] * 3, [], load_statistics()).width
    together = separate_aspects([*mono, *stereo], ["Ann"] * 3 + ["Bob"] * 3, [], load_statistics()).width
    assert together.effects[3:] == pytest.approx(alone.effects, abs=NOTHING_DB)
    assert not together.effects[:3].any()


def test_integers_need_a_ceiling() -> None:
    archive = delivery(encoding=Encoding.FLOAT_32, ceiling_dbtp=None)
    with pytest.raises(SpecificationError, match="16-bit samples cannot pass full scale: give one with --ceiling"):
        replace(archive, encoding=Encoding.PCM_16)
