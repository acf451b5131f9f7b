"""Parametric shapes: the primitives are closed, every kind makes sound shapes, and a corpus is the same twice."""

import hashlib
import re

import numpy as np
import pytest

from indexer.parametric import generate, names, solids, write_corpus
from indexer.parametric.corpus import FAMILIAR, FORMATS
from indexer.parametric.polygons import triangulate, twice_area
from indexer.parametric.surface import Solid
from retriever.errors import UsageError

GRID = np.stack(np.broadcast_arrays(np.linspace(0, 1, 5)[:, None], 0.2, np.linspace(0, 2, 6)[None, :]), axis=2)
COMB = [(0, 0), (5, 0), (5, 2), (4, 2), (4, 1), (3, 1), (3, 2), (2, 2), (2, 1), (1, 1), (1, 2), (0, 2)]
PRIMITIVES = {
    "box": (solids.box(1, 2, 3), 6.0),
    "tapered box": (solids.box(2, 3, 2, taper=0.0001), 4.0),
    "rounded box": (solids.rounded_box(1, 1, 1, 0.001), 1.0),
    "cylinder": (solids.cylinder(1, 2, 200), 2 * np.pi),
    "cone": (solids.cone(1, 3, 200), np.pi),
    "ball": (solids.ball(1, 2, 3, sides=80), 8 * np.pi),
    "capsule": (solids.capsule((0, 0, 0), (0, 0, 3), 0.5, sides=80), 3 * np.pi / 4 + np.pi / 6),
    "vessel": (solids.lathe([(0, 0), (2, 0), (2, 1), (1, 1), (1, 0.5), (0, 0.5)], 200), 3.5 * np.pi),
    "bent tube": (solids.tube([(0, 0, 0), (0, 2, 0), (2, 2, 0)], 0.1, 80), 4 * np.pi / 100),
    "torus": (solids.torus(2, 0.5, 200, 80), np.pi**2),
    "half torus": (solids.torus(2, 0.5, 200, 80, sweep=180), np.pi**2 / 2),
    "concave prism": (solids.prism(COMB, 1), 8.0),
    "clockwise prism": (solids.prism(COMB[::-1], 1), 8.0),
    "sheet": (solids.sheet(GRID, 0.1), 0.2),
    "mirrored": (solids.box(1, 1, 1).move(x=2).mirror("x"), 1.0),
    "both sides": (solids.box(1, 1, 1).move(x=2).both("x"), 2.0),
    "ring": (solids.ring(solids.box(1, 1, 1), 5, radius=4), 5.0),
    "array": (solids.array(solids.box(1, 1, 1), [(0, 0, 0), (3, 0, 0)]), 2.0),
    "turned": (solids.box(1, 2, 3).turn("x", 30).turn("y", 50).turn("z", 70).move(1, 2, 3), 6.0),
    "scaled": (solids.box(1, 1, 1).scale(2, 3, 4), 24.0),
    "bent box": (solids.box(1, 1, 1).bend("x", 1), 1.0),
}


def edges_pair_up(solid: Solid) -> bool:
    """Whether every directed edge has exactly one opposite: watertight, wound consistently."""
    edges = np.concatenate([solid.faces[:, [0, 1]], solid.faces[:, [1, 2]], solid.faces[:, [2, 0]]])
    there, back = edges @ (len(solid.vertices), 1), edges @ (1, len(solid.vertices))
    return len(np.unique(there)) == len(there) and np.array_equal(np.sort(there), np.sort(back))


@pytest.mark.parametrize("name", PRIMITIVES)
def test_primitives_are_watertight_wound_outward_and_of_the_right_volume(name):
    solid, volume = PRIMITIVES[name]
    assert edges_pair_up(solid)
    assert solid.volume == pytest.approx(volume, rel=0.02)


def test_a_wing_is_closed_and_mirrors_to_a_pair():
    pair = solids.wing(1.0, 0.5, 3.0, sweep=0.5, dihedral=0.2).both("x")
    assert edges_pair_up(pair)
    assert pair.volume > 0
    assert pair.size[0] == pytest.approx(6.0)


def test_where_primitives_lie():
    for standing in (solids.box(1, 2, 3), solids.rounded_box(1, 2, 3, 0.1), solids.cylinder(1, 2), solids.cone(1, 2)):
        assert standing.vertices[:, 1].min() == pytest.approx(0, abs=1e-9)
        assert standing.vertices[:, 1].max() == pytest.approx(2)
    for centred in (solids.ball(1, 2, 3), solids.torus(2, 0.5), solids.prism([(-1, -1), (1, -1), (1, 1), (-1, 1)], 2)):
        assert centred.vertices.min(axis=0) == pytest.approx(-centred.vertices.max(axis=0))


def test_turning_is_anticlockwise_seen_from_the_axis_end():
    spike = solids.box(0.01, 1, 0.01)
    assert spike.turn("z", 90).vertices[:, 0].min() == pytest.approx(-1, abs=0.01)
    assert spike.turn("x", 90).vertices[:, 2].max() == pytest.approx(1, abs=0.01)
    assert spike.turn("x", 90).turn("y", 90).vertices[:, 0].max() == pytest.approx(1, abs=0.01)


