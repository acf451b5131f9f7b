"""Drawing training examples."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.align.crew import shared
from indexer.align.draws import CaptionDeck, Deck

RNG = np.random.default_rng


def test_items_are_drawn_as_often_as_their_chances_say():
    chances = np.array([0.0, 2.0, 0.0, 1.0, 1.0, 0.0])
    drawn = np.bincount(Deck(chances).draw(RNG(0), 40_000), minlength=6) / 40_000
    assert (drawn[chances == 0] == 0).all()
    np.testing.assert_allclose(drawn, chances / 4, atol=0.01)


def test_captions_are_those_of_the_items():
    own, added = [[1], [2, 3], [4, 5, 6]], [[], [20], [40, 50]]
    items = RNG(1).integers(3, size=30_000)
    captions = CaptionDeck(own, added, chance=0.75).draw(RNG(2), items)
    assert all(caption in own[item] + added[item] for item, caption in zip(items, captions, strict=True))
    assert (captions[items == 0] == 1).all()
    assert np.isin(captions[items == 1], own[1]).mean() == pytest.approx(0.75, abs=0.02)
    assert (captions[items == 2] == 40).mean() == pytest.approx(0.125, abs=0.02)


def test_the_first_caption_can_be_preferred():
    items = np.zeros(20_000, np.int64)
    captions = CaptionDeck([[7, 8, 9]], [[]], chance=0.5, first=0.5).draw(RNG(3), items)
    assert (captions == 7).mean() == pytest.approx(0.5 + 0.5 / 3, abs=0.02)


@pytest.mark.parametrize("workers", [1, 2])
def test_parts_come_in_their_order_however_many_share_the_work(workers):
    assert list(shared(abs, workers, parts=5)) == [0, 1, 2, 3, 4]
