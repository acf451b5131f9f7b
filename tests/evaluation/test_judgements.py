"""Judgements and queries of files: every form that is read, every fault, and where judged items came."""

from pathlib import Path

import numpy as np
import pytest
import pytrec_eval
from index_making import item, write

from retriever.errors import RetrieverError, UsageError
from retriever.evaluation import by_qrels, figures, read_qrels, read_queries
from retriever.index import Index


def ids(index):
    snapshot = index.snapshot
    rows = np.flatnonzero(snapshot.live)
    table = snapshot.take(rows, ["path", "id"])
    return dict(zip(table["path"].to_pylist(), table["id"].to_pylist(), strict=True))


def values(evaluation, pair, name):
    answers = evaluation.of(pair)
    return dict(zip(answers.queries, answers.measured.values[name].tolist(), strict=True))


def qrels(tmp_path, text, name="q.csv"):
    (tmp_path / name).write_text(text, encoding="utf-8")
    return read_qrels(tmp_path / name)


def test_three_forms_say_the_same(tmp_path):
    trec = qrels(tmp_path, "q1 0 a.obj 2\nq1\t0\tb.obj\t0\n\nq2 Q0 c.obj 1\n", "judged.qrels")
    table = qrels(tmp_path, "Query,ignored,item,Relevance\nq1,x,a.obj,2\nq1,,b.obj,0\n\nq2,,c.obj,1\n")
    beir = qrels(tmp_path, "query-id\tcorpus-id\tscore\nq1\ta.obj\t2\nq1\tb.obj\t0\nq2\tc.obj\t1\n", "test.tsv")
    assert trec.grades == table.grades == beir.grades == {"q1": {"a.obj": 2, "b.obj": 0}, "q2": {"c.obj": 1}}
    assert (trec.words, table.words) == (False, True)


def test_names_with_spaces_have_tabs_between_them(tmp_path):
    text = "a red chair\t0\tmy models/red chair.obj\t2\n q1 0 a.obj 1\nq1\t \t0\t b  c.obj\t1\t\nq1 0\td.obj 1\n"
    assert qrels(tmp_path, text, "judged.qrels").grades == {
        "a red chair": {"my models/red chair.obj": 2},
        "q1": {"a.obj": 1, "b  c.obj": 1, "d.obj": 1},
    }


def test_an_item_whose_path_has_a_space_is_asked_with_and_found(tmp_path):
    tower = {**item(0), "path": "my towers/tall tower.obj"}
    index = Index(write(tmp_path / "index", [tower, item(1), item(2)]))
    text = "1.obj\t0\tmy towers/tall tower.obj\t1\nmy towers/tall tower.obj\t0\t1.obj\t1\n"
    found = by_qrels(index, qrels(tmp_path, text, "judged.qrels"), figures=figures(["recall@2"]))
    assert values(found, "shape>shape", "recall@2") == {"1.obj": 1, "my towers/tall tower.obj": 1}


def test_without_a_relevance_all_are_relevant_alike(tmp_path):
    assert qrels(tmp_path, 'query,item\n"a chair, red",a.obj\n').grades == {"a chair, red": {"a.obj": 1}}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("q.qrels", "q1 0 a.obj\n", "line 1 has 3 fields: .* write all of them"),
        (
            "q.qrels",
            "q1 0 a.obj 1\nq1 0 a chair.obj 1\n",
            "line 2 has 5 fields: .* tabs between them where a name holds",
        ),
        ("q.qrels", "q1 0\ta chair.obj 1\n", "line 1 has 5 fields: .* tabs between them"),
        ("q.qrels", "q1 0 a.obj 1\nq1 0 a.obj 2\n", "line 2: 'a.obj' was judged for 'q1' before"),
        ("q.qrels", "q1 0 a.obj much\n", "line 1: the relevance 'much' is no number"),
        ("q.qrels", "q1 0 a.obj nan\n", "no number"),
        ("q.qrels", "q1 0 a.obj 1000\n", "no number from 0.001 to 30"),
        ("q.qrels", "q1 0 a.obj -inf\n", "no number"),
        ("q.qrels", "q1 0 a.obj 1e-320\n", "no number"),
        ("q.csv", "query,item\n,a.obj\n", "line 2 names no query"),
        ("q.qrels", "", "holds no judgement"),
        ("q.csv", "", "it is empty"),
        ("q.csv", "query,item\n", "holds no judgement"),
        ("q.csv", "a,b\n1,2\n", "its header is a, b"),
        ("q.csv", "query,item\nq1,a.obj,3\n", "line 2 has 3 cells where the header has 2"),
        ("q.csv", "query;item\nq1;a.obj;3\n", "line 2 has 3 cells .* quote cells that hold a semicolon"),
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
    assert name in str(error.value) and str(error.value).startswith("qrels=")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("suffix", ["csv", "tsv"])
