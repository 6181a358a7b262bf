"""Making a report: everything gathered, figures, excerpts, page; written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path, PurePosixPath

from assistant.measuring import workers
from assistant.outputs import publish, work_folder, write_text
from assistant.report.collecting import collect
from assistant.report.excerpts import write_excerpts
from assistant.report.figures import ReportFigures
from assistant.report.material import gather
from assistant.report.page import page
from assistant.report.places import wanted_excerpts
from assistant.report.report_json import figures_json
from assistant.report.wishes import AUDIO_FOLDER, JSON_NAME, PAGE_NAME
from mastering.delivery import Delivery


def write_report(out: Path, rendered: Sequence[Delivery] = (), *, audio: bool = True) -> ReportFigures:
    """Make the report of an output folder, from what lies there.

    Args:
        out: the folder of a render.
        rendered: deliveries that were just made: what their limiters did over time is known only then, and is kept in
            the report's JSON for the next one.
        audio: whether there are excerpts to listen to.

    Raises:
        MastertapeError: there is no album, or something cannot be read or written.
    """
    courses = {track.sha256: track.harm.course_db for one in rendered for track in one.tracks if track.harm.course_db}
    with ThreadPoolExecutor(workers()) as pool:
        material = gather(out, courses, pool)
        figures = collect(material)
        former = _former_files(out)
        with work_folder(out) as work:
            (folder := work / AUDIO_FOLDER).mkdir()
            if audio:
                wanted = wanted_excerpts(material, figures.tracks, figures.joins)
                figures = replace(figures, excerpts=write_excerpts(wanted, folder, pool))
            html, told = page(figures), figures_json(figures)
            if figures.excerpts or former:
                publish(folder, out / AUDIO_FOLDER, former)
        if not figures.excerpts and former and not any((out / AUDIO_FOLDER).iterdir()):
            (out / AUDIO_FOLDER).rmdir()
    write_text(out / PAGE_NAME, html)
    write_text(out / JSON_NAME, told)
    return figures


def _former_files(out: Path) -> list[str]:
    """Files of excerpts that an earlier report wrote, by name."""
    try:
        kept = json.loads((out / JSON_NAME).read_text(encoding="utf-8"))
        names = [file for one in kept["excerpts"] for file in one["versions"].values()]
        scripts = [f"{one['name']}.js" for one in kept["excerpts"] if not one["join"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # not there, or changed by hand
        return []
    return [PurePosixPath(name).name for name in (*names, *scripts)]
