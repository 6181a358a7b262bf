"""The second side of the demo album: songs 4 to 6, written down."""

from __future__ import annotations

from dataclasses import replace

from assistant.demo import players
from assistant.demo.score import Ending, Section, Song

_LANTERNS = {
    "piano": "13585831",
    "bass": "1---5---",
    "strings": "x-------",
}

PAPER_LANTERNS = Song(
    title="Paper Lanterns",
    style="ballad",
    tempo_bpm=68.0,
    tonic="F",
    mode="major",
    sections=(
        Section(chords="1", lines={"piano": _LANTERNS["piano"]}, level_db=-2.0),
        Section(
            chords="1 6 4 5",
            lines=_LANTERNS | {"brush": "....x.......x...", "tune": "3---5-3- 1---.a1- 4---3-2- 2-----.."},
            level_db=-1.0,
        ),
        Section(
            chords="4 5 3/6 4/5",
            lines=_LANTERNS
            | {
                "brush": "o.o.x.o.o.o.x.oo",
                "kick": "x.........o.....",
                "tune": "6---8-6- 5---9-8- 7---6-5- 4-3-2---",
            },
        ),
        Section(
            chords="1 1",
            lines={"piano": "1-3-5-8- --------", "bass": "1------- --------", "strings": "x------- --------"},
            level_db=-2.0,
        ),
    ),
    strips={
        "kick": replace(players.KICK_DEEP, level_db=-15.0),
        "brush": players.BRUSH,
        "bass": replace(players.BASS, level_db=-10.0),
        "piano": players.PIANO,
        "strings": players.STRINGS,
        "tune": players.SOFT_VOICE,
    },
    ending=Ending.RING_OUT,
    loudness_db=-22.0,
    seed=104,
    head_s=0.5,
    tail_s=3.0,
    room_s=2.6,
)

_FERRY = {
    "kick": "X....x..x...",
    "rim": "...X.....X..",
    "ride": "x.xx.xx.xx.x",
    "bass": "1-.1.35-.5.7",
    "organ": "x-----..x---",
}

SLOW_FERRY = Song(
    title="Slow Ferry",
    style="soul",
    tempo_bpm=66.0,
    tonic="G",
    mode="dorian",
    steps_per_beat=3,
    sections=(
        Section(chords="1 4", lines={name: _FERRY[name] for name in ("rim", "bass", "organ")}, level_db=-2.0),
        Section(
            chords="1 4 1 4",
            lines=_FERRY | {"chop": "...x.....x..", "tune": "..5-.78---.. 7-65----.... ..5-.78-9--- 8-75--......"},
            level_db=-1.0,
        ),
        Section(
            chords="3 4 7 1",
            lines=_FERRY
            | {
                "snare": "...X.....X..",
                "chop": "...x.....x.x",
                "tune": "8--7-58---.. 9--8-69---.. 7--5-37--5.. 5-3-11----..",
            },
        ),
        Section(
            chords="1",
            lines={"kick": "X...........", "ride": "X...........", "bass": "1-----------", "organ": "x-----------"},
        ),
    ),
    strips={
        "kick": players.KICK,
        "snare": replace(players.SNARE, level_db=-13.0),
        "rim": players.RIM,
        "ride": players.RIDE,
        "bass": replace(players.BASS, level_db=-8.0),
        "organ": replace(players.ORGAN, stack=(1, 3, 5, 7)),
        "chop": replace(players.STRUMMED, level_db=-15.0),
        "tune": replace(players.VOICE, register=55, level_db=-9.0),
    },
    ending=Ending.RING_OUT,
    loudness_db=-19.5,
    seed=105,
    head_s=0.2,
    tail_s=1.8,
    room_s=1.4,
)

_TRAIN = {
    "kick": "X...X...X...X...",
    "clap": "....X.......X...",
    "hat": "x.o.x.o.x.o.x.o.",
    "open": "..x...x...x...x.",
    "bass": "1-8-1-8-1-8-5-8-",
    "guitar": "x-..x-x-..x-x-x-",
    "pad": "x-------",
}

LAST_TRAIN_NORTH = Song(
    title="Last Train North",
    style="dance pop",
    tempo_bpm=122.0,
    tonic="C",
    mode="major",
    sections=(
        Section(chords="6 4", lines={name: _TRAIN[name] for name in ("kick", "hat", "guitar", "bass")}, level_db=-2.0),
        Section(
            chords="6 4 1 5 6 4 1 5",
            lines=_TRAIN | {"tune": "3-3-2-1- a---.... 5-5-3-1- 2---.... 3-3-2-1- 4---3-1- 5-5-6-5- 2-------"},
            level_db=-1.0,
        ),
        Section(
            chords="4 5 6 1 4 5 6 1 4 5 6 1",
            lines=_TRAIN
            | {
                "shaker": "xoxoxoxoxoxoxoxo",
                "organ": "..x-..x-..x-..x-",
                "tune": "8-8-6-8- 9---7-5- 8-7-6-3- 5------- 6-6-8-6- 5---7-9- 8---6-3- 1-------",
            },
        ),
    ),
    strips={
        "kick": replace(players.KICK, level_db=-6.5),
        "clap": players.CLAP,
        "hat": players.HAT,
        "open": players.HAT_OPEN,
        "shaker": players.SHAKER,
        "bass": players.SYNTH_BASS,
        "guitar": players.STRUMMED,
        "pad": players.PAD,
        "organ": replace(players.ORGAN, level_db=-19.0),
        "tune": replace(players.VOICE, register=48),
    },
    ending=Ending.FADE_OUT,
    loudness_db=-18.0,
    seed=106,
    tail_s=0.5,
    fade_s=12.0,
    room_s=1.5,
)
