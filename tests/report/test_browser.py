"""The page in a real browser, from a disk: nothing is asked of the network, and mix, master and reference switch."""

from __future__ import annotations

import base64
import io
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.report.browser import Browser, browser

RECORDER = """
(() => {
  const {context, output} = mastertapePlayer.sound();
  const tap = context.createScriptProcessor(1024, 1, 1);  // a worklet's module would have to be asked for
  window.taped = [];
  tap.onaudioprocess = (event) => taped.push(...event.inputBuffer.getChannelData(0));
  output.connect(tap).connect(context.destination);
})()
"""
STATE = "mastertapePlayer.state()"
CLICKS = "taped.reduce((count, value, i) => count + (i > 0 && Math.abs(value - taped[i - 1]) > 0.1), 0)"
ROUNDS = 5


def tones(path: Path, **amplitudes: float) -> None:
    """Put a tone of 100 Hz for each version in the place of a song’s excerpts: it moves by 0.013 a sample at most."""
    tone = np.sin(2 * np.pi * np.arange(96_000) / 480)
    coded = {}
    for version, amplitude in amplitudes.items():
        soundfile.write(file := io.BytesIO(), amplitude * tone, 48_000, format="WAV", subtype="PCM_16")
        coded[version] = base64.b64encode(file.getvalue()).decode("ascii")
    path.write_text(f"mastertapeExcerpt({json.dumps(path.stem)}, {json.dumps(coded)});", encoding="ascii")


@pytest.mark.slow
def test_versions_switch_at_the_press_of_a_key(finished: Path, tmp_path: Path) -> None:
    album = tmp_path / "an album & more"
    album.mkdir()
    shutil.copy(finished / "report.html", album)
    shutil.copytree(finished / "report-audio", album / "report-audio")
    tones(album / "report-audio" / "03.js", mix=0.5, master=0.05, reference=0.9)
    with browser(tmp_path / "profile") as page:
        page.open((album / "report.html").as_uri())
        page.run("document.querySelectorAll('button.listen')[1].click()")
        page.until(f"{STATE}.playing")
        state = page.run(STATE)
        assert state["heard"] == "master"
        assert state["gains"] == {"mix": 0, "master": 1, "reference": 0}
        for heard in ("reference", "mix", "master"):
            page.press("x")
            page.until(f"{STATE}.gains.{heard} === 1")
            state = page.run(STATE)
            assert state["heard"] == heard
            assert sorted(state["gains"].values()) == [0, 0, 1]
        page.press("3")
        page.press("Space")
        assert not page.run(STATE)["playing"]
        page.press("ArrowRight")
        page.until(f"{STATE}.playing")
        assert page.run(STATE)["title"].startswith("3. ")
        assert page.run(STATE)["heard"] == "reference"
        assert clicks(page) <= ROUNDS  # a busy machine may drop a block now and then
        page.press("Escape")
        assert not page.run(STATE)["open"]
        assert page.run("document.activeElement.className") == "listen"
        page.open((album / "report.html").as_uri(), width=390)
        assert page.run("document.documentElement.scrollWidth") == 390
        assert page.errors == []
        assert all(asked.startswith(("file:", "data:", "blob:")) for asked in page.requests)


def clicks(page: Browser) -> int:
    """How often the sound jumps while it is switched fifteen times; without a fade nearly each switch is a jump."""
    page.run(RECORDER)
    for _ in range(ROUNDS):
        for key, heard in (("1", "mix"), ("2", "master"), ("3", "reference")):
            page.press(key)
            page.until(f"{STATE}.gains.{heard} === 1")
    page.until("taped.length > 24000")
    found = page.run(CLICKS)
    assert isinstance(found, int)
    return found
