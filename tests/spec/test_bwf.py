"""WAV as we write it: the bext chunk to the byte, sizes past 4 GB, what is appended, and audio that nothing moves."""

from __future__ import annotations

import math
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.audio import SourceInfo
from analysis.container import shortage
from analysis.loudness import Loudness
from mastering import bwf
from mastering.bwf import Bext, WavWriter, chunks, coding_history, info_list, isrc_xml, label
from mastering.delivery_specs import Encoding
from mastering.files import raw_dtype
from mastering.tag_reading import read_tags
from tests.programs import run

RATE_HZ = 48_000
FIGURES = Loudness(integrated_lufs=-14.025, range_lu=6.3, momentary_max_lufs=-9.999, short_term_max_lufs=-11.0)


def written(path: Path, encoding: Encoding = Encoding.PCM_24, frames: int = 1_001) -> np.ndarray[Any, Any]:
    rng = np.random.default_rng(1)
    if encoding is Encoding.FLOAT_32:
        raw: np.ndarray[Any, Any] = rng.uniform(-2, 2, (frames, 2)).astype(np.float32)
    else:
        full = 2 ** ((encoding.bits or 0) - 1)
        raw = rng.integers(-full, full, (frames, 2), dtype=np.int64).astype(raw_dtype(encoding))
        raw = raw << 8 if encoding is Encoding.PCM_24 else raw
    writer = WavWriter(path, encoding, rate_hz=RATE_HZ, channels=2)
    for start in range(0, frames, 300):
        writer.write(raw[start : start + 300])
    writer.close()
    return raw


def bext(encoding: Encoding = Encoding.PCM_24, **changes: Any) -> Bext:
    known: dict[str, Any] = {"description": "Dusk - The Band", "reference": "GBAYA0500001", "start_frame": 2**33 + 5}
    known |= {"loudness": FIGURES, "true_peak_dbtp": -1.05, "history": coding_history(encoding, RATE_HZ, 2)}
    return Bext(**(known | changes))


def content(path: Path, name: bytes) -> bytes:
    with path.open("rb") as file:
        part = next(part for part in chunks(file) if part.name == name)
        file.seek(part.start)
        return file.read(part.size)


def names(path: Path) -> list[bytes]:
    with path.open("rb") as file:
        return [part.name for part in chunks(file)]


def test_bext_lies_as_the_standard_has_it() -> None:
    """EBU Tech 3285, edition 2, clause 2.3: offsets of every field, counted by hand."""
    told = bext().content()
    assert told[:256] == b"Dusk - The Band".ljust(256, b"\0")
    assert told[256:288] == b"Mastertape".ljust(32, b"\0")
    assert told[288:320] == b"GBAYA0500001".ljust(32, b"\0")
    assert told[320:338] == bytes(18), "no date and no time: every run has the same bytes"
    low, high, version = struct.unpack("<IIH", told[338:348])
    assert (low, high, version) == (5, 2, 2)
    assert told[348:412] == bytes(64)
    assert struct.unpack("<5h", told[412:422]) == (-1402, 630, -105, -1000, -1100)
    assert told[422:602] == bytes(180)
    assert told[602:] == b"A=PCM,F=48000,W=24,M=stereo,T=Mastertape\r\n"


@pytest.mark.parametrize(
    ("level", "stored"),
    [(None, 0x7FFF), (-math.inf, 0x7FFF), (-99.99, -9999), (-99.996, 0x7FFF), (0.0, 0), (99.99, 9999), (120.0, 0x7FFF)],
)
def test_what_is_not_known_is_marked_as_unset(level: float | None, stored: int) -> None:
    figures = Loudness(integrated_lufs=level, range_lu=None, momentary_max_lufs=None, short_term_max_lufs=None)
    told = bext(loudness=figures, true_peak_dbtp=-math.inf).content()
    assert struct.unpack("<5h", told[412:422]) == (stored, 0x7FFF, 0x7FFF, 0x7FFF, 0x7FFF)


