"""DDP filesets, held against the hashes of filesets that another program wrote.

Reference: https://github.com/ddp-reverse-eng/ddp-reverse-eng, exp/005-isrc-upc, exp/014-three-tracks (CHECKSUM.MD5) and
exp/011-cdtext-cue, made by cue2ddp 1.1 from the same discs and the same pattern of samples.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from analysis.errors import OutputError
from mastering.cd_layout import Disc, DiscTrack
from mastering.cd_text import PACK_BYTES, TextKind, cd_text, text_packs, text_remarks
from mastering.ddp import CHECKSUMS, write_ddp
from tests.discs import pattern, three_songs
from tests.programs import run

EXPERIMENT_005 = Disc(
    ean="0123456789012",
    tracks=(DiscTrack(isrc="USABC1234567", pause=0, starts=(150,)),),
    lead_out=900,
)
HASHES_005 = {
    "DDPID": "dd89c874714f94418b20feea4d9b2ac6",
    "DDPMS": "4ddcd3c75e054c6685453524a0973a1a",
    "SD": "e6d506c61b61150a572f5290379e47d9",
    "IMAGE.DAT": "bcebec4d225e28c6899a24a4c5b968b3",
}
EXPERIMENT_014 = Disc(
    silence=0,
    tracks=(
        DiscTrack(pause=0, starts=(150,)),
        DiscTrack(pause=750, starts=(825, 1125)),
        DiscTrack(pause=1500, starts=(1650,)),
    ),
    lead_out=2250,
)
HASHES_014 = {
    "DDPID": "187970110683c92c25bdb82256354780",
    "DDPMS": "7f773da844b9b1091352eab67fb9e670",
    "SD": "2bec8bd934a93dbdfb982c209865b7d6",
    "IMAGE.DAT": "16551afeac0b9d80e6d90af18c8a8d7e",
}
EXPERIMENT_011 = Disc(
    title="Disc Title",
    performer="Disc Performer",
    songwriter="Disc Writer",
    tracks=(
        DiscTrack(title="Track One", performer="Perf One", songwriter="Writer One", pause=0, starts=(150,)),
        DiscTrack(title="Track Two", performer="Perf Two", starts=(900,)),
    ),
    lead_out=1650,
)
CRCS_011 = "A714 8C65 E6B6 E318 33B1 1B61 22B0 2244 F88B 361B 87ED"


@pytest.mark.parametrize(
    ("disc", "frames", "hashes"),
    [(EXPERIMENT_005, 441_000, HASHES_005), (EXPERIMENT_014, 30 * 44_100, HASHES_014)],
    ids=["005", "014"],
)
def test_files_are_byte_for_byte_those_of_the_reference(
    disc: Disc, frames: int, hashes: dict[str, str], tmp_path: Path
) -> None:
    sums = write_ddp(disc, cd_text(disc), pattern(tmp_path / "audio.wav", frames), tmp_path / "ddp")
    assert sums == hashes
    listed = "".join(f"{md5} *{name}\n" for name, md5 in hashes.items())
    assert (tmp_path / "ddp" / CHECKSUMS).read_text() == listed
    told = run("md5sum", "-c", "--strict", CHECKSUMS, folder=tmp_path / "ddp")
    assert told == "".join(f"{name}: OK\n" for name in hashes)


def _packs(held: bytes) -> Iterator[bytes]:
    assert len(held) % PACK_BYTES == 0
    for start in range(0, len(held), PACK_BYTES):
        yield held[start : start + PACK_BYTES]


def test_cd_text_has_the_check_sums_of_the_reference() -> None:
    held = text_packs(cd_text(EXPERIMENT_011), 2)
    assert " ".join(pack[16:].hex().upper() for pack in _packs(held)) == CRCS_011


def test_cd_text_stands_in_the_map_and_among_the_sums(tmp_path: Path) -> None:
    disc = three_songs()
    text = cd_text(disc)
    sums = write_ddp(disc, text, pattern(tmp_path / "audio.wav", 30 * 44_100), tmp_path / "ddp")
    folder = tmp_path / "ddp"
    assert list(sums) == ["DDPID", "DDPMS", "CDTEXT.BIN", "SD", "IMAGE.DAT"]
    assert (folder / "CDTEXT.BIN").read_bytes() == text_packs(text, 3)
    packets = [(folder / "DDPMS").read_bytes()[start:][:128].decode() for start in range(0, 384, 128)]
    sizes = [len((folder / name).read_bytes()) for name in ("CDTEXT.BIN", "SD", "IMAGE.DAT")]
    assert [int(packet[14:22]) for packet in packets] == [sizes[0], sizes[1], sizes[2] // 2352]
    assert [packet[74:91].strip() for packet in packets] == ["CDTEXT.BIN", "SD", "IMAGE.DAT"]
    identifier = (folder / "DDPID").read_bytes()
    assert (identifier[8:21], identifier[38:86].strip(), len(identifier)) == (b"0036000291452", b"NJR 042", 128)


def test_subcode_tells_every_index_flag_and_code(tmp_path: Path) -> None:
    disc = three_songs()
    write_ddp(disc, cd_text(disc), pattern(tmp_path / "audio.wav", 30 * 44_100), tmp_path / "ddp")
    subcode = (tmp_path / "ddp" / "SD").read_bytes().decode()
    told = [subcode[start:][:64].rstrip() for start in range(0, len(subcode), 64)]
    assert told == [
        "VVVS0000  00000001              0036000291452",
        "VVVS0100  00000021  GBAYA0500001",
        "VVVS0101  00020021",
        "VVVS0200  00100001  GBAYA0500002",
        "VVVS0201  00110001",
        "VVVS0301  00220011",
        "VVVSAA01  00320001",
        "VVVSAA01  00320001",
    ]


def test_the_image_is_the_pause_the_programme_and_silence_to_the_end_of_the_sector(tmp_path: Path) -> None:
    path = pattern(tmp_path / "audio.wav", 441_000 - 100)
    write_ddp(EXPERIMENT_005, cd_text(EXPERIMENT_005), path, tmp_path / "ddp")
    image = np.fromfile(tmp_path / "ddp" / "IMAGE.DAT", dtype="<i2").reshape(-1, 2)
    programme, _ = soundfile.read(path, dtype="int16")
    assert np.array_equal(image, np.pad(programme, ((150 * 588, 100), (0, 0))))


def test_memory_does_not_grow_with_the_image(tmp_path: Path) -> None:
    minutes = 6
    path = pattern(tmp_path / "audio.wav", minutes * 60 * 44_100)
    disc = Disc(tracks=(DiscTrack(pause=0, starts=(150,)),), lead_out=150 + minutes * 60 * 75)
    tracemalloc.start()
    try:
        write_ddp(disc, cd_text(disc), path, tmp_path / "ddp")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (tmp_path / "ddp" / "IMAGE.DAT").stat().st_size == disc.lead_out * 2352
    assert most < 3_000_000


@pytest.mark.parametrize(
    ("frames", "rate_hz", "channels", "subtype"),
    [
        (441_001, 44_100, 2, "PCM_16"),
        (441_000 - 588, 44_100, 2, "PCM_16"),
        (441_000, 48_000, 2, "PCM_16"),
        (441_000, 44_100, 1, "PCM_16"),
        (441_000, 44_100, 2, "PCM_24"),
    ],
)
def test_a_programme_that_is_not_the_disc_is_refused(
    frames: int, rate_hz: int, channels: int, subtype: str, tmp_path: Path
) -> None:
    soundfile.write(tmp_path / "audio.wav", np.zeros((frames, channels)), rate_hz, subtype=subtype)
    with pytest.raises(OutputError) as found:
        write_ddp(EXPERIMENT_005, cd_text(EXPERIMENT_005), tmp_path / "audio.wav", tmp_path / "ddp")
    assert str(found.value) == (
        f"audio.wav has {frames} frames of {channels} channels at {rate_hz} Hz ({subtype}), and the disc 441000 of two "
        "at 44100 Hz and 16 bit: render it again."
    )


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    path = pattern(tmp_path / "audio.wav", 441_000)
    with pytest.raises(OutputError, match=r"^ddp/ cannot be written \(No such file or directory\): free some space"):
        write_ddp(EXPERIMENT_005, cd_text(EXPERIMENT_005), path, tmp_path / "not there" / "ddp")


def test_other_letters_are_spelt_in_latin_ones_and_told() -> None:
    text = cd_text(three_songs())
    assert dict(text.fields)[TextKind.TITLE] == (
        b'Long "Day"',
        b"Dawn",
        "Polden’".replace("’", "'").encode(),
        b"Dusk \\ <b>&amp;",
    )
    assert dict(text.fields)[TextKind.PERFORMER][0] == b"Mot\xf6rhead"
    (remark,) = text_remarks(text)
    assert not remark.failed
    assert remark.text == "CD-Text has the letters of ISO 8859-1 alone, and writes 'Полдень' as \"Polden'\""


def test_of_many_other_letters_three_are_named() -> None:
    tracks = tuple(
        DiscTrack(title=f"Песня {number}", pause=None if number else 0, starts=(150 + 300 * number,))
        for number in range(5)
    )
    (remark,) = text_remarks(cd_text(Disc(title="Don’t – “stop”…", tracks=tracks, lead_out=1650)))
    assert remark.text == (
        "CD-Text has the letters of ISO 8859-1 alone, and writes 'Песня 0' as 'Pesnya 0', 'Песня 1' as 'Pesnya 1', "
        "'Песня 2' as 'Pesnya 2' and 2 more (see the PQ sheet)"
    )


def test_what_has_no_room_is_left_out_and_told() -> None:
    def disc(letters: int) -> Disc:
        tracks = tuple(
            DiscTrack(
                title="t" * letters, performer="p", songwriter="w", pause=None if n else 0, starts=(150 + 300 * n,)
            )
            for n in range(99)
        )
        return Disc(title="d", tracks=tracks, lead_out=150 + 300 * 99)

    # 253 packs hold 3036 bytes: titles 2 + 99 * 26 (215 packs), performers 1 + 198 (17), writers 2 + 198 (17).
    whole, short, shortest, none = (cd_text(disc(letters)) for letters in (25, 27, 29, 30))
    assert [len(text.fields) for text in (whole, short, shortest, none)] == [3, 2, 1, 0]
    assert len(text_packs(whole, 99)) <= 256 * PACK_BYTES
    assert text_packs(none, 99) == b""
    assert [remark.text for remark in text_remarks(shortest)] == [
        (
            "CD-Text has room for 3036 characters, and this disc's performers and songwriters are left out of it: "
            "shorten titles and names if they must be there"
        )
    ]
    assert text_remarks(whole) == ()


def test_a_disc_without_titles_and_names_has_no_cd_text() -> None:
    text = cd_text(EXPERIMENT_005)
    assert (text.fields, text_packs(text, 1), text_remarks(text)) == ((), b"", ())
