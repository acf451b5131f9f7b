"""Pictures and sounds on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import simple_space
from commands import run
from small_corpus import write_box, write_picture, write_tone

from retriever.index import Index
from retriever.query.shown import measured
from retriever.store import Snapshot


@pytest.fixture
def media(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A box, two pictures and two sounds, in a working folder of their own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RETRIEVER_INDEX", raising=False)
    write_box(tmp_path / "media/box.off", (1, 9, 1))
    write_picture(tmp_path / "media/red.png", (220, 20, 20))
    write_picture(tmp_path / "media/blue.jpg", (20, 20, 220))
    write_tone(tmp_path / "media/low.wav", 60)
    write_tone(tmp_path / "media/high.ogg", 3500)
    return tmp_path / "media"


@pytest.fixture
def indexed(media: Path) -> Path:
    done = run("index", media)
    assert done.exit_code == 0 and "5 embedded" in done.stderr and "skipped" not in done.stderr
    return media


def paths(*arguments: object) -> list[str]:
    done = run("query", *arguments)
    assert done.exit_code == 0, done.output
    return [line.split("\t")[5] for line in done.stdout.splitlines()]


def test_a_picture_and_a_sound_are_queries(indexed: Path):
    assert paths("--image", indexed / "red.png", "--to", "image") == ["red.png", "blue.jpg"]
    assert paths("--audio", indexed / "high.ogg", "--to", "audio", "-k", 1) == ["high.ogg"]
    assert paths("--audio", indexed / "low.wav") == ["box.off"]
    assert len(paths("--image", indexed / "red.png", "--minus-audio", indexed / "low.wav", "--to", "any")) == 5
    assert paths(f"2*image:{indexed}/blue.jpg - image:{indexed}/red.png", "--to", "image", "-k", 1) == ["blue.jpg"]
    assert paths("--text", "x", "--to", "audio", "--where", "seconds < 1 and channels = 2", "-k", 9) != []


def test_a_file_of_another_kind_is_told_the_formats_of_its_own(indexed: Path):
    for option, formats in (
        ("--image", "bmp gif jfif jpeg jpg png tif tiff webp."),
        ("--audio", "aif aiff caf flac mp3 oga ogg opus w64 wav."),
        ("--minus-shape", "3mf asc blend dae"),
    ):
        (indexed / "thing.heic").write_bytes(b"ftypheic")
        done = run("query", option, indexed / "thing.heic", "--text", "x")
        assert done.exit_code == 2 and f"convert it to one of: {formats}" in done.stderr


@pytest.mark.parametrize("option", ["--image", "--audio", "--shape", "--minus-image"])
def test_an_address_is_to_be_downloaded_first(indexed: Path, option: str):
    done = run("query", option, "https://example.org/a.png", "--text", "x")
    assert done.exit_code == 2 and str(indexed) not in done.stderr
    said = " ".join(done.stderr.split())
    assert said.startswith(f"error: {option} https://example.org/a.png is an address") and "download it first" in said


def test_json_names_the_terms(indexed: Path):
    told = json.loads(run("query", "--image", indexed / "red.png", "--to", "any", "--json", "-k", 1).stdout)
    assert told["query"][0]["modality"] == "image" and told["hits"][0]["modality"] == "image"
    assert told["hits"][0]["path"] == "red.png" and told["hits"][0]["score"] == pytest.approx(1)


def test_every_kind_shows_its_measures(indexed: Path):
    hits = Index(Snapshot.open(Path(".retriever"))).search(text="x", to="any")
    assert {hit.path: measured(hit) for hit in hits} == {
        "box.off": "12",
        "red.png": "40×30",
        "blue.jpg": "40×30",
        "low.wav": "0.5 s",
        "high.ogg": "0.5 s",
    }


def test_bad_files_are_named_with_the_cure(indexed: Path):
    (indexed / "web.png").write_bytes(b"<html>404</html>")
    write_tone(indexed / "still.wav", 0)
    done = run("index", indexed)
    assert done.exit_code == 3
    assert "web.png is no picture that can be read; save it as PNG or JPEG." in done.stderr
    assert "still.wav has nothing to hear in it; cut the silence away" in done.stderr
    asked = run("query", "--audio", indexed / "still.wav")
    assert asked.exit_code == 2 and "Traceback" not in asked.output
    assert asked.stderr.startswith(f"error: --audio {indexed}/still.wav: the file has nothing to hear in it")


def test_a_space_without_the_towers_skips_the_files_and_refuses_the_query(media: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(simple_space, "open_space", simple_space.open_mute)
    done = run("index", media)
    assert done.exit_code == 0 and "1 embedded" in done.stderr
    assert "skipped 2: no image encoder in space mini" in done.stderr
    assert "skipped 2: no audio encoder in space mini" in done.stderr
    asked = run("query", "--image", media / "red.png")
    assert asked.exit_code == 1 and "has no image encoder (it has: shape, text)" in asked.stderr


def test_a_page_of_hits(indexed: Path):
    Path("hits.html").write_text("old")
    done = run("query", "--image", indexed / "red.png", "--minus-text", "a <b>", "--to", "any", "--html", "hits.html")
    assert done.exit_code == 0 and done.stdout == "" and done.stderr == "5 hits written to hits.html\n"
    page = Path("hits.html").read_text()
    assert page.startswith("<!doctype html>") and page.count("<img ") == 6, "the one asked with, and five"
    assert page.count("<audio ") == 2 and "“a &lt;b&gt;”" in page
    assert str(Path(".retriever").absolute()) in page and "--to" not in page
    none = run("query", "--text", "red", "--where", "false", "--html", "none.HTM")
    assert none.exit_code == 0 and none.stderr == "0 hits written to none.HTM\n"
    assert "No item qualifies." in Path("none.HTM").read_text()
