"""Spaces of other packages: each is an entry point of the group `GROUP`.

The name of the entry point is the name of the space; its value is a function ``open_space(*, name: str, device: str)
-> Space``. See docs/spaces.md for a whole one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from retriever.errors import RetrieverError, SpaceError
from retriever.spaces.base import Encoder, Space
from retriever.types import Modality, Payload, Vectors

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from retriever.query.background import Background

GROUP = "retriever.spaces"


def names() -> list[str]:
    """Spaces that installed packages bring, sorted."""
    from importlib.metadata import entry_points

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
    with _named(name):
        space = _entry_point(name).load()(name=name, device=device)
    if not isinstance(space, Space) or space.identity.name != name:
        raise SpaceError(
            f"The package {origin(name)} gives no retriever.spaces.Space called {name!r}; upgrade or uninstall it."
        )
    return _Guarded(name, space)


class _Guarded(Space):
    """Another package's space, whose failures are said to be its own."""

    def __init__(self, name: str, space: Space) -> None:
        super().__init__(
            space.identity,
            dict.fromkeys(space.modalities),  # type: ignore[arg-type]
            space.license,
            space.licenses,
            space.spreads,
            self._measured,
        )
        self._name = name
        self._space = space

    def encoder(self, modality: Modality) -> Encoder:
        """As `Space.encoder`."""
        with _named(self._name):
            return _GuardedEncoder(self._name, self._space.encoder(modality))

    def _measured(self) -> Mapping[str, Background]:
        with _named(self._name):
            return self._space.backgrounds


class _GuardedEncoder:
    def __init__(self, name: str, encoder: Encoder) -> None:
        self.modality = encoder.modality
        self.batch = encoder.batch
        self._name = name
        self._encoder = encoder

    def encode(self, payloads: Sequence[Payload]) -> Vectors:
        """As the package's encoder."""
        with _named(self._name):
            return self._encoder.encode(payloads)


@contextmanager
def _named(name: str) -> Iterator[None]:
    """Turns what another package raises into a sentence that names it; anything can happen there."""
    try:
        yield
    except RetrieverError:
        raise
    except Exception as error:
        raise SpaceError(
            f"The space {name!r} of the package {origin(name)} fails ({type(error).__name__}: {error}); upgrade or "
            "uninstall that package, or see to what it says."
        ) from error


def _entry_point(name: str) -> EntryPoint:
    from importlib.metadata import entry_points

    return next(iter(entry_points(group=GROUP, name=name)))
