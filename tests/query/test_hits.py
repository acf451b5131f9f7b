"""Hits as a sequence, and as JSON, CSV, Arrow, Parquet and a data frame."""

from __future__ import annotations

import copy
import csv
import io
import json
import sys
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retriever.errors import MissingDependency, UsageError
from retriever.query.hits import Hits
from retriever.query.metadata import FIXED
from retriever.query.term import Term
from retriever.query.written import rounded, to_csv
from retriever.query.zeroshot import CONFIDENCE
from retriever.types import Modality
from retriever.wording import counted, size

TERMS = (Term("shape", "a b.obj"), Term("text", 'say "red"', -0.5))
SHARES = np.array([[0.7, 0.12345678901], [1 / 3, -1 / 3]])


def items(rows: int = 2) -> pa.Table:
    return pa.table(
        {
            "id": ["a1", "b2"][:rows],
            "root": ["corpus"] * rows,
            "path": ["x/chair, old.glb", "ü.obj"][:rows],
            "modality": ["shape"] * rows,
            "label": pa.array(["chair", None][:rows], pa.string()),
            "vertices": pa.array([8, None][:rows], pa.int64()),
            "extent": pa.array([[1.0, 2.0, 0.5], None][:rows], pa.list_(pa.float32())),
            "fingerprint": ["f"] * rows,
            "score": ["the corpus' own"] * rows,
        }
    )


def make(rows: int = 2) -> Hits:
    return Hits(TERMS, "mini", items(rows), {"corpus": "/data/corpus"}, SHARES[:rows])


def test_a_root_that_the_index_does_not_know_is_shown_by_its_name():
    items = pa.table({"id": ["a"], "path": ["b"], "root": ["gone"], "modality": ["shape"], "label": ["c"]})
    hits = Hits(TERMS[:1], "mini", items, {"corpus": "/data/corpus"}, np.ones((1, 1)))
    assert (hits[0].root, hits.to_arrow().column("root").to_pylist()) == ("gone", ["gone"])


def test_hits_are_a_sequence():
    hits = make()
    assert len(hits) == 2
    assert [hit.rank for hit in hits] == [1, 2]
    assert hits[-1] is hits[1]
    assert list(hits[:1]) == [hits[0]]
    assert hits[0] in hits
    assert hits.terms == TERMS
    assert hits.space == "mini"


def test_a_hit_knows_its_item():
    hit = make()[0]
    assert (hit.id, hit.path, hit.root, hit.modality, hit.label) == (
        "a1",
        "x/chair, old.glb",
        "/data/corpus",
        Modality.SHAPE,
        "chair",
    )
    assert hit.file.as_posix() == "/data/corpus/x/chair, old.glb"
    assert hit.metadata == {"vertices": 8, "extent": [1.0, 2.0, 0.5], "score": "the corpus' own"}
    assert sum(hit.shares) == hit.score == pytest.approx(0.82345678901)


def test_json_has_the_documented_shape_and_nothing_else():
    answer = json.loads(make().to_json())
    assert answer == {
        "query": [
            {"modality": "shape", "source": "a b.obj", "weight": 1.0},
            {"modality": "text", "source": 'say "red"', "weight": -0.5},
        ],
        "space": "mini",
        "count": 2,
        "hits": [
            {
                "rank": 1,
                "score": 0.823457,
                "id": "a1",
                "path": "x/chair, old.glb",
                "root": "/data/corpus",
                "file": "/data/corpus/x/chair, old.glb",
                "modality": "shape",
                "label": "chair",
                "name": None,
                "caption": None,
                "shares": [0.7, 0.123457],
            },
            {
                "rank": 2,
                "score": 0.0,
                "id": "b2",
                "path": "ü.obj",
                "root": "/data/corpus",
                "file": "/data/corpus/ü.obj",
                "modality": "shape",
                "label": None,
                "name": None,
                "caption": None,
                "shares": [0.333333, -0.333333],
            },
        ],
    }
    assert make().to_dicts() == answer["hits"]


def test_json_says_what_an_item_is_called_and_how_sure_a_guessed_label_is():
    table = items()
    more = {"name": ["chair", None], "caption": [None, "a pot"], CONFIDENCE: pa.array([0.12345678, 0.5], pa.float64())}
    for name, values in more.items():
        table = table.append_column(name, pa.array(values))
    first, second = Hits(TERMS, "mini", table, {"corpus": "/data/corpus"}, SHARES).to_dicts()
    assert (first["name"], first["caption"], first[CONFIDENCE]) == ("chair", None, 0.123457)
    assert (second["name"], second["caption"]) == (None, "a pot")
    assert CONFIDENCE not in second, "it has no label"


