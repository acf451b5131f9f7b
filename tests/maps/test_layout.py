"""The layout of a map: what is alike lies together, whatever is given, and the same again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit_vectors import near, unit

from retriever.maps import layout
from retriever.maps.affinities import edges, islands
from retriever.maps.layout import components, lay_out, place
from retriever.maps.regions import regions
from retriever.maps.repulsion import Repulsion


def clusters(groups: int, each: int, dim: int = 32, step: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
    """Vectors about as many centers, in no order, and which group each is of."""
    rng = np.random.default_rng(0)
    vectors = np.concatenate([near(rng, center, each, step) for center in unit(rng, groups, dim)])
    order = rng.permutation(len(vectors))
    return vectors[order], np.repeat(np.arange(groups), each)[order]


def nearest(places: np.ndarray, k: int) -> np.ndarray:
    apart = ((places[:, None].astype(float) - places) ** 2).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    return np.argsort(apart, axis=1)[:, :k]


def test_groups_lie_apart_and_neighbours_together():
    vectors, group = clusters(12, 40)
    places = lay_out(vectors)
    assert places.shape == (480, 2) and places.dtype == np.float32
    assert (group[nearest(places, 10)] == group[:, None]).mean() > 0.98
    true = nearest(vectors, 10)
    kept, first = (
        np.mean([len({*a} & {*b}) / 10 for a, b in zip(true, nearest(shown, 10), strict=True)])
        for shown in (places, components(vectors))
    )
    assert kept > 0.5 and kept > 2 * first


def test_it_fills_its_square_and_nothing_lies_on_one_spot():
    places = lay_out(clusters(12, 40, step=0.05)[0])
    assert np.abs(places).max() == pytest.approx(1) and np.allclose(
        places.min(axis=0) + places.max(axis=0), 0, atol=1e-5
    )
    apart = np.linalg.norm(places[:, None] - places, axis=2)[~np.eye(len(places), dtype=bool)].reshape(len(places), -1)
    assert np.median(apart.min(axis=1)) > 0.002


def test_the_same_vectors_get_the_same_places():
    vectors, _ = clusters(5, 30)
    given = vectors.copy()
    assert np.array_equal(lay_out(vectors), lay_out(vectors)) and np.array_equal(vectors, given)


def test_copies_have_one_place():
    vectors, _ = clusters(4, 20)
    many = np.concatenate([vectors, vectors[[3] * 50], vectors[10:12]])
    places = lay_out(many)
    assert (places[80:130] == places[3]).all() and np.array_equal(places[130:], places[10:12])
    assert np.array_equal(places[:80], lay_out(vectors))  # and no weight of their own


@pytest.mark.parametrize("count", range(13))
def test_few_vectors(count: int):
    vectors = unit(np.random.default_rng(1), count, 6)
    places = lay_out(vectors)
    assert places.shape == (count, 2) and places.dtype == np.float32 and np.isfinite(places).all()
    assert len({*map(tuple, places.tolist())}) == count
    if count == 2:
        assert np.allclose(np.abs(places[:, 0]), 1) and np.allclose(places[:, 1], 0, atol=1e-6)


@pytest.mark.parametrize("count", [1, 2, 3, 500])
def test_equal_vectors_lie_in_the_middle(count: int):
    assert not lay_out(np.tile(unit(np.random.default_rng(2), 1, 8), (count, 1))).any()


@given(st.integers(0, 2**32 - 1), st.integers(0, 40), st.integers(1, 5), st.integers(1, 6))
def test_anything_has_a_place(seed: int, count: int, dim: int, different: int):
    rng = np.random.default_rng(seed)
    vectors = unit(rng, different, dim)[rng.integers(0, different, count)]
    places = lay_out(vectors)
    assert places.shape == (count, 2) and np.isfinite(places).all() and (np.abs(places) <= 1 + 1e-6).all()


def test_of_many_a_sample_is_laid_out_and_the_rest_placed_beside_it(monkeypatch: pytest.MonkeyPatch):
    vectors, group = clusters(6, 100)
    vectors[7] = vectors[6]
    monkeypatch.setattr(layout, "LAID_OUT", 300)
    told: list[tuple[str, int, int | None]] = []
    places = lay_out(vectors, lambda *of: told.append(of))
    assert np.array_equal(places[::2], lay_out(vectors[::2])) and (places[7] == places[6]).all()
    assert (group[nearest(places, 10)] == group[:, None]).mean() > 0.95
    phases = [phase for phase, _, _ in told]
    assert [*dict.fromkeys(phases)] == ["map", "place"] and max(
        done for phase, done, _ in told if phase == "map"
    ) == 300


def test_what_is_placed_goes_to_the_midst_of_its_neighbours():
    laid_out, places = np.eye(5, dtype=np.float32)[:3], np.array([[0, 0], [1, 0], [0, 1]], np.float32)
    assert np.array_equal(place(laid_out[[2, 0]], laid_out, places), places[[2, 0]])
    between = np.array([[0.8, 0.6, 0, 0, 0]], np.float32)
    assert np.array_equal(place(between, laid_out, places), [[0, 0]])


def test_edges_are_shares_of_all_and_go_both_ways():
    vectors = clusters(3, 30)[0]
    found = edges(vectors, 8)
    assert found.weights.sum() == pytest.approx(1) and (found.weights >= 0).all()
    pairs = {(a, b): w for a, b, w in zip(*(part.tolist() for part in found), strict=True)}
    assert all(a != b and pairs[b, a] == pytest.approx(w) for (a, b), w in pairs.items())
    assert all(len({b for a, b in pairs if a == start}) >= 8 for start in range(90))


def test_islands_are_near_each_other_and_apart():
    rng = np.random.default_rng(4)
    center = unit(rng, 1, 24)[0]
    vectors = np.concatenate([near(rng, center, 300, 0.1), near(rng, -center, 200, 0.1)])
    assert islands(edges(vectors)).tolist() == [0] * 300 + [1] * 200
    places = lay_out(vectors)
    one, other = places[:300], places[300:]
    gap = np.linalg.norm(one[:, None] - other, axis=2).min()
    assert 0.02 < gap < 0.5 and min(np.ptp(one, axis=0).max(), np.ptp(other, axis=0).max()) > 0.5


@pytest.mark.parametrize("spread", [0.1, 1, 20, 100])
def test_the_push_is_that_of_all_pairs(spread: float):
    places = np.random.default_rng(3).normal(0, spread, (300, 2))
    apart = places[:, None] - places
    kernel = 1 / (1 + (apart**2).sum(axis=2))
    np.fill_diagonal(kernel, 0)
    exact = (kernel[:, :, None] ** 2 * apart).sum(axis=1) / kernel.sum()
    found = Repulsion()(places)
    assert np.linalg.norm(found - exact) < 0.15 * np.linalg.norm(exact)


def test_a_name_stands_in_the_larger_heap():
    places = np.array([[-1, 0]] * 4 + [[1, 0]] * 7 + [[0, 1]] * 3 + [[0, -1]], np.float32)
    found = regions(places, ["a"] * 11 + [None, "", "b"] + ["b"])
    assert [(group.value, group.items) for group in found] == [("a", 11), ("b", 2)]
    assert (found[0].x, found[0].y) == (1, 0) and regions(places[:0], []) == []
