"""Tags of every kind of file: what goes in comes out, by our own reader and by programs that are not ours."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import mutagen
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.load import open_audio
from mastering.bwf import Bext, WavWriter, coding_history, info_list, label
from mastering.cover import read_cover
from mastering.delivery_specs import Encoding
from mastering.replay_gain import Heard, itunes_norm, r128_gains, replay_gains
from mastering.tag_reading import read_tags
from mastering.tag_writing import id3_bytes, info_texts, write_tags
from mastering.tags import Tags, clean
from tests.albums import music
from tests.audio_files import write, write_av
from tests.pictures import jpeg, png
from tests.programs import run
from tests.spec.test_bwf import FIGURES

RATE_HZ = 48_000
KINDS = ["flac", "ogg", "opus", "mp3", "m4a", "aiff", "wav"]
TAGGED = Tags(
    title="Дом – naïve",
    artist="Sigur Rós",
    album="Record",
    album_artist="The Band",
    track=(3, 11),
    disc=(1, 2),
    isrc="GBAYA0500001",
    upc="036000291452",
    label="Lab & Sons",
    catalogue_number="LAB 1",
    year=2026,
    genre="Post-Rock",
    writers="Anna Müller, Bo",
    explicit=True,
)
HEARD = Heard(loudness_lufs=-13.77, true_peak_dbtp=-0.1)
ALBUM_HEARD = Heard(loudness_lufs=-14.5, true_peak_dbtp=-0.05)


@cache
def _bytes_of(kind: str) -> bytes:
    """A second of music in a file of that kind, made once."""
    import tempfile

    samples = 0.5 * music(1.0, RATE_HZ, np.random.default_rng(1))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a.{kind}"
        if kind == "m4a":
            write_av(path, samples.astype(np.float32), RATE_HZ, "aac", "fltp")
        elif kind == "wav":
            writer = WavWriter(path, Encoding.PCM_16, rate_hz=RATE_HZ, channels=2)
            writer.write((samples * 32_000).astype(np.int16))
            writer.close()
        else:
            container, encoding = {
                "flac": ("FLAC", "PCM_16"),
                "ogg": ("OGG", "VORBIS"),
                "opus": ("OGG", "OPUS"),
                "mp3": ("MP3", "MPEG_LAYER_III"),
                "aiff": ("AIFF", "PCM_24"),
            }[kind]
            write(path, samples, RATE_HZ, container, encoding)
        return path.read_bytes()


def made(folder: Path, kind: str, name: str = "a") -> Path:
    path = folder / f"{name}.{kind}"
    path.write_bytes(_bytes_of(kind))
    return path


def put(path: Path, tags: Tags) -> Path:
    """As a delivery does it."""
    if path.suffix == ".wav":
        history = coding_history(Encoding.PCM_16, RATE_HZ, 2)
        own = Bext(description="", reference="", start_frame=0, loudness=FIGURES, true_peak_dbtp=-1.0, history=history)
        label(path, own, [info_list(info_texts(tags)), (b"id3 ", id3_bytes(tags))])
    else:
        write_tags(path, tags)
    return path


def decoded(path: Path) -> np.ndarray[Any, Any]:
    return np.concatenate(list(open_audio(path).audio.blocks()))


@pytest.mark.parametrize("kind", KINDS)
def test_what_goes_in_comes_out(kind: str, tmp_path: Path) -> None:
    path = made(tmp_path, kind)
    before = decoded(path)
    assert read_tags(put(path, TAGGED)) == TAGGED
    assert np.array_equal(decoded(path), before), "the audio is what it was"
    again = replace(TAGGED, title="Another", explicit=False)
    assert read_tags(put(path, again)) == again
    assert np.array_equal(decoded(path), before)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_known_is_nothing_written(kind: str, tmp_path: Path) -> None:
    path = put(made(tmp_path, kind), Tags())
    assert read_tags(path) == Tags()
    told = run("ffprobe", "-show_entries", "format_tags:stream_tags", path).lower()
    for name in ("title", "artist", "isrc", "replaygain", "genre", "date="):
        assert f"tag:{name}" not in told


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_tags_are_the_same_bytes(kind: str, tmp_path: Path) -> None:
    tags = replace(TAGGED, heard=HEARD, album_heard=ALBUM_HEARD)
    one, other = put(made(tmp_path, kind), tags), put(made(tmp_path, kind, "b"), tags)
    assert one.read_bytes() == other.read_bytes()
    assert put(one, tags).read_bytes() == other.read_bytes(), "also when they are put on again"


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=15, deadline=None
)
@pytest.mark.parametrize("kind", KINDS)
@given(title=st.text(max_size=80), artist=st.one_of(st.just(""), st.text(min_size=300, max_size=2_000)))
def test_any_name_comes_back_in_one_line(kind: str, title: str, artist: str, tmp_path: Path) -> None:
    found = read_tags(put(made(tmp_path, kind), Tags(title=title, artist=artist, album="Record")))
    assert (found.title, found.artist, found.album) == (clean(title), clean(artist), "Record")
    assert not set(found.title + found.artist) & {chr(code) for code in (*range(32), 127)}


@pytest.mark.parametrize("kind", KINDS)
def test_ffprobe_reads_the_names(kind: str, tmp_path: Path) -> None:
    path = put(made(tmp_path, kind), TAGGED)
    told = run("ffprobe", "-show_entries", "format_tags:stream_tags", path)
    lines = {line.removeprefix("TAG:").casefold() for line in told.splitlines() if line.startswith("TAG:")}
    for line in ("title=дом – naïve", "artist=sigur rós", "album=record", "genre=post-rock", "date=2026"):
        assert line in lines
    assert {"isrc=gbaya0500001", "tsrc=gbaya0500001"} & lines
    assert {"track=3", "track=3/11"} & lines
    if kind != "wav":  # there it takes the INFO list, which has no such fields
        assert "composer=anna müller, bo" in lines
        assert "album_artist=the band" in lines
        assert "barcode=036000291452" in lines


def test_flac_and_ogg_are_read_by_their_own_programs(tmp_path: Path) -> None:
    tags = replace(TAGGED, heard=HEARD, album_heard=ALBUM_HEARD)
    lines = [f"TITLE={TAGGED.title}", "ISRC=GBAYA0500001", "TRACKNUMBER=3", "DISCTOTAL=2", "LABEL=Lab & Sons"]
    gains = ["REPLAYGAIN_TRACK_GAIN=-4.23 dB", "REPLAYGAIN_ALBUM_GAIN=-3.50 dB", "REPLAYGAIN_TRACK_PEAK=0.988553"]
    flac = run("metaflac", "--export-tags-to=-", "--no-utf8-convert", put(made(tmp_path, "flac"), tags))
    assert set(lines + gains) <= set(flac.splitlines())
    run("flac", "--test", "--silent", tmp_path / "a.flac")
    ogg = run("vorbiscomment", "--raw", "--list", put(made(tmp_path, "ogg"), tags))
    assert set(lines + gains) <= set(ogg.splitlines())
    opus = run("opusinfo", put(made(tmp_path, "opus"), tags))
    for line in (*lines, "R128_TRACK_GAIN=-2363", "R128_ALBUM_GAIN=-2176"):
        assert line in opus
    assert "REPLAYGAIN" not in opus, "RFC 7845, clause 5.2.1, wants them gone"
    assert "WARNING" not in opus


@pytest.mark.parametrize("kind", ["mp3", "aiff", "wav", "m4a"])
def test_mediainfo_reads_the_others(kind: str, tmp_path: Path) -> None:
    told = run("mediainfo", put(made(tmp_path, kind), TAGGED))
    facts = {line.partition(":")[0].strip(): line.partition(":")[2].strip() for line in told.splitlines()}
    assert facts["Track name"] == TAGGED.title
    assert facts["Track name/Position"] == "3"
    assert facts["Track name/Total"] == "11"
    assert facts["ISRC"] == "GBAYA0500001"
    assert facts["Composer"] == "Anna Müller, Bo"
    assert "LAB 1" in told
    assert "036000291452" in told


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("picture", [png(), jpeg(640, 480)], ids=["png", "jpeg"])
def test_artwork_comes_back_to_the_byte(kind: str, picture: bytes, tmp_path: Path) -> None:
    (tmp_path / "cover").write_bytes(picture)
    cover = read_cover(tmp_path / "cover")
    path = put(made(tmp_path, kind), replace(TAGGED, cover=cover))
    if kind == "wav":
        assert picture in path.read_bytes()
        return
    file = mutagen.File(path)
    assert file is not None
    if kind == "flac":
        (found,) = file.pictures
        assert (found.data, found.mime, found.width, found.height, found.type) == (
            *(picture, cover.mime, cover.width, cover.height, 3),
        )
    elif kind in {"ogg", "opus"}:
        import base64

        from mutagen.flac import Picture

        assert Picture(base64.b64decode(file["METADATA_BLOCK_PICTURE"][0])).data == picture
    elif kind == "m4a":
        assert bytes(file["covr"][0]) == picture
    else:
        (found,) = file.tags.getall("APIC")
        assert (found.data, found.mime, int(found.type)) == (picture, cover.mime, 3)


def test_gains_are_those_of_the_standards() -> None:
    """Figures by hand: -18 less -13.77; Opus 5 dB under that, in 1/256 dB; iTunes' words from 10**(0.423)."""
    assert replay_gains(HEARD, ALBUM_HEARD) == {
        "REPLAYGAIN_TRACK_GAIN": "-4.23 dB",
        "REPLAYGAIN_TRACK_PEAK": "0.988553",
        "REPLAYGAIN_ALBUM_GAIN": "-3.50 dB",
        "REPLAYGAIN_ALBUM_PEAK": "0.994260",
        "REPLAYGAIN_REFERENCE_LOUDNESS": "-18.00 LUFS",
    }
    assert r128_gains(HEARD, ALBUM_HEARD) == {"R128_TRACK_GAIN": "-2363", "R128_ALBUM_GAIN": "-2176"}
    words = "00000A59 00000A59 000019DD 000019DD 00000000 00000000 00007E89 00007E89 00000000 00000000"
    assert itunes_norm(HEARD) == f" {words}"


