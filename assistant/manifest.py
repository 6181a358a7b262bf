"""`manifest.json`: what lies in the output folder and what was measured on it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.true_peak import STEPS_PER_SECOND
from mastering.codec_audit import CodecTrial
from mastering.delivery import Delivery
from mastering.harm import Harm
from mastering.programme_chain import ProgrammeEffect
from mastering.repair import Repair
from mastering.singles import FOLDER as SINGLES

SCHEMA = 1
_HARM = (
    *("max_gr_db", "p95_gr_db", "share_over_1db", "transient_loss_db", "residual_db", "nmr_db"),
    *("mono_fold_loss_db", "added_overs"),
)


def described(delivery: Delivery) -> dict[str, Any]:
    """One delivery as the manifest tells it; paths relative to the manifest."""
    return {
        "rate_hz": delivery.rate_hz,
        "dither": delivery.dither.value,
        "loudness_lufs": _figure(delivery.loudness_lufs),
        "true_peak_dbtp": _figure(delivery.true_peak_dbtp),
        "findings": list(delivery.findings),
        "programmes": [
            {
                "file": f"{delivery.name}/{part.file}",
                "frames": part.frames,
                "title": part.title,
                "loudness_lufs": _figure(part.loudness_lufs),
                "true_peak_dbtp": _figure(part.true_peak_dbtp),
                "sha256": part.sha256,
            }
            for part in delivery.programmes
        ],
        "tracks": [
            {
                "source": track.source,
                "file": f"{delivery.name}/{track.file}",
                "title": track.title,
                "programme": f"{delivery.name}/{delivery.programmes[track.programme].file}",
                "start_frame": track.start_frame,
                "frames": track.frames,
                "gap_frames": track.gap_frames,
                "index": [{"number": number, "frame": frame} for number, frame in track.index.items()],
                "loudness_lufs": _figure(track.loudness_lufs),
                "true_peak_dbtp": _figure(track.true_peak_dbtp),
                "isrc": track.isrc or None,
                "sha256": track.sha256,
                "harm": _harm(track.harm),
                "chain_harm": _harm(track.chain_harm) if track.chain_harm else None,
                "codecs": [_codec(trial) for trial in track.codecs],
                "repair": _repair(track.repair) if track.repair else None,
                **({"programme_chain": _effect(track.effect)} if track.effect else {}),
                "findings": list(track.findings),
            }
            for track in delivery.tracks
        ],
        "singles": [
            {
                "source": single.source,
                "file": f"{delivery.name}/{single.file}",
                "title": single.title,
                "frames": single.frames,
                "loudness_lufs": _figure(single.loudness_lufs),
                "true_peak_dbtp": _figure(single.true_peak_dbtp),
                "sha256": single.sha256,
            }
            for single in delivery.singles
        ],
        "extras": [f"{delivery.name}/{file}" for file in delivery.extras],
    }


def _codec(trial: CodecTrial) -> dict[str, Any]:
    return {
        "codec": trial.codec.word,
        "label": trial.codec.label,
        "true_peak_dbtp": _figure(trial.true_peak_dbtp),
        "overs": trial.overs,
        "loudness_change_lu": _figure(trial.loudness_change_lu),
    }


def _repair(done: Repair) -> dict[str, Any]:
    return {
        "lowered_db": _figure(done.lowered_db),
        "dips": [
            {"start_s": step / STEPS_PER_SECOND, "lowered_db": _figure(lowered_db)}
            for step, lowered_db in sorted(done.dips_db.items())
        ],
    }


def _effect(effect: ProgrammeEffect) -> dict[str, Any]:
    """What the delivery's own chain did to a track: its side before and after, what dynamic bands took off."""
    figures = ("side_db", "most_side_db", "least_correlation")
    return {
        "before": {name: _figure(getattr(effect.before, name)) for name in (*figures, "low_side_db")},
        "after": {name: _figure(getattr(effect.after, name)) for name in figures},
        "band_cuts_db": [_figure(cut_db) for cut_db in effect.band_cuts_db],
        "mono_fold_change_db": _figure(effect.mono_fold_change_db),
    }


def _harm(harm: Harm) -> dict[str, Any]:
    return {name: _figure(getattr(harm, name)) for name in _HARM}


def merged(folder: Path, delivery: Delivery, left_out: Mapping[str, str], more: Mapping[str, Any]) -> str:
    """The manifest of a folder with one delivery added or replaced, as JSON; `more` are further keys of that."""
    known = read(folder)
    deliveries = {name: told for name, told in known.get("deliveries", {}).items() if name != delivery.name}
    deliveries[delivery.name] = {**described(delivery), **more}
    whole = {
        "schema": SCHEMA,
        "deliveries": deliveries,
        "left_out": [{"source": _text(source), "reason": reason} for source, reason in sorted(left_out.items())],
    }
    return json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def read(folder: Path) -> dict[str, Any]:
    """The manifest of a folder; empty where there is none that can be read."""
    try:
        found = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    whole = isinstance(found, dict) and found.get("schema") == SCHEMA and isinstance(found.get("deliveries"), dict)
    return found if whole else {}


def is_programme(path: Path) -> bool:
    """Whether a file is a whole album of ours, as the manifest above its folder tells: no song of another album."""
    try:
        deliveries = read(path.parent.parent)["deliveries"].values()
        named = {part["file"] for told in deliveries for part in told["programmes"]}
    except (KeyError, TypeError, AttributeError):  # not there, or changed by hand
        return False
    return f"{path.parent.name}/{path.name}" in named


def files_of(folder: Path, name: str) -> Sequence[str]:
    """The files that the folder's manifest lists for a delivery, relative to the delivery's folder."""
    try:
        told = read(folder)["deliveries"][name]
        files = [Path(part["file"]).name for key in ("programmes", "tracks") for part in told[key]]
        files += [f"{SINGLES}/{Path(part['file']).name}" for part in told.get("singles", [])]
        extras = [Path(file).relative_to(name) for file in told.get("extras", [])]
        return [*files, *(extra.as_posix() for extra in extras if ".." not in extra.parts)]
    except (KeyError, TypeError, AttributeError, ValueError):  # not there, or changed by hand
        return []


def _text(name: str) -> str:
    """A file name as text, even one that is none."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def _figure(level: float | None) -> float | None:
    return round(level, 3) if level is not None and math.isfinite(level) else None
