"""Spaces of other packages: each is an entry point of the group `GROUP`.

The name of the entry point is the name of the space; its value is a function ``open_space(*, name: str, device: str)
-> Space``. See docs/spaces.md for a whole one.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points

from retriever.errors import SpaceError
from retriever.spaces.base import Space

GROUP = "retriever.spaces"


def names() -> list[str]:
    """Spaces that installed packages bring, sorted."""
    return sorted({found.name for found in entry_points(group=GROUP)})


def origin(name: str) -> str:
    """The package, and its version, that brings a space."""
    found = _entry_point(name)
    return f"{found.dist.name} {found.dist.version}" if found.dist else found.value


def open_space(name: str, *, device: str) -> Space:
    """The space of that name, opened by its package.

    Raises:
        SpaceError: its package fails, or gives something else.
    """
    found = _entry_point(name)
    try:
        space = found.load()(name=name, device=device)
    except SpaceError:
        raise
    except Exception as error:  # it is somebody else's code: anything can happen
        raise SpaceError(
            f"The space {name!r} of the package {origin(name)} cannot be opened ({type(error).__name__}: {error}); "
            "upgrade or uninstall that package."
        ) from error
    if not isinstance(space, Space) or space.identity.name != name:
        raise SpaceError(
            f"The package {origin(name)} gives no retriever.spaces.Space called {name!r}; upgrade or uninstall it."
        )
    return space


def _entry_point(name: str) -> EntryPoint:
    return next(iter(entry_points(group=GROUP, name=name)))
