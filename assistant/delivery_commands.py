"""What `mastertape deliveries` does: the places listed, one shown, one of the user's own kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.table import Table

from analysis.errors import SpecificationError
from assistant.deliveries import DeliveryFile, read_delivery
from assistant.delivery_library import built_in, delivery_file, known_names, own_folder, own_names
from assistant.printing import say, show, show_json, write_out


def list_all(*, as_json: bool) -> int:
    """List what can be delivered; a file of the user's own that makes no sense is told and passed over."""
    found, faults = [], []
    for name in known_names():
        try:
            found.append(read_delivery(name))
        except SpecificationError as error:
            faults.append(str(error))
    say(faults)
    if as_json:
        show_json([_json(file) for file in found])
    else:
        show(_table(found))
    return 0


def show_one(name: str, *, as_json: bool) -> int:
    """Show one delivery: its file as it is, which holds its sources and is a pattern for others."""
    file = read_delivery(name)
    if as_json:
        show_json(_json(file))
    else:
        write_out(delivery_file(name).read_text(encoding="utf-8"))
    return 0


def add(path: Path, *, force: bool) -> int:
    """Keep a file among the user's own deliveries, under the name that it gives.

    Raises:
        SpecificationError: it says something impossible, or the name is taken.
        OutputError: it cannot be written.
    """
    from assistant.outputs import write_text

    if path.suffix != ".toml":
        raise SpecificationError(f"{path} must be called something.toml, as deliveries are.")
    file = read_delivery(str(path))
    if not force and file.name in known_names():
        raise SpecificationError(
            f"There is a delivery {file.name!r} already: change the name in {path}, or replace it with --force."
        )
    kept = own_folder() / f"{file.name}.toml"
    kept.parent.mkdir(parents=True, exist_ok=True)
    write_text(kept, path.read_text(encoding="utf-8"))
    show(f"Kept as {kept}. Use it with --for {file.name}.")
    return 0


def _json(file: DeliveryFile) -> dict[str, Any]:
    sources = {path: source.model_dump(mode="json") for path, source in file.sources.items()}
    return {**asdict(file.spec()), "own": _is_own(file), "sources": sources}


def _is_own(file: DeliveryFile) -> bool:
    return file.name in own_names() or file.name not in built_in()


def _table(files: Sequence[DeliveryFile]) -> Table:
    table = Table(title="Deliveries", title_justify="left")
    for name in ("--for", "for", "loudness", "ceiling", "rate", "format"):
        table.add_column(name)
    for file in files:
        spec = file.spec()
        wanted = (
            f"{spec.loudness_lufs:g} LUFS"
            if spec.loudness_lufs is not None
            else f"the references', or {spec.fallback_lufs:g} LUFS"
        )
        form = spec.encoding.value.replace("_", " ") if spec.lossy is None else f"{spec.lossy.bit_rate_kbps} kbps"
        table.add_row(
            spec.name,
            f"{spec.title} (your own)" if _is_own(file) else spec.title,
            wanted,
            "none" if spec.ceiling_dbtp is None else f"{spec.ceiling_dbtp:g} dBTP",
            "the album's" if spec.rate_hz is None else f"{spec.rate_hz} Hz",
            f"{spec.container.value} {form}",
        )
    return table
