"""What the readers of scenes share."""

from __future__ import annotations

import numpy as np
import pytest

from retriever.errors import FileProblem
from retriever.loaders import soup


def test_few_vertices_with_many_faces_count_by_their_faces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soup, "MAX_VERTICES", 1000)
    budget = soup.Budget()
    budget.take(8, 12, copies=100)
    budget.take(3, 100, copies=4)
    with pytest.raises(FileProblem, match="more vertices") as caught:
        budget.take(3, 4)
    assert caught.value.kind == "too-large"


def test_siblings_of_one_name_are_told_apart_and_cousins_need_not_be() -> None:
    names = soup.Names()
    asked = ["wheel", "wheel (2)", "wheel", " wheel\n", "wheel (2)"]
    assert [names.below((), name)[-1] for name in asked] == [
        "wheel",
        "wheel (2)",
        "wheel (3)",
        "wheel (4)",
        "wheel (2) (2)",
    ]
    assert names.below(("car",), "wheel") == ("car", "wheel")
    assert names.below(("car",), " ") == ("car",)


def test_chains_that_begin_alike_share_their_nodes() -> None:
    names = soup.Names()
    assert names.along([(1, "car"), (2, "wheel")]) == ("car", "wheel")
    assert names.along([(1, "car"), (3, "wheel")]) == ("car", "wheel (2)")
    assert names.along([(1, "car"), (2, "wheel"), (4, "nut")]) == ("car", "wheel", "nut")
    assert names.along([(5, "car")]) == ("car (2)",)
    assert names.along([(2, "wheel")], ("car",)) == ("car", "wheel")


def test_names_without_end_cost_little(monkeypatch: pytest.MonkeyPatch) -> None:
    names, path = soup.Names(), soup.Path()
    for _ in range(2 * soup.DEEPEST):
        path = names.below(path, "a" * 1000)
    assert len(path) == soup.DEEPEST and {len(name) for name in path} == {soup.LONGEST}
    wide = [names.below((), "wheel") for _ in range(100_000)]
    assert len(set(wide)) == 100_000 and wide[-1] == ("wheel (100000)",)
    monkeypatch.setattr(soup, "MOST_NAMES", 2)
    few = soup.Names()
    assert [few.along([(number, "a")], ("top",)) for number in range(3)] == [("top", "a"), ("top", "a (2)"), ("top",)]


def test_one_path_is_of_all_copies_and_several_of_one_each() -> None:
    points, faces = np.zeros((9, 3)), np.arange(9).reshape(3, 3)
    pieces = [
        soup.Piece(points, faces, copies=3, paths=[("all",)]),
        soup.Piece(points, faces, copies=3, paths=[("first",), (), ("third",)]),
        soup.Piece(points, faces, paths=[()]),
        soup.Piece(points, faces),
    ]
    assert [(node.path, node.start, node.end) for node in soup.flat(pieces).nodes] == [
        (("all",), 0, 3),
        (("first",), 3, 4),
        (("third",), 5, 6),
    ]
