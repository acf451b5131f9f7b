from __future__ import annotations

from itertools import permutations
from pathlib import Path, PurePath

import pytest

from indexer.roots import Corpus, corpora
from retriever.errors import UsageError


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "x.off").touch()
    return tmp_path


def test_a_folder_is_a_root(tree: Path):
    assert corpora([tree / "a"], []) == [Corpus(tree / "a")]


def test_a_file_is_a_part_of_its_folder(tree: Path):
    file = tree / "a" / "b" / "x.off"
    assert corpora([file], []) == [Corpus(tree / "a" / "b", (file,))]


def test_below_a_known_root_is_a_part_of_the_outermost(tree: Path):
    inner = tree / "a" / "b"
    assert corpora([inner], [inner, tree / "a"]) == [Corpus(tree / "a", (inner,))]


@pytest.mark.parametrize("paths", [("a", "a/b"), ("a/b", "a"), ("a", "a/b/x.off", "a")])
def test_a_root_given_with_its_parts_is_scanned_once(tree: Path, paths: tuple[str, ...]):
    assert corpora([tree / path for path in paths], []) == [Corpus(tree / "a")]


def test_files_and_folders_in_any_order_are_parts_of_the_folder_of_the_files(tree: Path):
    (tree / "c").mkdir()
    (tree / "y.off").touch()
    paths = [tree / "a", tree / "y.off", tree / "c"]
    for order in permutations(paths):
        (found,) = corpora(order, [])
        assert (found.root, sorted(found.within)) == (tree, sorted(paths))
        assert corpora(order, [tree]) == [found], "again it is no other"
    assert corpora([tree / "a" / "b", tree / "c"], []) == [Corpus(tree / "a" / "b"), Corpus(tree / "c")]


def test_a_known_root_that_is_a_link_now_is_the_same_root(tree: Path):
    (tree / "link").symlink_to(tree / "a")
    link, file = tree / "link", Path("b/x.off")
    assert corpora([link], [link]) == corpora([tree / "a"], [link]) == [Corpus(link)]
    assert corpora([link / file], [link]) == corpora([tree / "a" / file], [link]) == [Corpus(link, (link / file,))]
    assert corpora([link], [link, tree / "a"]) == [Corpus(link)]
    assert corpora([link], []) == [Corpus(tree / "a")]


def test_a_link_in_a_root_is_a_part_of_it_unless_it_leads_to_another(tree: Path):
    (tree / "root").mkdir()
    link = tree / "root" / "link"
    link.symlink_to(tree / "a" / "b")
    assert corpora([link], [tree / "root"]) == [Corpus(tree / "root", (link,))]
    assert corpora([link / "x.off"], [tree / "root"]) == [Corpus(tree / "root", (link / "x.off",))]
    assert corpora([link], [tree / "root", tree / "a"]) == [Corpus(tree / "a", (tree / "a" / "b",))]
    assert corpora([link / ".."], [tree / "root"]) == [Corpus(tree / "a")]


def test_names_that_begin_alike_are_not_parts():
    part = Corpus(Path("/r"), (Path("/r/ab"),))
    assert part.covers("ab") and part.covers("ab/x") and not part.covers("abc/x") and not part.covers("a")


def test_many_files_are_not_gone_through_for_each_path(monkeypatch: pytest.MonkeyPatch):
    calls, relative_to = [], PurePath.relative_to
    monkeypatch.setattr(PurePath, "relative_to", lambda *paths: calls.append(paths) or relative_to(*paths))
    part = Corpus(Path("/r"), tuple(Path(f"/r/a/{n}.off") for n in range(9)))
    assert [path for path in (f"a/{n}.off" for n in range(99)) if part.covers(path)] == [f"a/{n}.off" for n in range(9)]
    assert len(calls) == 9


def test_missing_paths_and_loops_are_named(tree: Path):
    loop = tree / "loop"
    loop.symlink_to(loop)
    for path in (tree / "nowhere", loop):
        with pytest.raises(UsageError, match=str(path)):
            corpora([path], [])
