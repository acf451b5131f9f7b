"""``retriever map``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import AsJson, IndexFolder, Target, Where, described, option
from cli.outputs import check_outputs
from retriever.errors import UsageError
from retriever.wording import counted

if TYPE_CHECKING:
    from retriever.maps.mapped import Map


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(
        "map",
        help=described(
            draw_map,
            "retriever map --figure map.svg",
            "retriever map --figure faces.pdf --color faces --where \"label = 'chair'\"",
            "retriever map --to any --color modality --figure kinds.png",
            "retriever map --parquet map.parquet --index parts.retriever",
            "retriever map --csv",
        ),
    )(draw_map)


def draw_map(
    where: Where = None,
    to: Annotated[
        Target | None,
        option("--to", None, "What is on the map, for example image; shapes where the index holds any; any for all."),
    ] = None,
    color: Annotated[
        str, typer.Option("--color", metavar="COLUMN", help="What a figure is coloured by, for example modality.")
    ] = "label",
    folder: IndexFolder = None,
    figure: Annotated[
        Path | None,
        typer.Option(
            "--figure",
            "--svg",
            metavar="FILE",
            help="Draw it: map.svg, for example, or a .png or .pdf file. Another form beside it gives the places, too.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV, one line an item.")] = False,
    parquet: Annotated[
        Path | None,
        option("--parquet", "FILE", "Write the places to a Parquet file, for example map.parquet."),
    ] = None,
) -> None:
    """Lay the items of an index out on a plane, so that what is alike lies together, as t-SNE and UMAP do it.

    A line an item, tab-separated: x and y, within -1 and 1, id, kind, label or name, and path.
    """
    if as_json + as_csv + (parquet is not None) > 1:
        raise UsageError("--json, --csv and --parquet exclude each other; give one of them.")
    check_outputs({"parquet": parquet, "figure": figure})
    if figure is not None:
        from retriever.figures import check_figure

        check_figure(figure)
    import retriever
    from cli.newest import Newest
    from cli.progress import progress

    newest = Newest(lambda: retriever.open(folder))
    with progress(quiet=False) as told:
        found = newest.ask(lambda index: index.browse(to=to, where=where).map(color, told))
    _write(found, figure, parquet)
    if as_json or as_csv:
        for part in found.json_parts() if as_json else found.csv_parts():
            typer.echo(part, nl=False)
        if as_json:
            typer.echo()
    elif figure is None and parquet is None:
        _show(found)


def _write(found: Map, figure: Path | None, parquet: Path | None) -> None:
    """The files that are wanted; they come first, for a reader of lines may go away."""
    from cli.output import printable

    if figure is not None:
        found.save_figure(figure)
        typer.echo(f"figure written to {printable(str(figure))}", err=True)
    if parquet is not None:
        found.to_parquet(parquet)
        typer.echo(f"{counted(len(found), 'item')} written to {printable(str(parquet))}", err=True)


def _show(found: Map) -> None:
    from cli.hits import shown_path
    from cli.output import plain
    from retriever.maps.mapped import DIGITS
    from retriever.query.shown import what

    if not len(found):
        typer.echo("No item qualifies.", err=True)
        return
    whole = found.items.several_roots
    plain(
        (f"{x:.{DIGITS}f}", f"{y:.{DIGITS}f}", item.id, item.modality, what(item), shown_path(item, whole))
        for x, y, item in found.each()
    )
