"""The validation curve as a picture: legible, labelled, and true to its numbers."""

import json
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.align.own import curves

SVG = "{http://www.w3.org/2000/svg}"
ROWS = [
    {"step": 0, "loss": 4.0, "top1": 0.1, "text_to_3d_map": 0.2},
    {"step": 50, "loss": 2.0, "top1": 0.4, "text_to_3d_map": 0.3},
    {"step": 100, "loss": 1.0, "top1": 0.7, "text_to_3d_map": 0.5},
]


def lines(svg):
    root = ElementTree.fromstring(svg)
    return [
        [tuple(map(float, point.split(","))) for point in line.get("points").split()]
        for line in root.iter(f"{SVG}polyline")
    ]


def texts(svg):
    return ["".join(each.itertext()) for each in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_a_torn_line_costs_only_itself(tmp_path):
    path = tmp_path / "curve.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS) + '{"step": 150, "lo')
    assert curves.read_curve(path) == ROWS


def test_axes_measures_and_last_values_are_written():
    shown = texts(curves.draw(ROWS, "mine & <yours>"))
    assert "mine & <yours>" in shown
    assert shown.count("step") == 2 and "loss" in shown and "share" in shown
    assert {"loss 1.000", "top-1 0.700", "text→3D mAP 0.500", "100", "0.8"} <= set(shown)


def test_lines_run_as_the_numbers_do():
    loss, top1, _ = lines(curves.draw(ROWS, "x"))
    assert [x for x, _ in loss] == sorted(x for x, _ in loss)
    assert [y for _, y in loss] == sorted(y for _, y in loss)  # down the picture, as it falls
    assert [y for _, y in top1] == sorted((y for _, y in top1), reverse=True)
    left, middle, right = (x for x, _ in top1)
    assert middle - left == pytest.approx(right - middle, abs=0.2)


measure = st.floats(0, 1)
curve = st.lists(
    st.fixed_dictionaries({"step": st.integers(0, 10**6), "loss": st.floats(0, 1e6), "top1": measure}), max_size=9
)


@settings(deadline=None)
@given(curve)
def test_every_curve_is_a_picture_whose_points_lie_in_it(rows):
    svg = curves.draw(rows, "any")
    root = ElementTree.fromstring(svg)
    width, height = (float(root.get(name)) for name in ("width", "height"))
    for line in lines(svg):
        assert all(0 <= x <= width and 0 <= y <= height for x, y in line)


@settings(deadline=None)
@given(st.floats(0, 1e3), st.floats(1e-3, 1e6))
def test_ticks_are_round_few_and_inside(low, size):
    found = curves.ticks(low, low + size)
    assert len(found) <= 11
    assert all(low - 1e-6 * (low + size) <= tick <= (low + size) * (1 + 1e-6) for tick in found)


def test_a_curve_without_measures_says_so():
    assert "nothing was validated" in texts(curves.draw([], "empty"))
    assert "nothing was validated" in texts(curves.draw([{"step": 0}, {"step": 9}], "empty"))


def test_a_curve_is_read_with_each_step_once(tmp_path):
    path = tmp_path / "curve.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in [*ROWS, ROWS[1] | {"loss": 1.5}]))
    rows = curves.read_curve(path)
    assert [row["step"] for row in rows] == [0, 50, 100] and rows[1]["loss"] == 1.5
    assert curves.read_curve(tmp_path / "none") == []
