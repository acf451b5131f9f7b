"""What asks and what is found by labels: items of a modality, and the labels themselves as words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from retriever.errors import UsageError
from retriever.query.candidates import Candidates
from retriever.query.zeroshot import CONFIDENCE, Names, is_found, name_vectors, words
from retriever.store.snapshot import Snapshot
from retriever.types import Modality, Vectors

if TYPE_CHECKING:
    from retriever.index import Index

LABEL = "label"
"""What asks, or is looked for, where it is the name of a class: "label>shape", "shape>label"."""

_AT_ONCE = 256  # labels that are encoded together
_SHOWN = 3


@dataclass(frozen=True, eq=False)
class Side:
    """n things that ask, or are found.

    Attributes:
        kind: a modality, or `LABEL`.
        names: gives what some positions are called: their id, or the label.
        classes: (n,) numbers of their labels.
        rows: (n,) of the snapshot; -1 for a label.
        read: gives the (m, d) vectors of m positions.
    """

    kind: str
    names: Callable[[NDArray[np.int64]], list[str]]
    classes: NDArray[np.int64]
    rows: NDArray[np.int64]
    read: Callable[[NDArray[np.int64]], Vectors]

    def __len__(self) -> int:
        return len(self.classes)

    def some(self, most: int, seed: int, called: Mapping[str, str]) -> NDArray[np.int64]:
        """Ascending positions, `most` at most: of the names whose hashes are lowest, whatever else there is.

        Args:
            most: how many.
            seed: of the hashes.
            called: id -> what is hashed in its place. Of labels the case is not.
        """
        everything = np.arange(len(self))
        if len(self) <= most:
            return everything
        salt = seed.to_bytes(8, "little")
        names = self.names(everything)
        names = [name.casefold() if self.kind == LABEL else called.get(name, name) for name in names]
        hashes = [blake2b(name.encode(), digest_size=8, salt=salt).digest() for name in names]
        return np.sort(np.argsort(np.frombuffer(b"".join(hashes), ">u8"), kind="stable")[:most])


class Labels:
    """The values of a column as numbers; what differs in case and space alone is one.

    Args:
        snapshot: of the items.
        column: of theirs.

    Raises:
        UsageError: there is no such column, or its values are lists or the like.
    """

    def __init__(self, snapshot: Snapshot, column: str) -> None:
        import pyarrow as pa

        if column not in snapshot.columns():
            raise UsageError(f"--label {column}: there is no such column; there are {', '.join(snapshot.columns())}.")
        values = snapshot.column(column)
        if pa.types.is_nested(values.type):
            raise UsageError(f"--label {column}: a column of {values.type} says no class; choose another one.")
        self.snapshot, self.column = snapshot, column
        self._candidates = Candidates(snapshot)  # which keeps what a condition lets through
        self._words: list[str] = []
        self._codes = self._numbered(values)
        self._guessed = self._found_here()
        self._codes[self._guessed] = -1
        self._left_out: dict[str, NDArray[np.bool_]] = {}
        self._alike: list[str] = []

    def _numbered(self, values: object) -> NDArray[np.int64]:
        """(rows,) which of the `_words`; -1 for none."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if pa.types.is_floating(values.type):  # type: ignore[attr-defined]
            values = pc.if_else(pc.is_nan(values), None, values)
        encoded = values.cast(pa.string()).combine_chunks().dictionary_encode()  # type: ignore[attr-defined]
        if isinstance(encoded, pa.ChunkedArray):
            encoded = encoded.combine_chunks()
        numbers: dict[str, int] = {}
        of_spelling = []
        for text in encoded.dictionary.to_pylist():
            key = " ".join(text.split()).casefold()
            if key and key not in numbers:
                numbers[key] = len(self._words)
                self._words.append(" ".join(text.split()))
            of_spelling.append(numbers.get(key, -1))
        places = np.asarray(pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False), np.int64)
        return np.array([*of_spelling, -1], np.int64)[places]

    def _found_here(self) -> NDArray[np.bool_]:
        """(rows,) labels that the space gave itself, which say nothing of how good it is."""
        if self.column != "label" or not is_found(self.snapshot):
            return np.zeros(self.snapshot.rows, bool)
        return ~np.asarray(self.snapshot.column(CONFIDENCE).is_null().to_numpy(), bool)

    def called(self, classes: NDArray[np.int64]) -> list[str]:
        """The labels of some numbers."""
        return [self._words[code] for code in classes.tolist()]

    def of(self, rows: NDArray[np.int64]) -> list[str | None]:
        """The label of each of some rows, in small letters; None where it has none, or one that was guessed."""
        folded = [*(word.casefold() for word in self._words), None]
        return [folded[code] for code in self._codes[rows].tolist()]

    def items(self, kind: Modality, where: str | None) -> Side:
        """Those of a modality that have a label and fulfil a condition."""
        snapshot = self.snapshot
        allowed = self._candidates.rows(kind, where)
        rows = np.arange(snapshot.rows) if allowed is None else allowed.rows
        labelled = rows[self._codes[rows] >= 0]
        out = self._left_out.setdefault(kind, np.zeros(snapshot.rows, bool))
        out[rows[self._codes[rows] < 0]] = True

        def names(places: NDArray[np.int64]) -> list[str]:
            return list(snapshot.take(labelled[places], ["id"]).column(0).to_pylist())

        return Side(kind, names, self._codes[labelled], labelled, lambda places: snapshot.vectors(labelled[places]))

    def left_out(self, kind: str) -> int:
        """How many items of a modality had no label, wherever `items` looked."""
        return int(self._left_out[kind].sum())

    def has(self, kind: Modality) -> bool:
        """Whether any item of a modality has a label."""
        return bool((self._codes[self.snapshot.live & self.snapshot.modality_rows(kind)] >= 0).any())

    def named(
        self,
        index: Index,
        gallery: Side,
        templates: Sequence[str],
        progress: Callable[[str, int, int | None], None],
    ) -> Side:
        """The labels that occur in the gallery, each the mean over its prompts; encoded when they are read."""
        codes = np.unique(gallery.classes)
        spoken = _Spoken(index, [self._words[code] for code in codes.tolist()], templates, progress)
        self._alike = spoken.alike
        return Side(
            LABEL, lambda places: self.called(codes[places]), codes, np.full(len(codes), -1, np.int64), spoken.vectors
        )

    def notes(self) -> Iterator[str]:
        """What is left out, and what cannot be told apart."""
        if guessed := int(np.count_nonzero(self._guessed & self.snapshot.live)):
            yield f"Labels that `retriever label` guessed, and that say nothing here: {guessed:,}."
        if left_out := sum(map(self.left_out, self._left_out)):
            yield f"Items without a {self.column}, neither queries nor candidates: {left_out:,}."
        if self._alike:
            shown = ", ".join(repr(name) for name in self._alike[:_SHOWN])
            yield f"Labels that ask with the words of another, yet count as different: {len(self._alike):,} ({shown})."


