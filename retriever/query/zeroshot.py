"""Zero-shot labels: which of some names an item is nearest to, and how sure that is among them.

As in the papers (CLIP, arXiv 2103.00020; Point-Bind, arXiv 2309.00615): a name's vector is the mean over prompts, an
item takes the name of the largest cosine, and the softmax over all names is its confidence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retriever.errors import UsageError
from retriever.spaces.base import Space
from retriever.store.snapshot import Snapshot
from retriever.types import Vectors, is_utf8

CONFIDENCE = "label_confidence"
"""Column of the items whose label was found in this way; null where a person or a folder gave it."""

KINDS = "label_kinds"
"""Column of the items with a label: it and what it is a kind of, nearest first, as far as the vocabulary knows."""

TEMPLATES = ("{}", "a {}", "a 3d model of a {}", "the shape of a {}")
"""A name's vector is the mean over these, as in zero-shot classification since CLIP (arXiv 2103.00020)."""

SCALE = 30.0
"""Inverse temperature of the softmax: the one that the towers of `mini` are trained with (`indexer.align.loop.Recipe`).

Their objective makes the softmax of these logits the share of each caption, so that nothing is tuned here.
"""

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_ARTICLES = ("a ", "an ", "the ")
_AT_ONCE = 32  # texts that a query may have; more may import torch where these do not
_BLOCK = 16_384  # items at once


@dataclass(frozen=True)
class Names:
    """What is chosen from.

    Attributes:
        names: two or more, all different but for case.
        templates: prompts, each with ``{}`` where the name goes; none for the usual ones.
    """

    names: tuple[str, ...]
    templates: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Assigned:
    """The name of each of n items.

    Attributes:
        rows: (n,) int64 row numbers of the snapshot.
        names: (n,) int64 positions among the names.
        scores: (n,) float64 cosines to the names' vectors.
        confidences: (n,) float64 0..1, shares of the softmax over the names.
    """

    rows: NDArray[np.int64]
    names: NDArray[np.int64]
    scores: NDArray[np.float64]
    confidences: NDArray[np.float64]

    def __len__(self) -> int:
        """How many items."""
        return len(self.rows)

    def where(self, keep: NDArray[np.bool_]) -> Assigned:
        """Only the items where `keep` (n,) is True."""
        return Assigned(self.rows[keep], self.names[keep], self.scores[keep], self.confidences[keep])


def names_of(text: str | Sequence[str], templates: Sequence[str] = ()) -> Names:
    """The names of a list, or of a string with commas between them.

    Raises:
        UsageError: fewer than two names, one that comes twice, or a template without ``{}``.
    """
    return _checked(text.split(",") if isinstance(text, str) else text, templates, "--names")


def read_names(path: Path, templates: Sequence[str] = ()) -> Names:
    """The names of a file, one a line; a line with ``{}`` is a template, and one that begins with # says nothing.

    Raises:
        UsageError: the file cannot be read, or as for `names_of`.
    """
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines()]
    except OSError as error:
        raise UsageError(
            f"--names-file {path} cannot be read ({error.strerror}): give a text file with one name a line."
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"--names-file {path} is not UTF-8 text: save it as such, with one name a line.") from error
    lines = [line for line in lines if line and not line.startswith("#")]
    own = [line for line in lines if "{}" in line]
    return _checked([line for line in lines if "{}" not in line], [*own, *templates], f"--names-file {path}")


def words(text: str) -> str:
    """A file, folder or class name as lower-case words: ``NonWheelChair`` -> "non wheel chair"."""
    whole = unicodedata.normalize("NFC", text)  # an accent of its own, as macOS writes them, is no letter
    spaced = re.sub(r"(?<!\d)\.|\.(?!\d)|[^\w.'&+]|_", " ", _CAMEL.sub(" ", whole))
    return " ".join(spaced.lower().split())


