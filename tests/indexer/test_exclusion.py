"""Files and folders that are left out: by ``--exclude`` for a run, by a ``.retrieverignore`` for every run."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest
from index_reading import counts, rows
from small_corpus import write_box
from typer.testing import CliRunner

from cli.main import app
from indexer.build import index
from indexer.exclusion import Exclusion
from retriever.errors import RetrieverError, UsageError


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*.blend1", "a/b.blend1", True),
        ("backup", "a/backup", True),
        ("backup", "a/backup.obj", False),
        ("backup/*", "backup/b.obj", True),
        ("backup/*", "a/backup/b.obj", False),
        ("*/backup/*", "a/backup/b.obj", True),
        ("/backup", "backup", True),
        ("/backup", "a/backup", False),
        ("a/**/c.obj", "a/b/c.obj", True),
        ("a?[xy].obj", "a1x.obj", True),
        ("A.obj", "a.obj", False),
        ("./a.obj", "a.obj", True),
        ("./a.obj", "b/a.obj", False),
    ],
)
def test_patterns(pattern: str, path: str, expected: bool, tmp_path: Path):
    exclusion = Exclusion.of(tmp_path, [pattern])
    assert exclusion.leaves_out(PurePosixPath(path), is_folder=False) is expected


def test_slash_at_the_end_is_for_folders(tmp_path: Path):
    exclusion = Exclusion.of(tmp_path, ["backup/"])
    assert exclusion.leaves_out(PurePosixPath("a/backup"), is_folder=True)
    assert not exclusion.leaves_out(PurePosixPath("a/backup"), is_folder=False)
    assert exclusion.leaves_out_below(PurePosixPath("a/backup/b/c.obj"))


@pytest.mark.parametrize("pattern", ["", " ", "/", "!a.obj"])
def test_patterns_that_are_not_understood(pattern: str, corpus: Path, folder: Path):
    with pytest.raises(UsageError, match="exclude="):
        index([corpus], folder, exclude=[pattern])
    assert not folder.exists()


def test_excluded_files_leave_the_index_and_come_back(corpus: Path, folder: Path):
    write_box(corpus / "deep/f.off", (1, 2, 9))
    index([corpus], folder)
    summary = index([corpus], folder, exclude=["deep", "flat/c.off"])
    assert counts(summary) == {"removed": 2, "unchanged": 4} and summary.skipped == {"excluded": 2}
    assert sorted(rows(folder)) == ["flat/d.off", "flat/e.off", "tall/a.off", "tall/b.off"]
    assert counts(index([corpus], folder)) == {"embedded": 2, "unchanged": 4}


def test_ignore_file_counts_in_every_run(corpus: Path, folder: Path):
    (corpus / ".retrieverignore").write_text("# old things\n\n  *d.off  \n/flat/c.*\n")
    assert counts(index([corpus], folder)) == {"embedded": 3}
    assert counts(index([corpus / "flat"], folder)) == {"unchanged": 1}
    (corpus / ".retrieverignore").write_text("")
    assert counts(index([corpus], folder)) == {"embedded": 2, "unchanged": 3}
    (corpus / ".retrieverignore").write_text("!a.off")
    with pytest.raises(UsageError, match=r"\.retrieverignore: '!a.off'"):
        index([corpus], folder)


def test_part_that_is_excluded_is_emptied(corpus: Path, folder: Path):
    index([corpus], folder)
    summary = index([corpus / "tall"], folder, exclude=["tall"])
    assert counts(summary) == {"removed": 2} and summary.skipped == {"excluded": 1}


def test_nothing_left_is_an_error_that_says_why(corpus: Path, folder: Path):
    with pytest.raises(RetrieverError, match=r"Nothing to index in .*tall/a\.off \(1 skipped: excluded\)"):
        index([corpus / "tall/a.off"], folder, exclude="*.off")
    index([corpus], folder)
    with pytest.raises(RetrieverError, match=r"2 skipped: excluded"):
        index([corpus], folder, exclude=["tall", "flat"])
    assert len(rows(folder)) == 5


def test_excluded_things_are_no_class_and_no_sidecar(corpus: Path, folder: Path):
    write_box(corpus / "backup/deep/f.off", (1, 2, 3))
    (corpus / "tall/a.txt").write_text("a tower")
    index([corpus], folder)
    assert {row["label"] for row in rows(folder).values()} == {None}, "backup makes it no layout of classes"
    index([corpus], folder, exclude=["backup", "*.txt"])
    assert rows(folder)["tall/a.off"]["label"] == "tall" and rows(folder)["tall/a.off"]["caption"] is None


def test_command_counts_what_is_left_out(corpus: Path, folder: Path):
    done = CliRunner().invoke(app, ["index", str(corpus), "--index", str(folder), "--exclude", "tall/*"])
    assert done.exit_code == 0 and "3 embedded" in done.stderr
    assert "  skipped 2: files and folders that --exclude or a .retrieverignore leaves out" in done.stderr
