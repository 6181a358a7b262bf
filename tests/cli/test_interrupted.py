"""A run that is stopped or killed leaves no half file under a final name, and the next one puts everything right."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.albums import RATE_HZ, music
from tests.cli.calls import call, files

WORDS = ("--for", "streaming", "--for", "cd", "--out")
SECONDS = 20.0  # long enough to be met at work

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs the signals of POSIX")

KILL_AT_RENAME = """
import os, signal, sys
from pathlib import Path
from assistant import cli

rename, left = Path.replace, int(sys.argv.pop(1))

def replace(self, target):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return rename(self, target)

Path.replace = replace
cli.main()
"""


@pytest.fixture(scope="module")
def long_songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two songs that take a while."""
    folder = tmp_path_factory.mktemp("long") / "mixes"
    folder.mkdir()
    rng = np.random.default_rng(23)
    for number in (1, 2):
        soundfile.write(folder / f"{number} song{number}.wav", music(SECONDS, RATE_HZ, rng), RATE_HZ, subtype="PCM_16")
    return folder


@pytest.fixture(scope="module")
def undisturbed(long_songs: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    """What the album is when nobody interrupts."""
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        assert call("master", long_songs, *WORDS, out, whole=True).code == 0
    return files(out)


def _check_and_mend(long_songs: Path, out: Path, undisturbed: Mapping[str, bytes]) -> None:
    """See that what lies under final names is whole, and that the next run makes everything as it should be."""
    for name, data in files(out).items():
        if name.startswith(".mastertape-"):
            continue
        if name == "manifest.json":
            told = json.loads(data)["deliveries"]
            whole = json.loads(undisturbed[name])["deliveries"]
            assert told == {place: whole[place] for place in told}
        elif name != "album.toml":
            assert data == undisturbed[name]
    assert call("master", long_songs, *WORDS, out, whole=True).code == 0
    mended = dict(files(out))
    assert mended.pop("album.toml").startswith(b"# The plan of an album.")
    assert mended == {name: data for name, data in undisturbed.items() if name != "album.toml"}


def _started(long_songs: Path, out: Path, handler: signal.Handlers = signal.SIG_DFL) -> subprocess.Popen[str]:
    def as_from_a_terminal() -> None:
        for name in ("SIGTERM", "SIGINT", "SIGHUP"):
            signal.signal(getattr(signal, name), handler)

    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "assistant.cli", "master", str(long_songs), *WORDS, str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ,
        preexec_fn=as_from_a_terminal,  # noqa: PLW1509  (no threads here)
    )


def _signalled(run: subprocess.Popen[str], number: int, when: Callable[[], bool]) -> tuple[int, str, str]:
    """Wait for a moment, send a signal, and give exit code, standard output and standard error."""
    while run.poll() is None and not when():
        time.sleep(0.001)
    run.send_signal(number)
    shown, said = run.communicate()
    return run.returncode, shown, said


def _work(out: Path, pattern: str) -> Callable[[], bool]:
    return lambda: any(out.glob(f".mastertape-work-*/{pattern}"))


@pytest.mark.parametrize(
    "name",
    ["SIGTERM", pytest.param("SIGINT", marks=pytest.mark.slow), pytest.param("SIGHUP", marks=pytest.mark.slow)],
)
def test_a_run_that_is_told_to_stop_clears_up(name: str, long_songs: Path, tmp_path: Path) -> None:
    number = getattr(signal, name)
    code, shown, said = _signalled(_started(long_songs, tmp_path / "out"), number, _work(tmp_path / "out", "lock"))
    assert (code, shown) == (128 + number, "")
    assert said == "mastertape: stopped; nothing unfinished is left behind.\n"
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.slow
def test_a_signal_that_is_to_be_ignored_is_ignored(long_songs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, _, _ = _signalled(_started(long_songs, out, signal.SIG_IGN), signal.SIGHUP, _work(out, "lock"))
    assert code == 0
    assert (out / "manifest.json").is_file()


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["lock", "1.raw", "streaming/01*.wav", "streaming/*(album).wav", "cd/02*.wav"])
def test_a_run_that_is_killed_at_work(
    moment: str, long_songs: Path, undisturbed: Mapping[str, bytes], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    code, _, _ = _signalled(_started(long_songs, out), signal.SIGKILL, _work(out, moment))
    assert code == -signal.SIGKILL
    assert any(out.glob(".mastertape-work-*"))
    _check_and_mend(long_songs, out, undisturbed)


@pytest.mark.slow
@pytest.mark.parametrize("rename", range(1, 10))
def test_a_run_that_is_killed_while_it_hands_over(
    rename: int, long_songs: Path, undisturbed: Mapping[str, bytes], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", KILL_AT_RENAME, str(rename), "master", str(long_songs), *WORDS, str(out)],
        capture_output=True,
        check=False,
        env=os.environ,
    )
    assert done.returncode == -signal.SIGKILL
    handed_over = [name for name in files(out) if not name.startswith(".mastertape-")]
    assert len(handed_over) == rename - 1
    _check_and_mend(long_songs, out, undisturbed)
