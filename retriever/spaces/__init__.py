"""Joint embedding spaces, by name. One file per model family; a family is imported when it is asked for.

The spaces that users train lie in a folder of their own, see `retriever.spaces.home`.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from retriever.devices import check_device
from retriever.errors import SpaceError
from retriever.spaces import home, mini
from retriever.spaces.base import Encoder, Inputs, ShapeInput, Space, SpaceIdentity

__all__ = ["DEFAULT", "Encoder", "Inputs", "ShapeInput", "Space", "SpaceIdentity", "folder", "get", "names", "shipped"]

DEFAULT = "mini"
_FAMILIES = {"mini": "retriever.spaces.mini", "mini-research": "retriever.spaces.mini"}
_opened: dict[tuple[str, str, int], Space] = {}


def shipped() -> list[str]:
    """Spaces that the package knows by itself; no other may take their names."""
    return sorted(_FAMILIES)


def names() -> list[str]:
    """Spaces that can be asked for: the shipped ones, then the user's."""
    return [*shipped(), *(name for name in home.names() if name not in _FAMILIES)]


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
    if name not in names():
        raise _unknown(name)
    key = (name, device, 0 if name in _FAMILIES else home.stamp(name))
    if key not in _opened:
        if name in _FAMILIES:
            _opened[key] = import_module(_FAMILIES[name]).open_space(name=name, device=device)
        else:
            _opened[key] = home.open_space(name, device=device)
    return _opened[key]


def folder(name: str) -> Path:
    """The folder with the ``space.json`` and the weights of the space called `name`.

    Raises:
        SpaceError: there is no such space, or it is none of a folder.
    """
    if name not in names():
        raise _unknown(name)
    at = mini.folder(name) if name in _FAMILIES else home.folder(name)
    if not (at / home.CARD).is_file():
        raise SpaceError(f"The space {name!r} is no folder of weights and cannot be trained on; start from {DEFAULT}.")
    return at


def _unknown(name: str) -> SpaceError:
    return SpaceError(
        f"There is no space called {name!r}; choose one of: {', '.join(names())}. Spaces of your own are looked for in "
        f"{home.home()} (set ${home.ENVIRONMENT} for another place): an index made in one needs it there, so bring its "
        "folder back, or index the corpus again into a new folder."
    )
