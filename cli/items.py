"""``retriever items``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import AsJson, IndexFolder, Target, described, option
from cli.outputs import check_outputs
from retriever.errors import UsageError
from retriever.wording import counted

_SHOWN = 20
"""Items that a terminal gets where nobody says how many."""

_DRAWN = 100
"""The same of a page: each is drawn, and its picture is in the page."""


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(
        "items",
        help=described(
            items,
            "retriever items",
            "retriever items --where \"label = 'chair' and faces < 5000\" -k 100",
            "retriever items --sort -faces -k 20",
            "retriever items --to image --json",
            'retriever items --where "label is null" --csv',
            "retriever items --sort -faces -k 50 --html heavy.html",
            "retriever items --parquet items.parquet --index parts.retriever",
        ),
    )(items)


def items(
    where: Annotated[
        str | None,
        option(
            "--where", "SQL", "Only items that fulfil a condition over their columns, for example \"label = 'sofa'\"."
        ),
    ] = None,
    to: Annotated[
        Target, typer.Option("--to", help="What to list, for example image; any lists all there is.")
    ] = Target.any,
    k: Annotated[
        int | None,
        option(
            "-k",
            "N",
            f"How many, for example 100; 0 for all. By default {_SHOWN} on a terminal, {_DRAWN} of a page, else all.",
            min=0,
        ),
    ] = None,
    sort: Annotated[
        list[str] | None,
        option(
            "--sort",
            "COLUMN",
            "Order by a column, for example faces, or -surface_area for the largest first; several with commas, or the "
            "option again. By default by path.",
        ),
    ] = None,
    folder: IndexFolder = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV with all columns.")] = False,
    parquet: Annotated[
        Path | None,
        option("--parquet", "FILE", "Write all columns to a Parquet file, for example items.parquet."),
    ] = None,
    page: Annotated[
        Path | None,
        option("--html", "FILE", "Write a page with a picture of every item, for any browser, for example items.html."),
    ] = None,
) -> None:
    """List what an index holds, or what of it fulfils a condition, by path or another order; nothing is asked.

    On a terminal a table, into a pipe a line an item: id, kind, label or name, and path.
    """
    if as_json + as_csv + (parquet is not None) + (page is not None) > 1:
        raise UsageError("--json, --csv, --parquet and --html exclude each other; give one of them.")
    if page is not None:
        from retriever.sheet import check

        check(page)
    check_outputs({"parquet": parquet, "html": page})
    import retriever
    from cli.hits import show_items
    from cli.newest import Newest
    from cli.output import printable, to_terminal

    looked_at = to_terminal() and not (as_json or as_csv or parquet is not None or page is not None)
    usual = _SHOWN if looked_at else _DRAWN if page is not None else None
    most = usual if k is None else k or None
    found = Newest(lambda: retriever.open(folder)).ask(
        lambda index: index.browse(to=to, where=where, k=most, sort=sort)
    )
    if parquet is not None:
        found.to_parquet(parquet)
        typer.echo(f"{counted(len(found), 'item')} written to {printable(str(parquet))}", err=True)
    elif page is not None:
        from cli.progress import progress

        with progress(quiet=False) as told:
            found.save_html(page, told)
        rest = f" of {found.total:,}; -k 0 writes all" if k is None and len(found) < found.total else ""
        typer.echo(f"{counted(len(found), 'item')} written to {printable(str(page))}{rest}", err=True)
    elif as_json or as_csv:
        for part in found.json_parts() if as_json else found.csv_parts():
            typer.echo(part, nl=False)
        if as_json:
            typer.echo()
    elif not len(found):
        typer.echo("No item qualifies.", err=True)
    else:
        show_items(found)
        if looked_at and len(found) < found.total:
            typer.echo(f"{len(found):,} of {counted(found.total, 'item')}; -k 0 shows all.", err=True)
