"""Which corpus root a path on the command line belongs to, and how much of it is meant."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path

from retriever import archives
from retriever.errors import UsageError
from retriever.store import holds_index
from retriever.types import is_utf8


@dataclass(frozen=True)
class Corpus:
    """A corpus root, or a part of one.

    Attributes:
        root: absolute.
        within: folders and files below `root` that are meant; empty means all of it.
    """

    root: Path
    within: tuple[Path, ...] = ()

    def covers(self, path: str) -> bool:
        """Whether `path`, relative to the root, is meant."""
        return not self.within or not self._places.isdisjoint(upwards(path))

    @cached_property
    def _places(self) -> frozenset[str]:
        """`within`, relative to the root: looked up once, for there may be as many as items."""
        return frozenset(part.relative_to(self.root).as_posix() for part in self.within)


def upwards(path: str) -> Iterator[str]:
    """`path` and all the folders that it lies in, with "/" between their parts."""
    return accumulate(path.split("/"), "{}/{}".format)


def at_or_below(path: str, place: str) -> bool:
    """Whether `path` is `place` or lies in it; both with "/" between their parts."""
    return path == place or path.startswith(f"{place.rstrip('/')}/")


def corpora(paths: Iterable[Path], known: Iterable[Path]) -> list[Corpus]:
    """The corpora that `paths` stand for.

    A path below a known root is a part of that root, of the outermost one where roots are nested. Any other folder
    becomes a root; any other file a part of its folder.

    Args:
        paths: as given by the user.
        known: absolute roots of the index.

    Raises:
        UsageError: a path does not exist.
    """
    known = list(known)
    parts: dict[Path, list[Path]] = {}
    for path in sorted((_existing(path) for path in paths), key=lambda path: len(path.parts)):
        holders = [root for root in (*known, *parts) if path.is_relative_to(root)]
        root = min(holders, key=lambda root: len(root.parts), default=path if path.is_dir() else path.parent)
        parts.setdefault(root, []).append(path)
    return [Corpus(root, () if root in within else tuple(within)) for root, within in parts.items()]


def _existing(path: Path) -> Path:
    try:
        found = path.resolve(strict=True)
    except NotADirectoryError as error:
        if archive := archives.holder(path):
            raise UsageError(
                f"{path} lies in a zip archive, which is looked into as a whole: name {archive}."
            ) from error
        raise UsageError(f"{path} cannot be indexed ({error.strerror}); check the spelling.") from error
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links, before Python 3.13
        reason = getattr(error, "strerror", None) or "a loop of links"
        raise UsageError(
            f"{path} cannot be indexed ({reason}); check the spelling, and quote a name that has spaces."
        ) from error
    if holds_index(found):
        raise UsageError(f"{path} is an index; name the folder that holds the files to index.")
    if not (found.is_dir() or found.is_file()):
        raise UsageError(f"{path} is neither a file nor a folder; name one that holds what to index.")
    if not is_utf8(str(found)):
        raise UsageError(f"{os.fsencode(found)!r} has bytes in its name that are not UTF-8; rename it.")
    return found
