"""Which files are the album, who mixed what, what songs are called; how each begins, ends and gives way to the next."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from analysis.errors import AudioFileError, PlanError
from analysis.load import open_audio
from analysis.track import TrackAnalysis, analyse
from analysis.units import Floats
from assistant.joins import plan_join
from assistant.mixes import MixFolder, audio_files, expand, gather, same_names, song_titles
from tests.albums import music

RATE_HZ = 44_100
LEAD_IN_S = 0.15
HEARING_S = 0.15  # how finely beginnings and ends are heard


def touched(folder: Path, *names: str) -> Path:
    """A folder of files that are looked for by name alone."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def engineers(found: MixFolder) -> dict[str, str | None]:
    return {mix.file: mix.engineer for mix in found.mixes}


def title(file: str) -> str:
    return song_titles([file])[file]


def test_subfolders_name_engineers_but_not_discs(tmp_path: Path) -> None:
    names = {
        "01 a.wav": None,
        "Anna/02 b.wav": "Anna",
        "Anna/drafts/03 c.flac": "Anna",
        "CD1/04 d.wav": None,
        "disc 2/Bob/05 e.wav": "Bob",
        "Disk_3/06 f.wav": None,
        "Side A/07 g.wav": None,
        "CDs of Carl/08 h.wav": "CDs of Carl",
        "Discovery/09 i.wav": "Discovery",
    }
    assert engineers(gather([touched(tmp_path, *names)])) == names


def test_an_engineer_is_named_by_exact_file_before_a_pattern(tmp_path: Path) -> None:
    touched(tmp_path, "01 a.wav", "02 b.wav", "03 [live].wav", "Anna/04 d.wav")
    wishes = [("Bob", "*.wav"), ("Carl", "02 b.wav"), ("Dora", "03 [live].wav"), ("Emma", "Anna/04 d.wav")]
    named = {"01 a.wav": "Bob", "02 b.wav": "Carl", "03 [live].wav": "Dora", "Anna/04 d.wav": "Emma"}
    assert engineers(gather([tmp_path], wishes)) == named
    assert engineers(gather([tmp_path], wishes[::-1])) == named, "in whatever order they are given"


def test_the_first_pattern_that_fits_counts_and_goes_before_the_folder(tmp_path: Path) -> None:
    touched(tmp_path, "Anna/01 a.wav", "Anna/02 b.wav", "Bob/03 c.wav")
    found = engineers(gather([tmp_path], [("Carl", "0[12]*"), ("Dora", "*02*")]))
    assert found == {"Anna/01 a.wav": "Carl", "Anna/02 b.wav": "Carl", "Bob/03 c.wav": "Bob"}


def test_a_pattern_that_fits_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"^--engineer Bob=x\*\.wav fits none of the 1 mixes: check the file names\.$"):
        gather([touched(tmp_path, "01 a.wav")], [("Bob", "x*.wav")])


def test_mixes_stand_in_natural_order(tmp_path: Path) -> None:
    touched(tmp_path, "10 j.wav", "2 b.wav", "1 a.wav", "9 i.WAV")
    assert [mix.file for mix in gather([tmp_path]).mixes] == ["1 a.wav", "2 b.wav", "9 i.WAV", "10 j.wav"]


def test_what_is_no_audio_or_hidden_is_passed_over(tmp_path: Path) -> None:
    touched(tmp_path, "01 a.wav", "cover.jpg", "notes.txt", ".hidden.wav", ".trash/02 b.wav", "._01 a.wav")
    (tmp_path / "folder.wav").mkdir()
    assert [path.name for path in audio_files(tmp_path)] == ["01 a.wav"]


def test_what_was_delivered_is_no_mix_but_what_lies_beside_a_plan_is(tmp_path: Path) -> None:
    touched(tmp_path, "01 a.wav", "out/album.toml", "out/cd/01 a.wav", "old/manifest.json", "old/cd/01 a.wav")
    touched(tmp_path, "CD2/album.toml", "CD2/02 b.wav")
    assert [mix.file for mix in gather([tmp_path]).mixes] == ["01 a.wav", "CD2/02 b.wav"]


def test_a_hidden_folder_above_does_not_hide_the_mixes(tmp_path: Path) -> None:
    folder = touched(tmp_path / ".projects" / "mixes", "01 a.wav")
    assert len(gather([folder]).mixes) == 1


