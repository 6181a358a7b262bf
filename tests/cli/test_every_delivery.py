"""Every delivery that ships, made of one album in one command, passes its own check. Takes a minute."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from assistant.delivery_library import built_in
from tests.albums import RATE_HZ, music
from tests.cli.calls import call


@pytest.mark.slow
def test_every_delivery_passes_its_own_check(tmp_path: Path, rng: np.random.Generator) -> None:
    (tmp_path / "mixes").mkdir()
    for name, tempo_bpm in (("01 Dawn", 120.0), ("02 Noon", 90.0), ("03 Dusk", 140.0)):
        samples = music(4.5, RATE_HZ, rng, tempo_bpm=tempo_bpm)
        soundfile.write(tmp_path / "mixes" / f"{name}.wav", samples - samples.mean(axis=0), RATE_HZ, subtype="PCM_24")
    places = [word for name in built_in() for word in ("--for", name)]
    assert call("master", tmp_path / "mixes", *places, "--out", tmp_path / "out", whole=True).code == 0
    result = call("check", tmp_path / "out", "--json")
    told = json.loads(result.out)
    assert sorted(checked["for"] for checked in told["checked"]) == sorted(built_in())
    failed = [
        (checked["for"], point["file"], point["requirement"], point["found"])
        for checked in told["checked"]
        for point in checked["points"]
        if point["verdict"] == "fail"
    ]
    assert (failed, result.code) == ([], 0)
    assert all(len(checked["points"]) > 20 for checked in told["checked"])
