"""How many items there are of each value: against a plain counter, over indexes with gaps, lists and deleted items."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import list_column
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from index_making import ids, item, write

from indexer.writer import IndexWriter
from retriever.errors import FilterError, UsageError
from retriever.index import Index
from retriever.store import Snapshot

LABELS = (
    st.none() | st.sampled_from(["a", "B", "", "it's", "ä", "\U0001f600", "\uffff"]) | st.text("ab\u0000", max_size=2)
)
LISTS = st.none() | st.lists(st.none() | st.sampled_from(["chair", "seat", "it's"]), max_size=4)
FLOATS = st.none() | st.sampled_from([0.0, -0.0, 1.5, math.inf]) | st.floats(allow_nan=False, width=32)


def counted(values: Iterable[Any]) -> list[tuple[Any, int]]:
    """What is expected of values, a list for each item that may have several."""
    items = [set(value) - {None} if isinstance(value, list) else {value} - {None} for value in values]
    counts = Counter(value for item in items for value in item)
    empty = sum(not item for item in items)
    return sorted(counts.items(), key=lambda one: (-one[1], one[0])) + ([(None, empty)] if empty else [])


@settings(max_examples=40)
@given(
    st.lists(st.tuples(LABELS, LISTS, FLOATS, st.booleans()), min_size=1, max_size=12), st.integers(0, 12), st.data()
)
def test_as_a_plain_counter_counts(rows: list[tuple[Any, Any, Any, bool]], second: int, data: st.DataObject) -> None:
    items = [
        item(number, label=label, extent=[volume, 1.0, 1.0] if volume is not None else None, volume=volume)
        for number, (label, _, volume, _) in enumerate(rows)
    ]
    with TemporaryDirectory() as place:
        folder = Path(place)
        write(folder, *(part for part in (items[:second], items[second:]) if part))
        list_column.add(folder, "tags", {f"{number}.obj": tags for number, (_, tags, _, _) in enumerate(rows)})
        gone = [number for number, row in enumerate(rows) if row[3] and len(rows) > 1]
        gone = gone if len(gone) < len(rows) else gone[1:]
        if gone:
            snapshot = Snapshot.open(folder)
            with IndexWriter(folder, snapshot.identity) as writer:
                writer.delete(snapshot.rows_of(ids(*gone)))
                writer.commit()
        index = Index(Snapshot.open(folder))
        kept = [row for number, row in enumerate(rows) if number not in gone]
        for name, values in (
            ("label", [row[0] for row in kept]),
            ("tags", [row[1] if row[1] is not None else [] for row in kept]),
            ("volume", [row[2] for row in kept]),
            ("extent", [[row[2], 1.0] if row[2] is not None else [] for row in kept]),
        ):
            expected, found = counted(values), index.counts(name)
            assert list(found) == expected and found.total == len(kept)
            assert found.count == sum(value is not None for value, _ in expected)
            k = data.draw(st.integers(1, 4))
            some = index.counts(name, k=k)
            assert list(some) == expected[: min(k, found.count)] + expected[found.count :]
            assert (some.count, some.total) == (found.count, found.total)


def test_of_what_is_chosen(tmp_path: Path):
    items = [item(number, modality="image" if number > 3 else "shape", colored=number < 2) for number in range(6)]
    index = Index(write(tmp_path, items))
    assert list(index.counts("label")) == [("class 0", 2), ("class 1", 2), ("class 2", 2)]
    assert list(index.counts("label", to="shape")) == [("class 0", 2), ("class 1", 1), ("class 2", 1)]
    assert list(index.counts("LABEL", to="image", where="bytes > 4")) == [("class 2", 1)]
    assert index.counts("LABEL").column == "label"
    assert dict(index.counts("colored")) == {False: 4, True: 2}
    assert list(index.counts("modality", k=1)) == [("shape", 4)] and index.counts("modality", k=1).count == 2
    nothing = index.counts("label", where="bytes > 9")
    assert (nothing.total, nothing.count, list(nothing), len(nothing)) == (0, 0, [], 0)
    assert list(index.counts("caption")) == [(None, 6)] and index.counts("caption", k=1).count == 0


def test_what_is_no_number_is_no_value_and_json_has_text_for_what_it_cannot_say(tmp_path: Path):
    index = Index(write(tmp_path, [item(1, volume=math.inf), item(2, volume=math.nan), item(3, volume=2.5)]))
    found = index.counts("volume")
    assert list(found) == [(2.5, 1), (math.inf, 1), (None, 1)]
    told = json.loads(found.to_json(), parse_constant=pytest.fail)
    assert told == {
        "space": "toy",
        "column": "volume",
        "total": 3,
        "count": 2,
        "values": [{"value": 2.5, "items": 1}, {"value": "inf", "items": 1}, {"value": None, "items": 1}],
    }
    assert found.to_csv() == "value,items\n2.5,1\ninf,1\n,1\n"


def test_roots_are_shown_by_their_paths(made_index: Index):
    roots = [item["root"] for item in made_index.browse().to_dicts()]
    assert list(made_index.counts("root")) == counted(roots)
    assert len(made_index.counts("root", k=1)) == 1


@pytest.mark.parametrize(
    ("keywords", "said"),
    [
        ({"column": "labl"}, r"^column=labl: this index has no such column \(did you mean 'label'\?\): use id, root"),
        ({"column": "tris"}, "did you mean 'faces'"),
        ({"column": ""}, "^column='': give the name of a column, such as label"),
        ({"column": 3}, "^column=3: give the name of a column"),
        ({"column": "label", "k": 0}, "^k is 0: give a whole number from 1 on"),
        ({"column": "label", "where": 3}, "where must be a string"),
        ({"column": "label", "to": "smell"}, "^to=smell"),
    ],
)
def test_what_cannot_be_counted(made_index: Index, keywords: dict[str, Any], said: str):
    with pytest.raises(UsageError, match=said):
        made_index.counts(**keywords)
    with pytest.raises(FilterError):
        made_index.counts("label", where="labl = 1")
