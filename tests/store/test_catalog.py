from pathlib import Path

import numpy as np
import pytest
from index_making import SPACE, item, unit, write

from indexer.compaction import compact
from indexer.writer import IndexWriter
from retriever.errors import FilterError, IndexCorrupt
from retriever.store import Snapshot, catalog
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
    with pytest.raises(IndexCorrupt, match="compacted after it was opened here: open it again"):
        rows_where(old, "vertices > 50")
    assert rows_where(Snapshot.open(tmp_path), "vertices > 50").sum() == 3


def test_a_compaction_while_the_filter_runs_is_said_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = write(tmp_path, *[[item(number)] for number in range(3)])
    begin = catalog._items

    def compacted_meanwhile(*arguments):
        compact(tmp_path)
        return begin(*arguments)

    monkeypatch.setattr(catalog, "_items", compacted_meanwhile)
    with pytest.raises(IndexCorrupt, match="open it again"):
        rows_where(old, "vertices > 50")
