"""Which of a user's pairs are kept for validation: a share of every class, near-duplicates on one side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import floor

import numpy as np
from numpy.typing import NDArray

from indexer.align.own.pairs import Pair
from indexer.align.split import fraction


def hold_out(pairs: Sequence[Pair], contents: Sequence[str], share: float, seed: int) -> NDArray[np.bool_]:
    """(n,) True for the pairs that are not trained on.

    What a training chooses is chosen on these. Where the owner has marked pairs as val, it is those. Otherwise every
    1/share-th along a list that is sorted by class, and within a class by a hash: each class gives its share, rounded
    up or down, and the whole is right. A class is never held out as a whole, so what there is one of is trained on.

    Args:
        pairs: n of them, none of which is marked as test: nothing may be chosen on those.
        contents: of each, a hash of its file; those with one hash, or of one group, are on one side.
        share: of the pairs, 0 to less than 1.
        seed: another one, another choice.
    """
    if any(pair.split == "val" for pair in pairs):
        return np.array([pair.split == "val" for pair in pairs], np.bool_)
    chosen = np.zeros(len(pairs), np.bool_)
    units = _units(pairs, contents)
    names = [pairs[unit[0]].label or "" for unit in units]
    left = Counter(names)
    keys = [fraction(f"{seed}/{min(contents[i] for i in unit)}") for unit in units]
    owed = fraction(f"{seed}/start")
    for place in sorted(range(len(units)), key=lambda place: (names[place], keys[place])):
        unit, name = units[place], names[place]
        more = owed + len(unit) * share
        due = floor(more) > floor(owed)
        if due and left[name] < 2:
            continue  # still owed: the next class makes up for it
        owed = more
        if due:
            chosen[unit] = True
            left[name] -= 1
    return chosen


def singles(pairs: Sequence[Pair], contents: Sequence[str]) -> list[str]:
    """Labels of which there is one thing only, however often."""
    count = Counter(pairs[unit[0]].label for unit in _units(pairs, contents))
    return sorted(label for label, times in count.items() if label and times == 1)


def _units(pairs: Sequence[Pair], contents: Sequence[str]) -> list[list[int]]:
    """Places of the pairs that must stay together: linked by group or content, over any number of links."""
    leader = list(range(len(pairs)))

    def lead(i: int) -> int:
        while leader[i] != i:
            leader[i] = leader[leader[i]]
            i = leader[i]
        return i

    first: dict[tuple[str, str], int] = {}
    for i, (pair, content) in enumerate(zip(pairs, contents, strict=True)):
        for key in (("content", content), ("group", pair.group)):
            if key[1]:
                leader[lead(i)] = lead(first.setdefault(key, i))
    together: dict[int, list[int]] = {}
    for i in range(len(pairs)):
        together.setdefault(lead(i), []).append(i)
    return list(together.values())
