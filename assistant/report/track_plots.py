"""The plots of one song."""

from __future__ import annotations

import math
from collections.abc import Sequence

from assistant.report.figures import REDUCTION_STEP_S, RecordFigures, TrackFigures, VersionFigures
from assistant.report.svg import Plot, clock, frequency, linear, thinned
from assistant.report.words import region_means

_MOST_POINTS = 300


def spectrum_plot(track: TrackFigures, bands_hz: Sequence[float], record: RecordFigures | None) -> str:
    """The shape of the spectrum of mix, master and record, and over it what EQ was set to."""
    versions = [
        (one, style) for one, style in ((track.mix, "mix"), (track.master, "master")) if one and any(one.tone_db)
    ]
    if not versions:
        return ""
    values = [value for version, _ in versions for value in version.tone_db]
    if record:
        values += [m + s for m, s in zip(record.tone_db, record.tone_sd_db, strict=True)]
    low, high = 10 * math.floor(max(min(values), -40) / 10), 5 * math.ceil(max(values) / 5)
    plot = Plot(
        name=f"spectrum-{track.number}",
        title=f"{track.title}: spectrum as mixed and as mastered, against the record",
        description=_spectrum_words(track, bands_hz, record),
        x=frequency(),
        y=linear(low, high, "Level, dB about its mean", sign="+"),
    )
    if record:
        pairs = list(zip(record.tone_db, record.tone_sd_db, strict=True))
        plot.area(bands_hz, [m - s for m, s in pairs], [m + s for m, s in pairs], "reference")
        plot.line(bands_hz, record.tone_db, "reference")
    for version, style in versions:
        plot.line(bands_hz, version.tone_db, style)
    return plot.svg()


def eq_plot(track: TrackFigures, bands_hz: Sequence[float]) -> str:
    """What EQ was set to, and how much master and mix differ in tone."""
    change = _change_db(track)
    most = max([3.0, *map(abs, track.eq_db), *(min(abs(value), 12.0) for value in change)])
    limit = math.ceil(most)
    plot = Plot(
        name=f"eq-{track.number}",
        title=f"{track.title}: EQ",
        description=_eq_words(track, bands_hz),
        x=frequency(),
        y=linear(-limit, limit, "Change, dB", sign="+"),
        height=210,
    )
    plot.rule("zero", y=0)
    if change:
        plot.line(bands_hz, change, "measured")
    plot.line(bands_hz, track.eq_db, "master")
    return plot.svg()


def _change_db(track: TrackFigures) -> list[float]:
    """By how much the shape of the spectrum changed; empty where one of the two is not known."""
    if track.mix is None or track.master is None or not any(track.mix.tone_db) or not any(track.master.tone_db):
        return []
    return [after - before for before, after in zip(track.mix.tone_db, track.master.tone_db, strict=True)]


def dynamics_plot(track: TrackFigures) -> str:
    """How often each short-term loudness was, as mixed and as delivered."""
    series = [
        (style, [level for level in version.short_term_lufs if level is not None and level > -60])
        for style, version in (("mix", track.mix), ("master", track.master))
        if version
    ]
    series = [(style, levels) for style, levels in series if levels]
    if not series:
        return ""
    low = math.floor(min(min(levels) for _, levels in series)) - 1
    high = math.ceil(max(max(levels) for _, levels in series)) + 1
    low = max(low, high - 40)
    shares = [(style, _shares(levels, low, high)) for style, levels in series]
    most = max(max(share) for _, share in shares)
    plot = Plot(
        name=f"dynamics-{track.number}",
        title=f"{track.title}: how much of the time it is how loud",
        description=_dynamics_words(track),
        x=linear(low, high, "Short-term loudness, LUFS", most=9),
        y=linear(0, most * 1.1, "Share of the time, %"),
        height=210,
    )
    for style, share in shares:
        xs, ys = [float(low)], [0.0]
        for number, value in enumerate(share):
            xs += [low + number, low + number + 1]
            ys += [value, value]
        xs.append(float(high))
        ys.append(0.0)
        if style == "master":
            plot.area(xs, [0.0] * len(xs), ys, "master")
        plot.line(xs, ys, style)
    return plot.svg()


