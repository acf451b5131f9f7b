"""``retriever query``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.options import AsJson, Axis, Combine, Device, Exact, Files, IndexFolder, Minus, Target, Up, described, option
from cli.outputs import check_files, check_outputs, copied
from retriever.errors import UsageError

Sources = list[str] | None

_AWAY = "What to keep away from"


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(
        "query",
        no_args_is_help=True,
        help=described(
            query,
            'retriever query "a round table with one leg"',
            'retriever query --shape car.obj --minus-text "a van" -k 5',
            "retriever query 'shape:car.obj + 0.5*text:\"with wings\"' --to any",
            "retriever query --text chair --where \"label = 'chair' and faces < 5000\" --json",
            'retriever query "mean(shape:car.obj, shape:van.obj) - where(\\"label = \'bus\'\\")" --explain',
            "retriever query --like 9f64715758014abf --like lamp.glb --unlike 00a1b2c3d4e5f607 --unique",
            "retriever query --image photo.jpg -k 50 --html hits.html",
            'retriever query "a street lamp" -k 5 --files picks',
            'retriever query "a lighthouse" --expand 5',
            "retriever query --batch queries.jsonl --parquet hits.parquet",
        ),
    )(query)


def _plus(kind: str, metavar: str, help: str) -> typer.models.OptionInfo:
    return option(f"--{kind}", metavar, help, "What to look for (each may be repeated; all are summed)")


def _minus(kind: str, metavar: str, help: str) -> typer.models.OptionInfo:
    return option(f"--minus-{kind}", metavar, help, _AWAY)


def _answer(name: str, metavar: str | None, help: str) -> typer.models.OptionInfo:
    return option(name, metavar, help, "How they are answered")


def query(
    expression: Annotated[
        str | None,
        typer.Argument(
            metavar="EXPR",
            help="Words, a file, an item, or a weighted sum: 'shape:car.obj + 0.5*audio:waves.wav - text:\"red\"'.",
            show_default=False,
        ),
    ] = None,
    text: Annotated[Sources, _plus("text", "WORDS", 'Words, for example "a chair".')] = None,
    image: Annotated[Sources, _plus("image", "FILE", "A picture, for example photo.jpg.")] = None,
    audio: Annotated[Sources, _plus("audio", "FILE", "A sound, for example waves.wav.")] = None,
    shape: Annotated[Sources, _plus("shape", "FILE", "A 3D file, for example car.glb.")] = None,
    id: Annotated[
        Sources,
        _plus("id", "ID", "An item of the index by the id or path of a hit, for example 9f64715758014abf."),
    ] = None,
    vector: Annotated[
        Sources, _plus("vector", "FILE", "A vector of the index's space in a NumPy file, for example query.npy.")
    ] = None,
    like: Annotated[
        Sources, _plus("like", "ID", "An item or a file as an example, for example lamp.glb; their mean is looked for.")
    ] = None,
    minus_text: Annotated[Sources, _minus("text", "WORDS", 'Words, for example "red".')] = None,
    minus_image: Annotated[Sources, _minus("image", "FILE", "A picture, for example night.jpg.")] = None,
    minus_audio: Annotated[Sources, _minus("audio", "FILE", "A sound, for example rain.wav.")] = None,
    minus_shape: Annotated[Sources, _minus("shape", "FILE", "A 3D file, for example van.obj.")] = None,
    minus_id: Annotated[Sources, _minus("id", "ID", "An item of the index, for example 00a1b2c3d4e5f607.")] = None,
    minus_vector: Annotated[Sources, _minus("vector", "FILE", "A vector in a NumPy file, for example odd.npy.")] = None,
    unlike: Annotated[
        Sources, option("--unlike", "ID", "An item or a file as a bad example, for example van.obj.", _AWAY)
    ] = None,
    k: Annotated[int, typer.Option("-k", metavar="N", min=1, help="How many hits, 1 to 10,000; for example 50.")] = 10,
    to: Annotated[
        Target | None,
        option("--to", None, "What to find, for example any; shapes where the index holds any."),
    ] = None,
    where: Annotated[
        str | None,
        option(
            "--where", "SQL", "Only items that fulfil a condition over their columns, for example \"label <> 'sofa'\"."
        ),
    ] = None,
    up: Up = Axis.auto,
    minus: Annotated[
        Minus,
        _answer(
            "--minus", None, "What a minus does: subtract the term, or take its direction out, for example project."
        ),
    ] = Minus.subtract,
    combine: Annotated[
        Combine,
        _answer(
            "--combine",
            None,
            "Sum the terms; take a point between two (slerp); or search each and fuse by rank, by score, or by what an "
            "item matches worst, for example match.",
        ),
    ] = Combine.sum,
    center: Annotated[bool, _answer("--center", None, "Take the mean of a term's modality off it first.")] = False,
    unbalanced: Annotated[
        bool,
        _answer("--unbalanced", None, "Take weights as they stand: words then count for less beside a shape."),
    ] = False,
    geometry_only: Annotated[
        bool, _answer("--geometry-only", None, "Rank words by vectors alone, without names, captions and labels.")
    ] = False,
    min_confidence: Annotated[
        float | None, _answer("--min-confidence", "P", "Leave out hits less likely than this, for example 0.5.")
    ] = None,
    diverse: Annotated[
        float | None,
        _answer("--diverse", "TRADE", "Different items first: 1 is relevance alone, 0 variety alone; for example 0.7."),
    ] = None,
    unique: Annotated[bool, _answer("--unique", None, "Show near-duplicates once, under the best of them.")] = False,
    expand: Annotated[
        int, _answer("--expand", "N", "Move the query towards its first N hits and ask again, for example 5.")
    ] = 0,
    explain: Annotated[
        bool, _answer("--explain", None, "Say of each hit what every term adds, its nearest label, and what it passed.")
    ] = False,
    batch: Annotated[
        str | None,
        option(
            "--batch",
            "FILE",
            "Many queries, one JSON object a line, for example queries.jsonl; - reads standard input.",
        ),
    ] = None,
    keep_going: Annotated[
        bool, option("--keep-going", None, "With --batch: answer a line at fault by its error, and go on.")
    ] = False,
    exact: Exact = False,
    as_of: Annotated[
        int | None,
        option("--as-of", "VERSION", "Ask an earlier version of the index that is still kept, for example 12."),
    ] = None,
    folder: IndexFolder = None,
    device: Annotated[Device, typer.Option("--device", help="Where to search, for example cpu.")] = Device.auto,
    as_json: AsJson = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print CSV with all columns, captions and file facts among them.")
    ] = False,
    parquet: Annotated[
        Path | None,
        option("--parquet", "FILE", "Write all columns to a Parquet file, for example hits.parquet."),
    ] = None,
    page: Annotated[
        Path | None,
        option("--html", "FILE", "Write a page with a picture of every hit, for any browser, for example hits.html."),
    ] = None,
    files: Files = None,
) -> None:
    """Find what is nearest to words, files, items, or a sum of them.

    Scores are cosines, higher is better.
    With several terms, every hit shows what each of them adds to its score.
    """
    _check_form(as_json=as_json, as_csv=as_csv, parquet=parquet, page=page, explain=explain, batch=batch is not None)
    if files is not None and batch is not None:
        raise UsageError("--files copies what one query finds; leave --batch out, or --files.")
    check_files(files)
    outputs = {"parquet": parquet, "html": page}
    check_outputs(outputs, () if batch in (None, "-") else (Path(str(batch)),))
    terms: dict[str, Any] = {
        "expression": expression,
        "text": text,
        "image": image,
        "audio": audio,
        "shape": shape,
        "id": id,
        "vector": vector,
        "minus_text": minus_text,
        "minus_image": minus_image,
        "minus_audio": minus_audio,
        "minus_shape": minus_shape,
        "minus_id": minus_id,
        "minus_vector": minus_vector,
        "like": like,
        "unlike": unlike,
    }
    usual: dict[str, Any] = {
        "k": k,
        "to": to,
        "where": where,
        "up": up,
        "minus": minus,
        "combine": combine,
        "center": center,
        "unbalanced": unbalanced,
        "geometry_only": geometry_only,
        "min_confidence": min_confidence,
        "diverse": diverse,
        "unique": unique,
        "expand": expand,
    }
    if batch is not None and any(terms.values()):
        raise UsageError("--batch takes its terms from the file; leave the others out, or leave --batch out.")
    if keep_going and (batch is None or as_csv or parquet is not None):
        raise UsageError("--keep-going goes with --batch and JSON; leave it out, or --csv and --parquet.")
    import retriever
    from cli.newest import Newest
    from cli.queried import deliver, notes, say_best

    newest = Newest(lambda: retriever.open(folder, device=device, as_of=as_of))
    if batch is not None:
        from cli.batch import answer

        answer(
            newest, batch, usual, exact=exact, explain=explain, as_csv=as_csv, parquet=parquet, keep_going=keep_going
        )
        return
    hits = newest.ask(lambda index: index.search(**terms, **usual, exact=exact))
    index = newest.index
    for note in notes(hits, index, expression, center=center, where=None if to else where):
        typer.echo(f"note: {note}", err=True)
    if not hits and min_confidence is not None:
        say_best(index.search(**terms, **{**usual, "min_confidence": None, "k": 1}, exact=exact), min_confidence)
    code = 0 if files is None else copied(hits, files)
    deliver(hits, as_json=as_json, as_csv=as_csv, parquet=parquet, page=page, explain=explain)
    if code:
        raise typer.Exit(code)


def _check_form(
    *, as_json: bool, as_csv: bool, parquet: Path | None, page: Path | None, explain: bool, batch: bool
) -> None:
    """Raise UsageError for options that cannot go together, or a file that is none."""
    if as_json + as_csv + (parquet is not None) + (page is not None) > 1:
        raise UsageError("--json, --csv, --parquet and --html exclude each other; give one of them.")
    if explain and (as_csv or parquet is not None or page is not None):
        raise UsageError("--explain goes with --json or the table; leave --csv, --parquet or --html out.")
    if page is not None:
        from retriever.sheet import check

        if batch:
            raise UsageError("--html shows the hits of one query; leave --batch out, or --html.")
        check(page)
