"""What a scan finds: files that are items-to-be, and what is known of the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from retriever.types import Modality


@dataclass(frozen=True)
class Rules:
    """How the files of a corpus are taken; an index keeps the first two.

    Attributes:
        folder_labels: whether folders may be classes.
        objects: whether the objects of a scene are items as well.
        settled: files that changed within so many seconds are left for a later run, as they may still be written.
    """

    folder_labels: bool = True
    objects: bool = False
    settled: float = 0.0


USUAL = Rules()
Told = Callable[[str, str, str], None]
"""Is told the path below the root of what is no item, the reason, and the name of the item whose sidecar it is."""


@dataclass(frozen=True)
class SourceFile:
    """One item-to-be.

    Attributes:
        path: below the corpus root, "/" between parts.
        modality: as `loaders.kind_of` says.
        bytes: size.
        fingerprint: changes when the file, a sidecar of its name, or `metadata` changes; from sizes and times only.
        metadata: label, caption, name, preview, split and the extras of the layout and of JSON sidecars, where known.
        table: hash of what the user's own table says of the file, which is in `metadata` too; empty without.
        given: names of the columns that the table gave; None where none did, or where that is not known.
        inside: whether its objects are items as well.
    """

    path: str
    modality: Modality
    bytes: int
    fingerprint: str
    metadata: dict[str, object] = field(default_factory=dict)
    table: str = ""
    given: tuple[str, ...] | None = None
    inside: bool = False


@dataclass
class Scan:
    """What a walk found.

    Attributes:
        files: the items, sorted by path.
        skipped: how many files or folders are no items, by reason; those of a suffix that nothing reads are counted
            under "unsupported .SUFFIX" (`indexer.skipped.told` sums them up).
        problems: (path below the root, sentence with the cure) of what could not be looked at, and of sidecars.
        kinds: path of a sidecar with a problem -> the kind of `retriever.errors.FileProblem`; the other problems are
            "unreadable".
        unreadable: files and folders below the root ("" is the root) that are there and could not be looked at; items
            indexed from there must not be taken for removed. Links to what is not there are among them.
        unsettled: items that were left for a later run, which are among the unreadable, and their sidecars.
        beside: sidecars below the root of files that were asked for one by one.
        told: is called for each that is counted in `skipped`.
    """

    files: list[SourceFile] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    problems: list[tuple[str, str]] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)
    unsettled: set[str] = field(default_factory=set)
    beside: set[str] = field(default_factory=set)
    told: Told | None = None

    def skip(self, path: PurePosixPath | str, reason: str, of: str = "") -> None:
        """Counts what is no item; a sidecar is one `of` an item in its folder."""
        self.skipped[reason] += 1
        if self.told:
            self.told(str(path), reason, of)

    def leave_out(self, parts: Collection[str]) -> None:
        """Takes files out that turned out to be parts of others."""
        for path in parts:
            self.skip(path, "companion")
        those = frozenset(parts)
        self.files = [file for file in self.files if file.path not in those]
