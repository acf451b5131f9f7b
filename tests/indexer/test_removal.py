from pathlib import Path

import numpy as np
import pytest
from index_making import SPACE, ids, item, unit

from indexer.removal import remove
from indexer.writer import IndexWriter
from retriever.errors import UsageError
from retriever.store import Snapshot, item_id

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
