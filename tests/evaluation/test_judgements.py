"""Judgements and queries of files: every form that is read, every fault, and where judged items came."""

import numpy as np
import pytest
import pytrec_eval

from retriever import metrics
from retriever.errors import RetrieverError, UsageError
from retriever.evaluation import by_qrels, figures, read_qrels, read_queries


def ids(index):
    snapshot = index.snapshot
    rows = np.flatnonzero(snapshot.live)
    table = snapshot.take(rows, ["path", "id"])
    return dict(zip(table["path"].to_pylist(), table["id"].to_pylist(), strict=True))


def qrels(tmp_path, text, name="q.csv"):
    (tmp_path / name).write_text(text, encoding="utf-8")
    return read_qrels(tmp_path / name)


def test_three_forms_say_the_same(tmp_path):
    trec = qrels(tmp_path, "q1 0 a.obj 2\nq1\t0\tb.obj\t0\n\nq2 Q0 c.obj 1\n", "judged.qrels")
    table = qrels(tmp_path, "Query,ignored,item,Relevance\nq1,x,a.obj,2\nq1,,b.obj,0\n\nq2,,c.obj,1\n")
    beir = qrels(tmp_path, "query-id\tcorpus-id\tscore\nq1\ta.obj\t2\nq1\tb.obj\t0\nq2\tc.obj\t1\n", "test.tsv")
    assert trec.grades == table.grades == beir.grades == {"q1": {"a.obj": 2, "b.obj": 0}, "q2": {"c.obj": 1}}
    assert (trec.words, table.words) == (False, True)


def test_without_a_relevance_all_are_relevant_alike(tmp_path):
    assert qrels(tmp_path, 'query,item\n"a chair, red",a.obj\n').grades == {"a chair, red": {"a.obj": 1}}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("q.qrels", "q1 0 a.obj\n", "line 1 has 3 fields"),
        ("q.qrels", "q1 0 a.obj 1\nq1 0 a.obj 2\n", "line 2: 'a.obj' was judged for 'q1' before"),
        ("q.qrels", "q1 0 a.obj much\n", "line 1: the relevance 'much' is no number"),
        ("q.qrels", "q1 0 a.obj nan\n", "no number"),
        ("q.qrels", "q1 0 a.obj 1000\n", "no number up to 30"),
        ("q.qrels", "", "holds no judgement"),
        ("q.csv", "", "it is empty"),
        ("q.csv", "query,item\n", "holds no judgement"),
        ("q.csv", "a,b\n1,2\n", "its header is a, b"),
        ("q.csv", "query,item\nq1,a.obj,3\n", "line 2 has 3 cells where the header has 2"),
        ("q.csv", 'query,item\n"q1,a.obj\n', "line 2 is no row of a table"),
        ("missing.csv", None, "cannot be read: No such file"),
        ("q.csv", b"query,item\n\xff,a.obj\n", "is not UTF-8"),
    ],
)
def test_faults_of_judgements_are_said(tmp_path, name, text, message):
    if text is not None:
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(UsageError, match=message) as error:
        read_qrels(tmp_path / name)
    assert name in str(error.value) and str(error.value).startswith("--qrels ")


def test_queries_are_read_from_lines_and_tables(tmp_path):
    (tmp_path / "q.jsonl").write_text('{"query": "q1", "text": "red"}\n\n{"query": 2, "expression": "a - b"}\n')
    (tmp_path / "q.csv").write_text("query,text,expression\nq1,red,\n2,,a - b\n")
    expected = {"q1": {"text": "red"}, "2": {"expression": "a - b"}}
    assert read_queries(tmp_path / "q.jsonl") == read_queries(tmp_path / "q.csv") == expected


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("q.jsonl", "red\n", "line 1 is no JSON"),
        ("q.jsonl", '["red"]\n', "line 1 names no query"),
        ("q.jsonl", '{"text": "red"}\n', "line 1 names no query"),
        ("q.jsonl", '{"query": "a", "text": "x"}\n{"query": "a", "text": "y"}\n', "line 2: there is another query 'a'"),
        ("q.jsonl", "", "holds no query"),
        ("q.csv", "text\nred\n", "no column query"),
        ("q.csv", "query\nred\n", "or no other"),
        ("gone.jsonl", None, "cannot be read"),
    ],
)
def test_faults_of_queries_are_said(tmp_path, name, text, message):
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(UsageError, match=message) as error:
        read_queries(tmp_path / name)
    assert name in str(error.value)


