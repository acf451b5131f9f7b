import json

import numpy as np
import pytest
import torch

from indexer.align import captions
from indexer.align.loop import Alignment, Recipe
from indexer.align.shapes import sources
from indexer.align.shapes.dataset import build
from indexer.align.shapes.examples import ShapeExamples
from retriever.spaces.minilm import MiniLM
from retriever.spaces.shape_tower import ShapeTower, TowerConfig

SMALL = TowerConfig(
    points=128, centers=32, neighbors=8, patches=12, patch_neighbors=6, width=32, layers=1, heads=2, dim=384
)
RECIPE = Recipe(steps=60, batch=32, warmup=10, rate=4e-3, average=0.9, validate_every=30, half=False)
KINDS = ("airliner", "bottle", "chair", "mug")


@pytest.fixture(scope="module")
def examples():
    shapes = sources.parametric_shapes(25, 0, KINDS)
    return ShapeExamples(build(shapes, SMALL, draw=lambda shape: [shape.geometry] * 2, held_out_share=0.25), SMALL)


@pytest.fixture(scope="module")
def phrases(examples):
    return captions.label_vectors(examples.phrases, MiniLM())


def run(examples, phrases, folder, recipe=RECIPE):
    torch.manual_seed(0)
    return Alignment(examples, phrases, ShapeTower(SMALL), recipe, folder)


@pytest.fixture(scope="module")
def trained(examples, phrases, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    return run(examples, phrases, folder).train(lambda line: None), folder


def test_a_short_run_tells_four_kinds_apart_on_shapes_it_has_not_seen(trained, examples, phrases):
    tower, _ = trained
    data = examples.clouds
    held_out = [i for i, out in enumerate(data.held_out) if out]
    first = np.searchsorted(data.owner, held_out)
    kinds = sorted({data.captions[i][0] for i in held_out})
    assert len(kinds) == len(KINDS)
    with torch.inference_mode():
        scores = tower(*examples.resident.batch(first)).numpy() @ phrases[kinds].T
    right = np.array([kinds.index(data.captions[i][0]) for i in held_out])
    assert (scores.argmax(axis=1) == right).mean() > 0.6  # chance is 0.25


def test_the_curve_has_a_line_a_validation_and_ends_with_the_tower_that_is_kept(trained, examples, phrases):
    tower, folder = trained
    lines = [json.loads(line) for line in (folder / "curve.jsonl").read_text().splitlines()]
    assert [line.pop("step") for line in lines] == [30, 60]
    assert lines[-1] == pytest.approx(examples.validate(tower, torch.from_numpy(phrases)))
    kept = ShapeTower(SMALL).load(folder / "tower.safetensors")
    torch.testing.assert_close(kept.projection.weight, tower.projection.weight, atol=1e-3, rtol=1e-3)


def test_an_interrupted_run_ends_as_if_it_had_not_been(trained, examples, phrases, tmp_path):
    whole, _ = trained

    class PowerFailureError(Exception):
        pass

    def pull(line):
        if line.startswith("step 50"):
            raise PowerFailureError

    with pytest.raises(PowerFailureError):
        run(examples, phrases, tmp_path).train(pull)
    again = run(examples, phrases, tmp_path)
    assert again.step == 30
    resumed = again.train(lambda line: None)
    for name, value in whole.state_dict().items():
        torch.testing.assert_close(resumed.state_dict()[name], value, atol=1e-4, rtol=1e-3)


def test_a_run_can_be_made_longer_but_not_continued_under_another_recipe(trained, examples, phrases, tmp_path):
    _, folder = trained
    (tmp_path / "checkpoint.pt").write_bytes((folder / "checkpoint.pt").read_bytes())
    assert run(examples, phrases, tmp_path, Recipe(**{**vars(RECIPE), "steps": 90})).step == 60
    assert run(examples, phrases, tmp_path, Recipe(**{**vars(RECIPE), "rate": 1e-3})).step == 0


def test_the_rate_rises_stays_and_falls():
    recipe = Recipe(steps=100, warmup=10, decay=0.2, rate=1.0)
    rates = [recipe.rate_at(step) for step in range(100)]
    assert rates[0] == 0.1
    assert rates[10:80] == [1.0] * 70
    assert rates[80:] == sorted(rates[80:], reverse=True)
    assert 0 < rates[99] < 0.1
