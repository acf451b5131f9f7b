"""``retriever items``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import AsJson, Files, IndexFolder, Target, Where, described, option
from cli.outputs import check_files, check_outputs, copied
from retriever.errors import UsageError
from retriever.wording import counted

if TYPE_CHECKING:
    from retriever.query.browse import Items

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
            "retriever items --count label",
            "retriever items --to image --json",
            'retriever items --where "label is null" --csv',
            "retriever items --sort -faces -k 50 --html heavy.html",
            "retriever items --parquet items.parquet --index parts.retriever",
            "retriever items --to shape --sort label --vectors vectors.npy --parquet items.parquet",
        ),
    )(items)


def items(
    where: Where = None,
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
    count: Annotated[
        str | None,
        option(
            "--count",
            "COLUMN",
            "In place of the items, how many there are of each value of a column, for example label, the commonest "
            "first; of a column of lists, of each element.",
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
    vectors: Annotated[
        Path | None,
        option(
            "--vectors",
            "FILE",
            "Write the items' vectors, in the order of the list: vectors.npy, for example, is an array, "
            "vectors.parquet a table with id, path, label and name. Another form beside it gives the list, too.",
        ),
    ] = None,
    files: Files = None,
) -> None:
    """List what an index holds, or what of it fulfils a condition, by path or another order; nothing is asked.

    On a terminal a table, into a pipe a line an item: id, kind, label or name, and path.
    """
    if count is not None:
        from cli.counted import check_alone, show_counts

        check_alone({"--sort": sort, "--parquet": parquet, "--html": page, "--vectors": vectors, "--files": files})
        show_counts(folder, count, to, where, k, as_json, as_csv)
        return
    if as_json + as_csv + (parquet is not None) + (page is not None) > 1:
        raise UsageError("--json, --csv, --parquet and --html exclude each other; give one of them.")
    if page is not None:
        from retriever.sheet import check

        check(page)
    if vectors is not None:
        from retriever.query import embedded

        embedded.check(vectors)
    check_outputs({"parquet": parquet, "html": page, "vectors": vectors})
    check_files(files)
    import retriever
    from cli.newest import Newest
    from cli.output import to_terminal

    to_files = any(each is not None for each in (parquet, page, vectors, files))
    looked_at = to_terminal() and not (as_json or as_csv or to_files)
    usual = _SHOWN if looked_at else None
    limits = [usual] if page is None else [_DRAWN] if vectors is None else [usual, _DRAWN]
    lists = Newest(lambda: retriever.open(folder)).ask(
        lambda index: [
            index.browse(to=to, where=where, k=most if k is None else k or None, sort=sort) for most in limits
        ]
    )
    found, drawn = lists[0], lists[-1]
    rest = f" of {drawn.total:,}; -k 0 writes all" if k is None and len(drawn) < drawn.total else ""
    code = 0 if files is None else copied(found, files)
    _write(found, drawn, rest, parquet, page, vectors)
    if as_json or as_csv:
        for part in found.json_parts() if as_json else found.csv_parts():
            typer.echo(part, nl=False)
        if as_json:
            typer.echo()
    elif not to_files:
        _show(found, looked_at)
    if code:
        raise typer.Exit(code)


def _write(
    found: Items, drawn: Items, rest: str, parquet: Path | None, page: Path | None, vectors: Path | None
) -> None:
    """The files that are wanted, a page of `drawn`, the others of `found`, and what went into each.

    They come first, for a reader of a list may go away.
    """
    from cli.output import printable

    if vectors is not None:
        found.save_vectors(vectors)
        written = f"{counted(len(found), 'vector')} of {found.dim} numbers written"
        typer.echo(f"{written} to {printable(str(vectors))}", err=True)
    if parquet is not None:
        found.to_parquet(parquet)
        typer.echo(f"{counted(len(found), 'item')} written to {printable(str(parquet))}", err=True)
    if page is not None:
        from cli.progress import progress

        with progress(quiet=False) as told:
            drawn.save_html(page, told)
        typer.echo(f"{counted(len(drawn), 'item')} written to {printable(str(page))}{rest}", err=True)


def _show(found: Items, looked_at: bool) -> None:
    """A table on a terminal, else lines."""
    from cli.hits import show_items

    if not len(found):
        typer.echo("No item qualifies.", err=True)
        return
    show_items(found)
    if looked_at and len(found) < found.total:
        typer.echo(f"{len(found):,} of {counted(found.total, 'item')}; -k 0 shows all.", err=True)
