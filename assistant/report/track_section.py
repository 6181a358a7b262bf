"""The part of the page on one song."""

from __future__ import annotations

from assistant.report.figures import ExcerptFigures, RecordFigures, ReportFigures, TrackFigures, VersionFigures
from assistant.report.html import bullets, details, figure, legend, paragraph, sentence, table, tag, text
from assistant.report.svg import minutes
from assistant.report.track_plots import dynamics_plot, eq_plot, reduction_plot, spectrum_plot, width_plot
from assistant.report.words import number, track_sentences

_REASONS = {"tone": "Tone", "dynamics": "Dynamics", "width": "Width", "level": "Level", "mix": "Mix", "notes": "Notes"}
VERSIONS = {"mix": "Mix", "master": "Master", "reference": "Reference"}
"""What there is to compare, with what people call it."""


def track_section(figures: ReportFigures, track: TrackFigures) -> str:
    """What was done to a song and why; plots; every figure under them."""
    name = f"track-{track.number}"
    excerpt = next((one for one in figures.excerpts if one.track == track.number and not one.join), None)
    inner = [
        tag("h3", f"{track.number}. {text(track.title)}", id=name),
        tag("p", text(_about(track)), class_="about"),
        paragraph(track_sentences(track, figures.bands_hz)),
        _listen(track, excerpt) if excerpt else "",
        _noticed(track),
        _reasons(track),
        _plots(figures, track),
        details("Figures for the engineer", _figures(track)),
    ]
    return tag("section", "".join(inner), class_="track", aria_labelledby=name)


def _about(track: TrackFigures) -> str:
    parts = [f"mixed by {track.engineer}"] if track.engineer else []
    parts += [f"group {track.group}"] if track.group and not track.engineer else []
    parts += [f"{minutes(track.length_s)} long", f"starts at {minutes(track.album_s)}"]
    parts += [f"{track.tempo_bpm:.0f} BPM"] if track.tempo_bpm else []
    parts += [track.key] if track.key else []
    parts += [f"ISRC {track.isrc}"] if track.isrc else []
    return " · ".join(parts)


def _listen(track: TrackFigures, excerpt: ExcerptFigures) -> str:
    there = [version for version in VERSIONS if version in excerpt.versions]
    names = ", ".join(VERSIONS[version].lower() for version in there)
    files = "".join(
        tag(
            "li",
            f"{VERSIONS[version]} ({text(number(excerpt.gains_db[version], 'dB', sign='+'))}): "
            f'<audio controls preload="none" src="{text(excerpt.versions[version])}" '
            f'aria-label="{text(f"{track.title}, {VERSIONS[version].lower()}")}"></audio>',
        )
        for version in there
    )
    about = f"{excerpt.length_s:.0f} s from {minutes(excerpt.start_s)}, all as loud as each other"
    if excerpt.reference:
        about += f"; the reference is {excerpt.reference}"
    button = tag(
        "button",
        f"Compare {text(names)}",
        type="button",
        class_="listen",
        data_excerpt=excerpt.name,
        data_title=f"{track.number}. {track.title}",
        data_versions=" ".join(there),
        hidden="",
    )
    return tag("div", f"{button}{tag('p', text(about), class_='about')}<details class=\"files\"><summary>As files"
               f"</summary><ul>{files}</ul></details>", class_="hear")  # fmt: skip


def _noticed(track: TrackFigures) -> str:
    told = [f"{'Mend in the mix: ' if one.warning else ''}{one.message}" for one in track.findings]
    told += [f"In the delivered file: {finding}" for finding in track.delivered_findings]
    told += _repair(track)
    return tag("h4", "What was noticed") + bullets(told) if told else ""


def _repair(track: TrackFigures) -> list[str]:
    if not track.repair:
        return []
    dips = track.repair.get("dips") or []
    told = []
    if track.repair.get("lowered_db"):
        told.append(f"Its limiter goes {number(track.repair['lowered_db'], 'dB', 2)} lower, for what codecs make of it")
    if dips:
        places = ", ".join(f"{minutes(dip['start_s'])} ({number(dip['lowered_db'], 'dB', 2)})" for dip in dips[:6])
        more = f" and {len(dips) - 6} more" if len(dips) > 6 else ""
        told.append(f"Turned down for a tenth of a second, for what codecs make of it: at {places}{more}")
    return told


