"""``retriever label``."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import AsJson, IndexFolder, Target, described, option, path
from cli.outputs import check_outputs
from retriever.errors import UsageError
from retriever.wording import counted

if TYPE_CHECKING:
    from indexer.labelling import Labelled
    from retriever.query.zeroshot import Names


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(
        "label",
        help=described(
            label,
            "retriever label",
            "retriever label --write",
            'retriever label --names "chair,table,lamp"',
            "retriever label --names-file classes.txt --min-confidence 0.6 --write",
            'retriever label --names "wooden chair,office chair" --where "label = \'chair\'" --json',
        ),
    )(label)


def label(
    names: Annotated[
        str | None,
        option(
            "--names",
            "LIST",
            'The names to choose from, with commas between them: "chair,table,lamp". Without any, those of the '
            "vocabulary that comes along.",
        ),
    ] = None,
    names_file: Annotated[
        Path | None,
        option(
            "--names-file",
            "FILE",
            "A text file of them, one a line, for example classes.txt; lines with {} are templates, those that "
            "begin with # say nothing.",
            parser=path,
        ),
    ] = None,
    template: Annotated[
        list[str] | None,
        option(
            "--template",
            "PROMPT",
            'How a name is asked, in place of the usual ways, for example "a picture of a {}"; may be repeated, their '
            "mean counts.",
        ),
    ] = None,
    to: Annotated[
        Target | None,
        option("--to", None, "What to give names to, for example image; shapes where the index holds any."),
    ] = None,
    where: Annotated[
        str | None,
        option("--where", "SQL", 'Only items that fulfil a condition over their columns, for example "label is null".'),
    ] = None,
    least: Annotated[
        float | None,
        option(
            "--min-confidence",
            "SHARE",
            "Leave out items less sure, for example 0.7. By default 0 of names that you list, 0.5 of the vocabulary, "
            "where more asks for more general names.",
        ),
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Store the name as the label of the items that have none.")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="With --write: also where there is a label.")] = False,
    folder: IndexFolder = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV with a header.")] = False,
    parquet: Annotated[
        Path | None,
        option("--parquet", "FILE", "Write the table to a Parquet file, for example labels.parquet."),
    ] = None,
) -> None:
    """Give every item the name that it is nearest to, of those you list, or one of 2,500 everyday things (zero-shot).

    Without a list, an item is called as specifically as is sure enough: a chair where it may or may not be an armchair.
    The confidence is a share of 1 among all names, so it says little of names that are not in the list; of a list, an
    index of 20 items or more caps it by how sure a query for the name would be.
    No file of the corpus is touched, and without --write the index is not either.
    """
    if as_json + as_csv + (parquet is not None) > 1:
        raise UsageError("--json, --csv and --parquet exclude each other; give one of them.")
    check_outputs({"parquet": parquet}, (names_file,))
    if overwrite and not write:
        raise UsageError("--overwrite says what --write does; give both, or neither.")
    chosen = _names(names, names_file, template or [])
    from cli.progress import progress
    from indexer.labelling import label as give
    from retriever.store import find

    with progress(quiet=False) as show:
        done = give(
            find(folder),
            chosen,
            templates=tuple(template or ()),
            to=to,
            where=where,
            least=least,
            write=write,
            overwrite=overwrite,
            progress=show,
        )
    # What was written is in the index: it is listed for those who ask for it.
    if not write or as_json or as_csv or parquet is not None or not len(done.items):
        _deliver(done, as_json=as_json, as_csv=as_csv, parquet=parquet)
    for line in _remarks(done, write=write):
        typer.echo(line, err=True)


def _names(names: str | None, file: Path | None, templates: list[str]) -> Names | None:
    """The list; None where the vocabulary is meant."""
    from retriever.query.zeroshot import check_templates, names_of, read_names

    if names is not None and file is not None:
        raise UsageError("--names and --names-file exclude each other; give one of them.")
    if file is not None:
        return read_names(file, templates)
    if names is None:
        check_templates(templates)
        return None
    for name in names.split(","):
        if "{}" in name:
            raise UsageError(f"{name.strip()!r} in --names holds {{}}: a way to ask goes in --template, names do not.")
    return names_of(names, templates)


def _remarks(done: Labelled, *, write: bool) -> list[str]:
    from indexer.labelling import DOUBTFUL

    were, are = ("was", "is") if done.unsure == 1 else ("were", "are")
    remarks = [f"{counted(done.unsure, 'item')} {were} less sure and {are} left out."] if done.unsure else []
    if write:
        kept = len(done.items) - done.written
        have = "has" if kept == 1 else "have"
        had = f"; {kept:,} {have} a label already, which --overwrite would replace" if kept else ""
        remarks.append(f"{counted(done.written, 'label')} written{had}.")
        if done.doubtful:
            which = "1 of them is" if done.doubtful == 1 else f"{done.doubtful:,} of them are"
            remarks.append(f"{which} less sure than {DOUBTFUL:g}, which --min-confidence {DOUBTFUL:g} would leave out.")
    return remarks


def _deliver(done: Labelled, *, as_json: bool, as_csv: bool, parquet: Path | None) -> None:
    from cli.output import printable, show_rows
    from retriever.query.written import cell

    if parquet is not None:
        from retriever.query.tables import Tables

        with Tables(parquet) as tables:
            tables.write(done.items)
        typer.echo(f"{counted(len(done.items), 'item')} written to {printable(str(parquet))}", err=True)
        return
    rows = done.items.to_pylist()
    for row in rows:
        row.update(score=round(row["score"], 6), confidence=round(row["confidence"], 6))
    files = [str(Path(row["root"]) / row["path"]) for row in rows]
    if as_json:
        items = [{**row, "file": file} for row, file in zip(rows, files, strict=True)]
        whole = {"names": done.names, "space": done.space, "count": len(rows), "items": items}
        typer.echo(json.dumps(whole, allow_nan=False))
    elif as_csv:
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(done.items.column_names)
        writer.writerows([cell(row[name]) for name in done.items.column_names] for row in rows)
        typer.echo(out.getvalue(), nl=False)
    elif rows:
        show_rows(
            ("name", "confidence", "score", "label", "path", "id"),
            (
                (
                    row["name"],
                    f"{row['confidence']:.3f}",
                    f"{row['score']:.3f}",
                    row["label"] or "",
                    file if done.several_roots else row["path"],
                    row["id"],
                )
                for row, file in zip(rows, files, strict=True)
            ),
        )
    else:
        typer.echo("No item qualifies.", err=True)
