"""The first side of the demo album: songs 1 to 3, written down."""

from __future__ import annotations

from dataclasses import replace

from assistant.demo import players
from assistant.demo.score import Ending, Section, Song

_MORNING = {
    "kick": "X...x..x..x.....",
    "snare": "....X.......X..o",
    "hat": "x.x.x.x.x.x.x.x.",
    "bass": "1-.1..1-5-.18-5-",
    "guitar": "13581358 13581853",
}

MORNING_WIRE = Song(
    title="Morning Wire",
    style="indie pop",
    tempo_bpm=112.0,
    tonic="D",
    mode="major",
    sections=(
        Section(chords="1 4", lines={"guitar": "13581358 13581853", "shaker": "x.ox"}, level_db=-3.0),
        Section(
            chords="1 5 6 4",
            lines=_MORNING | {"tune": "3-345-5- 2---.2.3 3-1-a... 4-4-3-2-"},
            level_db=-1.5,
        ),
        Section(
            chords="4 1 5 6",
            lines=_MORNING
            | {
                "crash": "X............... ................ ................ ................",
                "shaker": "xoxoxoxoxoxoxoxo",
                "keys": "x---..x-x---..x-",
                "tune": "6-8-8-6- 5---3-5- 7-7-6-5- 5-6-....",
            },
        ),
        Section(
            chords="4 1 5 1",
            lines=_MORNING
            | {
                "shaker": "xoxoxoxoxoxoxoxo",
                "keys": "x---..x-x---..x-",
                "tune": "6-8-8-6- 5---3-5- 7-8-9-7- 8-------",
            },
        ),
        Section(
            chords="1 1",
            lines={
                "kick": "X... ....",
                "crash": "X... ....",
                "bass": "1------- --------",
                "guitar": "1-3-5-8- --------",
                "keys": "x------- --------",
            },
            level_db=-1.0,
        ),
    ),
    strips={
        "kick": players.KICK,
        "snare": players.SNARE,
        "hat": players.HAT,
        "shaker": players.SHAKER,
        "crash": players.CRASH,
        "bass": players.BASS,
        "guitar": players.PLUCKED,
        "keys": players.KEYS,
        "tune": replace(players.VOICE, register=50),
    },
    ending=Ending.RING_OUT,
    loudness_db=-18.0,
    seed=101,
    head_s=0.3,
    tail_s=2.0,
)

_HARBOUR = {
    "kick": "X.....x...x.....",
    "clap": "....X.......X...",
    "hat": "..x...x...x.x.x.",
    "bass": "1-----1-..1---5-",
    "glass": "1358753857538537",
    "pad": "x-------",
}

GLASS_HARBOUR = Song(
    title="Glass Harbour",
    style="electronica",
    tempo_bpm=98.0,
    tonic="A",
    mode="minor",
    sections=(
        Section(chords="1 6", lines={"pad": "x-------", "glass": _HARBOUR["glass"]}, level_db=-2.5),
        Section(chords="1 6 3 7", lines=_HARBOUR | {"lead": "5---3-2- 1------- 3---2-1- g-------"}, level_db=-1.0),
        Section(
            chords="4 6 1 7",
            lines=_HARBOUR
            | {"shaker": "xoxoxoxoxoxoxoxo", "deep": "X...............", "lead": "4-6-8--- 8-7-5--- 5-3-1-3- 2---...."},
        ),
        Section(
            chords="4 6 1 1",
            lines=_HARBOUR
            | {"shaker": "xoxoxoxoxoxoxoxo", "deep": "X...............", "lead": "4-6-8--- 8-9-8--- 7-5-3-2- 1-------"},
        ),
        Section(
            chords="1",
            lines={"deep": "X...............", "bass": "1-------", "glass": "135875385-------", "pad": "x-------"},
            level_db=-1.0,
        ),
    ),
    strips={
        "kick": players.KICK_DEEP,
        "deep": replace(players.TOM, level_db=-14.0),
        "clap": players.CLAP,
        "hat": players.HAT,
        "shaker": players.SHAKER,
        "bass": players.SYNTH_BASS,
        "glass": replace(players.PLUCKED, voice=players.KEYS.voice, register=57, level_db=-15.0, echo_db=-10.0),
        "pad": replace(players.PAD, stack=(1, 3, 5, 7)),
        "lead": players.LEAD,
    },
    ending=Ending.RING_OUT,
    loudness_db=-19.0,
    seed=102,
    swing=0.14,
    tail_s=3.0,
    room_s=2.4,
)

_COPPER = {
    "kick": "X..x..x.X..x..x. X..x..x.X.x...x.",
    "snare": "....X.......X...",
    "hat": "X.x.X.x.X.x.X.x.",
    "bass": "11111111",
    "guitars": "x-xxx-xxx-xxx-xx",
}
_COPPER_LIFT = _COPPER | {
    "ride": "x.x.x.x.x.x.x.x.",
    "guitars": "x-------",
    "crash": "X............... ................ ................ ................",
    "high": "1-5-8-5-",
}

COPPER_SKY = Song(
    title="Copper Sky",
    style="rock",
    tempo_bpm=144.0,
    tonic="E",
    mode="minor",
    sections=(
        Section(chords="1 1", lines={"guitars": _COPPER["guitars"], "hat": _COPPER["hat"]}, level_db=-2.0),
        Section(
            chords="1 6 3 7 1 6 3 7",
            lines=_COPPER | {"tune": "..5-5-3- 3-1-.... ..3-3-2- 2-g-.... ..5-5-7- 8-5-.... ..3-5-3- 2-------"},
        ),
        Section(
            chords="6 7 1 1 6 7 4 5",
            lines=_COPPER_LIFT | {"tune": "8---8-9- 7---5-.. 8-7-5-3- 5---.... 8---8-9- 7---9-.. 8-7-6-4- 5-------"},
        ),
        Section(
            chords="1",
            lines={
                "kick": "X.....X.....X...",
                "snare": "X.....X.....X...",
                "guitars": "x-----x-----x---",
                "bass": "1-----1-----1---",
                "crash": "X.....X.....X---",
            },
        ),
    ),
    strips={
        "kick": players.KICK_TIGHT,
        "snare": players.SNARE_FAT,
        "hat": replace(players.HAT, voice=players.HAT_OPEN.voice, level_db=-23.0),
        "ride": players.RIDE,
        "crash": players.CRASH,
        "bass": replace(players.BASS, level_db=-7.0),
        "guitars": players.GUITARS,
        "high": replace(players.GUITARS, reading=players.PLUCKED.reading, register=64, level_db=-18.0, drive_db=20.0),
        "tune": replace(players.VOICE, register=62),
    },
    ending=Ending.COLD,
    loudness_db=-17.0,
    seed=103,
    tail_s=0.4,
    room_s=1.1,
)
