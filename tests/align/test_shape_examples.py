from collections import Counter
from itertools import chain

import numpy as np
import pytest
import torch

from indexer.align.shapes import sources
from indexer.align.shapes.augment import Augmentation
from indexer.align.shapes.dataset import Clouds, build
from indexer.align.shapes.examples import ShapeExamples
from retriever.spaces.shape_tower import TowerConfig
from retriever.spaces.tokens import gather

SMALL = TowerConfig(points=64, centers=16, neighbors=6, patches=8, patch_neighbors=4)
KINDS = ("bottle", "chair", "mug")


def once(shape):
    return [shape.geometry]


@pytest.fixture(scope="module")
def clouds():
    return build(sources.parametric_shapes(12, 0, KINDS), SMALL, draw=lambda shape: [shape.geometry] * 2)


def test_near_duplicates_stay_on_one_side_whatever_else_there_is():
    few = list(chain.from_iterable([shape] * 2 for shape in sources.parametric_shapes(1, 0, (*KINDS, "car"))))
    alone = build(few[:2], SMALL, draw=once, held_out_share=0.5)
    among = build(few, SMALL, draw=once, held_out_share=0.5)
    assert alone.held_out.tolist() == among.held_out[:2].tolist()
    assert among.held_out.reshape(-1, 2).std(axis=1).max() == 0


def test_clouds_survive_a_file(clouds, tmp_path):
    clouds.save(tmp_path / "clouds.npz")
    again = Clouds.load(tmp_path / "clouds.npz")
    assert again.phrases == clouds.phrases
    assert again.captions == clouds.captions
    np.testing.assert_array_equal(again.near, clouds.near)
    np.testing.assert_array_equal(again.colors, clouds.colors)


def test_joined_clouds_keep_owners_and_words(clouds):
    both = Clouds.joined([clouds, build(sources.parametric_shapes(2, 5, ("car", "mug")), SMALL, draw=once)])
    assert len(both.phrases) == len(set(both.phrases))
    assert (np.diff(both.owner) >= 0).all()
    last = both.owner[-1]
    assert "mug" in {both.phrases[i] for i in both.captions[last]}
    assert [both.phrases[i] for i in both.captions[0]] == [clouds.phrases[i] for i in clouds.captions[0]]


def test_only_training_shapes_are_drawn_and_their_captions_fit(clouds):
    half = Clouds(**{**vars(clouds), "held_out": np.arange(len(clouds.captions)) % 2 == 0})
    examples = ShapeExamples(half, SMALL, widen=lambda captions: (*captions, "thing"), own=0.5)
    (points, colors, _), captions, _, ups = examples.draw(np.random.default_rng(0), 300)
    assert ups.shape == (300, 3)
    assert points.shape == colors.shape == (300, 64, 3)
    assert 100 < (captions == examples.phrases.index("thing")).sum() < 200
    may_say = {caption for i in range(1, len(half.captions), 2) for caption in half.captions[i]}
    assert set(captions) <= may_say | {examples.phrases.index("thing")}


def test_the_mixture_is_kept_and_frequent_names_are_damped(clouds):
    named = build(sources.parametric_shapes(3, 9, ("car",)), SMALL, draw=once, held_out_share=0)
    named = Clouds(**{**vars(named), "sources": ["elsewhere"] * len(named.sources)})
    both = Clouds.joined([clouds, named])
    examples = ShapeExamples(both, SMALL, mixture={"elsewhere": 0.25})
    cars = {caption for captions in named.captions for caption in captions}
    drawn = Counter(
        named.phrases.index(examples.phrases[c]) if examples.phrases[c] in named.phrases else -1
        for c in examples.draw(np.random.default_rng(1), 2000)[1]
    )
    assert sum(drawn[caption] for caption in cars) == pytest.approx(500, abs=80)


def test_neighbourhoods_of_cut_clouds_are_their_own(clouds):
    still = Augmentation(partial=1, stretch=0, noise=0, tilt=0, tumble=0, flip=0)
    points, _, grouping = ShapeExamples(clouds, SMALL, augmentation=still).draw(np.random.default_rng(0), 8).inputs
    spread = torch.cdist(gather(points, grouping.centers), points)
    nearest = spread.topk(SMALL.neighbors, dim=-1, largest=False).values
    chosen = spread.gather(2, grouping.near)
    torch.testing.assert_close(chosen.sort(dim=-1).values, nearest, atol=1e-3, rtol=1e-3)


def test_validation_looks_at_what_was_held_out(clouds):
    half = Clouds(**{**vars(clouds), "held_out": np.arange(len(clouds.captions)) % 2 == 0})
    examples = ShapeExamples(half, SMALL)
    random = torch.Generator().manual_seed(0)
    vectors = torch.nn.functional.normalize(torch.randn(len(examples.phrases), 32, generator=random), dim=-1)
    held = [half.captions[i][0] for i in range(0, len(half.captions), 2)]
    step = iter([vectors[held]])
    measured = examples.validate(lambda *inputs: next(step), vectors)
    assert measured == pytest.approx(
        {f"parametric_{name}": 1.0 for name in ("top1", "top5", "text_to_3d_map", "3d_to_3d_map")}
    )