def _shares(levels: Sequence[float], low: int, high: int) -> list[float]:
    """Percent of the levels in each LU from `low` to `high`; what is lower counts in the first."""
    counts = [0] * (high - low)
    for level in levels:
        counts[min(max(math.floor(level) - low, 0), len(counts) - 1)] += 1
    return [100 * count / len(levels) for count in counts]


def reduction_plot(track: TrackFigures) -> str:
    """What the limiter took off over time; nothing where that is not known or it took nothing."""
    most = max(track.gain_reduction_db, default=0.0)
    if most < 0.05:
        return ""
    length_s = len(track.gain_reduction_db) * REDUCTION_STEP_S
    limit = max(1.0, math.ceil(most))
    plot = Plot(
        name=f"reduction-{track.number}",
        title=f"{track.title}: what the limiter took off over time",
        description=f"At most {most:.1f} dB; {_share_over(track):.0f} % of the tenths of a second lost over 1 dB.",
        x=clock(length_s, "Time in the song, min:s"),
        y=linear(-limit, 0, "Gain reduction, dB"),
        height=150,
    )
    places, kept = thinned(track.gain_reduction_db, _MOST_POINTS)
    xs = [(place + 0.5) * REDUCTION_STEP_S for place in places]
    plot.area(xs, [-(value or 0.0) for value in kept], [0.0] * len(xs), "master")
    plot.line(xs, [-(value or 0.0) for value in kept], "master")
    return plot.svg()


def _share_over(track: TrackFigures) -> float:
    return 100 * sum(value > 1 for value in track.gain_reduction_db) / len(track.gain_reduction_db)


def width_plot(track: TrackFigures, bands_hz: Sequence[float], record: RecordFigures | None) -> str:
    """Side against mid over frequency; nothing for mono."""
    versions = [(one, style) for one, style in ((track.mix, "mix"), (track.master, "master")) if one and one.width_db]
    if not versions:
        return ""
    values = [value for version, _ in versions for value in version.width_db]
    plot = Plot(
        name=f"width-{track.number}",
        title=f"{track.title}: width over frequency",
        description=_width_words(track),
        x=frequency(),
        y=linear(-30, max(0.0, 5 * math.ceil(max(values) / 5)), "Side against mid, dB"),
        height=210,
    )
    if record and record.width_db:
        pairs = list(zip(record.width_db, record.width_sd_db, strict=True))
        plot.area(bands_hz, [m - s for m, s in pairs], [m + s for m, s in pairs], "reference")
        plot.line(bands_hz, record.width_db, "reference")
    for version, style in versions:
        plot.line(bands_hz, version.width_db, style)
    return plot.svg()


def _regions(values: Sequence[float], bands_hz: Sequence[float]) -> str:
    return ", ".join(f"{name} {mean:+.1f}" for name, mean in region_means(values, bands_hz).items())


def _spectrum_words(track: TrackFigures, bands_hz: Sequence[float], record: RecordFigures | None) -> str:
    if record is None:
        return "The shape of the spectrum in thirds of an octave."
    told = [
        f"{name} against the record: {_regions(_minus(version, record), bands_hz)} dB"
        for name, version in (("Mix", track.mix), ("Master", track.master))
        if version
    ]
    return f"{'. '.join(told)}."


def _minus(version: VersionFigures, record: RecordFigures) -> list[float]:
    return [one - other for one, other in zip(version.tone_db, record.tone_db, strict=True)]


def _eq_words(track: TrackFigures, bands_hz: Sequence[float]) -> str:
    if not any(track.eq_db):
        return "No EQ."
    return f"Mean over regions: {_regions(track.eq_db, bands_hz)} dB."


def _dynamics_words(track: TrackFigures) -> str:
    told = [
        f"{name}: loudness {_number(version.loudness_lufs)} LUFS, range {_number(version.range_lu)} LU, "
        f"PLR {_number(version.plr_lu)} LU"
        for name, version in (("Mix", track.mix), ("Master", track.master))
        if version
    ]
    return f"{'. '.join(told)}."


def _width_words(track: TrackFigures) -> str:
    told = [
        f"{name} {_number(version.broad_width_db)} dB"
        for name, version in (("mix", track.mix), ("master", track.master))
        if version
    ]
    return f"Side against mid in one figure: {', '.join(told)}."


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"
