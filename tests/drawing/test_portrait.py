"""Pictures for people: what they show of meshes and clouds, that any shape has one, and always the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retriever.drawing import portrait as drawing
from retriever.drawing.portrait import MOST_POINTS, portrait
from retriever.types import Geometry

SIDE = 64
NO_FACES = np.zeros((0, 3), np.int64)


def ball(rings: int, color: tuple[float, float, float] | None = None) -> Geometry:
    """A sphere of `rings` by twice as many quads."""
    down, around = np.meshgrid(np.linspace(0, np.pi, rings + 1), np.arange(2 * rings) * np.pi / rings, indexing="ij")
    places = [np.sin(down) * np.cos(around), np.cos(down), np.sin(down) * np.sin(around)]
    vertices = np.stack(places, axis=-1).reshape(-1, 3)
    i, j = (axis.ravel() for axis in np.meshgrid(np.arange(rings), np.arange(2 * rings), indexing="ij"))
    a, b = i * 2 * rings + j, i * 2 * rings + (j + 1) % (2 * rings)
    faces = np.concatenate([np.stack([a, b, a + 2 * rings], 1), np.stack([b, b + 2 * rings, a + 2 * rings], 1)])
    return Geometry(vertices, faces, None if color is None else np.tile(np.float32(color), (len(faces), 1)))


def box() -> Geometry:
    corners = np.array([[i & 1, i >> 1 & 1, i >> 2] for i in range(8)], np.float64)
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    return Geometry(corners, np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))]))


def steps(shape: Geometry) -> np.ndarray:
    """From pixel to pixel, how much the brightness changes along the middle row, between the edges of the shape."""
    row = portrait(shape, SIDE)[SIDE // 2]
    inside = row[row[:, 3] == 255][2:-2, 0].astype(int)
    return np.sort(np.abs(np.diff(inside)))


@pytest.mark.parametrize("color", [(0.9, 0.1, 0.1), (0.1, 0.6, 0.1), (0.1, 0.1, 0.9)])
def test_a_shape_has_its_colours_and_one_without_has_none(color):
    middle = portrait(ball(12, color), SIDE)[SIDE // 2, SIDE // 2].astype(int)
    assert middle[:3].argmax() == np.argmax(color) and np.ptp(middle[:3]) > 60
    plain = portrait(ball(12), SIDE)[SIDE // 2, SIDE // 2].astype(int)
    assert np.ptp(plain[:3]) < 20 and plain[3] == 255


def test_round_things_look_round_and_boxes_have_edges():
    assert steps(ball(12))[-1] < 12, "though each face spans several pixels"
    assert steps(ball(3))[-1] > 15, "what meets at 60 degrees is meant to be seen"
    sides = steps(box())
    assert sides[-1] > 12 and np.median(sides) <= 1, "two even sides, and a sharp edge between them"


def test_the_lamp_is_above_at_the_left():
    picture = portrait(ball(24), SIDE)[:, :, :3].mean(axis=2)
    third = SIDE // 3
    assert picture[third, third] > picture[SIDE // 2, SIDE // 2] > picture[SIDE - third, SIDE - third]


def test_a_corner_is_darker_than_the_same_floor_alone():
    """A wall stands on a floor: beside it less of the sky is seen."""
    floor = [[-1, 0, -1], [1, 0, -1], [1, 0, 1], [-1, 0, 1]]
    wall = [[-1, 0, -0.2], [1, 0, -0.2], [1, 0.9, -0.2], [-1, 0.9, -0.2]]
    quad = np.array([[0, 1, 2], [0, 2, 3]])
    both = portrait(Geometry(np.array(floor + wall, np.float64), np.concatenate([quad, quad + 4])), 128)
    grey = both[:, :, 0].astype(int)
    column = grey[:, 56]
    edge = int(np.flatnonzero(both[:, 56, 3] == 255)[-1]) - 4
    assert column[60:90].min() < column[edge - 6 : edge].mean() - 15


def test_there_is_a_soft_shadow_below_and_nothing_around():
    picture = portrait(ball(12), SIDE)
    alpha = picture[:, :, 3]
    assert (alpha[0] == 0).all() and (alpha[:, 0] == 0).all()
    beside = picture[(alpha > 5) & (alpha < 100)]
    assert len(beside) > 50 and beside[:, :3].mean() < 60, "it is dark, and half transparent"
    assert alpha[: SIDE // 4].astype(int).sum() < alpha[-SIDE // 4 :].astype(int).sum()


def test_a_white_shape_on_white_has_a_dark_line_around_it():
    picture = portrait(ball(12, (1, 1, 1)), 128)
    share = picture[:, :, 3] / 255
    on_white = picture[:, :, 0] * share + 255 * (1 - share)
    row = 40  # above the shadow
    inside = np.flatnonzero(share[row] > 0.99)
    for beside in (on_white[row, inside[0] - 3 : inside[0]], on_white[row, inside[-1] + 1 : inside[-1] + 4]):
        assert beside.min() < 190
    assert on_white[row, 5] == 255, "and it is thin"


def test_a_cloud_is_small_balls_the_near_ones_in_front():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(4000, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    near = (points @ (np.sin(0.58), 0.3, np.cos(0.58)) > 0)[:, None]
    colors = np.where(near, (1, 0, 0), (0, 0, 1)).astype(np.float32)
    picture = portrait(Geometry(points, NO_FACES, colors), SIDE)
    solid = picture[picture[:, :, 3] == 255].astype(int)
    assert len(solid) > 500
    assert (solid[:, 0] > solid[:, 2]).sum() > 4 * (solid[:, 0] < solid[:, 2]).sum()


def test_of_a_large_cloud_some_points_are_drawn():
    points = np.random.default_rng(0).random((2 * MOST_POINTS + 1, 3))
    picture = portrait(Geometry(points, NO_FACES, points.astype(np.float32)), SIDE)
    assert (picture == portrait(Geometry(points[::3], NO_FACES, points[::3].astype(np.float32)), SIDE)).all()


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    scale=st.sampled_from([1e-9, 1.0, 1e12]),
    vertices=st.integers(2, 40),
    faces=st.integers(0, 60),
    flat=st.sampled_from([(1, 1, 1), (1, 0, 1), (1, 1, 0), (1, 0, 0)]),
    side=st.sampled_from([8, 33, 64]),
)
def test_any_shape_has_a_picture_and_always_the_same(seed, scale, vertices, faces, flat, side):
    rng = np.random.default_rng(seed)
    places = (rng.normal(size=(vertices, 3)) * flat + rng.normal(size=3)) * scale
    shape = Geometry(places, rng.integers(0, vertices, (faces, 3)), rng.random((faces or vertices, 3), np.float32))
    with np.errstate(all="raise", under="ignore"):
        picture = portrait(shape, side)
    assert picture.shape == (side, side, 4) and picture.dtype == np.uint8
    assert picture[:, :, 3].any()
    assert (picture == portrait(shape, side)).all()


def test_a_tangle_is_drawn_in_parts_and_looks_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    corners = np.random.default_rng(5).normal(size=(200, 3, 3))
    tangle = Geometry(corners.reshape(-1, 3), np.arange(600).reshape(-1, 3))
    whole = portrait(tangle, 48)
    most: list[int] = []
    real = drawing.visible_faces

    def counted(screen, nearness, faces, side):
        most.append(len(faces))
        return real(screen, nearness, faces, side)

    monkeypatch.setattr(drawing, "visible_faces", counted)
    monkeypatch.setattr(drawing, "_AT_ONCE", 20_000)
    np.testing.assert_array_equal(portrait(tangle, 48), whole)
    assert max(most[:-1]) < 150  # the last one is the shadow
    most.clear()
    monkeypatch.setattr(drawing, "_MOST", 40_000)
    assert portrait(tangle, 48)[:, :, 3].max() == 255 and sum(most[:-1]) < 150
