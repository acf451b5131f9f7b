from __future__ import annotations

from dataclasses import replace

import pytest

from indexer.found import SourceFile
from indexer.plan_changes import Indexed, compare, reusable, stamp
from retriever.types import Modality, ShapeInput

FILE = SourceFile("a/chair.off", Modality.SHAPE, 100, "print")


def row_of(file: SourceFile, row: int = 0, up: str = "auto", taken_as: str = "y") -> Indexed:
    return Indexed(row, file.path, stamp(file, up), "hash", file.bytes, taken_as)


def everywhere(path: str) -> bool:
    return True


def test_equal_stamp_is_unchanged():
    changes = compare([FILE], [row_of(FILE)], up="auto", covers=everywhere)
    assert (changes.unchanged, changes.write, changes.vanished, changes.stale) == ([0], [], [], [])


def test_new_changed_and_vanished():
    old = row_of(replace(FILE, fingerprint="older"), row=3)
    new = replace(FILE, path="b.off")
    gone = row_of(replace(FILE, path="gone.off"), row=4)
    changes = compare([FILE, new], [old, gone], up="auto", covers=everywhere)
    assert changes.write == [(FILE, old), (new, None)]
    assert changes.vanished == [4]


def test_another_up_is_a_change_for_shapes_only():
    note = SourceFile("note.txt", Modality.TEXT, 9, "print")
    changes = compare([FILE, note], [row_of(FILE), row_of(note, 1)], up="z", covers=everywhere)
    assert [file.path for file, _ in changes.write] == ["a/chair.off"]
    assert changes.unchanged == [1]


def test_rows_outside_the_scan_stay():
    rows = [row_of(replace(FILE, path=path), n) for n, path in enumerate(["a/x.off", "b/x.off"])]
    assert compare([], rows, up="auto", covers=lambda path: path.startswith("b/")).__dict__["vanished"] == [1]


@pytest.mark.parametrize(("unreadable", "vanished"), [(["a"], [1]), (["a/x.off"], [1]), (["ab"], [0, 1]), ([""], [])])
def test_rows_below_unreadable_folders_stay(unreadable: list[str], vanished: list[int]):
    rows = [row_of(replace(FILE, path=path), n) for n, path in enumerate(["a/x.off", "b/x.off"])]
    assert compare([], rows, up="auto", covers=everywhere, unreadable=unreadable).vanished == vanished


def test_of_two_rows_of_a_file_the_newer_counts():
    old, new = row_of(replace(FILE, fingerprint="older"), 0), row_of(FILE, 1)
    changes = compare([FILE], [old, new], up="auto", covers=everywhere)
    assert (changes.unchanged, changes.stale, changes.vanished) == ([1], [0], [])


@pytest.mark.parametrize(
    ("path", "asked", "color", "reused"),
    [
        ("b/moved.off", "auto", None, True),
        ("b/moved.off", "y", None, True),  # auto took y
        ("b/moved.off", "z", None, False),
        ("b/moved.obj", "auto", None, False),  # the same bytes, read by another reader
    ],
)
def test_reusable_vectors(path: str, asked: str, color: float | None, reused: bool):
    known = row_of(FILE)
    found = reusable(replace(FILE, path=path), [known], up=asked, shape=ShapeInput(color=color))
    assert (found is known) == reused


@pytest.mark.parametrize(
    ("suffix", "color", "reused"),
    [
        (".gltf", None, False),
        (".usda", None, False),
        (".obj", None, True),
        (".obj", 0.5, False),
        (".dae", 0.5, False),
        (".fbx", 0.5, False),
        (".blend", 0.5, False),
        (".glb", 0.5, True),
    ],
)
def test_formats_with_parts_in_other_files(suffix: str, color: float | None, reused: bool):
    file = replace(FILE, path=f"chair{suffix}")
    assert (reusable(file, [row_of(file)], up="auto", shape=ShapeInput(color=color)) is not None) == reused
