"""The first command that anyone tries."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.calls import call, manifest


@pytest.mark.slow
def test_the_demo_is_made_mastered_and_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = call("demo")
    assert (result.code, result.err) == (0, "")
    out = tmp_path / "mastertape-demo"
    whole = manifest(out / "album")
    assert list(whole["deliveries"]) == ["streaming", "cd"]
    assert [len(told["tracks"]) for told in whole["deliveries"].values()] == [6, 6]
    assert all((out / "music" / "mixes" / track["source"]).is_file() for track in whole["deliveries"]["cd"]["tracks"])
    assert "How far from the songs as composed" in result.out
    again = call("demo", "--json", "--out", out)
    assert (again.code, again.err) == (0, "")
    assert json.loads(again.out) == whole
