import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexer.superseding import union

ROWS = st.lists(st.integers(0, 30))


@given(ROWS, ROWS)
def test_a_union_is_that_of_sets(rows: list[int], more: list[int]) -> None:
    found = union(np.array(sorted(set(rows)), np.int64), np.array(more, np.int64))
    assert found.dtype == np.int64
    assert found.tolist() == sorted({*rows, *more})
