import gc
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from index_making import SPACE, item, unit, write

from indexer.compaction import compact
from indexer.writer import IndexWriter
from retriever.errors import FilterError, IndexChanged, IndexCorrupt
from retriever.store import Snapshot, catalog, kept
from retriever.store.catalog import rows_where


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Six items in three segments, whose columns differ; the folder's name needs quoting."""
    return write(
        tmp_path_factory.mktemp("it's") / "an index",
        [item(0, price=1, old=True), item(1, price=2, old=False)],
        [item(2, price=2.5, style="o'clock"), item(3, label=None, vertices=None)],
        [item(4, old="maybe", **{"odd \"name'": 5, "Label": "mine", "file_row_number": 3}), item(5)],
    )


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("label = 'class 1'", [1, 4]),
        ("label <> 'class 1'", [0, 2, 5]),  # NULL is no match
        ("NOT (label = 'class 1')", [0, 2, 5]),
        ("vertices >= 20 AND vertices < 50", [2, 4]),
        ("vertices IS NULL", [3]),
        ("extent[3] > 3", [4, 5]),
        ("price > 1", [1, 2]),  # int in one segment, float in the next
        ("old = 'true'", [0]),  # bool, then text
        ("style = 'o''clock'", [2]),
        ("style LIKE '%clock' -- a remark", [2]),
        ('"odd ""name\'" = 5', [4]),
        ("label_ = 'mine'", [4]),
        ("file_row_number_ = 3", [4]),
        ("LABEL IN ('class 0', 'class 2')", [0, 2, 5]),
        ("path IN (SELECT path FROM items WHERE bytes > 4)", [5]),
        ("vertices = (SELECT max(vertices) FROM items)", [5]),
        ("regexp_matches(path, '^[12]')", [1, 2]),
        ("true", [0, 1, 2, 3, 4, 5]),
        ("NULL", []),
    ],
)
def test_rows_where(index: Snapshot, where: str, expected: list[int]) -> None:
    mask = rows_where(index, where)
    assert mask.shape == (6,)
    assert np.flatnonzero(mask).tolist() == expected


def test_an_unknown_column_gets_the_list_of_columns(index: Snapshot) -> None:
    with pytest.raises(
        FilterError, match=r"names 'lable', which is no column .* label, .* price, .*single quotes"
    ) as caught:
        rows_where(index, "lable = 'x'")
    assert "\n" not in str(caught.value)
    for called, column in (("tris", "faces"), ("lable", "label"), ("Size", "bytes"), ("ext", "path")):
        with pytest.raises(FilterError, match=rf"names '{called}', .* \(did you mean '{column}'\?\): use"):
            rows_where(index, f"{called} < 5")
    with pytest.raises(FilterError, match=r"names 'chair', which is no column"):
        rows_where(index, 'label = "chair"')


@pytest.mark.parametrize(
    "where",
    [
        "",
        "label =",
        "label",
        "sum(vertices) > 3",
        "label = 'x'; DROP VIEW items",
        "true; SELECT 1",
        "true, true",
        "true) OR (true",
        "true) UNION SELECT 1 --",
        "true ORDER BY path",
        "true LIMIT 1",
        "label = ?",
        "label = 'unclosed",
        "nonsense(label)",
        "label = 'x' /* open",
    ],
)
def test_what_is_no_single_condition_is_refused(index: Snapshot, where: str) -> None:
    with pytest.raises(FilterError) as caught:
        rows_where(index, where)
    assert f"The filter {where!r} cannot be used" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("where", ["label = '\udcff'", "label = '\ud800'", "\udfff"])
def test_what_is_no_text_is_refused(index: Snapshot, where: str, tmp_path: Path) -> None:
    with IndexWriter(tmp_path, SPACE) as writer:
        empty = writer.commit()
    for snapshot in (index, empty):
        with pytest.raises(FilterError, match="is not valid UTF-8; type it again") as caught:
            rows_where(snapshot, where)
        assert repr(where) in str(caught.value)
    assert rows_where(index, "label <> 'ü'").any()