@pytest.mark.parametrize("lufs", [None, float("-inf")])
def test_silence_has_no_gain(lufs: float | None, tmp_path: Path) -> None:
    silent = Heard(loudness_lufs=lufs, true_peak_dbtp=float("-inf"))
    assert replay_gains(silent, silent) == r128_gains(silent, None) == {}
    for kind in KINDS:
        path = put(made(tmp_path, kind), replace(TAGGED, heard=silent, album_heard=silent))
        assert b"REPLAYGAIN" not in path.read_bytes()
        assert b"iTunNORM" not in path.read_bytes()


def test_gains_of_the_other_kinds(tmp_path: Path) -> None:
    tags = replace(TAGGED, heard=HEARD, album_heard=ALBUM_HEARD)
    mp3 = mutagen.File(put(made(tmp_path, "mp3"), tags))
    assert mp3 is not None
    assert mp3["TXXX:REPLAYGAIN_TRACK_GAIN"].text == ["-4.23 dB"]
    assert mp3["COMM:iTunNORM:eng"].text == [itunes_norm(HEARD)]
    assert mp3.tags.version == (2, 3, 0)
    m4a = mutagen.File(put(made(tmp_path, "m4a"), tags))
    assert m4a is not None
    assert bytes(m4a["----:com.apple.iTunes:iTunNORM"][0]).decode() == itunes_norm(HEARD)
    assert bytes(m4a["----:com.apple.iTunes:REPLAYGAIN_ALBUM_PEAK"][0]) == b"0.994260"
    assert m4a["rtng"] == [1]
    loudest = Heard(loudness_lufs=12.0, true_peak_dbtp=0.0)
    assert itunes_norm(loudest).split()[2] == "0000FFFE", "as high as it counts"