def test_tables_of_judgements_and_queries_have_any_separator(tmp_path, separator, suffix):
    qrels, queries = tmp_path / f"judged.{suffix}", tmp_path / f"asked.{suffix}"
    qrels.write_text("\nquery,item,relevance\nq1,a.obj,2\n".replace(",", separator))
    queries.write_text("query,text\nq1,red\n".replace(",", separator))
    assert read_qrels(qrels).grades == {"q1": {"a.obj": 2.0}} and read_queries(queries) == {"q1": {"text": "red"}}


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
        ("q.csv", "query,text,Text\na,red,blue\n", "has two columns text"),
        ("gone.jsonl", None, "cannot be read"),
        ("q.jsonl", '{"query": "", "text": "x"}\n', "line 1: the query has no name"),
        ("q.jsonl", '{"query": "a", "text": "x", "k": 3}\n', "line 1 says k: .*depth="),
        ("q.csv", "query,text,diverse\na,x,much\n", "line 2: diverse is 'much'"),
        ("q.csv", "query,text,expand\na,x,a few\n", "line 2: expand is 'a few'; write a whole number"),
        ("q.csv", "query,text,unique\na,x,perhaps\n", "line 2: unique is 'perhaps'; write true or false"),
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
    found = by_qrels(made_index, judged, figures=figures(["MRR", "recall@2", "ndcg", "ndcg-linear"]))
    assert found.pairs == ("text>shape", "shape>shape")
    # Ranked: the tower with grade 1, then the red one with 2.
    assert values(found, "text>shape", "recall@2") == {"tall": 1}
    assert values(found, "text>shape", "nDCG")["tall"] == pytest.approx((1 + 3 / np.log2(3)) / (3 + 1 / np.log2(3)))
    assert values(found, "text>shape", "nDCG-linear")["tall"] == pytest.approx(
        (1 + 2 / np.log2(3)) / (2 + 1 / np.log2(3))
    )
    # An item that asks is no answer to its own question.
    assert values(found, "shape>shape", "MRR") == {"towers/tower.obj": 1}


def test_what_is_not_in_the_list_or_the_index_was_not_found(tmp_path, made_index):
    judged = qrels(tmp_path, "query,item\ntall,towers/tower.obj\ntall,planks/plank.obj\ntall,gone.obj\n")
    found = by_qrels(made_index, judged, depth=2, geometry_only=True)
    assert values(found, "text>shape", "mAP")["tall"] == pytest.approx(1 / 3)
    assert "Relevant items that are not in the index and count as never found: 1 (gone.obj)." in found.notes
    # Of the usual measures those are left out that lists of two cannot tell, and means over classes.
    assert {row["measure"] for row in found.rows()}.isdisjoint({"hit@10", "macro mAP"})


def test_usual_measures_of_another_k_are_those_that_judgements_can_tell(tmp_path, made_index):
    judged = qrels(tmp_path, "query,item\ntall,towers/tower.obj\n")
    found = by_qrels(made_index, judged, figures=figures(cuts=[3, 1]))
    assert [figure.name for figure in found.figures] == [
        *(f"{stem}@{k}" for stem in ("hit", "recall", "precision", "nDCG") for k in (3, 1)),
        "mAP", "R-precision", "MRR", "median rank", "first tier", "second tier",
    ]  # fmt: skip


