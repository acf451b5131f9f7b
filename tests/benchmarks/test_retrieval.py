"""Each section on a little made-up data, against numbers worked out by hand."""

import json

import numpy as np
import pytest
from retrieval_data import NAMES, write_clouds, write_data, write_photos
from retrieval_data import made as made_mesh
from simple_space import open_mute, open_space
from typer.testing import CliRunner

from benchmarks.__main__ import app
from benchmarks.retrieval import SECTIONS, classes, domains, generalisation, made, named, pairs, photos, tables
from benchmarks.retrieval.material import Material
from benchmarks.retrieval.packed import NamedMesh, held_out_meshes
from indexer.align.shapes.sources import LabelledClouds
from retriever import spaces
from retriever.errors import RetrieverError, UsageError
from retriever.spaces.prototypes import PlacedTexts
from retriever.types import Geometry, Modality

EYE = np.eye(4, dtype=np.float32)
NOTHING = Geometry(np.zeros((0, 3)), np.zeros((0, 3), np.int64))


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def found(data):
    return dict(tables(Material(data, open_space()), SECTIONS))


def clouds_of(labels, upright=None):
    upright = np.ones(len(labels), bool) if upright is None else np.array(upright, bool)
    return LabelledClouds(np.zeros((len(labels), 2, 3), np.float32), np.array(labels), ("bird", "car"), upright)


def values(rows):
    return {(row["measure"], row["subset"]): row["value"] for row in rows}


def test_shapes_are_found_by_class_name_and_by_shape():
    # Two birds, two cars; the second car looks like a bird.
    vectors, names = EYE[[0, 0, 1, 0]], EYE[[0, 1]]
    got = values(classes.measures(clouds_of([0, 0, 1, 1], [1, 0, 1, 0]), vectors, names))
    assert got["top-1", "all"] == 3 / 4
    assert got["top-5", "all"] == 1
    # bird -> 0, 1 first: AP 1; car -> 2 first, then 0, 1, 3 tied and in order: (1 + 2 / 4) / 2.
    assert got["text->3D mAP", "all"] == pytest.approx((1 + 3 / 4) / 2)
    # Without itself: 0 -> 1, 3, 2: AP 1. 1 -> 0, 3, 2: 1. 2 -> 0, 1, 3: 1/3. 3 -> 0, 1, 2: 1/3.
    assert got["3D->3D mAP", "all"] == pytest.approx((1 + 1 + 1 / 3 + 1 / 3) / 4)
    assert got["top-1", "upright"] == 1 and got["top-1", "any pose"] == 1 / 2
    assert ("3D->3D mAP", "upright") not in got  # one of each class: nothing to find


def test_names_find_the_shapes_that_are_called_or_labelled_so():
    meshes = [NamedMesh(NOTHING, "s", "mug", "mug", "cup"), *[NamedMesh(NOTHING, "s", "car", "car", "car")] * 11]
    vectors = np.concatenate([EYE[[1]], EYE[[0] * 11]])
    names = ["car", "cup", "mug"]
    (row,) = named.by_name(meshes, vectors, names, EYE[[0, 0, 1]])
    assert row["value"] == pytest.approx(2 / 3)  # "cup" lies with the cars, and 11 of them come first
    assert row["queries"] == 3


def test_pictures_find_shapes_of_the_same_label_with_and_without_the_shape_itself():
    meshes = [NamedMesh(NOTHING, "s", "", "", label) for label in ("mug", "car", "mug")]
    vectors, shown = EYE[[0, 1, 2]], np.array([0, 1])
    queries = EYE[[0, 0]]
    got = values(named.by_picture("drawn", meshes, vectors, shown, queries))
    # A mug: 0 first, then 1, 2 tied and in order: (1 + 2 / 3) / 2. A car that looks like a mug: rank 2.
    assert got["render->3D mAP", "drawn"] == pytest.approx(((1 + 2 / 3) / 2 + 1 / 2) / 2)
    # Without 0, the other mug comes second; the car has no other.
    assert got["render->3D mAP", "drawn, itself hidden"] == pytest.approx(1 / 2)


def test_photos_and_sounds_find_the_paired_classes():
    paired = pairs.paired({"bird": ["crow", "hen"], "car": ["horn", "hen"], "city": ["cow"]}, {"crow", "hen", "horn"})
    assert paired == {"crow": {"bird"}, "hen": {"bird", "car"}, "horn": {"car"}}
    clouds, vectors = clouds_of([0, 1, 1]), EYE[[0, 1, 2]]
    rows = pairs.to_shapes("sound->3D", EYE[[0, 0, 3]], ["crow", "horn", "dog"], paired, clouds, vectors)
    got = {row["subset"]: row for row in rows}
    # crow: rank 1. horn: ranks 2 and 3. A dog has no pair and is not asked.
    assert got["all"]["value"] == pytest.approx((1 + (1 / 2 + 2 / 3) / 2) / 2)
    assert got["all"]["queries"] == 2
    (row,) = pairs.to_names("top-1", "all", EYE[[0, 1, 1]], ["dog", "cow", "dog"], ["dog", "cow"], EYE[:2])
    assert row["value"] == pytest.approx(2 / 3)


