"""What ``retriever index --label`` does at the end of each run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import run
from index_reading import rows
from small_corpus import write_box

from cli import watching
from cli.progress import Silent
from indexer.build import index
from indexer.labelling import Afterwards
from indexer.namers import Vocabulary
from indexer.summary import Summary
from indexer.writer import IndexWriter
from retriever.errors import IndexBusy, RetrieverError
from retriever.query.zeroshot import CONFIDENCE
from retriever.store import Snapshot


@pytest.fixture
def things(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two boxes, one with a label, in a space that means nothing by its words; so any confidence does."""
    monkeypatch.setattr(Vocabulary, "least", 0.0)
    for n, name in enumerate(("a.off", "b.off")):
        write_box(tmp_path / "things" / name, (1, 2 + n, 3))
    (tmp_path / "things/a.json").write_text('{"label": "box"}')
    return tmp_path / "things"


def after(naming: Afterwards, things: Path, folder: Path) -> Summary:
    summary = index(things, folder)
    naming.run(summary)
    return summary


def test_what_lost_its_label_is_named_by_the_next_run(things: Path, folder: Path):
    naming = Afterwards(folder)
    assert after(naming, things, folder).named == 1 and rows(folder)["a.off"]["label"] == "box"
    (things / "a.json").unlink()
    done = after(naming, things, folder)
    assert (done.embedded, done.updated, done.named) == (0, 1, 1) and rows(folder)["a.off"][CONFIDENCE] is not None


def test_what_is_not_sure_enough_is_not_looked_at_again_until_rows_are_written(
    things: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(Vocabulary, "least", 1.0)
    naming = Afterwards(folder)
    assert after(naming, things, folder).named == 0
    monkeypatch.setattr(Vocabulary, "least", 0.0)
    assert after(naming, things, folder).named == 0
    write_box(things / "c.off", (5, 5, 1))
    assert after(naming, things, folder).named == 2


def test_what_could_not_be_named_is_named_by_a_later_run(things: Path, folder: Path):
    naming, summary = Afterwards(folder), index(things, folder)
    with IndexWriter(folder, Snapshot.open(folder).identity):
        naming.run(summary)
    assert isinstance(summary.unnamed, IndexBusy) and summary.named == 0
    done = after(naming, things, folder)
    assert (done.embedded, done.named, done.unnamed) == (0, 1, None)


def test_a_run_says_what_it_did_before_why_it_could_not_name(things: Path, folder: Path):
    (things / "a.json").write_text(f'{{"{CONFIDENCE}": "high"}}')
    for did in ("2 embedded", "2 unchanged"):
        done = run("index", things, "--index", folder, "--label")
        assert done.exit_code == 2 and did in done.stderr
        assert f"error: --label: the corpus has a column {CONFIDENCE} of its own" in done.stderr


def test_a_watch_says_once_why_it_could_not_name(capsys: pytest.CaptureFixture[str]):
    looks = iter([Summary(embedded=1, unnamed=RetrieverError("busy")), Summary(unnamed=RetrieverError("busy"))])

    def look(show: Silent) -> Summary:
        try:
            return next(looks)
        except StopIteration:
            raise KeyboardInterrupt from None

    def told(now: Summary, last: Summary) -> Iterator[str]:
        return iter([f"{now.embedded} embedded"])

    watching.watching(look, told, 0, Summary(), warned=watching.Warned(), quiet=True)
    assert capsys.readouterr().err.split("\n") == ["1 embedded", "error: busy", "", ""]
