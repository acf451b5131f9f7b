"""Joint embedding spaces, by name. One file per model family; a family is imported when it is asked for."""

from __future__ import annotations

from importlib import import_module

from retriever.devices import check_device
from retriever.errors import SpaceError
from retriever.spaces.base import Encoder, ShapeInput, Space, SpaceIdentity

__all__ = ["DEFAULT", "Encoder", "ShapeInput", "Space", "SpaceIdentity", "get", "names"]

DEFAULT = "mini"
_FAMILIES = {"mini": "retriever.spaces.mini"}
_opened: dict[tuple[str, str], Space] = {}


def names() -> list[str]:
    """Spaces that can be asked for."""
    return sorted(_FAMILIES)


def get(name: str = DEFAULT, *, device: str = "cpu") -> Space:
    """The space called `name`; its weights are read only when a tower is first used.

    Args:
        name: one of `names`.
        device: "cpu", "cuda", or "auto" for a GPU where there is one; no part of the space's identity.

    Raises:
        SpaceError: no such space, or its files are not there.
        UsageError: no such device.
    """
    check_device(device)
    if name not in _FAMILIES:
        raise SpaceError(f"There is no space called {name!r}; choose one of: {', '.join(names())}.")
    if (name, device) not in _opened:
        _opened[name, device] = import_module(_FAMILIES[name]).open_space(device=device)
    return _opened[name, device]
