"""What an engineer should be told about a track, in words, with the figure and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from analysis.track import TrackAnalysis
from analysis.units import amplitude_to_db

DC_AUDIBLE = 1e-4
"""Offset over -80 dBFS: too small to hear, large enough to cost headroom and click at edits; it is removed."""

_LIMITED_PLR_LU = 8.0
_NOISY_LU = 55.0
_LOW_RATE_HZ = 32_000
_NAMED = 2


class Severity(StrEnum):
    """How much a finding matters."""

    ADVICE = "advice"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing to know: a word for machines, a sentence for people."""

    code: str
    severity: Severity
    message: str


def findings(analysis: TrackAnalysis, *, as_is: bool = False) -> tuple[Finding, ...]:
    """All that is worth saying about one track's samples, most serious first; `as_is`: of one mastered already."""
    found = [*_damage(analysis, as_is=as_is), *_kind(analysis)]
    return tuple(sorted(found, key=lambda finding: finding.severity is not Severity.WARNING))


def warnings(tracks: Mapping[str, TrackAnalysis], *, as_is: bool = False) -> list[str]:
    """What is wrong with some tracks, a sentence for each fault; tracks with the same fault share one."""
    faults: dict[str, list[str]] = {}
    for name, track in tracks.items():
        for finding in findings(track, as_is=as_is):
            if finding.severity is Severity.WARNING:
                faults.setdefault(finding.message, []).append(name)
    return [f"{_several(names)}: {message}" for message, names in faults.items()]


def _several(names: list[str]) -> str:
    if len(names) > _NAMED + 1:
        return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _damage(analysis: TrackAnalysis, *, as_is: bool) -> list[Finding]:
    raw, found = analysis.integrity, []
    if raw.clipped_runs:
        found.append(
            _warning(
                "clipped",
                f"clipped {_times(raw.clipped_runs)}, first at {raw.clipped_first_s:.2f} s: ask for one with headroom",
            )
        )
    offset = max(raw.dc_offset, key=abs, default=0.0)
    if abs(offset) > DC_AUDIBLE:
        remedy = "left in, as it is mastered already" if as_is else "mastering takes it off"
        found.append(
            _warning("dc_offset", f"DC offset of {offset:+.4f} ({amplitude_to_db(abs(offset)):.0f} dBFS): {remedy}")
        )
    plr = analysis.dynamics.plr_lu
    if plr is not None and plr < _LIMITED_PLR_LU and not as_is:
        found.append(
            _warning("limited", f"already limited hard (PLR {plr:.1f} LU): ask for the mix without its limiter")
        )
    floor, loud = raw.noise_floor_dbfs, analysis.dynamics.loud_lufs
    if floor is not None and loud is not None and floor > -90 and _NOISY_LU > loud - floor > 35.0:
        found.append(Finding(code="noise", severity=Severity.ADVICE, message=f"quietest 0.4 s at {floor:.0f} dBFS RMS"))
    return found


def _kind(analysis: TrackAnalysis) -> list[Finding]:
    source, found = analysis.source, []
    if source.lossy:
        found.append(
            _warning("lossy", f"made from a lossy file ({source.encoding}): use the original mix if there is one")
        )
    if source.rate_hz < _LOW_RATE_HZ:
        found.append(
            _warning("low_rate", f"sample rate of {source.rate_hz} Hz holds nothing above {source.rate_hz // 2} Hz")
        )
    if source.channels == 1:
        found.append(Finding(code="mono", severity=Severity.ADVICE, message="mono: stays mono, on both channels"))
    if analysis.true_peak_dbtp > 0:
        found.append(
            Finding(
                code="over",
                severity=Severity.ADVICE,
                message=f"true peak {analysis.true_peak_dbtp:+.1f} dBTP, over full scale",
            )
        )
    return found


def _warning(code: str, message: str) -> Finding:
    return Finding(code=code, severity=Severity.WARNING, message=message)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
