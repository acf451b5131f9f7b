"""The vocabulary's terms: outlines of names, synonyms and kinds, read into a graph.

The files of ``words/`` read like a taxonomy (in the manner of WordNet, Miller 1995). A line names a term; deeper lines
are kinds of it:

    vehicle = means of transport
      car = automobile, motor car
        sedan = saloon car | sedan sports; jeep

``=`` starts synonyms, ``|`` spellings that are understood but never added to a caption, and ``;`` parts terms without
kinds of their own. A term may stand at several places and is then a kind of all of them. ``?`` marks a word with more
than one sense; each place where such a name stands is a sense of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files


@dataclass(eq=False)
class Term:
    """One sense of a word.

    Attributes:
        name: as a person writes it.
        synonyms: other names that hold for it, commonest first.
        spellings: further ways to write it that nobody would search for.
        parents: what it is a kind of.
    """

    name: str
    synonyms: list[str] = field(default_factory=list)
    spellings: list[str] = field(default_factory=list)
    parents: list[Term] = field(default_factory=list)

    @property
    def words(self) -> tuple[str, ...]:
        """Every way to write it, the name first."""
        return (self.name, *self.synonyms, *self.spellings)

    def ancestors(self) -> list[Term]:
        """What it is a kind of, nearest first."""
        found = dict.fromkeys(self.parents)
        for term in (queue := list(found)):
            queue.extend(parent for parent in term.parents if parent not in found)
            found.update(dict.fromkeys(term.parents))
        return list(found)


@dataclass(frozen=True)
class Outline:
    """All terms.

    Attributes:
        terms: in the order of the files.
        senses: for each word as `key` writes it, the terms it may mean.
        unclear: the words that mean several things or were marked so.
    """

    terms: list[Term]
    senses: dict[str, list[Term]]
    unclear: frozenset[str]


def key(words: str) -> str:
    """A word as it is looked up: lower case, hyphens and apostrophes gone."""
    return " ".join(words.lower().replace("-", " ").replace("'", " ").split())


def parse(texts: list[str]) -> Outline:
    """Read outlines.

    Raises:
        ValueError: a line is indented below one that names several terms, or deeper than one step.
    """
    terms: dict[object, Term] = {}
    unclear: set[str] = set()
    for text in texts:
        path: list[list[Term]] = []
        for depth, entries in _lines(text):
            if depth > len(path) or (depth and len(path[depth - 1]) > 1):
                raise ValueError(f"{entries[0]!r} must stand one step below a line of its own parent")
            above = path[depth - 1] if depth else []
            path[depth:] = [[_add(terms, unclear, entry) for entry in entries]]
            for term in path[depth]:
                term.parents.extend(parent for parent in above if parent is not term and parent not in term.parents)
    return _lookup(list(terms.values()), unclear)


@lru_cache(maxsize=1)
def load() -> Outline:
    """The outlines that the package brings along."""
    folder = files("indexer.vocabulary") / "words"
    return parse([file.read_text("utf-8") for file in sorted(folder.iterdir(), key=lambda file: file.name)])


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """(depth, entries) of every line."""
    for line in text.splitlines():
        if line.strip():
            depth, rest = divmod(len(line) - len(line.lstrip()), 2)
            if rest:
                raise ValueError(f"{line!r} must be indented by steps of two spaces")
            yield depth, [entry.strip() for entry in line.split(";")]


def _add(terms: dict[object, Term], unclear: set[str], entry: str) -> Term:
    """The term of one entry such as ``jet plane = jet?, jet aircraft | jets``, new or extended."""
    named, _, rest = entry.partition("|")
    first, _, others = named.partition("=")
    words = [[word.strip() for word in part.split(",") if word.strip()] for part in (first, others, rest)]
    unclear.update(key(word[:-1]) for part in words for word in part if word.endswith("?"))
    (name,), synonyms, spellings = ([word.removesuffix("?") for word in part] for part in words)
    term = terms.setdefault(len(terms) if words[0][0].endswith("?") else name, Term(name))
    term.synonyms.extend(word for word in synonyms if word not in term.synonyms)
    term.spellings.extend(word for word in spellings if word not in term.spellings)
    return term


def _lookup(terms: list[Term], unclear: set[str]) -> Outline:
    """Words -> terms. A name beats a synonym; a synonym of several terms is unclear."""
    named: dict[str, list[Term]] = {}
    others: dict[str, list[Term]] = {}
    for term in terms:
        named.setdefault(key(term.name), []).append(term)
        for word in dict.fromkeys(map(key, term.words[1:])):
            others.setdefault(word, []).append(term)
    senses = {word: named.get(word, []) + others.get(word, []) for word in {**named, **others}}
    for word in senses:
        if word in named and word not in unclear:
            senses[word] = named[word]
        elif word not in unclear and len(senses[word]) > 1:
            unclear.add(word)
    return Outline(terms, senses, frozenset(unclear))
