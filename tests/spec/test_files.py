"""Files as they are written: kinds, sizes over 4 GB, what a full disk or a cut file leads to."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from analysis.audio import Audio
from analysis.errors import MastertapeError, OutputError, SpecificationError
from mastering import files
from mastering.bwf import WavWriter
from mastering.delivery_specs import Container, Encoding
from mastering.dither import Quantiser
from mastering.files import AudioFile, encoded, raw_dtype, safe_name
from mastering.spool import Spool
from mastering.verify import read_back
from tests.albums import album, deliver, delivery, music, on_grid, peak_dbtp, track

RATE_HZ = 44_100
METERS_DB = 0.02
KINDS = [
    (Container.WAV, Encoding.PCM_16),
    (Container.WAV, Encoding.PCM_24),
    (Container.WAV, Encoding.FLOAT_32),
    (Container.FLAC, Encoding.PCM_16),
    (Container.FLAC, Encoding.PCM_24),
    (Container.AIFF, Encoding.PCM_16),
    (Container.AIFF, Encoding.PCM_24),
]


def written(path: Path, container: Container, encoding: Encoding, seconds: float = 1.0) -> np.ndarray[Any, Any]:
    """A file on the encoding's grid; gives what was to be written."""
    samples = music(seconds, RATE_HZ, np.random.default_rng(1))
    bits = encoding.bits
    samples = on_grid(samples, bits) if bits else samples.astype(np.float32).astype(np.float64)
    quantiser = Quantiser(bits, seed=1, track=0, dithered=False) if bits else None
    with AudioFile(path, container, encoding, rate_hz=RATE_HZ, channels=2, frames=len(samples)) as file:
        for start in range(0, len(samples), 10_000):
            file.write(encoded(samples[start : start + 10_000], encoding, quantiser))
        assert file.frames == len(samples)
    return samples


@pytest.mark.parametrize(("container", "encoding"), KINDS)
def test_what_is_written_is_what_is_read(container: Container, encoding: Encoding, tmp_path: Path) -> None:
    path = tmp_path / f"a.{container.value}"
    samples = written(path, container, encoding)
    assert np.array_equal(soundfile.read(path)[0], samples)
    found = read_back(path, len(samples))
    assert (found.frames, found.rate_hz, found.channels) == (RATE_HZ, RATE_HZ, 2)
    assert found.true_peak_dbtp == pytest.approx(peak_dbtp(samples), abs=METERS_DB)


def test_no_clock_gets_into_a_file(tmp_path: Path) -> None:
    """libsndfile puts the time of writing into the PEAK chunk of floating-point files."""
    written(tmp_path / "a.wav", Container.WAV, Encoding.FLOAT_32)
    assert b"PEAK" not in (tmp_path / "a.wav").read_bytes()[:4_096]


@pytest.mark.parametrize("encoding", Encoding)
def test_raw_samples_have_the_files_own_type(encoding: Encoding) -> None:
    block = np.array([[0.5, -0.5]])
    quantiser = Quantiser(encoding.bits, seed=1, track=0, dithered=False) if encoding.bits else None
    raw = encoded(block, encoding, quantiser)
    assert raw.dtype == raw_dtype(encoding)
    full = {Encoding.PCM_16: 2.0**15, Encoding.PCM_24: 2.0**31, Encoding.FLOAT_32: 1.0}[encoding]
    assert (raw / full).tolist() == [[0.5, -0.5]]


def test_aiff_holds_no_more_than_its_header_can_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_LARGEST_AIFF_BYTES", 6_000)
    known = {"rate_hz": RATE_HZ, "channels": 2}
    AudioFile(tmp_path / "a.aiff", Container.AIFF, Encoding.PCM_24, frames=1_000, **known)._file.close()
    with pytest.raises(OutputError, match=r"^b\.aiff would have .* GB of audio, .*: choose --format wav or flac\.$"):
        AudioFile(tmp_path / "b.aiff", Container.AIFF, Encoding.PCM_24, frames=1_001, **known)


@pytest.mark.parametrize(("container", "encoding"), KINDS)
@pytest.mark.parametrize("share", [0.5, 0.999])
def test_a_cut_file_is_noticed(container: Container, encoding: Encoding, share: float, tmp_path: Path) -> None:
    path = tmp_path / f"a.{container.value}"
    samples = written(path, container, encoding)
    content = path.read_bytes()
    path.write_bytes(content[: round(share * len(content))])
    with pytest.raises(OutputError, match=rf"^a\.{container.value} was written .*: is the disk full\?$"):
        read_back(path, len(samples))