def _reasons(track: TrackFigures) -> str:
    # Notes say again what was noticed.
    told = [
        (n, track.why[key])
        for key, n in _REASONS.items()
        if track.why.get(key) and not (key == "notes" and track.findings)
    ]
    if not told:
        return ""
    inner = "".join(f"{tag('dt', text(name))}{tag('dd', sentence(words))}" for name, words in told)
    return tag("h4", "Why, and how sure") + tag("dl", inner, class_="why")


def _plots(figures: ReportFigures, track: TrackFigures) -> str:
    record: RecordFigures | None = figures.record
    lines = [("mix", "as mixed"), ("master", "as mastered")]
    if record:
        among = f", shaded where two of three of {record.spread_of} lie"
        reference = legend(*lines, ("reference", f"{record.name}{among}"))
    else:
        reference = legend(*lines)
    shown = figure(spectrum_plot(track, figures.bands_hz, record), "Spectrum, level taken out", reference)
    shown += figure(
        eq_plot(track, figures.bands_hz),
        "EQ",
        legend(("master", "EQ as set"), ("measured", "master against mix, measured")),
    )
    more = figure(dynamics_plot(track), f"Dynamics: {_plr(track)}", legend(*lines))
    more += figure(width_plot(track, figures.bands_hz, record), "Width", reference)
    more += figure(reduction_plot(track), "What the limiter took off over time")
    pair = tag("div", more, class_="pair") if more else ""
    return tag("div", shown, class_="pair") + details("Dynamics, width, limiter", pair, class_="plots")


def _plr(track: TrackFigures) -> str:
    before, after = (version.plr_lu if version else None for version in (track.mix, track.master))
    return f"peaks over loudness (PLR) {number(before)} then {number(after, 'LU')}"


def _figures(track: TrackFigures) -> str:
    chain = f"{tag('p', 'The chain, in order:')}{bullets(track.actions)}" if track.actions else ""
    rows = [
        [text(name), text(_cell(track.mix, key, decimals)), text(_cell(track.master, key, decimals))]
        for key, name, decimals in (
            ("loudness_lufs", "Integrated loudness, LUFS", 1),
            ("loud_lufs", "Loud sections, LUFS", 1),
            ("range_lu", "Loudness range, LU", 1),
            ("true_peak_dbtp", "True peak, dBTP", 2),
            ("plr_lu", "Peak to loudness, LU", 1),
            ("broad_width_db", "Side against mid, dB", 1),
        )
    ]
    harm = [
        (name, track.harm.get(key), (track.chain_harm or {}).get(key), unit, decimals)
        for key, name, unit, decimals in (
            ("max_gr_db", "Peaks brought down, most", "dB", 1),
            ("p95_gr_db", "Peaks brought down, 19 of 20 onsets", "dB", 1),
            ("transient_loss_db", "Transients lost, mean", "dB", 2),
            ("nmr_db", "Noise to mask", "dB", 1),
            ("residual_db", "Residual", "dB", 1),
            ("mono_fold_loss_db", "Lost in mono", "dB", 2),
        )
    ]
    done = [
        [text(name), text(number(chain_value, unit, places)), text(number(limiter, unit, places))]
        for name, limiter, chain_value, unit, places in harm
    ]
    codecs = [
        [
            text(one["label"]),
            text(number(one["true_peak_dbtp"], decimals=2)),
            text(one["overs"]),
            text(number(one["loudness_change_lu"], decimals=2, sign="+")),
        ]
        for one in track.codecs
    ]
    tables = table(f"{track.title}: figures", ("Figure", "Mix", "Master"), rows)
    if any(value is not None for row in harm for value in row[1:3]):
        tables += table(f"{track.title}: what stages cost", ("Cost", "Dynamics", "Limiter"), done)
    if codecs:
        tables += table(f"{track.title}: after lossy codecs", ("Codec", "dBTP", "Samples over", "LU"), codecs)
    source = tag("p", f"Mix: <code>{text(track.source)}</code>. SHA-256 of the file: <code>{text(track.sha256)}</code>")
    return f"{chain}{tables}{source}"


def _cell(version: VersionFigures | None, key: str, decimals: int) -> str:
    return number(getattr(version, key) if version else None, decimals=decimals)
