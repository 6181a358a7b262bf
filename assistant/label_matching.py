"""Which song each line of a label copy is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from analysis.errors import PlanError
from assistant.label_csv import CopyRow, CopyTable, known_columns, plain


def matched(
    table: CopyTable, files: Sequence[str], titles: Sequence[str]
) -> tuple[Mapping[int, Mapping[str, object]], tuple[str, ...]]:
    """What is said of each song (by its number, from 0), and advice on what was not matched or does not fit.

    A line belongs to the song of its file; else to the one song of its title; else to that of its number in the album.

    Raises:
        PlanError: two lines belong to one song, or none belongs to any.
    """
    found: dict[int, CopyRow] = {}
    advice = [f"{table.name}: the column {name!r} is not used: {known_columns()}" for name in table.unknown]
    for row in table.rows:
        song, remark = _song(row, files, titles)
        if remark:
            advice.append(f"{table.name}, line {row.line}: {remark}")
        if song is None:
            continue
        if song in found:
            raise PlanError(
                f"{table.name}: lines {found[song].line} and {row.line} both are song {song + 1}, {titles[song]!r}: "
                "take one out, or correct what names its song."
            )
        found[song] = row
    if not found:
        raise PlanError(
            f"{table.name}: none of its {len(table.rows)} lines is a song of this album, such as {titles[0]!r}: give "
            "each line its number, its file's name or its title."
        )
    if missing := [titles[song] for song in range(len(files)) if song not in found]:
        advice.append(f"{table.name} has no line for {', '.join(map(repr, missing))}")
    return {song: row.values for song, row in sorted(found.items())}, tuple(advice)


def _song(row: CopyRow, files: Sequence[str], titles: Sequence[str]) -> tuple[int | None, str]:
    """Number of a line's song (from 0), and what there is to remark on it."""
    if row.file:
        return _song_of_file(row, files)
    alike = [at for at, title in enumerate(titles) if row.title and plain(title) == plain(row.title)]
    if len(alike) == 1:
        elsewhere = row.number not in {None, alike[0] + 1}
        remark = f"{row.title!r} is song {alike[0] + 1} of the album, not {row.number}: taken by its title"
        return alike[0], remark if elsewhere else ""
    if row.number is None:
        return None, f"{row.title!r} is {'the title of several songs' if alike else 'no song of the album'}"
    if row.number > len(files):
        return None, f"number {row.number} is not on the album, which has {len(files)} songs"
    return row.number - 1, ""


def _song_of_file(row: CopyRow, files: Sequence[str]) -> tuple[int | None, str]:
    told = PurePosixPath(row.file.replace("\\", "/").casefold())
    paths = [PurePosixPath(file.casefold()) for file in files]
    fitting = [at for at, path in enumerate(paths) if path == told]
    fitting = fitting or [at for at, path in enumerate(paths) if told.name in {path.name, path.stem}]
    if len(fitting) == 1:
        return fitting[0], ""
    return None, f"the file {row.file!r} is {'several' if fitting else 'none'} of the album's"
