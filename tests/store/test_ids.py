import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retriever.store.ids import id_keys, item_id


@given(st.lists(st.integers(0, 2**64 - 1), max_size=20))
def test_ids_are_their_numbers(numbers: list[int]) -> None:
    keys = id_keys([f"{number:016x}" for number in numbers])
    assert keys is not None
    assert keys.dtype == np.uint64
    assert keys.tolist() == numbers


def test_an_items_id_is_one() -> None:
    keys = id_keys([item_id("root", "a.obj")])
    assert keys is not None
    assert f"{int(keys[0]):016x}" == item_id("root", "a.obj")


@pytest.mark.parametrize(
    "id", ["", "0" * 15, "0" * 17, "0123456789ABCDEF", "0x23456789abcdef", " 123456789abcdef", "1_3456789abcdef0",
           "é" * 8, "é" * 16, "\ud800" + "0" * 15]
)  # fmt: skip
def test_other_names_are_none(id: str) -> None:
    assert id_keys([id]) is None
    assert id_keys(["0" * 16, id, "1" * (32 - len(id))]) is None
