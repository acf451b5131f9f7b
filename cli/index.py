"""``retriever index``."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.optimize import plans
from cli.options import Axis, Device, Memory, Recall, Up, described, option, path
from cli.output import argument, failures_command, printable
from retriever.wording import counted

if TYPE_CHECKING:
    from indexer.summary import Summary
    from indexer.updating import Tried
    from retriever.store import Failure

_DEFAULT = Path(".retriever")
_SETTLED = 2.0  # seconds that a program may take to write a file, between two looks of --watch
_SHOWN = 5  # failures with their path in the summary
_MEANS = {
    "sidecar": "captions, JSON and previews, which belong to other files",
    "excluded": "files and folders that --exclude or a .retrieverignore leaves out",
    "an index": "folders that are an index themselves",
    "companion": "materials, buffers and textures, which belong to other files",
}
"""Reasons of `indexer.scan` that need more words."""


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
            show_default=str(_DEFAULT),
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

    if folder is None and not quiet and (other := _another()):
        typer.echo(
            f"note: this writes {_DEFAULT} here, not {argument(other)} of $RETRIEVER_INDEX, which queries take; "
            f"--index {argument(other)} would write that.",
            err=True,
        )
    folder = folder or _DEFAULT
    tried: Tried = {}

    def run(show: Silent, again: bool, settled: float = 0.0) -> Summary:
        with show:
            return build.index(
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

    try:
        with Warned() as warned:
            summary = run(progress(quiet=quiet), again)
            for line in _report(summary, folder, quiet=quiet):
                typer.echo(line, err=True)
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
    return named if named and Path(named).resolve() != _DEFAULT.resolve() else None


def _news(folder: Path, quiet: bool, summary: Summary, last: Summary) -> Iterator[str]:
    """What a later run did, without what was said before."""
    return _report(replace(summary, skipped=Counter()), folder, quiet=quiet, said=last.failed)


def _report(summary: Summary, folder: Path, *, quiet: bool, said: Collection[Failure] = ()) -> Iterator[str]:
    if not quiet:
        yield from _done(summary, folder)
    known = set(said)
    if failed := [failure for failure in summary.failed if failure not in known]:
        named = None if folder == _DEFAULT else folder
        yield f"  failed {len(failed):,}:"
        for failure in failed[:_SHOWN]:
            path = Path(summary.roots[failure.root]) / failure.path
            yield f"    {printable(str(path))} {printable(failure.message)}"
        if len(failed) > _SHOWN:
            yield f"    and {len(failed) - _SHOWN:,} more, see: {failures_command(named)}"


def _done(summary: Summary, folder: Path) -> Iterator[str]:
    """What went well, and what was left out."""
    from indexer.skipped import told

    yield f"{printable(str(folder))}: {_counts(summary)} in {summary.seconds:.1f} s"
    if summary.failed and not (summary.embedded or summary.reused or summary.updated or summary.unchanged):
        yield f"  nothing was indexed: {_none_read(len(summary.failed))}"
    if summary.optimized:
        yield from plans(summary.optimized)
    if summary.recovered:
        yield f"  recovered {summary.recovered:,} of them from a run that was interrupted"
    for old, new in summary.moved.items():
        yield f"  {printable(old)} is {printable(new)} now: its items moved along"
    if summary.reused:  # copies of what the index knows: perhaps a corpus that moved
        for root in summary.absent:
            cure = f"if it moved, `retriever remove {argument(root)}` forgets its old place"
            yield f"  {printable(root)} is not there now; {cure}"
    yield from _turned(summary)
    if summary.dropped:
        labels = counted(summary.dropped, "guessed label")
        yield f"  {labels} dropped, as the file of each changed, stands on another axis, or has a label of its own now"
    for count, reason in told(summary.skipped):
        if reason == "hidden":  # as in every listing of files: not worth a line
            continue
        yield f"  skipped {count:,}: {_MEANS.get(reason, printable(reason))}"


def _turned(summary: Summary) -> Iterator[str]:
    """Formats whose files were taken to stand on another axis than is usual."""
    for each in summary.turned:
        yield f"  {each.told(f' of {printable(summary.roots[each.root])}')}"


def _none_read(files: int) -> str:
    """Of a run that ended without a single item."""
    return "its only file could not be read" if files == 1 else f"none of its {files:,} files could be read"


def _counts(summary: Summary) -> str:
    objects = f" and {counted(summary.objects, 'object')}" if summary.objects else ""
    counts = {
        f"embedded{objects}": summary.embedded,
        "reused": summary.reused,
        "updated": summary.updated,
        "removed": summary.removed,
        "unchanged": summary.unchanged,
    }
    always = {f"embedded{objects}", "unchanged"}
    return ", ".join(f"{count:,} {what}" for what, count in counts.items() if count or what in always)
