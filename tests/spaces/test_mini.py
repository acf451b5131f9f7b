"""The shipped space: its files are what its card says, and its 3D tower keeps an encoder's promises."""

import json
from hashlib import sha256

import numpy as np
import pytest

from retriever import spaces
from retriever.errors import SpaceError
from retriever.spaces import Space, mini, minilm
from retriever.spaces.mini import open_space
from retriever.types import Modality, PointCloud


@pytest.fixture(scope="module")
def space():
    return spaces.get("mini")


def cloud(seed, count=1024):
    rng = np.random.default_rng(seed)
    points = rng.standard_normal((count, 3)) * rng.uniform(0.2, 1, 3)
    points -= points.mean(axis=0)
    return PointCloud((points / np.linalg.norm(points, axis=1).max()).astype(np.float32))


@pytest.mark.parametrize("name", spaces.shipped())
def test_digests_on_the_card_are_those_of_the_files(name):
    folder = mini.folder(name)
    towers = json.loads((folder / "space.json").read_text())["towers"]
    assert towers.keys() == set(Modality)
    for tower in towers.values():
        file = folder / tower["file"] if "file" in tower else minilm.model_folder() / "model.safetensors"
        assert sha256(file.read_bytes()).hexdigest() == tower["sha256"]
    hub = (minilm.model_folder() / "model.safetensors").read_bytes()
    assert towers["text"].get("package_sha256", towers["text"]["sha256"]) == sha256(hub).hexdigest()


@pytest.mark.parametrize("name", spaces.shipped())
def test_the_model_card_names_every_weight_file_and_its_digest(name):
    folder = mini.folder(name)
    card = (folder / "MODEL_CARD.md").read_text()
    for tower in json.loads((folder / "space.json").read_text())["towers"].values():
        assert tower["sha256"] in card and tower.get("package_sha256", "") in card


def test_weights_are_small_enough_to_ship():
    assert sum(file.stat().st_size for file in mini.folder().parent.rglob("*.safetensors")) < 60e6


def test_every_tower_has_a_licence_of_its_own_and_only_sounds_and_research_are_restricted():
    licenses = spaces.get("mini").licenses
    assert licenses.keys() == set(Modality)
    restricted = {modality for modality, line in licenses.items() if "non-commercial" in line.lower()}
    assert restricted == {Modality.AUDIO}
    assert "research use only" in spaces.get("mini-research").license.lower()
    assert "research use only" not in spaces.get("mini").license.lower()


def test_vectors_are_unit_and_do_not_depend_on_the_batch(space):
    encoder = space.encoder(Modality.SHAPE)
    clouds = [cloud(seed) for seed in range(encoder.batch + 3)]
    together = encoder.encode(clouds)
    assert together.shape == (len(clouds), space.identity.dim)
    assert together.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(together[[2]], encoder.encode(clouds[2:3]), atol=1e-5)


def test_the_order_of_points_does_not_matter(space):
    encoder = space.encoder(Modality.SHAPE)
    first = cloud(7)
    shuffled = PointCloud(np.random.default_rng(1).permutation(first.points))
    np.testing.assert_allclose(encoder.encode([first]), encoder.encode([shuffled]), atol=1e-5)


def test_clouds_of_other_sizes_are_read_too(space):
    vectors = space.encode(shapes=[np.random.default_rng(0).standard_normal((n, 3)) for n in (40, 500, 8192)])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


def test_texts_come_first(space):
    both = space.encode(texts=["a chair"], shapes=[cloud(0).points])
    np.testing.assert_allclose(both[:1], space.encode(texts=["a chair"]), atol=1e-6)
    np.testing.assert_allclose(both[1:], space.encode(shapes=[cloud(0).points]), atol=1e-6)


def test_a_parametric_chair_is_nearer_to_its_name_than_to_others(space):
    from indexer import parametric

    names = ["chair", "airplane", "bottle", "car", "guitar", "tree"]
    kinds = ["chair", "airliner", "bottle", "car", "guitar", "tree"]
    clouds = [_cloud_of(parametric.generate(kind, seed), space) for kind in kinds for seed in range(4)]
    scores = space.encode(shapes=clouds) @ space.encode(texts=names).T
    right = np.repeat(np.arange(len(names)), 4)
    assert (scores.argmax(axis=1) == right).mean() > 0.8


def _cloud_of(shape, space):
    from retriever.loaders.sampling import sample
    from retriever.types import Geometry

    return sample(Geometry(shape.solid.vertices, shape.solid.faces), space.identity.shape, "y", seed=1).points


def test_missing_files_are_said_with_the_cure(tmp_path):
    with pytest.raises(SpaceError, match=r"space\.json"):
        open_space(tmp_path)
    (tmp_path / "space.json").write_bytes((mini.folder() / "space.json").read_bytes())
    with pytest.raises(SpaceError, match=r"shape\.safetensors"):
        open_space(tmp_path).encoder(Modality.SHAPE)


def test_unknown_spaces_and_modalities_name_what_there_is(space):
    with pytest.raises(SpaceError, match="mini"):
        spaces.get("huge")
    only_text = Space(space.identity, {Modality.TEXT: minilm.MiniLM}, "")
    with pytest.raises(SpaceError, match=r"no audio encoder \(it has: text\)"):
        only_text.encoder(Modality.AUDIO)
