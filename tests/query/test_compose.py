"""Arithmetic of meaning, and the exact account of a score."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from retriever.errors import UsageError
from retriever.query.compose import compose


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
