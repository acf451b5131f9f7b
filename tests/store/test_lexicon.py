"""Searching by words: what is found, in which order, and by which texts."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from index_making import SPACE, item, write

from indexer import lexicon
from indexer.compaction import compact
from indexer.writer import IndexWriter
from retriever.ann.base import RowSet
from retriever.errors import IndexChanged
from retriever.store import Snapshot
from retriever.store.lexicon import Lexicon
from retriever.store.words import BOUNDARIES, WordsFile, stems_of

WORDS = ("oak", "table", "red", "round", "lamp", "ox")
"""Each its own stem."""

TEXTS = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
CAPTIONS = st.lists(st.one_of(st.none(), TEXTS), min_size=1, max_size=8)


def test_a_file_that_goes_while_it_is_opened_is_gone_and_not_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, [item(1)])
    path, connect = tmp_path / "segments/000001/words.db", sqlite3.connect

    def too_late(*given: Any, **named: Any) -> sqlite3.Connection:
        path.unlink()
        return connect(*given, **named)

    monkeypatch.setattr(sqlite3, "connect", too_late)
    with pytest.raises(FileNotFoundError):
        WordsFile(path, 1)


def found(snapshot: Snapshot, words: str, k: int = 100, allowed: RowSet | None = None) -> list[int]:
    return Lexicon(snapshot).search(words, allowed, k)[1].tolist()


@settings(max_examples=25, deadline=None)
@given(runs=st.lists(CAPTIONS, min_size=1, max_size=3), query=TEXTS, data=st.data())
def test_it_finds_the_live_and_allowed_rows_with_a_word_of_the_query_and_no_others(
    tmp_path_factory: pytest.TempPathFactory, runs: list[list[str | None]], query: str, data: st.DataObject
) -> None:
    folder, texts = tmp_path_factory.mktemp("index"), [text for run in runs for text in run]
    numbers = iter(range(100))
    write(folder, *[[item(next(numbers), label=None, caption=text) for text in run] for run in runs])
    gone = data.draw(st.sets(st.integers(0, len(texts) - 1)))
    with IndexWriter(folder, SPACE) as writer:
        writer.delete(np.array(sorted(gone), np.int64))
        writer.commit()
    snapshot = Snapshot.open(folder)
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=len(texts), max_size=len(texts))))
    for allowed in (None, RowSet(mask)):
        scores, rows = Lexicon(snapshot).search(query, allowed, 100)
        expected = {
            row
            for row, text in enumerate(texts)
            if set((text or "").split()) & set(query.split())
            and row not in gone
            and (allowed is None or allowed.mask[row])
        }
        assert set(rows.tolist()) == expected
        assert len(rows) == len(expected)
        assert (scores > 0).all()
        assert (np.diff(scores) <= 0).all()
        few_scores, few = Lexicon(snapshot).search(query, allowed, 2)
        assert few.tolist() == rows[:2].tolist()
        assert few_scores.tolist() == scores[:2].tolist()


def test_the_score_is_bm25_of_all_segments_together(tmp_path: Path) -> None:
    texts = ["red oak", "red red lamp", "oak", "lamp round table", None, "red"]
    one = write(tmp_path / "one", [item(n, label=None, caption=text) for n, text in enumerate(texts)])
    two = write(
        tmp_path / "two",
        [item(n, label=None, caption=text) for n, text in enumerate(texts[:2])],
        [item(n + 2, label=None, caption=text) for n, text in enumerate(texts[2:])],
    )
    scores, rows = Lexicon(one).search("red oak", None, 10)
    again, others = Lexicon(two).search("red oak", None, 10)
    assert rows.tolist() == others.tolist()
    np.testing.assert_allclose(scores, again, rtol=1e-6)
    lengths = np.array([len((text or "").split()) + 1 for text in texts])  # the path is a number
    norm = 1.2 * (0.25 + 0.75 * lengths / lengths.mean())
    has = np.array([[word in (text or "").split() for word in ("red", "oak")] for text in texts])
    rarity = np.log(1 + (len(texts) - has.sum(0) + 0.5) / (has.sum(0) + 0.5))
    expected = (has * rarity * 2.2 / (1 + norm)[:, None]).sum(1)
    np.testing.assert_allclose(scores, expected[rows], rtol=1e-5)


@settings(max_examples=25, deadline=None)
@given(
    runs=st.lists(CAPTIONS, min_size=1, max_size=3), query=st.lists(st.sampled_from((*WORDS, "unheard")), max_size=5)
)
def test_coverage_is_what_the_words_that_a_row_has_tell_of_what_all_tell(
    tmp_path_factory: pytest.TempPathFactory, runs: list[list[str | None]], query: list[str]
) -> None:
    numbers, texts = iter(range(100)), [set((text or "").split()) for run in runs for text in run]
    snapshot = write(
        tmp_path_factory.mktemp("index"),
        *[[item(next(numbers), label=None, caption=text) for text in run] for run in runs],
    )
    scores, rows, coverage = Lexicon(snapshot).covering(" ".join(query), None, 100)
    asked = np.arange(snapshot.rows)
    every = Lexicon(snapshot).coverage(" ".join(query), asked)
    np.testing.assert_allclose(every[rows], coverage)
    assert (every[~np.isin(asked, rows) & snapshot.live] == 0).all()
    again = Lexicon(snapshot).search(" ".join(query), None, 100)
    assert [scores.tolist(), rows.tolist()] == [each.tolist() for each in again]
    holders = {word: sum(word in text for text in texts) for word in set(query)}
    tells = {word: np.log(1 + (len(texts) - count + 0.5) / (count + 0.5)) for word, count in holders.items()}
    expected = [sum(tells[word] for word in tells.keys() & texts[row]) / sum(tells.values()) for row in rows.tolist()]
    np.testing.assert_allclose(coverage, expected, rtol=1e-9)


def test_rare_and_common_words_are_scored_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    items = [item(n, caption=f"{WORDS[n % 6]} {WORDS[n % 5]} house", name=WORDS[n % 4]) for n in range(60)]
    live = Lexicon(write(tmp_path / "live", items))
    monkeypatch.setattr(lexicon, "COMMON", 3)
    ready = Lexicon(write(tmp_path / "ready", items))
    for query in ("oak", "houses", "red lamp", "ox table class"):
        for one, other in zip(live.search(query, None, 60), ready.search(query, None, 60), strict=True):
            assert one.tolist() == other.tolist()


def test_names_are_cut_where_words_meet_and_words_are_brought_to_their_stems(tmp_path: Path) -> None:
    snapshot = write(
        tmp_path,
        [
            item(0, path="rooms/kitchens/coffeeTable_02.obj", label=None),
            item(1, path="x.obj", label="Dining-Chair", caption="Für die Küche"),
            item(2, path="y.v2.obj", label=None, name="HTMLParser 3d"),
        ],
    )
    for query in ("coffee", "TABLES", "coffeeTable", "02", "kitchen", "table, coffee!"):
        assert found(snapshot, query) == [0]
    for query in ("dining", "chairs", "kuche", "fur"):
        assert found(snapshot, query) == [1]
    for query in ("parser", "html", "3D", "v2"):
        assert 2 in found(snapshot, query)
    assert found(snapshot, "rooms") == found(snapshot, "obj") == []


def test_a_name_and_a_label_count_more_than_a_caption(tmp_path: Path) -> None:
    fields = ["caption", "name", "label"]
    snapshot = write(tmp_path, [item(n, **{"label": None, field: "lamp"}) for n, field in enumerate(fields)])
    assert found(snapshot, "lamp") == [1, 2, 0]


def test_guessed_labels_are_no_words(tmp_path: Path) -> None:
    snapshot = write(
        tmp_path, [item(0, label="lamp", label_confidence=0.9), item(1, label="lamp", label_confidence=None)], [item(2)]
    )
    assert found(snapshot, "lamp") == [1]


def test_labels_beside_a_column_of_the_corpus_own_are_words(tmp_path: Path) -> None:
    assert found(write(tmp_path, [item(0, label="lamp", label_confidence="high")]), "lamp") == [0]


@pytest.mark.parametrize(
    "words",
    ["", " ", "the of AND", "OR", '"', "'; DROP TABLE words; --", "*", "NEAR(", "^-:{}()", "\0", "\ud800", "🪑", "%_"],
)
def test_texts_without_words_find_nothing(tmp_path: Path, words: str) -> None:
    assert found(write(tmp_path, [item(1, caption="the chair and others"), item(2)]), words) == []


@settings(max_examples=50, deadline=None)
@given(words=st.text(max_size=40))
def test_any_text_is_only_its_words(tmp_path_factory: pytest.TempPathFactory, words: str) -> None:
    clean = words.encode("utf-8", "ignore").decode()
    snapshot = write(tmp_path_factory.mktemp("index"), [item(1, caption=clean, path="x.obj", label=None), item(2)])
    rows = found(snapshot, words)
    assert (0 in rows) == bool(set(stems_of(words)) - {"x"}) or stems_of(words) == ("x",)


@pytest.mark.parametrize("text", ["coffeeTable02", "a1b2c3", "HTMLParserX", "aBcDeF", "ABc", "x"])
def test_texts_are_cut_alike_when_written_and_when_asked(text: str) -> None:
    import pyarrow as pa

    cut = text
    for boundary in BOUNDARIES:
        cut = re.sub(boundary, r"\1 \2", cut)
    assert lexicon._cut(pa.array([text]), 1).to_pylist() == [cut]


def test_items_without_words_on_disk_are_said_and_searched_around(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    snapshot = write(tmp_path, [item(1, caption="lamp")], [item(2, caption="lamp")])
    (tmp_path / "segments" / "000001" / "words.db").unlink()
    words = Lexicon(snapshot)
    assert words.search("lamp", None, 5)[1].tolist() == words.search("lamp", None, 5)[1].tolist() == [1]
    (said,) = caplog.messages
    assert "1 of 2;" in said
    assert "retriever compact" in said


def test_words_that_a_compaction_took_away_are_not_searched_around(tmp_path: Path) -> None:
    snapshot = write(tmp_path, [item(1, caption="lamp")], [item(2, caption="lamp")])
    asked, unasked = Lexicon(snapshot), Lexicon(Snapshot.open(tmp_path))
    assert len(asked.search("lamp", None, 5)[1]) == 2
    compact(tmp_path)
    assert len(asked.search("lamp", None, 5)[1]) == 2
    with pytest.raises(IndexChanged, match="written to since it was opened here: open it again"):
        unasked.search("lamp", None, 5)


@pytest.mark.parametrize("harm", [lambda data: data[:-512], lambda _: b"", lambda data: b"x" * len(data)])
def test_a_damaged_file_is_said_and_searched_around(tmp_path: Path, harm, caplog: pytest.LogCaptureFixture) -> None:
    snapshot = write(tmp_path, [item(1, caption="lamp")], [item(2, caption="lamp")])
    path = tmp_path / "segments" / "000001" / "words.db"
    path.write_bytes(harm(path.read_bytes()))
    assert found(snapshot, "lamp") == [1]
    (said,) = caplog.messages
    assert str(path) in said
    assert "retriever compact" in said


def test_any_byte_may_be_wrong(tmp_path: Path) -> None:
    snapshot = write(tmp_path, [item(n, caption=f"lamp {WORDS[n % 6]}") for n in range(40)])
    path = tmp_path / "segments" / "000001" / "words.db"
    whole, random = path.read_bytes(), np.random.default_rng(0)
    for place in random.integers(0, len(whole), 150).tolist():
        harmed = bytearray(whole)
        harmed[place] ^= int(random.integers(1, 256))
        path.write_bytes(harmed)
        rows = found(snapshot, "lamp oak red")
        assert len(set(rows)) == len(rows)
        assert all(0 <= row < 40 for row in rows)
