"""What is trained on: pairs from folders and tables, and which of them are held out."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_corpus import write_box
from stacks import LABELS, write_packed
from zips import packed

from indexer.align.own.holdout import hold_out, singles
from indexer.align.own.pairs import Pair, of_clouds, read_pairs
from retriever.errors import UsageError
from retriever.types import Modality


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("LoungeChair/a.off", "LoungeChair/b.off", "table/c.off", "loose.off"):
        write_box(tmp_path / "files" / name, (1, 2, 3))
    (tmp_path / "files/table/c.txt").write_text("A low  table\nof oak")
    (tmp_path / "files/notes.md").write_text("nothing")
    return tmp_path / "files"


def by_name(pairs):
    return {Path(pair.source).name: pair for pair in pairs}


def test_a_folder_gives_class_folders_and_captions(folder):
    found = read_pairs(folder)
    pairs = by_name(found.pairs)
    assert pairs["a.off"].phrases == ("lounge chair",)
    assert pairs["c.off"].label == "table" and pairs["c.off"].captions == ("A low table of oak",)
    assert pairs["c.off"].modality is Modality.SHAPE
    assert set(pairs) == {"a.off", "b.off", "c.off"}
    assert found.left_out["without a label or a caption"] == 1
    assert sum(count for reason, count in found.left_out.items() if reason.startswith("text")) == 1


def test_archives_are_read_where_they_are_named(folder, tmp_path):
    plain = {name: pair.label for name, pair in by_name(read_pairs(folder).pairs).items()}
    pack = packed(tmp_path / "packs/pack.zip", folder)
    assert {name: pair.label for name, pair in by_name(read_pairs(pack).pairs).items()} == plain
    stack = write_packed(tmp_path / "packs/clouds_train.h5")
    pairs = read_pairs(stack).pairs
    assert [pair.source for pair in pairs[:2]] == [stack / f"chair/{number:06}.npy" for number in (0, 3)]
    assert Counter(pair.label for pair in pairs) == Counter(LABELS) and {pair.split for pair in pairs} == {"train"}
    left_out = read_pairs(tmp_path / "packs").left_out
    assert left_out["zip archives; train on one by its own name, or list what is in it in a table"] == 1
    assert left_out["HDF5 files; train on one by its own name, or list what is in it in a table"] == 1


def test_a_table_lists_what_is_in_archives(folder, tmp_path):
    packed(tmp_path / "pack.zip", folder / "LoungeChair")
    write_packed(tmp_path / "clouds.h5")
    (tmp_path / "pairs.csv").write_text(
        "path,label\npack.zip/a.off,a\nclouds.h5/chair/000000.npy,b\nclouds.h5/x.npy,c\n"
    )
    found = read_pairs(tmp_path / "pairs.csv")
    assert [pair.label for pair in found.pairs] == ["b", "a"]
    assert [path for path, _ in found.problems] == ["clouds.h5/x.npy"]


def test_metadata_gives_labels_to_a_folder(folder, tmp_path):
    (tmp_path / "names.csv").write_text("file,label,group\nloose.off,A Box,7\na.off,chair,\n")
    pairs = by_name(read_pairs(folder, tmp_path / "names.csv").pairs)
    assert pairs["loose.off"].label == "a box" and pairs["loose.off"].group == "7"
    assert pairs["a.off"].label == "chair" and pairs["a.off"].group == ""


def test_a_folder_that_has_splits_keeps_them(tmp_path):
    for name in ("chair/train/a.off", "chair/test/b.off", "bed/train/c.off", "bed/test/d.off"):
        write_box(tmp_path / name, (1, 2, 3))
    pairs = read_pairs(tmp_path).pairs
    assert by_name(pairs)["b.off"].split == "test"
    assert [pair.split for pair in pairs] == ["test", "train", "test", "train"]


def test_files_marked_as_val_are_held_out_instead_of_a_share():
    pairs = [replace(pair, split="val" if n in (1, 4) else None) for n, pair in enumerate(made([(0, 0, 0)] * 6)[0])]
    assert hold_out(pairs, list("abcdef"), 0.5, 0).tolist() == [pair.split == "val" for pair in pairs]


ROWS = [
    {"path": "LoungeChair/a.off", "label": "Chair", "caption": "soft", "group": "1"},
    {"path": "LoungeChair/a.off", "label": None, "caption": "a soft thing", "group": None},
    {"path": "loose.off", "label": "box", "caption": None, "group": "2"},
    {"path": "gone.off", "label": "box", "caption": None, "group": "2"},
    {"path": "notes.md", "label": "note", "caption": None, "group": None},
    {"path": "table/c.off", "label": None, "caption": None, "group": None},
]


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_a_table_gives_pairs_below_its_own_folder(folder, suffix):
    table = folder / f"pairs{suffix}"
    if suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(ROWS), table)
    elif suffix == ".jsonl":
        table.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    else:
        lines = [",".join(ROWS[0]), *(",".join(value or "" for value in row.values()) for row in ROWS)]
        table.write_text("\n".join(lines))
    found = read_pairs(table)
    pairs = by_name(found.pairs)
    assert pairs["a.off"].phrases == ("chair", "soft", "a soft thing") and pairs["a.off"].group == "1"
    assert pairs["loose.off"].phrases == ("box",)
    assert set(pairs) == {"a.off", "loose.off"}
    assert [path for path, _ in found.problems] == ["gone.off"]
    assert found.left_out == {"without a label or a caption": 1, "unsupported .md": 1}


def test_a_table_may_hold_lists_of_captions_and_other_names_of_columns(folder):
    rows = [{"File": str(folder / "loose.off"), "Text": ["a box", "a crate"], "category": None}]
    pq.write_table(pa.Table.from_pylist(rows), folder / "p.parquet")
    (pair,) = read_pairs(folder / "p.parquet").pairs
    assert pair.label is None and pair.phrases == ("a box", "a crate")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("p.csv", "path,colour\na.off,red\n", r"p\.csv has the columns colour, path; it needs path, and label"),
        ("p.csv", "label\nchair\n", "needs path"),
        ("p.xlsx", "x", r"not \.csv"),
        ("p.jsonl", "{", "cannot be read"),
    ],
)
def test_tables_that_cannot_be_used_are_named(tmp_path, name, text, message):
    (tmp_path / name).write_text(text)
    with pytest.raises(UsageError, match=message):
        read_pairs(tmp_path / name)


def test_a_source_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError, match="nowhere"):
        read_pairs(tmp_path / "nowhere")
    (tmp_path / "p.csv").write_text("path,label\n")
    with pytest.raises(UsageError, match="metadata="):
        read_pairs(tmp_path / "p.csv", tmp_path / "p.csv")


def test_clouds_in_memory_are_pairs_too():
    pairs = of_clouds(np.zeros((2, 5, 3)), ["Office Chair", "bed"], ["x", "y"])
    assert [pair.label for pair in pairs] == ["office chair", "bed"]
    assert [pair.group for pair in pairs] == ["x", "y"]


CLOUDS = np.zeros((2, 5, 3))


@pytest.mark.parametrize(
    ("clouds", "labels", "groups", "message"),
    [
        (CLOUDS, [1, 2], None, r"labels\[0\] is 1, and labels are names"),
        (CLOUDS, ["bed", None], None, r"labels\[1\] is None"),
        (CLOUDS, np.array([3, 4]), None, "labels are names"),
        (CLOUDS, ["bed"], None, "There are 2 clouds and 1 labels; give one for each"),
        (CLOUDS, ["bed", "mug"], ["x"], "2 clouds and 1 groups"),
        (CLOUDS.transpose(0, 2, 1), ["bed", "mug"], None, r"clouds\[0\] has the shape \(3, 5\) .* transpose it"),
        ([CLOUDS[0], np.zeros((5, 2))], ["bed", "mug"], None, r"clouds\[1\] has .* a row for each point"),
        ([CLOUDS, CLOUDS], ["bed", "mug"], None, r"the shape \(2, 5, 3\)"),
    ],
)
def test_mistakes_with_clouds_in_memory_are_named(clouds, labels, groups, message):
    with pytest.raises(UsageError, match=message):
        of_clouds(clouds, labels, groups)
    assert len(of_clouds([np.zeros((3, 6)), np.zeros((9, 7))], np.array(["bed", "mug"]))) == 2


def made(rows):
    """Pairs and contents of (label, group, content) numbers."""
    pairs = [
        Pair(Path(f"{i}.off"), Modality.SHAPE, f"kind {a}", (), f"{b}" if b else "") for i, (a, b, _) in enumerate(rows)
    ]
    return pairs, [f"content {c}" for *_, c in rows]


ANY_ROWS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6), st.integers(0, 30)), min_size=1, max_size=60)


@settings(deadline=None)
@given(ANY_ROWS, st.floats(0, 0.9), st.integers(0, 99))
def test_near_duplicates_stay_on_one_side_and_something_is_left_to_train_on(rows, share, seed):
    pairs, contents = made(rows)
    out = hold_out(pairs, contents, share, seed)
    for i, j in np.argwhere(~np.eye(len(rows), dtype=bool)):
        if contents[i] == contents[j] or (pairs[i].group and pairs[i].group == pairs[j].group):
            assert out[i] == out[j]
    assert not out.all()


@settings(deadline=None)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=12), st.floats(0.02, 0.5), st.integers(0, 99))
def test_every_class_gives_its_share_and_is_never_held_out_whole(sizes, share, seed):
    pairs, contents = made([(kind, 0, 1000 * kind + n) for kind, size in enumerate(sizes) for n in range(size)])
    out = hold_out(pairs, contents, share, seed)
    taken = Counter(pair.label for pair, held in zip(pairs, out, strict=True) if held)
    for kind, size in enumerate(sizes):
        count = taken[f"kind {kind}"]
        assert count < size and (size == 1 or abs(count - share * size) < 2)
    assert out.tolist() == hold_out(pairs, contents, share, seed).tolist()
    assert {f"kind {kind}" for kind, size in enumerate(sizes) if size == 1} == set(singles(pairs, contents))


def test_another_seed_holds_out_others():
    pairs, contents = made([(n % 3, 0, n) for n in range(60)])
    one, other = (hold_out(pairs, contents, 0.2, seed) for seed in (0, 1))
    assert one.sum() == pytest.approx(12, abs=1) and one.tolist() != other.tolist()
