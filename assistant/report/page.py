"""The report as one HTML page that needs nothing else: style, script and plots are in it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from assistant.report.album_section import glance, order, summary
from assistant.report.delivery_section import deliveries, pq_sheet, remarks
from assistant.report.figures import ReportFigures
from assistant.report.html import tag, text
from assistant.report.svg import minutes
from assistant.report.track_section import track_section

_WORDS = {
    "LUFS": "Loudness as heard, measured to ITU-R BS.1770. Higher is louder: many streaming services play at −14.",
    "LU": "A step of loudness; one LU is one decibel.",
    "dBTP": "True peak: how high the wave really goes between the samples. 0 is full scale.",
    "PLR": "Peak to loudness: how far the highest peak stands over the loudness. Less is denser.",
    "Loudness range": "How far soft and loud parts of a song lie apart.",
    "Side against mid": "How much there is in the difference of left and right against their sum: the width.",
    "Noise to mask": "What a stage added, against what the music hides from the ear; under −10 dB nobody hears it.",
    "The record": "What the songs are held against: the references, or the middle of the album itself.",
}


def page(figures: ReportFigures) -> str:
    """The whole page."""
    by = f" by {figures.artist}" if figures.artist else ""
    about = f"{len(figures.tracks)} songs, {minutes(figures.length_s)}" if len(figures.tracks) > 1 else "One song"
    body = [
        '<a class="skip" href="#main">Skip to the report</a>',
        tag(
            "header",
            f"{tag('h1', text(figures.title))}{tag('p', text(f'Mastering report{by} · {about}'), class_='about')}",
        ),
        _contents(figures),
        tag("main", _main(figures), id="main", tabindex="-1"),
        _player(figures),
        f"<script>{_file('player.js')}</script>" if figures.excerpts else "",
        f"<script>{_file('page.js')}</script>",
    ]
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"{tag('title', text(f'{figures.title}: mastering report'))}<style>{_file('page.css')}</style>"
    )
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body>{"".join(body)}</body></html>\n'


def _main(figures: ReportFigures) -> str:
    parts = [
        summary(figures),
        glance(figures),
        tag("h2", "Song by song", id="songs"),
        *(track_section(figures, track) for track in figures.tracks),
        order(figures),
        deliveries(figures),
        pq_sheet(figures),
        remarks(figures),
        _glossary(),
    ]
    return "\n".join(filter(None, parts))


def _contents(figures: ReportFigures) -> str:
    places = [("short", "In short"), ("glance", "At a glance"), ("songs", "Songs"), ("order", "Order and joins")]
    places += [("deliveries", "Deliveries"), ("pq", "PQ sheet")]
    places += [("missing", "Missing")] if figures.not_there else []
    items = "".join(tag("li", tag("a", text(name), href=f"#{place}")) for place, name in places)
    songs = "".join(
        tag("li", tag("a", f"{track.number}. {text(track.title)}", href=f"#track-{track.number}"))
        for track in figures.tracks
    )
    return tag("nav", f'<ul>{items}</ul><ol class="songs">{songs}</ol>', aria_label="Contents")


def _glossary() -> str:
    inner = "".join(f"{tag('dt', text(word))}{tag('dd', text(meaning))}" for word, meaning in _WORDS.items())
    return tag("h2", "Words", id="words") + tag("dl", inner, class_="why")


def _player(figures: ReportFigures) -> str:
    """The bar that mix, master and reference are compared with; its script shows it."""
    if not any(not one.join for one in figures.excerpts):
        return ""
    return (
        '<aside id="player" aria-label="Compare" hidden>'
        '<p id="player-title" aria-live="polite"></p>'
        '<button type="button" id="player-before" aria-label="Previous song">◀</button>'
        '<button type="button" id="player-play">Play</button>'
        '<button type="button" id="player-after" aria-label="Next song">▶</button>'
        '<div id="player-versions" role="group" aria-label="What is heard"></div>'
        '<p class="keys"><kbd>X</kbd> switches, <kbd>1</kbd> <kbd>2</kbd> <kbd>3</kbd> choose, <kbd>Space</kbd> plays, '
        "<kbd>←</kbd> <kbd>→</kbd> change song, <kbd>Esc</kbd> closes</p>"
        '<button type="button" id="player-close">Close</button></aside>'
    )


@cache
def _file(name: str) -> str:
    """A file that lies beside this module."""
    return (Path(__file__).parent / name).read_text(encoding="utf-8")
