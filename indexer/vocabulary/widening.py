"""What else a thing may be called: synonyms and hypernyms for the captions of shapes, pictures and sounds.

A free name says one thing about a shape ("sedan"); people search, and data sets label, with other words ("car",
"vehicle"). `widen` adds those that hold. It keeps quiet where a name could mean several things.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.resources import files

from indexer.vocabulary.outline import Outline, Term, key, load

MOST_ADDED = 8
_OWN_SYNONYMS = 3
_AFTER_HEAD = re.compile(
    "with|without|of|in|on|for|at|under|from|by|between|against|over|around|behind|above|below|beside|that|which|whose|"
    "having|standing|walking|sitting|running|waving|lying|raising|wearing|holding|swimming|jumping|flying|grazing|perched|"
    "made|seen"
)
_COUNTED = re.compile(r"^(?:stack|pile|pair|group|set|bunch|slice|piece|row|view|side view) of ")
_DENYING = {"non", "not", "no", "without"}
"""A word beside which a name may be none of what it ends with: non wheel chair."""
_ARTICLE = re.compile(r"^(?:a|an|the|one|two|three|some) ")


def widen(captions: Sequence[str]) -> tuple[str, ...]:
    """The captions of one thing and what else it may be called.

    Args:
        captions: lower-case names ("tree pine tall") or phrases with an article ("a round table with three legs").

    Returns:
        The captions as given, then at most `MOST_ADDED` further names: synonyms, then hypernyms from close to general.
        Nothing is added for words of several senses unless another caption tells which one is meant.
    """
    outline = load()
    given = [key(caption) for caption in captions]
    words = list(dict.fromkeys(filter(None, _matched(outline, captions, given))))
    clear = [outline.senses[word][0] for word in words if word not in outline.unclear]
    phrases = {
        word: term for word in words if " " in word and word not in outline.unclear for term in outline.senses[word]
    }
    clear = [term for term in clear if not _is_shadowed(term, phrases)]
    unclear = [word for word in words if word in outline.unclear]
    terms = clear + [term for word in unclear for term in _backed(outline, word, clear, given)]
    return (*captions, *_choose(terms, given))


@lru_cache(maxsize=4096)
def kinds(name: str) -> tuple[str, ...]:
    """A name and what it is a kind of, nearest first; the name alone where it is unknown or could mean several things.

    A name of several words is a kind of what the last ones of its head name: a golf cart is a cart, and a lamp on a
    table a lamp. One that differs from the vocabulary's in case or hyphens alone is spelled as there. Classes of data
    sets have underscores between their words: alarm_clock.
    """
    outline, words = load(), key(name.replace("_", " ")).split()
    head = words[: _head_end(words, _spans(outline, words))]
    word = "" if _DENYING & {*words} else _ending_at(outline, head)
    if not word or word in outline.unclear:
        return (name,)
    term = outline.senses[word][0]
    above = dict.fromkeys(each.name for each in (term, *term.ancestors()))
    return tuple(above) if key(term.name) == key(name) else (name, *above)


def meant(captions: Sequence[str]) -> list[Term]:
    """Every term that the captions of one thing may name, whatever the sense; none where they name nothing known."""
    outline = load()
    words = _matched(outline, captions, [key(caption) for caption in captions])
    return list(dict.fromkeys(term for word in words if word for term in outline.senses[word]))


def related(word: str) -> tuple[str, ...]:
    """Synonyms, then hypernyms of one word or name; empty where it is unknown or could mean several things."""
    return widen((word,))[1:]


def _choose(terms: Sequence[Term], given: Iterable[str]) -> list[str]:
    """Names to add: the `MOST_ADDED` that matter most, in the order close to general."""
    above = {ancestor for term in terms for ancestor in term.ancestors()}
    terms = [term for term in dict.fromkeys(terms) if term not in above]
    offers: list[tuple[int, str]] = []
    for term in terms:
        offers += [
            (0 if i == 0 else 1 if i < _OWN_SYNONYMS else 4, word) for i, word in enumerate((term.name, *term.synonyms))
        ]
    for step, ancestor in _by_nearness(terms):
        offers.append((0, ancestor.name))
        offers += [(2 if step == 0 and i == 0 else 3, word) for i, word in enumerate(ancestor.synonyms[:2])]
    seen = set(given)
    fresh = []
    for rank, word in offers:
        if key(word) not in seen:
            seen.add(key(word))
            fresh.append((rank, word))
    kept = sorted(range(len(fresh)), key=lambda i: (fresh[i][0], i))[:MOST_ADDED]
    return [fresh[i][1] for i in sorted(kept)]


def _by_nearness(terms: Sequence[Term]) -> list[tuple[int, Term]]:
    """(steps, ancestor) of all terms, nearest first, each once."""
    steps: dict[Term, int] = {}
    for term in terms:
        for i, ancestor in enumerate(term.ancestors()):
            steps[ancestor] = max(i, steps.get(ancestor, 0))
    return [(step, term) for term, step in sorted(steps.items(), key=lambda item: item[1])]


def _is_shadowed(term: Term, phrases: dict[str, Term]) -> bool:
    """Whether another caption shows the term's word to be but a part of a name: table in table lamp."""
    word = key(term.name)
    return any(
        word in phrase.split() and term is not other and term not in other.ancestors()
        for phrase, other in phrases.items()
    )


