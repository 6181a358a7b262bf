"""Three songs of the record that the demo album should stand beside: the same players and desk, finished louder."""

from __future__ import annotations

from dataclasses import replace

from assistant.demo import players
from assistant.demo.score import Ending, Section, Song

_SALT = {
    "kick": "X...x...X...x...",
    "snare": "....X.......X...",
    "hat": "xoxoxoxoxoxoxoxo",
    "bass": "11.1.11.11.1.158",
    "pad": "x-------",
}

SALT_AND_NEON = Song(
    title="Salt and Neon",
    style="synth pop",
    tempo_bpm=116.0,
    tonic="F#",
    mode="minor",
    sections=(
        Section(chords="1 6", lines={name: _SALT[name] for name in ("kick", "bass", "pad")}, level_db=-2.0),
        Section(
            chords="1 6 3 7",
            lines=_SALT | {"tune": "5---3-2- 1---.g1- 3---2-3- 2-------", "keys": "..x-..x-"},
            level_db=-1.0,
        ),
        Section(
            chords="4 6 1 7 4 6 1 5",
            lines=_SALT
            | {
                "shaker": "o.x.o.x.o.x.o.x.",
                "keys": "x-.x-.x-",
                "tune": "8-8-7-8- 8---6-.. 8-7-5-3- 2------- 8-8-7-8- 9---8-6- 5---7-5- 5-------",
                "lead": "........ ....6-8- ........ ....9-7- ........ ....6-8- ........ 5-7-9-8-",
            },
        ),
        Section(
            chords="1", lines={"kick": "X...............", "bass": "1-------", "pad": "x-------", "keys": "x-------"}
        ),
    ),
    strips={
        "kick": players.KICK_TIGHT,
        "snare": players.SNARE_FAT,
        "hat": players.HAT,
        "shaker": players.SHAKER,
        "bass": players.SYNTH_BASS,
        "pad": players.PAD,
        "keys": players.KEYS,
        "lead": replace(players.LEAD, level_db=-18.0),
        "tune": replace(players.VOICE, register=54),
    },
    ending=Ending.RING_OUT,
    loudness_db=-13.5,
    ceiling_db=-1.0,
    seed=201,
    tail_s=2.5,
    room_s=1.8,
)

_COAT = {
    "kick": "X.......x.x.....",
    "rim": "....X.......X...",
    "shaker": "x.oxx.oxx.oxx.ox",
    "bass": "1---.-5-1---3-5-",
    "guitar": "1358538513585381",
}

BORROWED_COAT = Song(
    title="Borrowed Coat",
    style="folk pop",
    tempo_bpm=92.0,
    tonic="G",
    mode="major",
    sections=(
        Section(chords="1 5", lines={"guitar": _COAT["guitar"]}, level_db=-3.0),
        Section(
            chords="1 5 6 4",
            lines=_COAT | {"tune": "5-3-1-2- 2---.... 3-3-1-a- 1-------"},
            level_db=-1.5,
        ),
        Section(
            chords="4 1 2 5 4 1 4/5 1",
            lines=_COAT
            | {
                "strum": "x-x-xxx-x-x-xxxx",
                "organ": "x-------",
                "tune": "6-6-8-6- 5---3-.. 4-4-6-4- 2------- 6-6-8-6- 5---3-1- 2-2-4-2- 1-------",
            },
        ),
        Section(
            chords="1",
            lines={"kick": "X...............", "bass": "1-------", "guitar": "1358----", "strum": "x-------"},
            level_db=-1.0,
        ),
    ),
    strips={
        "kick": players.KICK_DEEP,
        "rim": replace(players.RIM, level_db=-15.0),
        "shaker": replace(players.SHAKER, level_db=-26.0),
        "bass": players.BASS,
        "guitar": players.PLUCKED,
        "strum": players.STRUMMED,
        "organ": replace(players.ORGAN, level_db=-20.0),
        "tune": replace(players.VOICE, register=55),
    },
    ending=Ending.RING_OUT,
    loudness_db=-15.5,
    ceiling_db=-1.0,
    seed=202,
    head_s=0.2,
    tail_s=2.2,
    room_s=1.3,
)

_ROUND = {
    "kick": "X.....x.X.x.....",
    "snare": "....X..o....X...",
    "ride": "x.x.x.xxx.x.x.x.",
    "bass": "1-1-1-5-1-1-3-5-",
    "guitars": "x-.x-.x-x-.x-.x-",
}

LONG_WAY_ROUND = Song(
    title="Long Way Round",
    style="rock",
    tempo_bpm=126.0,
    tonic="B",
    mode="minor",
    sections=(
        Section(chords="1 7", lines={name: _ROUND[name] for name in ("kick", "ride", "bass")}, level_db=-2.0),
        Section(
            chords="1 7 6 7 1 7 6 5",
            lines=_ROUND | {"tune": "..1-3-5- 4---2-.. ..1-3-6- 5-4-2-.. ..1-3-5- 7---5-.. 6-5-3-1- 2-------"},
            level_db=-1.0,
        ),
        Section(
            chords="6 7 1 3 6 7 1 1",
            lines=_ROUND
            | {
                "crash": "X............... ................ ................ ................",
                "guitars": "x-------",
                "organ": "x-----x-",
                "tune": "8---8-6- 9---7-.. 8-7-5-3- 5------- 8---8-6- 9---7-9- 8------- 8-------",
            },
        ),
    ),
    strips={
        "kick": players.KICK,
        "snare": players.SNARE,
        "ride": players.RIDE,
        "crash": players.CRASH,
        "bass": players.BASS,
        "guitars": replace(players.GUITARS, level_db=-12.5),
        "organ": players.ORGAN,
        "tune": replace(players.VOICE, register=58),
    },
    ending=Ending.FADE_OUT,
    loudness_db=-13.0,
    ceiling_db=-1.0,
    seed=203,
    tail_s=0.3,
    fade_s=5.0,
    room_s=1.3,
)
