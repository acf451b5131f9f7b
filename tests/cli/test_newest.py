"""Commands that a compaction overtakes while they run."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from commands import run
from small_corpus import write_boxes

import retriever
from cli import batch
from cli.newest import Newest, T
from indexer.compaction import compact


@pytest.fixture
def overtaken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """An index that is compacted as soon as it was opened, the first time; counts what was opened."""
    monkeypatch.chdir(tmp_path)
    for name in ("tall", "flat"):
        write_boxes(tmp_path / "boxes" / name, 4)
    assert run("index", "boxes").exit_code == run("remove", "flat/box-000.off").exit_code == 0
    really, opened = retriever.open, []

    def opens(*arguments: object, **more: object) -> retriever.Index:
        index = really(*arguments, **more)
        if not opened:
            compact(tmp_path / ".retriever")
        opened.append(index.snapshot.manifest.version)
        return index

    monkeypatch.setattr(retriever, "open", opens)
    return opened


@pytest.mark.parametrize(
    "arguments",
    [
        ["query", "box", "--where", "label = 'tall'"],
        ["query", "tall", "-k", "4"],  # found by name
        ["query", "where(\"label = 'tall'\")", "-k", "4"],
        ["items", "--where", "label = 'tall'"],
        ["duplicates", "--where", "label = 'tall'", "--limit", "1"],
        ["eval", "--where", "label is not null"],
    ],
)
def test_the_newest_version_answers(overtaken: list[int], arguments: list[str], capfd: pytest.CaptureFixture[str]):
    done = run(*arguments)
    assert done.exit_code == 0, done.output
    assert len(overtaken) == 2 and overtaken[0] < overtaken[1]
    if arguments[0] == "query":
        labels = [line.split("\t")[4] for line in done.stdout.splitlines()]
        assert len(labels) == 4 and (labels == ["tall"] * 4 or arguments[1].startswith("where"))
    if arguments[0] == "items":
        assert [line.split("\t")[2] for line in done.stdout.splitlines()] == ["tall"] * 4
    assert "open" not in done.stderr + capfd.readouterr().err


def test_so_it_does_for_each_part_of_many_queries(overtaken: list[int], tmp_path: Path):
    (tmp_path / "many.jsonl").write_text('{"text": "box", "where": "label = \'tall\'", "k": 3}\n' * 300)
    done = run("query", "--batch", "many.jsonl")
    assert done.exit_code == 0 and len(done.stdout.splitlines()) == 300 and len(overtaken) == 2


def test_other_warnings_are_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    write_boxes(tmp_path / "boxes", 4)
    assert run("index", "boxes").exit_code == 0
    for words in (tmp_path / ".retriever").glob("**/words.db"):
        words.unlink()
    done = run("query", "box")
    said = done.stderr + capfd.readouterr().err
    assert done.exit_code == 0 and said.count("not searched by their names: 4 of 4; run `retriever index`") == 1


class Gains(Newest):
    """An index that gains a column, and is compacted, as soon as it has answered once."""

    def ask(self, question: Callable[[retriever.Index], T]) -> T:
        answer = super().ask(question)
        if Path("new.csv").exists():
            assert run("index", "boxes", "--metadata", "new.csv").exit_code == 0
            compact(Path(".retriever"))
            Path("new.csv").unlink()
            self.index = self._opened()
        return answer


@pytest.mark.parametrize("parquet", [None, Path("hits.parquet")])
def test_one_table_keeps_its_columns_where_the_index_gains_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], parquet: Path | None
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(batch, "TOGETHER", 1)
    write_boxes(tmp_path / "boxes", 3)
    assert run("index", "boxes").exit_code == 0
    Path("many.jsonl").write_text('{"text": "box", "k": 3}\n' * 2)
    Path("new.csv").write_text("path,aaa\nbox-000.off,1\n")
    columns = ["query", *retriever.open().search("box").to_arrow().column_names]
    batch.answer(Gains(retriever.open), "many.jsonl", {}, exact=False, explain=False, as_csv=True, parquet=parquet)
    assert "aaa" in retriever.open().search("box").to_arrow().column_names
    if parquet:
        table = pq.read_table(parquet)
        assert (table.column_names, table.column("query").to_pylist()) == (columns, [1] * 3 + [2] * 3)
        return
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert rows[0] == columns and [row[0] for row in rows[1:]] == ["1"] * 3 + ["2"] * 3
    assert {len(row) for row in rows} == {len(columns)}
