"""Data that ships with the product: delivery specifications, and how the songs of real records differ.

Each file names the source and date of its figures. This package holds no logic: it only says where its files are.
"""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
"""Where the data files lie."""

DELIVERIES = FOLDER / "deliveries"
"""One TOML file for each delivery."""

SONG_STATISTICS = FOLDER / "song_statistics.json"
"""How songs of one record differ, learned from real records."""

PROFILES = FOLDER / "profiles"
"""Reference profiles that ship, one JSON file each."""
