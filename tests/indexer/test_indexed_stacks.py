"""Stacks of clouds that are indexed: what is looked into, what their items know, and what becomes of them later."""

from __future__ import annotations

import sys
from pathlib import Path

import h5py
import pytest
from index_reading import counts, rows, touch, vector
from small_corpus import write_box
from stacks import CLOUDS, LABELS, write_hdf5, write_npy, write_packed
from zips import packed

import retriever
from indexer.align.own.pairs import read_pairs
from indexer.build import index
from indexer.removal import remove
from indexer.skipped import STACKS
from retriever.archives import opening, stacks
from retriever.errors import RetrieverError, UsageError
from retriever.query.zeroshot import words
from retriever.store import read_failures


def test_each_cloud_has_the_vector_of_its_own_file(tmp_path: Path):
    stack = write_npy(tmp_path / "data/clouds.npy")
    summary = index(stack, tmp_path / "index")
    assert counts(summary) == {"embedded": 40} and list(summary.roots.values()) == [str(stack.parent)]
    for number, cloud in enumerate(CLOUDS):
        write_npy(tmp_path / f"plain/{number:06}.npy", cloud)
    assert counts(index(tmp_path / "plain", tmp_path / "index")) == {"reused": 40}
    found = rows(tmp_path / "index")
    assert all(found[f"clouds.npy/{n:06}.npy"]["sha256"] == found[f"{n:06}.npy"]["sha256"] for n in range(40))
    assert (found["clouds.npy/000017.npy"]["name"], found["clouds.npy/000017.npy"]["label"]) == (None, None)
    assert counts(index(stack, tmp_path / "index")) == {"unchanged": 40}


def test_worker_processes_read_stacks(tmp_path: Path):
    stack = write_packed(tmp_path / "clouds.h5")
    assert counts(index(stack, tmp_path / "index", workers=2)) == {"embedded": 40}


def test_classes_and_splits(tmp_path: Path):
    write_packed(tmp_path / "ply_data_train0.h5")
    write_packed(tmp_path / "contested.hdf5")
    write_npy(tmp_path / "test.npy")
    index(sorted(tmp_path.glob("*.*5")) + [tmp_path / "test.npy"], tmp_path / "index")
    found = rows(tmp_path / "index")
    for number, label in enumerate(LABELS):
        train = found[f"ply_data_train0.h5/{label}/{number:06}.npy"]
        assert (train["label"], train["split"]) == (label, "train")
        other, test = found[f"contested.hdf5/{label}/{number:06}.npy"], found[f"test.npy/{number:06}.npy"]
        assert (other["label"], other["split"], test["label"], test["split"]) == (label, None, None, "test")


@pytest.mark.parametrize("names", [["chair"], ["chair", "model"], ["train", "test"], ["3", "cup.obj"], ["x.retriever"]])
def test_classes_are_taken_as_they_are_told(names: list[str], tmp_path: Path):
    labels = [names[number % len(names)] for number in range(40)]
    stack = write_hdf5(tmp_path / "training_set.h5", label=labels)
    for folder_labels in (True, False):  # which are guesses; these are not
        index(stack, tmp_path / "index", folder_labels=folder_labels)
        found = rows(tmp_path / "index").values()
        assert sorted(str(row["label"]) for row in found) == sorted(
            words(label.replace(".r", " r")) for label in labels
        )
        assert {row["split"] for row in found} == {"train"}


def test_clouds_are_read_in_the_order_in_which_they_are_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    read: list[int] = []
    whole = stacks.Stack.read

    def noted(stack: stacks.Stack, name: str, most: int | None = None) -> bytes:
        read.append(int(name[-10:-4]))
        return whole(stack, name, most)

    monkeypatch.setattr(stacks.Stack, "read", noted)
    index(write_packed(tmp_path / "clouds.h5"), tmp_path / "index", workers=0)
    assert read == sorted(read) and set(read) == set(range(40))


