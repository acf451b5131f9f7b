"""``retriever eval``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import AsJson, IndexFolder, Target, described, option, path
from cli.outputs import check_outputs
from retriever.errors import UsageError

if TYPE_CHECKING:
    from retriever import Index
    from retriever.evaluation import Comparison, Evaluation

_LABELS = "By labels"
_JUDGED = "By judgements of a file"


class Asking(StrEnum):
    """Values of ``--from``."""

    label = "label"
    shape = "shape"
    image = "image"
    audio = "audio"
    text = "text"


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(
        "eval",
        help=described(
            evaluate,
            "retriever eval",
            "retriever eval --from label -k 1 -k 5 --by-class --figure eval.svg",
            "retriever eval --where \"split = 'train'\" --queries-where \"split = 'test'\" --measure mAP",
            "retriever eval --qrels judged.csv --measure ndcg@10 --measure recall@100 --json",
            "retriever eval --index after.retriever --against before.retriever --measure mAP",
        ),
    )(evaluate)


def _file(name: str, help: str, panel: str | None = None) -> Any:
    return option(name, "FILE", help, panel=panel, parser=path)


def evaluate(
    to: Annotated[
        Target | None,
        option("--to", None, "What is to be found, for example image; shapes where the index holds any."),
    ] = None,
    where: Annotated[
        str | None,
        option("--where", "SQL", "Only items that fulfil it can be found, for example \"split = 'train'\"."),
    ] = None,
    measure: Annotated[
        list[str] | None,
        option(
            "--measure",
            "NAME",
            "hit@K, recall@K, precision@K, F1@K, nDCG@K, nDCG, mAP@K, mAP, MRR@K, MRR, R-precision, first-tier, "
            'second-tier, NN, E-measure or median-rank; "macro mAP" averages over classes. May be repeated.',
        ),
    ] = None,
    cut: Annotated[
        list[int] | None,
        option("-k", "K", "hit@K, recall@K, precision@K and nDCG@K, for example 5; may be repeated."),
    ] = None,
    expand: Annotated[
        int,
        option("--expand", "N", "Move each query towards its first N hits and ask again, for example 5."),
    ] = 0,
    label: Annotated[
        str | None,
        option("--label", "COLUMN", "What belongs together has the same value here, for example synset.", _LABELS),
    ] = None,
    asking: Annotated[
        list[Asking] | None,
        option(
            "--from",
            None,
            "What asks: the labels as words, or the items of a modality, for example image; may be repeated. All by "
            "default.",
            _LABELS,
        ),
    ] = None,
    queries_where: Annotated[
        str | None,
        option(
            "--queries-where",
            "SQL",
            "Only such items ask, for example \"split = 'test'\"; those of --where by default.",
            _LABELS,
        ),
    ] = None,
    template: Annotated[
        list[str] | None,
        option(
            "--template",
            "PROMPT",
            'How a label is asked, in place of the usual four ways, for example "a picture of a {}"; may be repeated, '
            "their mean counts.",
            _LABELS,
        ),
    ] = None,
    most: Annotated[
        int | None,
        option(
            "--most", "N", "Queries of a kind at most, drawn at random, for example 500; 2,000 by default.", _LABELS
        ),
    ] = None,
    seed: Annotated[int | None, option("--seed", "N", "Of that drawing, for example 1.", _LABELS)] = None,
    by_class: Annotated[
        bool, option("--by-class", None, "Also each class by itself, the worst first.", _LABELS)
    ] = False,
    qrels: Annotated[
        Path | None,
        _file(
            "--qrels",
            "Judgements: TREC's lines QUERY 0 ITEM RELEVANCE, or a .csv or .tsv with columns query, item and perhaps "
            "relevance, for example judged.csv. An item is an id or a path, as hits have it.",
            _JUDGED,
        ),
    ] = None,
    queries: Annotated[
        Path | None,
        _file(
            "--queries",
            'What the queries look for: lines such as {"query": "q1", "text": "a chair"}, or a .csv or .tsv with '
            "columns query and text, image, expression ..., for example queries.jsonl. Without it, a query is an "
            "item, in a table also words.",
            _JUDGED,
        ),
    ] = None,
    depth: Annotated[
        int | None, option("--depth", "N", "Length of a query's list, for example 100; 1,000 by default.", _JUDGED)
    ] = None,
    geometry_only: Annotated[
        bool, option("--geometry-only", None, "Do not search names, captions and labels.", _JUDGED)
    ] = False,
    exact: Annotated[
        bool,
        option("--exact", None, "Look at every vector, also where an approximate search was built.", _JUDGED),
    ] = False,
    run: Annotated[
        Path | None, _file("--run", "Also write the lists in TREC's format, for example run.trec.", _JUDGED)
    ] = None,
    figure: Annotated[
        Path | None,
        _file("--figure", "Draw precision and recall, classes and confusions, for example eval.svg; or .png, .pdf."),
    ] = None,
    per_query: Annotated[
        Path | None, _file("--per-query", "Write every query's values to a Parquet file, for example queries.parquet.")
    ] = None,
    against: Annotated[
        Path | None,
        option(
            "--against",
            "DIR",
            "Compare with another index of the same corpus, query by query: difference, interval and p, for example "
            "before.retriever.",
            parser=path,
        ),
    ] = None,
    as_of: Annotated[
        int | None,
        option("--as-of", "VERSION", "Of an earlier version of the index that is still kept, for example 12."),
    ] = None,
    folder: IndexFolder = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV with a header.")] = False,
    parquet: Annotated[
        Path | None, _file("--parquet", "Write the table to a Parquet file, for example eval.parquet.")
    ] = None,
) -> None:
    """Measure how well an index finds: by its labels, or by judgements of a file.

    By labels, what has the same label is relevant. Labels ask as words; items ask for others of their label, and for
    their label. Every candidate is ranked, by vectors alone, for names would give the answer away. By judgements,
    queries are asked as `retriever query` asks them. Intervals are 95 %, by bootstrap over the queries.
    """
    if as_json + as_csv + (parquet is not None) > 1:
        raise UsageError("--json, --csv and --parquet exclude each other; give one of them.")
    of_labels = {
        "label": label, "from": asking, "queries-where": queries_where, "template": template, "most": most,
        "seed": seed, "by-class": by_class,
    }  # fmt: skip
    of_file = {"queries": queries, "depth": depth, "geometry-only": geometry_only, "exact": exact, "run": run}
    _check_apart(qrels, of_labels if qrels is not None else of_file)
    if against is not None:
        _check_compared({"figure": figure, "run": run})
    outputs = {"run": run, "figure": figure, "per-query": per_query, "parquet": parquet}
    check_outputs(outputs, (qrels, queries))
    import retriever
    from cli.asked import by_file, by_labels
    from cli.newest import Newest
    from cli.progress import progress
    from retriever import evaluation
    from retriever.figures import check_figure

    rest: dict[str, Any] = {
        "figures": evaluation.figures(measure or (), cut or ()),
        "to": to,
        "where": where,
        "expand": expand,
    }
    if figure is not None:
        check_figure(figure)
    with progress(quiet=False) as show:
        rest["progress"] = show

        def ask(index: Index, beside: Index | None = None) -> Evaluation | Comparison:
            if qrels is None:
                return by_labels(index, beside, of_labels, rest)
            return by_file(index, beside, qrels, of_file, rest)

        newest = Newest(lambda: retriever.open(folder, as_of=as_of))
        if against is None:
            done = newest.ask(ask)
        else:
            other = Newest(lambda: retriever.open(against))
            done = newest.ask(lambda index: other.ask(lambda beside: ask(index, beside)))
    _deliver(done, figure, {"by_class": by_class, "as_json": as_json, "as_csv": as_csv, "parquet": parquet,
                            "per_query": per_query})  # fmt: skip


def _deliver(done: Evaluation | Comparison, figure: Path | None, given: dict[str, Any]) -> None:
    from retriever.evaluation import Comparison

    if isinstance(done, Comparison):
        from cli.compared import deliver_comparison

        deliver_comparison(done, **given)
        return
    from cli.evaluated import deliver
    from retriever.evaluation.picture import draw

    if figure is not None:
        draw(done, figure)
        typer.echo(f"figure written to {figure}", err=True)
    deliver(done, **given)


def _check_compared(others: dict[str, Path | None]) -> None:
    """Raise UsageError for an option that is about one index alone."""
    for name, value in others.items():
        if value is not None:
            raise UsageError(f"--{name} is of one index, and --against compares two; leave one of the options out.")


def _check_apart(qrels: Path | None, others: dict[str, Any]) -> None:
    """Raise UsageError for an option that the other protocol has."""
    for name, value in others.items():
        if value is not None and value is not False and value != []:
            cure = (
                "goes by labels; leave it or --qrels out"
                if qrels
                else "is about judgements; give them with --qrels FILE"
            )
            raise UsageError(f"--{name} {cure}.")
