"""``retriever check``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import AsJson, IndexFolder, described
from cli.output import printable, show_facts
from retriever.wording import counted, size

if TYPE_CHECKING:
    from retriever.check import Checked


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(
        "check",
        help=described(check, "retriever check", "retriever check --index parts.retriever", "retriever check --items"),
    )(check)


def check(
    folder: IndexFolder = None,
    items: Annotated[
        bool, typer.Option("--items", help="Print the ids of the items that are to be indexed again, one a line.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read a whole index and compare its checksums: what is damaged, and what to do about it.

    Nothing is written. The exit code is 1 where a file is damaged.
    """
    from retriever.check import check as read
    from retriever.store import find

    found = read(find(folder))
    if as_json:
        typer.echo(json.dumps(asdict(found), default=str))
    elif items:
        for id in found.items:
            typer.echo(printable(id))
    else:
        show_facts(_facts(found))
    for damage in () if as_json else found.damaged:
        typer.echo("error: " + printable(damage.message), err=True)
    if found.damaged:
        raise typer.Exit(1)


def _facts(found: Checked) -> Iterator[tuple[str, str]]:
    yield "index", str(found.folder)
    yield "version", str(found.version)
    yield "read", f"{counted(found.segments, 'segment')}, {size(found.bytes)}"
    if found.without:
        few = f"{len(found.without):,} of {counted(found.segments, 'segment')}"
        yield "no checksums", f"{few}, written by an older version: only what their own formats tell was looked at"
    yield "damaged", counted(len(found.damaged), "file") if found.damaged else "nothing"