def test_json_without_hits():
    assert json.loads(make(0).to_json(indent=2))["hits"] == []


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=7))
def test_rounded_shares_sum_to_the_rounded_score(shares):
    score, out = rounded(sum(shares), shares)
    assert score == round(sum(shares), 6)
    assert sum(out) == pytest.approx(score, abs=1e-9)
    np.testing.assert_allclose(out, shares, atol=5e-6)
    assert "-0.0" not in map(repr, [score, *out])


def test_csv_has_every_column_and_quotes_what_needs_it():
    rows = list(csv.DictReader(io.StringIO(make().to_csv())))
    beside = ["fused", "confidence", "repeats"]
    assert list(rows[0]) == [
        *("rank", "score", "id", "path", "root", "modality", "label", "shares"),
        *(*beside, "vertices", "extent", "score_"),
    ]
    assert rows[0]["score_"] == "the corpus' own"
    assert [rows[0][name] for name in beside] == ["", "", ""]
    assert rows[0]["path"] == "x/chair, old.glb"
    assert rows[0]["root"] == "/data/corpus"
    assert rows[0]["score"] == "0.823457"
    assert rows[0]["shares"] == "0.7 0.123457"
    assert rows[0]["extent"] == "1.0 2.0 0.5"
    assert rows[1]["label"] == rows[1]["vertices"] == ""


def test_columns_of_the_users_own_are_in_tables_under_a_name_that_is_free():
    table = items().drop_columns("score")
    names = ["rank", "Confidence", "fused", "fused_", "query", "shares", "repeats", "maker"]
    for number, name in enumerate(names):
        table = table.append_column(name, pa.array([number, None], pa.int64()))
    hits = Hits(TERMS, "mini", table, {"corpus": "/data/corpus"}, SHARES)
    own = hits.to_arrow().column_names[-len(names) :]
    assert own == ["rank_", "Confidence_", "fused__", "fused_", "query_", "shares_", "repeats_", "maker"]
    assert [hits.to_arrow().column(name)[0].as_py() for name in own] == list(range(len(names)))
    assert [hits[0].metadata[name] for name in names] == list(range(len(names)))
    assert hits.to_arrow().column("rank").to_pylist() == [1, 2]
    both = list(csv.reader(io.StringIO(to_csv([hits, hits], [4, 5]))))
    assert both[0].count("query") == 1
    assert [row[both[0].index("query_")] for row in both[1:]] == ["4", "", "4", ""]


@pytest.mark.parametrize("rows", [0, 2])
def test_arrow_keeps_types_and_every_bit(rows):
    table = make(rows).to_arrow()
    assert table.schema.field("score").type == pa.float64()
    assert table.schema.field("shares").type == pa.list_(pa.float64())
    assert table.schema.field("vertices").type == pa.int64()
    assert table.column("shares").to_pylist() == SHARES[:rows].tolist()
    assert table.num_rows == rows


def test_parquet_is_the_arrow_table(tmp_path):
    make().to_parquet(tmp_path / "hits.parquet")
    assert pq.read_table(tmp_path / "hits.parquet").equals(make().to_arrow())


def test_parquet_that_cannot_be_written_names_the_file(tmp_path):
    with pytest.raises(UsageError, match=r"nowhere/hits\.parquet"):
        make().to_parquet(tmp_path / "nowhere" / "hits.parquet")


def test_a_table_takes_no_other_files_place(tmp_path):
    model, older = tmp_path / "chair.obj", tmp_path / "old"
    model.write_text("v 0 0 0\n")
    make().to_parquet(older)
    with pytest.raises(UsageError, match=r"chair\.obj is there, and no Parquet table"):
        make().to_parquet(model)
    assert model.read_text() == "v 0 0 0\n"
    make(0).to_parquet(older)
    assert pq.read_table(older).num_rows == 0


def test_pandas():
    frame = make().to_pandas()
    assert frame["path"].tolist() == ["x/chair, old.glb", "ü.obj"]
    assert frame["score"].iloc[0] == pytest.approx(0.82345678901)


def test_pandas_missing_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingDependency, match=r"pip install 'any3d-retriever\[pandas\]'"):
        make().to_pandas()


def test_repr_shows_the_query_and_the_first_hits():
    assert repr(make()).splitlines() == [
        '<2 hits for shape:"a b.obj" - 0.5*text:"say \\"red\\"">',
        "   1   0.823  x/chair, old.glb",
        "   2   0.000  ü.obj",
    ]


