"""``retriever index``."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.indexed import DEFAULT, report
from cli.options import Axis, Device, Memory, Recall, Up, described, option, path
from cli.output import argument

if TYPE_CHECKING:
    from indexer.summary import Summary
    from indexer.updating import Tried

_SETTLED = 2.0  # seconds that a program may take to write a file, between two looks of --watch


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(
        "index",
        no_args_is_help=True,
        help=described(
            index,
            "retriever index ./shapenet",
            "retriever index cad/ scans/bunny.ply --index parts.retriever --up z",
            "retriever index packs/kit.zip packs/cars.zip",
            "retriever index modelnet40_ply_hdf5_2048/*.h5",
            "retriever index ./models --metadata prices.csv --workers 8",
            "retriever index ./models --exclude 'backup/*' --exclude '*.stl'",
            "retriever index ./objaverse --recall 0.98 --memory 4GB",
            "retriever index ./models/chairs --again",
            "retriever index ./kits --no-folder-labels",
            "retriever index ./kits assembly.step --objects",
            "retriever index ./downloads --label",
            "retriever index ./models --watch 30",
        ),
    )(index)


def index(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH",
            parser=path,
            help="Folders, walked to their depths, files, and zip archives and stacks of clouds (.npy, .h5), which are "
            "looked into; for example ./shapenet.",
            show_default=False,
        ),
    ],
    folder: Annotated[
        Path | None,
        typer.Option(
            "--index",
            metavar="DIR",
            parser=path,
            help="Index folder, made if missing; for example parts.retriever.",
            show_default=str(DEFAULT),
        ),
    ] = None,
    space: Annotated[
        str | None,
        option(
            "--space",
            "NAME",
            "Joint embedding space, for example mini; by default the index's own, mini for a new one.",
        ),
    ] = None,
    up: Up = Axis.auto,
    device: Annotated[
        Device,
        typer.Option(
            "--device", help="Where to embed and to build, for example cpu; auto takes a GPU where there is one."
        ),
    ] = Device.auto,
    metadata: Annotated[
        Path | None,
        option(
            "--metadata",
            "FILE",
            "A .csv, .tsv, .jsonl or .parquet with further columns, joined by its column path, file or name; "
            "for example prices.csv with path,price.",
        ),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        option(
            "--exclude",
            "GLOB",
            "Files and folders to leave out, for example 'backup/*' or '*.blend1'; may be repeated. A file "
            ".retrieverignore at the root of a corpus lists more, for every run.",
        ),
    ] = None,
    workers: Annotated[
        int | None,
        option(
            "--workers",
            "N",
            "Processes that read files, for example 4, 256 at most; 0 reads in this one. By default one a core.",
            min=0,
        ),
    ] = None,
    again: Annotated[
        bool,
        typer.Option("--again", help="Read and embed all of it again, also what did not change, under the same ids."),
    ] = False,
    folder_labels: Annotated[
        bool | None,
        typer.Option(
            "--folder-labels/--no-folder-labels",
            help="Whether folders may be classes, such as chairs/, or are topics, such as 'Garden Set'; kept for later "
            "runs. By default as the index has it, and a new one takes them for classes where they look so.",
            show_default=False,
        ),
    ] = None,
    objects: Annotated[
        bool | None,
        typer.Option(
            "--objects/--no-objects",
            help="Whether the objects in a scene, such as a GLB, FBX, BLEND or STEP file, are items as well, such as "
            "kit.glb/Chair.ply; kept for later runs. By default as the index has it, and a new one takes files whole.",
            show_default=False,
        ),
    ] = None,
    label: Annotated[
        bool,
        typer.Option(
            "--label",
            help="Afterwards name what has no label by what it looks like, as `retriever label --write` does: a chair, "
            "or furniture.",
        ),
    ] = False,
    recall: Recall = None,
    memory: Memory = None,
    watch: Annotated[
        float | None,
        option(
            "--watch",
            "SECONDS",
            "Go on, and look again after so many seconds, for example 30, until Ctrl-C; a page of `retriever serve` "
            "beside it follows.",
            min=0.1,
            max=86_400,  # what a clock cannot count is no wait
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say only what went wrong.")] = False,
) -> None:
    """Embed the files of folders into an index, or bring it up to date with them.

    Unchanged files are not read again; files that are gone leave the index.
    An interrupted run goes on where it stopped when the command is repeated.
    A file that cannot be read stops nothing: it is listed, and the exit code is 3.
    """
    from cli.progress import Silent, progress
    from cli.watching import Warned, watching
    from indexer import build
    from indexer.ann.optimize import Wish
    from indexer.labelling import Afterwards

    if folder is None and not quiet and (other := _another()):
        typer.echo(
            f"note: this writes {DEFAULT} here, not {argument(other)} of $RETRIEVER_INDEX, which queries take; "
            f"--index {argument(other)} would write that.",
            err=True,
        )
    folder = folder or DEFAULT
    tried: Tried = {}
    naming = Afterwards(folder) if label else None

    def run(show: Silent, again: bool, settled: float = 0.0) -> Summary:
        with show:
            summary = build.index(
                paths,
                folder,
                space=space,
                up=up,
                device=device,
                metadata=metadata,
                exclude=exclude or (),
                workers=workers,
                again=again,
                folder_labels=folder_labels,
                objects=objects,
                settled=settled,
                tried=tried,
                wish=Wish(recall, memory),
                progress=show,
            )
            if naming:
                naming.run(summary, show)
            return summary

    try:
        with Warned() as warned:
            summary = run(progress(quiet=quiet), again)
            for line in report(summary, folder, quiet=quiet):
                typer.echo(line, err=True)
            if summary.unnamed:
                raise summary.unnamed
            if watch:
                news = partial(_news, folder, quiet)
                look = partial(run, again=False, settled=min(watch, _SETTLED))
                watching(look, news, watch, summary, warned=warned, quiet=quiet)
                return
    except KeyboardInterrupt as interrupt:
        rest = "the same command begins again" if again else "the same command goes on from there"
        typer.echo(f"Interrupted. What was embedded is kept: {rest}.", err=True)
        raise typer.Exit(130) from interrupt
    if summary.failed:
        raise typer.Exit(3)


def _another() -> str | None:
    """The index that the environment names, where that is another than the one written."""
    from retriever.store import layout

    named = os.environ.get(layout.ENVIRONMENT)
    return named if named and Path(named).resolve() != DEFAULT.resolve() else None


def _news(folder: Path, quiet: bool, summary: Summary, last: Summary) -> Iterator[str]:
    """What a later run did, without what was said before."""
    return report(replace(summary, skipped=Counter()), folder, quiet=quiet, said=last.failed)
