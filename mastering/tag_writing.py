"""Writing tags into finished files, each kind in its own form; the audio in them is not touched.

Nothing but what is told gets in: no clock, no random number. A version of ID3 that every player reads is taken, 2.3.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from mastering.replay_gain import itunes_norm, r128_gains, replay_gains
from mastering.tags import FIELDS, FREE_ID3, FREE_MP4, Cover, Tags, clean, texts

_PADDING_BYTES = 1024  # room for what people change later, without all of the file being written again
_FRONT = 3  # the front cover, of the picture types of ID3v2 (clause 4.15), which FLAC and Ogg took over
_MP4_JPEG, _MP4_PNG = 13, 14


def write_tags(path: Path, tags: Tags) -> None:
    """Write tags into an MP3, MP4 (AAC, ALAC), FLAC, Ogg Vorbis, Opus or AIFF file, as its name ends.

    What is there already under the same names goes; WAV has its own way, see `bwf.label`.

    Raises:
        OSError: it cannot be read or written.
        ValueError: it is none of these.
    """
    from mutagen import MutagenError

    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise ValueError(f"{path.name}: tags are not known for {path.suffix} files")
    try:
        write(path, tags)
    except MutagenError as error:
        if isinstance(error.__cause__ or error.__context__, OSError):
            raise (error.__cause__ or error.__context__) from error
        raise ValueError(f"{path.name}: {error}") from error


def id3_bytes(tags: Tags) -> bytes:
    """An ID3v2.3 tag as it stands in a chunk of WAV; without padding."""
    file = BytesIO()
    _id3(tags, sound_check=False).save(file, v2_version=3, padding=lambda _: 0)
    return file.getvalue()


def info_texts(tags: Tags) -> list[tuple[str, str]]:
    """Names and texts of WAV's INFO list."""
    known = texts(tags)
    told = [(field.info, known[field.name]) for field in FIELDS if field.info and field.name in known]
    return told + ([("ITRK", _counted(tags.track))] if tags.track else [])


def _flac(path: Path, tags: Tags) -> None:
    from mutagen.flac import FLAC

    file = FLAC(path)
    _take(file, _comments(tags) | dict(_gains(tags)))
    file.clear_pictures()
    if tags.cover:
        file.add_picture(_picture(tags.cover))
    file.save(padding=lambda _: _PADDING_BYTES)


def _vorbis(path: Path, tags: Tags) -> None:
    from mutagen.oggvorbis import OggVorbis

    file = OggVorbis(path)
    _take(file, _comments(tags) | dict(_gains(tags)) | _picture_comment(tags))
    file.save(padding=lambda _: 0)


def _opus(path: Path, tags: Tags) -> None:
    from mutagen.oggopus import OggOpus

    file = OggOpus(path)
    gains = r128_gains(tags.heard, tags.album_heard) if tags.heard else {}
    _take(file, _comments(tags) | dict(gains) | _picture_comment(tags))
    file.save(padding=lambda _: 0)


def _mp3(path: Path, tags: Tags) -> None:
    _id3(tags, sound_check=True).save(path, v1=0, v2_version=3, padding=lambda _: _PADDING_BYTES)


def _aiff(path: Path, tags: Tags) -> None:
    from mutagen.aiff import AIFF

    file = AIFF(path)
    if file.tags is None:
        file.add_tags()
    file.clear()
    file.update(_id3(tags, sound_check=False))
    file.save(v2_version=3, padding=lambda _: 0)


