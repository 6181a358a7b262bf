"""A browser without a window, spoken to in its own protocol over two pipes: nothing needs to be installed but Chromium.

Chrome DevTools Protocol, https://chromedevtools.github.io/devtools-protocol/: messages are JSON, each ended by a zero
byte; the browser reads from descriptor 3 and writes to descriptor 4 (`--remote-debugging-pipe`).
"""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--mute-audio"),
    "--autoplay-policy=no-user-gesture-required",
)
_MOST_S = 60.0
_MOVED = """
import fcntl, os, sys
high = [fcntl.fcntl(int(word), fcntl.F_DUPFD, 10) for word in sys.argv[1:3]]
os.dup2(high[0], 3)
os.dup2(high[1], 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Puts two pipes where the browser expects them, and becomes the browser."""


class Browser:
    """One page of a running browser."""

    def __init__(self, into: int, out: int) -> None:
        self._into, self._out = into, out
        self._unread = b""
        self._number = 0
        self._session: str | None = None
        self.errors: list[str] = []
        self.requests: list[str] = []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **parameters: Any) -> Any:
        """Ask for something and wait for the answer."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._into, json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != self._number:
            self._note(answer)
        assert "error" not in answer, answer
        return answer["result"]

    def run(self, script: str) -> Any:
        """The value of an expression in the page; a promise is waited for."""
        found = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def open(self, address: str, *, width: int = 1280, height: int = 900) -> None:
        """Open a page and wait until it is there."""
        self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        self.send("Page.navigate", url=address)
        self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    def until(self, condition: str) -> None:
        """Wait until an expression is true."""
        end = time.monotonic() + _MOST_S
        while not self.run(f"Boolean({condition})"):
            assert time.monotonic() < end, condition
            time.sleep(0.02)

    def press(self, key: str) -> None:
        """Press and release a key."""
        text = {"Space": " "}.get(key, key)
        code = {"Space": "Space"}.get(key, f"Key{key.upper()}" if key.isalpha() and len(key) == 1 else key)
        printed = {"text": text} if len(text) == 1 else {}
        self.send("Input.dispatchKeyEvent", type="keyDown", key=text, code=code, **printed)
        self.send("Input.dispatchKeyEvent", type="keyUp", key=text, code=code)

    def _next(self) -> dict[str, Any]:
        end = time.monotonic() + _MOST_S
        while b"\0" not in self._unread:
            assert select.select([self._out], [], [], max(0.0, end - time.monotonic()))[0], "the browser is silent"
            part = os.read(self._out, 1 << 16)
            assert part, "the browser is gone"
            self._unread += part
        message, _, self._unread = self._unread.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found

    def _note(self, event: dict[str, Any]) -> None:
        told = event.get("params", {})
        if event.get("method") == "Runtime.exceptionThrown":
            self.errors.append(str(told["exceptionDetails"].get("text")))
        if event.get("method") == "Log.entryAdded" and told["entry"]["level"] == "error":
            self.errors.append(f"{told['entry']['text']} {told['entry'].get('url', '')}")
        if event.get("method") == "Network.requestWillBeSent":
            self.requests.append(told["request"]["url"])


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """A browser with an empty profile in a folder; skips the test where there is none."""
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        pytest.skip("no Chromium here")
    to_browser, from_test = os.pipe()
    from_browser, to_test = os.pipe()

    words = [program, *_QUIET, f"--user-data-dir={folder}", "--remote-debugging-pipe", "about:blank"]
    with subprocess.Popen(  # noqa: S603  (a program of this machine)
        [sys.executable, "-c", _MOVED, str(to_browser), str(to_test), *words],
        pass_fds=(to_browser, to_test),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as running:
        os.close(to_browser)
        os.close(to_test)
        try:
            yield Browser(from_test, from_browser)
        finally:
            os.close(from_test)
            os.close(from_browser)
            running.terminate()
            try:
                running.wait(10)
            except subprocess.TimeoutExpired:
                running.kill()
