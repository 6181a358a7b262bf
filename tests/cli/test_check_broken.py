"""Files that were broken on purpose, each in one point, which a check must find."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.cli.broken import (
    Broken,
    all_by,
    anew,
    as_it_is,
    as_mp3,
    bit_turned,
    cut_short,
    instead,
    must_be_found,
    one_value,
    podcast_of,
    samples_changed,
    sheet_changed,
    with_chunk_after_audio,
    with_tags,
)
from tests.cli.calls import call
from tests.cli.finished import RATE_HZ, disc, song, streaming, tagged, write_mp3

HALF = RATE_HZ // 2
BROKEN: dict[str, Broken] = {
    # the form of the files
    "a rate too low": Broken(streaming, "streaming", anew("01 Dawn.flac", rate_hz=32_000), "sample rate", "32000 Hz"),
    "two rates": Broken(
        streaming, "streaming", anew("01 Dawn.flac", rate_hz=48_000), "one sample rate", "44100 Hz (1", False
    ),
    "8 bit": Broken(streaming, "streaming", anew("01 Dawn.wav", "PCM_U8"), "depth", "8 bit"),
    "floating point": Broken(streaming, "streaming", anew("01 Dawn.wav", "FLOAT"), "depth", "32-bit float"),
    "16 bit in 24": Broken(
        streaming,
        "streaming",
        samples_changed(lambda x: np.round(x * 2**15) / 2**15),
        "depth used",
        "16 bit used of 24",
        False,
    ),
    "mono": Broken(streaming, "streaming", anew("01 Dawn.flac", samples=lambda x: x[:, 0]), "channels", "mono"),
    "surround": Broken(
        streaming, "streaming", anew("01 Dawn.wav", samples=lambda x: np.tile(x, (1, 3))), "channels", "6 channels"
    ),
    "a lossy file": Broken(streaming, "streaming", as_mp3, "format", "mp3 (lossy, 320 kbps)"),
    "FLAC called WAV": Broken(
        streaming,
        "streaming",
        lambda folder: (folder / "01 Dawn.flac").rename(folder / "01 Dawn.wav"),
        "file name ending",
        ".wav, on a flac file",
    ),
    "a chunk after the audio": Broken(
        streaming, "spotify", with_chunk_after_audio, "WAV header", "chunks after the audio: junk"
    ),
    "an extensible header": Broken(
        streaming, "spotify", anew("01 Dawn.wav", format="WAVEX"), "WAV header", "format code 65534"
    ),
    "a low bit rate": Broken(podcast_of(64), "podcast", as_it_is, "bit rate", "64 kbps"),
    # damage
    "zero bytes": Broken(
        streaming, "streaming", instead("01 Dawn.wav", b""), "intact", "01 Dawn.wav is not audio that"
    ),
    "text called WAV": Broken(
        streaming, "streaming", instead("01 Dawn.wav", b"Dear label"), "intact", "01 Dawn.wav is not"
    ),
    "a FLAC cut short": Broken(streaming, "streaming", cut_short("01 Dawn.flac", 0.5), "intact", "01 Dawn.flac is "),
    "a FLAC with one bit wrong": Broken(streaming, "streaming", bit_turned, "intact", "01 Dawn.flac is damaged after "),
    "a WAV cut short": Broken(disc, "cd", cut_short("01 Dawn.wav", 0.7), "intact", "01 Dawn.wav is cut short: "),
    "not a number": Broken(
        streaming,
        "streaming",
        anew("01 Dawn.wav", "FLOAT", samples=one_value(HALF, np.nan)),
        "intact",
        "01 Dawn.wav holds samples that are not numbers (NaN or Inf), the first at 0.500 s",
    ),
    # sound
    "peaks over the ceiling": Broken(
        streaming, "streaming", samples_changed(one_value(HALF, 0.97)), "true peak", "-0."
    ),
    "peaks of a loud master": Broken(streaming, "spotify", all_by(6.5), "true peak of a loud track", "-1.", False),
    "an album too loud": Broken(streaming, "streaming", all_by(2.0), "loudness of the album", "-12.0"),
    "an album too soft": Broken(streaming, "streaming", all_by(-2.0), "loudness of the album", "-16.0", False),
    "a track too loud": Broken(
        lambda folder: streaming(folder, lufs=(-13.0, -17.0)),
        "tidal",
        as_it_is,
        "loudness of the loudest track",
        "-13.00 LUFS",
    ),
    "a podcast too soft": Broken(
        podcast_of(192),
        "podcast",
        lambda f: tagged(write_mp3(f / "01 Dawn.mp3", song(-18.0), 192)),
        "loudness",
        "-18.2",
    ),
    "silence": Broken(streaming, "streaming", samples_changed(np.zeros_like), "sound", "digital silence"),
    "clipped": Broken(
        streaming, "archive", samples_changed(lambda x: np.clip(5 * x, -1, 1 - 2**-23)), "clipped", "", False
    ),
    "DC": Broken(
        streaming, "streaming", samples_changed(lambda x: np.where(x, x + 0.02, 0)), "DC offset", "-34 dBFS", False
    ),
    "a late start": Broken(
        streaming,
        "streaming",
        samples_changed(lambda x: np.concatenate([np.zeros((2 * RATE_HZ, 2)), x])),
        "silence at the start",
        "2.00 s",
        False,
    ),
    # what the files say of themselves
    "no ISRC": Broken(streaming, "streaming", with_tags(isrc=""), "ISRC", "none", False),
    "no ISRC where it must be": Broken(streaming, "label.toml", with_tags(isrc=""), "ISRC", "none"),
    "no such ISRC": Broken(
        streaming, "streaming", with_tags(isrc="GBAYA050000X"), "ISRC valid", "GBAYA050000X has '050000X'"
    ),
    "an ISRC twice": Broken(
        streaming,
        "streaming",
        with_tags(isrc="GBAYA0500002"),
        "ISRCs differ",
        "GBAYA0500002 in 01 Dawn.flac and 02 Noon.flac",
    ),
    "a wrong check digit": Broken(
        streaming,
        "streaming",
        with_tags(upc="4006381333932"),
        "UPC valid",
        "4006381333932 has the check digit 2, which would be 1",
    ),
    "two UPCs": Broken(streaming, "streaming", with_tags(upc="036000291452"), "one UPC", "036000291452, 4006381333931"),
    "names of another pattern": Broken(streaming, "label.toml", as_it_is, "file name", "01 Dawn.flac", False),
    "an album too long": Broken(streaming, "label.toml", as_it_is, "length of all", "0:04"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_found(name: str, tmp_path: Path) -> None:
    must_be_found(BROKEN[name], tmp_path)


def test_nothing_else_is_found_by_mistake(tmp_path: Path) -> None:
    """The cases above break one point each: two of them, looked at whole."""
    folder = streaming(tmp_path / "album")
    all_by(-2.0)(folder)
    (checked,) = json.loads(call("check", folder, "--for", "streaming", "--json").out)["checked"]
    assert [p["requirement"] for p in checked["points"] if p["verdict"] != "pass"] == ["loudness of the album"]
    sheet_changed("Record.cue", "31\n", "32\n")(disc(tmp_path / "disc"))
    (checked,) = json.loads(call("check", tmp_path / "disc", "--for", "cd", "--json").out)["checked"]
    assert [p["requirement"] for p in checked["points"] if p["verdict"] == "fail"] == ["cue sheet"]
