"""The commands ``all`` and ``compare`` of ``python -m benchmarks``."""

from __future__ import annotations

import json as jsons
import sys
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.harness import show
from retriever import spaces

Into = Annotated[Path, typer.Option(help="Folder of results.")]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command("all")(everything)
    app.command()(compare)


def everything(
    data: Annotated[Path | None, typer.Option(exists=True, file_okay=False, help="Folder of test data.")] = None,
    space: Annotated[str, typer.Option(help="Space to measure.")] = spaces.DEFAULT,
    only: Annotated[list[str] | None, typer.Option(help="A part's name, or suites; repeat for more.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Small sizes and few rounds, to see that it runs.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Leave out what this commit's file holds.")] = False,
    into: Into = Path("results"),
) -> None:
    """Every benchmark that can be run here, into a file of results and a report: INTO/MACHINE/COMMIT.json and .md."""
    from benchmarks.results.run import everything as run
    from benchmarks.results.settings import Settings

    outcome = run(
        Settings(data, space, quick),
        into,
        only=only or (),
        resume=resume,
        each=lambda table: show(", ".join(filter(None, [table.title, table.sizes])), table.rows),
    )
    print(f"\n{outcome.file}\n{outcome.report}")
    for part, error in outcome.failed.items():
        print(f"{part} failed: {error}", file=sys.stderr)
    if outcome.failed:
        raise typer.Exit(1)


def compare(
    a: Annotated[str, typer.Argument(help="A file of results, or a commit with one of this machine.")],
    b: Annotated[str, typer.Argument(help="What is set beside it.")],
    into: Into = Path("results"),
    json: Annotated[Path | None, typer.Option("--json", help="Also write the rows to this file.")] = None,
    fail_below: Annotated[
        float | None,
        typer.Option(min=0, help="Exit with 1 if a quality of A is lower in B by more than this, or not there."),
    ] = None,
) -> None:
    """Two files of results side by side: qualities, ratios, and what only one of them holds."""
    from benchmarks.results import compare as comparing
    from benchmarks.results.store import locate, read

    one, other = (locate(name, into) for name in (a, b))
    found = comparing.compare(read(one), read(other))
    print(comparing.markdown(found, str(one), str(other)))
    if json:
        json.parent.mkdir(parents=True, exist_ok=True)
        json.write_text(jsons.dumps(found.as_json(), indent=1, allow_nan=False) + "\n")
    if fail_below is None:
        return
    wrong = [f"{line}: {line.a} fell to {line.b}" for line in found.fallen(fail_below)] + found.lost
    print("\n".join(wrong), end="\n" * bool(wrong), file=sys.stderr)
    if wrong:
        raise typer.Exit(1)
