"""The exceptions that Mastertape raises on purpose, drawn as a tree.

MastertapeError            one clear sentence: the fact, the value with its unit, the remedy
|- AudioFileError          a file is not audio that we can use
|- AudioContentError       the audio was read, but nothing can be done with what is in it
|- PlanError               a plan file (or another file a person edits) says something impossible
|- SpecificationError      a delivery or an option asks for something impossible
`- OutputError             results cannot be written
"""


class MastertapeError(Exception):
    """Root of the errors that are shown to people as they are, without a traceback."""


class AudioFileError(MastertapeError):
    """The file is missing, unreadable, or not audio of a kind that we read."""


class AudioContentError(MastertapeError):
    """The file is audio, but its content (NaN, no frames, too many channels) cannot be used."""


class PlanError(MastertapeError):
    """A file that people edit holds a value that it may not hold."""


class SpecificationError(MastertapeError):
    """A delivery specification or an option asks for what cannot be."""


class OutputError(MastertapeError):
    """A result cannot be written where it should be."""