def test_further_columns_are_read_once_and_only_when_looked_at():
    asked = []

    def more():
        asked.append(1)
        return items()

    lazy = Hits(TERMS, "mini", items().select(FIXED), {"corpus": "/data/corpus"}, SHARES, more)
    assert [hit.path for hit in lazy] == [hit.path for hit in make()]
    assert not asked
    assert lazy.to_json() == make().to_json()
    assert lazy[0].metadata == make()[0].metadata == dict(lazy[0].metadata)
    assert lazy.to_arrow().equals(make().to_arrow())
    assert asked == [1]


def test_a_copy_of_a_hit_as_sent_to_another_process_needs_no_index():
    hit = make()[1]
    sent = copy.deepcopy(hit)  # by the same protocol
    assert sent == hit
    assert json.loads(json.dumps(sent.metadata)) == hit.metadata
    lazy = Hits(TERMS, "mini", items().select(FIXED), {"corpus": "/data/corpus"}, SHARES, items)
    assert copy.deepcopy(lazy).to_arrow().equals(lazy.to_arrow())
    assert replace(hit, rank=5).metadata == hit.metadata
    with pytest.raises(AttributeError, match="no attribute 'size'"):
        hit.size  # noqa: B018


def test_csv_rounds_what_hits_are_ranked_by_as_json_does_and_leaves_out_repeats_that_nobody_counted():
    beside = {"fused": np.array([0.1 + 0.2, 1 / 3]), "confidence": np.array([2 / 3, 1e-9])}
    plain = Hits(TERMS, "mini", items(), {}, SHARES, **beside)
    rows = list(csv.DictReader(io.StringIO(plain.to_csv())))
    for row, told in zip(rows, json.loads(plain.to_json())["hits"], strict=True):
        assert [float(row[name]) for name in beside] == [told[name] for name in beside]
        assert row["repeats"] == "" and "repeats" not in told
    assert rows[0]["fused"] == "0.3" and plain.to_arrow().column("fused")[0].as_py() == 0.1 + 0.2
    assert plain.to_arrow().column("repeats").to_pylist() == [None, None]
    folded = Hits(TERMS, "mini", items(), {}, SHARES, repeats=np.array([0, 3]))
    assert folded.to_arrow().column("repeats").to_pylist() == [0, 3]


def test_a_slice_is_hits_with_their_ranks():
    three = pa.concat_tables([items(2), items(1)])
    beside = {"fused": np.array([3.0, 2, 1]), "confidence": np.array([0.3, 0.2, 0.1]), "repeats": np.array([0, 4, 5])}
    whole = Hits(TERMS, "mini", three, {"corpus": "/data/corpus"}, np.vstack([SHARES, SHARES[:1]]), **beside)
    assert isinstance(whole[:2], Hits) and len(whole[5:]) == len(whole[5:].to_pandas()) == 0
    for key in (slice(0, 2), slice(1, None), slice(None, None, -1), slice(None, None, 2)):
        part = whole[key]
        assert list(part) == list(whole)[key] and [hit.rank for hit in part] == [hit.rank for hit in whole][key]
        assert part.to_dicts() == whole.to_dicts()[key]
        assert part.to_arrow().equals(whole.to_arrow().take(np.arange(3)[key]))
        assert copy.deepcopy(part).to_dicts() == part.to_dicts() == part[:].to_dicts()
        with pytest.raises(UsageError, match="cannot be explained without their index"):
            part.explain()


def test_hits_can_be_members_of_a_set():
    assert set(make()) == {*make(), copy.deepcopy(make()[0])} and len(set(make())) == 2


def test_a_notebook_shows_a_table_of_escaped_text():
    table = items()
    bad = pa.array(["<script>alert(1)</script>", "a\nb & c"])
    table = table.set_column(table.column_names.index("path"), "path", bad)
    shown = Hits([Term("text", "<b>")], "mini", table, {}, SHARES[:, :1])._repr_html_()
    assert "<script" not in shown and "&lt;script&gt;" in shown and "a\\nb &amp; c" in shown and "<b>" not in shown
    assert shown.count("<tr>") == 3 and "2 hits for" in shown
    many = Hits(TERMS, "mini", pa.concat_tables([items()] * 30), {}, np.zeros((60, 2)))._repr_html_()
    assert many.count("<tr>") == 51 and "and 10 more" in many


@pytest.mark.parametrize(
    ("count", "noun", "plural", "told"),
    [
        (0, "hit", "", "0 hits"),
        (1, "hit", "", "1 hit"),
        (1, "query", "queries", "1 query"),
        (1200, "query", "queries", "1,200 queries"),
    ],
)
def test_a_count_goes_with_its_noun(count, noun, plural, told):
    assert counted(count, noun, plural) == told


def test_a_single_byte_is_one():
    assert [size(count) for count in (0, 1, 2, 1536)] == ["0 bytes", "1 byte", "2 bytes", "1.5 KiB"]
