import re
from pathlib import Path

import numpy as np
import pytest
from index_making import SPACE, ids, item, unit

from indexer.forgetting import Forgotten
from indexer.records import write_failures
from indexer.removal import remove
from indexer.writer import IndexWriter
from retriever.errors import UsageError
from retriever.store import Failure, Manifest, Snapshot, item_id, read_failures

PATHS = ["a/x.obj", "a/y.obj", "ab/x.obj", "a.obj", "deep/a/x.obj"]
ONLY = "only/x.obj"


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """The same paths below the roots ``one`` and ``one/deep``; the last of each is deleted. One more in ``deep``."""
    with IndexWriter(tmp_path / "index", SPACE) as writer:
        for place in ("one", "one/deep"):
            (tmp_path / place).mkdir()
            root = writer.root(tmp_path / place)
            paths = [*PATHS, ONLY] if place == "one/deep" else PATHS
            items = [item(n, id=item_id(root, path), root=root, path=path) for n, path in enumerate(paths)]
            writer.append(items, unit(len(items)))
        snapshot = writer.commit()
        writer.delete(snapshot.rows_of([item_id("one", PATHS[-1]), item_id("deep", PATHS[-1])]))
        writer.commit()
    return tmp_path / "index"


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("only", ["deep only/x.obj"]),
        ("only/", ["deep only/x.obj"]),
        ("only/x.obj", ["deep only/x.obj"]),
        ("@/one/a", ["one a/x.obj", "one a/y.obj"]),
        ("@/one/deep/../a/x.obj", ["one a/x.obj"]),
        ("@/one/deep", [f"deep {path}" for path in (*PATHS[:4], ONLY)]),
        ("@/one", [*(f"{root} {path}" for root in ("one", "deep") for path in PATHS[:4]), f"deep {ONLY}"]),
        ("@", [*(f"{root} {path}" for root in ("one", "deep") for path in PATHS[:4]), f"deep {ONLY}"]),
        (item_id("deep", "a.obj"), ["deep a.obj"]),
    ],
)
def test_a_target_means_an_id_or_what_lies_at_or_below_a_path(
    index: Path, tmp_path: Path, target: str, expected: list[str]
) -> None:
    gone = remove(index, [target.replace("@", str(tmp_path))], dry_run=True)
    assert [id for id, _ in gone] == [item_id(*each.split(" ")) for each in expected]
    remove(index, [target.replace("@", str(tmp_path))])
    assert len(Snapshot.open(index)) == 9 - len(expected)
    assert (Snapshot.open(index).locate([id for id, _ in gone]) == -1).all()


@pytest.mark.parametrize("target", ["a", "a/", "a.obj"])
def test_a_path_that_several_roots_have_is_an_error_that_lists_them(index: Path, tmp_path: Path, target: str) -> None:
    one, other = (str(tmp_path / root / target) for root in ("one", "one/deep"))
    with pytest.raises(UsageError) as caught:
        remove(index, [target])
    assert str(caught.value) == f"{target!r} is a path in 2 places of the index; give one of these: {one}, {other}."
    assert len(Snapshot.open(index)) == 9
    assert remove(index, [target], where="root = 'one'", dry_run=True) == remove(index, [one], dry_run=True)


def test_a_relative_path_of_what_is_there_means_no_other_root(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "one/deep/a").mkdir()
    monkeypatch.chdir(tmp_path / "one/deep")
    assert [path for _, path in remove(index, ["a"])] == [
        str(tmp_path / "one/deep" / path) for path in ("a/x.obj", "a/y.obj")
    ]
    (tmp_path / "one/deep/a").rmdir()
    (tmp_path / "one/a").mkdir()
    monkeypatch.chdir(tmp_path / "one/a")
    assert len(remove(index, ["../a"])) == 2


@pytest.mark.parametrize(
    "target",
    [
        "st\udcfchl",
        "nul\0",
        "long" * 100,
        "nothing",
        "a/x",
        "deep/a/x.obj",
        "@/on",
        "@/one/a/x.obj/y",
        "0" * 16,
        *ids(3),
    ],
)
def test_a_target_that_means_nothing_is_named(index: Path, tmp_path: Path, target: str) -> None:
    target = target.replace("@", str(tmp_path))
    with pytest.raises(UsageError, match=re.escape(f"no item {target!r}")):
        remove(index, ["@/one/a.obj".replace("@", str(tmp_path)), target])
    assert len(Snapshot.open(index)) == 9


