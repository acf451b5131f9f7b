"""Joint embedding spaces, by name. One file per model family; a family is imported when it is asked for."""

from __future__ import annotations

from importlib import import_module

from retriever.errors import SpaceError
from retriever.spaces.base import Encoder, ShapeInput, Space, SpaceIdentity

__all__ = ["DEFAULT", "Encoder", "ShapeInput", "Space", "SpaceIdentity", "get", "names"]

DEFAULT = "mini"
_FAMILIES = {"mini": "retriever.spaces.mini"}
_opened: dict[str, Space] = {}


def names() -> list[str]:
    """Spaces that can be asked for."""
    return sorted(_FAMILIES)


def get(name: str = DEFAULT) -> Space:
    """The space called `name`; its weights are read only when a tower is first used.

    Raises:
        SpaceError: no such space, or its files are not there.
    """
    if name not in _FAMILIES:
        raise SpaceError(f"There is no space called {name!r}; choose one of: {', '.join(names())}.")
    if name not in _opened:
        _opened[name] = import_module(_FAMILIES[name]).open_space()
    return _opened[name]
