"""What a delivery requires of each file: that it is whole, its format, peak, loudness, tags and name; and advice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from analysis.audio import SourceInfo
from analysis.units import amplitude_to_db
from assistant.check_measure import CheckedFile
from assistant.check_points import Point, Verdict, point
from mastering.acceptance import Tag
from mastering.delivery_specs import DeliverySpec
from mastering.naming import DEFAULT_NAMING, parse_naming
from mastering.recording_codes import parse_isrc, parse_upc

WARN, FAIL = Verdict.WARN, Verdict.FAIL

METERS_DIFFER_DB = 0.2
"""By how much a meter may read a true peak too high (EBU Tech 3341, cases 15 to 23: +0.2 dB, -0.4 dB)."""

_ROUNDING_DB = 0.005  # figures are told to two decimals
_MUCH_DC = 10 ** (-50 / 20)  # more than a limiter leaves of music that is lopsided: -55 dBFS on drawn songs
_LONG_HEAD_S, _LONG_TAIL_S = 1.0, 10.0  # distributors ask for no more than some seconds
_ENDINGS = {
    "wav": (".wav", ".wave", ".bwf", ".rf64"),
    "flac": (".flac",),
    "aiff": (".aiff", ".aif", ".aifc"),
    "alac": (".m4a", ".mp4", ".alac"),
    "aac": (".m4a", ".mp4", ".m4b", ".aac"),
    "mp3": (".mp3",),
    "opus": (".opus", ".ogg"),
    "vorbis": (".ogg", ".oga"),
}


def file_points(file: CheckedFile, spec: DeliverySpec, *, track: bool) -> Iterator[Point]:
    """All points of one file; `track` says that it is one song, and not a whole album or a side.

    Of a file that cannot be decoded only what its header tells is judged.
    """
    whole = "can be read, from end to end"
    yield point(
        file.name, "intact", whole, file.fault or "is", "export or copy it again", bad=FAIL if file.fault else None
    )
    if file.info is None:
        return
    yield from _form(file, file.info, spec)
    if file.fault:
        return
    yield from _peak(file, spec)
    if track:
        yield from _tags(file, spec)
        yield from _named(file, spec)
        if spec.accepts.shortest_track_s is not None:
            yield _length(file, spec.accepts.shortest_track_s)
    yield from _sectors(file, spec)
    yield from _advice(file, spec)


def _form(file: CheckedFile, info: SourceInfo, spec: DeliverySpec) -> Iterator[Point]:
    accepts = spec.accepts
    kinds = list(dict.fromkeys([spec.container.value, *accepts.containers]))
    known = file.kind in kinds
    lossy = f" (lossy, {file.bit_rate_kbps:.0f} kbps)" if info.lossy and file.bit_rate_kbps else ""
    yield point(
        file.name, "format", _either(kinds), file.kind + lossy, _format_remedy(file, spec), bad=None if known else FAIL
    )
    endings = _ENDINGS.get(file.kind, ())
    if endings and file.path.suffix.lower() not in endings:
        found = f"{file.path.suffix or 'none'}, on a {file.kind} file"
        yield point(file.name, "file name ending", _either(endings), found, "call it what it is", bad=FAIL)
    rates = sorted({spec.rate_hz, *accepts.rates_hz} - {None}) if spec.rate_hz else list(accepts.rates_hz)
    if rates:
        bad = None if info.rate_hz in rates else FAIL
        wanted = f"{_either([*map(str, rates)]) if len(rates) < 4 else f'{rates[0]} to {rates[-1]}'} Hz"
        remedy = f"convert it to {spec.rate_hz or min(rates, key=lambda rate: abs(rate - info.rate_hz))} Hz"
        yield point(file.name, "sample rate", wanted, f"{info.rate_hz} Hz", remedy, bad=bad, value=info.rate_hz)
    yield from (_bit_rate(file, spec) if info.lossy else _depth(file, info, spec))
    wanted = _either(["mono" if count == 1 else "stereo" for count in accepts.channels])
    found = {1: "mono", 2: "stereo"}.get(info.channels, f"{info.channels} channels")
    bad = None if info.channels in accepts.channels else FAIL
    yield point(file.name, "channels", wanted, found, f"make it {wanted}", bad=bad, value=info.channels)
    if accepts.plain_wav and file.kind == "wav":
        yield _plain(file)


def _format_remedy(file: CheckedFile, spec: DeliverySpec) -> str:
    if file.info and file.info.lossy and spec.lossy is None:
        return f"what a lossy codec took is gone: make {spec.container.value} of the master, not of this file"
    return f"make {spec.container.value} of it"


def _depth(file: CheckedFile, info: SourceInfo, spec: DeliverySpec) -> Iterator[Point]:
    own = [spec.encoding.bits] if spec.lossy is None else []
    depths = [bits for bits in dict.fromkeys([*own, *spec.accepts.bits]) if bits]
    floating = spec.lossy is None and spec.encoding.bits is None
    wanted = _either([*(["32-bit float"] if floating else []), *(f"{bits} bit" for bits in sorted(depths))])
    if not wanted:
        return
    bits = info.bits
    found = f"{bits} bit" if bits else {"FLOAT": "32-bit float", "DOUBLE": "64-bit float"}.get(info.encoding, "unknown")
    good = bits in depths if bits else floating and info.encoding == "FLOAT"
    remedy = f"export it with {wanted}; fewer bits only with dither, and once"
    yield point(file.name, "depth", wanted, found, remedy, bad=None if good else FAIL, value=bits)
    used = file.integrity.grid_bits if file.integrity else None
    if good and bits and bits > (used or bits):
        told = f"{used} bit used of {bits}"
        yield point(
            file.name, "depth used", f"{bits} bit", told, "see that no earlier step cut it", bad=WARN, value=used
        )


def _bit_rate(file: CheckedFile, spec: DeliverySpec) -> Iterator[Point]:
    """MP3 has the rate that it has; of the others what is told is a mean, that what is easy stays under."""
    if spec.lossy is None or file.kind != spec.lossy.codec.value or file.bit_rate_kbps is None:
        return
    wanted, found = spec.lossy.bit_rate_kbps, file.bit_rate_kbps
    least, verdict = (wanted - 0.5, FAIL) if file.kind == "mp3" else (0.75 * wanted, WARN)
    bad = verdict if found < least else None
    remedy = f"make it of the master at {wanted} kbps"
    yield point(file.name, "bit rate", f"{wanted} kbps", f"{found:.0f} kbps", remedy, bad=bad, value=round(found, 1))


def _plain(file: CheckedFile) -> Point:
    wanted = "format code 1, nothing after the audio"
    faults = [f"format code {file.wav_code}"] if file.wav_code != 1 else []
    faults += (
        [f"chunks after the audio: {', '.join(name.strip() for name in file.after_audio)}"] if file.after_audio else []
    )
    remedy = "deliver FLAC, or WAV without chunks after the audio"
    return point(file.name, "WAV header", wanted, "; ".join(faults) or wanted, remedy, bad=FAIL if faults else None)


def _peak(file: CheckedFile, spec: DeliverySpec) -> Iterator[Point]:
    ceiling, peak = spec.ceiling_dbtp, file.true_peak_dbtp
    if ceiling is None or peak is None:
        return
    over = peak - (ceiling if spec.lossy is None or not (file.info and file.info.lossy) else spec.codec_ceiling_dbtp)
    limit = peak - over
    bad = None if over <= _ROUNDING_DB else WARN if over <= METERS_DIFFER_DB else FAIL
    remedy = f"turn it down, or limit it, by {over:.2f} dB"
    if bad is WARN:
        remedy += "; meters may differ by as much"
    found = _level(peak, "dBTP")
    yield point(file.name, "true peak", f"{limit:g} dBTP at most", found, remedy, bad=bad, value=_number(peak))
    lower, target, loudness = spec.accepts.louder_ceiling_dbtp, spec.loudness_lufs, file.loudness_lufs
    if lower is not None and target is not None and loudness is not None and loudness > target + 0.5:
        wanted = f"{lower:g} dBTP at most, as it is louder than {target:g} LUFS"
        remedy = f"leave {-lower:g} dB of headroom, or make it no louder than {target:g} LUFS"
        bad = WARN if peak > lower + _ROUNDING_DB else None
        yield point(file.name, "true peak of a loud track", wanted, found, remedy, bad=bad, value=_number(peak))


def _tags(file: CheckedFile, spec: DeliverySpec) -> Iterator[Point]:
    asked = [(tag, FAIL) for tag in spec.accepts.required_tags] + [(tag, WARN) for tag in spec.accepts.wanted_tags]
    for tag, bad in asked:
        text = _tag(file, tag)
        name = {"isrc": "ISRC", "upc": "UPC"}.get(tag.value, tag.value.replace("_", " "))
        yield point(file.name, name, "told in the file", text or "none", f"add its {name}", bad=None if text else bad)
    for name, text, parse in (("ISRC", file.tags.isrc, parse_isrc), ("UPC", file.tags.upc, parse_upc)):
        if text:
            yield _code(file, name, text, parse)


def _code(file: CheckedFile, name: str, text: str, parse: object) -> Point:
    try:
        parse(text)  # type: ignore[operator]
    except ValueError as error:
        return point(file.name, f"{name} valid", "right in form", f"{text} {error}", "correct it", bad=FAIL)
    return point(file.name, f"{name} valid", "right in form", text)


def _tag(file: CheckedFile, tag: Tag) -> str:
    if tag is Tag.TRACK_NUMBER:
        return str(file.tags.track[0]) if file.tags.track else ""
    return str(getattr(file.tags, tag.value))


def _named(file: CheckedFile, spec: DeliverySpec) -> Iterator[Point]:
    """Whether the name follows the place's own pattern; the usual one is no requirement."""
    if spec.naming == DEFAULT_NAMING:
        return
    fields = {"number": "[0-9]+", "disc": "[0-9]+", "isrc": "[A-Z0-9]{12}", "upc": "[0-9]{12,13}"}
    pattern = "".join(
        re.escape(text) + (f"(?:{fields.get(name, '.+')})" if name else "")
        for text, name, _ in parse_naming(spec.naming)
    )
    good = re.fullmatch(pattern, file.path.stem)
    yield point(file.name, "file name", spec.naming, file.path.name, "rename it", bad=None if good else WARN)


