"""Where the captions that a sound tower expects lie among shapes."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.align.captions import label_vectors
from indexer.align.sounds.places import placed
from indexer.align.sounds.words import CLASSES, THINGS
from retriever import spaces
from retriever.spaces.minilm import MiniLM
from retriever.spaces.prototypes import Prototypes
from retriever.types import Modality


@pytest.fixture(scope="module")
def prototypes():
    """Of two names: the one of a horn lies apart from that of a car."""
    names = label_vectors(["horn", "car"], MiniLM())
    return Prototypes(names, np.eye(384, dtype=np.float32)[:2])


def hub(*words):
    return label_vectors(words, MiniLM())


def test_things_are_named_for_classes():
    assert set(THINGS) <= set(CLASSES)


def test_a_word_that_misleads_lies_by_the_things_that_make_the_sound(prototypes):
    horn, cough, car, head = hub("car horn", "coughing", "motor car", "human head")
    for caption, thing in ((horn, car), (cough, head)):
        assert placed(caption[None], prototypes)[0] @ thing > prototypes.moved(caption[None])[0] @ thing + 0.1


def test_all_captions_of_such_a_class_lie_together(prototypes):
    places = placed(hub("coughing", "cough", "a person coughing"), prototypes)
    np.testing.assert_allclose(places[1:], np.broadcast_to(places[0], (2, 384)), atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(places, axis=1), 1, atol=1e-6)


def test_others_lie_where_their_words_do(prototypes):
    captions = hub("crow", "a cawing crow", "guitar", "something else entirely")
    np.testing.assert_allclose(placed(captions, prototypes), prototypes.moved(captions), atol=1e-6)


def test_a_word_of_two_classes_lies_between_both(prototypes):
    """A fire engine is of sirens alone, a car of horns and engines."""
    horns, engines, car = placed(hub("car horn", "engine", "car"), prototypes)
    between = (horns + engines) / np.linalg.norm(horns + engines)
    np.testing.assert_allclose(car, between, atol=1e-5)


def test_captions_are_known_after_they_were_rounded(prototypes):
    rounded = hub("coughing", "cough").astype(np.float16).astype(np.float32)
    places = placed(rounded, prototypes)
    np.testing.assert_allclose(places[0], places[1], atol=1e-6)


def test_mini_expects_them_there():
    """What ships was made so: a car's horn lies by cars and not by brass, a cough by heads."""
    space = spaces.get("mini")
    expects = space.encoder(Modality.AUDIO)._tower.expectation
    captions, places = expects.captions.numpy(), expects.places.numpy()
    car, brass, head = space.encode(texts=["car", "french horn", "human head"])
    for caption, near, far in (("car horn", car, brass), ("coughing", head, brass)):
        row = int((captions @ hub(caption)[0]).argmax())
        assert places[row] @ near > places[row] @ far + 0.2
