from pathlib import Path

import pytest
from index_making import item, write

from indexer.failures import replace_failures
from retriever.errors import IndexCorrupt
from retriever.store import Failure, read_failures


def test_there_are_none_at_first(tmp_path: Path) -> None:
    write(tmp_path / "index", [item(1)])
    assert read_failures(tmp_path / "index") == []


def test_only_those_in_scope_are_replaced(tmp_path: Path) -> None:
    old = [Failure("a", "x/1.obj", "empty", "It is empty."), Failure("a", "y/2.obj", "empty", "It is empty.")]
    other = [Failure("b", "x/1.obj", "malformed", "It is no OBJ.")]
    new = [Failure("a", "x/3.obj", "truncated", "Ünïcode ends early.")]
    replace_failures(tmp_path, {}, {"a": lambda path: True}, old)
    replace_failures(tmp_path, {}, {"b": lambda path: True}, other)
    assert read_failures(tmp_path) == [*old, *other]
    replace_failures(tmp_path, {}, {"a": lambda path: path.startswith("x/")}, new)
    assert read_failures(tmp_path) == [old[1], *other, *new]
    replace_failures(tmp_path, {}, {"b": lambda path: False}, other)
    assert read_failures(tmp_path) == [old[1], *new, *other], "one that comes again is there once"
    replace_failures(tmp_path, {"b": "a/x"}, {"a": lambda path: path.startswith("x/")}, [])
    assert read_failures(tmp_path) == [old[1]], "one of a root below, too"


def test_damage_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "failures.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(IndexCorrupt, match=r"failures\.parquet is damaged .*delete it and index again"):
        read_failures(tmp_path)
