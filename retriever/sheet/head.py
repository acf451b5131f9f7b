"""The head of a page: what was asked, with its pictures and sounds, and of which index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from retriever.files import expanded
from retriever.loaders import modality_of
from retriever.query.about import About
from retriever.query.expression import format
from retriever.query.request import Query
from retriever.query.shown import by_fused
from retriever.query.term import Term
from retriever.query.terms import leaves
from retriever.sheet.card import FILES, framed, player, source_of, weight_of
from retriever.sheet.look import look
from retriever.sheet.marks import LINE, Markup, joined, tag
from retriever.types import Modality
from retriever.wording import counted

if TYPE_CHECKING:
    from retriever.query.browse import Items
    from retriever.query.hits import Hits

_TOLD = ("terms", "k", "to", "where", "up", "name", "bare", "files")
"""Of a query, what is told otherwise than as an option that was set."""


def title(hits: Hits | Items) -> str:
    """Of the page."""
    from retriever.query.hits import Hits

    return f"{format(hits.terms)} · {_count(hits)}" if isinstance(hits, Hits) else f"Items · {_how_many(hits)}"


def head(hits: Hits | Items) -> Markup:
    """The element `header`, and a line to end it."""
    from retriever.query.hits import Hits

    return _of_hits(hits) if isinstance(hits, Hits) else _of_items(hits)


def _of_items(items: Items) -> Markup:
    """Of a list: how many there are, where they lie, and by what they were chosen and put in order."""
    facts = {
        "in": ", ".join(items.roots),
        "index": f"{items.folder}, version {items.version}",
        "space": items.space,
        "filter": tag("code", items.asked["where"]) if items.asked.get("where") else "",
        "kind": items.asked.get("to", ""),
        "order": items.asked.get("sort", ""),
    }
    told = [tag("div", tag("dt", name), tag("dd", value)) for name, value in facts.items() if value]
    return joined(
        tag("header", tag("h1", "Items"), tag("p", _how_many(items), class_="count"), tag("dl", *told)),
        LINE,
    )


def _how_many(items: Items) -> str:
    part = f"{len(items):,} of " if len(items) < items.total else ""
    return f"{part}{counted(items.total, 'item')}"


def _of_hits(hits: Hits) -> Markup:
    terms = [_term(term, hits.about, first=not place) for place, term in enumerate(hits.terms)]
    facts = [tag("div", tag("dt", name), tag("dd", value)) for name, value in _facts(hits)]
    order = by_fused(hits)
    return joined(
        tag(
            "header",
            tag("h1", *terms, aria_label=f"Hits for {format(hits.terms)}"),
            tag("p", _count(hits), class_="count"),
            tag("dl", *facts),
            tag("p", order, class_="order") if order else "",
        ),
        LINE,
    )


def _count(hits: Hits) -> str:
    return f"{len(hits):,} {'hit' if len(hits) == 1 else 'hits'}"


def _term(term: Term, about: About | None, *, first: bool) -> Markup:
    """A term with its sign and weight, as it was written, and the files that it asks with."""
    minus = term.weight < 0
    sign = "−" if minus else "" if first else "+"
    weight = weight_of(term)
    looks, players = [], []
    for source, path in _asked_with(term, about):
        seen = look(path, up=about.axes.get(source, "auto") if about else "auto")
        looks.append(framed(seen, path, f"Asked with {path.name}"))
        if seen.there and modality_of(path) is Modality.AUDIO:
            players.append(player(path, f"Play {path.name}"))
    return tag(
        "span",
        tag("span", sign, class_="sign") if sign else "",
        tag("span", weight, class_="weight") if weight else "",
        *looks,
        tag("span", tag("span", source_of(term)), *players, class_="words"),
        class_="term minus" if minus else "term",
    )


def _asked_with(term: Term, about: About | None) -> Iterator[tuple[str, Path]]:
    """What a term calls a file, and its place, also of those that a mean is made of."""
    for leaf in leaves([Term(term.kind, term.source)]):
        if leaf.kind == "id":
            if about is not None and leaf.source in about.files:
                yield leaf.source, about.files[leaf.source]
        elif leaf.kind in FILES and modality_of(path := Path(leaf.source)):  # else it was given in memory
            yield leaf.source, expanded(path).absolute()


def _facts(hits: Hits) -> Iterator[tuple[str, Markup | str]]:
    """Names and values: where the hits lie, the index, the filter, and the options that were set."""
    roots = sorted({hit.root for hit in hits})
    if roots:
        yield "in", ", ".join(roots)
    if hits.about is not None:
        yield "index", f"{hits.about.folder}, version {hits.about.version}"
    yield "space", hits.space
    if hits.about is not None:
        query = hits.about.query
        if query.where:
            yield "filter", tag("code", query.where)
        if query.to:
            yield "looked for", str(query.to)
        yield from (("option", tag("code", option)) for option in _options(query))


def _options(query: Query) -> Iterator[str]:
    """As they are written on the command line, those that are not as usual."""
    usual = {field.name: field.default for field in fields(Query)}
    for name, value in usual.items():
        given = getattr(query, name)
        if name not in _TOLD and given != value:
            option = f"--{name.replace('_', '-')}"
            yield option if given is True else f"{option} {given}"