@pytest.mark.parametrize("target", ["", " ", "\t\n"])
def test_an_empty_target_is_not_the_current_folder(
    index: Path, tmp_path: Path, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path / "one")
    for targets in ([target], ["a.obj", target]):
        for where in (None, "root = 'one'"):
            with pytest.raises(UsageError, match=r"is empty, .* name \. for this folder"):
                remove(index, targets, where=where)
    assert len(Snapshot.open(index)) == 9 and len(Manifest.read(index).roots) == 2
    assert len(remove(index, ["."], dry_run=True)) == 9


def test_a_pattern_is_said_to_be_a_condition_that_works(index: Path) -> None:
    """It would be a name with an asterisk in it, and shells hand on patterns that match no file here."""
    with pytest.raises(UsageError, match=r"no item 'a/\*'; give an id, or for a pattern where= ") as caught:
        remove(index, ["a/*"])
    condition = str(caught.value).split('"')[1]
    assert sorted(path.split("one/")[-1] for _, path in remove(index, [], where=condition, dry_run=True)) == [
        *("a/x.obj", "a/y.obj", "deep/a/x.obj", "deep/a/y.obj"),
    ]


def test_targets_add_up_and_a_condition_takes_away(index: Path, tmp_path: Path) -> None:
    gone = remove(index, [item_id("one", "a.obj"), "ab"], where="root = 'one'")
    assert [path for _, path in gone] == [str(tmp_path / "one" / path) for path in ("ab/x.obj", "a.obj")]
    assert np.flatnonzero(Snapshot.open(index).live).tolist() == [0, 1, 5, 6, 7, 8, 10]


@pytest.fixture
def failed(index: Path) -> Path:
    """The same, with files that could not be indexed below each root."""
    with IndexWriter(index, SPACE) as writer:
        files = [("one", "a/bad.glb"), ("one", "b/bad.glb"), ("deep", "worse.glb")]
        write_failures(index, [Failure(root, path, "malformed", "") for root, path in files])
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


@pytest.mark.parametrize(("named", "count"), [("ids", 800), ("paths", 800), ("whole paths", 800), ("root", 10_000)])
def test_many_targets_among_many_failures(failed: Path, tmp_path: Path, named: str, count: int) -> None:
    """Comparing every pair, this would not end while anybody waits."""
    names = [f"{number:04}" for number in range(count)]
    with IndexWriter(failed, SPACE) as writer:
        items = [item(n, id=item_id("one", f"n/{n}"), root="one", path=f"n/{n}") for n in range(800)]
        writer.append(items, unit(len(items)))
        write_failures(failed, [Failure("one", f"bad/{name}", "malformed", "") for name in names])
        writer.commit()
    targets = {
        "ids": [str(row["id"]) for row in items],
        "paths": [f"bad/{name}" for name in names],
        "whole paths": [str(tmp_path / "one/bad" / name) for name in names],
        "root": [str(tmp_path / "one")],
    }[named]
    gone = remove(failed, targets)
    assert len(gone) == {"ids": 800, "root": 809}.get(named, 0)
    assert len(failures(failed)) == (800 if named == "ids" else 0)


def test_failures_of_names_that_begin_alike_are_told_apart(index: Path, tmp_path: Path) -> None:
    names = ["b", "b-c/x", "b/x", "b/y/z", "b0", "bb/x"]
    with IndexWriter(index, SPACE):
        write_failures(index, [Failure("one", name, "malformed", "") for name in names])
    for target in ("b", "b/", str(tmp_path / "one/b")):
        beside = Forgotten()
        remove(index, [target, "b/y"], dry_run=True, forgotten=beside)
        assert [failure.path for failure in beside.failures] == ["b", "b/x", "b/y/z"]
    remove(index, ["b"])
    assert failures(index) == ["one b-c/x", "one b0", "one bb/x"]