def _backed(outline: Outline, word: str, clear: Sequence[Term], given: Sequence[str]) -> list[Term]:
    """The one sense of an unclear word that the other captions speak for, or none."""
    said = {text for text in given if text != word}
    backed = []
    for term in outline.senses[word]:
        line = term.ancestors()
        known = any(other is term or other in line or term in other.ancestors() for other in clear)
        if known or any(key(synonym) in said for synonym in term.words):
            backed.append(term)
    return backed if len(backed) == 1 else [term for term in backed if key(term.name) == word][:1]


def _matched(outline: Outline, captions: Sequence[str], given: Sequence[str]) -> list[str]:
    """The known word of each caption, as `_match` has it."""
    return [_match(outline, caption, {*given} - {text}) for caption, text in zip(captions, given, strict=True)]


def _match(outline: Outline, caption: str, others: set[str]) -> str:
    """The known word for what a caption names, "" for none; a word of several senses is given as it is."""
    text = key(caption.split(",")[0])
    phrase = _ARTICLE.sub("", text)
    words = _COUNTED.sub("", phrase).split()
    words = words[: _head_end(words, _spans(outline, words))]
    if phrase != text:
        return _ending_at(outline, words)
    return _match_free(outline, words, others)


def _match_free(outline: Outline, words: list[str], others: set[str]) -> str:
    """The word for a free name, where what it is may come first: "tree pine tall", "table coffee", "car taxi"."""
    bare = list(words)
    while len(bare) > 1 and bare[-1] in _qualifiers() and " " not in _ending_at(outline, bare):
        bare.pop()
    last = _ending_at(outline, bare)
    first = _starting_at(outline, bare)
    if first and last and first != last and not last.endswith(f" {first}"):
        return _first_or_last(outline, first, last, others)
    return last or (first if " " in first else _ending_at(outline, words))


def _first_or_last(outline: Outline, first: str, last: str, others: set[str]) -> str:
    """Which of two known words names the thing: English puts it last, kits of models often first."""
    if (turned := f"{last} {first}") in outline.senses and " " not in last:
        return turned
    general, special = outline.senses[first], outline.senses[last]
    if any(term in other.ancestors() for term in special for other in general):
        return first
    if any(term in other.ancestors() for term in general for other in special):
        return last
    return first if first in others and last not in others else last


def _starting_at(outline: Outline, words: list[str]) -> str:
    """The longest known word or phrase that starts the words, leading qualifiers aside; "" for none."""
    while len(words) > 1 and words[0] in _qualifiers():
        words = words[1:]
    phrases = (" ".join(words[:end]) for end in range(len(words), 0, -1))
    return next((phrase for phrase in phrases if phrase in outline.senses), "")


def _ending_at(outline: Outline, words: list[str]) -> str:
    """The longest known word or phrase that ends the words, singular or plural; "" for none."""
    for start in range(len(words)):
        for ending in _singulars(words[start:]):
            if ending in outline.senses:
                return ending
    return ""


def _singulars(words: list[str]) -> list[str]:
    """The phrase as it is, then with its last word taken for a plural."""
    phrase = " ".join(words)
    forms = [phrase]
    if phrase.endswith("ies"):
        forms.append(phrase[:-3] + "y")
    if phrase.endswith("ves"):
        forms.extend((phrase[:-3] + "f", phrase[:-3] + "fe"))
    if phrase.endswith("es"):
        forms.append(phrase[:-2])
    if phrase.endswith("s") and not phrase.endswith("ss"):
        forms.append(phrase[:-1])
    return forms


def _spans(outline: Outline, words: list[str]) -> set[int]:
    """Positions of words inside a known phrase, which no preposition may cut: chest of drawers."""
    inside: set[int] = set()
    for start in range(len(words)):
        for end in range(start + 2, min(len(words), start + 5) + 1):
            if " ".join(words[start:end]) in outline.senses:
                inside.update(range(start + 1, end))
    return inside


def _head_end(words: list[str], inside: set[int]) -> int:
    """Where the head of a phrase ends: before "with", "of", "standing" and the like."""
    return next(
        (i for i, word in enumerate(words) if i and i not in inside and _AFTER_HEAD.fullmatch(word)), len(words)
    )


@lru_cache(maxsize=1)
def _qualifiers() -> frozenset[str]:
    text = (files("indexer.vocabulary") / "qualifiers.txt").read_text("utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())
