"""The musicians who play on every song of the demo: each one's instrument and usual place on the desk."""

from __future__ import annotations

from functools import partial

from assistant.demo import drums, synth
from assistant.demo.score import Reading, Strip

KICK = Strip(voice=drums.KICK, level_db=-7.0, room_db=-40.0)
KICK_DEEP = Strip(voice=drums.KICK_DEEP, level_db=-7.0, room_db=-40.0)
KICK_TIGHT = Strip(voice=drums.KICK_TIGHT, level_db=-7.5, room_db=-34.0)
SNARE = Strip(voice=drums.SNARE, level_db=-11.0, room_db=-13.0, variants=3)
SNARE_FAT = Strip(voice=drums.SNARE_FAT, level_db=-10.0, room_db=-12.0, variants=3)
BRUSH = Strip(voice=drums.BRUSH, level_db=-20.0, pan=0.15, room_db=-12.0, variants=3)
RIM = Strip(voice=drums.RIM, level_db=-18.0, pan=-0.15, room_db=-8.0)
CLAP = Strip(voice=drums.CLAP, level_db=-15.0, room_db=-10.0, takes=2, spread=0.6)
HAT = Strip(voice=drums.HAT, level_db=-28.0, pan=0.35, room_db=-24.0, variants=3)
HAT_OPEN = Strip(voice=drums.HAT_OPEN, level_db=-28.0, pan=0.35, room_db=-22.0, variants=2)
RIDE = Strip(voice=drums.RIDE, level_db=-27.0, pan=-0.4, room_db=-18.0, variants=2)
CRASH = Strip(voice=drums.CRASH, level_db=-24.0, takes=2, spread=0.5, room_db=-18.0)
SHAKER = Strip(voice=drums.SHAKER, level_db=-31.0, pan=-0.5, room_db=-20.0, variants=3)
TOM = Strip(voice=drums.TOM, level_db=-12.0, pan=-0.3, room_db=-14.0)

BASS = Strip(voice=synth.finger_bass, reading=Reading.TONES, register=28, level_db=-7.5, room_db=-60.0)
SYNTH_BASS = Strip(voice=synth.synth_bass, reading=Reading.TONES, register=28, level_db=-7.5, room_db=-60.0)

PLUCKED = Strip(
    voice=synth.plucked, reading=Reading.TONES, register=50, level_db=-14.0, takes=2, spread=0.5, room_db=-15.0
)
STRUMMED = Strip(
    voice=synth.plucked,
    reading=Reading.CHORD,
    register=52,
    stack=(1, 3, 5, 8),
    level_db=-15.0,
    takes=2,
    spread=0.6,
    room_db=-18.0,
)
GUITARS = Strip(
    voice=synth.electric_string,
    reading=Reading.CHORD,
    register=40,
    stack=(1, 5),
    level_db=-10.0,
    takes=2,
    spread=0.65,
    room_db=-22.0,
    drive_db=26.0,
)
KEYS = Strip(
    voice=synth.electric_piano,
    reading=Reading.CHORD,
    register=53,
    stack=(1, 3, 5, 7),
    level_db=-14.0,
    takes=2,
    spread=0.5,
    room_db=-14.0,
)
PIANO = Strip(
    voice=synth.piano, reading=Reading.TONES, register=48, level_db=-11.0, takes=2, spread=0.35, room_db=-14.0
)
ORGAN = Strip(voice=synth.organ, reading=Reading.CHORD, register=55, level_db=-15.0, takes=2, spread=0.7, room_db=-14.0)
PAD = Strip(voice=synth.pad, reading=Reading.CHORD, register=55, level_db=-18.0, takes=2, spread=0.7, room_db=-13.0)
STRINGS = Strip(
    voice=partial(synth.pad, attack_s=0.18, cutoff_hz=4_200.0),
    reading=Reading.CHORD,
    register=60,
    stack=(1, 3, 5),
    level_db=-18.0,
    takes=2,
    spread=0.7,
    room_db=-9.0,
)
VOICE = Strip(voice=synth.sung, reading=Reading.TUNE, register=60, level_db=-10.5, room_db=-15.0, echo_db=-20.0)
SOFT_VOICE = Strip(
    voice=partial(synth.sung, breath=0.09),
    reading=Reading.TUNE,
    register=60,
    level_db=-9.5,
    room_db=-9.0,
    echo_db=-24.0,
)
LEAD = Strip(
    voice=synth.synth_lead, reading=Reading.TUNE, register=64, level_db=-14.0, room_db=-12.0, echo_db=-9.0, pan=0.1
)
