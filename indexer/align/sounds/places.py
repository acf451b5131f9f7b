"""Where sounds lie among shapes: by all words of their class, for one word alone may be another thing's.

A tower that expects captions of a sound (`retriever.spaces.bridge.Expectation`) would look for a car's horn among the
brass, and for a cough nowhere: each caption has the place of its own words. Here it gets the mean over the classes that
it is of, and a class lies at the mean of its captions' places and of those of the things that make its sound.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from indexer.align.captions import label_vectors
from indexer.align.sounds import clips
from indexer.align.sounds.synth.rules import RULES
from indexer.align.sounds.words import THINGS
from retriever.spaces.minilm import MiniLM
from retriever.spaces.prototypes import Prototypes
from retriever.types import Vectors

_SAME = 0.999
"""Cosine of a caption's vector and the same one in half precision."""


def classes(recordings: Path) -> list[tuple[str, ...]]:
    """The captions of every class of sounds, its name first, once each: of recordings, and of sounds made by rule."""
    heard = (clip.captions for clip in clips.read(recordings))
    return list(dict.fromkeys([*heard, *(rule.captions for rule in RULES.values())]))


def shared(captions: Vectors, prototypes: Prototypes, classes: Iterable[Sequence[str]]) -> Vectors:
    """(n, d) unit vectors: the places of captions.

    Args:
        captions: (n, d) unit vectors of them in the hub; one that is of no class keeps the place of its own words.
        prototypes: of the space.
        classes: captions of each, its name first.
    """
    classes = [[*words, *THINGS.get(words[0], ())] for words in classes]
    phrases = list(dict.fromkeys(word for words in classes for word in words))
    hub = label_vectors(phrases, MiniLM())
    lie = dict(zip(phrases, prototypes.moved(hub), strict=True))
    middles = {word: np.zeros(captions.shape[1]) for word in phrases}
    for words in classes:
        middle = _unit(np.mean([lie[word] for word in words], axis=0))
        for word in words:
            middles[word] += middle
    places = prototypes.moved(captions)
    cosines = captions @ hub.T
    for row, nearest in enumerate(cosines.argmax(axis=1)):
        if cosines[row, nearest] > _SAME:
            places[row] = _unit(middles[phrases[nearest]])
    return places


def _unit(vector: np.ndarray) -> np.ndarray:
    return np.asarray(vector / np.linalg.norm(vector))