def test_a_link_without_a_suffix_of_its_own_target(tmp_path: Path):
    (tmp_path / "blobs").mkdir()
    (tmp_path / "real").mkdir()
    (tmp_path / "snapshot").symlink_to("real")
    for name, blob in (("train.h5", write_packed(tmp_path / "a.h5")), ("test.npy", write_npy(tmp_path / "b.npy"))):
        blob.rename(tmp_path / "blobs" / blob.stem)
        (tmp_path / "real" / name).symlink_to(f"../blobs/{blob.stem}")
    write_box(tmp_path / "c.off", (1, 2, 3)).rename(tmp_path / "blobs/c")
    (tmp_path / "real/box.off").symlink_to("../blobs/c")
    named = [tmp_path / "snapshot" / name for name in ("train.h5", "test.npy", "box.off")]
    assert counts(index(named, tmp_path / "index")) == {"embedded": 81}
    assert list(index(named, tmp_path / "index").roots.values()) == [str(tmp_path / "real")]
    found = rows(tmp_path / "index")
    assert {path.partition("/")[0] for path in found} == {"train.h5", "test.npy", "box.off"}
    assert len(read_pairs(tmp_path / "snapshot/train.h5").pairs) == 0, "its names of classes lie elsewhere"


def test_a_stack_in_a_zip_archive_is_to_be_unpacked(tmp_path: Path):
    write_npy(tmp_path / "in/clouds.npy")
    write_box(tmp_path / "in/box.off", (1, 2, 3))
    summary = index(packed(tmp_path / "pack.zip", tmp_path / "in"), tmp_path / "index")
    assert [failure.message for failure in summary.failed] == ["holds 40 clouds; unpack it, and name the file itself."]


def test_a_class_folder_gives_its_label_to_the_stack_in_it(tmp_path: Path):
    write_box(tmp_path / "set/lamp/one.off", (1, 2, 3))
    write_npy(tmp_path / "set/sofa/many.npy")
    write_npy(tmp_path / "set/sofa/one.npy", CLOUDS[0])
    index([tmp_path / "set", tmp_path / "set/sofa/many.npy"], tmp_path / "index")
    assert rows(tmp_path / "index")["sofa/many.npy/000000.npy"]["label"] == "sofa"


def test_a_table_names_clouds_by_their_paths(tmp_path: Path):
    stack = write_npy(tmp_path / "clouds.npy")
    lines = [f"clouds.npy/{number:06}.npy,{label}" for number, label in enumerate(LABELS)]
    (tmp_path / "labels.csv").write_text("\n".join(["path,label", *lines]) + "\n")
    index(stack, tmp_path / "index", metadata=tmp_path / "labels.csv")
    assert {row["label"] for row in rows(tmp_path / "index").values()} == set(LABELS)
    hits = retriever.open(tmp_path / "index").search(
        shape=stack / "000004.npy", where="label = 'night stand'", k=1, geometry_only=True
    )
    assert (hits[0].path, round(hits[0].score, 4)) == ("clouds.npy/000004.npy", 1.0)
    assert hits[0].file == stack / "000004.npy"


def test_stacks_that_are_met_wait_to_be_named(tmp_path: Path):
    write_packed(tmp_path / "set/a.h5")
    write_npy(tmp_path / "set/b.npy")
    (tmp_path / "set/shape_names.txt").unlink()
    with pytest.raises(RetrieverError, match="1 skipped: HDF5 files; name one to have its clouds indexed"):
        index(tmp_path / "set", tmp_path / "other", exclude=["*.npy"])
    write_box(tmp_path / "set/plain.off", (1, 2, 3))
    for _ in range(2):
        summary = index(tmp_path / "set", tmp_path / "index")
        assert summary.skipped[STACKS] == 1 and [failure.path for failure in summary.failed] == ["b.npy"]
        assert "holds 40 clouds; name the file itself" in summary.failed[0].message
    assert counts(index(tmp_path / "set/b.npy", tmp_path / "index")) == {"embedded": 40}
    assert not read_failures(tmp_path / "index")
    assert counts(index(tmp_path / "set/a.h5", tmp_path / "index")) == {"reused": 40}
    summary = index(tmp_path / "set", tmp_path / "index")
    assert counts(summary) == {"unchanged": 81} and not summary.skipped[STACKS] and not summary.failed