def check_templates(templates: Sequence[str]) -> None:
    """Raise UsageError for a template that no name can be put into."""
    for template in templates:
        if not is_utf8(template):
            raise UsageError(f"The template {template!r} is not valid UTF-8; type it again.")
        if "{}" not in template:
            raise UsageError(f'The template {template!r} has no {{}} for the name: write one such as "a {{}}".')


def name_vectors(names: Names, space: Space) -> Vectors:
    """(n, d) unit vectors of n names, each the mean over its prompts.

    Args:
        names: with their own templates, or none: then it is `TEMPLATES`, and a name with an article in front is a
            prompt by itself.
        space: encodes the prompts.

    Raises:
        SpaceError: the space has no text encoder.
    """
    prompts = [prompts_of(name, names.templates) for name in names.names]
    texts = [prompt for several in prompts for prompt in several]
    vectors = np.concatenate(
        [space.encode(texts=texts[start : start + _AT_ONCE]) for start in range(0, len(texts), _AT_ONCE)]
    )
    return averaged(vectors, prompts)


def averaged(vectors: Vectors, prompts: Sequence[Sequence[str]]) -> Vectors:
    """(n, d) unit vectors, for each of n lists of prompts the mean of their (p, d) vectors, which lie end to end."""
    firsts = np.cumsum([0, *(len(several) for several in prompts[:-1])])
    sums = np.add.reduceat(vectors.astype(np.float64), firsts, axis=0)
    return np.asarray(sums / np.linalg.norm(sums, axis=1, keepdims=True), np.float32)


def is_found(snapshot: Snapshot) -> bool:
    """Whether `CONFIDENCE` is what was written here; a corpus may have a column of that name, which holds no floats."""
    import pyarrow as pa

    names = snapshot.columns()
    return CONFIDENCE in names and bool(pa.types.is_floating(snapshot.schema.field(CONFIDENCE).type))


def assign(snapshot: Snapshot, rows: NDArray[np.int64], names: Vectors, *, scale: float = SCALE) -> Assigned:
    """The nearest name of each item.

    Args:
        snapshot: of the items.
        rows: (n,) which of them.
        names: (m, d) unit vectors.
        scale: inverse temperature of the softmax.
    """
    parts = [_nearest(snapshot.vectors(rows[start : start + _BLOCK]), names, scale) for start in _starts(len(rows))]
    places, scores, confidences = (np.concatenate(several) for several in zip(*parts, strict=True))
    return Assigned(rows, places, scores, confidences)


def _nearest(
    vectors: Vectors, names: Vectors, scale: float
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    cosines = vectors.astype(np.float64) @ names.astype(np.float64).T
    best = cosines.argmax(axis=1)
    scores = cosines[np.arange(len(best)), best]
    return best, scores, 1 / np.exp(scale * (cosines - scores[:, None])).sum(axis=1)


def _starts(count: int) -> Iterator[int]:
    yield from range(0, max(1, count), _BLOCK)


def prompts_of(name: str, templates: Sequence[str] = ()) -> list[str]:
    """The ways to ask for a name: all of `TEMPLATES` where none are given, or the name itself after an article."""
    if not templates and name.lower().startswith(_ARTICLES):
        return [name]
    return [template.replace("{}", name) for template in templates or TEMPLATES]


def _checked(given: Sequence[str], templates: Sequence[str], where: str) -> Names:
    """Names and templates that can be used; `where` is what a message calls the names."""
    for text in given:
        if not is_utf8(text):
            raise UsageError(f"{text!r} among {where} is not valid UTF-8; type it again.")
    check_templates(templates)
    names = [name for name in (" ".join(text.split()) for text in given) if name]
    if len(names) < 2:
        count = f"Only {names[0]!r} is" if names else "No name is"
        raise UsageError(f'{count} in {where}: give two or more to choose from, such as "chair,table".')
    seen: set[str] = set()
    for name in names:
        if name.lower() in seen:
            raise UsageError(f"The name {name!r} comes twice in {where}: leave one of them out.")
        seen.add(name.lower())
    return Names(tuple(names), tuple(dict.fromkeys(templates)))