def test_a_file_that_is_gone_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"^gone\.wav was written but cannot be read back"):
        read_back(tmp_path / "gone.wav", 10)


def test_a_file_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    path = tmp_path / "no such folder" / "a.wav"
    with pytest.raises(OutputError, match=r"^a\.wav cannot be written \(.*[^.]\)\.$"):
        AudioFile(path, Container.WAV, Encoding.PCM_16, rate_hz=RATE_HZ, channels=2, frames=1)


FULL = [
    OSError(errno.ENOSPC, "No space left on device"),
    soundfile.LibsndfileError(2),  # "System error.": all that libsndfile says of it
]


@pytest.mark.parametrize("fault", FULL, ids=["system", "libsndfile"])
@pytest.mark.parametrize("when", ["write", "close"])
@pytest.mark.parametrize(
    ("container", "writer"), [(Container.WAV, WavWriter), (Container.FLAC, soundfile.SoundFile)], ids=["wav", "flac"]
)
def test_a_full_disk_is_told_in_a_sentence(
    when: str,
    fault: Exception,
    container: Container,
    writer: type,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise fault

    with monkeypatch.context() as patched:
        patched.setattr(writer, when, fail)
        with (
            pytest.raises(OutputError) as told,
            AudioFile(tmp_path / "a.wav", container, Encoding.PCM_16, rate_hz=RATE_HZ, channels=2, frames=9) as file,
        ):
            file.write(np.zeros((9, 2), dtype=np.int16))
    assert str(told.value) in {
        f"a.wav cannot be written (the disk is full{what}): free some space and run again." for what in ("", " or gone")
    }
    file._file.close()


def test_a_full_disk_while_spooling_is_told(tmp_path: Path) -> None:
    """The device that is always full: a short last block must meet it too."""
    device = Path("/dev/full")
    if not device.exists():
        pytest.skip("this system has no /dev/full")
    spool = Spool(device, RATE_HZ, 2)
    with pytest.raises(OutputError, match="is full"):
        list(spool.fill(Audio.from_array(np.zeros((10, 2)), RATE_HZ)))


@pytest.mark.parametrize("song", [0, 1, 2])
def test_one_failed_worker_fails_the_delivery_in_a_sentence(
    song: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = music(1.0, RATE_HZ, np.random.default_rng(1))
    wanted = album(*(track(samples, title=f"Song {number}") for number in range(3)))
    whole = AudioFile.write

    def write(self: AudioFile, raw: np.ndarray[Any, Any]) -> None:
        if f"Song {song}" in self.path.name:
            raise OutputError(f"{self.path.name} cannot be written.")
        whole(self, raw)

    monkeypatch.setattr(AudioFile, "write", write)
    with pytest.raises(MastertapeError, match=rf"^0{song + 1} Song {song}\.wav cannot be written\.$"):
        deliver(wanted, [samples] * 3, delivery(), tmp_path / "out")


@pytest.mark.parametrize("container", [Container.FLAC, Container.AIFF])
def test_floating_point_does_not_fit_everywhere(container: Container) -> None:
    with pytest.raises(
        SpecificationError, match=rf"'place' asks for 32-bit float in {container.name}.*--depth 16 or 24"
    ):
        delivery(container=container, encoding=Encoding.FLOAT_32)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Über den Wolken", "Über den Wolken"),
        ("AC/DC: Live?", "AC_DC_ Live_"),
        ("..", "untitled"),
        ("", "untitled"),
        (" . name . ", "name"),
        ("con", "_con"),
        ("LPT1.mix", "_LPT1.mix"),
        ("CONGA", "CONGA"),
        ("a\tb\x00c", "a_b_c"),
        ("../../etc/passwd", "_.._etc_passwd"),
    ],
)
def test_names_fit_any_system(title: str, name: str) -> None:
    assert safe_name(title) == name


@pytest.mark.parametrize("character", ["x", "ü", "漢", "🎵"])
def test_long_names_are_cut_between_characters(character: str) -> None:
    name = safe_name(character * 300)
    assert set(name) == {character}
    assert 116 < len(name.encode()) <= 120