def test_what_becomes_of_a_stack(tmp_path: Path):
    folder, stack = tmp_path / "index", write_npy(tmp_path / "set/clouds.npy")
    write_box(tmp_path / "set/plain.off", (1, 2, 3))
    index([tmp_path / "set", stack], folder)
    touch(stack)
    assert counts(index(tmp_path / "set", folder)) == {"updated": 40, "unchanged": 1}
    before = vector(folder, "clouds.npy/000003.npy")
    changed = CLOUDS[:30].copy()
    changed[3] = changed[3] ** 3
    write_npy(stack, changed)
    touch(stack)
    assert counts(index(tmp_path / "set", folder)) == {"embedded": 1, "updated": 29, "unchanged": 1, "removed": 10}
    assert float(vector(folder, "clouds.npy/000003.npy") @ before) < 0.999
    write_npy(stack, CLOUDS[0])
    touch(stack)
    assert counts(index(tmp_path / "set", folder)) == {"reused": 1, "unchanged": 1, "removed": 30}
    assert set(rows(folder)) == {"clouds.npy", "plain.off"}


def test_removing_and_leaving_out(tmp_path: Path):
    folder, stack = tmp_path / "index", write_packed(tmp_path / "clouds.h5")
    summary = index(stack, folder, exclude=["clouds.h5/xbox"])
    assert counts(summary) == {"embedded": LABELS.count("chair") + LABELS.count("night stand")}
    gone = remove(folder, ["clouds.h5/chair", str(stack / "night stand/000001.npy")])
    assert len(gone) == LABELS.count("chair") + 1
    assert {row["label"] for row in rows(folder).values()} == {"night stand"}


def test_a_stack_that_is_damaged_is_listed(tmp_path: Path):
    stack = write_hdf5(tmp_path / "clouds.h5")
    index(stack, tmp_path / "index")
    whole = stack.read_bytes()
    stack.write_bytes(whole[:500])
    failed = index(stack, tmp_path / "index").failed
    assert [(failure.path, failure.kind) for failure in failed] == [("clouds.h5", "malformed")]
    stack.write_bytes(whole)
    assert len(rows(tmp_path / "index")) in (0, 40)
    index(stack, tmp_path / "index")
    assert len(rows(tmp_path / "index")) == 40 and not read_failures(tmp_path / "index")


def test_asking_with_a_stack_names_one_of_its_clouds(tmp_path: Path):
    stack = write_packed(tmp_path / "clouds.h5")
    index(stack, tmp_path / "index")
    opened = retriever.open(tmp_path / "index")
    with pytest.raises(
        UsageError, match=r"is a stack of clouds, whose files have paths such as clouds.h5/chair/000000.npy"
    ):
        opened.search(shape=stack)
    with pytest.raises(UsageError, match=r"chair/000001.npy does not exist"):
        opened.search(shape=stack / "chair/000001.npy")
    assert opened.search(f"shape:{stack}/chair/000000.npy", k=1)[0].path == "clouds.h5/chair/000000.npy"
    stack.write_bytes(b"no")
    with pytest.raises(UsageError, match=r"cannot be looked for, as clouds.h5 is a damaged stack of clouds"):
        opened.search(shape=stack / "chair/000000.npy")


def test_a_path_into_a_stack_is_not_a_corpus(tmp_path: Path):
    stack = write_packed(tmp_path / "clouds.h5")
    with pytest.raises(UsageError, match=r"lies in an archive, which is looked into as a whole: name .*clouds.h5\."):
        index(stack / "chair", tmp_path / "index")


def test_items_stay_where_what_reads_them_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    stack = write_packed(tmp_path / "clouds.h5")
    write_box(tmp_path / "box.off", (1, 2, 3))
    index([tmp_path, stack], tmp_path / "index")
    monkeypatch.setitem(sys.modules, "h5py", None)
    opening.other.cache_clear()
    summary = index(tmp_path, tmp_path / "index")
    assert counts(summary) == {"unchanged": 2} and [failure.kind for failure in summary.failed] == ["unsupported"]
    assert len(rows(tmp_path / "index")) == 42
    monkeypatch.setitem(sys.modules, "h5py", h5py)
    opening.other.cache_clear()
    assert not index(tmp_path, tmp_path / "index").failed and not read_failures(tmp_path / "index")
