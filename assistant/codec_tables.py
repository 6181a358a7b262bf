"""What lossy codecs made of a delivery's tracks, for people."""

from __future__ import annotations

from rich.table import Table

from assistant.tables import level, level_2
from mastering.delivery import Delivery


def codec_parts(delivery: Delivery) -> list[Table | str]:
    """A table with a row for each codec, and a line on the songs that had to be lowered; nothing without codecs."""
    codecs = dict.fromkeys(trial.codec for track in delivery.tracks for trial in track.codecs)
    if not codecs:
        return []
    table = Table(title=f"{delivery.name}: what lossy codecs make of its songs", title_justify="left")
    for name in ("codec", "highest dBTP", "in", "samples over", "LU louder"):
        table.add_column(name, justify="left" if name in {"codec", "in"} else "right")
    for codec in codecs:
        trials = [(track.title, trial) for track in delivery.tracks for trial in track.codecs if trial.codec == codec]
        title, highest = max(trials, key=lambda one: one[1].true_peak_dbtp)
        changes = [trial.loudness_change_lu for _, trial in trials if trial.loudness_change_lu is not None]
        table.add_row(
            codec.label,
            level_2(highest.true_peak_dbtp),
            title,
            str(sum(trial.overs for _, trial in trials)),
            f"{level(min(changes))} to {level(max(changes))}" if changes else "–",
        )
    return [table, *_repaired(delivery)]


def _repaired(delivery: Delivery) -> list[str]:
    repaired = [(track.repair, track.title) for track in delivery.tracks if track.repair]
    if not repaired:
        return []
    limited_db = [repair.lowered_db for repair, _ in repaired if repair.lowered_db > 0]
    dips_db = [lowered_db for repair, _ in repaired for lowered_db in repair.dips_db.values()]
    done = []
    if limited_db:
        count = len(limited_db)
        done.append(f"{count} song{'s' if count > 1 else ''} limited up to {max(limited_db):.2f} dB lower")
    if dips_db:
        count = len(dips_db)
        done.append(f"{count} tenth{'s' if count > 1 else ''} of a second turned down by up to {max(dips_db):.2f} dB")
    where = repr(repaired[0][1]) if len(repaired) == 1 else f"{len(repaired)} songs"
    return [f"· {delivery.name}: repaired for these in {where}: {', '.join(done)}"]
