from pathlib import Path

import numpy as np
import pytest
from index_making import SPACE, ids, item, unit

from indexer.forgetting import Forgotten
from indexer.removal import remove
from indexer.writer import IndexWriter
from retriever.errors import UsageError
from retriever.store import Failure, Manifest, Snapshot, item_id, read_failures

PATHS = ["a/x.obj", "a/y.obj", "ab/x.obj", "a.obj", "deep/a/x.obj"]


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """The same paths below the roots ``one`` and ``one/deep``; the last one of each is deleted."""
    with IndexWriter(tmp_path / "index", SPACE) as writer:
        for place in ("one", "one/deep"):
            (tmp_path / place).mkdir()
            root = writer.root(tmp_path / place)
            items = [item(n, id=item_id(root, path), root=root, path=path) for n, path in enumerate(PATHS)]
            writer.append(items, unit(len(items)))
        snapshot = writer.commit()
        writer.delete(snapshot.rows_of([item_id("one", PATHS[-1]), item_id("deep", PATHS[-1])]))
        writer.commit()
    return tmp_path / "index"


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("a", ["one a/x.obj", "one a/y.obj", "deep a/x.obj", "deep a/y.obj"]),
        ("a/", ["one a/x.obj", "one a/y.obj", "deep a/x.obj", "deep a/y.obj"]),
        ("a.obj", ["one a.obj", "deep a.obj"]),
        ("@/one/a", ["one a/x.obj", "one a/y.obj"]),
        ("@/one/deep/../a/x.obj", ["one a/x.obj"]),
        ("@/one/deep", [f"deep {path}" for path in PATHS[:4]]),
        ("@/one", [f"{root} {path}" for root in ("one", "deep") for path in PATHS[:4]]),
        ("@", [f"{root} {path}" for root in ("one", "deep") for path in PATHS[:4]]),
        (item_id("deep", "a.obj"), ["deep a.obj"]),
    ],
)
def test_a_target_means_an_id_or_what_lies_at_or_below_a_path(
    index: Path, tmp_path: Path, target: str, expected: list[str]
) -> None:
    gone = remove(index, [target.replace("@", str(tmp_path))], dry_run=True)
    assert [id for id, _ in gone] == [item_id(*each.split(" ")) for each in expected]
    remove(index, [target.replace("@", str(tmp_path))])
    assert len(Snapshot.open(index)) == 8 - len(expected)
    assert (Snapshot.open(index).locate([id for id, _ in gone]) == -1).all()


@pytest.mark.parametrize("target", ["nothing", "a/x", "deep/a/x.obj", "@/on", "@/one/a/x.obj/y", "0" * 16, *ids(3)])
def test_a_target_that_means_nothing_is_named(index: Path, tmp_path: Path, target: str) -> None:
    target = target.replace("@", str(tmp_path))
    with pytest.raises(UsageError, match=f"no item {target!r}"):
        remove(index, ["a.obj", target])
    assert len(Snapshot.open(index)) == 8


def test_targets_add_up_and_a_condition_takes_away(index: Path) -> None:
    gone = remove(index, [item_id("one", "a.obj"), "ab"], where="root = 'one'")
    assert [path for _, path in gone] == ["ab/x.obj", "a.obj"]
    assert np.flatnonzero(Snapshot.open(index).live).tolist() == [0, 1, 5, 6, 7, 8]


@pytest.fixture
def failed(index: Path) -> Path:
    """The same, with files that could not be indexed below each root."""
    with IndexWriter(index, SPACE) as writer:
        for root, paths in {"one": ("a/bad.glb", "b/bad.glb"), "deep": ("worse.glb",)}.items():
            writer.replace_failures(root, lambda path: True, [Failure(root, path, "malformed", "") for path in paths])
        writer.commit()
    return index


def failures(index: Path) -> list[str]:
    return [f"{failure.root} {failure.path}" for failure in read_failures(index)]


def test_a_root_that_is_named_is_none_any_more_and_its_failures_go(failed: Path, tmp_path: Path) -> None:
    beside = Forgotten()
    remove(failed, [str(tmp_path / "one/deep")], dry_run=True, forgotten=beside)
    assert list(beside.roots) == ["deep"] and [failure.path for failure in beside.failures] == ["worse.glb"]
    assert sorted(Manifest.read(failed).roots) == ["deep", "one"] and len(failures(failed)) == 3
    remove(failed, [str(tmp_path / "one/deep")])
    assert list(Manifest.read(failed).roots) == ["one"]
    assert failures(failed) == ["one a/bad.glb", "one b/bad.glb"]
    remove(failed, [str(tmp_path / "one")])
    assert not Manifest.read(failed).roots and not failures(failed) and not len(Snapshot.open(failed))


@pytest.mark.parametrize("gone", [False, True])
def test_a_root_without_items_can_be_removed(failed: Path, tmp_path: Path, gone: bool) -> None:
    remove(failed, [], where="root = 'deep'")
    assert len(failures(failed)) == 3, "a condition is about items"
    if gone:
        (tmp_path / "one/deep").rmdir()
    assert remove(failed, [str(tmp_path / "one/deep")]) == []
    assert list(Manifest.read(failed).roots) == ["one"] and len(failures(failed)) == 2
    assert len(Snapshot.open(failed)) == 4


@pytest.mark.parametrize("target", ["b/bad.glb", "b", "@/one/b/bad.glb", "@/one/b"])
def test_failures_can_be_removed_by_their_path_alone(failed: Path, tmp_path: Path, target: str) -> None:
    before = len(Snapshot.open(failed))
    assert remove(failed, [target.replace("@", str(tmp_path))]) == []
    assert failures(failed) == ["one a/bad.glb", "deep worse.glb"]
    assert len(Snapshot.open(failed)) == before and len(Manifest.read(failed).roots) == 2


def test_a_folder_of_items_and_failures(failed: Path, tmp_path: Path) -> None:
    assert len(remove(failed, [str(tmp_path / "one/a"), "b"])) == 2
    assert failures(failed) == ["deep worse.glb"]
