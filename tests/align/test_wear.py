"""Worn meshes stay meshes: never empty, finite, coloured as before, and each step does what it says."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.align.shapes.wear import Wear, parts, roughen
from indexer.parametric import generate
from indexer.parametric.solids import ball, box, merge
from retriever.types import Geometry

NEVER = Wear(**{field.name: 0.0 for field in fields(Wear)})
STEPS = [field.name for field in fields(Wear)]


def mesh(kind="chair", seed=0):
    solid = generate(kind, seed).solid
    return Geometry(solid.vertices, solid.faces, solid.colors)


def area(geometry):
    a, b, c = geometry.vertices[geometry.faces].transpose(1, 0, 2)
    return np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2


def worn(step, geometry, seed):
    return roughen(geometry, np.random.default_rng(seed), replace(NEVER, **{step: 1.0}))


def sound(geometry):
    assert len(geometry.faces) and np.isfinite(geometry.vertices).all() and area(geometry) > 0
    assert geometry.faces.min() >= 0 and geometry.faces.max() < len(geometry.vertices)
    assert geometry.colors is None or geometry.colors.shape == geometry.faces.shape


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("kind", ["chair", "car", "horse", "dice", "plate"])
def test_every_step_gives_a_sound_mesh_and_changes_some(step, kind):
    given_mesh, changed = mesh(kind), False
    for seed in range(6):
        made = worn(step, given_mesh, seed)
        sound(made)
        changed |= made.vertices.shape != given_mesh.vertices[given_mesh.faces].reshape(-1, 3).shape or not np.allclose(
            made.vertices, given_mesh.vertices[given_mesh.faces].reshape(-1, 3)
        )
    assert changed or (step, kind) in {("loose", "plate"), ("boxed", "plate"), ("loose", "dice"), ("open", "plate")}


@settings(max_examples=40, deadline=None)
@given(
    corners=st.lists(st.tuples(*[st.floats(-1e3, 1e3, allow_nan=False)] * 3), min_size=3, max_size=12),
    seed=st.integers(0, 2**32),
)
def test_any_mesh_stays_a_finite_mesh(corners, seed):
    vertices = np.array(corners)
    faces = np.arange(len(vertices) // 3 * 3).reshape(-1, 3)
    made = roughen(Geometry(vertices, faces), np.random.default_rng(seed), Wear(*[1.0] * len(STEPS)))
    assert len(made.faces) and np.isfinite(made.vertices).all()


def test_the_same_seed_wears_the_same_way():
    one, two = (roughen(mesh("car"), np.random.default_rng(7)) for _ in range(2))
    assert (one.vertices == two.vertices).all() and (one.faces == two.faces).all()


def test_a_bare_cloud_and_a_mesh_without_area_come_back_as_they_are():
    cloud = Geometry(np.random.default_rng(0).random((9, 3)), np.zeros((0, 3), np.int64))
    line = Geometry(np.zeros((3, 3)), np.array([[0, 1, 2]]))
    assert roughen(cloud, np.random.default_rng(0)) is cloud
    assert roughen(line, np.random.default_rng(0)) is line


def test_parts_are_what_hangs_together_also_by_vertices_at_one_place():
    pair = merge(box(1, 1, 1), ball(1).move(5))
    apart = parts(Geometry(pair.vertices, pair.faces))
    assert len(set(apart[:12])) == 1 and len(set(apart[12:])) == 1 and apart[0] != apart[-1]
    soup = Geometry(pair.vertices[pair.faces].reshape(-1, 3), np.arange(3 * len(pair.faces)).reshape(-1, 3))
    assert (parts(soup) == apart).all()


def test_what_is_left_out_leaves_most_of_the_thing():
    for step in ("loose", "open"):
        for seed in range(10):
            assert area(worn(step, mesh("car"), seed)) > 0.5 * area(mesh("car"))


def test_a_mirrored_half_is_symmetrical():
    lopsided = merge(box(2, 1, 1), ball(0.2).move(0.7, 1.2))
    made = worn("mirrored", Geometry(lopsided.vertices, lopsided.faces), 0)
    places = {tuple(place) for place in made.vertices.round(6) + 0.0}
    assert {(round(-x, 6) + 0.0, y, z) for x, y, z in places} == places


def test_a_base_lies_beneath():
    thing = mesh("chair")
    for seed in range(5):
        made = worn("based", thing, seed)
        assert made.vertices[:, 1].min() < thing.vertices[:, 1].min()
        assert made.vertices[:, 1].max() == pytest.approx(thing.vertices[:, 1].max())


def test_low_poly_copies_have_fewer_places():
    smooth = ball(1, sides=40)
    made = worn("coarse", Geometry(smooth.vertices, smooth.faces), 1)
    assert len(np.unique(made.vertices.round(9), axis=0)) < 0.7 * len(smooth.vertices)
