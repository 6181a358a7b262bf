"""The parts of the page on what was delivered: every check, what listeners hear, and the PQ sheet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from assistant.report.album_plots import playback_plot
from assistant.report.figures import CheckFigures, DeliveryFigures, ReportFigures
from assistant.report.html import bullets, details, figure, legend, paragraph, sentence, table, tag, text
from assistant.report.words import number

CD_FRAMES_PER_S = 75
"""A second of a compact disc (IEC 60908)."""

_VERDICTS = {True: "passed", False: "failed", None: "to know"}


def deliveries(figures: ReportFigures) -> str:
    """Every delivery."""
    return tag("h2", "Deliveries", id="deliveries") + "".join(map(_delivery, figures.deliveries))


def _delivery(one: DeliveryFigures) -> str:
    failed = sum(check.passed is False for check in one.checks)
    verdict = f"{failed} of its checks failed." if failed else "All checks passed."
    told = [_format(one.told), f"{number(one.told['loudness_lufs'], 'LUFS')} and"]
    told += [f"{number(one.told['true_peak_dbtp'], 'dBTP', 2)} as written.", verdict]
    heard = figure(
        playback_plot(f"{_name(one.name)}", one.told),
        "How loud each service plays it, from the softest song to the loudest",
        legend(
            ("master thick", "the album played"), ("mix thick", "in a playlist"), ("target", "the service’s target")
        ),
    )
    heard += details("Playback, song by song", _playback(one.told))
    heard += details("The files, song by song", _tracks(one))
    place = f"delivery-{_name(one.name)}"
    inner = f"{tag('h3', text(one.name), id=place)}{paragraph(told)}{_checks(one)}{heard}{_extras(one)}"
    return tag("section", inner, aria_labelledby=place)


def _name(name: str) -> str:
    """A delivery's name as part of an id: those of the user's own may hold anything."""
    return "".join(letter if letter.isascii() and letter.isalnum() else f"-{ord(letter):x}-" for letter in name)


def _format(told: Mapping[str, Any]) -> str:
    asked = told.get("asked", {})
    kind = f"{str(asked.get('container', '')).upper()} {str(asked.get('encoding', '')).replace('pcm_', '')}".strip()
    bits = " bit" if str(asked.get("encoding", "")).startswith("pcm_") and not asked.get("bit_rate_kbps") else ""
    rate = f", {asked['bit_rate_kbps']} kbps" if asked.get("bit_rate_kbps") else ""
    dither = told.get("dither")
    words = f", dither {dither}" if dither and dither != "none" else ""
    return f"{kind}{bits}{rate}, {told['rate_hz'] / 1000:g} kHz{words}:"


def _checks(one: DeliveryFigures) -> str:
    rows = [
        [text(check.what), _verdict(check), sentence(check.asked) or "–", sentence(check.found)] for check in one.checks
    ]
    return table(f"{one.name}: what was checked", ("Check", "Verdict", "Asked for", "Found"), rows, left=4)


def _tracks(one: DeliveryFigures) -> str:
    rows = [
        [
            text(track["title"]),
            text(number(track["loudness_lufs"])),
            text(number(track["true_peak_dbtp"], decimals=2)),
            text(number((track.get("harm") or {}).get("p95_gr_db"))),
            text(number(_highest_coded(track), decimals=2)),
            f"<code>{text(track['file'])}</code>",
        ]
        for track in one.told["tracks"]
    ]
    heads = ("Song", "LUFS", "dBTP", "Limiter dB", "dBTP after codecs", "File")
    return table(f"{one.name}: the files", heads, rows)


def _highest_coded(track: Mapping[str, Any]) -> float | None:
    """Highest true peak that any codec made of a track."""
    peaks = [trial["true_peak_dbtp"] for trial in track.get("codecs", ()) if trial["true_peak_dbtp"] is not None]
    return max(peaks, default=None)


def _verdict(check: CheckFigures) -> str:
    word = _VERDICTS[check.passed]
    mark = {"passed": "✓", "failed": "✗", "to know": "i"}[word]
    return f'<span class="verdict {word.split()[0]}"><span aria-hidden="true">{mark}</span> {word}</span>'


def _playback(told: Mapping[str, Any]) -> str:
    rows = [
        [
            text(mode["service"] + (f" {mode['mode']}" if mode.get("mode") else "")),
            text(f"{mode['target_lufs']:g}"),
            text(track["title"]),
            *(
                text(number(track[where][key], sign=sign))
                for where in ("album", "playlist")
                for key, sign in (("gain_db", "+"), ("loudness_lufs", ""))
            ),
            text(number(max(track[where]["held_back_db"] or 0.0 for where in ("album", "playlist")))),
            text(number(max(track[where]["limited_db"] or 0.0 for where in ("album", "playlist")))),
        ]
        for mode in told.get("playback") or []
        for track in mode["tracks"]
    ]
    heads = (
        "Service",
        "Target LUFS",
        "Song",
        "Album gain dB",
        "LUFS",
        "Playlist gain dB",
        "LUFS",
        "Held back dB",
        "Limited dB",
    )
    return table("What listeners of each service hear", heads, rows) if rows else ""


def _extras(one: DeliveryFigures) -> str:
    files = one.told.get("extras") or []
    if not files:
        return ""
    items = "".join(tag("li", tag("a", text(file), href=quote(file))) for file in files)
    return f"<details><summary>Files that go with it</summary><ul>{items}</ul></details>"


def pq_sheet(figures: ReportFigures) -> str:
    """Where every song begins and how long it is, in the minutes, seconds and frames of a disc."""
    one = next((d for d in figures.deliveries if d.told.get("asked", {}).get("sector_frames", 1) > 1), None)
    one = one or next(d for d in figures.deliveries if d.name == figures.delivery)
    rate_hz, told = one.told["rate_hz"], one.told
    parts = [tag("h2", "PQ sheet", id="pq")]
    parts.append(paragraph([f"Times of {one.name}, in minutes:seconds:frames of 1/75 s."]))
    for programme in told["programmes"]:
        tracks = [track for track in told["tracks"] if track["programme"] == programme["file"]]
        rows = [
            [
                text(number_),
                text(track["title"]),
                text(track.get("isrc") or "–"),
                text(_clock(_index(track, 0), rate_hz)),
                text(_clock(_index(track, 1), rate_hz)),
                text(_clock(track["frames"], rate_hz)),
                text(_clock(track["gap_frames"], rate_hz)),
            ]
            for number_, track in enumerate(tracks, 1)
        ]
        rows.append(["End", "–", "–", "–", text(_clock(programme["frames"], rate_hz)), "–", "–"])
        heads = ("Track", "Song", "ISRC", "Index 0", "Index 1", "File", "Silence")
        parts.append(table(programme["title"] or figures.title, heads, rows, left=3))
    sheets = [
        file for d in figures.deliveries for file in d.told.get("extras") or [] if "PQ" in PurePosixPath(file).name
    ]
    links = "".join(tag("li", tag("a", text(file), href=quote(file))) for file in sheets)
    parts.append(f"<p>The sheets to hand in with a disc:</p><ul>{links}</ul>" if links else "")
    return "".join(parts)


def _index(track: Mapping[str, Any], wanted: int) -> int | None:
    found = {one["number"]: one["frame"] for one in track.get("index", [])}
    return found.get(wanted, track["start_frame"] if wanted == 1 else None)


def _clock(frames: int | None, rate_hz: int) -> str:
    """Frames of audio as minutes, seconds and frames of a disc."""
    if frames is None:
        return "–"
    ticks = frames * CD_FRAMES_PER_S // rate_hz
    return f"{ticks // (60 * CD_FRAMES_PER_S):02d}:{ticks // CD_FRAMES_PER_S % 60:02d}:{ticks % CD_FRAMES_PER_S:02d}"


def remarks(figures: ReportFigures) -> str:
    """What could not be looked at."""
    return tag("h2", "What is missing here", id="missing") + bullets(figures.not_there) if figures.not_there else ""
