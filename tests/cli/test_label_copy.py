"""Label copy from options, a table, the plan and the mixes' tags: which goes first, what stays, what is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import mutagen
import pytest
import soundfile

from assistant.plan_file import PlanFile
from mastering.tag_reading import read_tags
from tests.cli.calls import call, manifest, refused
from tests.pictures import png

TABLE = "number,title,artist,writers,isrc,explicit,label,genre\n1,Sunrise,Ann,Bob,GB-AYA-05-00001,yes,Table Lab,Folk\n"


@pytest.fixture
def tagged(mixes: Path, tmp_path: Path) -> Path:
    """The songs as FLAC, with tags of their own."""
    folder = tmp_path / "tagged"
    folder.mkdir()
    for number, song in enumerate(sorted(mixes.iterdir())):
        samples, rate_hz = soundfile.read(song)
        path = folder / f"{song.stem}.flac"
        soundfile.write(path, samples, rate_hz, subtype="PCM_24")
        file = mutagen.File(path)
        assert file is not None
        file.update({"artist": "Tag Band", "label": "Tag Lab", "genre": "Rock", "isrc": f"DEA12990000{number}"})
        file.save()
    return folder


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "tracks.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def test_options_go_before_the_table_and_that_before_tags(tagged: Path, table: Path, tmp_path: Path) -> None:
    path = tmp_path / "album.toml"
    words = ("--label-copy", table, "--label", "Option Lab", "--upc", "0 36000 29145 2", "--year", 2026)
    result = call("plan", tagged, "--out", path, *words, "--title", "Record")
    assert result.code == 0
    assert "tracks.csv has no line for 'Noon', 'Dusk'" in result.sentences
    plan = PlanFile.read(path).plan
    album, first, second = plan.album, plan.track[0], plan.track[1]
    assert (album.label, album.genre, album.artist) == ("Option Lab", "Folk", "Tag Band")
    assert (album.title, album.upc, album.year) == ("Record", "036000291452", 2026)
    assert (first.title, first.artist, first.writers) == ("Sunrise", "Ann", "Bob")
    assert (first.isrc, first.explicit) == ("GBAYA0500001", True)
    assert (second.title, second.artist, second.isrc, second.explicit) == ("Noon", "", "DEA129900001", None)
    text = path.read_text(encoding="utf-8")
    assert 'upc = "036000291452" # UPC (12 digits) or EAN (13), with its check digit' in text


def test_what_is_not_known_is_not_written(mixes: Path, tmp_path: Path) -> None:
    path = tmp_path / "album.toml"
    assert call("plan", mixes, "--out", path).code == 0
    keys = {line.split(" =")[0] for line in path.read_text(encoding="utf-8").splitlines()}
    assert not keys & {
        "artist",
        "label",
        "catalogue_number",
        "upc",
        "year",
        "genre",
        "cover",
        "writers",
        "isrc",
        "explicit",
    }


def test_the_table_goes_before_the_plan_and_comments_stay(mixes: Path, table: Path, tmp_path: Path) -> None:
    path = tmp_path / "album.toml"
    assert call("plan", mixes, "--out", path, "--artist", "Ann", "--genre", "Rock").code == 0
    text = path.read_text(encoding="utf-8")
    by_hand = text.replace('title = "Noon"', 'title = "High Noon" # as on the sleeve\nisrc = "GB-AYA-05-00002"')
    path.write_text(by_hand, encoding="utf-8")
    assert call("plan", "--update", path, "--label-copy", table, "--year", 2026).code == 0
    found = PlanFile.read(path)
    assert (found.plan.album.artist, found.plan.album.genre, found.plan.album.year) == ("Ann", "Folk", 2026)
    assert [track.title for track in found.plan.track] == ["Sunrise", "High Noon", "Dusk"]
    assert [track.isrc for track in found.plan.track] == ["GBAYA0500001", "GBAYA0500002", ""]
    assert "# as on the sleeve" in found.text()
    assert 'isrc = "GB-AYA-05-00002"' in found.text(), "spelled as it was"
    once = path.read_bytes()
    result = call("plan", "--update", path, "--label-copy", table, "--year", 2026)
    assert "nothing changed" in result.out
    assert path.read_bytes() == once


def test_hand_edits_outlive_a_mix_that_changed(mixes: Path, table: Path, tmp_path: Path) -> None:
    shutil.copytree(mixes, tmp_path / "mixes")
    path = tmp_path / "album.toml"
    assert call("plan", tmp_path / "mixes", "--out", path, "--label-copy", table).code == 0
    path.write_text(path.read_text(encoding="utf-8").replace('"Bob"', '"Bob Senior"'), encoding="utf-8")
    song = tmp_path / "mixes" / "01 Dawn.wav"
    samples, rate_hz = soundfile.read(song)
    soundfile.write(song, samples * 0.5, rate_hz, subtype="PCM_24")
    assert call("plan", "--update", path).code == 0
    first = PlanFile.read(path).plan.track[0]
    assert (first.title, first.writers, first.isrc) == ("Sunrise", "Bob Senior", "GBAYA0500001")


def test_render_takes_label_copy_too_and_keeps_it_in_its_plan(mixes: Path, table: Path, tmp_path: Path) -> None:
    (tmp_path / "art.png").write_bytes(png())
    path, out = tmp_path / "plans" / "album.toml", tmp_path / "out"
    assert call("plan", mixes, "--out", path, "--cover", tmp_path / "art.png").code == 0
    assert PlanFile.read(path).plan.album.cover == "../art.png"
    before = path.read_bytes()
    assert call("render", path, "--out", out, "--no-audit", "--label-copy", table, "--artist", "Ann").code == 0
    assert path.read_bytes() == before, "the plan that was read is not written to"
    kept = PlanFile.read(out / "album.toml").plan
    assert (kept.album.artist, kept.album.cover, kept.track[0].title) == ("Ann", "../art.png", "Sunrise")
    first, second = manifest(out)["deliveries"]["streaming"]["tracks"][:2]
    assert (first["file"], first["title"], first["isrc"]) == ("streaming/01 Sunrise.wav", "Sunrise", "GBAYA0500001")
    assert second["isrc"] is None
    told = read_tags(out / first["file"])
    assert (told.artist, told.album_artist, told.explicit, told.writers) == ("Ann", "Ann", True, "Bob")
    assert png() in (out / first["file"]).read_bytes()


REFUSED = {
    (
        "--upc",
        "036000291453",
    ): "--upc '036000291453' has the check digit 3, which would be 2: look for a mistyped digit.",
    ("--year", "99"): "--year 99 must be 1800 to 2999.",
    ("--artist", "x" * 501): f"--artist {'x' * 501!r} has 501 letters, and may have 500.",
    ("--cover", "no.jpg"): "The cover no.jpg cannot be read (No such file or directory); check the name.",
    ("--label-copy", "no.csv"): "no.csv: the label copy cannot be read (No such file or directory); check the name.",
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_cannot_be_is_refused_before_any_work(words: tuple[str, str], mixes: Path, tmp_path: Path) -> None:
    assert refused("master", mixes, "--out", tmp_path / "out", *words) == REFUSED[words]


def test_a_code_of_two_songs_is_refused(tagged: Path, table: Path, tmp_path: Path) -> None:
    table.write_text("number,isrc\n1,DEA129900002\n", encoding="utf-8")
    told = refused("plan", tagged, "--out", tmp_path / "album.toml", "--label-copy", table)
    assert told == "track[3].isrc = 'DEA129900002' is that of track[1] too: each recording has its own."


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        (
            "upc = 4006381333932",
            "album.upc = 4006381333932 has the check digit 2, which would be 1: look for a mistyped",
        ),
        ('year = "soon"', "album.year = 'soon' must be a valid integer"),
        ('cover = "art.gif"', "is neither JPEG nor PNG, which is what players show: export it as one."),
    ],
)
def test_a_plan_is_checked_before_any_work(key: str, sentence: str, mixes: Path, tmp_path: Path) -> None:
    path = tmp_path / "album.toml"
    (tmp_path / "art.gif").write_bytes(b"GIF89a")
    assert call("plan", mixes, "--out", path).code == 0
    path.write_text(path.read_text(encoding="utf-8").replace("[album]\n", f"[album]\n{key}\n", 1), encoding="utf-8")
    assert sentence in refused("render", path, "--out", tmp_path / "out")
    assert not (tmp_path / "out" / "streaming").exists()


def test_an_update_takes_no_other_options(mixes: Path, tmp_path: Path) -> None:
    path = tmp_path / "album.toml"
    assert call("plan", mixes, "--out", path).code == 0
    assert "leave out --title" in refused("plan", "--update", path, "--title", "X", "--artist", "Ann")
