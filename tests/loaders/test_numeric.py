"""Numbers out of text."""

import sys
import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest

from retriever.errors import FileProblem
from retriever.loaders.numeric import numbers, whole_numbers


def test_numbers_and_words():
    assert numbers(b" 1 2.5\n-3e2 ").tolist() == [1, 2.5, -300]
    assert whole_numbers(b"").tolist() == []
    with pytest.raises(FileProblem, match="words among its numbers"):
        numbers(b"1 two 3")


def test_threads_leave_the_warning_filters_as_they_were():
    before, interval = list(warnings.filters), sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            sums = list(pool.map(lambda n: numbers(b"1 2 3 " * 50).sum(), range(2000)))
    finally:
        sys.setswitchinterval(interval)
    assert set(sums) == {300}
    assert list(warnings.filters) == before
