"""The plan's file: comments survive, what a person writes is checked, and what is wrong is told by key and value."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.errors import PlanError
from assistant.plan import AlbumPlan, AlbumTable, EqPlan, TrackPlan, WhyPlan
from assistant.plan_file import PlanFile, relative_path
from mastering.specs import EqShape

SHA256 = "0123456789abcdef" * 4


def song(number: int, **changes: object) -> TrackPlan:
    known: dict[str, object] = {
        "file": f"Anna/{number:02d} Song.wav",
        "title": f"Song {number}",
        "sha256": SHA256,
        "engineer": "Anna",
        "start_s": 0.25,
        "end_s": 180.5,
        "first_sound_s": 0.4,
        "felt_end_s": 178.0,
        "gap_s": 1.5,
    }
    return TrackPlan.model_validate(known | changes)


@pytest.fixture
def plan() -> AlbumPlan:
    bands = (
        EqPlan(shape=EqShape.LOW_SHELF, freq_hz=80.0, gain_db=-2.25, q=0.7),
        EqPlan(shape=EqShape.BELL, freq_hz=3_150.0, gain_db=1.5, q=1.1),
    )
    return AlbumPlan(
        album=AlbumTable(title="The “Röcørd”", mixes="../mixes", references=("../a.wav", "../b.wav"), rate_hz=48_000),
        track=(
            song(1, eq=bands, eq_fit_error_db=0.21, dc_offset=(0.001, -0.002), why=WhyPlan(tone="lows 2 dB over")),
            song(2, width=1.2, min_correlation=0.25, mono_below_hz=110.0, gain_db=-0.5),
            song(3, crossfade_s=4.0, engineer=None),
        ),
    )


@pytest.fixture
def text(plan: AlbumPlan) -> str:
    return PlanFile.new(plan).text()


def edited(text: str, old: str, new: str, number: int = 1) -> str:
    """With one value changed by hand: the first there is, or that of a later track."""
    head, *parts = text.split("\n[[track]]\n")
    if number == 0:
        assert old in head
        return "\n[[track]]\n".join([head.replace(old, new, 1), *parts])
    assert old in parts[number - 1]
    parts[number - 1] = parts[number - 1].replace(old, new, 1)
    return "\n[[track]]\n".join([head, *parts])


def told(text: str) -> str:
    with pytest.raises(PlanError) as error:
        PlanFile.parse(text)
    return str(error.value)


def test_what_is_written_is_read(plan: AlbumPlan, tmp_path: Path) -> None:
    path = tmp_path / "album.toml"
    path.write_text(PlanFile.new(plan).text(), encoding="utf-8")
    found = PlanFile.read(path)
    assert found.plan == plan
    assert found.text() == path.read_text(encoding="utf-8")


def test_keys_are_explained_once(text: str) -> None:
    assert text.startswith("# The plan of an album.")
    assert text.count("# of the side signal; 1 leaves it") == 1
    assert text.count("# from the felt end to the next first sound") == 1


def test_bands_stand_on_lines_of_their_own(text: str) -> None:
    assert '{shape = "low_shelf", freq_hz = 80.0, gain_db = -2.25, q = 0.7}' in text
    assert sum("shape = " in line for line in text.splitlines()) == 2


def test_comments_and_layout_survive_changes(text: str) -> None:
    mine = edited(text, "gap_s = 1.5", "gap_s    =   3.5 # for the applause", 2)
    mine = edited(mine, "[album]", "# remember the label\n[album]", 0)
    found = PlanFile.parse(mine)
    assert found.plan.track[1].gap_s == 3.5
    assert found.text() == mine
    changed = found.changed(loudness_lufs=-11.5).track_changed(0, gain_db=1.25)
    assert (changed.plan.album.loudness_lufs, changed.plan.track[0].gain_db) == (-11.5, 1.25)
    assert "gap_s    =   3.5 # for the applause" in changed.text()
    assert "# remember the label" in changed.text()
    assert found.text() == mine, "the one it came from stays"


def test_a_change_is_checked(plan: AlbumPlan) -> None:
    with pytest.raises(PlanError, match=r"track\[2\]\.width = 3\.0 must be 0 to 2 times"):
        PlanFile.new(plan).track_changed(1, width=3.0)


@pytest.mark.parametrize(
    ("number", "old", "new", "message"),
    [
        (2, "gap_s = 1.5", "gap_s = 9.0", "track[2].gap_s = 9.0 must be 0 to 6 s"),
        (3, "crossfade_s = 4.0", "crossfade_s = -1.0", "track[3].crossfade_s = -1.0 must be 0 to 30 s"),
        (2, "width = 1.2", "width = nan", "track[2].width = nan must be 0 to 2 times"),
        (2, "mono_below_hz = 110.0", "mono_below_hz = 600", "track[2].mono_below_hz = 600 must be 20 to 500 Hz"),
        (2, "min_correlation = 0.25", "min_correlation = 2", "track[2].min_correlation = 2 must be -1 to 1"),
        (2, "gain_db = -0.5", "gain_db = inf", "track[2].gain_db = inf must be -40 to 40 dB"),
        (1, "gain_db = -2.25", "gain_db = -40.0", "track[1].eq[1].gain_db = -40.0 must be -24 to 24 dB"),
        (1, "freq_hz = 3150.0", "freq_hz = 1", "track[1].eq[2].freq_hz = 1 must be 10 to 40000 Hz"),
        (1, '"bell"', '"notch"', "track[1].eq[2].shape = 'notch' must be 'bell', 'low_shelf' or 'high_shelf'"),
        (1, "dc_offset = [0.001", "dc_offset = [2.0", "track[1].dc_offset[1] = 2.0 must be -1 to 1 of full scale"),
        (1, "end_s = 180.5", "end_s = 0.1", "track[1].end_s = 0.1 must be over start_s = 0.25 s"),
        (0, "rate_hz = 48000", "rate_hz = 7", "album.rate_hz = 7 must be 8000 to 384000 Hz"),
        (
            0,
            "rate_hz = 48000",
            "rate_hz = 44100\nloudness_lufs = 3",
            "album.loudness_lufs = 3 must be -40 to -4 LUFS",
        ),
        (0, "seed = 1", "seed = -1", "album.seed = -1 must be 0 to 2147483647"),
        (0, "schema = 1", "schema = 2", "schema = 2 must be 1"),
    ],
)
def test_a_value_out_of_range_is_told_with_its_range(number: int, old: str, new: str, message: str, text: str) -> None:
    assert told(edited(text, old, new, number)) == f"album.toml: {message}."


@pytest.mark.parametrize(
    ("number", "old", "new", "message"),
    [
        (2, "gap_s = 1.5", "gap = 1.5", "track[2].gap is not a key that is known here"),
        (0, "[album]", "[album]\nmastered = true", "album.mastered is not a key that is known here"),
        (2, 'title = "Song 2"\n', "", "track[2].title is missing"),
        (3, "felt_end_s = 178.0\n", "", "track[3].felt_end_s is missing"),
        (2, "gap_s = 1.5", 'gap_s = "long"', "track[2].gap_s = 'long' must be a valid number"),
        (2, 'title = "Song 2"', "title = 2", "track[2].title = 2 must be a valid string"),
        (2, 'title = "Song 2"', 'title = ""', "track[2].title = '' must have at least 1 character"),
        (2, SHA256, "abc", "track[2].sha256 = 'abc' must match pattern"),
        (0, "as_is = false", 'as_is = "perhaps"', "album.as_is = 'perhaps' must be a valid boolean"),
    ],
)
def test_a_wrong_key_or_type_is_told(number: int, old: str, new: str, message: str, text: str) -> None:
    assert told(edited(text, old, new, number)).startswith(f"album.toml: {message}")


def test_an_album_needs_a_track(text: str) -> None:
    head = text.split("\n[[track]]\n", maxsplit=1)[0]
    assert told(head) == "album.toml: track is missing."
    assert told("track = []\n" + head) == "album.toml: track has 0 entries and must have 1 or more."


def test_too_many_bands_are_told(text: str) -> None:
    band = '{shape = "bell", freq_hz = 100.0, gain_db = 1.0, q = 1.0}'
    mine = edited(text, "gap_s = 1.5", f"gap_s = 1.5\neq = [{', '.join([band] * 9)}]", 2)
    assert told(mine) == "album.toml: track[2].eq has 9 entries and must have 8 or fewer."


def test_one_fault_in_an_only_track_is_one_fault(text: str) -> None:
    head, only, *_ = text.split("\n[[track]]\n")
    alone = f"{head}\n[[track]]\n{only}"
    assert told(edited(alone, "gap_s = 1.5", "gap_s = 9.0")) == "album.toml: track[1].gap_s = 9.0 must be 0 to 6 s."


def test_several_faults_are_told_at_once_but_not_endlessly(text: str) -> None:
    faults = text.replace("gap_s = 1.5", "gap_s = 7.5\nnonsense = 1\nmore = 2")
    message = told(faults)
    assert "track[1].gap_s = 7.5 must be 0 to 6 s; " in message
    assert message.endswith("; and 4 more."), "three faults in each of three tracks, and five are told"


@pytest.mark.parametrize(
    ("broken", "line"), [("[album\n", 1), ('schema = 1\n[album]\ntitle = "a\n', 3), ("schema = 1\nschema = 1\n", None)]
)
def test_what_is_not_toml_is_told_with_its_line(broken: str, line: int | None) -> None:
    message = told(broken)
    assert message.startswith("album.toml is not TOML: ")
    assert message.endswith(".")
    assert not message.endswith("..")
    assert line is None or f"line {line}" in message


def test_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"gone\.toml: the plan cannot be read \(No such file or directory\)\.$"):
        PlanFile.read(tmp_path / "gone.toml")
    (tmp_path / "latin.toml").write_bytes("title = 'Köln'".encode("latin-1"))
    with pytest.raises(PlanError, match=r"it is not UTF-8 text"):
        PlanFile.read(tmp_path / "latin.toml")


def test_a_plan_with_a_byte_order_mark_is_read(text: str, plan: AlbumPlan, tmp_path: Path) -> None:
    """Some editors put one in front."""
    (tmp_path / "album.toml").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert PlanFile.read(tmp_path / "album.toml").plan == plan


def test_windows_line_ends_are_read(text: str, plan: AlbumPlan, tmp_path: Path) -> None:
    (tmp_path / "album.toml").write_bytes(text.replace("\n", "\r\n").encode())
    assert PlanFile.read(tmp_path / "album.toml").plan == plan


def test_moving_a_plan_changes_its_paths_and_nothing_else(plan: AlbumPlan, tmp_path: Path) -> None:
    file = PlanFile.new(plan)
    moved = file.moved(tmp_path / "plans", tmp_path / "out" / "deep")
    assert moved.plan.album.mixes == "../../mixes"
    assert moved.plan.album.references == ("../../a.wav", "../../b.wav")
    before, after = file.text().splitlines(), moved.text().splitlines()
    assert sum(old != new for old, new in zip(before, after, strict=True)) == 2
    assert moved.moved(tmp_path / "out" / "deep", tmp_path / "plans").plan == plan
    assert file.moved(tmp_path / "plans", tmp_path / "plans").text() == file.text()


def test_paths_have_forward_slashes(tmp_path: Path) -> None:
    assert relative_path(tmp_path / "a" / "b.wav", tmp_path / "c") == "../a/b.wav"
    assert relative_path(tmp_path, tmp_path) == "."
