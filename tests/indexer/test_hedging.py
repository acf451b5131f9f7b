"""The most specific name that is sure enough, of a taxonomy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.vocabulary.hedging import Taxonomy, taxonomy
from indexer.vocabulary.outline import load

#       furniture: seat (chair (armchair, office chair), stool), table; vehicle: car
NAMES = ("furniture", "seat", "chair", "armchair", "office chair", "stool", "table", "vehicle", "car")
ABOVE = {"seat": "furniture", "chair": "seat", "armchair": "chair", "office chair": "chair", "stool": "seat"} | {
    "table": "furniture",
    "car": "vehicle",
}


def line(name: str) -> list[str]:
    return [name, *(line(ABOVE[name]) if name in ABOVE else [])]


def small() -> Taxonomy:
    within = np.array([[other in line(name) for other in NAMES] for name in NAMES], np.float32)
    return Taxonomy(NAMES, tuple(tuple(line(name)) for name in NAMES), within)


def named(shares: dict[str, float], least: float) -> tuple[str, float]:
    """What is chosen, and its share, where names have these shares."""
    cosines = np.log(np.array([[shares.get(name, 1e-9) for name in NAMES]]))
    places, confidences = small().hedged(cosines, least, scale=1)
    return NAMES[places[0]], float(confidences[0])


def test_a_name_is_as_specific_as_is_sure_enough():
    shares = {"armchair": 0.4, "office chair": 0.3, "stool": 0.2, "car": 0.1}
    wanted = {0.35: ("armchair", 0.4), 0.5: ("chair", 0.7), 0.8: ("seat", 0.9)}
    for least, (name, share) in wanted.items():
        assert named(shares, least) == (name, pytest.approx(share, abs=1e-5))


def test_of_equally_specific_names_the_likeliest_is_taken():
    assert named({"armchair": 0.4, "car": 0.6}, 0.3)[0] == "car"
    assert named({"armchair": 0.6, "car": 0.4}, 0)[0] == "armchair"


def test_where_nothing_is_sure_enough_the_largest_share_is_told():
    name, share = named({"armchair": 0.3, "table": 0.3, "car": 0.4}, 0.95)
    assert (name, share) == ("furniture", pytest.approx(0.6, abs=1e-5))


SHARES = st.lists(st.floats(0.01, 1), min_size=len(NAMES), max_size=len(NAMES))


@given(SHARES, st.floats(0, 1), st.floats(0.1, 40))
def test_shares_are_those_of_all_kinds_of_a_name(weights: list[float], least: float, scale: float):
    cosines = np.array([weights])
    alone = np.exp(scale * cosines[0]) / np.exp(scale * cosines[0]).sum()
    summed = {name: sum(alone[i] for i, other in enumerate(NAMES) if name in line(other)) for name in NAMES}
    places, confidences = small().hedged(cosines, least, scale)
    chosen = NAMES[places[0]]
    assert confidences[0] == pytest.approx(summed[chosen], abs=1e-5)
    more_specific = [name for name in NAMES if name != chosen and chosen in line(name)]
    if confidences[0] >= least:
        assert all(summed[name] < least + 1e-5 for name in more_specific)
    else:
        assert max(summed.values()) < least + 1e-5


@given(SHARES, st.floats(0, 1), st.floats(0, 1))
def test_who_asks_for_more_gets_no_name_that_is_more_specific(weights: list[float], one: float, other: float):
    cosines = np.array([weights])
    low, high = (small().hedged(cosines, least, scale=5)[0][0] for least in sorted((one, other)))
    kinds = small().within.sum(axis=0)
    assert kinds[low] <= kinds[high] or small().hedged(cosines, max(one, other), scale=5)[1][0] < max(one, other)


def test_nothing_asked_nothing_chosen():
    places, confidences = small().hedged(np.zeros((0, len(NAMES)), np.float32), 0.5)
    assert places.shape == confidences.shape == (0,)


def test_the_taxonomy_of_the_vocabulary_is_that_of_its_outline():
    found, terms = taxonomy(), load().terms
    assert len(found.names) == len(terms) == len(found.kinds) and found.within.shape == (len(terms),) * 2
    place = found.names.index("armchair")
    assert found.kinds[place][:2] == ("armchair", "chair") and "furniture" in found.kinds[place]
    above = {found.names[other] for other in np.flatnonzero(found.within[place])}
    assert above == set(found.kinds[place])
    assert (np.diag(found.within) == 1).all()
    assert all(kinds[0] == name for name, kinds in zip(found.names, found.kinds, strict=True))
