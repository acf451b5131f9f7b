"""A card of one hit or item."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from retriever import archives
from retriever.loaders import modality_of
from retriever.query.expression import format, members
from retriever.query.hit import Hit
from retriever.query.shown import measured, named, reordered
from retriever.query.term import Term
from retriever.sheet.look import Look, look, lying
from retriever.sheet.marks import LINE, Markup, address, escaped, joined, tag
from retriever.types import Modality

if TYPE_CHECKING:
    from retriever.query.browse import Items
    from retriever.query.hits import Hits
    from retriever.query.item import Item

FILES = (Modality.SHAPE, Modality.IMAGE, Modality.AUDIO)
"""Kinds of terms whose source is a file that can be looked at."""

_PICTURED = {Modality.SHAPE: "3D model", Modality.IMAGE: "Picture", Modality.AUDIO: "Waveform of the sound"}


def cards(hits: Hits | Items) -> Iterator[Markup]:
    """A list element for each hit or item, in their order."""
    from retriever.query.hits import Hits

    return _of_hits(hits) if isinstance(hits, Hits) else _of_items(hits)


def _of_items(items: Items) -> Iterator[Markup]:
    for number, item in enumerate(items, 1):
        yield _card(item, f"item-{number}", tag("h2", tag("span", named(item), class_="name")), items.several_roots)


def _of_hits(hits: Hits) -> Iterator[Markup]:
    best = max([1e-9, *(hit.score for hit in hits)])
    largest = max([1e-9, *(abs(share) for hit in hits for share in hit.shares)])
    by_fused = reordered(hits)
    for hit in hits:
        head = joined(_line(hit), _bar(hit.score / best))
        shares = _shares(hits.terms, hit, largest) if len(hits.terms) > 1 else ""
        yield _card(hit, f"hit-{hit.rank}", head, hits.several_roots, _told(hit, by_fused=by_fused), shares)


def _card(
    item: Hit | Item, id: str, head: Markup, whole: bool, told: Mapping[str, str] | None = None, shares: str = ""
) -> Markup:
    """A picture, and behind it what there is to say.

    Args:
        item: what it shows.
        id: of the element.
        head: its heading.
        whole: whether a path alone may not say which file is meant.
        told: classes and texts of facts that a question adds.
        shares: what each term adds.
    """
    seen = look(item.file, up=_up(item), preview=_preview(item))
    parts = [
        framed(seen, item.file, f"{_PICTURED.get(item.modality, '')} {named(item)}, {item.path}"),
        _heard(item, seen),
        tag(
            "div",
            head,
            _path(item, seen, whole=whole),
            _facts({**(told or {}), "": measured(item, faces=" faces", points=" points")}),
            tag("p", str(item.metadata["caption"]), class_="caption") if item.metadata.get("caption") else "",
            shares,
            class_="text",
        ),
    ]
    return joined(tag("li", *parts, class_="card", id=id), LINE)


def framed(seen: Look, file: Path, alt: str) -> Markup:
    """The look of a file; a picture leads to the file."""
    if seen.picture:
        picture = tag("img", src=seen.picture, alt=alt.strip(), decoding="async")
        kind = "look sound" if modality_of(file) is Modality.AUDIO else "look"
        return tag("a", picture, class_=kind, href=address(file), tabindex="-1")
    if seen.words:
        return tag("div", tag("p", escaped(seen.words, keep="\n\t")), class_="look note")
    return tag("div", tag("p", seen.problem), class_="look problem")


def _heard(hit: Hit | Item, seen: Look) -> str:
    if hit.modality is not Modality.AUDIO or not seen.there:
        return ""
    return player(hit.file, f"Play {named(hit)}")


def player(file: Path, label: str) -> Markup:
    """Plays a sound, nothing of which is read before; nothing for one in an archive, where no browser finds it."""
    if archives.holder(file):
        return Markup()
    return tag("audio", controls=True, preload="none", src=address(file), aria_label=label)


def _line(hit: Hit) -> Markup:
    score = tag("span", signed(f"{hit.score:.3f}"), class_="score", title="score: the cosine, higher is better")
    return tag("h2", tag("span", str(hit.rank), class_="rank"), tag("span", named(hit), class_="name"), score)


def _bar(share: float) -> Markup:
    """How long a score is beside the best one; the number says the same."""
    return tag("div", tag("i", style=f"width:{100 * max(0.0, share):.1f}%"), class_="bar", aria_hidden="true")


def _path(hit: Hit | Item, seen: Look, *, whole: bool) -> Markup:
    folder, _, name = (str(hit.file) if whole else hit.path).rpartition("/")
    path = joined(tag("span", f"{folder}/", class_="folder") if folder else "", name)
    inside = tag("a", path, href=address(hit.file)) if seen.there else path
    return tag("p", inside, class_="path", title=str(hit.file))


def _told(hit: Hit, *, by_fused: bool) -> dict[str, str]:
    """How sure a match is, and what was folded under it."""
    return {
        "sure": "" if hit.confidence is None else f"{hit.confidence:.0%} sure",
        "fused": f"fused {hit.fused:.4f}" if by_fused and hit.fused is not None else "",
        "alike": f"+{hit.repeats} alike" if hit.repeats else "",
    }


def _facts(facts: Mapping[str, str]) -> Markup:
    """Texts by their classes, but for empty ones."""
    return tag("ul", *(tag("li", text, class_=name) for name, text in facts.items() if text), class_="facts")


def _shares(terms: tuple[Term, ...], hit: Hit, largest: float) -> Markup:
    """What each term adds to the score."""
    rows = []
    for term, share in zip(terms, hit.shares, strict=True):
        bar = tag("i", style=f"width:{100 * abs(share) / largest:.1f}%")
        rows.append(
            tag(
                "li",
                tag("span", brief(term), class_="term", title=format([term])),
                tag("span", bar, class_="bar", aria_hidden="true"),
                tag("span", signed(f"{share:+.3f}"), class_="share"),
                class_="minus" if share < 0 else "plus",
            )
        )
    return tag("ul", *rows, class_="shares", aria_label="What each term adds to the score")


def signed(number: str) -> str:
    """A number with a minus as wide as a plus."""
    return number.replace("-", "−")


def brief(term: Term) -> str:
    """A term in a few words: sign, weight and what it asks with."""
    return " ".join(filter(None, ("−" if term.weight < 0 else "", weight_of(term), source_of(term))))


def weight_of(term: Term) -> str:
    """Its weight without its sign; empty for 1."""
    return "" if abs(term.weight) == 1 else f"{abs(float(term.weight)):g} ×"


def source_of(term: Term) -> str:
    """Words in quotes, a file by its name, a mean by its members, and anything else as an expression has it."""
    if term.kind == Modality.TEXT:
        return f"“{term.source}”"
    if term.kind in FILES:
        return Path(term.source).name
    if term.kind == "mean":
        return (
            f"mean({', '.join(' + '.join(map(brief, member)).replace('+ −', '−') for member in members(term.source))})"
        )
    return format([Term(term.kind, term.source)])


def _up(hit: Hit | Item) -> str:
    up = hit.metadata.get("up")
    return up if isinstance(up, str) and up in ("x", "y", "z") else "auto"


def _preview(hit: Hit | Item) -> Path | None:
    return lying(hit.root, hit.metadata.get("preview"), Modality.IMAGE)