def test_nothing_outside_can_be_touched(index: Snapshot, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,2\n")
    parquet = write(tmp_path / "other", [item(0)]).segments[0].items
    for where in (
        f"EXISTS (SELECT * FROM read_csv('{secret}'))",
        f"EXISTS (SELECT * FROM read_text('{secret}'))",
        f"EXISTS (SELECT * FROM read_blob('{secret}'))",
        f"EXISTS (SELECT * FROM '{secret}')",
        f"EXISTS (SELECT * FROM '{parquet}')",
        f"EXISTS (SELECT * FROM read_parquet('{parquet}'))",
        f"EXISTS (SELECT * FROM glob('{tmp_path}/*'))",
        "EXISTS (SELECT * FROM read_csv('https://example.com/a.csv'))",
        "EXISTS (FROM secret)",
        f"COPY items TO '{tmp_path}/out.csv'",
        f"true; COPY items TO '{tmp_path}/out.csv'",
        f"true; ATTACH '{tmp_path}/db'",
        "true; INSTALL httpfs",
        "true; LOAD httpfs",
        "true; SET enable_external_access = true",
        f"true; EXPORT DATABASE '{tmp_path}/db'",
        "getenv('HOME') <> ''",
    ):
        with pytest.raises(FilterError):
            rows_where(index, where)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "secret.csv"]


def test_an_index_without_rows_allows_none(tmp_path: Path) -> None:
    with IndexWriter(tmp_path, SPACE) as writer:
        assert rows_where(writer.commit(), "true").tolist() == []


def test_an_old_view_filters_through_one_commit_but_not_a_compaction(tmp_path: Path) -> None:
    old = write(tmp_path, *[[item(number)] for number in range(8)])
    with IndexWriter(tmp_path, SPACE) as writer:
        writer.append([item(8)], unit(1))
        assert len(writer.commit().segments) == 1, "the ninth small segment has them all merged"
    assert rows_where(old, "vertices > 50").sum() == 2
    compact(tmp_path)
    with pytest.raises(IndexChanged, match="written to since it was opened here: open it again"):
        rows_where(old, "vertices > 50")
    assert rows_where(Snapshot.open(tmp_path), "vertices > 50").sum() == 3


def test_a_compaction_while_the_filter_runs_is_said_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = write(tmp_path, *[[item(number)] for number in range(3)])
    begin = catalog._items

    def compacted_meanwhile(*arguments):
        compact(tmp_path)
        return begin(*arguments)

    monkeypatch.setattr(catalog, "_items", compacted_meanwhile)
    with pytest.raises(IndexChanged, match="open it again"):
        rows_where(old, "vertices > 50")


def test_a_type_is_told_by_segments_with_live_rows(tmp_path: Path) -> None:
    write(tmp_path, [item(0, price="9"), item(1, price="ask", once="here")], [item(2, price=45)])
    with IndexWriter(tmp_path, SPACE) as writer:
        assert str(writer.snapshot.schema.field("price").type) == "string"
        writer.delete(np.array([0, 1]))
        snapshot = writer.commit()
    for view in (snapshot, Snapshot.open(tmp_path)):
        assert str(view.schema.field("price").type) == "int64"
        assert np.flatnonzero(rows_where(view, "price > 40")).tolist() == [2]
        assert np.flatnonzero(rows_where(view, "once is null") & view.live).tolist() == [2]
    compact(tmp_path)
    assert Snapshot.open(tmp_path).column("price").to_pylist() == [45]


@pytest.mark.parametrize("none", [float("nan"), np.float32("nan"), pd.NaT, pd.NA])
def test_what_pandas_has_for_an_unknown_value_is_none(tmp_path: Path, none: object) -> None:
    rows = [item(0, price=none, label=none, faces=none), item(1, price=5.0)]
    snapshot = write(tmp_path, rows)
    for _ in range(2):  # from the files, then from what is kept of them
        assert np.flatnonzero(rows_where(snapshot, "price > 1")).tolist() == [1]
        assert np.flatnonzero(rows_where(snapshot, "price is null and label is null and faces is null")).tolist() == [0]


