"""Codecs as data: how they are named, what they have, what a delivery may ask of them."""

from __future__ import annotations

from typing import Any

import pytest

from analysis.errors import SpecificationError
from mastering.codec_specs import Codec, CodecSpec, parse_codec, usual
from mastering.delivery_specs import Container, Encoding
from mastering.noise_shaping import Dither
from tests import albums


@pytest.mark.parametrize(
    ("word", "codec", "kbps", "label"),
    [
        ("aac 256", Codec.AAC, 256, "AAC-LC 256 kbps (FFmpeg)"),
        ("mp3 320", Codec.MP3, 320, "MP3 320 kbps (LAME)"),
        ("opus 128", Codec.OPUS, 128, "Opus 128 kbps (libopus)"),
        (" vorbis  160 ", Codec.VORBIS, 160, "Vorbis 160 kbps (libvorbis)"),
    ],
)
def test_a_word_names_a_codec_and_its_label_the_encoder(word: str, codec: Codec, kbps: int, label: str) -> None:
    found = parse_codec(word)
    assert found == CodecSpec(codec=codec, bit_rate_kbps=kbps)
    assert found.label == label
    assert parse_codec(found.word) == found


@pytest.mark.parametrize("word", ["", "aac", "aac lots", "aac -1", "flac 900", "AAC 256", "256 aac"])
def test_other_words_are_refused(word: str) -> None:
    with pytest.raises(SpecificationError, match="names no codec"):
        parse_codec(word)


@pytest.mark.parametrize("word", ["mp3 300", "mp3 32", "aac 16", "aac 640", "opus 16", "opus 512", "vorbis 501"])
def test_bit_rates_that_a_codec_does_not_have_are_refused(word: str) -> None:
    with pytest.raises(SpecificationError, match="has no bit rate"):
        parse_codec(word)


@pytest.mark.parametrize(
    ("given_hz", "encoded_hz"),
    [(44_100, 44_100), (48_000, 48_000), (88_200, 44_100), (96_000, 48_000), (22_050, 44_100), (32_000, 48_000)],
)
def test_a_rate_that_codecs_do_not_have_becomes_the_one_it_divides_into(given_hz: int, encoded_hz: int) -> None:
    assert usual(Codec.MP3).rate_hz(given_hz) == encoded_hz
    assert usual(Codec.OPUS).rate_hz(given_hz) == 48_000


def test_containers_know_their_endings_and_what_they_lose() -> None:
    assert [one.suffix for one in (Container.ALAC, Container.AAC)] == [".m4a", ".m4a"]
    assert [one.suffix for one in (Container.WAV, Container.VORBIS)] == [".wav", ".ogg"]
    assert {one for one in Container if one.codec} == {Container.MP3, Container.AAC, Container.OPUS, Container.VORBIS}


def test_a_lossy_delivery_has_a_usual_bit_rate_or_its_own() -> None:
    assert albums.delivery(container=Container.MP3).lossy == CodecSpec(codec=Codec.MP3, bit_rate_kbps=320)
    assert albums.delivery(container=Container.AAC, bit_rate_kbps=128).lossy == parse_codec("aac 128")
    assert albums.delivery(container=Container.ALAC).lossy is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"container": Container.WAV, "bit_rate_kbps": 320}, "has no bit rate to choose"),
        ({"container": Container.MP3, "bit_rate_kbps": 300}, "300 kbps"),
        ({"container": Container.OPUS, "rate_hz": 44_100}, "--rate 48000"),
        ({"container": Container.AAC, "rate_hz": 96_000}, "--rate 48000"),
        ({"container": Container.MP3, "ceiling_dbtp": None, "encoding": Encoding.FLOAT_32}, "no ceiling"),
        ({"codecs": (usual(Codec.AAC),), "ceiling_dbtp": None, "encoding": Encoding.FLOAT_32}, "no ceiling"),
        ({"container": Container.ALAC, "encoding": Encoding.FLOAT_32}, "32-bit float in ALAC"),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(SpecificationError, match=said):
        albums.delivery(**changes)


def test_what_is_rendered_for_a_lossy_delivery_is_tried_with_its_own_codec_under_its_own_ceiling() -> None:
    asked = albums.delivery(container=Container.OPUS, encoding=Encoding.PCM_16, dither=Dither.TPDF, bit_rate_kbps=96)
    rendered = asked.rendered(44_100)
    assert (rendered.container, rendered.encoding, rendered.rate_hz) == (Container.WAV, Encoding.PCM_24, 48_000)
    assert rendered.codecs == (parse_codec("opus 96"),)
    assert rendered.codec_ceiling_dbtp == asked.ceiling_dbtp
    assert albums.delivery().rendered(44_100) == albums.delivery()
