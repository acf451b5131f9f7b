"""The items that two indexes have in common: both are asked as if they held nothing else."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from retriever.errors import RetrieverError, UsageError
from retriever.evaluation.sides import Labels
from retriever.query.request import blame
from retriever.store.snapshot import Snapshot
from retriever.wording import counted

if TYPE_CHECKING:
    from retriever.index import Index


class Shared:
    """Items of one index, each beside the same of another: of the same id, or else of a path that is one item's alone.

    Args:
        one: an index.
        other: of the same corpus.

    Attributes:
        notes: what was left out, and what does not fit.

    Raises:
        UsageError: they have nothing in common, or are the same version of one index.
    """

    def __init__(self, one: Index, other: Index) -> None:
        self._indexes = (one, other)
        self._snapshots = (one.snapshot, other.snapshot)
        places = [(each.folder.resolve(), each.manifest.version) for each in self._snapshots]
        if places[0] == places[1]:
            raise UsageError(
                f"--against {other.snapshot.folder} is the index itself: name another one, or compare it with an "
                "earlier version of it, --as-of VERSION."
            )
        ours, theirs = (_items(each) for each in self._snapshots)
        self._rows = _matched(ours, theirs)
        if not len(self):
            raise UsageError(
                f"The indexes {one.snapshot.folder} and {other.snapshot.folder} have no item in common: compare two of "
                "the same corpus."
            )
        self.notes = [*self._about(len(ours.rows) + len(theirs.rows) - 2 * len(self))]

    def __len__(self) -> int:
        return len(self._rows[0])

    def keep_alike(self, column: str) -> None:
        """Leaves out what the two have under different labels.

        Raises:
            UsageError: there is no such column; names the index.
        """
        values = []
        for index, rows in zip(self._snapshots, self._rows, strict=True):
            with blamed(index):
                values.append(Labels(index, column).of(rows))
        self._left_out(np.array([a == b for a, b in zip(*values, strict=True)], bool), f"whose {column} differs")

    def keep_where(self, option: str, where: str | None) -> None:
        """Leaves out what fulfils a condition in one of the two alone.

        Raises:
            FilterError: a filter that DuckDB does not accept; names the index.
            UsageError: no item that is left fulfils it in both, though some do in one, or did that were left out.
        """
        if where is None:
            return
        from retriever.store.catalog import rows_where

        found, anywhere = [], False
        for index, rows in zip(self._snapshots, self._rows, strict=True):
            with blamed(index):
                fulfil = rows_where(index, where)
            found.append(fulfil[rows])
            anywhere |= bool((fulfil & index.live).any())
        if anywhere and not (found[0] | found[1]).any():
            raise UsageError(
                f"There is nothing to compare: all items that fulfil {option} are left out. {' '.join(self.notes)}"
            )
        if not (found[0] & found[1]).any() and (found[0] | found[1]).any():
            told = " and ".join(
                f"{np.count_nonzero(one):,} of {index.folder}"
                for index, one in zip(self._snapshots, found, strict=True)
            )
            raise UsageError(
                f"There is nothing to compare: of the items that both indexes hold, {told} fulfil {option}, and none "
                "does in both; index the other one with the same labels and --metadata."
            )
        self._left_out(found[0] == found[1], f"that fulfil {option} in one index alone")

    def indexes(self) -> list[Index]:
        """Both, without what is not in both."""
        return [_narrowed(index, rows) for index, rows in zip(self._indexes, self._rows, strict=True)]

    def ids(self) -> dict[str, str]:
        """Id in the other index -> that in the first."""
        ours, theirs = self._column("id")
        return dict(zip(theirs, ours, strict=True))

    def _column(self, name: str) -> tuple[list[str], list[str]]:
        """A column of the items in both."""
        one, other = (
            index.take(rows, [name]).column(0).to_pylist()
            for index, rows in zip(self._snapshots, self._rows, strict=True)
        )
        return one, other

    def _about(self, alone: int) -> Iterator[str]:
        if alone:
            yield f"Items that one of the two indexes holds alone, left out of both: {alone:,}."
        if changed := sum(a != b for a, b in zip(*self._column("sha256"), strict=True) if a and b):
            yield f"Items whose files changed between the two: {changed:,}; index both again to compare like with like."

    def _left_out(self, keep: NDArray[np.bool_], why: str) -> None:
        if keep.all():
            return
        self.notes.append(f"Items {why}, left out of both: {np.count_nonzero(~keep):,}.")
        self._rows = (self._rows[0][keep], self._rows[1][keep])
        if not keep.any():
            raise UsageError(f"There is nothing to compare: all {counted(len(keep), 'item')} are ones {why}.")


@contextmanager
def blamed(index: Snapshot) -> Iterator[None]:
    """Errors raised inside begin with which index it was."""
    try:
        yield
    except RetrieverError as error:
        raise blame(error, f"The index {index.folder}") from error


class _Items(NamedTuple):
    """Live items: their rows, ids and paths."""

    rows: NDArray[np.int64]
    ids: list[str]
    paths: list[str]


def _items(index: Snapshot) -> _Items:
    rows = np.flatnonzero(index.live)
    table = index.take(rows, ["id", "path"])
    return _Items(rows, table.column("id").to_pylist(), table.column("path").to_pylist())


def _matched(ours: _Items, theirs: _Items) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of the items of one, and beside each the row of the same item of the other, in the order of the first."""
    place = {id: number for number, id in enumerate(theirs.ids)}
    found = np.array([place.get(id, -1) for id in ours.ids], np.int64)
    free = np.ones(len(theirs.ids), bool)
    free[found[found >= 0]] = False
    by_path = _alone((theirs.paths[number], number) for number in np.flatnonzero(free).tolist())
    for path, number in _alone((ours.paths[number], number) for number in np.flatnonzero(found < 0).tolist()).items():
        found[number] = by_path.get(path, -1)
    both = np.flatnonzero(found >= 0)
    return ours.rows[both], theirs.rows[found[both]]


def _alone(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Path -> the number of the one item that has it; those of several are left out."""
    numbers: dict[str, list[int]] = {}
    for path, number in pairs:
        numbers.setdefault(path, []).append(number)
    return {path: several[0] for path, several in numbers.items() if len(several) == 1}


def _narrowed(index: Index, rows: NDArray[np.int64]) -> Index:
    """The index as it were, had all other rows been removed."""
    whole = index.snapshot
    snapshot = Snapshot(whole.folder, whole.manifest, whole, filter_seconds=whole.filter_seconds)
    live = np.zeros(whole.rows, bool)
    live[rows] = True
    snapshot.live, snapshot.deleted = live, np.flatnonzero(~live)
    narrowed = copy.copy(index)  # without what it has read of the others: `Index.__getstate__` leaves that out
    narrowed.snapshot = snapshot
    return narrowed
