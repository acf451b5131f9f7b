"""Which corpus root a path on the command line belongs to, and how much of it is meant."""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path

from retriever import archives, loaders
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


def outermost(path: Path, roots: Container[Path]) -> Path | None:
    """That one of `roots` which holds an absolute path, or is it; of several the outermost."""
    return next((each for each in (*reversed(path.parents), path) if each in roots), None)


def taken_over(known: Mapping[str, str], roots: Container[Path]) -> Iterator[str]:
    """Names of the known roots below one of `roots`, whose items are its own now."""
    for name, at in known.items():
        if (root := outermost(Path(at), roots)) and root != Path(at):
            yield name


def corpora(paths: Iterable[Path], known: Iterable[Path]) -> list[Corpus]:
    """The corpora that `paths` stand for.

    Any folder becomes a root, and that of any file, unless it lies below another one or a known root; a path is a part
    of the outermost root that holds it. It may lie there really, also where the root is a link by now, or by a link in
    the root. What comes out does not depend on the order of `paths`.

    Args:
        paths: as given by the user.
        known: absolute roots of the index.

    Raises:
        UsageError: a path does not exist.
    """
    roots = _Roots({root: _followed(root) for root in known})
    given = [_given(path, roots) for path in paths]
    new = [path if path.is_dir() else path.parent for path, written in given if roots.holder(path, written) is None]
    roots = _Roots({**roots.real, **{root: root for root in new}})
    parts: dict[Path, list[Path]] = {}
    for path, written in given:
        root = roots.holder(path, written)
        assert root is not None
        parts.setdefault(root, []).append(_within(root, roots.real[root], path, written))
    return [Corpus(root, () if root in within else tuple(dict.fromkeys(within))) for root, within in parts.items()]


def _given(path: Path, known: _Roots) -> tuple[Path, Path]:
    """A path with its links followed, and as it was written.

    A link that alone tells what the file is, as those of caches do whose files are called by hashes, stands for it.
    """
    found, written = _existing(path), _as_written(path)
    tells_more = _tells(path) and not _tells(found)
    if tells_more and found.is_file() and known.holder(found, written) is None:
        return _followed(written.parent) / written.name, written
    return found, written


def _tells(path: Path) -> bool:
    """Whether a file's name says what it is."""
    return path.suffix.lower() in archives.SUFFIXES or loaders.modality_of(path) is not None


class _Roots:
    """Roots, found by what lies below them: as many may be given as there are paths.

    Args:
        real: root -> where it lies, which is elsewhere if a link has taken its place by now.
    """

    def __init__(self, real: Mapping[Path, Path]) -> None:
        self.real = real
        self._at: dict[Path, list[Path]] = {}
        for root, place in real.items():
            self._at.setdefault(place, []).append(root)

    def holder(self, path: Path, written: Path) -> Path | None:
        """The root that a path belongs to: best one that holds it as written, too, but rather really than by a link.

        Args:
            path: with its links followed.
            written: the same as the user gave it.
        """
        really = [root for place in (path, *path.parents) for root in self._at.get(place, ())]
        as_written = [root for root in (written, *written.parents) if root in self.real]
        both = [root for root in really if root in as_written]
        return min(both or really or as_written, key=lambda root: len(root.parts), default=None)


def _within(root: Path, real: Path, path: Path, written: Path) -> Path:
    """The path below `root` under which a scan meets a file or folder: folders where they really lie, if that is there.

    A file that is a link keeps its own name.
    """
    if path.is_dir():
        return root / path.relative_to(real) if path.is_relative_to(real) else written
    folder = _followed(written.parent)
    if folder.is_relative_to(real):
        return root / folder.relative_to(real) / written.name
    return written if written.is_relative_to(root) else root / path.relative_to(real)


def _as_written(path: Path) -> Path:
    """An absolute path without following its links, unless it leads back out of one: "link/.." is elsewhere."""
    written = Path(os.path.normpath(path.absolute()))
    return written if _followed(written) == _followed(path) else _followed(path)


def _followed(path: Path) -> Path:
    """A path with its links followed, as far as they lead anywhere."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # a loop of links
        return path.absolute()


def _existing(path: Path) -> Path:
    try:
        found = path.resolve(strict=True)
    except NotADirectoryError as error:
        if archive := archives.holder(path):
            raise UsageError(f"{path} lies in an archive, which is looked into as a whole: name {archive}.") from error
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
