"""Where the captions that a sound tower expects lie among shapes."""

from __future__ import annotations

import numpy as np
import pytest
from retrieval_data import write_data

from indexer.align.captions import label_vectors
from indexer.align.sounds.places import classes, shared
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


def test_a_word_lies_where_its_class_does(prototypes):
    """A horn that is of a car is no trumpet; where it is of an orchestra, too, it lies between both."""
    car, horn = hub("car", "horn")
    alone = prototypes.moved(hub("horn"))[0]
    of_car = shared(hub("horn"), prototypes, [("honking", "car", "automobile", "horn")])[0]
    assert of_car @ car > alone @ car + 0.2 and of_car @ horn < alone @ horn
    both = shared(hub("horn"), prototypes, [("honking", "car", "automobile", "horn"), ("horn", "brass")])[0]
    assert alone @ car < both @ car < of_car @ car


def test_all_captions_of_a_class_lie_together_and_others_stay(prototypes):
    captions = hub("dog", "puppy", "guitar")
    places = shared(captions, prototypes, [("dog", "puppy")])
    np.testing.assert_allclose(places[0], places[1], atol=1e-6)
    np.testing.assert_allclose(places[2], prototypes.moved(captions)[2], atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(places, axis=1), 1, atol=1e-6)


def test_a_class_lies_near_what_makes_its_sound(prototypes):
    cough, head = hub("coughing", "human head")
    placed = shared(cough[None], prototypes, [("coughing", "cough")])[0]
    assert placed @ head > prototypes.moved(cough[None])[0] @ head + 0.2


def test_captions_are_known_after_they_were_rounded(prototypes):
    rounded = hub("dog", "puppy").astype(np.float16).astype(np.float32)
    places = shared(rounded, prototypes, [("dog", "puppy")])
    np.testing.assert_allclose(places[0], places[1], atol=1e-6)


def test_classes_are_those_of_recordings_and_rules(tmp_path):
    found = classes(write_data(tmp_path) / "audio")
    assert len(found) == len(set(found))
    names = {captions[0] for captions in found}
    assert "car horn" in names


def test_mini_expects_them_there():
    """What ships was made so: a car's horn lies by cars and not by brass, a cough by heads."""
    space = spaces.get("mini")
    expects = space.encoder(Modality.AUDIO)._tower.expectation
    captions, places = expects.captions.numpy(), expects.places.numpy()
    car, brass, head = space.encode(texts=["car", "french horn", "human head"])
    for caption, near, far in (("car horn", car, brass), ("coughing", head, brass)):
        row = int((captions @ hub(caption)[0]).argmax())
        assert places[row] @ near > places[row] @ far + 0.2
