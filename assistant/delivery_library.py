"""The user's own deliveries: a folder of TOML files beside those that ship, each called by its file's name."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from references import DELIVERIES

FOLDER_VARIABLE = "MASTERTAPE_DELIVERIES"
"""Environment variable that names another folder for them."""


def own_folder() -> Path:
    """Where they are: in the user's configuration folder, or where MASTERTAPE_DELIVERIES says."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else Path(platformdirs.user_config_dir("mastertape")) / "deliveries"


def own_names() -> tuple[str, ...]:
    """Names of the user's own, in order of the alphabet."""
    try:
        return tuple(sorted(path.stem for path in own_folder().glob("*.toml") if path.is_file()))
    except OSError:
        return ()


def built_in() -> tuple[str, ...]:
    """Names of the deliveries that ship."""
    return tuple(sorted(path.stem for path in DELIVERIES.glob("*.toml")))


def delivery_file(name: str) -> Path:
    """Where a delivery's figures stand: the path of a TOML file, or a name; the user's own goes before ours."""
    if name.endswith(".toml"):
        return Path(name)
    return (own_folder() if name in own_names() else DELIVERIES) / f"{name}.toml"


def known_names() -> tuple[str, ...]:
    """Every name that is known, those that ship first."""
    shipped = built_in()
    return (*shipped, *(name for name in own_names() if name not in shipped))