class _Spoken:
    """The vectors of labels as words, each encoded once.

    Attributes:
        alike: labels that are asked with the same words as one before them.
    """

    def __init__(
        self,
        index: Index,
        names: Sequence[str],
        templates: Sequence[str],
        progress: Callable[[str, int, int | None], None],
    ) -> None:
        self._index, self._templates, self._progress = index, tuple(templates), progress
        self._spoken = [words(name) or name for name in names]
        self._there = np.zeros(len(names), bool)
        firsts = {said: place for place, said in reversed([*enumerate(self._spoken)])}
        self.alike = [name for place, name in enumerate(names) if firsts[self._spoken[place]] != place]

    @cached_property
    def _kept(self) -> Vectors:
        return np.empty((len(self._spoken), self._index.snapshot.identity.dim), np.float32)

    def vectors(self, places: NDArray[np.int64]) -> Vectors:
        """(m, d) of m positions."""
        missing = places[~self._there[places]]
        for start in range(0, len(missing), _AT_ONCE):
            some = missing[start : start + _AT_ONCE]
            names = Names(tuple(self._spoken[place] for place in some.tolist()), self._templates)
            self._kept[some] = name_vectors(names, self._index.space)
            self._there[some] = True
            self._progress("name", start + len(some), len(missing))
        return self._kept[places]
