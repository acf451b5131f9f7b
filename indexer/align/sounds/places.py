"""Where sounds lie among shapes: by the things that make them, where the words for them would mislead.

A tower that expects captions of a sound (`retriever.spaces.bridge.Expectation`) has each lie where its own words do: a
car's horn among the brass, a cough nowhere. So the captions of a class for which `THINGS` are named all lie at the mean
of their places and of those of these things.
"""

from __future__ import annotations

import numpy as np

from indexer.align.captions import label_vectors
from indexer.align.sounds.words import CLASSES, THINGS, class_captions
from retriever.spaces.minilm import MiniLM
from retriever.spaces.prototypes import Prototypes
from retriever.types import Vectors

_SAME = 0.999
"""Cosine of a caption's vector and the same one in half precision."""


def placed(captions: Vectors, prototypes: Prototypes) -> Vectors:
    """(n, d) unit vectors: the places of captions; of one that several classes have the mean of those in each.

    Args:
        captions: (n, d) unit vectors of them in the hub.
        prototypes: of the space, which move words to their own places.
    """
    words = {name: class_captions(name) for name in CLASSES}
    phrases = list(dict.fromkeys(each for name in words for each in (*words[name], *THINGS.get(name, ()))))
    hub = label_vectors(phrases, MiniLM())
    own = dict(zip(phrases, prototypes.moved(hub), strict=True))
    found: dict[str, list[Vectors]] = {}
    for name, called in words.items():
        things = THINGS.get(name)
        middle = _unit(np.mean([own[each] for each in (*called, *things)], axis=0)) if things else None
        for each in called:
            found.setdefault(each, []).append(own[each] if middle is None else middle)
    places = prototypes.moved(captions)
    cosines = captions @ hub.T
    for row, nearest in enumerate(cosines.argmax(axis=1)):
        if cosines[row, nearest] > _SAME and phrases[nearest] in found:
            places[row] = _unit(np.mean(found[phrases[nearest]], axis=0))
    return places


def _unit(vector: Vectors) -> Vectors:
    return np.asarray(vector / np.linalg.norm(vector), np.float32)
