"""What goes with a delivery that is a compact disc: sheets and fileset of each disc, beside its programme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from analysis.errors import OutputError
from mastering.cd_layout import Disc, DiscRemark, disc_limits, disc_of, fits_subcode
from mastering.cd_sheets import cdrdao_toc, cue_sheet
from mastering.cd_text import CdText, cd_text, text_remarks
from mastering.ddp import CHECKSUMS, FILESET_NOTE, IMAGE, write_ddp
from mastering.delivery import DeliveredProgramme, DeliveredTrack
from mastering.delivery_specs import DeliverySpec, Sheet
from mastering.pq_sheet import PqSheet
from mastering.specs import AlbumSpec

FILESETS = "ddp"
"""Folder of a disc's fileset; with the disc's number where there are several."""

_README = "README.TXT"


@dataclass(frozen=True, kw_only=True, slots=True)
class DiscFiles:
    """Names of the files, relative to the delivery's folder, and what was found on the discs."""

    names: tuple[str, ...] = ()
    remarks: tuple[DiscRemark, ...] = ()


def write_discs(
    delivery: DeliverySpec,
    album: AlbumSpec,
    programmes: Sequence[DeliveredProgramme],
    tracks: Sequence[DeliveredTrack],
    folder: Path,
) -> DiscFiles:
    """Write the sheets that a delivery asks for; `folder` holds its programmes, one a disc.

    A disc with more tracks, or longer, than two digits can tell gets none.

    Raises:
        OutputError: a file cannot be written, or a programme not read.
        SpecificationError: a track does not begin on a sector.
    """
    if not delivery.sheets:
        return DiscFiles()
    writer = _Writer(delivery=delivery, album=album, folder=folder)
    remarks: list[DiscRemark] = []
    for number, programme in enumerate(programmes, 1):
        several = len(programmes) > 1
        disc = disc_of(
            f"{album.title} ({programme.title})" if several else album.title,
            album.copy,
            [(tracks[track], album.tracks[track].copy) for track in programme.tracks],
            programme.frames,
            delivery.gap,
        )
        remarks += disc_limits(disc)
        if fits_subcode(disc):
            text = cd_text(disc)
            remarks += text_remarks(text)
            writer.write(disc, text, programme.file, f"{FILESETS} {number}" if several else FILESETS)
    return DiscFiles(names=tuple(writer.names), remarks=tuple(remarks))


@dataclass(kw_only=True, slots=True)
class _Writer:
    """Writes the files of one disc after the other, and keeps their names."""

    delivery: DeliverySpec
    album: AlbumSpec
    folder: Path
    names: list[str] = field(default_factory=list)

    def write(self, disc: Disc, text: CdText, programme: str, fileset: str) -> None:
        """Write what the delivery asks for of a disc whose sound is in `programme`; `fileset` is a folder's name."""
        wanted, stem, copy = self.delivery.sheets, Path(programme).stem, self.album.copy
        notes: list[str] = []
        if Sheet.DDP in wanted:
            sums = write_ddp(disc, text, self.folder / programme, self.folder / fileset)
            self.names += [f"{fileset}/{name}" for name in (*sums, CHECKSUMS)]
            self._write(f"{fileset}/{_README}", f"{FILESET_NOTE}\n")
            notes = [FILESET_NOTE, f"{IMAGE} has the MD5 {sums[IMAGE]}; {CHECKSUMS} has those of all the fileset."]
        if Sheet.CUE in wanted:
            self._write(f"{stem}.cue", cue_sheet(disc, programme, copy.year, copy.genre))
        if Sheet.TOC in wanted:
            self._write(f"{stem}.toc", cdrdao_toc(disc, text, programme))
        if Sheet.PQ in wanted:
            sheet = PqSheet(disc=disc, text=text, programme=programme, notes=notes)
            self._write(f"{stem} PQ.html", sheet.as_html())
            self._write(f"{stem} PQ.txt", sheet.as_text())

    def _write(self, name: str, content: str) -> None:
        try:
            (self.folder / name).write_bytes(content.encode())
        except OSError as error:
            raise OutputError(f"{name} cannot be written ({error.strerror}): free some space and run again.") from error
        self.names.append(name)