def _length(file: CheckedFile, shortest_s: float) -> Point:
    bad = FAIL if file.seconds < shortest_s - 1e-9 else None
    remedy = "join it to its neighbour, or lengthen its gap"
    found, value = f"{file.seconds:.2f} s", round(file.seconds, 3)
    return point(file.name, "length", f"{shortest_s:g} s at least", found, remedy, bad=bad, value=value)


def _sectors(file: CheckedFile, spec: DeliverySpec) -> Iterator[Point]:
    if spec.sector_frames == 1:
        return
    rest = file.frames % spec.sector_frames
    found = f"{rest} frames over" if rest else "on a sector"
    remedy = f"cut it at a multiple of {spec.sector_frames} frames, or a disc will put silence there"
    yield point(file.name, "sectors", "ends on a sector", found, remedy, bad=FAIL if rest else None, value=rest)


def _advice(file: CheckedFile, spec: DeliverySpec) -> Iterator[Point]:
    """What is no requirement of anyone, but wrong more often than not."""
    raw = file.integrity
    if raw is None:
        return
    if raw.sample_peak_dbfs == -float("inf"):
        yield point(file.name, "sound", "there is some", "digital silence", "render it again", bad=FAIL)
        return
    for what, seconds, longest in (
        ("silence at the start", raw.digital_head_s, _LONG_HEAD_S + spec.lead_s),
        ("silence at the end", raw.digital_tail_s, _LONG_TAIL_S),
    ):
        bad = WARN if seconds > longest else None
        yield point(
            file.name,
            what,
            f"{longest:g} s at most",
            f"{seconds:.2f} s",
            "cut it off",
            bad=bad,
            value=round(seconds, 3),
        )
    offset = max(raw.dc_offset, key=abs, default=0.0)
    bad = WARN if abs(offset) > _MUCH_DC else None
    level = amplitude_to_db(abs(offset))
    found = f"{level:.0f} dBFS" if offset else "none"
    wanted = f"under {amplitude_to_db(_MUCH_DC):.0f} dBFS"
    yield point(file.name, "DC offset", wanted, found, "take it off before mastering", bad=bad, value=_number(level))
    clipped = f"{_times(raw.clipped_runs)}, first at {raw.clipped_first_s:.2f} s" if raw.clipped_runs else "nowhere"
    bad = WARN if raw.clipped_runs else None
    yield point(
        file.name, "clipped", "nowhere", clipped, "go back to before it was clipped", bad=bad, value=raw.clipped_runs
    )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _either(words: Sequence[str]) -> str:
    return " or ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def _level(level: float, unit: str) -> str:
    return f"{level:.2f} {unit}"


def _number(level: float) -> float | None:
    return None if level == -float("inf") else round(level, 3)
