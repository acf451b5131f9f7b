"""What the user leaves out of a corpus: ``--exclude GLOB``, and the lines of a ``.retrieverignore`` at its root."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from unicodedata import normalize

from retriever.errors import UsageError
from retriever.loaders.text import decoded

FILE = ".retrieverignore"


@dataclass(frozen=True)
class Exclusion:
    """Patterns for files and folders of one corpus.

    ``*`` stands for anything, also for several parts of a path, ``?`` for one character, ``[ab]`` for one of these. A
    pattern with a "/" in it is held against the path below the root, any other against each name; a "/" at its end
    makes it one for folders. A folder goes with all that is in it. How letters with marks are put together, as one
    character or several, does not count.

    Attributes:
        patterns: none of them empty.
    """

    patterns: tuple[str, ...] = ()

    @classmethod
    def of(cls, root: Path, given: Iterable[str] = ()) -> Exclusion:
        """The patterns `given`, and those of the file at `root`.

        Raises:
            UsageError: one that is not understood, or a file that cannot be read.
        """
        file = root / FILE
        try:
            lines = decoded(file.read_bytes()).splitlines()
        except FileNotFoundError:
            lines = []
        except OSError as error:
            raise UsageError(f"{file} cannot be read ({error.strerror}); mend or remove it.") from error
        listed = [line.strip() for line in lines]
        patterns = [_checked(line, str(file)) for line in listed if line and not line.startswith("#")]
        return cls((*(_checked(pattern.strip(), "--exclude") for pattern in given), *patterns))

    def leaves_out(self, path: PurePosixPath, *, is_folder: bool) -> bool:
        """Whether a file or folder at `path` below the root matches; the folders above it are not asked about."""
        return any(_matches(pattern, path, is_folder) for pattern in self.patterns)

    def leaves_out_below(self, path: PurePosixPath) -> bool:
        """Whether a folder above `path` matches."""
        return any(self.leaves_out(above, is_folder=True) for above in path.parents if above.name)


NOTHING = Exclusion()
"""Leaves nothing out."""


def _matches(pattern: str, path: PurePosixPath, is_folder: bool) -> bool:
    if pattern.endswith("/") and not is_folder:
        return False
    whole = "/" in pattern.rstrip("/")
    return fnmatchcase(normalize("NFC", str(path) if whole else path.name), pattern.strip("/"))


def _checked(pattern: str, source: str) -> str:
    if pattern.startswith("!"):
        raise UsageError(f"{source}: {pattern!r} would take something back in, which is not understood; leave it out.")
    if not pattern.strip("/"):
        raise UsageError(f"{source}: {pattern!r} matches no file; give a pattern such as 'backup/*' or '*.blend1'.")
    return normalize("NFC", pattern.removeprefix(".") if pattern.startswith("./") else pattern)
