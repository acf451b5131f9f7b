"""``retriever align``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import Axis, Device, Up, described, option, path
from cli.output import argument, printable
from retriever import archives
from retriever.wording import counted

if TYPE_CHECKING:
    from cli.progress import Silent
    from indexer.align.own.report import Report, TowerReport

_SHOWN = 5  # failures with their path in the summary


class Tower(StrEnum):
    """Values of ``--modality``."""

    shape = "shape"
    image = "image"
    audio = "audio"


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(
        "align",
        no_args_is_help=True,
        help=described(
            align,
            "retriever align ./my-shapes --from mini --into mine",
            "retriever align pairs.parquet --into mine --minutes 30 --device cuda",
            "retriever align ./photos --into mine --modality image --steps 2000 --seed 1",
        ),
    )(align)


def align(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="SOURCE",
            parser=path,
            help="A folder, labelled as for retriever index (class folders, captions beside the files, metadata); or a "
            ".csv, .tsv, .jsonl or .parquet with the columns path and label or caption. For example ./my-shapes.",
            show_default=False,
        ),
    ],
    into: Annotated[
        str,
        option("--into", "NAME", "The space that comes out, for example mine."),
    ],
    start: Annotated[
        str, typer.Option("--from", metavar="NAME", help="The space to start from, for example mini.")
    ] = "mini",
    modality: Annotated[
        list[Tower] | None,
        option(
            "--modality",
            "shape|image|audio",
            "Train this tower only, for example shape; may be repeated. By default all that there are files for.",
        ),
    ] = None,
    steps: Annotated[
        int | None,
        option("--steps", "N", "Steps of each tower, for example 2000; by default by the number of files.", min=1),
    ] = None,
    minutes: Annotated[
        float | None,
        option("--minutes", "N", "Time to train for in all, instead of --steps; for example 15.", min=0),
    ] = None,
    batch: Annotated[int, typer.Option("--batch", metavar="N", min=2, help="Files a step, for example 64.")] = 96,
    rate: Annotated[
        float, typer.Option("--rate", metavar="X", min=0, max=1, help="Peak learning rate, for example 0.0005.")
    ] = 1e-3,
    holdout: Annotated[
        float,
        typer.Option(
            "--holdout",
            metavar="SHARE",
            min=0,
            max=0.9,
            help="Share of each class that is not trained on, and on which is chosen what there is to choose; for "
            "example 0.2. Files marked as val, in a column split or by their folders, are taken instead where there "
            "are any. On files marked as test nothing is chosen: they tell at the end how good the result is.",
        ),
    ] = 0.1,
    views: Annotated[
        int, typer.Option("--views", metavar="N", min=1, max=64, help="Clouds drawn of each mesh, for example 8.")
    ] = 4,
    seed: Annotated[
        int,
        typer.Option("--seed", metavar="N", min=0, help="Of all that is random; another result, for example, with 1."),
    ] = 0,
    up: Up = Axis.auto,
    device: Annotated[
        Device, typer.Option("--device", help="Where to train, for example cpu; auto takes a GPU where there is one.")
    ] = Device.auto,
    half: Annotated[
        bool, typer.Option("--half/--no-half", help="Compute in bfloat16 where that is safe; it is faster.")
    ] = True,
    metadata: Annotated[
        Path | None,
        option(
            "--metadata",
            "FILE",
            "For a folder: a .csv, .tsv, .jsonl or .parquet with labels and captions, joined by its column path, file "
            "or name; for example names.csv.",
            parser=path,
        ),
    ] = None,
    license: Annotated[
        str,
        option("--license", "WORDS", 'Licence of the files, which the weights inherit; for example "CC BY 4.0".'),
    ] = "",
    workers: Annotated[
        int | None,
        option(
            "--workers",
            "N",
            "Processes that read files, for example 4; 0 reads in this one. By default one a core.",
            min=0,
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the space NAME, or an unfinished training of it.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say only what went wrong.")] = False,
) -> None:
    """Train a space's encoders on your own labelled files, into a space of your own.

    What comes out is used with retriever index --space NAME.
    An interrupted training goes on where it stopped when the command is repeated.
    A file that cannot be read stops nothing: it is listed, and the exit code is 3.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch: spinning threads starve every other process
    from cli.progress import progress
    from indexer.align.own.checks import some_pairs
    from indexer.align.own.origin import Target
    from indexer.align.own.pairs import read_pairs
    from indexer.align.own.tuning import Tuning
    from indexer.skipped import told

    tuning = Tuning(
        steps=steps,
        minutes=minutes,
        batch=batch,
        rate=rate,
        seed=seed,
        device=device,
        half=half,
        holdout=holdout,
        views=views,
        up=up,
    )
    Target.of(into, overwrite=overwrite)  # before a large folder is walked
    found = read_pairs(source, metadata)
    some_pairs(found, source)
    from indexer.align.own.fine_tune import fine_tune

    try:
        with progress(quiet=quiet) as show:
            say = _speaker(show, quiet=quiet)
            for count, reason in told(found.left_out):
                say(f"left out {count:,}: {printable(reason)}")
            report = fine_tune(
                found.pairs,
                start,
                into,
                tuning,
                modalities=modality or (),
                overwrite=overwrite,
                workers=workers,
                failed=found.problems,
                data=str(source),
                license=license,
                progress=show,
                say=say,
            )
    except KeyboardInterrupt as interrupt:
        typer.echo("Interrupted. What was learnt is kept: the same command goes on from there.", err=True)
        raise typer.Exit(130) from interrupt
    for line in _summary(report, source, quiet=quiet):
        typer.echo(line, err=True)
    if report.failed:
        raise typer.Exit(3)