def test_every_section_is_there_where_its_data_and_towers_are(found):
    assert list(found) == list(SECTIONS)
    for rows in found.values():
        for row in rows:
            assert 0 <= row["low"] <= row["value"] <= row["high"] <= 1
            assert 0 < row["chance"] <= 1 and row["queries"] > 0


def test_only_held_out_things_are_asked_with(found, data):
    queries = {(row["measure"], row["subset"]): row["queries"] for rows in found.values() for row in rows}
    assert queries["name->3D hit@10", "held-back names"] == len(NAMES)
    assert queries["render->3D mAP", "rendered here"] == len(NAMES) * len(named.VIEWS)
    assert queries["render->3D mAP", "authors' renders"] == len(NAMES)
    held_out = photos.held_out_photos(data / "photos" / "caltech101")
    assert queries["photo->name top-1", "held-out photos"] == len(held_out) < 30
    paired = [file for file in held_out if file.parent.name in ("chair", "airplanes")]
    assert queries["photo->3D mAP", "all"] == len(paired) > 0
    assert queries["sound->name top-1", "recordings of fold 0"] == 2  # of two classes, one recording of five
    assert queries["sound->3D mAP", "all"] == 1  # the aeroplane: no class of shapes goes with the cow
    assert queries["sound->3D mAP, all pairs", "all"] == 1


def test_two_folders_of_one_thing_are_one_class(tmp_path):
    write_photos(tmp_path / "photos" / "caltech101")
    (row,) = photos.rows(Material(tmp_path, open_space()))
    assert row["chance"] == pytest.approx(1 / 3)  # chair, airplane, face


def test_a_space_without_pictures_and_sounds_is_measured_on_the_rest(data):
    assert list(dict(tables(Material(data, open_mute()), SECTIONS))) == list(SECTIONS)[:2]


def test_held_back_meshes_keep_their_words_and_colours(data):
    meshes = held_out_meshes(data / "shapes_named")
    assert [(mesh.words, mesh.label) for mesh in meshes] == [(name, name) for name in NAMES]
    assert [mesh.geometry.colors is not None for mesh in meshes] == [True, False, True, False]
    whole = made_mesh("table", 1)
    expected = whole.vertices / np.linalg.norm(whole.vertices, axis=1).max()
    np.testing.assert_allclose(meshes[0].geometry.vertices, expected, atol=1e-4)
    np.testing.assert_array_equal(meshes[0].geometry.faces, whole.faces)


def test_the_command_prints_every_section_and_writes_all_rows(data, tmp_path, monkeypatch):
    monkeypatch.setattr(spaces, "get", lambda name: open_space())
    done = CliRunner().invoke(app, ["retrieval", "--data", str(data), "--json", str(tmp_path / "rows.json")])
    assert done.exit_code == 0
    assert all(f"{title}, space mini" in done.stdout for title in SECTIONS)
    assert "held-out photos" in done.stderr  # progress
    rows = json.loads((tmp_path / "rows.json").read_text())["rows"]
    assert {row["section"] for row in rows} == set(SECTIONS)


def test_without_data_the_command_measures_made_shapes(tmp_path, monkeypatch):
    monkeypatch.setattr(spaces, "get", lambda name: open_mute())
    done = CliRunner().invoke(app, ["retrieval", "--per-kind", "2", "--json", str(tmp_path / "rows.json")])
    assert done.exit_code == 0
    assert all(f"{title}, space mini" in done.stdout for title in list(made.SECTIONS)[:2])
    rows = json.loads((tmp_path / "rows.json").read_text())["rows"]
    assert {row["section"] for row in rows} == set(list(made.SECTIONS)[:2])


def test_generalisation_prints_a_table_a_measure_and_draws_them(data, tmp_path, monkeypatch):
    monkeypatch.setattr(spaces, "get", lambda name: open_mute())
    figure, to = tmp_path / "curves.svg", tmp_path / "rows.json"
    asked = ["generalisation", "--data", str(data), "--shapes", "6", "--figure", str(figure), "--json", str(to)]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0
    for measure in generalisation.MEASURES:
        assert f"Generalisation, {measure}, space mini, 6 shapes of 3 classes" in done.stdout
    rows = json.loads(to.read_text())["rows"]
    steps = sum(len(domain.severities) for domain in domains.DOMAINS)
    assert len(rows) == len(generalisation.MEASURES) * (1 + steps)
    assert all(domain.name in figure.read_text() for domain in domains.DOMAINS)


def test_a_figure_of_another_format_is_refused_before_anything_is_measured(monkeypatch):
    monkeypatch.setattr(spaces, "get", lambda name: pytest.fail("measured"))
    done = CliRunner().invoke(app, ["generalisation", "--figure", "curves.gif"])
    assert isinstance(done.exception, UsageError) and "curves.gif" in str(done.exception)


def test_a_folder_without_data_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(spaces, "get", lambda name: open_space())
    done = CliRunner().invoke(app, ["retrieval", "--data", str(tmp_path)])
    assert isinstance(done.exception, RetrieverError) and str(tmp_path) in str(done.exception)


def test_the_shipped_space_is_far_better_than_chance(tmp_path):
    write_clouds(tmp_path / "shapes69", points=1024)
    material = Material(tmp_path, spaces.get())
    assert isinstance(material.space.encoder(Modality.TEXT), PlacedTexts)
    got = values(classes.rows(material))
    assert got["top-1", "upright"] > 0.6  # chance is 1/3
