"""What a map keeps, where it is plain what there is to keep."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from retrieval_data import write_clouds, write_named
from typer.testing import CliRunner
from unit_vectors import near, unit

from benchmarks.__main__ import app
from benchmarks.retrieval import maps


def test_the_map_keeps_more_than_two_components_and_the_space_keeps_itself():
    rng = np.random.default_rng(0)
    vectors = np.concatenate([near(rng, center, 30, 0.5) for center in unit(rng, 8, 24)])
    labels = np.repeat([*"abcdefgh"], 30)
    shown, plain, space = maps.kept("clusters", vectors, labels)
    names = ("of the 10 nearest, among 10", "among 50", "of the label, of 10")
    assert [space[name] for name in names[:2]] == [1, 1] and space[names[2]] > 0.9
    assert all(shown[name] > plain[name] for name in names)
    assert shown["among 50"] >= shown[names[0]] > 0.5 and shown["of the label, of 10"] > 0.95


def test_who_has_no_label_or_one_of_its_own_is_not_asked():
    shown = np.array([[1], [0], [3], [2], [0]])
    assert maps._alike(np.array(["a", "a", "", "", "b"]), shown) == 1


def test_neighbours_on_the_plane_are_others_and_equal_ones_go_by_number():
    places = np.array([[0, 0], [0, 0], [1, 0], [0, 0.5]], np.float32)
    assert maps.on_plane(places, 2).tolist() == [[1, 3], [0, 3], [0, 1], [0, 1]]


def test_the_command_needs_shapes(tmp_path: Path):
    done = CliRunner().invoke(app, ["map", "--data", str(tmp_path)])
    assert done.exit_code == 1 and "holds neither shapes_named nor shapes69" in str(done.exception)


@pytest.mark.parametrize("write", [write_named, write_clouds])
def test_the_command_shows_both_tables(
    tmp_path: Path, write: Callable[[Path], object], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(maps, "NEAR", 2)
    monkeypatch.setattr(maps, "WIDE", 3)
    write(tmp_path if write is write_named else tmp_path / "shapes69")
    done = CliRunner().invoke(app, ["map", "--data", str(tmp_path), "--rows", "60"])
    assert done.exit_code == 0, done.output
    assert done.stdout.count("two principal components") == 1 and "| 60      | 384" in done.stdout
