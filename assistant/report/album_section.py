"""The parts of the page on the album as a whole: what to decide, the album at a glance, order and joins."""

from __future__ import annotations

from assistant.report.album_plots import cohesion_plot, distance_plot, loudness_plot, order_plot
from assistant.report.figures import JoinFigures, ReportFigures
from assistant.report.html import bullets, details, figure, legend, paragraph, scroller, sentence, table, tag, text
from assistant.report.svg import minutes
from assistant.report.words import decisions, done_sentences, found_sentences, number

_MOST_DECISIONS = 8


def summary(figures: ReportFigures) -> str:
    """One paragraph, and what is to be decided."""
    asked = decisions(figures)
    head = tag("h2", "In short", id="short")
    told = paragraph([*found_sentences(figures), *done_sentences(figures)], class_="lead")
    if not asked:
        return f"{head}{told}{paragraph(['Nothing asks for a decision: listen, and sign it off.'])}"
    few, more = asked[:_MOST_DECISIONS], asked[_MOST_DECISIONS:]
    rest = details(f"{len(more)} more", bullets(more))
    return f"{head}{told}{tag('h3', 'For you to decide')}{bullets(few, class_='decide')}{rest}"


def glance(figures: ReportFigures) -> str:
    """Loudness over time, how alike the songs are, how far each is from the record."""
    both = legend(("mix", "as mixed"), ("master", "as mastered"))
    plots = figure(
        scroller(plot, "Loudness over time") if (plot := loudness_plot(figures)) else "",
        f"Loudness over time, {figures.delivery}: songs in turn, gaps shaded",
        both,
    )
    record = "the middle of the album" if not figures.record else figures.record.name
    pair = ""
    if figures.cohesion:
        pair += figure(
            cohesion_plot(figures.cohesion),
            "How far the songs lie apart (less is more alike)",
            legend(("mix thick", "as mixed"), ("master thick", "as mastered"), ("reference", "usual on one record")),
        )
    pair += figure(
        distance_plot(figures), f"How far each song is from the record in tone ({record})",
        legend(("mark mix hollow", "as mixed"), ("mark master", "as mastered")),
    )  # fmt: skip
    words = [f"The level: {figures.why_loudness}."] if figures.why_loudness else []
    words += [f"Who mixed what: {figures.why_groups}."] if figures.why_groups else []
    return (
        f"{tag('h2', 'The album at a glance', id='glance')}{plots}"
        f"{tag('div', pair, class_='pair') if pair else ''}{paragraph(words) if words else ''}"
        f"{_glance_table(figures)}"
    )


def _glance_table(figures: ReportFigures) -> str:
    rows = [
        [
            text(track.number),
            tag("a", text(track.title), href=f"#track-{track.number}"),
            text(minutes(track.album_s)),
            text(minutes(track.length_s)),
            text(number(track.mix.loudness_lufs if track.mix else None)),
            text(number(track.master.loudness_lufs if track.master else None)),
            text(number(track.mix.plr_lu if track.mix else None)),
            text(number(track.master.plr_lu if track.master else None)),
            text(number(track.master.true_peak_dbtp if track.master else None, decimals=2)),
        ]
        for track in figures.tracks
    ]
    heads = ("No.", "Song", "Starts", "Length", "LUFS mix", "LUFS master", "PLR mix", "PLR master", "dBTP master")
    return table(f"The songs as delivered for {figures.delivery}", heads, rows, left=2)


def order(figures: ReportFigures) -> str:
    """The order, what is between the songs, and why."""
    parts = [tag("h2", "Order and joins", id="order")]
    if figures.why_order:
        parts.append(paragraph([f"The order: {figures.why_order}."]))
    parts.append(bullets(figures.why_sides))
    if len(figures.tracks) > 1:
        plot = order_plot(figures)
        parts.append(
            figure(
                scroller(plot, "Order of the songs") if plot else "",
                "Energy from song to song; above, what is between them; below, tempo and key",
                legend(("master", "energy"), ("link", "from its opening to its close")),
            )
        )
    parts.append(_joins(figures))
    parts.append(_alternatives(figures))
    return "".join(parts)


def _joins(figures: ReportFigures) -> str:
    titles = {track.number: track.title for track in figures.tracks}
    heard = {one.track: one for one in figures.excerpts if one.join}
    rows = []
    for join in figures.joins:
        name = f"{titles[join.before]} → {titles[join.after]}"
        cells = [text(name), text(_join_words(join))]
        if heard:
            one = heard.get(join.before)
            label = f"Join of {titles[join.before]} and {titles[join.after]}"
            cells.append(
                f'<audio controls preload="none" src="{text(one.versions["join"])}" aria-label="{text(label)}"></audio>'
                if one
                else "–"
            )
        rows.append([*cells, sentence("; ".join(join.why)) or "–"])
    heads = ("Songs", "Between them", *(("Listen",) if heard else ()), "Why")
    return table("From song to song", heads, rows, left=4) if rows else ""


def _join_words(join: JoinFigures) -> str:
    if join.kind == "gap" and join.seconds is not None:
        return f"{number(join.seconds, 's')} gap" + (f" ({join.beats:g} beats)" if join.beats is not None else "")
    if join.kind == "crossfade" and join.seconds is not None:
        return f"{number(join.seconds, 's')} crossfade"
    return {"runs on": "runs on without a break", "new programme": "a new side or disc"}.get(join.kind, join.kind)


def _alternatives(figures: ReportFigures) -> str:
    if not figures.orders:
        return ""
    rows = [
        [
            text(one.name) + (" (taken)" if one.taken else ""),
            text(" · ".join(one.songs)),
            text(number(one.cost, decimals=2)),
            text(f"{one.cheaper_than * 100:.0f} %"),
            text(one.good_for),
        ]
        for one in figures.orders
    ]
    heads = ("Order", "Songs", "Cost", "Better than", "Good for")
    return details(
        "Other orders", table("Orders that were weighed; better than so many drawn by lot", heads, rows, left=5)
    )
