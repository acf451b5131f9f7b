"""What a metadata table gave stays with the bytes that it was told of, in runs that have no table."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from index_reading import counts, rows, touch
from small_corpus import write_box, write_boxes, write_gltf

from indexer.build import index
from indexer.labelling import label
from retriever.query.zeroshot import CONFIDENCE, names_of


@pytest.fixture
def shapes(tmp_path: Path) -> Path:
    """Three boxes in a folder of a folder."""
    write_boxes(tmp_path / "shapes/chair", 3)
    return tmp_path / "shapes"


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    """A table that names two of them."""
    (tmp_path / "prices.csv").write_text("file,price,caption\nbox-000.off,12,old\nbox-001.off,7,\n")
    return tmp_path / "prices.csv"


def told(folder: Path, *columns: str) -> dict[str, tuple[object, ...]]:
    return {Path(path).stem: tuple(row[name] for name in columns) for path, row in rows(folder).items()}


def test_a_layout_that_comes_takes_nothing_away(shapes: Path, prices: Path, folder: Path, caplog):
    index([shapes], folder, metadata=prices)
    (shapes / "lamp").mkdir()
    shutil.copy(shapes / "chair/box-000.off", shapes / "lamp/l.off")
    assert counts(index([shapes], folder)) == {"reused": 1, "updated": 3}
    assert told(folder, "price", "caption", "label") == {
        "box-000": (12, "old", "chair"),
        "box-001": (7, None, "chair"),
        "box-002": (None, None, "chair"),
        "l": (None, None, "lamp"),
    }
    assert counts(index([shapes], folder)) == {"unchanged": 4} and not caplog.messages


def test_a_file_that_is_renamed_takes_its_further_columns_along(shapes: Path, prices: Path, folder: Path):
    write_box(shapes / "lamp/l.off", (1, 2, 9))
    index([shapes], folder, metadata=prices)
    assert told(folder, "label")["box-000"] == ("chair",)
    (shapes / "chair").rename(shapes / "stool")
    (shapes / "stool/box-000.off").rename(shapes / "stool/crate.off")
    assert counts(index([shapes], folder)) == {"reused": 3, "removed": 3, "unchanged": 1}
    assert told(folder, "price", "caption", "label", "name") == {
        "crate": (12, None, "stool", "crate"),
        "box-001": (7, None, "stool", "box"),
        "box-002": (None, None, "stool", "box"),
        "l": (None, None, "lamp", None),
    }
    assert counts(index([shapes], folder)) == {"unchanged": 4}


def test_of_equal_files_each_takes_its_own_along_or_nothing(shapes: Path, folder: Path, tmp_path: Path, caplog):
    for name in ("a", "b", "c"):
        shutil.copy(shapes / "chair/box-000.off", shapes / f"chair/{name}.off")
    (tmp_path / "prices.csv").write_text("file,price\na.off,1\nb.off,2\nc.off,3\n")
    index([shapes], folder, metadata=tmp_path / "prices.csv")
    (shapes / "chair").rename(shapes / "stool")
    (shapes / "stool/c.off").rename(shapes / "stool/other.off")
    index([shapes], folder)
    prices = told(folder, "price")
    assert (prices["a"], prices["b"], prices["other"], prices["box-000"]) == ((1,), (2,), (None,), (None,))
    assert caplog.messages == ["Items that lose what an earlier --metadata table gave them: 1; give it again, too."]


def test_a_file_that_is_renamed_and_read_again_loses_them_and_is_counted(
    shapes: Path, prices: Path, folder: Path, caplog
):
    index([shapes], folder, metadata=prices)
    (shapes / "chair/box-000.off").rename(shapes / "chair/crate.off")
    index([shapes], folder, again=True)
    assert told(folder, "price")["crate"] == (None,)
    assert caplog.messages == ["Items that lose what an earlier --metadata table gave them: 2; give it again, too."]


def test_a_file_that_moves_to_where_a_table_names_it_has_what_that_says(shapes: Path, folder: Path, tmp_path: Path):
    write_box(tmp_path / "others/y.off", (1, 2, 9))
    roots = [shapes, tmp_path / "others"]
    (tmp_path / "one.csv").write_text("file,price\nbox-000.off,12\n")
    (tmp_path / "two.csv").write_text("file,vendor\nbox-000.off,acme\ny.off,zeta\n")
    index(roots, folder, metadata=tmp_path / "one.csv")
    (shapes / "chair/box-000.off").rename(tmp_path / "others/box-000.off")
    for _ in range(2):
        done = index(roots, folder, metadata=tmp_path / "two.csv")
        assert told(folder, "vendor")["box-000"] == ("acme",)
    assert counts(done) == {"unchanged": 4}


@pytest.mark.parametrize("again", [False, True])
def test_a_root_above_takes_the_columns_over(shapes: Path, prices: Path, folder: Path, again: bool, caplog):
    index([shapes / "chair"], folder, metadata=prices)
    index([shapes], folder, again=again)
    assert sorted(rows(folder)) == [f"chair/box-{n:03}.off" for n in range(3)]
    if again:
        assert caplog.messages == ["Items that lose what an earlier --metadata table gave them: 2; give it again, too."]
    else:
        assert told(folder, "price") == {"box-000": (12,), "box-001": (7,), "box-002": (None,)}
        assert not caplog.messages


def test_files_of_other_bytes_lose_them_and_are_counted(shapes: Path, prices: Path, folder: Path, caplog):
    index([shapes], folder, metadata=prices)
    write_box(shapes / "chair/box-000.off", (9, 1, 1))
    write_box(shapes / "chair/box-002.off", (9, 1, 2))
    touch(shapes / "chair/box-001.off")
    assert counts(index([shapes], folder)) == {"embedded": 2, "updated": 1}
    assert caplog.messages == ["Items that lose what an earlier --metadata table gave them: 1; give it again, too."]
    assert told(folder, "price", "caption") == {"box-000": (None, None), "box-001": (7, None), "box-002": (None, None)}


def test_a_table_goes_before_sidecars_also_where_it_is_not_given_again(shapes: Path, prices: Path, folder: Path):
    index([shapes], folder, metadata=prices)
    (shapes / "chair/box-000.json").write_text('{"caption": "new", "PRICE": 1, "weight": 2}')
    for table in (None, prices):
        assert counts(index([shapes], folder, metadata=table)) == {"updated": 1, "unchanged": 2}
        assert told(folder, "price", "caption", "weight")["box-000"] == (12, "old", 2)
    assert counts(index([shapes], folder, metadata=prices)) == {"unchanged": 3}


def test_what_folders_and_sidecars_say_no_more_goes_and_what_a_table_said_stays(shapes: Path, folder: Path, tmp_path):
    write_box(shapes / "lamp/l.off", (1, 2, 9))
    (shapes / "chair/box-001.json").write_text('{"maker": "Ada", "split": "test", "note": "n"}')
    (tmp_path / "t.csv").write_text("file,label,Price,made in\nbox-000.off,stool,3,\nbox-001.off,,4,Rome\n")
    index([shapes], folder, metadata=tmp_path / "t.csv")
    columns = ("label", "Price", "made in", "maker", "split", "note")
    assert told(folder, *columns)["box-001"] == ("chair", 4, "Rome", "Ada", "test", "n")
    (shapes / "chair/box-001.json").write_text('{"note": "m"}')
    for again in (False, True):
        index([shapes], folder, folder_labels=again)
        label = "chair" if again else None
        assert told(folder, *columns)["box-000"] == ("stool", 3, None, None, None, None)
        assert told(folder, *columns)["box-001"] == (label, 4, "Rome", None, None, "m")
        assert counts(index([shapes], folder)) == {"unchanged": 4}
    (shapes / "chair/box-001.json").unlink()
    (shapes / "chair/box-001.off").rename(shapes / "chair/crate.off")
    index([shapes], folder)
    assert told(folder, *columns)["crate"] == ("chair", 4, "Rome", None, None, None)


def test_another_table_is_told_what_it_takes_away_and_no_more(shapes: Path, folder: Path, tmp_path: Path, caplog):
    (shapes / "chair/box-000.json").write_text('{"maker": "Ada"}')
    (tmp_path / "one.csv").write_text("file,label,price\nbox-000.off,stool,3\n")
    (tmp_path / "two.csv").write_text("file,vendor\nbox-000.off,acme\n")
    index([shapes], folder, metadata=tmp_path / "one.csv")
    (shapes / "chair/box-000.json").unlink()
    index([shapes], folder, metadata=tmp_path / "two.csv")
    assert "1 item lost what an earlier --metadata table gave: label, price;" in caplog.text


def test_rows_of_older_versions_keep_all_that_a_table_may_have_given(
    shapes: Path, prices: Path, folder: Path, monkeypatch
):
    (shapes / "chair/box-000.json").write_text('{"maker": "Ada"}')
    with monkeypatch.context() as older:
        older.setattr("indexer.given.remembered", lambda names: "")
        index([shapes], folder, metadata=prices)
    assert counts(index([shapes], folder, metadata=prices)) == {"unchanged": 3}
    (shapes / "chair/box-000.json").unlink()
    assert counts(index([shapes], folder)) == {"updated": 1, "unchanged": 2}
    assert told(folder, "price", "caption", "maker")["box-000"] == (12, "old", "Ada")


def test_files_that_are_always_embedded_again_keep_them(shapes: Path, folder: Path, tmp_path: Path):
    write_gltf(shapes, 1)
    (tmp_path / "t.csv").write_text("path,price\nt.gltf,5\n")
    index([shapes], folder, metadata=tmp_path / "t.csv")
    touch(shapes / "t.gltf")
    assert counts(index([shapes], folder)) == {"embedded": 1, "unchanged": 3}
    assert told(folder, "price")["t"] == (5,)


def test_labels_of_a_table_stay_beside_guesses(tmp_path: Path, shapes: Path, folder: Path):
    (tmp_path / "t.csv").write_text("file,label,price\nbox-000.off,stool,3\nbox-001.off,,4\n")
    index([shapes], folder, metadata=tmp_path / "t.csv")
    assert label(folder, names_of(["chair", "table"], []), write=True).written == 2
    before = told(folder, "label", CONFIDENCE, "price")
    assert before["box-000"] == ("stool", None, 3) and before["box-001"][1]
    for path in (shapes / "chair").iterdir():
        touch(path)
    summary = index([shapes], folder)
    assert counts(summary) == {"updated": 3} and summary.dropped == 0
    assert told(folder, "label", CONFIDENCE, "price") == before


def test_a_table_that_names_no_file_of_a_corpus_keeps_what_is_there(
    shapes: Path, prices: Path, folder: Path, tmp_path: Path
):
    index([shapes], folder, metadata=prices)
    (tmp_path / "others.csv").write_text("file,licence\nelsewhere.off,CC0\n")
    touch(shapes / "chair/box-000.off")
    index([shapes], folder, metadata=tmp_path / "others.csv")
    assert told(folder, "price")["box-000"] == (12,)
