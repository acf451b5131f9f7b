"""``retriever demo``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import described, path
from cli.output import argument, printable
from retriever.wording import counted


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(
        "demo",
        no_args_is_help=True,
        help=described(demo, "retriever demo shapes", "retriever demo shapes --per-kind 20"),
    )(demo)


def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", parser=path, help="Folder to write to; made if missing.")],
    per_kind: Annotated[
        int,
        typer.Option(
            "--per-kind",
            metavar="N",
            min=1,
            help="Shapes of each kind, for example 20; everyday kinds get three times as many.",
        ),
    ] = 4,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", min=0, help="Another seed gives other shapes, for example 1.")
    ] = 0,
) -> None:
    """Write a corpus of parametric shapes with captions, to try things on.

    Beside it, in pictures and sounds, lie files to ask with.
    """
    from cli.progress import progress
    from indexer.demo import write_demo
    from retriever import RetrieverError

    try:
        with progress(quiet=False) as show:
            written = write_demo(folder, per_kind=per_kind, seed=seed, progress=show)
    except OSError as error:
        raise RetrieverError(
            f"The demo cannot be written to {folder} ({error.strerror or error}): name another folder, or free disk "
            "space."
        ) from error
    typer.echo(
        f"{counted(written.shapes, 'shape')}, {counted(written.pictures, 'picture')} and "
        f"{counted(written.sounds, 'sound')} written to {printable(str(folder))}; "
        f"go on with: retriever index {argument(folder)}",
        err=True,
    )
