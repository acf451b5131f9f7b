"""What ``retriever eval`` asks of one index, or of two, for the options that it was given."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from retriever import evaluation

if TYPE_CHECKING:
    from retriever import Index
    from retriever.evaluation import Comparison, Evaluation


def by_labels(
    index: Index, against: Index | None, options: dict[str, Any], rest: dict[str, Any]
) -> Evaluation | Comparison:
    """By labels, as the options of the command say and `rest`, the keywords of both protocols; perhaps of two."""
    column = "label" if options["label"] is None else options["label"]
    given = {
        "asked": [kind.value for kind in options["from"] or ()],
        "queries_where": options["queries-where"],
        "templates": options["template"] or (),
        "most": evaluation.MOST if options["most"] is None else options["most"],
        "seed": options["seed"] or 0,
        **rest,
    }
    if against is not None:
        return evaluation.compare_by_label(index, against, column, **given)
    return evaluation.by_label(index, column, **given)


def by_file(
    index: Index, against: Index | None, qrels: Path, options: dict[str, Any], rest: dict[str, Any]
) -> Evaluation | Comparison:
    """Likewise by a file of judgements."""
    judged = evaluation.read_qrels(qrels)
    asked = None if options["queries"] is None else evaluation.read_queries(options["queries"])
    given = {
        "depth": evaluation.DEPTH if options["depth"] is None else options["depth"],
        "exact": options["exact"],
        "geometry_only": options["geometry-only"],
        **rest,
    }
    if against is not None:
        return evaluation.compare_by_qrels(index, against, judged, asked, **given)
    return evaluation.by_qrels(index, judged, asked, run=options["run"], **given)