def test_tags_of_other_programs_are_read(tmp_path: Path) -> None:
    flac = mutagen.File(made(tmp_path, "flac"))
    assert flac is not None
    flac["title"], flac["date"], flac["tracknumber"], flac["organization"] = "Dusk", "2019-05-03", "02", "Lab"
    flac["tracktotal"], flac["upc"], flac["composer"] = "9", "4006381333931", ["Ann", "Bob"]
    flac.save()
    found = read_tags(tmp_path / "a.flac")
    assert (found.title, found.year, found.track, found.label) == ("Dusk", 2019, (2, 9), "Lab")
    assert (found.upc, found.writers) == ("4006381333931", "Ann; Bob")
    (tmp_path / "b.wav").write_bytes(_bytes_of("wav"))
    run("ffmpeg", "-y", "-i", tmp_path / "b.wav", "-metadata", "title=Dawn", "-metadata", "track=4", tmp_path / "c.wav")
    found = read_tags(tmp_path / "c.wav")
    assert (found.title, found.track) == ("Dawn", (4, 0))


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".mp3", ".m4a", ".ogg", ".aiff", ".txt"])
@pytest.mark.parametrize("content", [b"", b"RIFF", b"RIFF\xff\xff\xff\xffWAVEdata\0\0\0\0" + bytes(99), b"x" * 5_000])
def test_what_has_no_tags_says_nothing(suffix: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content)
    assert read_tags(path) == Tags()


def test_a_kind_without_tags_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="tags are not known for"):
        write_tags(tmp_path / "a.caf", TAGGED)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@pytest.mark.parametrize("kind", KINDS)
@given(places=st.lists(st.integers(0, 3_000), max_size=20), share=st.floats(0.01, 1))
def test_a_damaged_file_is_no_fault_of_the_readers(kind: str, places: list[int], share: float, tmp_path: Path) -> None:
    path = put(made(tmp_path, kind), TAGGED)
    content = bytearray(path.read_bytes())
    content = content[: round(share * len(content))]
    for place in places:
        content[place % len(content)] ^= 0x55
    path.write_bytes(content)
    assert isinstance(read_tags(path), Tags)
