"""How audio is changed and written: a track's chain, the album's assembly, the limiter, the files and their check.

Everything is built from the plain data in `specs`. `chain.Chain` changes one track, `timeline` says where each track
lies in the album, `render.AlbumRenderer` writes and checks a delivery's tracks, `finish` joins and judges them.
"""
