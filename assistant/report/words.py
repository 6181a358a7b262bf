"""The sentences of a report: for a musician first, every figure in them from `ReportFigures`."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.report.figures import ReportFigures, TrackFigures
from assistant.report.svg import minutes
from assistant.tone import REGIONS

_MINUS = "\N{MINUS SIGN}"
_LITTLE_DB = 0.05
_HEARD_DB = 0.2  # what EQ does less of to a region is not worth a word
_NAMED = 3
_REMEDY = "export the mix"  # as `assistant.joins` asks for the rest of a song that is cut off
_MENDED = frozenset({"dc_offset"})  # mastering takes it off: nobody has to do anything
ORDER_GIVEN = "given"


def number(value: float | None, unit: str = "", decimals: int = 1, sign: str = "") -> str:
    """A figure with its unit; a dash where it cannot be told."""
    if value is None:
        return "–"
    rounded = round(value, decimals) + 0.0
    text = f"{rounded:{sign if rounded else ''}.{decimals}f}".replace("-", _MINUS)
    return f"{text}\N{NO-BREAK SPACE}{unit}" if unit else text


def several(names: Sequence[str], most: int = _NAMED) -> str:
    """Names in a row: the first few where there are many."""
    told = list(names) if len(names) <= most + 1 else [*names[:most], f"{len(names) - most} more"]
    return " and ".join(filter(None, [", ".join(told[:-1]), told[-1]]))


def count(amount: int, one: str, many: str | None = None) -> str:
    """A number of things in words."""
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    spoken = words[amount] if amount < len(words) else str(amount)
    return f"{spoken} {one if amount == 1 else many or f'{one}s'}"


def found_sentences(figures: ReportFigures) -> list[str]:
    """What was found in the mixes."""
    tracks = figures.tracks
    told = [f"{count(len(tracks), 'song').capitalize()}, {minutes(figures.length_s)} in all."]
    if cohesion := figures.cohesion:
        tone, usual = cohesion.before.tone_db, cohesion.usual.tone_db
        than = (
            "closer together than"
            if tone < 0.8 * usual
            else "further apart than"
            if tone > 1.2 * usual
            else "as far apart as"
        )
        told.append(
            f"As mixed, the songs lie {number(tone, 'dB')} apart in tone, {than} songs of one record usually are "
            f"({number(usual, 'dB')})"
            + (f", and {number(cohesion.before.loud_lu, 'LU')} apart in level." if cohesion.before.loud_lu else ".")
        )
    warned = [track for track in tracks if _faults(track)]
    if warned:
        told.append(
            f"{count(len(warned), 'mix has', 'mixes have').capitalize()} a fault that is better mended in the mix"
            f" ({several([track.title for track in warned])})."
        )
    return told


def done_sentences(figures: ReportFigures) -> list[str]:
    """What was done to them."""
    told = [_moves(figures.tracks)]
    shown = next(one.told for one in figures.deliveries if one.name == figures.delivery)
    peak = number(shown["true_peak_dbtp"], "dBTP")
    told.append(
        f"The album for {figures.delivery} now stands at {number(shown['loudness_lufs'], 'LUFS')}, peaks at {peak}."
    )
    if cohesion := figures.cohesion:
        level = ""
        if cohesion.before.loud_lu is not None and cohesion.after.loud_lu is not None:
            level = (
                f" and {number(cohesion.after.loud_lu, 'LU')} in level (they were {number(cohesion.before.loud_lu)})"
            )
        told.append(
            f"Its songs lie {number(cohesion.after.tone_db, 'dB')} apart in tone "
            f"(they were {number(cohesion.before.tone_db)}){level}."
        )
    failed = [one.name for one in figures.deliveries if any(check.passed is False for check in one.checks)]
    names = several([one.name for one in figures.deliveries], 6)
    verdict = f"{several(failed)} failed a check" if failed else "every file was read back and passed its checks"
    told.append(f"Made for {names}: {verdict}.")
    return told


def _moves(tracks: Sequence[TrackFigures]) -> str:
    equalised = [max(map(abs, track.eq_db)) for track in tracks if any(track.eq_db)]
    moved = [track.gain_db for track in tracks if abs(track.gain_db) >= _LITTLE_DB]
    widths = [track for track in tracks if abs(track.width - 1) >= 0.005]
    parts = []
    if equalised:
        parts.append(
            f"tone was corrected in {len(equalised)} of {len(tracks)} songs, by {number(max(equalised), 'dB')} at most"
        )
    if moved:
        parts.append(
            f"levels between songs were moved by {number(min(moved), sign='+')} to {number(max(moved), 'dB', sign='+')}"
            if len(moved) > 1
            else f"the level of one song was moved by {number(moved[0], 'dB', sign='+')}"
        )
    if widths:
        parts.append(f"the stereo width of {count(len(widths), 'song')} was adjusted")
    dynamic = [track for track in tracks if track.chain_harm]
    if dynamic:
        parts.append(f"the dynamics of {count(len(dynamic), 'song')} were shaped")
    if not parts:
        return "The songs were left as they are, but for the level of the whole."
    sentence = f"{', '.join(parts[:-1])} and {parts[-1]}." if len(parts) > 1 else f"{parts[0]}."
    return _begun(sentence)


def _off_others(usual_db: float) -> str:
    return (
        f"at most {number(usual_db, 'dB')} off nineteen of twenty strokes"
        if usual_db >= _LITTLE_DB
        else "hardly anything off others"
    )


def _tone(track: TrackFigures, bands_hz: Sequence[float]) -> str:
    """What EQ does to the regions that it moves most."""
    means = {name: mean for name, mean in region_means(track.eq_db, bands_hz).items() if abs(mean) >= _HEARD_DB}
    told = sorted(means, key=lambda name: -abs(means[name]))[:2]
    if not told:
        return f"{number(max(track.eq_db, key=abs), 'dB', sign='+')} at one place"
    return " and ".join(
        f"{'more' if means[one] > 0 else 'less'} {one} ({number(means[one], 'dB', sign='+')})" for one in told
    )


def region_means(values: Sequence[float], bands_hz: Sequence[float]) -> dict[str, float]:
    """Means of figures of the tone bands over the regions that the plan speaks of."""
    found = {}
    for name, low, high in REGIONS:
        inside = [value for value, hz in zip(values, bands_hz, strict=True) if low <= hz < high]
        found[name] = sum(inside) / len(inside)
    return found


def _begun(sentence: str) -> str:
    """With a capital letter in front."""
    return sentence[:1].upper() + sentence[1:]


def decisions(figures: ReportFigures) -> list[str]:
    """What somebody has to decide, most urgent first; nothing where all is well."""
    told = [f"{reason.rstrip('.')}. It was left out." for reason in figures.left_out.values()]
    for delivery in figures.deliveries:
        failed = [check for check in delivery.checks if check.passed is False]
        told += [f"{delivery.name} fails a check: {check.what}, {check.found}." for check in failed]
    told += [f"{track.title}: {track.why['mix']}." for track in figures.tracks if track.why.get("mix")]
    told += [
        f"{track.title} is cut off at its end: {part}."
        for track in figures.tracks
        for part in track.why.get("join", "").split("; ")
        if part.startswith(_REMEDY)
    ]
    faults: dict[str, list[str]] = {}
    for track in figures.tracks:
        for message in _faults(track):
            faults.setdefault(message, []).append(track.title)
    told += [f"{several(titles)}: {message}." for message, titles in faults.items()]
    told += [
        f"{track.title} still stands out from the other songs ({', '.join(track.stands_out)}): is it meant to?"
        for track in figures.tracks
        if track.stands_out
    ]
    for delivery in figures.deliveries:
        advice = [check.found for check in delivery.checks if check.passed is None and check.what == "finding"]
        told += [f"{delivery.name}: {text}." for text in advice]
    other = next((order for order in figures.orders if not order.taken and order.name != ORDER_GIVEN), None)
    if other and any(order.taken and order.name == ORDER_GIVEN for order in figures.orders):
        told.append(f"The order was kept; another one is proposed ({other.name}). See Order and joins.")
    return told


def _faults(track: TrackFigures) -> list[str]:
    """What is better mended in the mix."""
    return [one.message for one in track.findings if one.warning and one.code not in _MENDED]


def track_sentences(track: TrackFigures, bands_hz: Sequence[float]) -> list[str]:
    """What was done to a song and what came of it, for its musician."""
    did = []
    if any(track.eq_db):
        did.append(f"tone: {_tone(track, bands_hz)}")
    if abs(track.gain_db) >= _LITTLE_DB:
        did.append(f"level {number(track.gain_db, 'dB', sign='+')} against the other songs")
    if abs(track.width - 1) >= 0.005:
        did.append(f"stereo image {abs(track.width - 1) * 100:.0f} % {'wider' if track.width > 1 else 'narrower'}")
    if track.chain_harm:
        did.append("dynamics shaped")
    told = [f"{_begun('; '.join(did))}." if did else "Left as it is, but for the level of the whole album."]
    if track.mix and track.master and track.mix.loudness_lufs is not None and track.master.loudness_lufs is not None:
        louder = track.master.loudness_lufs - track.mix.loudness_lufs
        how = f"{number(abs(louder), 'LU')} {'louder' if louder > 0 else 'softer'} than the mix"
        told.append(f"It now plays at {number(track.master.loudness_lufs, 'LUFS')}, {how}.")
    elif track.master and track.master.loudness_lufs is None:
        told.append("It is silent, or too short to measure.")
    most, usual = track.harm.get("max_gr_db"), track.harm.get("p95_gr_db")
    if most is not None and usual is not None:
        told.append(
            f"The limiter takes {number(most, 'dB')} off its highest peak and {_off_others(usual)}."
            if most >= _LITTLE_DB
            else "The limiter leaves it alone."
        )
    before, after = track.distance_db
    if before is not None and after is not None and number(before) == number(after):
        told.append(f"In tone it is {number(after, 'dB')} from the record, as the mix was.")
    elif before is not None and after is not None:
        closer = "closer to" if after < before else "further from"
        told.append(f"In tone it is {closer} the record: {number(before)} then {number(after, 'dB')}.")
    return told
