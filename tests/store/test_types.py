"""The types of further columns, where their values are of several: what is shown and what filters see is the same."""

from pathlib import Path

import numpy as np
import pytest
from index_making import item, write

from indexer.compaction import compact
from retriever.errors import FilterError
from retriever.store import Snapshot
from retriever.store.catalog import rows_where


@pytest.mark.parametrize("in_one_run", [False, True])
def test_a_number_among_texts_has_one_spelling(tmp_path: Path, in_one_run: bool) -> None:
    numbers = {0: 100.0, 1: 1e-7, 2: 1e16, 3: 12345678901234.5, 4: float("inf")}
    rows = [item(number, price=price) for number, price in numbers.items()]
    text = [item(9, price="on request")]
    write(tmp_path, *([[*rows, *text]] if in_one_run else [rows, text]))
    for _ in range(2):
        snapshot = Snapshot.open(tmp_path)
        shown = snapshot.column("price").to_pylist()
        assert shown == ["100.0", "1e-07", "1e+16", "12345678901234.5", "inf", "on request"]
        for row, price in enumerate(shown):
            assert np.flatnonzero(rows_where(snapshot, f"price = '{price}'")).tolist() == [row]
        compact(tmp_path)


@pytest.mark.parametrize("where", ["cost > 50", "cost = 20", "abs(cost) < 3 and vertices > 2", "cost between 5 and 9"])
def test_a_number_in_a_column_that_is_text_is_told_the_cure(tmp_path: Path, where: str) -> None:
    snapshot = write(tmp_path, [item(0, cost="n/a"), item(1, cost=10)], [item(2, cost=60)])
    with pytest.raises(
        FilterError, match=r"'cost' for a number.* try_cast\(cost as double\), or once all are numbers, index with"
    ):
        rows_where(snapshot, where)
    assert np.flatnonzero(rows_where(snapshot, "try_cast(cost as double) > 50")).tolist() == [2]
    with pytest.raises(FilterError, match="write one SQL expression"):
        rows_where(snapshot, "label > 5")


def test_columns_are_quoted_in_the_cure(tmp_path: Path) -> None:
    snapshot = write(tmp_path, [item(0, **{"list price": "n/a"})])
    with pytest.raises(FilterError, match=r'try_cast\("list price" as double\)'):
        rows_where(snapshot, '"list price" > 5')


@pytest.mark.parametrize("where", ["added > date '2024-01-10'", "year(added) = 2024", "added < now()"])
def test_a_date_that_is_text_is_told_the_cure(tmp_path: Path, where: str) -> None:
    snapshot = write(tmp_path, [item(0, added="2024-01-05"), item(1, added="2024-02-01")])
    with pytest.raises(FilterError, match=r"'added' for a date or a time.* try_cast\(added as timestamp\), or compare"):
        rows_where(snapshot, where)
    assert np.flatnonzero(rows_where(snapshot, "try_cast(added as timestamp) > date '2024-01-10'")).tolist() == [1]
    assert np.flatnonzero(rows_where(snapshot, "added > '2024-01-31'")).tolist() == [1]


@pytest.mark.parametrize("where", ["price > 'cheap' and who = 'NA'", "label > 3 and who = 'NA'"])
def test_no_column_is_blamed_that_may_be_innocent(tmp_path: Path, where: str) -> None:
    snapshot = write(tmp_path, [item(0, price=1.5, who="NA")])
    with pytest.raises(FilterError, match="write one SQL expression"):
        rows_where(snapshot, where)


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("label_kinds = 'chair'", r"'label_kinds' for one value, .* list_contains\(label_kinds, 'chair'\)"),
        ("label_kinds like '%chair%' and label <> 'x'", r"'label_kinds' for one value, .* label_kinds\[1\] for"),
        ("label_kinds in ('chair', 'car')", r"'label_kinds' for one value, "),
        ("extent > 3", r"'extent' for one value, .* list_contains\(extent, 2\.5\)"),
        ("list_contains(label_kinds, 3)", "write one SQL expression"),
        ("list_contains(label, 'chair')", "write one SQL expression"),
    ],
)
def test_a_list_that_is_taken_for_one_value_is_told_the_cure(tmp_path: Path, where: str, said: str) -> None:
    snapshot = write(tmp_path, [item(0, label_kinds=["chair", "furniture"]), item(1)])
    with pytest.raises(FilterError, match=said):
        rows_where(snapshot, where)
    assert np.flatnonzero(rows_where(snapshot, "list_contains(label_kinds, 'chair')")).tolist() == [0]
