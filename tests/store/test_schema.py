import pyarrow as pa
import pytest

from retriever.store import item_id
from retriever.store.schema import ITEMS, conform, merged, unify


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ([], pa.string()),
        ([pa.null()], pa.string()),
        ([pa.int64(), pa.null()], pa.int64()),
        ([pa.int64(), pa.float64()], pa.float64()),
        ([pa.bool_(), pa.int64()], pa.string()),
        ([pa.float64(), pa.string()], pa.string()),
        ([pa.list_(pa.float32()), pa.list_(pa.float32())], pa.list_(pa.float32())),
    ],
)
def test_unify(types: list[pa.DataType], expected: pa.DataType) -> None:
    assert unify(types) == expected


def test_segments_with_other_columns_and_types_become_one_table() -> None:
    one = pa.table({"n": pa.array([1, 2]), "b": pa.array([True, None])})
    two = pa.table({"n": pa.array([0.5]), "b": pa.array(["yes"]), "c": pa.array(["z"])})
    schema = merged([one.schema, two.schema])
    assert schema.names == [*ITEMS.names, "b", "c", "n"]
    tables = [conform(table, schema, len(table)) for table in (one, two)]
    rows = pa.concat_tables(tables).select(["b", "c", "n"]).to_pylist()
    assert rows == [
        {"b": "true", "c": None, "n": 1.0},
        {"b": None, "c": None, "n": 2.0},
        {"b": "yes", "c": "z", "n": 0.5},
    ]


def test_ids_are_stable_and_tell_roots_apart() -> None:
    assert item_id("corpus", "a/b.obj") == "5ccd3765e7101592"
    assert len({item_id("a", "b/c"), item_id("a/b", "c2"), item_id("b", "b/c"), item_id("a", "b/\udcff")}) == 4


def test_a_users_column_with_the_name_of_a_core_one_is_null_where_it_cannot_be_one() -> None:
    number = next(field for field in ITEMS if pa.types.is_integer(field.type))
    table = pa.table({number.name: pa.array(["many", "2"])})
    assert conform(table, ITEMS, 2).column(number.name).to_pylist() == [None, None]
    table = pa.table({number.name: pa.array(["1", "2"])})
    assert conform(table, ITEMS, 2).column(number.name).to_pylist() == [1, 2]
