"""The plots of the album as a whole."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from assistant.report.figures import CohesionFigures, JoinFigures, ReportFigures, TrackFigures
from assistant.report.svg import Axis, Plot, clock, linear, minutes, thinned

_SOFTEST_LUFS = -50.0
_WINDOW_S = 3.0  # of short-term loudness: a figure is drawn in the middle of its window
_MOST_POINTS = 300  # of one song
_WIDE = 1040


def loudness_plot(figures: ReportFigures) -> str:
    """Loudness over time of the whole album, as mixed and as delivered, with its songs and gaps."""
    levels = [
        level
        for track in figures.tracks
        for version in (track.mix, track.master)
        if version
        for level in version.short_term_lufs
        if level is not None
    ]
    if not levels:
        return ""
    low = max(_SOFTEST_LUFS, 5 * math.floor(_fifth(levels) / 5) - 5)
    high = 5 * math.ceil(max(levels) / 5 + 0.2)
    plot = Plot(
        name="album-loudness",
        title="Loudness of the whole album over time, as mixed and as mastered",
        description=_loudness_words(figures),
        x=clock(figures.length_s, "Time in the album, min:s"),
        y=linear(low, high, "Short-term loudness, LUFS"),
        width=_WIDE,
        height=300,
        top=26,
    )
    for track in figures.tracks:
        begins, ends = track.album_s + track.song_s, track.album_s + track.length_s
        if track.number % 2 == 0:
            plot.box((track.album_s, ends), (low, high), "alternate")
        _gap(plot, track, low, high)
        plot.words((begins + ends - track.gap_s) / 2, high, _short(figures, track), up=8)
    for track in figures.tracks:
        for version, style, moved in (
            (track.mix, "mix", track.song_s - track.mix_start_s),
            (track.master, "master", 0.0),
        ):
            if version is None:
                continue
            places, kept = thinned([None if v is None or v < low else v for v in version.short_term_lufs], _MOST_POINTS)
            first = track.album_s + moved + _WINDOW_S / 2
            last = track.album_s + track.length_s
            inside = [
                (first + at, v) for at, v in zip(places, kept, strict=True) if track.album_s <= first + at <= last
            ]
            plot.line([at for at, _ in inside], [v for _, v in inside], style)
    return plot.svg()


def _fifth(levels: Sequence[float]) -> float:
    """What nineteen of twenty levels are over: fades and pauses need no room."""
    return sorted(levels)[len(levels) // 20]


def _gap(plot: Plot, track: TrackFigures, low: float, high: float) -> None:
    if track.gap_s <= 0:
        return
    ends = track.album_s + track.length_s
    before_song = track.song_s >= track.gap_s > 0 and track.song_s > 0
    span = (track.album_s, track.album_s + track.gap_s) if before_song else (ends - track.gap_s, ends)
    plot.box(span, (low, high), "gap", f"gap of {track.gap_s:.1f} s")


def _short(figures: ReportFigures, track: TrackFigures) -> str:
    """A song's number, with as much of its title as has room over it."""
    room = int(track.length_s / max(figures.length_s, 1e-3) * _WIDE / 7.5) - 4
    if room >= len(track.title):
        return f"{track.number} {track.title}"
    return f"{track.number} {track.title[: room - 1]}…" if room > 6 else str(track.number)


def _loudness_words(figures: ReportFigures) -> str:
    told = [
        f"{track.number} {track.title}, from {minutes(track.album_s)}: "
        f"{_lufs(track.mix.loudness_lufs if track.mix else None)} as mixed, "
        f"{_lufs(track.master.loudness_lufs if track.master else None)} as mastered"
        for track in figures.tracks
    ]
    return f"Integrated loudness of each song. {'; '.join(told)}."


def _lufs(level: float | None) -> str:
    return "not measurable" if level is None else f"{level:.1f} LUFS"


_SPREADS = (("tone_db", "Tone", "dB"), ("width_db", "Width", "dB"), ("loud_lu", "Level", "LU"), ("plr_lu", "PLR", "LU"))


