"""The nine songs of the demo in order: six of the album, three of the record it should stand beside."""

from __future__ import annotations

from assistant.demo.reference_record import BORROWED_COAT, LONG_WAY_ROUND, SALT_AND_NEON
from assistant.demo.side_a import COPPER_SKY, GLASS_HARBOUR, MORNING_WIRE
from assistant.demo.side_b import LAST_TRAIN_NORTH, PAPER_LANTERNS, SLOW_FERRY

ALBUM = (MORNING_WIRE, GLASS_HARBOUR, COPPER_SKY, PAPER_LANTERNS, SLOW_FERRY, LAST_TRAIN_NORTH)
"""The demo album."""

REFERENCES = (SALT_AND_NEON, BORROWED_COAT, LONG_WAY_ROUND)
"""The reference record: the same players and desk, finished louder."""
