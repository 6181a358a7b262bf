"""`plan --update`: a mix that changed is taken in; what people decided and wrote stays."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import scipy.signal
import soundfile

from assistant.plan_file import PlanFile
from tests.albums import RATE_HZ
from tests.cli.calls import call, refused

OFFSET = 0.02
OFFSET_TOLERANCE = 0.001


@pytest.fixture
def plan(mixes: Path, tmp_path: Path) -> Path:
    """A plan with a comment and a gap set by hand, the songs copied beside it."""
    shutil.copytree(mixes, tmp_path / "mixes")
    path = tmp_path / "album.toml"
    assert call("plan", tmp_path / "mixes", "--out", path).code == 0
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("gap_s = ", "gap_s = 3.25 # longer, says Ann; was ", 1), encoding="utf-8")
    return path


def test_a_changed_mix_is_taken_in_and_hand_edits_stay(plan: Path, tmp_path: Path) -> None:
    song = tmp_path / "mixes" / "01 Dawn.wav"
    samples, _ = soundfile.read(song)
    soundfile.write(song, samples[: len(samples) - RATE_HZ // 2] * 0.5 + OFFSET, RATE_HZ, subtype="PCM_24")
    before = PlanFile.read(plan).plan
    assert "take it in with mastertape plan --update" in refused("render", plan, "--out", tmp_path / "out")
    result = call("plan", "--update", plan)
    assert (result.code, result.sentence) == (0, "taken in: 01 Dawn.wav")
    after = PlanFile.read(plan).plan
    assert after.track[0].sha256 != before.track[0].sha256
    assert after.track[0].end_s == pytest.approx(before.track[0].end_s - 0.5, abs=1e-6)
    assert after.track[0].dc_offset == pytest.approx((OFFSET, OFFSET), abs=OFFSET_TOLERANCE)
    assert (after.track[0].gap_s, after.track[0].gain_db) == (3.25, before.track[0].gain_db)
    assert after.track[1:] == before.track[1:]
    assert after.album == before.album
    assert "# longer, says Ann; was " in plan.read_text(encoding="utf-8")
    assert call("render", plan, "--out", tmp_path / "out").code == 0


def _shortened(song: Path) -> None:
    samples, _ = soundfile.read(song)
    soundfile.write(song, samples[: len(samples) - RATE_HZ // 2], RATE_HZ, subtype="PCM_24")


def _faded_by_hand(plan: Path) -> None:
    text = plan.read_text(encoding="utf-8")
    plan.write_text(text.replace("fade_out_s = ", "fade_out_s = 0.75 # ", 1), encoding="utf-8")


def test_facts_set_by_hand_stay_and_the_words_are_renewed(plan: Path, tmp_path: Path) -> None:
    _faded_by_hand(plan)
    _shortened(tmp_path / "mixes" / "01 Dawn.wav")
    before = PlanFile.read(plan).plan.track[0]
    assert call("plan", "--update", plan).sentences == ["taken in: 01 Dawn.wav"]
    after = PlanFile.read(plan).plan.track[0]
    assert (after.fade_out_s, after.fade_in_s) == (0.75, before.fade_in_s)
    assert after.end_s == pytest.approx(before.end_s - 0.5, abs=1e-6)
    assert after.why.join != before.why.join
    assert after.why.tone == before.why.tone


def test_where_the_old_mix_is_forgotten_all_that_is_possible_stays(
    plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _faded_by_hand(plan)
    _shortened(tmp_path / "mixes" / "01 Dawn.wav")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "empty"))
    before = PlanFile.read(plan).plan.track[0]
    assert call("plan", "--update", plan).sentences == [
        "taken in: 01 Dawn.wav",
        (
            "the old mix of 01 Dawn.wav is not known any more, so that its times, fades and offset in the plan were "
            "kept as they are: check them"
        ),
    ]
    after = PlanFile.read(plan).plan.track[0]
    assert (after.fade_out_s, after.start_s) == (0.75, before.start_s)
    assert after.end_s == pytest.approx(before.end_s - 0.5, abs=1e-6), "it lay after the end"
    assert call("render", plan, "--out", tmp_path / "out").code == 0


@pytest.mark.parametrize(
    "words", [["--out", "b.toml"], ["--reference", "x"], ["--for", "cd"], ["--as-is"], ["--force"]]
)
def test_what_an_update_would_pass_over_is_refused(words: list[str], plan: Path) -> None:
    assert refused("plan", "--update", plan, *words) == (
        f"--update changes a plan where it stands and keeps what was asked for: leave out {words[0]}."
    )


def test_nothing_changed_leaves_the_file_as_it_is(plan: Path) -> None:
    before = plan.read_bytes()
    result = call("plan", "--update", plan)
    assert (result.code, result.err) == (0, "")
    assert "nothing changed" in result.out
    assert plan.read_bytes() == before


def test_a_mix_that_cannot_be_used_changes_nothing(plan: Path, tmp_path: Path) -> None:
    before = plan.read_bytes()
    (tmp_path / "mixes" / "02 Noon.wav").write_text("not audio")
    assert "02 Noon.wav is not audio" in refused("plan", "--update", plan)
    assert plan.read_bytes() == before


def test_update_takes_a_plan(mixes: Path) -> None:
    assert refused("plan", "--update", mixes) == "--update takes one plan file: mastertape plan --update album.toml."


def _meant_quiet(plan: Path, number: int) -> None:
    text = plan.read_text(encoding="utf-8")
    head, *tracks = text.split("[[track]]\n")
    tracks[number] = 'intent = "quiet"\n' + tracks[number]
    plan.write_text("[[track]]\n".join([head, *tracks]), encoding="utf-8")


def _with_gains(plan: Path, *gains_db: float) -> None:
    file = PlanFile.read(plan)
    for number, gain_db in enumerate(gains_db):
        file = file.track_changed(number, gain_db=gain_db)
    plan.write_text(file.text(), encoding="utf-8")


@pytest.mark.parametrize(
    ("engineers", "gain_db", "words"),
    [
        (["--engineer", "Ann=0[12]*", "--engineer", "Bob=03*"], -1.5, "meant to stand as it does, as the other songs"),
        (["--engineer", "Bob=03*"], 0.5, "meant to stand as it does: +0.5 dB"),
    ],
)
def test_a_song_told_quiet_moves_as_its_engineers_others(
    engineers: list[str], gain_db: float, words: str, mixes: Path, tmp_path: Path
) -> None:
    plan = tmp_path / "album.toml"
    assert call("plan", mixes, *engineers, "--out", plan).code == 0
    _with_gains(plan, 4.0, -1.5, 2.5)
    _meant_quiet(plan, 0)
    assert call("plan", "--update", plan).sentences == ["taken in: 01 Dawn.wav"]
    tracks = PlanFile.read(plan).plan.track
    assert [track.gain_db for track in tracks] == [gain_db, -1.5, 2.5]
    assert tracks[0].why.level.startswith(words)
    _with_gains(plan, 1.25)
    assert call("plan", "--update", plan).sentences == []
    assert PlanFile.read(plan).plan.track[0].gain_db == 1.25, "what is set by hand afterwards stays"


def test_a_quiet_clone_is_as_loud_as_one_that_was_planned_so(mixes: Path, tmp_path: Path) -> None:
    """What the curves add to its loudness is taken off."""
    shutil.copytree(mixes, tmp_path / "mixes")
    song = tmp_path / "mixes" / "02 Noon.wav"
    samples, _ = soundfile.read(song)
    soundfile.write(song, scipy.signal.lfilter([0.2], [1.0, -0.8], samples, axis=0), RATE_HZ, subtype="PCM_24")
    edited, planned = tmp_path / "edited.toml", tmp_path / "planned.toml"
    words = [tmp_path / "mixes", "--reference", "typical", "--match", "full", "--levels", "0"]
    assert call("plan", *words, "--out", edited).code == 0
    assert call("plan", *words, "--quiet", "02*", "--out", planned).code == 0
    wanted = [track.gain_db for track in PlanFile.read(planned).plan.track]
    assert abs(wanted[1] - wanted[0]) > 1.0, "its spectrum is another"
    _with_gains(edited, wanted[0], 9.0, wanted[2])
    _meant_quiet(edited, 1)
    assert call("plan", "--update", edited).code == 0
    assert [track.gain_db for track in PlanFile.read(edited).plan.track] == pytest.approx(wanted, abs=0.15)
