"""Artwork: what is one, how large it is, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.errors import PlanError
from mastering.cover import read_cover
from tests.pictures import jpeg, png


def test_sizes_of_pictures(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(png(3000, 2000))
    (tmp_path / "b").write_bytes(jpeg(1400, 1500))
    found = [read_cover(tmp_path / name) for name in "ab"]
    assert [(cover.mime, cover.width, cover.height) for cover in found] == [
        ("image/png", 3000, 2000),
        ("image/jpeg", 1400, 1500),
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"GIF89a", "is neither JPEG nor PNG"),
        (b"", "is neither JPEG nor PNG"),
        (png()[:20], "is cut short"),
        (jpeg(4, 4)[:20], "is cut short"),
        (b"\xff\xd8\xff\xd9", "is cut short"),
    ],
)
def test_what_is_no_cover(content: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "cover.jpg").write_bytes(content)
    with pytest.raises(PlanError, match=words):
        read_cover(tmp_path / "cover.jpg")
    with pytest.raises(PlanError, match="cannot be read"):
        read_cover(tmp_path / "no such file")


def test_a_cover_that_no_file_holds(tmp_path: Path) -> None:
    with (tmp_path / "cover.png").open("wb") as file:
        file.truncate(16_000_001)
    with pytest.raises(PlanError, match=r"has 16\.0 MB, and files hold 16 MB"):
        read_cover(tmp_path / "cover.png")
