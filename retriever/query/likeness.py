"""More like these, less like those: several items or files as the terms of one query."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from retriever import archives
from retriever.errors import UsageError
from retriever.files import expanded
from retriever.query.naming import item_rows
from retriever.query.request import Query
from retriever.query.term import Term
from retriever.store.ids import id_keys
from retriever.store.snapshot import Snapshot
from retriever.types import Modality

UNLIKE = 0.1
"""What the examples to keep away from weigh, together, against those to look for; see docs/diversity.md."""


def example(value: str) -> tuple[str, str]:
    """The kind and source of the term that an example is: of a file by its suffix, else an item, by its id or path.

    A file that is called like an id is written with ./ before it.
    """
    if id_keys([value]) is not None:
        return "id", value
    from retriever.loaders import kind_of

    path = expanded(value)
    modality = kind_of(path)
    return (modality.value if modality not in (None, Modality.TEXT) and archives.is_file(path) else "id"), value


def like_terms(
    like: Sequence[str],
    unlike: Sequence[str] = (),
    weight: float = UNLIKE,
    *,
    read: Callable[[str], tuple[str, str]] = example,
) -> tuple[Term, ...]:
    """Rocchio's query (1971): the mean of the good examples, less `weight` times the mean of the bad ones.

    Each example is one term, so that the shares of a hit say what it owes to each of them. Without good examples the
    bad ones are all there is, and their weight does not matter.

    Args:
        like: ids or paths of items of the index, or files, that hits should be like; repeats count once; see
            also `by_item`.
        unlike: the same, that hits should not be like.
        weight: of all the bad ones together, above 0; all the good ones weigh 1.
        read: the kind and source of an example's term.

    Raises:
        UsageError: a value that is on both sides, no value at all, or a weight out of range. What is neither a file
            nor an item is found out where items are looked up.
    """
    if not (isinstance(weight, int | float | np.number) and 0 < weight < np.inf):
        raise UsageError(f"The weight {weight} of --unlike must be a number above 0, such as {UNLIKE}.")
    good, bad = list(dict.fromkeys(like)), list(dict.fromkeys(unlike))
    unwanted = set(bad)
    if not good and not bad:
        raise UsageError("There is nothing to be like: give an id or a file with --like.")
    if both := [value for value in good if value in unwanted]:
        raise UsageError(f"{both[0]} is given to --like and to --unlike; leave one of them out.")
    return (
        *(Term(*read(value), 1 / len(good), example=True) for value in good),
        *(Term(*read(value), -weight / len(bad), example=True) for value in bad),
    )


def by_item(snapshot: Snapshot, queries: Sequence[Query]) -> list[Query]:
    """The queries; of examples that are one item by several names, or its file, the first stands for all.

    Raises:
        UsageError: an item that hits should be both like and unlike.
    """
    asked = [[term for term in query.terms if term.example] for query in queries]
    names = list(dict.fromkeys(term.source for terms in asked if len(terms) > 1 for term in terms))
    rows = dict(zip(names, item_rows(snapshot, names), strict=True))
    return [_distinct(query, rows) if len(terms) > 1 else query for query, terms in zip(queries, asked, strict=True)]


def _distinct(query: Query, rows: Mapping[str, NDArray[np.int64]]) -> Query:
    firsts: dict[object, Term] = {}
    kept = []
    for term in query.terms:
        if not term.example:
            kept.append(term)
            continue
        first = firsts.setdefault(tuple(rows[term.source]) or term.source, term)
        if first is term:
            kept.append(term)
        elif (first.weight > 0) != (term.weight > 0):
            with query.blamed():
                raise UsageError(
                    f"{first.source} is given to --like and, as {term.source}, to --unlike; leave one of them out."
                )
    return query if len(kept) == len(query.terms) else replace(query, terms=tuple(_weighed(kept, query.terms)))


def _weighed(kept: Sequence[Term], before: Sequence[Term]) -> Iterator[Term]:
    """Those of some terms that were kept, the examples of either side weighing as much together as they did."""
    for term in kept:
        if term.example:
            counts = [sum(each.example and each.weight * term.weight > 0 for each in some) for some in (before, kept)]
            term = replace(term, weight=term.weight * counts[0] / counts[1])
        yield term
