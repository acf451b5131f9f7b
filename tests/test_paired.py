"""Two systems over the same queries: intervals and p-values by hand, against brute force, and as the paper has them."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retriever.metrics import bootstrap, difference

values = st.sampled_from([0.0, 0.25, 0.5, 1.0])


def test_by_hand():
    # Differences 0.1, 0.2, 0.3: of the eight ways to sign them, only all alike sum to as much.
    found = difference(np.array([0.5, 0.7, 0.9]), np.array([0.4, 0.5, 0.6]))
    assert (found.first, found.second, found.value) == pytest.approx((0.7, 0.5, 0.2))
    assert found.p == 2 / 8 and 0.1 - 1e-9 <= found.low < 0.2 < found.high <= 0.3 + 1e-9
    # One apart: it is as large with either sign.
    assert difference(np.array([1.0, 0.5]), np.array([0.0, 0.5])).p == 1
    # 3, 1, -1: sums of at least 3 without their sign are +-(3+1+1), +-(3+1-1), twice.
    assert difference(np.array([3.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0])).p == 6 / 8
    same = difference(np.full(50, 0.3), np.full(50, 0.3))
    assert (same.value, same.low, same.high, same.p) == (0, 0, 0, 1)


@given(st.lists(st.tuples(values, values), min_size=1, max_size=6), st.sampled_from([np.mean, np.median]))
def test_all_exchanges_of_few_queries(pairs, middle):
    found = difference(*np.array(pairs).T, middle=middle)
    apart = []
    for signs in product((False, True), repeat=len(pairs)):
        one = [pair[changed] for pair, changed in zip(pairs, signs, strict=True)]
        other = [pair[not changed] for pair, changed in zip(pairs, signs, strict=True)]
        apart.append(abs(middle(one) - middle(other)))
    assert found.p == pytest.approx(np.mean(np.array(apart) >= apart[0] - 1e-9))


@pytest.mark.parametrize("middle", [np.mean, np.median])
def test_many_queries_are_exchanged_at_random(middle):
    rng = np.random.default_rng(0)
    one = rng.random(14)
    other = one + rng.normal(0.2, 0.3, 14)
    signs = np.array(list(product((False, True), repeat=14)))
    apart = middle(np.where(signs, other, one), axis=1) - middle(np.where(signs, one, other), axis=1)
    wanted = np.mean(np.abs(apart) >= abs(middle(one) - middle(other)) - 1e-9)
    found = difference(one, other, middle=middle)
    assert found.p == pytest.approx(wanted, abs=0.05 if middle is np.median else 0.01)
    assert found == difference(one, other, middle=middle), "the same each time"
    assert difference(one, other, exchanges=99).p >= 0.01


def test_a_plain_difference_is_told_and_none_is_made_up():
    rng = np.random.default_rng(1)
    one = rng.random(300)
    better, alike = difference(one + 0.05, one), difference(one, rng.permutation(one))
    assert better.p == 1e-4 and better.low == pytest.approx(0.05) == better.high, "paired, whatever queries differ by"
    assert alike.p > 0.5 and alike.low < 0 < alike.high
    shares = [difference(*rng.random((2, 40)), exchanges=199).p <= 0.1 for _ in range(300)]
    assert 0.05 < np.mean(shares) < 0.16, "of systems that are the same, a tenth has p of a tenth or less"


def test_the_interval_is_the_bootstrap_of_the_differences():
    rng = np.random.default_rng(2)
    one, other = rng.random((2, 80))
    found, (value, low, high) = difference(one, other), bootstrap(one - other)
    assert (found.value, found.low, found.high) == pytest.approx((value, low, high))


def test_what_was_never_found():
    inf = np.inf
    median = difference(np.array([1.0, 2.0, inf]), np.array([1.0, inf, inf]), middle=np.median)
    assert (median.first, median.second, median.value, median.p) == (2, inf, -inf, 1)
    nothing = difference(np.full(20, inf), np.full(20, inf), middle=np.median)
    assert (nothing.value, nothing.low, nothing.high, nothing.p) == (0, 0, 0, 1)
    macro = difference(np.array([1.0, inf]), np.array([2.0, inf]))
    assert macro.value == 0 and macro.p == 1


def test_values_that_are_not_of_the_same_queries():
    for one, other in (([1.0], [1.0, 2.0]), ([], [])):
        with pytest.raises(ValueError, match="as many of both, and one at least"):
            difference(np.array(one), np.array(other))
