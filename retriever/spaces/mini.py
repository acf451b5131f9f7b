"""The spaces that ship in the package, `mini` and `mini-research`: MiniLM's texts, and towers that point among them."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from retriever.spaces import folders
from retriever.spaces.base import Space


def folder(name: str = "mini") -> Path:
    """Where the files of a shipped space lie in the installed package."""
    return Path(str(files("retriever.spaces"))) / "weights" / name


def open_space(at: Path | None = None, *, name: str = "mini", device: str = "cpu") -> Space:
    """The shipped space called `name`, or the space of the folder `at`.

    Raises:
        SpaceError: its files are not there, or its description is of no use.
    """
    return folders.open_space(at or folder(name), device=device)
