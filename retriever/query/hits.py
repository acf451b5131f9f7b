"""The answer to a query: a sequence of hits, and its way into tables and files."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import NDArray

from retriever.errors import MissingDependency, UsageError
from retriever.query.about import About
from retriever.query.copied import Copied, copy_files
from retriever.query.explain import Explanation
from retriever.query.expression import format
from retriever.query.hit import Hit
from retriever.query.metadata import FIXED, HIDDEN, Later, free_names
from retriever.query.tables import Tables
from retriever.query.term import Term
from retriever.query.written import as_dict, to_csv
from retriever.types import Modality
from retriever.wording import counted

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


class Hits(Sequence[Hit]):
    """Ranked hits, best first; immutable.

    Args:
        terms: the query.
        space: name of the space that it was asked in.
        items: one row a hit, with the columns `FIXED` at least.
        more: reads the same rows with all their columns; None where `items` has them.
        roots: name of a corpus root -> its absolute path; a root that is not among them is shown by its name.
        shares: (hits, terms) float64, what each term adds to a hit's score.
        fused: (hits,) what they were ranked by; None where that is the score.
        confidence: (hits,) probability of each, 0..1; None where the index is not calibrated.
        repeats: (hits,) near-duplicates folded under each; None where none were looked for.
        explain: works out why each is a hit; None where that is not known any more.
        about: the question and the index, or what works that out; None where it is not known.
        ranks: of each; None for 1, 2, 3 ...
    """

    def __init__(
        self,
        terms: Sequence[Term],
        space: str,
        items: pa.Table,
        roots: Mapping[str, str],
        shares: NDArray[np.float64],
        more: Callable[[], pa.Table] | None = None,
        fused: NDArray[np.float64] | None = None,
        confidence: NDArray[np.float64] | None = None,
        repeats: NDArray[np.int64] | None = None,
        explain: Callable[[], list[Explanation]] | None = None,
        about: About | Callable[[], About | None] | None = None,
        ranks: Sequence[int] | None = None,
    ) -> None:
        self.terms = tuple(terms)
        self.space = space
        self.several_roots = len(roots) > 1
        """Whether a path alone may not say which file is meant."""
        self._later = Later(more or (lambda: items))
        self._shares, self._roots, self._why, self._about = shares, dict(roots), _Why(explain), about
        self._beside = fused, confidence, repeats
        self._items = items
        rows = items.select(FIXED).to_pylist()
        numbers = range(1, len(rows) + 1) if ranks is None else ranks
        beside = zip(
            numbers, _values(fused, rows, None), _values(confidence, rows, None), _values(repeats, rows, 0), strict=True
        )
        self._hits = tuple(
            _hit(place, {**row, "root": roots.get(row["root"], row["root"])}, part, values, self._later, self._why)
            for place, (row, part, values) in enumerate(zip(rows, shares.tolist(), beside, strict=True))
        )

    def __reduce__(self) -> tuple[type[Hits], tuple[object, ...]]:
        """Plain data: what is sent to another process needs no index there, and is not explained there."""
        return Hits, (
            self.terms,
            self.space,
            self._later.table,
            self._roots,
            self._shares,
            None,
            *self._beside,
            None,
            self.about,
            [hit.rank for hit in self._hits],
        )

    @property
    def about(self) -> About | None:
        """The question and the index; worked out when first asked for."""
        if callable(self._about):
            self._about = self._about()
        return self._about

    def explain(self) -> list[Explanation]:
        """Why each is a hit, in their order; worked out when first asked for.

        Raises:
            UsageError: they were made without an index, or sent here by another process.
        """
        return self._why.all

    def __len__(self) -> int:
        return len(self._hits)

    @overload
    def __getitem__(self, key: int) -> Hit: ...
    @overload
    def __getitem__(self, key: slice) -> Hits: ...
    def __getitem__(self, key: int | slice) -> Hit | Hits:
        """A hit, or hits with the ranks that they have here."""
        return self._part(range(len(self))[key]) if isinstance(key, slice) else self._hits[key]

    def _part(self, places: range) -> Hits:
        chosen = np.array(places, np.int64)
        fused, confidence, repeats = self._beside
        return Hits(
            self.terms,
            self.space,
            self._items.take(chosen),
            self._roots,
            self._shares[chosen],
            lambda: self._later.table.take(chosen),
            fused=None if fused is None else fused[chosen],
            confidence=None if confidence is None else confidence[chosen],
            repeats=None if repeats is None else repeats[chosen],
            explain=lambda: [self.explain()[place] for place in places],
            about=lambda: self.about,
            ranks=[self._hits[place].rank for place in places],
        )

    def __repr__(self) -> str:
        lines = [f"<{counted(len(self), 'hit')} for {format(self.terms)}>"]
        lines += [f"{hit.rank:>4}  {hit.score:6.3f}  {hit.path}" for hit in self._hits[:10]]
        return "\n".join([*lines, "      ..."] if len(self) > 10 else lines)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from retriever.query.notebook import table

        return table(self)

    def to_dicts(self, *, explain: bool = False) -> list[dict[str, Any]]:
        """One dict a hit, as in `to_json`: scores and shares rounded so that the shares still sum to the score."""
        why = [{"explain": one.to_dict()} for one in self.explain()] if explain else [{}] * len(self)
        folded = self._beside[2] is not None
        return [
            {**as_dict(hit), **({"repeats": hit.repeats} if folded else {}), **more}
            for hit, more in zip(self._hits, why, strict=True)
        ]

    def to_json(self, *, indent: int | None = None, explain: bool = False) -> str:
        """One object: the query's terms, the space, the count, and the hits.

        Args:
            indent: spaces a level; None for one line.
            explain: whether each hit holds why it is one.
        """
        query = [{"modality": term.kind, "source": term.source, "weight": float(term.weight)} for term in self.terms]
        answer = {"query": query, "space": self.space, "count": len(self), "hits": self.to_dicts(explain=explain)}
        return json.dumps(answer, indent=indent, allow_nan=False)

    def to_arrow(self) -> pa.Table:
        """All that is known of the hits: rank, score, shares, and the items' columns.

        A column of the user's own that is called as one of a hit, such as "score", gets an underscore behind.
        """
        import pyarrow as pa

        items = self._later.table
        columns: dict[str, Any] = {
            "rank": pa.array([hit.rank for hit in self._hits], pa.int64()),
            "score": pa.array([hit.score for hit in self._hits], pa.float64()),
            **{name: items.column(name) for name in FIXED},
            "root": pa.array([hit.root for hit in self._hits], pa.string()),
            "shares": pa.array(self._shares.tolist(), pa.list_(pa.float64())),
            "fused": pa.array([hit.fused for hit in self._hits], pa.float64()),
            "confidence": pa.array([hit.confidence for hit in self._hits], pa.float64()),
            "repeats": pa.array(_values(self._beside[2], self._hits, None), pa.int64()),
        }
        known = [name for name in items.column_names if name not in HIDDEN and name not in FIXED]
        return pa.table({**columns, **{new: items.column(name) for name, new in free_names(known, columns).items()}})

    def to_pandas(self) -> pd.DataFrame:
        """`to_arrow` as a data frame.

        Raises:
            MissingDependency: pandas is not installed.
        """
        try:
            import pandas  # noqa: F401
        except ImportError as error:
            raise MissingDependency("to_pandas needs pandas: pip install 'any3d-retriever[pandas]'.") from error
        return self.to_arrow().to_pandas()

    def to_csv(self) -> str:
        """`to_arrow` as CSV with a header; lists are written with spaces between their numbers."""
        return to_csv([self])

    def to_parquet(self, path: str | Path) -> None:
        """Write `to_arrow` to a Parquet file, which is replaced when all is written.

        Raises:
            UsageError: the file cannot be written.
        """
        with Tables(path) as tables:
            tables.write(self.to_arrow())

    def to_html(self) -> str:
        """A page with a picture of every hit, which needs nothing beside it and opens in any browser.

        Pictures are made of the files as they are now; of one that is gone the page says so.
        """
        from retriever.sheet import page

        return "".join(page(self))

    def copy_files(self, folder: str | Path) -> Copied:
        """Copies the files into a folder, as `retriever.query.copied.copy_files` does."""
        return copy_files(self, Path(folder), several_roots=self.several_roots)

    def save_html(self, path: str | Path, progress: Callable[[str, int, int | None], None] | None = None) -> None:
        """Write `to_html` to a file, which is replaced when all is written.

        Args:
            path: ends in .html or .htm.
            progress: is called with a phase, the hits done, and how many there are.

        Raises:
            UsageError: another ending, or the file cannot be written.
        """
        from retriever.sheet import save

        save(self, path, progress)


class _Why:
    """Explanations of some hits, worked out once; apart from these, for a hit that holds all hits would keep them."""

    def __init__(self, explain: Callable[[], list[Explanation]] | None) -> None:
        self._explain = explain

    @cached_property
    def all(self) -> list[Explanation]:
        if self._explain is None:
            raise UsageError("These hits cannot be explained without their index; ask where it is open.")
        return self._explain()


def _hit(
    place: int, fixed: Mapping[str, Any], shares: list[float], beside: tuple[Any, ...], items: Later, why: _Why
) -> Hit:
    """One row of the index as a hit."""
    rank, fused, confidence, repeats = beside
    return Hit.reading(
        lambda: items.rows[place],
        lambda: why.all[place],
        rank=rank,
        score=min(1.0, max(-1.0, sum(shares))),
        id=fixed["id"],
        path=fixed["path"],
        root=fixed["root"],
        modality=Modality(fixed["modality"]),
        label=fixed["label"],
        shares=tuple(shares),
        fused=fused,
        confidence=confidence,
        repeats=repeats,
    )


def _values(values: NDArray[Any] | None, rows: Sequence[object], otherwise: object) -> list[Any]:
    return [otherwise] * len(rows) if values is None else values.tolist()
