"""A delivery as one archive to send: its files, their checksums, and a list of them for people."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from analysis.errors import OutputError
from assistant import manifest
from assistant.archive_contents import contents
from mastering.delivery import Delivery
from mastering.delivery_specs import DeliverySpec
from mastering.specs import AlbumSpec

CONTENTS, CHECKSUMS = "contents.txt", "checksums.sha256"
"""What an archive holds beside the delivery's files."""

_BLOCK_BYTES = 1 << 20
_FIRST_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that ZIP knows: no clock gets into an archive
_READABLE_BY_ALL = 0o100644 << 16
_UNIX = 3
_SMALLER_WHEN_DEFLATED = {".txt", ".html", ".json", ".cue", ".toc", ".sha256", ".md5", ".svg", ".csv"}


def archive_name(delivery: str) -> str:
    """Name of a delivery's archive, which lies beside its folder.

    >>> archive_name("spotify")
    'spotify.zip'
    """
    return f"{delivery}.zip"


def write_archive(path: Path, made: Delivery, album: AlbumSpec, spec: DeliverySpec, folder: Path) -> None:
    """Write the archive of a delivery, of which all files lie in `folder`; to a name that is not its final one.

    Sound is stored as it is, as it hardly gets smaller; text is deflated. Over 4 GB it is ZIP64.

    Raises:
        OutputError: it cannot be written.
    """
    names = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
    sums: list[str] = []
    try:
        with zipfile.ZipFile(path, "w", allowZip64=True) as archive:
            text = contents(made, album, spec, names).encode()
            sums.append(_put(archive, CONTENTS, len(text), [text]))
            sums += [_put(archive, name, (folder / name).stat().st_size, _blocks(folder / name)) for name in names]
            told = "".join(sums).encode()
            _put(archive, CHECKSUMS, len(told), [told])
    except OSError as error:
        raise OutputError(
            f"The archive {archive_name(made.name)} cannot be written ({error.strerror}): free some space, or leave "
            "out --zip."
        ) from error


def former_archive(out: Path, delivery: str) -> Path | None:
    """The archive that the manifest of a folder names for a delivery; None where there is none."""
    told = manifest.read(out).get("deliveries", {}).get(delivery)
    named = isinstance(told, Mapping) and told.get("archive") == archive_name(delivery)
    return out / archive_name(delivery) if named else None


def move_archive(finished: Path | None, out: Path, delivery: str) -> Mapping[str, str]:
    """Put a finished archive in its place, or take a former one away that is no longer made; what the manifest says.

    Raises:
        OutputError: it cannot be moved.
    """
    former = former_archive(out, delivery)
    try:
        if finished is not None:
            finished.replace(out / archive_name(delivery))
            return {"archive": archive_name(delivery)}
        if former is not None:
            former.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(
            f"{out / archive_name(delivery)} cannot be written ({error.strerror}): choose another folder with --out."
        ) from error
    return {}


def _put(archive: zipfile.ZipFile, name: str, size: int, blocks: Iterable[bytes]) -> str:
    """Put one file in; gives its line for `sha256sum -c`."""
    entry = zipfile.ZipInfo(name, _FIRST_DATE)
    entry.create_system, entry.external_attr, entry.file_size = _UNIX, _READABLE_BY_ALL, size
    small = Path(name).suffix.lower() in _SMALLER_WHEN_DEFLATED
    entry.compress_type = zipfile.ZIP_DEFLATED if small else zipfile.ZIP_STORED
    digest = hashlib.sha256()
    with archive.open(entry, "w") as file:
        for block in blocks:
            digest.update(block)
            file.write(block)
    return f"{digest.hexdigest()}  {name}\n"


def _blocks(path: Path) -> Iterable[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            yield block
