"""How the answer to ``retriever query`` is delivered, and what is noted beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from cli.hits import show_hits, show_reasons
from cli.output import argument, printable
from retriever.query.expression import format
from retriever.types import Modality
from retriever.wording import counted

if TYPE_CHECKING:
    from pathlib import Path

    from retriever import Hits, Index


_LESS = -0.3
"""A weight with which a minus term that is like the others leaves enough of them; docs/query.md says of which pairs."""


def deliver(hits: Hits, *, as_json: bool, as_csv: bool, parquet: Path | None, page: Path | None, explain: bool) -> None:
    """Writes or prints the hits, in the one form that was asked for."""
    if as_json:
        typer.echo(hits.to_json(explain=explain))
    elif as_csv:
        typer.echo(hits.to_csv(), nl=False)
    elif parquet is not None:
        hits.to_parquet(parquet)
        typer.echo(f"{counted(len(hits), 'hit')} written to {printable(str(parquet))}", err=True)
    elif page is not None:
        from cli.progress import progress

        with progress(quiet=False) as told:
            hits.save_html(page, told)
        typer.echo(f"{counted(len(hits), 'hit')} written to {printable(str(page))}", err=True)
    elif len(hits):
        show_hits(hits)
        if explain:
            show_reasons(hits)
    else:
        typer.echo("No item qualifies.", err=True)


def notes(hits: Hits, index: Index, expression: str | None, *, center: bool, where: str | None = None) -> Iterator[str]:
    """What to say of a question that could have been meant otherwise, or was not answered in full.

    Args:
        hits: the answer.
        index: that gave it.
        expression: as typed.
        center: whether means were to be taken off.
        where: the condition, if no kind of items was named.
    """
    if expression and (note := _how_read(expression, hits)):
        yield note
    if center and (absent := {term.kind for term in hits.terms} & set(Modality) - set(index.snapshot.modalities())):
        yield f"not centred, as the index holds none: {', '.join(sorted(absent))}"
    if note := _taken_away(hits):
        yield note
    if where and not hits and (others := _of_other_kinds(index, where)):
        what = "item of another kind fulfils" if others == 1 else "items of other kinds fulfil"
        yield f"{others:,} {what} the condition; to find those too, add --to any"


def _taken_away(hits: Hits) -> str:
    """What to say where a minus term leaves little of what is asked for; empty for other questions."""
    if all(term.weight > 0 for term in hits.terms) or hits.about is None or hits.about.taken_away is None:
        return ""
    place, left = hits.about.taken_away
    less = [replace(term, weight=_LESS) if number == place else term for number, term in enumerate(hits.terms)]
    wanted = format([term for term in hits.terms if term.weight > 0])
    return (
        f"{format([hits.terms[place]])} takes most of {wanted} away, whose cosine with what is left is {left:.2f}: a "
        f"smaller weight, as in {format(less)}, or --minus project leaves more of it"
    )


def _of_other_kinds(index: Index, where: str) -> int:
    """How many items fulfil a condition, if none of those does that are looked for by default."""
    if index.browse(to=None, where=where, k=1).total:
        return 0
    return index.browse(where=where, k=1).total


def say_best(hits: Hits, wanted: float) -> None:
    """Says how sure the first hit would have been, where none is as sure as `wanted`."""
    if hits and (best := hits[0].confidence) is not None:
        typer.echo(f"note: the first hit has a confidence of {best:.2f}, below {wanted:g}", err=True)


def _how_read(expression: str, hits: Hits) -> str:
    """What to say of an expression that could have been meant otherwise; empty for others."""
    from retriever.query.naming import may_name

    words, first = expression.strip(), hits.terms[0]
    if first.source != words:
        return ""
    if first.kind != "text":
        return f"asked with --{first.kind} {argument(words)}; to search for the words, give --text {argument(words)}"
    if _is_folder(words):
        return f"{argument(words)} is a folder, and was searched as words; to ask with a file of it, name that"
    if may_name(words):
        return f"there is no file and no item {argument(words)}, so that was searched as words"
    if len(hits.terms) == 1 and any(word in f" {words} " for word in (" - ", " + ", " not ", " without ")):
        return 'that was searched as one text; to take something away, add --minus-text "..."'
    return ""


def _is_folder(words: str) -> bool:
    """Whether words are the path of a folder; a bare name, such as chair, is likely meant as it reads."""
    from retriever.files import expanded

    try:
        return ("/" in words or words.startswith((".", "~"))) and expanded(words).is_dir()
    except (OSError, ValueError):  # too long for a name, or none at all
        return False