def _speaker(show: Silent, *, quiet: bool) -> Callable[[str], None]:
    """Says lines; how a step went is shown beside the bar."""

    def say(line: str) -> None:
        if line.startswith("step "):
            show.note(" ".join(line.split("  ")[1:]))
        elif not quiet:
            typer.echo(printable(line), err=True)

    return say


def _summary(report: Report, source: Path, *, quiet: bool) -> Iterator[str]:
    from indexer.align.own.checks import plural
    from indexer.align.own.fine_tune import FAILURES

    if not quiet:
        yield f"{report.name}: written to {printable(str(report.folder))} in {report.seconds / 60:.1f} min"
        for modality, tower in report.towers.items():
            yield f"  {modality}: {plural(modality, tower.trained)}, {counted(tower.recipe.steps, 'step')}"
            yield from _measures(tower, plural(modality, tower.held_out), plural(modality, tower.tested))
        yield "  the weights inherit the licence of your files; README.md there says more, with the curves beside it"
        folder = source if source.is_dir() or archives.is_archive(source) else source.parent
        own = argument(f"{report.name}.retriever")
        yield f"go on with: retriever index {argument(folder)} --space {argument(report.name)} --index {own}"
    if report.failed:
        yield f"  failed {len(report.failed):,}:"
        for name, problem in report.failed[:_SHOWN]:
            yield f"    {printable(name)} {printable(problem)}"
        if len(report.failed) > _SHOWN:
            more = len(report.failed) - _SHOWN
            yield f"    and {more:,} more, see: {argument(report.folder / FAILURES)}"


def _measures(tower: TowerReport, held_out: str, tested: str) -> Iterator[str]:
    """Before and after; nothing where nothing was held out or marked as test."""
    from indexer.align.own.curves import interval, readable

    if tower.after:
        yield f"    on {held_out} held out, before and after:"
    for name, after in tower.after.items():
        yield f"    {readable(name):<18}{tower.before[name]:.3f}   {after:.3f}"
    if tower.test_after:
        yield f"    on {tested} marked as test, on which nothing was chosen, before and after, with 95 % intervals:"
    for name, measured in tower.test_after.items():
        yield f"    {readable(name):<18}{interval(*tower.test_before[name])}   {interval(*measured)}"