@pytest.mark.parametrize("change", ["gone", "text"])
def test_a_segment_whose_list_column_is_gone_or_of_another_type_is_filtered(tmp_path: Path, change: str) -> None:
    snapshot = write(tmp_path, [item(number) for number in range(3)])
    path = snapshot.segments[0].items
    table = pq.read_table(path)
    place = table.column_names.index("extent")
    table = table.remove_column(place)
    if change == "text":
        table = table.append_column("extent", pa.array(["[1.0, 2.0, 3.0]", "none", None]))
    pq.write_table(table, path)
    again = Snapshot.open(tmp_path)
    assert rows_where(again, "vertices >= 10").sum() == 2
    assert rows_where(again, "extent[3] = 3").tolist() == [change == "text", False, False]


def test_columns_asked_for_again_are_kept_and_answer_the_same(tmp_path: Path) -> None:
    snapshot = write(
        tmp_path,
        [item(number, price=number % 7, style=f"s{number % 3}") for number in range(50)],
        [item(number, price=number / 2, up="z", name=None if number % 2 else "a 'b'") for number in range(50, 90)],
    )
    conditions = [
        "label = 'class 1'",
        "label in ('class 0', 'class 2') and vertices * 2 > 300",
        "price > 3 or style = 's1'",
        "price is null or extent[3] > 2 * extent[2]",
        "up = 'z' and name = 'a ''b'''",
        "\"label\" like '%2' -- vertices",
        "vertices between 100 and 200 and colored is not true",
        "NULL",
    ]
    fresh = [rows_where(Snapshot.open(tmp_path), where).tolist() for where in conditions]
    for _ in range(4):
        assert [rows_where(snapshot, where).tolist() for where in conditions] == fresh
    held = catalog._catalog(snapshot)._kept._here
    assert held == {"label", "vertices", "price", "style", "extent", "up", "name", "colored"}


def test_columns_too_large_to_keep_are_read_from_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = write(tmp_path, [item(number) for number in range(9)])
    monkeypatch.setattr(kept, "LIMIT", kept._bytes(snapshot, {"label", "vertices"}))
    for _ in range(3):
        assert rows_where(snapshot, "label = 'class 1' and vertices > 20").sum() == 2
        assert rows_where(snapshot, "path = '4.obj'").sum() == 1
        assert rows_where(snapshot, "label = 'class 1' and vertices > 20 and path <> '4.obj'").sum() == 1
    here = catalog._catalog(snapshot)._kept._here
    assert here == {"path"} or here == {"label", "vertices"}
    assert rows_where(snapshot, "bytes > 2").sum() == rows_where(snapshot, "bytes > 2 ").sum() == 6


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("label = 'up'", {"label"}),
        ("LABEL = 'it''s up' AND width > 5", {"label", "width"}),
        ("\"label\" = 'up'", {"label", "up"}),  # what is a string is not sure where there are double quotes
        ("'up' = label -- 'faces", {"label", "up", "faces"}),
        ("extent[3] > 2 * extent[1]", {"extent"}),
        ("path in (select path from items)", set()),
        ("items.label = 'x'", set()),
        ("columns(*) = 'x'", set()),
        ("hash(*) = 1", set()),
        ("rowid = 1", set()),
        ("#1 = 'x'", set()),
        ("true", set()),
        ("label = 'table' or path like '%items%'", {"label", "path"}),
        ("label is distinct from 'sofa'", {"label"}),
        ("label IS NOT DISTINCT  FROM 'sofa' or faces > 1", {"label", "faces"}),
        ("\"label\" = 'table'", set()),
        ("label = 'table' -- a 'table'", set()),
        ('"odd ""name\'" = 5', {"odd \"name'"}),
    ],
)
def test_the_columns_that_a_condition_may_name(where: str, names: set[str]) -> None:
    columns = ["id", "label", "up", "path", "width", "faces", "extent", "odd \"name'"]
    assert kept.named(where, columns) == names