def test_a_list_of_files_is_named_from_the_folder_they_share(tmp_path: Path) -> None:
    touched(tmp_path, "Anna/01 a.wav", "Bob/02 b.wav")
    found = gather([tmp_path / "Bob/02 b.wav", tmp_path / "Anna/01 a.wav"])
    assert found.folder == tmp_path
    assert engineers(found) == {"Anna/01 a.wav": "Anna", "Bob/02 b.wav": "Bob"}


def test_relative_files_are_found_from_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touched(tmp_path, "mixes/01 a.wav", "mixes/Anna/02 b.wav")
    monkeypatch.chdir(tmp_path)
    found = gather([Path("mixes/Anna/02 b.wav"), Path("mixes/01 a.wav")])
    assert all(mix.path.exists() for mix in found.mixes)
    assert [(found.folder / mix.file).exists() for mix in found.mixes] == [True, True]
    only = gather([Path("mixes/01 a.wav")])
    assert (only.folder / only.mixes[0].file).exists()


@pytest.mark.parametrize("paths", [["nothing"], ["mixes", "mixes/01 a.wav"], ["empty"], ["mixes/01 a.wav", "gone.wav"]])
def test_what_is_no_album_is_refused_with_a_sentence(paths: list[str], tmp_path: Path) -> None:
    touched(tmp_path, "mixes/01 a.wav", "empty/cover.jpg")
    with pytest.raises(AudioFileError, match=r"\.$"):
        gather([tmp_path / path for path in paths])


def test_references_are_expanded_once_each(tmp_path: Path) -> None:
    touched(tmp_path, "r/b.wav", "r/a.flac", "x.wav")
    found = expand([tmp_path / "x.wav", tmp_path / "r", tmp_path / "r/a.flac"])
    assert [path.name for path in found] == ["x.wav", "a.flac", "b.wav"]
    for wrong in ("gone", "empty"):
        (tmp_path / "empty").mkdir(exist_ok=True)
        with pytest.raises(AudioFileError, match=wrong):
            expand([tmp_path / wrong])


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("01 Dawn.wav", "Dawn"),
        ("1. Dawn.wav", "Dawn"),
        ("01-Dawn.wav", "Dawn"),
        ("01_Dawn_Chorus.wav", "Dawn Chorus"),
        ("1-02 Dawn.flac", "Dawn"),
        ("A1 Dawn.wav", "Dawn"),
        ("CD1/03) Dawn.wav", "Dawn"),
        ("007 - Dawn (final).wav", "Dawn (final)"),
        ("Dawn.wav", "Dawn"),
        ("Dawn 2.wav", "Dawn 2"),
        ("1979.wav", "1979"),
        ("12.wav", "12"),
        ("01 .wav", "01"),
        ("About Dawn.wav", "About Dawn"),
        ("02 24 Hours.wav", "24 Hours"),
        ("03 Ænima – Ömür.wav", "Ænima – Ömür"),
        ("01 Mr. Dawn.wav", "Mr. Dawn"),
    ],
)
def test_titles_are_file_names_without_their_number(file: str, name: str) -> None:
    assert title(file) == name


def test_a_number_stays_where_it_is_not_the_songs_place() -> None:
    files = ["99 Luftballons.wav", "7_11.wav", "B4 Sunrise.wav", "Dawn.wav"]
    assert list(song_titles(files).values()) == ["99 Luftballons", "7 11", "B4 Sunrise", "Dawn"]
    numbered = ["Ann/01 Dawn.wav", "Ann/02 99 Luftballons.wav", "Bob/01 Noon.wav"]
    assert list(song_titles(numbered).values()) == ["Dawn", "99 Luftballons", "Noon"]


def test_songs_of_the_same_title_are_advised_on(tmp_path: Path) -> None:
    touched(tmp_path, "01 Dawn.wav", "02 Dusk.wav", "Anna/03 DAWN.wav", "04 Noon.wav", "05 noon.flac", "06 Noon.wav")
    advice = same_names(gather([tmp_path]))
    assert [sentence.split(";")[0] for sentence in advice] == [
        "01 Dawn.wav and Anna/03 DAWN.wav have the same title: both are on the album",
        "04 Noon.wav and 05 noon.flac and 06 Noon.wav have the same title: all are on the album",
    ]
    assert same_names(gather([tmp_path / "02 Dusk.wav", tmp_path / "04 Noon.wav"])) == []


def decaying(song: Floats, decay_s: float) -> Floats:
    """A song that falls by 80 dB at its end, without an offset, in the decay as little as before."""
    count = round(decay_s * RATE_HZ)
    envelope = np.ones((len(song), 1))
    envelope[len(song) - count :, 0] = 10.0 ** (-np.linspace(0.0, 80.0, count) / 20.0)
    song = song * envelope
    return np.asarray(song - envelope * song.sum(axis=0) / envelope.sum())


