"""What an indexing run did, in files."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from indexer.ann.optimize import Optimized
from indexer.upright import Turned
from retriever.errors import RetrieverError
from retriever.store import Failure


@dataclass
class Summary:
    """What an indexing run did, in files.

    Attributes:
        embedded: encoded now, new or changed.
        objects: in scenes among these, encoded now as well.
        reused: new paths whose vector was known from a file of the same bytes.
        updated: files of the same bytes with new metadata or times.
        unchanged: as the index has them.
        removed: gone from the corpus, or part of it no more.
        recovered: those among the unchanged that were saved from an interrupted run before this one.
        skipped: reason -> files that are not for this index.
        named: items that got a label of the vocabulary afterwards.
        unnamed: why those without a label could not get one; None where nothing went wrong.
        dropped: guessed labels that came to nothing, as their file changed or has a label of its own now.
        failed: files that could not be read; they are kept in the index's list of failures.
        optimized: the approximate search, where it was built.
        seconds: of the run.
        roots: short name -> absolute path of the corpora looked at.
        moved: old -> new absolute path of corpora that were found elsewhere.
        absent: absolute paths of corpora of the index that are not there now.
        turned: formats whose files stand on another axis than is usual.
    """

    embedded: int = 0
    objects: int = 0
    reused: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    recovered: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    named: int = 0
    unnamed: RetrieverError | None = None
    dropped: int = 0
    failed: list[Failure] = field(default_factory=list)
    optimized: Optimized | None = None
    seconds: float = 0.0
    roots: dict[str, str] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    turned: list[Turned] = field(default_factory=list)
