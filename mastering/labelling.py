"""The very last step of a delivery: every file is told what it is, and then its checksum is taken."""

from __future__ import annotations

import hashlib
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path

from analysis.errors import OutputError
from analysis.loudness import Loudness
from mastering.assembly import PROGRAMME_CHANNELS
from mastering.breaks import Part
from mastering.bwf import Bext, Chunk, coding_history, info_list, isrc_xml, label
from mastering.cover import read_cover
from mastering.delivery import DeliveredProgramme, DeliveredSingle, DeliveredTrack, Delivery
from mastering.delivery_specs import Container, DeliverySpec
from mastering.replay_gain import Heard
from mastering.specs import AlbumSpec
from mastering.tag_writing import id3_bytes, info_texts, write_tags
from mastering.tags import Tags, clean
from mastering.wav_marks import Mark, mark_chunks


@dataclass(frozen=True, kw_only=True, slots=True)
class _Label:
    """What one file is told; `start_frame` is where it lies in its programme, `marks` are where songs begin in it."""

    path: Path
    tags: Tags
    start_frame: int
    loudness: Loudness
    true_peak_dbtp: float
    marks: tuple[Mark, ...] = ()


def labelled(made: Delivery, album: AlbumSpec, spec: DeliverySpec, folder: Path, pool: Executor) -> Delivery:
    """Label the files of a delivery, which lie in `folder`, and give it with their checksums.

    Audio is not touched. What is told is what was measured on the written file and what the label copy says.

    Raises:
        OutputError: a file cannot be labelled or read.
        PlanError: the cover cannot be read.
    """
    files = _files(made)
    if spec.tags:
        labels = [
            _Label(
                path=folder / file.file,
                tags=tags,
                start_frame=file.start_frame if isinstance(file, DeliveredTrack) else 0,
                loudness=file.loudness,
                true_peak_dbtp=file.true_peak_dbtp,
                marks=_marks(made, file) if spec.split and spec.split.part is Part.SIDE else (),
            )
            for file, tags in zip(files, _all_tags(made, album, spec), strict=True)
        ]
        list(pool.map(lambda one: _put_on(one, spec, made.rate_hz), labels))
    sums = iter(list(pool.map(lambda file: _sha256(folder / file.file), files)))
    isrcs = [track.copy.isrc if spec.tags else "" for track in album.tracks]
    return replace(
        made,
        programmes=tuple(replace(file, sha256=next(sums)) for file in made.programmes),
        tracks=tuple(
            replace(file, sha256=next(sums), isrc=isrc) for file, isrc in zip(made.tracks, isrcs, strict=True)
        ),
        singles=tuple(replace(file, sha256=next(sums)) for file in made.singles),
    )


def _files(made: Delivery) -> list[DeliveredProgramme | DeliveredTrack | DeliveredSingle]:
    return [*made.programmes, *made.tracks, *made.singles]


def _all_tags(made: Delivery, album: AlbumSpec, spec: DeliverySpec) -> list[Tags]:
    """What every file is told: programmes, tracks, singles."""
    copy = album.copy
    whole = Tags(
        album=clean(album.title),
        artist=copy.artist,
        album_artist=copy.artist,
        upc=copy.upc,
        label=copy.label,
        catalogue_number=copy.catalogue_number,
        year=copy.year,
        genre=copy.genre,
        cover=read_cover(Path(copy.cover)) if copy.cover else None,
    )
    songs = [
        replace(
            whole,
            title=track.title,
            artist=track.copy.artist or copy.artist,
            isrc=track.copy.isrc,
            writers=track.copy.writers,
            explicit=track.copy.explicit,
        )
        for track in album.tracks
    ]
    of_source = {track.source: number for number, track in enumerate(album.tracks)}
    found = [
        *(
            replace(whole, title=part.title, disc=_disc(made, spec, number))
            for number, part in enumerate(made.programmes)
        ),
        *(_numbered(song, made, spec, number) for number, song in enumerate(songs)),
        *(songs[of_source[single.source]] for single in made.singles),
    ]
    if not tells_gains(spec):
        return found
    together = Heard(loudness_lufs=made.loudness_lufs, true_peak_dbtp=made.true_peak_dbtp)
    heard = [Heard(loudness_lufs=file.loudness_lufs, true_peak_dbtp=file.true_peak_dbtp) for file in _files(made)]
    return [replace(tags, heard=one, album_heard=together) for tags, one in zip(found, heard, strict=True)]


def _marks(made: Delivery, file: DeliveredProgramme | DeliveredTrack | DeliveredSingle) -> tuple[Mark, ...]:
    """Where the songs of a programme begin."""
    if not isinstance(file, DeliveredProgramme):
        return ()
    tracks = [made.tracks[number] for number in file.tracks]
    return tuple(Mark(frame=track.index[1], name=track.title) for track in tracks)


def tells_gains(spec: DeliverySpec) -> bool:
    """Whether files of a delivery tell players how to level them."""
    if spec.replay_gain is None:
        return spec.container not in {Container.WAV, Container.AIFF}
    return spec.replay_gain


def _disc(made: Delivery, spec: DeliverySpec, programme: int) -> tuple[int, int] | None:
    """Number of a disc and how many there are; None where there is one, or where programmes are sides."""
    several = len(made.programmes) > 1 and spec.part is Part.DISC
    return (programme + 1, len(made.programmes)) if several else None


def _numbered(song: Tags, made: Delivery, spec: DeliverySpec, number: int) -> Tags:
    """A track's tags with its track and disc: each disc counts its own."""
    programme = made.tracks[number].programme
    disc = _disc(made, spec, programme)
    inside = made.programmes[programme].tracks if disc else range(len(made.tracks))
    return replace(song, track=(inside.index(number) + 1, len(inside)), disc=disc)


def _put_on(one: _Label, spec: DeliverySpec, rate_hz: int) -> None:
    try:
        if spec.container is Container.WAV:
            label(one.path, _bext(one, spec, rate_hz), [*_chunks(one.tags), *mark_chunks(one.marks)])
        else:
            write_tags(one.path, one.tags)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error).rstrip(".")
        raise OutputError(f"{one.path.name} cannot be labelled ({reason}): free some space and run again.") from error


def _bext(one: _Label, spec: DeliverySpec, rate_hz: int) -> Bext:
    names = [one.tags.title, one.tags.artist]
    return Bext(
        description=" - ".join(name for name in names if name),
        reference=one.tags.isrc,
        start_frame=one.start_frame,
        loudness=one.loudness,
        true_peak_dbtp=one.true_peak_dbtp,
        history=coding_history(spec.encoding, rate_hz, PROGRAMME_CHANNELS),
    )


def _chunks(tags: Tags) -> list[Chunk]:
    """What goes behind the audio of a WAV: its INFO list, the ISRC in XML, ID3."""
    xml = [isrc_xml(tags.isrc)] if tags.isrc else []
    return [info_list(info_texts(tags)), *xml, (b"id3 ", id3_bytes(tags))]


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise OutputError(
            f"{path.name} was written but cannot be read back ({error.strerror}): is the disk full?"
        ) from error
