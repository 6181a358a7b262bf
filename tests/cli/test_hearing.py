"""What listeners hear is in the manifest, and the table tells the same figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.calls import Result, manifest


def _modes(out: Path, name: str) -> dict[tuple[str, str], dict[str, Any]]:
    return {(one["service"], one["mode"]): one for one in manifest(out)["deliveries"][name]["playback"]}


def test_a_master_for_all_services_is_played_by_each(mastered: tuple[Path, Result]) -> None:
    out, result = mastered
    told = manifest(out)["deliveries"]["streaming"]
    modes = _modes(out, "streaming")
    assert {service for service, _ in modes} == {
        *("Spotify", "Apple Music", "YouTube", "Tidal", "Amazon Music", "Deezer", "SoundCloud"),
    }
    for mode in modes.values():
        for track, heard in zip(told["tracks"], mode["tracks"], strict=True):
            assert heard["title"] == track["title"]
            for play in (heard["album"], heard["playlist"]):
                loudness = track["loudness_lufs"] + play["gain_db"]
                assert play["loudness_lufs"] == pytest.approx(loudness, abs=0.002)
                peak = track["true_peak_dbtp"] + play["gain_db"] - play["limited_db"]
                assert play["true_peak_dbtp"] == pytest.approx(peak, abs=0.003)
    assert "What listeners hear" in result.out
    assert "│ Apple Music    │ -16 LUFS │" in result.out


def test_one_gain_serves_the_album_and_each_track_its_own_a_playlist(mastered: tuple[Path, Result]) -> None:
    out, _ = mastered
    told = manifest(out)["deliveries"]["streaming"]
    normal = _modes(out, "streaming")["Spotify", "normal"]
    # Its album is -14 LUFS with peaks at -1 dBTP: nothing to turn down, no headroom to turn up.
    assert {round(track["album"]["gain_db"], 1) + 0.0 for track in normal["tracks"]} == {0.0}
    for track, heard in zip(told["tracks"], normal["tracks"], strict=True):
        wanted = min(-14 - track["loudness_lufs"], max(0.0, -1 - track["true_peak_dbtp"]))
        assert heard["playlist"]["gain_db"] == pytest.approx(wanted, abs=0.002)
    loud = _modes(out, "streaming")["Spotify", "loud"]
    assert all(track["playlist"]["loudness_lufs"] == pytest.approx(-11, abs=0.002) for track in loud["tracks"])
    assert max(track["playlist"]["limited_db"] for track in loud["tracks"]) > 1.0


def test_a_place_that_levels_nothing_has_no_listeners_to_tell_of(mastered: tuple[Path, Result]) -> None:
    assert manifest(mastered[0])["deliveries"]["cd"]["playback"] == []


def test_the_manifest_keeps_what_was_asked_for(mastered: tuple[Path, Result]) -> None:
    asked = {name: told["asked"] for name, told in manifest(mastered[0])["deliveries"].items()}
    assert (asked["streaming"]["loudness_lufs"], asked["cd"]["loudness_lufs"]) == (-14, None)
    assert (asked["streaming"]["encoding"], asked["cd"]["encoding"]) == ("pcm_24", "pcm_16")
