"""Lists of hits in TREC's format for runs: ``QUERY Q0 ITEM RANK SCORE TAG``, for other programs to judge."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TextIO

from retriever.errors import UsageError
from retriever.evaluation.items import Items
from retriever.evaluation.qrels import Qrels
from retriever.query.hits import Hits

TAG = "retriever"
"""Last field of a line: what made it."""

Write = Callable[[str, Hits], None]


@contextmanager
def writing(path: Path | None, items: Items, qrels: Qrels) -> Iterator[Write]:
    """Gives what writes the hits of a query; the file is replaced when all are written, and stays where that fails.

    An item is called as the judgements of that query call it, others by their id; white space in a name becomes ``_``.

    Raises:
        UsageError: the file cannot be written, or is that of the judgements, or two queries would have one name.
    """
    if path is None:
        yield lambda name, hits: None
        return
    if path.exists() and qrels.file.exists() and path.samefile(qrels.file):
        raise UsageError(f"--run {path} is the file of the judgements; choose another one.")
    with _replacing(path) as out:
        yield _Lines(out, items, qrels).write


@contextmanager
def _replacing(path: Path) -> Iterator[TextIO]:
    """A file that takes the place of another one at the end; what is no file, such as a pipe, is written to."""
    place = path.resolve()
    if place.exists() and not place.is_file():
        with _explained(path):
            out = place.open("w", encoding="utf-8", newline="\n")
        with out:
            yield out
        return
    with _explained(path):
        descriptor, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as out:
            yield out
        with _explained(path):
            Path(name).chmod(0o666 & ~_umask())
            Path(name).replace(place)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(f"--run {path} cannot be written: {error.strerror or error}.") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


class _Lines:
    def __init__(self, out: TextIO, items: Items, qrels: Qrels) -> None:
        self._out, self._items, self._qrels = out, items, qrels
        self._names: dict[str, str] = {}

    def write(self, name: str, hits: Hits) -> None:
        field = _field(name)
        if self._names.setdefault(field, name) != name:
            raise UsageError(f"--run: the queries {self._names[field]!r} and {name!r} would both be called {field}.")
        called = {self._items.id_of(item) or item: _field(item) for item in self._qrels.grades[name]}
        scores = [f"{hit.score if hit.fused is None else hit.fused:.9f}" for hit in hits]
        if any(float(low) >= float(high) for high, low in pairwise(scores)):
            scores = [str(len(hits) - place) for place in range(len(hits))]  # programs sort by it
        for hit, score in zip(hits, scores, strict=True):
            self._out.write(f"{field} Q0 {called.get(hit.id, hit.id)} {hit.rank} {score} {TAG}\n")


def _field(text: str) -> str:
    """Without white space, which ends a field."""
    return "_".join(text.split())
