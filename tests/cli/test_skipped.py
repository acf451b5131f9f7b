"""``retriever status --skipped``: why a file is not in the index."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import rows, run
from small_corpus import write_box, write_paint, write_painted, write_picture
from zips import packed


@pytest.fixture
def corpus(corpus: Path, tmp_path: Path) -> Path:
    """One file for every reason to be left out, beside three items, indexed."""
    (corpus / "tall/a.txt").write_text("a tall box")
    (corpus / "notes.docx").write_bytes(b"PK")
    write_box(corpus / ".drafts/x.off", (1, 2, 3))
    write_box(corpus / "backup/x.off", (1, 2, 3))
    write_painted(corpus / "flat/painted.obj")
    write_paint(corpus / "flat/palette.mtl", (1, 0, 0))
    with (corpus / "flat/palette.mtl").open("a") as material:
        material.write("map_Kd wood.png\n")
    write_picture(corpus / "flat/wood.png", (90, 60, 0))
    (corpus / "flat/bad.off").write_text("Dear diary\n")
    (corpus / "data_train0.H5").write_bytes(b"\x89HDF\r\n\x1a\n")
    packed(corpus / "kit.zip", write_box(tmp_path / "kit/box.off", (1, 2, 3)).parent)
    (corpus / ".retrieverignore").write_text("backup\n")
    assert run("index", corpus, "--quiet").exit_code == 3
    return corpus


@pytest.mark.parametrize(
    ("asked", "listed", "why"),
    [
        ("a.txt", "tall/a.txt", "belongs to a.off: its caption, JSON or preview"),
        ("tall/a.*", "tall/a.txt", "belongs to a.off"),
        ("notes.docx", "notes.docx", "no format that is read: .docx"),
        ("*.H5", "data_train0.H5", "an HDF5 file that is not named: name it to have its clouds indexed"),
        (".drafts", ".drafts", "hidden"),
        (".drafts/x.off", ".drafts", "hidden"),
        ("backup/x.off", "backup", "left out by a .retrieverignore"),
        ("*.mtl", "flat/palette.mtl", "a part of another file"),
        ("flat/wood.png", "flat/wood.png", "a part of another file"),
        ("bad.off", "flat/bad.off", "failed: "),
        ("kit.zip/box.off", "kit.zip", "a zip archive that is not named"),
    ],
)
def test_says_why_a_file_is_not_in_the_index(asked: str, listed: str, why: str, corpus: Path) -> None:
    place = asked if "/" in asked else listed
    for pattern in (asked, f"corpus/{place}", corpus / place):  # as a hit would show it, and as it lies on disk
        [[path, told]] = rows(run("status", "--skipped", pattern))
        assert path == str(corpus / listed) and told.startswith(why)


def test_a_file_that_no_run_took_in_is_told_from_one_that_is_there(corpus: Path) -> None:
    write_box(corpus / "tall/new.off", (1, 2, 4))
    [[path, told]] = rows(run("status", "--skipped", "new.off"))
    assert path == str(corpus / "tall/new.off") and "`retriever index` takes it in" in told
    there = run("status", "--skipped", "b.off")
    assert there.stdout == "" and there.stderr == "1 file that fits is an item of the index.\n"
    run("remove", "tall/b.off")
    assert len(rows(run("status", "--skipped", "tall/*.off"))) == 2


def test_a_folder_is_asked_about_with_all_that_is_in_it(corpus: Path) -> None:
    listed = {Path(path).name for path, _ in rows(run("status", "--skipped", "flat"))}
    assert listed == {"bad.off", "palette.mtl", "wood.png"}
    told = json.loads(run("status", "--skipped", "*", "--json").stdout)
    assert len(told["left_out"]) == 9 + len([".retrieverignore"]) and told["items"] == 4 and told["unseen"] == []


def test_what_matches_nothing_and_what_lies_elsewhere(corpus: Path, tmp_path: Path) -> None:
    nothing = run("status", "--skipped", "nothing.off")
    assert nothing.exit_code == 0 and nothing.stdout == "" and "nothing.off" in nothing.stderr
    elsewhere = run("status", "--skipped", tmp_path / "kit/box.off")
    assert elsewhere.exit_code == 2 and "box.off lies in no folder that this index is of" in elsewhere.stderr
    both = run("status", "--skipped", "*", "--failures")
    assert both.exit_code == 2 and "leave --failures out" in both.stderr


def test_a_corpus_that_is_away_has_its_failures_left(corpus: Path) -> None:
    corpus.rename(corpus.with_name("elsewhere"))
    told = run("status", "--skipped", "*")
    assert [Path(path).name for path, _ in rows(told)] == ["bad.off"]
    assert f"{corpus} is not there now" in told.stderr
