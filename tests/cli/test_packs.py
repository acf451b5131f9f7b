"""Zip archives on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import run
from small_corpus import write_box
from zips import packed


@pytest.fixture
def packs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two archives of a tower and a plank, in a working folder of their own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RETRIEVER_INDEX", raising=False)
    for name in ("one", "two"):
        write_box(tmp_path / name / "tower.off", (1, 9, 1))
        write_box(tmp_path / name / "plank.off", (9, 1, len(name)))
        packed(tmp_path / f"packs/{name}.zip", tmp_path / name)
    write_box(tmp_path / "packs/cube.off", (2, 2, 2))
    return tmp_path / "packs"


def test_the_summary_says_how_to_have_archives_looked_into(packs: Path):
    done = run("index", packs)
    assert done.exit_code == 0 and "skipped 2: zip archives; name one to have it looked into\n" in done.stderr
    done = run("index", *sorted(packs.glob("*.zip")))
    assert done.exit_code == 0 and "4 embedded" in done.stderr
    assert "zip" not in run("index", packs).stderr


def test_members_are_found_shown_asked_with_and_removed(packs: Path, tmp_path: Path):
    run("index", packs / "one.zip")
    member = packs / "one.zip/tower.off"
    done = run("query", "--shape", member, "-k", 1, "--json")
    hit = json.loads(done.stdout)["hits"][0]
    assert (hit["path"], hit["root"], hit["file"]) == ("one.zip/tower.off", str(packs), str(member))
    assert run("query", "--like", member, "--unlike", packs / "one.zip/plank.off", "-k", 1).stdout.count("tower.off")
    assert run("query", f"shape:{member}", "--html", "hits.html").exit_code == 0
    assert Path("hits.html").read_text().count("data:image/webp") == 3
    assert f'href="{(packs / "one.zip").as_uri()}"' in Path("hits.html").read_text(), "a browser opens no member"
    missing = run("query", "--shape", packs / "one.zip/chair.off")
    assert missing.exit_code == 2 and "chair.off does not exist" in missing.stderr
    whole = (packs / "one.zip").read_bytes()
    (packs / "one.zip").write_bytes(whole[:100])
    damaged = run("query", "--shape", member)
    assert damaged.exit_code == 2 and "damaged zip archive" in damaged.stderr
    (packs / "one.zip").write_bytes(whole)
    assert run("remove", "one.zip/tower.off").exit_code == 0
    assert run("items").stdout.count("one.zip") == 1


def test_files_to_ask_with_that_are_not_in_an_archive(packs: Path):
    run("index", packs / "one.zip")
    done = run("query", "--shape", packs / "one.zip")
    assert done.exit_code == 2 and "one.zip is a zip archive, whose files have paths such as one.zip/NAME; give" in (
        done.stderr
    )
    done = run("query", "--shape", packs / "one.zip/gone.off")
    assert done.exit_code == 2 and "one.zip/gone.off does not exist" in done.stderr
    whole = (packs / "one.zip").read_bytes()
    (packs / "one.zip").write_bytes(whole[: len(whole) // 2])
    done = run("query", "--shape", packs / "one.zip/tower.off")
    assert done.exit_code == 2 and "cannot be looked for, as one.zip is a damaged zip archive; give" in done.stderr


def test_an_archive_that_was_left_out_comes_back_by_its_name(packs: Path):
    run("index", packs, packs / "one.zip")
    assert "2 removed" in run("index", packs, "--exclude", "one.zip").stderr
    assert "skipped 2: zip archives; name one" in run("index", packs).stderr
    assert "2 embedded" in run("index", packs, packs / "one.zip").stderr
