"""Arithmetic of meaning, and the exact account of a score."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from retriever.errors import UsageError
from retriever.query.compose import compose, relative, slerp


@st.composite
def queries(draw):
    """(t, d) unit vectors that are far from cancelling, and their weights."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    terms, dim = draw(st.integers(1, 6)), draw(st.integers(2, 40))
    vectors = rng.standard_normal((terms, dim)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    sign = rng.choice([-1.0, 1.0], terms)
    weights = sign * rng.uniform(0.1, 3, terms)
    assume(np.linalg.norm(weights @ vectors) > 0.05 * np.abs(weights).sum())
    return vectors, weights


@given(queries())
def test_the_vector_is_the_unit_sum(query):
    vectors, weights = query
    composed = compose(vectors, weights)
    assert np.linalg.norm(composed.vector) == pytest.approx(1)
    total = weights @ vectors.astype(np.float64)
    np.testing.assert_allclose(composed.vector, total / np.linalg.norm(total), atol=1e-6)


def _two(cosine: float) -> np.ndarray:
    """Two unit vectors of that cosine."""
    return np.array([[1, 0, 0], [cosine, np.sqrt(1 - cosine**2), 0]])


@pytest.mark.parametrize(
    ("cosine", "weights", "left"),
    [
        (0.8, (1, -1), 0.316),  # half the angle between them is left
        (0.8, (-1, 1), 0.316),
        (0.6, (1, -1), 0.447),
        (0.8, (1, -0.3), None),  # a small weight takes little away
        (0.4, (1, -1), None),
        (0.2, (1, -3), None),  # unlike, and meant so
        (0.9, (1, 1), None),
        (0.9, (-1, -1), None),
    ],
)
def test_a_minus_term_that_leaves_little_is_named(cosine, weights, left):
    found = compose(_two(cosine), weights).taken_away()
    if left is None:
        assert found is None
    else:
        assert found == (int(weights[1] < 0), pytest.approx(left, abs=1e-3))


def test_of_several_minus_terms_the_likest_is_named():
    vectors = np.vstack([_two(0.7), [[0.9, 0.1, 0.4]]])
    place, left = compose(vectors, (1, -0.5, -1)).taken_away()
    assert place == 2 and left < 0.5


@given(queries(), st.integers(0, 30))
def test_shares_sum_to_the_score(query, hits):
    vectors, weights = query
    composed = compose(vectors, weights)
    found = np.random.default_rng(hits).standard_normal((hits, vectors.shape[1]))
    found = (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)
    shares = composed.shares(found)
    assert shares.shape == (hits, len(weights))
    np.testing.assert_allclose(shares.sum(axis=1), found @ composed.vector, atol=1e-6)


@given(queries(), st.randoms())
def test_the_order_of_terms_does_not_matter(query, random):
    vectors, weights = query
    order = list(range(len(weights)))
    random.shuffle(order)
    one, other = compose(vectors, weights), compose(vectors[order], weights[order])
    np.testing.assert_allclose(one.vector, other.vector, atol=1e-12)
    np.testing.assert_allclose(one.shares(vectors)[:, order], other.shares(vectors), atol=1e-12)


@given(queries(), st.floats(1e-300, 1e300))
def test_scaling_all_weights_changes_nothing(query, factor):
    vectors, weights = query
    one, other = compose(vectors, weights), compose(vectors, weights * factor)
    np.testing.assert_allclose(one.vector, other.vector, atol=1e-12)
    np.testing.assert_allclose(one.weights, other.weights, rtol=1e-9)


@given(queries())
def test_a_weight_of_zero_adds_nothing(query):
    vectors, weights = query
    kept = np.append(weights[:1], np.zeros(len(weights) - 1))
    composed = compose(vectors, kept)
    np.testing.assert_allclose(composed.vector, np.sign(weights[0]) * vectors[0], atol=1e-6)
    assert (composed.shares(vectors)[:, 1:] == 0).all()


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False).filter(bool), min_size=1, max_size=6))
def test_relative_weights_keep_signs_and_ratios_and_stay_within_one(weights):
    parts = relative(weights)
    assert np.sign(parts).tolist() == np.sign(weights).tolist()
    assert np.abs(parts).max() == 1
    wanted = np.array(weights) / np.abs(weights).max()
    np.testing.assert_allclose(parts, wanted, rtol=1e-12, atol=1e-300)


@given(queries())
def test_a_single_term_is_itself_whatever_its_weight(query):
    vectors, weights = query
    composed = compose(vectors[:1], np.abs(weights[:1]))
    np.testing.assert_allclose(composed.vector, vectors[0], atol=1e-6)


@given(queries())
def test_lengths_of_encoder_outputs_do_not_count(query):
    vectors, weights = query
    longer = vectors * np.geomspace(1, 100, len(weights), dtype=np.float32)[:, None]
    np.testing.assert_allclose(compose(longer, weights).vector, compose(vectors, weights).vector, atol=1e-6)


