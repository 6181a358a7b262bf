"""The demo album: six short songs, played by a small deterministic synthesiser, mixed by three imaginary engineers.

Nothing is bundled and nothing is random. `synth` and `drums` hold the instruments, `players` what each musician
plays and where they sit on the desk, `score` how a song is written down, `songs` the nine songs (from `side_a`,
`side_b` and `reference_record`); `mixdown` plays one, and `album` gives the engineers their say and writes the files.
"""

from assistant.demo.album import ENGINEERS, DemoAlbum, Engineer, file_name, mixed_by, write_demo
from assistant.demo.mixdown import render_song
from assistant.demo.score import Ending, Song
from assistant.demo.songs import ALBUM, REFERENCES
from assistant.demo.synth import RATE_HZ

__all__ = [
    "ALBUM",
    "ENGINEERS",
    "RATE_HZ",
    "REFERENCES",
    "DemoAlbum",
    "Ending",
    "Engineer",
    "Song",
    "file_name",
    "mixed_by",
    "render_song",
    "write_demo",
]
