"""Words for shapes: free names made clean, prompt templates, and their vectors in the hub."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from retriever.query.zeroshot import averaged, prompts_of
from retriever.spaces import Encoder
from retriever.spaces.minilm import MiniLM
from retriever.types import Text, Vectors

_NOT_WORDS = re.compile(r"[^a-z ]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PARENTHESIS = re.compile(r"\(.*?\)")


def clean(name: str) -> str:
    """A file or class name as plain lower-case words: no digits, no single letters, no part in parentheses.

    >>> clean("Coffee_Table-02 b (round)")
    'coffee table'
    """
    words = _NOT_WORDS.sub(" ", _CAMEL.sub(" ", _PARENTHESIS.sub(" ", name)).lower()).split()
    return " ".join(word for word in words if len(word) > 1)


def label_vectors(labels: Sequence[str], encoder: Encoder) -> Vectors:
    """(n, d) unit vectors of n labels: names as the mean over their prompts, phrases with an article as they are."""
    prompts = [prompts_of(label) for label in labels]
    return averaged(encoder.encode([Text(prompt) for several in prompts for prompt in several]), prompts)


def kept_label_vectors(labels: Sequence[str], path: Path) -> Vectors:
    """`label_vectors` in the hub; an npz file keeps them, and only those of new labels are worked out."""
    known: dict[str, int] = {}
    vectors = np.empty((0, 0), np.float32)
    if path.is_file():
        names, vectors = kept(path)
        known = {label: i for i, label in enumerate(names)}
    if fresh := [label for label in dict.fromkeys(labels) if label not in known]:
        hub: Encoder = MiniLM()
        known |= {label: len(vectors) + i for i, label in enumerate(fresh)}
        made = label_vectors(fresh, hub)
        vectors = np.concatenate([vectors.reshape(-1, made.shape[1]), made])
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, labels=np.frombuffer("\n".join(known).encode(), np.uint8), vectors=vectors)
    return vectors[[known[label] for label in labels]]


def kept(path: Path) -> tuple[list[str], Vectors]:
    """All labels that `kept_label_vectors` keeps in an npz file, and their (n, d) vectors."""
    with np.load(path, allow_pickle=False) as file:
        return file["labels"].tobytes().decode().split("\n"), np.asarray(file["vectors"], np.float32)