@pytest.mark.parametrize("rate_hz", [8_000, 44_100, 96_000, 192_000])
def test_the_chunk_before_the_audio_has_an_even_length(rate_hz: int) -> None:
    """Else libsndfile 1.2 cannot read the RF64 file."""
    history = coding_history(Encoding.PCM_24, rate_hz, 2)
    told = bext(history=history).content()
    assert len(told) % 2 == 0
    assert told[602:].rstrip(b"\0").decode() == history


@settings(deadline=None)
@given(st.text(max_size=400), st.text(max_size=60))
def test_any_name_fits_its_field(description: str, reference: str) -> None:
    told = bext(description=description, reference=reference).content()
    assert len(told) == 644, "602, and the coding history"
    assert told[:320].isascii()
    assert b"\r" not in told[:320]
    assert b"\n" not in told[:320]


@pytest.mark.parametrize("encoding", Encoding)
@pytest.mark.parametrize("frames", [0, 1, 1_001])
def test_labels_leave_the_audio_where_and_as_it_is(encoding: Encoding, frames: int, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    raw = written(path, encoding, frames)
    before = path.read_bytes()
    with path.open("rb") as file:
        data = next(part for part in chunks(file) if part.name == b"data")
    texts = [("INAM", "Dusk"), ("IART", "Sigur Rós"), ("ISRC", "GBAYA0500001")]
    appended = [info_list(texts), isrc_xml("GBAYA0500001"), (b"id3 ", b"odd")]
    label(path, bext(encoding), appended)
    once = path.read_bytes()
    assert once[data.start : data.start + data.size] == before[data.start : data.start + data.size]
    fact = [b"fact"] if encoding is Encoding.FLOAT_32 else []
    assert names(path) == [b"JUNK", b"bext", b"fmt ", *fact, b"data", b"LIST", b"axml", b"id3 "]
    assert content(path, b"bext") == bext(encoding).content()
    assert content(path, b"id3 ") == b"odd"
    assert struct.unpack("<I", once[4:8])[0] == len(once) - 8
    assert len(once) % 2 == 0
    label(path, bext(encoding), appended)
    assert path.read_bytes() == once, "labelled again, it is the same"
    label(path, bext(encoding), [])
    assert names(path)[-1] == b"data"
    found, rate_hz = soundfile.read(path, dtype=raw.dtype.name, always_2d=True)
    assert rate_hz == RATE_HZ
    assert np.array_equal(found, raw)


@pytest.mark.parametrize("encoding", Encoding)
def test_past_what_riff_counts_it_is_rf64(encoding: Encoding, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """EBU Tech 3306: `ds64` first, 0xFFFFFFFF in what has 32 bits. The limit is lowered to the very file's size."""
    path = tmp_path / "a.wav"
    raw = written(path, encoding)
    size = path.stat().st_size - 8
    plain = path.read_bytes()
    monkeypatch.setattr(bwf, "LARGEST_RIFF_BYTES", size)
    written(path, encoding)
    assert path.read_bytes() == plain, "as large as it may be"
    monkeypatch.setattr(bwf, "LARGEST_RIFF_BYTES", size - 1)
    written(path, encoding)
    wide = path.read_bytes()
    data_bytes = len(raw) * 2 * (encoding.bits or 32) // 8
    assert wide[:12] == b"RF64\xff\xff\xff\xffWAVE"
    assert wide[12:20] == b"ds64" + struct.pack("<I", 28)
    assert struct.unpack("<QQQI", wide[20:48]) == (size, data_bytes, len(raw), 0)
    at = wide.index(b"data")
    assert wide[at + 4 : at + 8] == b"\xff\xff\xff\xff"
    assert wide[at + 8 :] == plain[at + 8 :]
    assert np.array_equal(soundfile.read(path, dtype=raw.dtype.name, always_2d=True)[0], raw)


def test_labels_can_push_a_file_past_riff(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.wav"
    raw = written(path)
    monkeypatch.setattr(bwf, "LARGEST_RIFF_BYTES", path.stat().st_size)
    label(path, bext(), [info_list([("INAM", "Dusk")])])
    assert path.read_bytes()[:4] == b"RF64"
    assert names(path) == [b"ds64", b"bext", b"fmt ", b"data", b"LIST"]
    assert np.array_equal(soundfile.read(path, dtype="int32", always_2d=True)[0], raw)
    label(path, bext(), [])
    assert path.read_bytes()[:4] == b"RIFF", "and without them it is what it was"
    assert names(path)[0] == b"JUNK"


@pytest.mark.slow
def test_sizes_over_4_gb_are_counted(tmp_path: Path) -> None:
    """A file that is mostly a hole: 4.4 GB on paper, a few kilobytes on the disk."""
    path = tmp_path / "a.wav"
    frames = 733_440_000
    writer = WavWriter(path, Encoding.PCM_24, rate_hz=192_000, channels=2)
    start = writer._file.tell()
    try:
        writer._file.truncate(start + frames * 6)
    except OSError:
        pytest.skip("this disk holds no file of 4.4 GB")
    writer._file.seek(0, 2)
    writer._data_bytes = frames * 6
    writer.close()
    bext_of_192 = bext(history=coding_history(Encoding.PCM_24, 192_000, 2))
    label(path, bext_of_192, [info_list([("INAM", "Long")])])
    assert path.stat().st_blocks * 512 < 100_000
    found = soundfile.info(str(path))
    assert (found.format, found.frames, found.samplerate) == ("RF64", frames, 192_000)
    info = SourceInfo(
        container="RF64", encoding="PCM_24", bits=24, lossy=False, rate_hz=192_000, channels=2, frames=frames
    )
    assert shortage(path, info) is None
    assert read_tags(path).title == "Long"
    assert f"duration={frames / 192_000:.6f}" in run("ffprobe", "-show_entries", "format=duration", path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["INAM", "IART", "IPRD", "IGNR"]), st.text(max_size=50)), max_size=4))