def test_queries_of_a_file_and_a_run_that_trec_eval_judges_alike(tmp_path, made_index):
    text = "".join(
        f"{query} 0 {path} {grade}\n"
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
    with (tmp_path / "judged.trec").open() as lines:  # the very file: what it calls an item is what the run calls it
        theirs = pytrec_eval.RelevanceEvaluator(pytrec_eval.parse_qrel(lines), {"map", "recip_rank"}).evaluate(run)
    assert values(found, "text>shape", "mAP") == pytest.approx({name: theirs[name]["map"] for name in ("q1", "q2")})
    assert found.notes == (
        "Judged queries that are not among those given, and left out: 1.",
        "Queries without a relevant item, left out: 1.",
        "Queries without judgements, left out: 1.",
    )


def test_queries_from_python_may_be_expressions_and_their_faults_are_said(tmp_path, made_index):
    judged = qrels(tmp_path, "q 0 towers/tower.obj 1\n", "judged.qrels")
    found = by_qrels(made_index, judged, {"q": "tall - red"}, figures=figures(["recall@2"]))
    assert values(found, "text>shape", "recall@2") == {"q": 1}
    faults = [
        (judged, {"q": {"text": "tall", "k": 3}}, {}, "Query q: k is not for a query"),
        (judged, {"q": "tall"}, {"k": 3}, "depth says how long the lists are"),
        (judged, {}, {}, "There are no queries to ask"),
        ("judged.qrels", {"q": "tall"}, {}, "The judgements are of type str; give what read_qrels"),
        (judged, {"q": {"text": "tall", "where": "nope = 1"}}, {}, "Query q: The filter 'nope = 1'"),
        (judged, {"q": {"text": "tall", "to": "image"}}, {}, "Query q: "),
    ]
    for given, queries, usual, message in faults:
        with pytest.raises(UsageError, match=message):
            by_qrels(made_index, given, queries, **usual)


def test_an_item_is_called_in_a_run_as_the_judgements_of_that_query_call_it(tmp_path, made_index):
    by_path = ids(made_index)
    text = f"q1 0 {by_path['towers/tower.obj']} 1\nq2 0 towers/tower.obj 1\n"
    judged = qrels(tmp_path, text, "judged.trec")
    by_qrels(made_index, judged, {"q1": {"text": "tall"}, "q2": {"text": "tall"}}, run=tmp_path / "run.trec")
    lines = [line.split() for line in (tmp_path / "run.trec").read_text().splitlines()]
    assert [line[2] for line in lines if line[3] == "1"] == [by_path["towers/tower.obj"], "towers/tower.obj"]
    for query in ("q1", "q2"):
        scores = [float(line[4]) for line in lines if line[0] == query]
        assert scores == sorted(scores, reverse=True) and len(set(scores)) == len(scores)


def test_the_score_in_a_run_is_what_the_list_was_ranked_by(tmp_path, made_index):
    judged = qrels(tmp_path, "query,item\nred tower,towers/tower.obj\n")
    by_qrels(made_index, judged, run=tmp_path / "run.trec", depth=2)
    hits = made_index.search(text="red tower", k=2)
    written = [float(line.split()[4]) for line in (tmp_path / "run.trec").read_text().splitlines()]
    assert hits[0].fused is not None and written == pytest.approx([hit.fused for hit in hits], abs=1e-8)


def test_a_run_goes_through_links_and_into_what_is_no_file(tmp_path, made_index):
    judged = qrels(tmp_path, "query,item\ntall,towers/tower.obj\n")
    (tmp_path / "run.trec").write_text("before")
    (tmp_path / "link").symlink_to(tmp_path / "run.trec")
    by_qrels(made_index, judged, run=tmp_path / "link")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "run.trec").read_text().startswith(
        "tall Q0 towers/tower.obj 1"
    )
    by_qrels(made_index, judged, run=Path("/dev/null"))
    assert not Path("/dev/null").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "q.csv", "run.trec"]


def test_what_cannot_be_an_answer_is_told(tmp_path, made_index):
    text = "query,item\ntowers/tower.obj,towers/tower.obj\ntowers/tower.obj,towers/red_tower.obj\n"
    found = by_qrels(made_index, qrels(tmp_path, text))
    assert values(found, "shape>shape", "recall@1") == {"towers/tower.obj": 1}  # itself is not missed
    assert "Queries that were judged relevant for themselves, which does not count: 1." in found.notes
    text = "query,item\ntall,towers/tower.obj\ntall,planks/plank.obj\n"
    found = by_qrels(made_index, qrels(tmp_path, text), where="label = 'plank'")
    assert "Relevant items that --to or --where keeps out, and that count as never found: 1." in found.notes
    with pytest.raises(UsageError, match="No item of the index fulfils label = 'nope'"):
        by_qrels(made_index, qrels(tmp_path, text), where="label = 'nope'")


def test_a_run_is_left_as_it_was_where_a_query_fails(tmp_path, made_index):
    (tmp_path / "run.trec").write_text("before\n")
    judged = qrels(tmp_path, "query,item\ntall red,tunnel.obj\ntall_red,tunnel.obj\n")
    with pytest.raises(UsageError, match="'tall red' and 'tall_red' would both be called tall_red"):
        by_qrels(made_index, judged, run=tmp_path / "run.trec")
    with pytest.raises(UsageError, match="is the file of the judgements"):
        by_qrels(made_index, judged, run=tmp_path / "q.csv")
    assert (tmp_path / "run.trec").read_text() == "before\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["q.csv", "run.trec"]


def test_pairs_and_galleries_are_those_of_each_query(tmp_path, made_index):
    by_path = ids(made_index)
    names = ["sum", "note", "any", "few", "path"]
    judged = qrels(tmp_path, "query,item\n" + "".join(f"{name},tunnel.obj\n{name},notes/tower.txt\n" for name in names))
    asked = {
        "sum": {"text": "deep", "id": by_path["towers/tower.obj"]},
        "note": {"text": "tall", "minus_id": "towers/red_tower.obj", "to": "text"},
        "any": {"text": "deep", "to": "any"},
        "few": {"text": "deep", "where": "label = 'tower'"},
        "path": {"id": "towers/red_tower.obj"},
    }
    found = by_qrels(made_index, judged, asked)
    assert {each.pair: each.gallery for each in found.answers} == {
        "sum>shape": 5, "text>text": 2, "text>any": 7, "text>shape": 2, "shape>shape": 5,
    }  # fmt: skip
    assert values(found, "text>text", "mAP") == {"note": 0.5}  # the other one is no text


