"""What a file says of itself: titles, names, codes, artwork, gains; and what each kind of tag calls them."""

from __future__ import annotations

from dataclasses import dataclass

from mastering.replay_gain import Heard


@dataclass(frozen=True, kw_only=True, slots=True)
class Cover:
    """Artwork: a JPEG or PNG file's bytes, its type, its size in pixels."""

    content: bytes
    mime: str
    width: int
    height: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Tags:
    """What a file says of itself; empty where nothing is known.

    Attributes:
        title, artist, album, album_artist: names.
        track, disc: (number, of how many), from 1; of how many may be 0, which is not known.
        isrc: 12 characters.
        upc: 12 or 13 digits.
        label, catalogue_number, genre: of the album.
        year: of this edition.
        writers: of the song.
        explicit: None where nothing is said.
        cover: artwork.
        heard: loudness and peak of the file, which players' gains are told from; None tells none.
        album_heard: the same of the album.
    """

    title: str = ""
    artist: str = ""
    album: str = ""
    album_artist: str = ""
    track: tuple[int, int] | None = None
    disc: tuple[int, int] | None = None
    isrc: str = ""
    upc: str = ""
    label: str = ""
    catalogue_number: str = ""
    year: int | None = None
    genre: str = ""
    writers: str = ""
    explicit: bool | None = None
    cover: Cover | None = None
    heard: Heard | None = None
    album_heard: Heard | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """A field of text: its name in `Tags`, in Vorbis comments, in ID3 (`TXXX:` and a name for a free one), in MP4.

    `info` is its name in WAV's INFO list; empty where that has none. `also` are other names in Vorbis comments, and of
    free fields of ID3 and MP4, that programs write for it: they are read, not written.
    """

    name: str
    vorbis: str
    id3: str
    mp4: str
    info: str = ""
    also: tuple[str, ...] = ()


FREE_ID3, FREE_MP4 = "TXXX:", "----:com.apple.iTunes:"
FIELDS = (
    Field(name="title", vorbis="TITLE", id3="TIT2", mp4="\xa9nam", info="INAM"),
    Field(name="artist", vorbis="ARTIST", id3="TPE1", mp4="\xa9ART", info="IART"),
    Field(name="album", vorbis="ALBUM", id3="TALB", mp4="\xa9alb", info="IPRD"),
    Field(name="album_artist", vorbis="ALBUMARTIST", id3="TPE2", mp4="aART", also=("ALBUM ARTIST",)),
    Field(name="isrc", vorbis="ISRC", id3="TSRC", mp4=FREE_MP4 + "ISRC", info="ISRC"),
    Field(
        name="upc", vorbis="BARCODE", id3=FREE_ID3 + "BARCODE", mp4=FREE_MP4 + "BARCODE", also=("UPC", "EAN", "EAN/UPN")
    ),
    Field(name="label", vorbis="LABEL", id3="TPUB", mp4=FREE_MP4 + "LABEL", also=("ORGANIZATION", "PUBLISHER")),
    Field(
        name="catalogue_number",
        vorbis="CATALOGNUMBER",
        id3=FREE_ID3 + "CATALOGNUMBER",
        mp4=FREE_MP4 + "CATALOGNUMBER",
        also=("CATALOG", "LABELNO"),
    ),
    Field(name="year", vorbis="DATE", id3="TDRC", mp4="\xa9day", info="ICRD", also=("YEAR",)),
    Field(name="genre", vorbis="GENRE", id3="TCON", mp4="\xa9gen", info="IGNR"),
    Field(name="writers", vorbis="COMPOSER", id3="TCOM", mp4="\xa9wrt", also=("WRITER", "SONGWRITER")),
)
"""Names as MusicBrainz Picard's mapping has them, which most programs follow; INFO after Microsoft's and Exif's."""


def texts(tags: Tags) -> dict[str, str]:
    """The fields of text that are known, by their names in `Tags`."""
    found = {field.name: getattr(tags, field.name) for field in FIELDS}
    return {name: clean(str(value)) for name, value in found.items() if value}


def clean(text: str) -> str:
    """A text in one line without control characters, which some tags use as their own marks, and in valid Unicode."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return " ".join("".join(" " if ord(letter) < 32 or ord(letter) == 127 else letter for letter in whole).split())