def test_what_looks_past_its_columns_sees_all_of_them(index: Snapshot) -> None:
    for _ in range(3):  # by then label and vertices are in memory
        assert rows_where(index, "label = 'class 1' and vertices > 20").sum() == 1
    assert rows_where(index, "items.price > 1 and label = 'class 1'").sum() == 1
    assert rows_where(index, "path in (select path from items where vertices > 40)").sum() == 1
    for where in ("held.label = 'x'", "rowid = 1", "kept.main.held.label = 'x'", "lable = 'x' and vertices > 20"):
        with pytest.raises(FilterError):
            rows_where(index, where)


def test_an_error_leaves_the_connection_of_use(tmp_path: Path) -> None:
    snapshot = write(tmp_path, [item(number) for number in range(6)])
    for _ in range(3):
        for where in ("label", "label::int > 3", "vertices / 0 = nope", "true; DROP TABLE kept.main.held"):
            with pytest.raises(FilterError):
                rows_where(snapshot, where)
        assert rows_where(snapshot, "label = 'class 1'").sum() == 2


def test_threads_share_a_connection(tmp_path: Path) -> None:
    snapshot = write(tmp_path, [item(number) for number in range(60)])

    def ask(number: int) -> bool:
        mask = rows_where(snapshot, f"vertices < {10 * number} and label <> 'class 1' and bytes >= {number // 2}")
        wanted = [row for row in range(number) if row % 3 != 1 and row >= number // 2]
        return np.flatnonzero(mask).tolist() == wanted

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(ask, range(60)))


def test_a_snapshot_takes_its_connection_with_it(tmp_path: Path) -> None:
    snapshot = write(tmp_path, [item(0)])
    rows_where(snapshot, "true")
    connection = weakref.ref(catalog._catalog(snapshot))
    del snapshot
    gc.collect()
    assert connection() is None


def test_a_filter_that_takes_too_long_is_given_up_and_the_next_one_answered(tmp_path: Path) -> None:
    write(tmp_path, [item(number) for number in range(6)])
    snapshot = Snapshot.open(tmp_path, filter_seconds=0.2)
    endless = "(select count(*) from range(1000000) t(i), range(1000000) u(j) where i * j % 7 = label) > 0"
    for _ in range(2):
        with pytest.raises(FilterError, match=r"longer than the 0\.2 seconds"):
            rows_where(snapshot, endless.replace("label", "length(label)"))
        assert rows_where(snapshot, "label = 'class 1'").sum() == 2


def test_a_filter_takes_bounded_memory_and_no_disk(index: Snapshot) -> None:
    assert rows_where(index, "label = 'class 1'").any()
    settings = "memory_limit", "max_temp_directory_size", "temp_directory"
    asked = ", ".join(f"current_setting('{name}')" for name in settings)
    limit, *disk = catalog._catalog(index)._connection.execute(f"select {asked}").fetchall()[0]
    assert (float(limit.split()[0]) <= 1024 and limit.endswith("MiB")) or limit == "1.0 GiB"
    assert disk == ["0 bytes", ""]


def test_damaged_items_are_not_blamed_on_the_filter(tmp_path: Path) -> None:
    write(tmp_path, [item(number) for number in range(300)])
    path = tmp_path / "segments/000001/items.parquet"
    data = bytearray(path.read_bytes())
    data[4 : len(data) // 2] = bytes(len(data) // 2 - 4)
    path.write_bytes(data)
    with pytest.raises(IndexCorrupt, match=r"items\.parquet is damaged"):
        rows_where(Snapshot.open(tmp_path), "label = 'class 1' and bytes > 3")
