"""How well an index answers: by its own labels, or by judgements of a file.

`by_label` asks with every label and every labelled item and ranks all others by vectors alone; `by_qrels` asks as
`retriever.Index.search` does and looks where the items came that a person judged relevant. Both give an `Evaluation`,
whose measures are those of `retriever.metrics`. `compare_by_label` and `compare_by_qrels` do so with two indexes of one
corpus, and give a `Comparison`.
"""

from __future__ import annotations

from retriever.evaluation.answers import USUAL, Answers, Evaluation, Figure, figures
from retriever.evaluation.compare import Comparison, compare_by_label, compare_by_qrels
from retriever.evaluation.judgements import DEPTH, by_qrels
from retriever.evaluation.labels import MOST, by_label
from retriever.evaluation.qrels import Qrels, read_qrels, read_queries
from retriever.evaluation.sides import LABEL

__all__ = [
    "DEPTH",
    "LABEL",
    "MOST",
    "USUAL",
    "Answers",
    "Comparison",
    "Evaluation",
    "Figure",
    "Qrels",
    "by_label",
    "by_qrels",
    "compare_by_label",
    "compare_by_qrels",
    "figures",
    "read_qrels",
    "read_queries",
]
