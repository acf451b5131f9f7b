"""The renderer: what is seen, where, in which colour, and that it never depends on anything else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.align.pictures.chance import COLORS, jittered, painted, random_light, random_view
from retriever.drawing.render import Light, View, render, render_rgba
from retriever.types import Geometry

FLAT = Light(ambient=1.0, lamps=())
ORTHO = View(yaw=0, elevation=0, field=0.0, fill=0.8)


def box(low: tuple[float, ...], high: tuple[float, ...], color: tuple[float, ...]) -> Geometry:
    corners = np.array([[(low, high)[i >> k & 1][k] for k in range(3)] for i in range(8)], np.float64)
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))])
    return Geometry(corners, faces, np.tile(np.float32(color), (12, 1)))


def joined(*parts: Geometry) -> Geometry:
    starts = np.cumsum([0, *(len(part.vertices) for part in parts[:-1])])
    return Geometry(
        np.concatenate([part.vertices for part in parts]),
        np.concatenate([part.faces + start for part, start in zip(parts, starts, strict=True)]),
        np.concatenate([part.colors for part in parts]),  # type: ignore[misc]
    )


CUBE = box((-1, -1, -1), (1, 1, 1), (1, 0, 0))


def test_a_red_cube_is_red_before_white() -> None:
    picture = render(CUBE)
    assert picture.shape == (96, 96, 3)
    assert picture.dtype == np.uint8
    assert (picture[0, 0] == 255).all()
    red, green, blue = picture[48, 48].astype(int)
    assert red > 100
    assert green == blue == 0


def test_the_silhouette_is_where_geometry_says() -> None:
    alpha = render_rgba(CUBE, ORTHO, side=100, light=FLAT)[:, :, 3]
    assert (alpha[10:90, 10:90] == 255).all()
    alpha[9:91, 9:91] = 0  # a face seen edge-on may still show beside the outline
    assert (alpha == 0).all()


def test_the_nearer_part_hides_the_farther_whatever_their_order() -> None:
    red, blue = box((-1, -1, 0.5), (1, 1, 1), (1, 0, 0)), box((-1, -1, -1), (1, 1, -0.5), (0, 0, 1))
    for parts in ((red, blue), (blue, red)):
        shape = joined(*parts)
        assert tuple(render(shape, ORTHO, light=FLAT)[48, 48]) == (255, 0, 0)
        assert tuple(render(shape, View(yaw=180, elevation=0, fill=0.8), light=FLAT)[48, 48]) == (0, 0, 255)


def test_depth_is_told_by_pixels_and_not_by_whole_faces() -> None:
    """Two crossing sheets: each is in front on one side."""
    vertices = np.array(
        [[-1, -1, -1], [1, -1, 1], [1, 1, 1], [-1, 1, -1], [-1, -1, 1], [1, -1, -1], [1, 1, -1], [-1, 1, 1]]
    )
    faces = np.array([[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]])
    colors = np.float32([[1, 0, 0], [1, 0, 0], [0, 0, 1], [0, 0, 1]])
    for field in (0.0, 40.0):
        picture = render(
            Geometry(vertices.astype(np.float64), faces, colors), View(yaw=0, elevation=0, field=field), light=FLAT
        )
        assert tuple(picture[48, 20]) == (0, 0, 255)
        assert tuple(picture[48, 76]) == (255, 0, 0)


def test_yaw_90_looks_at_the_side_that_faces_x_and_elevation_90_at_the_top() -> None:
    shape = joined(CUBE, box((0.9, -1, -1), (1.1, 1, 1), (0, 1, 0)), box((-1, 0.9, -1), (1, 1.1, 1), (0, 0, 1)))
    assert tuple(render(shape, View(yaw=90, elevation=0), light=FLAT)[48, 48]) == (0, 255, 0)
    assert tuple(render(shape, View(yaw=0, elevation=90), light=FLAT)[48, 48]) == (0, 0, 255)


def test_a_wire_thinner_than_a_pixel_does_not_break_up() -> None:
    wire = box((-1, -0.001, -0.001), (1, 0.001, 0.001), (0, 0, 0))
    for roll in (0.0, 30.0, 45.0):
        alpha = render_rgba(wire, View(yaw=0, elevation=0, roll=roll, field=0.0))[:, :, 3]
        columns = np.flatnonzero(alpha.any(axis=0))
        assert (np.diff(columns) == 1).all()


def test_lamps_lighten_the_side_they_shine_on() -> None:
    lit = Light(ambient=0.2, lamps=((0, 0, 1, 0.8),))
    away = Light(ambient=0.2, lamps=((0, 0, -1, 0.8),))
    assert render(CUBE, ORTHO, light=lit)[48, 48, 0] == 255
    assert render(CUBE, ORTHO, light=away)[48, 48, 0] == 51


def test_gloss_adds_white_where_the_lamp_is_mirrored() -> None:
    glossy = Light(ambient=0.5, lamps=((0, 0, 1, 0.5),), gloss=1.0)
    assert render(CUBE, ORTHO, light=glossy)[48, 48, 1] > 100


def test_faces_without_colour_are_grey_and_no_faces_are_background() -> None:
    bare = render(Geometry(CUBE.vertices, CUBE.faces), ORTHO)[48, 48]
    assert bare[0] == bare[1] == bare[2] < 255
    cloud = Geometry(np.zeros((5, 3)), np.zeros((0, 3), np.int64))
    assert (render(cloud, background=7) == 7).all()


def test_faces_without_area_and_shapes_without_depth_are_drawn() -> None:
    flat = Geometry(
        np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [5, 5, 0]]), np.array([[0, 1, 2], [0, 0, 0], [1, 1, 2]])
    )
    assert render_rgba(flat, View(yaw=0, elevation=0))[:, :, 3].any()
    assert render_rgba(flat, View(yaw=90, elevation=0))[:, :, 3].any()


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), scale=st.sampled_from([1e-6, 1.0, 1e6]))
def test_any_view_shows_the_whole_shape_inside_the_square_and_always_the_same(seed: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    vertices = rng.normal(size=(30, 3)) * scale
    shape = Geometry(vertices, rng.integers(0, 30, (40, 3)))
    view, light = random_view(rng), random_light(rng)
    picture = render_rgba(shape, view, side=64, light=light)
    alpha = picture[:, :, 3]
    rows, columns = np.flatnonzero(alpha.any(axis=1)), np.flatnonzero(alpha.any(axis=0))
    longer = max(np.ptp(rows), np.ptp(columns)) + 1
    assert -10 <= longer - view.fill * 64 <= 2.5  # a sharp tip may be narrower than any pixel
    assert (picture == render_rgba(shape, view, side=64, light=light)).all()


@pytest.mark.parametrize("seed", range(5))
def test_a_painted_shape_has_the_colour_that_its_word_says(seed: int) -> None:
    painting, word = painted(CUBE, np.random.default_rng(seed))
    assert painting.colors is not None
    assert np.abs(painting.colors[0] - COLORS[word]).max() < 0.2


def test_jittered_colours_that_were_equal_stay_equal() -> None:
    shape = joined(CUBE, box((-1, 0.9, -1), (1, 1.1, 1), (0, 0, 1)))
    colors = jittered(shape, np.random.default_rng(0)).colors
    assert colors is not None
    assert (colors[:12] == colors[0]).all()
    assert not np.allclose(colors[0], shape.colors[0])  # type: ignore[index]
    assert np.abs(colors - shape.colors).max() < 0.4
