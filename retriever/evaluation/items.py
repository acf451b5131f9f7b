"""The items of an index as judgements name them: by id, or by path."""

from __future__ import annotations

from typing import Any

import numpy as np

from retriever.ann.base import SUM
from retriever.errors import UsageError
from retriever.evaluation.qrels import Qrels
from retriever.store.snapshot import Snapshot


class Items:
    """Ids and paths of the live items.

    Args:
        snapshot: of the index.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        rows = np.flatnonzero(snapshot.live)
        table = snapshot.take(rows, ["id", "path"])
        ids = table.column("id").to_pylist()
        self._rows = dict(zip(ids, rows.tolist(), strict=True))
        self._by_path: dict[str, list[str]] = {}
        for id, path in zip(ids, table.column("path").to_pylist(), strict=True):
            self._by_path.setdefault(path, []).append(id)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, id: str) -> bool:
        return id in self._rows

    def row(self, id: str) -> int:
        """Of an item that is there, its row in the snapshot."""
        return self._rows[id]

    def id_of(self, item: str) -> str | None:
        """Of an id or a path; None where the index does not hold it.

        Raises:
            UsageError: several items have that path, under several roots.
        """
        if item in self._rows:
            return item
        several = self._by_path.get(item, [])
        if len(several) > 1:
            raise UsageError(f"{item!r} is the path of {len(several)} items of the index; name them by their ids.")
        return several[0] if several else None

    def spelled(self, value: Any) -> Any:
        """An id, or several, for paths as well; what is neither stays, for the search to refuse."""
        if isinstance(value, str):
            return self.id_of(value) or value
        return [self.spelled(one) for one in value] if isinstance(value, list | tuple) else value

    def keywords(self, name: str, qrels: Qrels) -> dict[str, Any]:
        """What a query looks for that nothing but its name is known of.

        Raises:
            UsageError: it is no item, and may not be words.
        """
        if id := self.id_of(name):
            return {"id": id}
        if qrels.words:
            return {"text": name}
        raise UsageError(
            f"--qrels {qrels.file}: {name!r} is no item of the index; say with --queries FILE what queries look for."
        )

    def modality(self, id: str) -> str:
        """Of an item; of one that is not there, that of a sum: the search will say what is wrong."""
        row = self._rows.get(id)
        if row is None:
            return SUM
        return str(self._snapshot.take(np.array([row]), ["modality"]).column(0)[0].as_py())
