"""``retriever demo``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import described
from cli.output import printable


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(
        "demo",
        no_args_is_help=True,
        help=described(demo, "retriever demo shapes", "retriever demo shapes --per-kind 20"),
    )(demo)


def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write to; made if missing.")],
    per_kind: Annotated[
        int, typer.Option("--per-kind", metavar="N", min=1, help="Shapes of each kind, for example 20.")
    ] = 6,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", min=0, help="Another seed gives other shapes, for example 1.")
    ] = 0,
) -> None:
    """Write a small corpus of parametric shapes with captions, to try things on."""
    from indexer.parametric import write_corpus

    count = write_corpus(folder, per_kind=per_kind, seed=seed)
    typer.echo(
        f"{count:,} shapes written to {printable(str(folder))}; go on with: retriever index {printable(str(folder))}",
        err=True,
    )
