"""Spaces of the user: where they live, what they may be called, and how one is opened.

They were trained by `retriever align`, or added by `retriever spaces add` from published checkpoints.

Each is a folder with a ``space.json`` and the weights of its towers, below the first of ``$RETRIEVER_SPACES``,
``$XDG_DATA_HOME/retriever/spaces`` and ``~/.local/share/retriever/spaces``. A folder may be copied to another machine;
its name there is the space's name.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from retriever.errors import SpaceError, UsageError
from retriever.files import expanded
from retriever.spaces import folders
from retriever.spaces.base import Space
from retriever.spaces.folders import CARD

ENVIRONMENT = "RETRIEVER_SPACES"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def home() -> Path:
    """The folder of the user's spaces; it need not exist."""
    if own := os.environ.get(ENVIRONMENT):
        return expanded(own)
    data = os.environ.get("XDG_DATA_HOME", "")
    base = Path(data) if Path(data).is_absolute() else Path.home() / ".local" / "share"  # as the XDG rules have it
    return base / "retriever" / "spaces"


def names() -> list[str]:
    """The user's spaces, sorted."""
    try:
        return sorted(each.name for each in home().iterdir() if _NAME.fullmatch(each.name) and (each / CARD).is_file())
    except OSError:
        return []


def folder(name: str) -> Path:
    """Where the space `name` is, or would be.

    Raises:
        UsageError: it is no name for a space.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot be the name of a space; take up to 64 letters, digits, dots, dashes and underscores, "
            "with a letter or a digit first."
        )
    return home() / name


def read_card(at: Path) -> dict[str, Any]:
    """What the ``space.json`` in a folder says.

    Raises:
        SpaceError: it is missing or damaged, or a weights file that it names is not there.
    """
    card = folders.read(at)
    files = [tower["file"] for tower in card["towers"].values() if "file" in tower]
    for file in files:
        if not (at / file).is_file():
            raise SpaceError(f"The weights {at / file} are missing; copy the space again, or make it again.")
    return card


def stamp(name: str) -> int:
    """Changes when the space `name` is trained again: the time of its description, ns; 0 where there is none."""
    try:
        return (folder(name) / CARD).stat().st_mtime_ns
    except OSError:
        return 0


def open_space(name: str, *, device: str = "cpu") -> Space:
    """The user's space `name`, which is what it is called whatever the name was when it was trained.

    Raises:
        SpaceError: its files are missing or damaged.
    """
    at = folder(name)
    read_card(at)
    space = folders.open_space(at, device=device)
    space.identity = replace(space.identity, name=name)
    return space
