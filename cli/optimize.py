"""``retriever optimize``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import Device, IndexFolder, Memory, Recall, described
from retriever.wording import counted

if TYPE_CHECKING:
    from indexer.ann.optimize import Optimized


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(
        "optimize",
        help=described(
            optimize,
            "retriever optimize",
            "retriever optimize --recall 0.98 --memory 4GB",
            "retriever optimize --recall 1",
        ),
    )(optimize)


def optimize(
    folder: IndexFolder = None,
    recall: Recall = None,
    memory: Memory = None,
    device: Annotated[
        Device, typer.Option("--device", help="Where to build, for example cpu; auto takes a GPU where there is one.")
    ] = Device.auto,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say only what went wrong.")] = False,
) -> None:
    """Build the approximate search of a large index again, tuned on the queries that will come.

    Indexing does this by itself where it pays; afterwards `retriever status` shows the recall measured.
    """
    from cli.output import printable
    from cli.progress import progress
    from indexer.ann.optimize import Wish
    from indexer.ann.optimize import optimize as build
    from retriever.store import find

    at = find(folder)
    with progress(quiet=quiet) as show:
        done = build(at, Wish(recall, memory), device=device, progress=show)
    if not quiet:
        typer.echo(f"{printable(str(at))}: planned in {done.seconds:.1f} s", err=True)
        for line in plans(done):
            typer.echo(line, err=True)


def plans(done: Optimized) -> Iterator[str]:
    """How each modality is searched, and what recall was measured."""
    for modality, recipe in done.plans.items():
        yield f"  {modality}: {recipe.reason}"
        if done.built is None:
            continue
        tuned = [
            one for part in done.built.parts if part.modality == modality for one in part.tuned if one.density == 1
        ]
        for one in tuned:
            how = "" if one.effort.probes else ", which is too little, so that these are searched exactly"
            yield f"    {one.pair}: recall@10 {one.recall:.3f} over {counted(one.queries, 'query', 'queries')}{how}"