def test_paint_and_merge_keep_each_part_its_colour():
    both = solids.merge(solids.box(1, 1, 1).paint((1, 0, 0)), solids.box(1, 1, 1).paint((0, 0, 1)))
    assert both.colors.dtype == np.float32
    assert (both.colors[:12] == (1, 0, 0)).all()
    assert (both.colors[12:] == (0, 0, 1)).all()


def test_triangulation_covers_a_concave_polygon_once():
    outline = np.array(COMB, float)
    areas = twice_area(outline[triangulate(outline)])
    assert (areas > 0).all()
    assert areas.sum() / 2 == pytest.approx(8.0)


def test_there_are_many_kinds_in_sorted_order():
    assert names() == sorted(names())
    assert len(names()) >= 100
    assert {"chair", "table", "mug", "laptop"} <= set(names())


def test_an_unknown_kind_is_a_key_error():
    with pytest.raises(KeyError, match="unicorn"):
        generate("unicorn", 0)


@pytest.mark.parametrize("kind", names())
def test_every_kind_makes_sound_shapes_that_stand_on_the_ground(kind):
    for seed in range(6):
        solid = generate(kind, seed).solid
        assert np.isfinite(solid.vertices).all()
        assert solid.faces.min() >= 0 and solid.faces.max() < len(solid.vertices)
        assert solid.colors.shape == (len(solid.faces), 3)
        assert solid.colors.min() >= 0 and solid.colors.max() <= 1
        assert solid.area > 0 and solid.volume > 0
        assert min(solid.size) > 0
        assert abs(solid.vertices[:, 1].min()) < 1e-9
        assert edges_pair_up(solid)


@pytest.mark.parametrize("kind", names())
def test_captions_start_with_the_kind_and_are_lower_case_ascii(kind):
    for seed in range(6):
        shape = generate(kind, seed)
        assert shape.kind == kind == shape.captions[0]
        assert len(shape.captions) >= 3
        assert len(set(shape.captions)) == len(shape.captions)
        for caption in shape.captions:
            assert caption == caption.lower().strip() and caption.isascii() and len(caption) > 1
            assert not re.search(r"\ba [aeio](?!ne)|\ban [^aeiouhlx]", caption), f"wrong article: {caption}"


@pytest.mark.parametrize("kind", names())
def test_a_seed_gives_one_shape_and_two_seeds_give_two(kind):
    first, again, other = generate(kind, 3), generate(kind, 3), generate(kind, 4)
    assert first.captions == again.captions and first.parts == again.parts
    assert (first.solid.vertices == again.solid.vertices).all()
    assert (first.solid.colors == again.solid.colors).all()
    assert (
        first.solid.vertices.shape != other.solid.vertices.shape or (first.solid.vertices != other.solid.vertices).any()
    )


def digests(folder):
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def test_a_corpus_has_class_folders_and_mixed_formats_and_is_the_same_twice(tmp_path):
    written = write_corpus(tmp_path / "a", per_kind=1, seed=5)
    write_corpus(tmp_path / "b", per_kind=1, seed=5)
    files = digests(tmp_path / "a")
    shapes = [name for name in files if not name.endswith((".txt", ".demo.json"))]
    assert files == digests(tmp_path / "b")
    assert len(shapes) == written == len(names()) + 2 * len(FAMILIAR)
    assert set(FAMILIAR) < set(names())
    assert {name.split("/")[0] for name in shapes} == set(names())
    assert {name.rsplit(".", 1)[1] for name in shapes} == set(FORMATS)
    captioned = [name for name in files if name.endswith(".txt")]
    assert 0.3 * written < len(captioned) < 0.9 * written
    stems = {name.rsplit(".", 1)[0] for name in shapes}
    assert all(name.removesuffix(".txt") in stems for name in captioned)


def test_a_corpus_never_overwrites_what_is_not_its_own(tmp_path):
    mine = tmp_path / "chair" / "brown chair.stl"
    mine.parent.mkdir()
    mine.write_text("precious")
    with pytest.raises(UsageError, match="not empty"):
        write_corpus(tmp_path, per_kind=1)
    assert digests(tmp_path).keys() == {"chair/brown chair.stl"} and mine.read_text() == "precious"


def test_a_corpus_is_written_again_but_not_mixed_with_another(tmp_path):
    write_corpus(tmp_path, per_kind=1)
    before = digests(tmp_path)
    write_corpus(tmp_path, per_kind=1)
    with pytest.raises(UsageError, match="per_kind"):
        write_corpus(tmp_path, per_kind=2)
    assert digests(tmp_path) == before


@pytest.mark.parametrize("suffix", sorted(set(FORMATS)))
def test_files_hold_the_shape_they_were_written_from(tmp_path, suffix):
    import trimesh

    from indexer.parametric.corpus import write

    solid = generate("chair", 1).solid
    write(solid, tmp_path / f"chair.{suffix}")
    read = trimesh.load(tmp_path / f"chair.{suffix}", force="mesh", process=False)
    extent = np.array(solid.size)
    if suffix == "stl":
        extent = extent[[0, 2, 1]] * 1000
    assert read.extents == pytest.approx(extent, rel=1e-3)
    assert read.area == pytest.approx(solid.area * (1e6 if suffix == "stl" else 1), rel=1e-3)