def test_a_line_with_nothing_else_asks_for_what_it_is_called(tmp_path, made_index):
    lines = ['{"query": "text:tall + 0.5*text:red"}', '{"query": "deep", "geometry_only": true}']
    (tmp_path / "q.jsonl").write_text("\n".join([*lines, '{"_id": "b1", "text": "wide"}\n']))
    queries = read_queries(tmp_path / "q.jsonl")
    assert queries == {
        "text:tall + 0.5*text:red": {"expression": "text:tall + 0.5*text:red"},
        "deep": {"expression": "deep", "geometry_only": True},
        "b1": {"text": "wide"},
    }
    judged = qrels(tmp_path, "query,item\ntext:tall + 0.5*text:red,towers/red_tower.obj\ndeep,tunnel.obj\n")
    found = by_qrels(made_index, judged, queries)
    assert values(found, "text>shape", "MRR")["deep"] == 1


def test_a_query_that_looks_like_an_item_and_is_none_is_not_asked_as_words(tmp_path, made_index):
    text = "query,item\ntowers/gone.obj,tunnel.obj\ntowers/tower.obj,towers/red_tower.obj\n"
    found = by_qrels(made_index, qrels(tmp_path, text))
    assert found.pairs == ("shape>shape",)
    note = "Queries that look like items and are not in the index, left out: 1 (towers/gone.obj)."
    assert note in found.notes
    with pytest.raises(UsageError, match=r"holds none of the items that ask, such as 'towers/gone\.obj'"):
        by_qrels(made_index, qrels(tmp_path, "query,item\ntowers/gone.obj,tunnel.obj\n"))


def test_a_table_of_queries_may_hold_numbers_and_switches(tmp_path):
    (tmp_path / "q.csv").write_text("Query,Text,diverse,expand,geometry_only\na,red,0.5,5,true\nb,blue,,,no\n")
    assert read_queries(str(tmp_path / "q.csv")) == {
        "a": {"text": "red", "diverse": 0.5, "expand": 5, "geometry_only": True},
        "b": {"text": "blue", "geometry_only": False},
    }  # fmt: skip
    (tmp_path / "beir.jsonl").write_text('{"_id": "a", "text": "red", "title": "", "metadata": {}}\n')
    assert read_queries(tmp_path / "beir.jsonl") == {"a": {"text": "red"}}


@pytest.mark.parametrize(
    ("name", "text", "asked", "options", "message"),
    [
        ("q.trec", "tall 0 tunnel.obj 1\n", None, {}, "'tall' is no item of the index; say with queries="),
        ("q.csv", "query,item\na,tunnel.obj\n", {"b": {"text": "x"}}, {}, "none of the queries .* has 'a'"),
        ("q.csv", "query,item,relevance\na,tunnel.obj,0\n", None, {}, "judges nothing relevant"),
        ("q.csv", "query,item\na,tunel.obj\n", None, {}, "holds none of its relevant items, such as 'tunel.obj'"),
        ("q.csv", "query,item\na,tunnel.obj\n", {"a": {"terms": ["x"]}}, {}, "Query a: .*no retriever.Term"),
        ("q.csv", "query,item\na,tunnel.obj\n", None, {"figures": figures(["macro mAP"])}, "averages over classes"),
        ("q.csv", "query,item\na,tunnel.obj\n", None, {"figures": figures(["recall@5"]), "depth": 4}, "give depth=5"),
        ("q.csv", "query,item\na,tunnel.obj\n", {"a": {"txt": "x"}}, {}, "Query a: .*no 'txt'"),
        ("q.csv", "query,item\na,tunnel.obj\n", {"a": {}}, {}, "Query a: There is nothing to look for"),
        ("q.csv", "query,item\na,tunnel.obj\n", {"a": {"id": "nope"}}, {}, "Query a: .*no item 'nope'"),
        ("q.csv", "query,item\na,tunnel.obj\n", None, {"depth": 0}, "depth=0"),
        ("q.csv", "query,item\na,tunnel.obj\n", None, {"run": "nowhere/run.trec"}, "run=.*cannot be written"),
        ("q.csv", "query,item\na,tunnel.obj\n", None, {"where": "nope = 1"}, "nope"),
    ],
)  # fmt: skip
def test_faults_of_a_run_are_said(tmp_path, made_index, name, text, asked, options, message):
    if "run" in options:
        options["run"] = tmp_path / options["run"]
    with pytest.raises(RetrieverError, match=message):
        by_qrels(made_index, qrels(tmp_path, text, name), asked, **options)