def test_words_and_items_ask_and_paths_are_found(tmp_path, made_index):
    by_path = ids(made_index)
    judged = qrels(
        tmp_path,
        "query,item,relevance\n"
        f"tall,towers/tower.obj,1\ntall,{by_path['towers/red_tower.obj']},2\ntall,tunnel.obj,0\n"
        "towers/tower.obj,towers/red_tower.obj,1\ntowers/tower.obj,towers/tower.obj,1\n",
    )
    found = by_qrels(made_index, judged)
    assert found.pairs == ("text>shape", "shape>shape")
    assert found.of("text>shape").judged.ranks.tolist() == [1, 2]
    assert found.of("text>shape").judged.grades.tolist() == [1, 2]
    # An item that asks is no answer to its own question.
    assert found.of("shape>shape").judged.ranks.tolist() == [1]
    assert [row["measure"] for row in found.rows(figures(["mAP", "macro mAP"]))] == ["mAP", "mAP"]


def test_what_is_not_in_the_list_or_the_index_was_not_found(tmp_path, made_index):
    judged = qrels(tmp_path, "query,item\ntall,towers/tower.obj\ntall,planks/plank.obj\ntall,gone.obj\n")
    found = by_qrels(made_index, judged, depth=2, geometry_only=True)
    assert found.of("text>shape").judged.ranks.tolist() == [1, np.inf, np.inf]
    assert "1 relevant items are not in the index and count as never found: gone.obj" in found.notes[0]


def test_queries_of_a_file_and_a_run_that_trec_eval_judges_alike(tmp_path, made_index):
    by_path = ids(made_index)
    text = "".join(
        f"{query} 0 {by_path[path]} {grade}\n"
        for query, path, grade in [
            ("q1", "towers/tower.obj", 1), ("q1", "planks/plank.obj", 1), ("q2", "planks/green_plank.obj", 1),
            ("q2", "tunnel.obj", 1), ("q3", "tunnel.obj", 0), ("q4", "tunnel.obj", 1),
        ]
    )  # fmt: skip
    judged = qrels(tmp_path, text, "judged.trec")
    asked = {
        "q1": {"text": "tall red"},
        "q2": {"expression": "text:wide + 0.5*text:green"},
        "q3": {"text": "x"},
        "idle": {},
    }
    found = by_qrels(made_index, judged, asked, run=tmp_path / "run.trec", to="shape")
    with (tmp_path / "run.trec").open() as lines:
        run = pytrec_eval.parse_run(lines)
    with (tmp_path / "judged.trec").open() as lines:
        theirs = pytrec_eval.RelevanceEvaluator(pytrec_eval.parse_qrel(lines), {"map", "recip_rank"}).evaluate(run)
    answers = found.of("text>shape")
    ours = dict(zip(answers.queries, metrics.average_precision(answers.judged).tolist(), strict=True))
    assert ours == pytest.approx({name: theirs[name]["map"] for name in ("q1", "q2")})
    assert found.notes == (
        "1 judged queries are not in the file of queries and are left out: q4, ...",
        "1 queries have no relevant item and are left out.",
        "1 queries of the file have no judgements and are left out.",
    )


def test_a_sum_of_kinds_is_a_kind_of_its_own(tmp_path, made_index):
    by_path = ids(made_index)
    judged = qrels(tmp_path, "query,item\nq1,tunnel.obj\nq2,tunnel.obj\n")
    asked = {"q1": {"text": "deep", "id": by_path["towers/tower.obj"]}, "q2": {"text": "deep", "minus_text": "tall"}}
    assert by_qrels(made_index, judged, asked).pairs == ("sum>shape", "text>shape")


@pytest.mark.parametrize(
    ("name", "text", "asked", "options", "message"),
    [
        ("q.trec", "tall 0 tunnel.obj 1\n", None, {}, "'tall' is no item of the index; say with --queries"),
        ("q.csv", "query,item\na,tunnel.obj\n", {"b": {"text": "x"}}, {}, "has no query to ask"),
        ("q.csv", "query,item\na,tunnel.obj\n", {"a": {"txt": "x"}}, {}, "Query a: .*no 'txt'"),
        ("q.csv", "query,item\na,tunnel.obj\n", {"a": {}}, {}, "Query a: There is nothing to look for"),
        ("q.csv", "query,item\na,tunnel.obj\n", {"a": {"id": "nope"}}, {}, "Query a: .*no item 'nope'"),
        ("q.csv", "query,item\na,tunnel.obj\n", None, {"depth": 0}, "k is 0|-k 0|k"),
        ("q.csv", "query,item\na,tunnel.obj\n", None, {"run": "nowhere/run.trec"}, "--run .*cannot be written"),
        ("q.csv", "query,item\na,tunnel.obj\n", None, {"where": "nope = 1"}, "nope"),
    ],
)  # fmt: skip
def test_faults_of_a_run_are_said(tmp_path, made_index, name, text, asked, options, message):
    if "run" in options:
        options["run"] = tmp_path / options["run"]
    with pytest.raises(RetrieverError, match=message):
        by_qrels(made_index, qrels(tmp_path, text, name), asked, **options)