@pytest.mark.parametrize(
    ("vectors", "weights"),
    [([[1, 0], [1, 0]], [1, -1]), ([[1, 0], [1, 1e-4]], [5, -5]), ([[1, 0], [0, 1], [1, 1]], [1, 1, -(2**0.5)])],
    ids=["same", "nearly the same", "three"],
)
def test_terms_that_cancel_are_an_error(vectors, weights):
    names = [f"text:{i}" for i in range(len(weights))]
    with pytest.raises(UsageError, match=r"text:0, text:1.* cancel each other.*change a weight"):
        compose(np.array(vectors, np.float32), weights, names)


@pytest.mark.parametrize("bad", [0.0, np.nan, np.inf])
def test_a_term_without_direction_is_an_error(bad):
    with pytest.raises(UsageError, match="no direction"):
        compose(np.array([[1, 0], [bad, 0]], np.float32), [1, 1])


@given(queries())
def test_projection_leaves_nothing_of_the_minus_directions_and_shares_still_sum(query):
    vectors, weights = query
    assume((weights > 0).any() and (weights < 0).sum() < vectors.shape[1] - 1)
    try:
        composed = compose(vectors, weights, minus="project")
    except UsageError:  # the sum lies among the directions that are taken out
        return
    assume(np.linalg.cond(vectors[weights < 0]) < 1e4 if (weights < 0).any() else True)
    np.testing.assert_allclose(composed.vector @ composed.units[weights < 0].T, 0, atol=1e-6)
    np.testing.assert_allclose(composed.shares(vectors).sum(axis=1), composed.units @ composed.vector, atol=1e-6)


@given(queries(), st.floats(0.01, 100))
def test_projection_does_not_look_at_the_weight_of_a_minus(query, factor):
    vectors, weights = query
    assume(len(weights) > 1 and vectors.shape[1] > 8)
    weights = np.append(np.abs(weights[:-1]), -1.0)
    other = np.append(weights[:-1], -factor)
    one, other = (compose(vectors, some, minus="project") for some in (weights, other))
    np.testing.assert_allclose(one.vector, other.vector, atol=1e-9)


@pytest.mark.parametrize("twice", [1, 2])
def test_projection_bears_two_minus_terms_of_one_direction(twice):
    composed = compose(np.array([[1, 1, 0], *[[1, 0, 0]] * twice]), [1] + [-1] * twice, minus="project")
    np.testing.assert_allclose(composed.vector, [0, 1, 0], atol=1e-12)


@pytest.mark.parametrize(
    ("vectors", "weights", "words"),
    [([[1, 0], [1, 0]], [1, -1], "cancel"), ([[1, 0], [0, 1]], [-1, -1], "only minus terms")],
)
def test_a_projection_of_nothing_is_an_error(vectors, weights, words):
    with pytest.raises(UsageError, match=words):
        compose(np.array(vectors), weights, minus="project")


@given(queries())
def test_centring_takes_the_mean_off_the_unit_vector_of_each_term(query):
    vectors, weights = query
    means = np.full(vectors.shape, 0.1 / vectors.shape[1])
    by_hand = (vectors - means).astype(np.float64)
    wanted = compose(by_hand, weights)
    composed = compose(3 * vectors, weights, means=means)
    np.testing.assert_allclose(composed.vector, wanted.vector, atol=1e-6)


@given(queries(), st.floats(0.1, 10), st.floats(0.1, 10))
def test_slerp_goes_along_the_arc(query, one, other):
    vectors = query[0]
    assume(len(vectors) > 1 and abs(vectors[0] @ vectors[1]) < 0.99)
    found = slerp(vectors[:2], [one, other])
    angle = np.arccos(vectors[0] @ vectors[1])
    assert np.linalg.norm(found.vector) == pytest.approx(1)
    assert np.arccos(np.clip(found.vector @ found.units[0], -1, 1)) == pytest.approx(
        angle * other / (one + other), abs=1e-3
    )
    np.testing.assert_allclose(found.weights @ found.units, found.vector, atol=1e-12)


@given(queries())
def test_slerp_of_equal_weights_is_the_sum_and_of_one_direction_is_that(query):
    vectors = query[0]
    assume(len(vectors) > 1 and vectors[0] @ vectors[1] > -0.9)
    np.testing.assert_allclose(slerp(vectors[:2], [1, 1]).vector, compose(vectors[:2], [1, 1]).vector, atol=1e-6)
    np.testing.assert_allclose(slerp(vectors[[0, 0]], [1, 3]).vector, vectors[0], atol=1e-6)


@pytest.mark.parametrize("weights", [[1], [1, -1], [1, 1, 1]])
def test_slerp_takes_two_terms_with_a_plus(weights):
    with pytest.raises(UsageError, match="two terms with a plus"):
        slerp(np.eye(len(weights)), weights)


def test_slerp_between_opposite_terms_is_an_error():
    with pytest.raises(UsageError, match="cancel"):
        slerp(np.array([[1, 0], [-1, 0]]), [1, 1])
