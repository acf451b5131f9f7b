"""Joint embedding spaces, by name.

A name is looked up among the spaces that ship in the package (`mini`), those in the user's folder (`home`: trained by
`retriever align`, or added from published checkpoints, see `catalogue`), those that other packages bring (`plugins`),
and those that a program makes known itself (`register`). One file per family of models; a family is imported when one
of its towers is first used.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from retriever.devices import check_device
from retriever.errors import SpaceError
from retriever.spaces import folders, home, mini, plugins
from retriever.spaces.base import Encoder, Space, SpaceIdentity
from retriever.types import Inputs, ShapeInput

__all__ = [
    "DEFAULT",
    "Encoder",
    "Inputs",
    "ShapeInput",
    "Space",
    "SpaceIdentity",
    "folder",
    "get",
    "names",
    "register",
    "reserved",
    "shipped",
    "source",
]

DEFAULT = "mini"
_FAMILIES = {"mini": "retriever.spaces.mini", "mini-research": "retriever.spaces.mini"}
_opened: dict[tuple[str, str, int], Space] = {}
_registered: dict[str, Space] = {}


def shipped() -> list[str]:
    """Spaces that the package knows by itself; no other may take their names."""
    return sorted(_FAMILIES)


def reserved() -> list[str]:
    """Names that no space of a user's training may take: those that ship, and those of published checkpoints."""
    from retriever.spaces.catalogue import PUBLISHED

    return sorted({*_FAMILIES, *PUBLISHED})


def names() -> list[str]:
    """Spaces that can be asked for: the shipped, the user's, those of other packages, those registered."""
    return list(dict.fromkeys([*shipped(), *home.names(), *plugins.names(), *_registered]))


def register(space: Space) -> None:
    """Makes a space of one's own code known by the name in its identity, in this process: it indexes and answers then.

    The newest one that was registered by a name is meant by it. Another process does not know it; a package can bring
    it to all, see `plugins`.

    Args:
        space: as `get` gives it, on whatever device it was made for.

    Raises:
        SpaceError: it is no space, or its name is taken by one that is published, in the user's folder or a package.
    """
    if not isinstance(space, Space):
        raise SpaceError(f"A {type(space).__name__} cannot be registered; give a retriever.spaces.Space.")
    name = space.identity.name
    if name in {*reserved(), *home.names(), *plugins.names()}:
        raise SpaceError(f"There is a space called {name!r} already; give another name to your SpaceIdentity.")
    _registered[name] = space


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
    kind = source(name)
    if kind == "registered":
        return _registered[name]
    key = (name, device, home.stamp(name) if kind == "yours" else 0)
    if key not in _opened:
        if kind == "shipped":
            _opened[key] = import_module(_FAMILIES[name]).open_space(name=name, device=device)
        elif kind == "yours":
            _opened[key] = home.open_space(name, device=device)
        else:
            _opened[key] = plugins.open_space(name, device=device)
    return _opened[key]


def source(name: str) -> str:
    """Where the space called `name` is from: "shipped", "yours" (its folder), "package" or "registered".

    Raises:
        SpaceError: there is no such space.
    """
    if name in _FAMILIES:
        return "shipped"
    if name in home.names():
        return "yours"
    if name in plugins.names():
        return "package"
    if name in _registered:
        return "registered"
    raise _unknown(name)


def folder(name: str) -> Path:
    """The folder of the space called `name`, whose towers can be trained on.

    Raises:
        SpaceError: there is no such space, or its towers are none that are trained here.
    """
    kind = source(name)
    if kind in ("package", "registered"):
        raise SpaceError(f"The space {name!r} is of other code and cannot be trained on here; start from {DEFAULT}.")
    at = mini.folder(name) if kind == "shipped" else home.folder(name)
    towers = folders.read(at)["towers"].values()
    if any(tower.get("architecture", folders.OWN) != folders.OWN for tower in towers):
        raise SpaceError(f"The space {name!r} has towers that cannot be trained on here; start from {DEFAULT}.")
    return at


def _unknown(name: str) -> SpaceError:
    from difflib import get_close_matches

    from retriever.spaces.catalogue import PUBLISHED

    if name in PUBLISHED:
        how = f"retriever spaces pull {name}" if PUBLISHED[name].downloads else f"retriever spaces add {name} FILE"
        return SpaceError(
            f"The space {name!r} has no weights in {home.home()}: run {how} (see: retriever spaces show {name}), "
            f"or set ${home.ENVIRONMENT} to where they are."
        )
    near = get_close_matches(name, {*names(), *PUBLISHED}, n=1)
    meant = f" Did you mean {near[0]}?" if near else ""
    return SpaceError(
        f"There is no space called {name!r}; choose one of: {', '.join(names())}, or one of `retriever spaces`.{meant} "
        "Spaces of your own are looked for in "
        f"{home.home()} (set ${home.ENVIRONMENT} for another place): an index made in one needs it there, so bring its "
        "folder back, or index the corpus again into a new folder."
    )