def _mp4(path: Path, tags: Tags) -> None:
    from mutagen.mp4 import MP4, MP4Cover, MP4FreeForm

    file = MP4(path)
    if file.tags is None:
        file.add_tags()
    known, free = texts(tags), dict(_gains(tags))
    for field in FIELDS:
        if field.name not in known:
            continue
        if field.mp4.startswith(FREE_MP4):
            free[field.mp4.removeprefix(FREE_MP4)] = known[field.name]
        else:
            file[field.mp4] = [known[field.name]]
    if tags.heard and tags.heard.gain_db is not None:
        free["iTunNORM"] = itunes_norm(tags.heard)
    numbers = {
        "trkn": tags.track,
        "disk": tags.disc,
        "rtng": None if tags.explicit is None else int(tags.explicit),  # 2 would be a cleaned version
    }
    file.update({atom: [number] for atom, number in numbers.items() if number is not None})
    if tags.cover:
        kind = _MP4_PNG if tags.cover.mime == "image/png" else _MP4_JPEG
        file["covr"] = [MP4Cover(tags.cover.content, imageformat=kind)]
    for name, text in free.items():
        file[FREE_MP4 + name] = [MP4FreeForm(text.encode())]
    file.save(padding=lambda _: _PADDING_BYTES)


_WRITERS: Mapping[str, Callable[[Path, Tags], None]] = {
    ".flac": _flac,
    ".ogg": _vorbis,
    ".opus": _opus,
    ".mp3": _mp3,
    ".aiff": _aiff,
    ".aif": _aiff,
    ".m4a": _mp4,
    ".mp4": _mp4,
}


def _gains(tags: Tags) -> Mapping[str, str]:
    return replay_gains(tags.heard, tags.album_heard) if tags.heard else {}


def _comments(tags: Tags) -> dict[str, str]:
    """Vorbis comments."""
    known = texts(tags)
    told = {field.vorbis: known[field.name] for field in FIELDS if field.name in known}
    for name, count in (("TRACK", tags.track), ("DISC", tags.disc)):
        if count:
            told[f"{name}NUMBER"] = str(count[0])
        if count and count[1]:
            told[f"{name}TOTAL"] = str(count[1])
    if tags.explicit is not None:
        told["ITUNESADVISORY"] = str(int(tags.explicit))
    return told


def _take(file: Any, told: Mapping[str, str]) -> None:
    if file.tags is None:
        file.add_tags()
    for name, text in told.items():
        file[name] = text


def _picture(cover: Cover) -> Any:
    from mutagen.flac import Picture

    picture = Picture()
    picture.type, picture.mime, picture.data = _FRONT, cover.mime, cover.content
    picture.width, picture.height, picture.depth = cover.width, cover.height, 24
    return picture


def _picture_comment(tags: Tags) -> dict[str, str]:
    """Artwork in Ogg: FLAC's picture block as a comment (Xiph wiki, VorbisComment)."""
    if not tags.cover:
        return {}
    return {"METADATA_BLOCK_PICTURE": base64.b64encode(_picture(tags.cover).write()).decode("ascii")}


def _id3(tags: Tags, *, sound_check: bool) -> Any:
    """Frames of ID3v2.3 (id3.org, 1999)."""
    from mutagen import id3

    known, found = texts(tags), id3.ID3()
    free = dict(_gains(tags))
    if tags.explicit is not None:
        free["ITUNESADVISORY"] = str(int(tags.explicit))
    for field in FIELDS:
        if field.name not in known:
            continue
        if field.id3.startswith(FREE_ID3):
            free[field.id3.removeprefix(FREE_ID3)] = known[field.name]
        else:
            found.add(getattr(id3, field.id3)(encoding=id3.Encoding.UTF16, text=[known[field.name]]))
    for frame, count in ((id3.TRCK, tags.track), (id3.TPOS, tags.disc)):
        if count:
            found.add(frame(encoding=id3.Encoding.LATIN1, text=[_counted(count)]))
    for name, text in free.items():
        found.add(id3.TXXX(encoding=id3.Encoding.UTF16, desc=name, text=[clean(text)]))
    if sound_check and tags.heard and tags.heard.gain_db is not None:
        found.add(id3.COMM(encoding=id3.Encoding.LATIN1, lang="eng", desc="iTunNORM", text=[itunes_norm(tags.heard)]))
    if tags.cover:
        found.add(
            id3.APIC(encoding=id3.Encoding.LATIN1, mime=tags.cover.mime, type=_FRONT, desc="", data=tags.cover.content)
        )
    found.update_to_v23()
    return found


def _counted(count: tuple[int, int]) -> str:
    return f"{count[0]}/{count[1]}" if count[1] else str(count[0])
