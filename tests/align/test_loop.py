from itertools import chain

import numpy as np
import pytest
import torch

from indexer.align import captions, sources
from indexer.align.dataset import Dataset, build
from indexer.align.publish import publish
from indexer.align.train import Alignment, Recipe, validate
from retriever.spaces.mini import open_space
from retriever.spaces.minilm import MiniLM
from retriever.spaces.shape_tower import TowerConfig
from retriever.types import Modality

SMALL = TowerConfig(
    points=128, centers=32, neighbors=8, patches=12, patch_neighbors=6, width=32, layers=1, heads=2, dim=384
)
RECIPE = Recipe(steps=60, batch=32, warmup=10, rate=4e-3, average=0.9, validate_every=30, half=False)
KINDS = ("airliner", "bottle", "chair", "mug")


@pytest.fixture(scope="module")
def data():
    return build(sources.parametric_shapes(25, 0, KINDS), SMALL, views=lambda shape: 2, held_out_share=0.25)


@pytest.fixture(scope="module")
def phrases(data):
    return captions.label_vectors(data.phrases, MiniLM())


@pytest.fixture(scope="module")
def trained(data, phrases, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    run = Alignment(data, phrases, SMALL, RECIPE, folder)
    return run.train(lambda line: None), folder


def test_a_short_run_tells_four_kinds_apart_on_shapes_it_has_not_seen(trained, data, phrases):
    tower, _ = trained
    held_out = [i for i, out in enumerate(data.held_out) if out]
    first = np.searchsorted(data.owner, held_out)
    kinds = sorted({data.captions[i][0] for i in held_out})
    assert len(kinds) == len(KINDS)
    with torch.inference_mode():
        scores = tower(*data.batch(first)).numpy() @ phrases[kinds].T
    right = np.array([kinds.index(data.captions[i][0]) for i in held_out])
    assert (scores.argmax(axis=1) == right).mean() > 0.6  # chance is 0.25


def test_validation_is_reported_and_kept_as_a_curve(trained, data, phrases):
    tower, folder = trained
    measured = validate(tower, data, torch.from_numpy(phrases))
    assert 0 < measured["parametric_top1"] <= measured["parametric_top5"] <= 1
    assert len((folder / "curve.jsonl").read_text().splitlines()) == 2


def test_an_interrupted_run_ends_as_if_it_had_not_been(trained, data, phrases, tmp_path):
    whole, _ = trained

    class PowerFailureError(Exception):
        pass

    def pull(line):
        if line.startswith("step 50"):
            raise PowerFailureError

    with pytest.raises(PowerFailureError):
        Alignment(data, phrases, SMALL, RECIPE, tmp_path).train(pull)
    again = Alignment(data, phrases, SMALL, RECIPE, tmp_path)
    assert again.step == 30
    resumed = again.train(lambda line: None)
    for name, value in whole.state_dict().items():
        torch.testing.assert_close(resumed.state_dict()[name], value, atol=1e-4, rtol=1e-3)


def test_near_duplicates_stay_on_one_side_whatever_else_there_is():
    few = list(chain.from_iterable([shape] * 2 for shape in sources.parametric_shapes(1, 0, KINDS)))[:8]
    alone = build(few[:2], SMALL, views=lambda shape: 1, held_out_share=0.5)
    among = build(few, SMALL, views=lambda shape: 1, held_out_share=0.5)
    assert alone.held_out.tolist() == among.held_out[:2].tolist()
    assert among.held_out.reshape(-1, 2).std(axis=1).max() == 0


def test_dataset_survives_a_file(data, tmp_path):
    data.save(tmp_path / "clouds.npz")
    again = Dataset.load(tmp_path / "clouds.npz")
    assert again.phrases == data.phrases
    assert again.captions == data.captions
    np.testing.assert_array_equal(again.near, data.near)


def test_a_published_tower_is_a_space(trained, tmp_path):
    _, folder = trained
    publish(folder / "shape.safetensors", SMALL, tmp_path, name="own")
    space = open_space(tmp_path)
    assert space.identity.name == "own"
    cloud = np.random.default_rng(0).standard_normal((500, 3))
    vector = space.encode(shapes=[cloud])
    np.testing.assert_allclose(np.linalg.norm(vector, axis=1), 1, atol=1e-6)
    assert space.modalities == {Modality.SHAPE, Modality.TEXT}
