"""What the cells of a metadata table are: as they are written, unless they are numbers or truth values."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from unicodedata import normalize

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from indexer.exclusion import Exclusion
from indexer.metadata import read_table
from retriever.errors import UsageError


def cells(table: Path, column: str = "v") -> list[object]:
    """Those of a column, None where one is empty."""
    return [row.get(column) for row in read_table(table).rows.values()]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("20241127123456789012 20241127123456789013", ["20241127123456789012", "20241127123456789013"]),
        ("9223372036854775807 1", [9223372036854775807, 1]),
        ("1e30 5", [1e30, 5.0]),
        ("10:30 9:05", ["10:30", "9:05"]),
        ("2024-05-01T10:30 2024-05-02T11:00Z", ["2024-05-01T10:30", "2024-05-02T11:00Z"]),
        ("2024-05-01 NA", ["2024-05-01", None]),
        ("NA DE", ["NA", "DE"]),
        ("1.5 NaN", [1.5, None]),
        ("1 NA", [1, None]),
        ("007 NA", ["007", None]),
        ("true null", [True, None]),
        ("NA nan", [None, None]),
    ],
)
def test_cells_of_a_csv(tmp_path: Path, written: str, expected: list[object]) -> None:
    rows = [f"{number}.off,{cell}" for number, cell in enumerate(written.split(" "))]
    (tmp_path / "t.csv").write_text("\n".join(["file,v", *rows]))
    assert cells(tmp_path / "t.csv") == expected


def test_words_for_nothing_are_words_in_text_and_an_empty_cell_is_none(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(
        'file,label,caption,made\nnan.off,nan,,\nb.off,null,NA,\nN/A,"",#N/A,2024-05-01 10:30\n'
    )
    table = read_table(tmp_path / "t.csv")
    assert table.rows == {
        "nan.off": {"label": "nan"},
        "b.off": {"label": "null", "caption": "NA"},
        "N/A": {"caption": "#N/A", "made": "2024-05-01 10:30"},
    }


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pa.array([1_700_000_000_123_456_789, None], pa.timestamp("ns")), "2023-11-14 22:13:20.123456789"),
        (pa.array([253_402_300_800_000, None], pa.timestamp("ms")), "10000-01-01 00:00:00"),
        (pa.array([1_700_000_000_500_000, None], pa.timestamp("us", tz="UTC")), "2023-11-14 22:13:20.5Z"),
        (pa.array([37_800_000, None], pa.time32("ms")), "10:30:00"),
        (pa.array([19_000, None], pa.date32()), "2022-01-08"),
        (pa.array([90_000_000_000_000, None], pa.duration("ns")), "1 day, 1:00:00"),
        (pa.array([20241127123456789012, None], pa.decimal128(38, 0)), "20241127123456789012"),
    ],
)
def test_dates_and_long_numbers_of_a_parquet_table(
    tmp_path: Path, values: pa.Array, expected: str, monkeypatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)  # as where it is not installed
    pq.write_table(pa.table({"file": ["a.off", "b.off"], "v": values}), tmp_path / "t.parquet")
    first, second = cells(tmp_path / "t.parquet")
    assert (str(first), second) == (expected, None)


@pytest.mark.parametrize("name", ["t.csv", "t.jsonl"])
def test_columns_that_differ_in_capitals_alone_are_refused(tmp_path: Path, name: str) -> None:
    row = {"path": "a.off", "price": 1, "Price": 2}
    text = ",".join(row) + "\n" + ",".join(map(str, row.values())) if name == "t.csv" else json.dumps(row)
    (tmp_path / name).write_text(text)
    with pytest.raises(UsageError, match=f"{name} has the columns 'price' and 'Price', which are one"):
        read_table(tmp_path / name)
    (tmp_path / name).write_text(text.replace("price", "label").replace("Price", "Label"))
    assert read_table(tmp_path / name).columns == ("label", "Label"), "the second is label_ in the index"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_letters_with_marks_are_the_same_however_they_are_written(tmp_path: Path, form: str) -> None:
    other = "NFD" if form == "NFC" else "NFC"
    (tmp_path / "t.csv").write_text(normalize(form, "path,v\nmöbel/stühl.off,1\n"))
    (tmp_path / "n.csv").write_text(normalize(form, "name,v\nstühl,1\n"))
    for name in ("t.csv", "n.csv"):
        table = read_table(tmp_path / name)
        assert (
            table.row(normalize(other, "möbel/stühl.off")) == table.row(normalize(form, "möbel/stühl.off")) == {"v": 1}
        )
    assert table.row("möbel/stuhl.off") == {}
    for pattern in ("möbel/*", "stü*"):
        excluded = Exclusion.of(tmp_path, [normalize(form, pattern)])
        assert excluded.leaves_out(PurePosixPath(normalize(other, "möbel/stühl.off")), is_folder=False)
