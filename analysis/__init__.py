"""What a piece of audio is: reading it block by block, and measuring everything about it in one pass.

Nothing here changes audio or decides anything. `load.open_audio` reads a file, `track.analyse` measures it,
`profile.ReferenceProfile` sums up several; each meter stands alone in a module named after what it measures.
"""