def cohesion_plot(found: CohesionFigures) -> str:
    """How far the songs lie apart in each respect, as mixed and as delivered, and as on other records."""
    known = [
        (name, unit, [getattr(spread, key) for spread in (found.before, found.after, found.usual)])
        for key, name, unit in _SPREADS
    ]
    known = [one for one in known if one[2][0] is not None and one[2][1] is not None]
    high = max((value for _, _, values in known for value in values if value is not None), default=1.0)
    words = [f"{name}: {v[0]:.1f} as mixed, {v[1]:.1f} as mastered, {v[2]:.1f} {unit} usual" for name, unit, v in known]
    axis = tuple((number + 0.5, f"{name}, {unit}") for number, (name, unit, _) in enumerate(known))
    plot = Plot(
        name="cohesion",
        title="How far the songs lie apart, as mixed and as mastered",
        description=f"Spread over the songs. {'; '.join(words)} on a record. Less is more alike.",
        x=Axis(low=0, high=max(1, len(known)), label="What is compared", ticks=axis),
        y=linear(0, high * 1.15, "Spread over the songs, dB or LU"),
    )
    for number, (_, _, values) in enumerate(known):
        before, after, usual = values
        plot.box((number + 0.18, number + 0.48), (0, before), "bar mix", f"as mixed {before:.1f}")
        plot.box((number + 0.52, number + 0.82), (0, after), "bar master", f"as mastered {after:.1f}")
        plot.words(number + 0.33, before, f"{before:.1f}", up=4)
        plot.words(number + 0.67, after, f"{after:.1f}", up=4)
        if usual is not None:
            plot.line([number + 0.1, number + 0.9], [usual, usual], "reference")
    return plot.svg()


def distance_plot(figures: ReportFigures) -> str:
    """Each song's distance in tone from the record, as mixed and as delivered; nothing where none can be told."""
    songs = [track for track in figures.tracks if None not in track.distance_db]
    if not songs or figures.record is None:
        return ""
    high = max(value for track in songs for value in track.distance_db if value is not None)
    words = [f"{t.number} {t.title}: {t.distance_db[0]:.1f} then {t.distance_db[1]:.1f} dB" for t in songs]
    plot = Plot(
        name="distance",
        title="Each song’s distance in tone from the record, as mixed and as mastered",
        description=f"Root mean square over 28 thirds of an octave. {'; '.join(words)}.",
        x=Axis(
            low=0, high=len(songs), label="Song", ticks=tuple((n + 0.5, str(t.number)) for n, t in enumerate(songs))
        ),
        y=linear(0, high * 1.1 + 0.1, "Distance from the record, dB"),
    )
    for number, track in enumerate(songs):
        before, after = track.distance_db
        if before is not None and after is not None:
            plot.line([number + 0.5, number + 0.5], [before, after], "link")
            plot.mark(number + 0.5, before, "mix", hollow=True)
            plot.mark(number + 0.5, after, "master")
    return plot.svg()


def order_plot(figures: ReportFigures) -> str:
    """The energy of the songs in their order, with tempo and key under it and what is between them."""
    songs = [track for track in figures.tracks if track.energy is not None]
    if not songs:
        return ""
    joins = {join.before: join for join in figures.joins}
    told = [_order_words(track, joins.get(track.number)) for track in figures.tracks]
    plot = Plot(
        name="order",
        title="The songs in their order: energy, tempo, key, and what is between them",
        description=f"Energy runs from 0 to 1. {'; '.join(told)}.",
        x=Axis(
            low=0.4,
            high=len(figures.tracks) + 0.6,
            label="Song, with its tempo in BPM and its key",
            ticks=tuple((track.number, str(track.number)) for track in figures.tracks),
        ),
        y=linear(0, 1, "Energy, 0 to 1"),
        width=_WIDE,
        height=310,
        bottom=82,
    )
    for track in figures.tracks:
        _order_song(plot, track, joins.get(track.number))
    for name, down in (("BPM", 32), ("Key", 48)):
        plot.words(0.4, 0, name, "end", up=-down)
    plot.line([track.number for track in songs], [track.energy for track in songs], "master")
    for track in songs:
        plot.mark(track.number, track.energy or 0.0, "master")
    return plot.svg()


