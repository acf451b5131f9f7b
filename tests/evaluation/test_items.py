"""Items as judgements and queries name them: by ids and paths of every form, in one index and in two."""

from pathlib import Path

import numpy as np
import pytest

from retriever.errors import UsageError
from retriever.evaluation import by_qrels, figures, read_qrels
from retriever.query.term import Term

TOWER, RED = "towers/tower.obj", "towers/red_tower.obj"
RECALL = figures(["recall@10"])


@pytest.fixture
def names(made_index, made_folder):
    """What one may call the tower, by what that is."""
    whole = made_folder.parent / "corpus" / TOWER
    return {"id": made_index.search(id=RED, k=1)[0].id, "path": TOWER, "whole": str(whole)}


def judged(tmp_path: Path, query: str, *items: str):
    (tmp_path / "judged.qrels").write_text("".join(f"{query}\t0\t{item}\t1\n" for item in items))
    return read_qrels(tmp_path / "judged.qrels")


ASKED = {
    "id": lambda name: {"id": name},
    "term": lambda name: {"expression": f"id:{name}"},
    "mean": lambda name: {"expression": f"mean(id:{name}, 2*id:{RED} - id:{name})"},
    "words": lambda name: name,
    "like": lambda name: {"like": [name]},
    "terms": lambda name: {"terms": [Term("id", name, 0.5)]},
}


@pytest.mark.parametrize("called", ["id", "path", "whole"])
@pytest.mark.parametrize("form", ASKED)
def test_a_query_that_is_an_item_is_no_answer_to_itself_however_it_is_written(
    tmp_path, made_index, names, called, form
):
    qrels = judged(tmp_path, "q", TOWER, "planks/plank.obj")
    found = by_qrels(made_index, qrels, {"q": ASKED[form](names[called])}, figures=RECALL)
    assert [(row["pair"], row["value"], row["gallery"]) for row in found.rows()] == [("shape>shape", 1, 5)]
    assert "Queries that were judged relevant for themselves, which does not count: 1." in found.notes


@pytest.mark.parametrize("called", ["id", "path", "whole"])
def test_judged_items_and_queries_without_words_have_any_name(tmp_path, made_index, names, called):
    found = by_qrels(made_index, judged(tmp_path, names[called], RED, names[called]), figures=RECALL)
    assert [(row["pair"], row["value"]) for row in found.rows()] == [("shape>shape", 1)]
    found = by_qrels(made_index, judged(tmp_path, "q", names[called]), {"q": "tall"}, figures=RECALL)
    assert [(row["pair"], row["value"]) for row in found.rows()] == [("text>shape", 1)]
    with pytest.raises(UsageError, match="twice, as id and as path"):
        by_qrels(made_index, judged(tmp_path, "q", TOWER, names["whole"]), {"q": "tall"})


@pytest.mark.parametrize(
    ("asked", "pair"),
    [
        ({"expression": "where(\"label = 'tower'\")"}, "shape>shape"),
        ({"expression": f"mean(text:tall, id:{TOWER})"}, "sum>shape"),
        ({"expression": "mean(text:tall, text:red) - text:wide"}, "text>shape"),
        ({"vector": np.eye(6)[0]}, "sum>shape"),
        ({"minus_text": "tall"}, "sum>shape"),
    ],
)
def test_pairs_are_called_as_the_search_has_them(tmp_path, made_index, asked, pair):
    assert by_qrels(made_index, judged(tmp_path, "q", RED), {"q": asked}, figures=RECALL).pairs == (pair,)