def test_an_info_list_is_whole_whatever_it_says(texts: list[tuple[str, str]]) -> None:
    name, told = info_list(texts)
    assert name == b"LIST"
    assert told[:4] == b"INFO"
    at, found = 4, []
    while at < len(told):
        entry, size = struct.unpack_from("<4sI", told, at)
        found.append((entry.decode(), told[at + 8 : at + 8 + size].decode()))
        at += 8 + size + size % 2
    assert at == len(told)
    assert found == [(entry, text + "\0") for entry, text in texts]


def test_a_file_of_another_make_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, np.zeros((10, 2)), RATE_HZ, subtype="PCM_24")
    before = path.read_bytes()
    with pytest.raises(ValueError, match="has no room for a bext chunk"):
        label(path, bext(), [])
    assert path.read_bytes() == before


def test_other_programs_read_it(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    written(path)
    label(path, bext(start_frame=96_000), [info_list([("INAM", "Dämmerung"), ("ISRC", "GBAYA0500001")])])
    told = run("mediainfo", "--Full", path)
    for name, value in (
        *(("LoudnessValue", "-14.02"), ("LoudnessRange", "6.30"), ("MaxTruePeakLevel", "-1.05")),
        *(("MaxMomentaryLoudness", "-10.00"), ("MaxShortTermLoudness", "-11.00")),
    ):
        assert any(line.startswith(name) and line.endswith(value) for line in told.splitlines()), name
    told = run("ffprobe", "-show_entries", "format_tags", path)
    for line in ("title=Dämmerung", "ISRC=GBAYA0500001", "time_reference=96000", "encoded_by=Mastertape"):
        assert f"TAG:{line}" in told
    assert "bext : 644" in run("sndfile-info", path)