def _order_song(plot: Plot, track: TrackFigures, join: JoinFigures | None) -> None:
    if track.opening_energy is not None and track.closing_energy is not None:
        plot.line([track.number - 0.3, track.number + 0.3], [track.opening_energy, track.closing_energy], "link")
    plot.words(track.number, 0, "–" if track.tempo_bpm is None else f"{track.tempo_bpm:.0f}", up=-32)
    plot.words(track.number, 0, track.key.replace(" major", "").replace(" minor", "m") if track.key else "–", up=-48)
    if join:
        plot.words(track.number + 0.5, 1, _join_mark(join), up=-12)


def _join_mark(join: JoinFigures) -> str:
    if join.kind == "gap" and join.seconds is not None:
        return f"{join.seconds:.1f} s"
    if join.kind == "crossfade" and join.seconds is not None:
        return f"× {join.seconds:.1f} s"
    return {"runs on": "→"}.get(join.kind, "│")


def _order_words(track: TrackFigures, join: JoinFigures | None) -> str:
    parts = [f"{track.number} {track.title}"]
    parts += [f"energy {track.energy:.2f}"] if track.energy is not None else []
    parts += [f"{track.tempo_bpm:.0f} BPM"] if track.tempo_bpm else []
    parts += [track.key] if track.key else []
    if join:
        length = "" if join.seconds is None else f" of {join.seconds:.1f} s"
        parts.append(f"then {join.kind}{length}")
    return ", ".join(parts)


def playback_plot(name: str, told: Mapping[str, Any]) -> str:
    """How loud each service plays the songs of an album, from the softest to the loudest; nothing without services."""
    modes = told.get("playback") or []
    rows = [(_mode(mode, modes), mode["target_lufs"], _spans(mode)) for mode in modes]
    rows = [row for row in rows if row[2]]
    if not rows:
        return ""
    every = [value for _, target, spans in rows for value in (target, *(v for span in spans for v in span))]
    low, high = 2 * math.floor(min(every) / 2) - 1, 2 * math.ceil(max(every) / 2) + 1
    words = [f"{mode}: {spans[0][0]:.1f} to {spans[0][1]:.1f} LUFS, target {t:g}" for mode, t, spans in rows]
    plot = Plot(
        name=f"playback-{name}",
        title="How loud each service plays the songs of the album",
        description=f"Album playback, softest to loudest song. {'; '.join(words)}.",
        x=linear(low, high, "Loudness as heard, LUFS"),
        y=Axis(low=-len(rows), high=0, label="", ticks=tuple((-n - 0.5, mode) for n, (mode, _, _) in enumerate(rows))),
        height=62 + 26 * len(rows),
        left=118,
    )
    for number, (_, target, spans) in enumerate(rows):
        for style, (soft, loud), place in zip(("bar master", "bar mix"), spans, (0.34, 0.62), strict=False):
            middle = -number - place
            plot.box(
                (soft, max(loud, soft + 0.15)), (middle - 0.1, middle + 0.1), style, f"{soft:.1f} to {loud:.1f} LUFS"
            )
        plot.line([target, target], [-number - 0.1, -number - 0.9], "target")
    return plot.svg()


def _mode(mode: Mapping[str, Any], modes: Sequence[Mapping[str, Any]]) -> str:
    alone = sum(other["service"] == mode["service"] for other in modes) == 1
    return str(mode["service"]) if alone else f"{mode['service']} {mode['mode']}"


def _spans(mode: Mapping[str, Any]) -> list[tuple[float, float]]:
    """Softest and loudest song, where the album is played and in playlists."""
    spans = []
    for where in ("album", "playlist"):
        levels = [track[where]["loudness_lufs"] for track in mode["tracks"]]
        known = [level for level in levels if level is not None]
        if known:
            spans.append((min(known), max(known)))
    return spans