def analysed(folder: Path, head_s: float, decay_s: float, tail_s: float, *, noise: float = 0.0) -> TrackAnalysis:
    """6 s of music with silence (or soft noise) before it, a decay to nothing at its end, silence after it."""
    rng = np.random.default_rng(1)
    song = decaying(music(6.0, RATE_HZ, rng), decay_s)
    samples = np.pad(song, ((round(head_s * RATE_HZ), round(tail_s * RATE_HZ)), (0, 0)))
    samples += noise * rng.standard_normal(samples.shape)
    soundfile.write(folder / "song.wav", samples, RATE_HZ, "PCM_24")
    return analyse(open_audio(folder / "song.wav"), "0" * 64)


def test_as_it_is_nothing_is_cut_or_faded(tmp_path: Path) -> None:
    track = analysed(tmp_path, 2.0, 1.5, 5.0)
    join = plan_join(track, as_is=True)
    assert (join.start_s, join.end_s, join.fade_in_s, join.fade_out_s) == (0.0, track.duration_s, 0.0, 0.0)


def test_silence_is_left_out_but_for_a_breath(tmp_path: Path) -> None:
    track = analysed(tmp_path, 2.0, 1.5, 6.0)
    join = plan_join(track, as_is=False)
    assert join.start_s == pytest.approx(2.0 - LEAD_IN_S, abs=HEARING_S)
    assert join.start_s < 2.0, "the sound itself stays"
    assert join.fade_in_s <= 2.0 - join.start_s, "the fade is over when the sound begins"
    assert track.edges.felt_end_s <= join.end_s < track.duration_s - 1.0
    assert join.end_s - join.fade_out_s >= track.edges.felt_end_s, "the fade begins after the felt end"
    assert "of silence before it left out" in join.why
    assert "after its decay left out" in join.why


def test_what_is_tight_already_is_only_kept_from_clicking(tmp_path: Path) -> None:
    join = plan_join(analysed(tmp_path, 0.0, 0.0, 0.0), as_is=False)
    assert (join.start_s, join.end_s) == (0.0, 6.0)
    assert 0.0 < join.fade_in_s <= 0.005
    assert 0.0 < join.fade_out_s <= 0.05
    assert "left out" not in join.why


def test_digital_silence_at_the_ends_needs_no_fade(tmp_path: Path) -> None:
    join = plan_join(analysed(tmp_path, 0.2, 0.0, 0.2), as_is=False)
    assert (join.start_s, join.fade_in_s, join.fade_out_s) == (0.0, 0.0, 0.0)


def cut(folder: Path, decay_s: float, cut_s: float, silence_s: float) -> TrackAnalysis:
    """The same song with a decay of 80 dB that stops early, and silence after it."""
    rng = np.random.default_rng(1)
    song = decaying(music(16.0, RATE_HZ, rng), decay_s)
    samples = np.pad(song[: len(song) - round(cut_s * RATE_HZ)], ((0, round(silence_s * RATE_HZ)), (0, 0)))
    soundfile.write(folder / "cut.wav", samples, RATE_HZ, "PCM_24")
    return analyse(open_audio(folder / "cut.wav"), "0" * 64)


@pytest.mark.parametrize("silence_s", [0.0, 1.0])
@pytest.mark.parametrize("decay_s", [3.0, 8.0])
def test_a_song_that_was_cut_off_while_it_fades_is_faded_to_its_end(
    decay_s: float, silence_s: float, tmp_path: Path
) -> None:
    track = cut(tmp_path, decay_s, decay_s * 0.7, silence_s)  # it stops 24 dB down, of 80
    join = plan_join(track, as_is=False)
    heard_s = 16.0 - decay_s * 0.7
    assert join.end_s == pytest.approx(heard_s, abs=0.03)
    assert join.end_s == join.felt_end_s
    assert join.fade_out_s >= 0.3
    assert join.fade_out_s <= decay_s, "what rang at full level is left alone"
    assert "cut off there while still" in join.why


@pytest.mark.parametrize("decay_s", [0.0, 2.0, 5.5])
def test_a_song_that_is_heard_out_is_not_called_cut_off(decay_s: float, tmp_path: Path) -> None:
    track = analysed(tmp_path, 0.0, decay_s, 1.0)
    join = plan_join(track, as_is=False)
    assert "cut off" not in join.why
    assert join.end_s > join.felt_end_s or decay_s == 0.0
