"""Terms from what users give, and which of them make sense."""

from __future__ import annotations

import io
import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from retriever import archives
from retriever.errors import FileProblem, UsageError
from retriever.files import expanded
from retriever.query import expression as language
from retriever.query.term import Term
from retriever.types import Modality, is_utf8

Source = str | os.PathLike[str]
Sources = Source | Sequence[Source] | None
"""One value of a keyword, or several."""

Things = Any
"""The same of a keyword that also takes things in memory, which `retriever.loaders.memory` knows."""

IN_MEMORY = {
    "image": "a picture of Pillow or an (h, w, 3) or (h, w, 4) array",
    "audio": "a pair of samples and their rate",
    "shape": "an (n, 3) or (n, 6) array of points, or a mesh of trimesh or Open3D",
    "vector": "an array",
}
"""What may be given in place of a file."""

_OPENERS = {
    "image": "PIL.Image.open(file)",
    "audio": "soundfile.read(file)",
    "shape": 'trimesh.load(file, file_type="glb")',
    "vector": "numpy.load(file)",
}
"""What makes such a thing of an open file, or of bytes in an `io.BytesIO`."""

_WORDS = (Modality.TEXT, "id", *language.CALLS)
"""Kinds whose source is no file."""


def parsed(expression: str | None) -> tuple[Term, ...]:
    """The terms of an expression; one that is nothing but the path of a file asks with that file.

    Raises:
        UsageError: it is no expression, or the path of a file that no term reads.
    """
    if not isinstance(expression, str | None):
        raise UsageError(f"The expression must be a string, not {type(expression).__name__}; files go in shape=.")
    if expression is None:
        return ()
    terms = language.parse(expression)
    if is_bare(expression, terms) and _is_file(terms[0].source):  # typed by many, and found by its words by none
        return (Term(_kind_of_file(terms[0].source), terms[0].source),)
    return terms


def is_bare(expression: str | None, terms: Sequence[Term]) -> bool:
    """Whether an expression that gave `terms` is words alone, without a kind before them."""
    return expression is not None and tuple(terms) == (Term(Modality.TEXT.value, expression.strip()),)


def _kind_of_file(name: str) -> str:
    """The kind of term that reads a file, as `loaders.kind_of` says; raises UsageError where there is none."""
    from retriever.loaders import kind_of

    kind = kind_of(expanded(name))
    if kind is None or kind is Modality.TEXT:
        raise UsageError(
            f'{name} is a file, and none of 3D, a picture or a sound: ask with such a file, or with text:"{name}" for '
            "the words."
        )
    return kind.value


def terms_of(keywords: Mapping[str, Sources], weight: float) -> list[Term]:
    """The keywords' values as terms, in the order of the keywords."""
    return [_term(kind, source, weight) for kind, sources in keywords.items() for source in each(kind, sources)]


def _term(kind: str, source: Any, weight: float) -> Term:
    return Term(kind, os.fspath(source) if isinstance(source, os.PathLike) else source, weight)


def each(name: str, sources: Things) -> Iterator[Any]:
    """The values of a keyword; raises UsageError for what is no string, no path, and no thing in memory of its kind."""
    if sources is None:
        return
    for source in _several(name, sources):
        if not (isinstance(source, str | os.PathLike) or _in_memory(name, source)):
            also = f", {IN_MEMORY[name]}" if name in IN_MEMORY else ""
            raise UsageError(
                f"{name} takes a string, a path{also}, or a sequence of them, not {type(source).__name__}"
                f"{_cure(name, source)}."
            )
        yield source


def _cure(name: str, source: object) -> str:
    if name not in IN_MEMORY:
        return "" if name == Modality.TEXT else "; arrays go in image, audio, shape or vector"
    if isinstance(source, io.BytesIO | bytes | bytearray):
        return f"; open its bytes with {_OPENERS[name].replace('(file', '(io.BytesIO(data)')}"
    return f"; open it with {_OPENERS[name]}" if isinstance(source, io.IOBase) else ""


def _several(name: str, sources: Any) -> Iterable[Any]:
    if isinstance(sources, str | bytes | bytearray | os.PathLike | Mapping | io.IOBase):
        return [sources]
    if name not in IN_MEMORY:
        return sources if isinstance(sources, Iterable) else [sources]
    from retriever.loaders import memory

    try:
        found = memory.listed(name, sources)
    except FileProblem as problem:
        raise UsageError(f"{name} {problem}") from problem
    if not found and hasattr(sources, "__array__"):
        raise UsageError(f"{name} is an array without numbers; leave it out, or give {IN_MEMORY[name]}.")
    return found


def _in_memory(kind: str, source: object) -> bool:
    if kind not in IN_MEMORY:
        return False
    from retriever.loaders import memory

    return memory.knows(kind, source)


def leaves(terms: Iterable[Term]) -> Iterator[Term]:
    """The terms, and in place of a mean those that it is made of."""
    for term in terms:
        if term.kind == "mean":
            for member in language.members(term.source):
                yield from leaves(member)
        else:
            yield term


def check_term(term: Term) -> None:
    """Raise UsageError for a term that cannot be one, whatever the index."""
    if not isinstance(term, Term):
        raise UsageError(f"The term {term!r} is no retriever.Term; write Term('text', 'a chair'), for example.")
    if term.kind not in (*language.KINDS, *language.CALLS):
        kinds = ", ".join((*language.KINDS, *language.CALLS))
        raise UsageError(f"There are no terms of kind {term.kind!r}; the kinds are {kinds}.")
    if not isinstance(term.source, str):
        also = f", {IN_MEMORY[term.kind]}" if term.kind in IN_MEMORY else ""
        kind = type(term.source).__name__
        raise UsageError(f"The source of the {term.kind} term must be a string{also}, not {kind}.")
    if not isinstance(term.weight, int | float | np.integer | np.floating):
        raise UsageError(f"The weight of {term.kind} {term.source!r} must be a number, not {term.weight!r}.")
    if not term.source.strip():
        raise UsageError(f"The {term.kind} term is empty; give it a value or leave it out.")
    if term.kind in _WORDS and not is_utf8(term.source):
        raise UsageError(f"The {term.kind} term {term.source!r} is not valid UTF-8; type it again.")
    if not _counts(term.weight):
        raise UsageError(f"The weight {term.weight} of {term.kind} {term.source!r} must be finite and not zero.")
    if term.kind == "mean":
        for leaf in leaves([term]):
            check_term(leaf)


def _counts(weight: float) -> bool:
    try:
        return weight != 0 and math.isfinite(weight)
    except OverflowError:  # an integer that no float can hold
        return False


def _is_file(name: str) -> bool:
    try:
        return bool(Path(name).suffix) and archives.is_file(expanded(name))
    except (OSError, ValueError):  # too long for a name, or none at all
        return False
