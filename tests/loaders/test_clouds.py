"""What else the files of bare clouds may hold: colours, columns of other kinds, decimal commas."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from retriever import loaders
from retriever.errors import FileProblem
from retriever.loaders import Inputs
from retriever.types import Modality, PointCloud, ShapeInput, Text

CHAIRS = Path(__file__).parents[1] / "data" / "chairs"
INPUTS = Inputs(ShapeInput(points=1024, color=0.5))


def colors_of(path: Path) -> np.ndarray | None:
    payload = loaders.load(path, INPUTS).payload
    assert isinstance(payload, PointCloud)
    return payload.colors


@pytest.mark.parametrize(("alpha", "level"), [(1.0, 0.5), (255, 128)])
def test_a_fourth_column_of_colours_is_alpha(tmp_path: Path, alpha: float, level: float) -> None:
    points = np.load(CHAIRS / "chair.npy")
    colors = np.full((len(points), 4), level)
    colors[:, 3] = alpha
    np.save(tmp_path / "a.npy", np.hstack([points, colors]))
    colors = colors_of(tmp_path / "a.npy")
    assert colors is not None and np.allclose(colors, 0.5, atol=0.01)


@pytest.mark.parametrize("other", [-0.5, 1e19, np.nan])
def test_seven_columns_without_colours_are_no_cloud(tmp_path: Path, other: float) -> None:
    np.save(tmp_path / "boxes.npy", np.full((2, 7), 0.5) + [0, 1, 2, 0, 0, 0, other - 0.5])
    with pytest.raises(FileProblem, match=r"shape \(2, 7\); give x y z in shape \(n, 3\)") as caught:
        loaders.load(tmp_path / "boxes.npy", INPUTS)
    assert caught.value.kind == "malformed"


@pytest.mark.parametrize("name", ["points", "scan"])
@pytest.mark.parametrize(
    ("colors", "level"),
    [
        (np.full((1500, 3), 128, np.uint8), 128 / 255),
        (np.full((1500, 3), 0.25, np.float32), 0.25),
        (np.full((1500, 4), 0.25), 0.25),
        (np.full((1500, 3), -0.5), None),
        (np.full((1499, 3), 0.25), None),
        (np.full(1500, 0.25), None),
        (None, None),
    ],
)
def test_an_archive_may_hold_colours(tmp_path: Path, name: str, colors: np.ndarray | None, level: float | None) -> None:
    points = np.load(CHAIRS / "chair.npy")
    np.savez(tmp_path / "a.npz", **{name: points, "colors": np.array(colors)})  # type: ignore[arg-type]
    loaded = loaders.load_geometry(tmp_path / "a.npz")
    assert loaded.vertices == pytest.approx(points)
    if level is None:
        assert loaded.colors is None
    else:
        assert loaded.colors is not None and loaded.colors == pytest.approx(np.full((1500, 3), level))


def test_rows_of_text_may_have_any_seventh_column(tmp_path: Path) -> None:
    (tmp_path / "a.xyz").write_text("0 0 0 1 0 0 -9\n1 0 0 1 0 0 -9\n0 1 0 1 0 0 -9\n")
    colors = colors_of(tmp_path / "a.xyz")
    assert colors is not None and (colors == (1, 0, 0)).all()


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("cloud.xyz", "0,5 1,25 -3,0\n2,0 0,0 1e-1\n"),
        ("cloud.xyz", "//X;Y;Z\nX;Y;Z\n0,5;1,25;-3,0\n2,0;0,0;1,0E-1\n"),
        ("cloud.xyz", "0,5\t1,25\t-3,0\t255\t0\t0\n2,0\t0,0\t0,1\t255\t0\t0\n"),
        ("cloud.pts", "2\n0,5 1,25 -3,0\n2,0 0,0 0,1\n"),
        ("cloud.xyz", "0,5 1,25 -3\n2 0 0,1\n"),
        ("cloud.xyz", "0,5;1,25;-3;7\r\n2;0;1E-1;7\r\n"),
        ("cloud.pts", "2\n0,5 1,25 -3 17\n2 0 0,1 4\n"),
        ("cloud.xyz", "0.5,1.25,-3\n2,0,0.1\n"),
        ("cloud.xyz", "0.5, 1.25, -3\n2, 0, 0.1\n"),
        ("cloud.xyz", "0.5,1.25 -3\n2,0 0.1\n"),
        ("cloud.xyz", "0.5 1.25 -3,17\n2 0 0.1,9\n"),
        ("cloud.xyz", "x y z,energy\n2\n0.5 1.25 -3,255 0 0\n2 0 0.1,0 0 255\n"),
        ("cloud.xyz", "0,5 1,25 -3\nNaN NaN NaN\n2 0 0,1\n"),
        ("cloud.xyz", "2\nenergy -3.25, by hand\nC 0,5 1,25 -3\nH1 2 0 0,1\n"),
        ("cloud.xyz", "2\n\nC 0,5 1,25 -3\nH 2 0 0,1\n2\nC 9 9 9\nH 9 9 9\n"),
        ("cloud.xyz", "2\nC 0,5 1,25 -3\nH 2 0 0,1\n"),
    ],
)
def test_a_comma_is_a_decimal_point_or_a_separator(tmp_path: Path, name: str, rows: str) -> None:
    (tmp_path / name).write_text(rows)
    points = loaders.load_geometry(tmp_path / name).vertices
    assert points == pytest.approx(np.array([[0.5, 1.25, -3.0], [2.0, 0.0, 0.1]]))


@pytest.mark.parametrize(
    ("rows", "last"),
    [
        ("0 0 0\n" * 50 + "0 0,1 0,35\n", [0, 0.1, 0.35]),
        ("7, 8, 9\n" * 50 + "1, 2, 3\n", [1, 2, 3]),
        ("7,8,9\n" * 50 + "1,2,3\n", [1, 2, 3]),
        ("7,8,9 4 5\n" * 50 + "1,2,3 4 5\n", [1, 2, 3]),
        ("7;8;9\n" * 50 + "1;2;3\n", [1, 2, 3]),
        ("1 2 3,17\n" * 50 + "3 4.5 5,9\n", [3, 4.5, 5]),
        ("0.5 1.5 2.5,17\n" + "1 2 3,17\n" * 50, [1, 2, 3]),
        ("1 2 3,255 0 0\n" * 50 + "4.5 5.5 6.5,0 0 255\n", [4.5, 5.5, 6.5]),
        ("0,5 1,5 0\n" * 9000 + "0,5 1,5 2,5\n", [0.5, 1.5, 2.5]),
    ],
)
def test_rows_of_whole_numbers_do_not_hide_what_a_comma_is(tmp_path: Path, rows: str, last: list[float]) -> None:
    (tmp_path / "a.xyz").write_text(rows)
    assert loaders.load_geometry(tmp_path / "a.xyz").vertices[-1] == pytest.approx(np.array(last))


@pytest.mark.parametrize(
    "text",
    [
        "3\nwater, by some program\nO 0.5 1.25 -3\nH 2 0 0.1\nH 1 1 1\n",
        "3\n\n0.5 1.25 -3\n2 0 0.1\n1 1 1\n",
        "3\n0.5 1.25 -3\n2 0 0.1\n1 1 1\n",
        "3\n1 2 3\n0.5 1.25 -3\n2 0 0.1\n1 1 1\n\n",
        "  3\n# made by hand\nO1 0.5 1.25 -3 0.1\nH2 2 0 0.1 0.2\nH3 1 1 1 0.1\n",
        "3\nframe 1\nO 0.5 1.25 -3\nH 2 0 0.1\nH 1 1 1\n3\nframe 2\nO 9 9 9\nH 9 9 9\nH 9 9 9\n",
        "3\n0.5 1.25 -3\n2 0 0.1\n1 1 1\n3\n9 9 9\n9 9 9\n9 9 9\n",
    ],
    ids=["labels", "blank comment", "no comment", "numbers as a comment", "charges", "frames", "frames, no comment"],
)
def test_a_count_may_come_first(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.xyz").write_text(text)
    points = loaders.load_geometry(tmp_path / "a.xyz").vertices
    assert points == pytest.approx(np.array([[0.5, 1.25, -3], [2, 0, 0.1], [1, 1, 1]]))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("9\nfive are missing\n0 0 0\n1 1 1\n1 0 1\n0 1 0\n", "truncated"),
        ("3\nwhat comes behind is no point\n0 0 0\n1 1 1\nH\n", "malformed"),
        ("3\nsome are named\nO 0 0 0\nH 1 1 1\n1 0 1\n", "malformed"),
        ("2\n", "truncated"),
        ("0\n", "empty"),
        ("999999999999999999999\n1 2 3\n", "malformed"),
    ],
)
def test_a_count_that_does_not_fit_is_said(tmp_path: Path, text: str, kind: str) -> None:
    (tmp_path / "a.xyz").write_text(text)
    with pytest.raises(FileProblem) as caught:
        loaders.load_geometry(tmp_path / "a.xyz")
    assert caught.value.kind == kind


@pytest.mark.parametrize("intensity", ["", " 12", " 12 255 0 0"])
def test_all_scans_of_a_pts_file_are_read(tmp_path: Path, intensity: str) -> None:
    rows = [f"{at} {at % 3} 0.5{intensity}" for at in range(6)]
    (tmp_path / "a.pts").write_text("\n".join(["3", *rows[:3], "0", "", "1", rows[3], "2 ", *rows[4:], ""]))
    found = loaders.load_geometry(tmp_path / "a.pts")
    assert found.vertices.tolist() == [[at, at % 3, 0.5] for at in range(6)]
    assert (found.colors is not None) == intensity.endswith("0")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("3\n2 0 0\n3 0 0\n", "truncated"),
        ("4\n0 0 0\n1 1 1\n2\n2 0 0\n3 0 0\n", "malformed"),
        ("-2\n2 0 0\n3 0 0\n", "malformed"),
        ("1.5\n2 0 0\n", "malformed"),
        ("0\n", "empty"),
    ],
)
def test_a_count_of_a_scan_that_does_not_fit_is_said(tmp_path: Path, text: str, kind: str) -> None:
    (tmp_path / "a.pts").write_text(text)
    with pytest.raises(FileProblem) as caught:
        loaders.load_geometry(tmp_path / "a.pts")
    assert caught.value.kind == kind


@pytest.mark.parametrize("more", ["7\n", "3\n2 0 0\n3 0 0\n", "-2\n2 0 0\n", "1.5\n2 0 0\n", "2 0 0\n", "end\n"])
def test_what_follows_the_first_scan_and_is_no_whole_one_is_left_out(tmp_path: Path, more: str) -> None:
    (tmp_path / "a.pts").write_text(f"2\n0 0 0\n1 1 1\n{more}")
    assert loaders.load_geometry(tmp_path / "a.pts").vertices.tolist() == [[0, 0, 0], [1, 1, 1]]


@pytest.mark.parametrize("separator", [" ", "\t", ",", ";"])
@pytest.mark.parametrize("columns", [3, 4, 6, 9])
@pytest.mark.parametrize("above", ["", "//X Y Z R G B\n", "X,Y,Z\n900\n"])
def test_a_cloud_that_is_saved_as_a_text_is_a_shape(tmp_path: Path, separator: str, columns: int, above: str) -> None:
    points = np.random.default_rng(columns).normal(size=(900, columns))
    rows = "\n".join(separator.join(map(str, row)) for row in points.tolist())
    path = tmp_path / "scan.txt"
    path.write_text(f"{above}{rows}\n")
    assert loaders.kind_of(path) is Modality.SHAPE
    loaded = loaders.load(path, INPUTS)
    assert loaded.modality is Modality.SHAPE
    assert loaded.facts["vertices"] == 900
    assert loaders.load_geometry(path).vertices == pytest.approx(points[:, :3])
    path.rename(tmp_path / "scan.md")
    with pytest.raises(FileProblem, match=r"rows of numbers, .*rename it to \.xyz"):
        loaders.load(tmp_path / "scan.md", INPUTS)


@pytest.mark.parametrize(
    "note",
    [
        "1 2 3\n" * 15,
        "1 2\n" * 200,
        "1 2 3\n" * 40 + "and so on\n" * 3,
        "Chair 45 x 45 x 90\n" * 40,
        "3 chairs\n4 tables\n" * 20,
    ],
)
def test_a_note_may_hold_numbers(tmp_path: Path, note: str) -> None:
    (tmp_path / "note.txt").write_text(note)
    assert loaders.load(tmp_path / "note.txt", INPUTS).payload == Text(note.strip())


def test_what_is_no_regular_file_is_what_its_name_says(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "folder.txt").mkdir()
    for name in ("pipe.txt", "folder.txt", "nothing.txt"):
        assert loaders.kind_of(tmp_path / name) is Modality.TEXT


def test_several_clouds_in_one_array_are_told_apart(tmp_path: Path) -> None:
    np.save(tmp_path / "batch.npy", np.zeros((4, 16, 3)))
    with pytest.raises(FileProblem, match=r"holds 4 clouds; name the file .* one, such as batch.npy/000000.npy"):
        loaders.load(tmp_path / "batch.npy", INPUTS)
    np.save(tmp_path / "batch.npy", np.zeros((4, 16, 3), int))
    with pytest.raises(FileProblem, match=r"shape \(4, 16, 3\); give each of its 4 clouds by itself, x y z in shape"):
        loaders.load(tmp_path / "batch.npy", INPUTS)
