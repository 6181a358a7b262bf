"""Songs made up of figures, for tests of their order."""

from __future__ import annotations

import numpy as np

from assistant.order_cost import OrderEdge, OrderItem

TONICS = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
KEYS = [f"{tonic} {mode}" for tonic in TONICS for mode in ("major", "minor")]


def song(
    name: str = "song",
    *,
    tempo_bpm: float | None = None,
    key: str | None = None,
    key_confidence: float = 0.3,
    energy: float = -np.inf,
    loudness_lufs: float = -np.inf,
    opening_lufs: float = -np.inf,
    closing_lufs: float = -np.inf,
    side: int = 0,
) -> OrderItem:
    """A song of which only what is given is known, with one tempo and one key from start to end."""
    opening = OrderEdge(tempo_bpm=tempo_bpm, key=key, key_confidence=key_confidence, lufs=opening_lufs)
    closing = OrderEdge(tempo_bpm=tempo_bpm, key=key, key_confidence=key_confidence, lufs=closing_lufs)
    return OrderItem(name=name, loudness_lufs=loudness_lufs, energy=energy, opening=opening, closing=closing, side=side)


def album(count: int, seed: int, *, sides: int = 1) -> list[OrderItem]:
    """Songs drawn at random, named by number, evenly on their sides."""
    random = np.random.default_rng(seed)
    return [
        song(
            f"{number}",
            tempo_bpm=float(random.uniform(60, 180)),
            key=KEYS[random.integers(24)],
            key_confidence=float(random.uniform(0, 0.3)),
            loudness_lufs=float(random.normal(-14, 2)),
            energy=float(random.normal(-12, 3)),
            opening_lufs=float(random.normal(-18, 5)),
            closing_lufs=float(random.normal(-26, 6)),
            side=number * sides // count,
        )
        for number in range(count)
    ]
