"""Indexing runs with something wrong: files, folders, options. Nothing stops the rest, and each is said."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import simple_space
from index_reading import counts, rows
from rights import INDEXED, run_without_rights
from small_corpus import write_bad, write_box

from indexer.build import index
from indexer.skipped import AWAY
from retriever.errors import IndexBusy, RetrieverError, SpaceError, UsageError
from retriever.store import read_failures


def test_bad_files_stop_nothing(corpus: Path, folder: Path):
    bad = write_bad(corpus / "bad")
    summary = index([corpus], folder)
    assert counts(summary) == {"embedded": 5}
    assert sorted(failure.path for failure in summary.failed) == [f"bad/{name}" for name in bad]
    kinds = {Path(failure.path).name: failure.kind for failure in read_failures(folder)}
    assert kinds["empty.obj"] == "empty" and kinds["nan.off"] == "not-finite" and kinds["one-point.off"] == "no-surface"
    again = index([corpus], folder)
    assert counts(again) == {"unchanged": 5} and len(again.failed) == len(bad)


def test_repaired_file_leaves_the_failures(corpus: Path, folder: Path):
    broken = corpus / "tall/broken.off"
    broken.write_bytes(b"OFF\n")
    assert [failure.path for failure in index([corpus], folder).failed] == ["tall/broken.off"]
    index([corpus / "flat"], folder)
    assert len(read_failures(folder)) == 1, "a scan of another part says nothing about it"
    write_box(broken, (1, 2, 3))
    assert counts(index([corpus], folder)) == {"embedded": 1, "unchanged": 5}
    assert read_failures(folder) == []


@pytest.mark.parametrize("is_mended", [True, False])
def test_a_sidecar_of_a_named_file_leaves_the_failures_when_it_is_mended_or_gone(
    corpus: Path, folder: Path, is_mended: bool
):
    for name in ("flat/c.json", "flat/d.json"):
        (corpus / name).write_text("{bad")
    index([corpus], folder)
    file, sidecar = corpus / "flat/c.off", corpus / "flat/c.json"
    assert [failure.path for failure in index([file], folder).failed] == ["flat/c.json"]
    sidecar.write_text('{"label": "tile"}') if is_mended else sidecar.unlink()
    assert not index([file], folder).failed
    assert [failure.path for failure in read_failures(folder)] == ["flat/d.json"]


def test_file_that_turns_bad_leaves_the_index(corpus: Path, folder: Path):
    index([corpus], folder)
    (corpus / "tall/a.off").write_bytes(b"")
    summary = index([corpus], folder)
    assert [failure.kind for failure in summary.failed] == ["empty"]
    assert "tall/a.off" not in rows(folder) and len(rows(folder)) == 4


def test_strange_names_and_links(corpus: Path, folder: Path):
    names = ["with space.off", "größe ☃ 椅子.off", "two\nlines\t.off", "quote'\"[red].off", "UPPER.OFF"]
    for n, name in enumerate(names):
        write_box(corpus / "tall" / name, (1, 2, 3 + n))
    (corpus / "tall/loop").symlink_to(corpus)
    (corpus / "tall/self").symlink_to(corpus / "tall/self")
    (corpus / "tall/dangling.off").symlink_to(corpus / "nowhere")
    os.mkfifo(corpus / "tall/pipe.off")
    (corpus / "tall/folder.off").mkdir()
    (corpus / "tall" / os.fsdecode(b"latin-\xe9.off")).write_bytes(b"OFF\n")
    summary = index([corpus], folder)
    assert summary.embedded == 5 + len(names)
    assert {f"tall/{name}" for name in names} <= set(rows(folder))
    assert sorted(failure.path for failure in summary.failed) == [
        "tall/dangling.off",
        "tall/latin-\\udce9.off",
        "tall/self",
    ]
    assert summary.skipped["folder linked twice"] == 1 and summary.skipped["not a regular file"] == 1


def test_modalities_the_space_cannot_encode_are_skipped(corpus: Path, folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(simple_space, "open_space", simple_space.open_mute)
    (corpus / "note.txt").write_text("a note of its own")
    (corpus / "photo.png").write_bytes(b"\x89PNG")
    (corpus / "song.mp3").write_bytes(b"ID3")
    (corpus / "archive.rar").write_bytes(b"Rar!")
    summary = index([corpus], folder)
    assert counts(summary) == {"embedded": 6} and not summary.failed
    assert rows(folder)["note.txt"]["modality"] == "text"
    assert summary.skipped == {
        "no image encoder in space mini": 1,
        "no audio encoder in space mini": 1,
        "unsupported .rar": 1,
    }


def test_missing_path_makes_no_index(folder: Path, tmp_path: Path):
    with pytest.raises(UsageError, match="nowhere"):
        index([tmp_path / "nowhere"], folder)
    assert not folder.exists()


def test_folder_with_nothing_to_index_names_the_formats(folder: Path, tmp_path: Path):
    (tmp_path / "void").mkdir()
    (tmp_path / "void/data.xyzzy").touch()
    with pytest.raises(RetrieverError, match=r"void .*xyzzy.* shape: .*glb.*obj.* text: .*txt"):
        index([tmp_path / "void"], folder)
    assert not folder.exists()


def test_an_index_inside_its_corpus_is_not_indexed(corpus: Path):
    inside = corpus / "tall" / "idx"
    index([corpus], inside)
    assert counts(index([corpus], inside)) == {"unchanged": 5}


def test_a_second_writer_is_told_to_wait(corpus: Path, folder: Path):
    def second(phase: str, done: int, total: int | None) -> None:
        if phase == "embed":
            with pytest.raises(IndexBusy):
                index([corpus], folder)

    assert counts(index([corpus], folder, progress=second)) == {"embedded": 5}


def test_unknown_axis(corpus: Path, folder: Path):
    with pytest.raises(UsageError, match="'x'"):
        index([corpus], folder, up="x")
    assert not folder.exists()


def test_unknown_space(corpus: Path, folder: Path):
    with pytest.raises(SpaceError, match="maxi"):
        index([corpus], folder, space="maxi")
    assert not folder.exists()


def test_unreadable_files_and_folders(corpus: Path, folder: Path):
    write_box(corpus / "deep/f.off", (1, 1, 9))
    index([corpus], folder)
    write_box(corpus / "tall/secret.off", (1, 2, 3)).chmod(0)
    (corpus / "flat").chmod(0)
    done = run_without_rights(INDEXED, corpus, folder)
    (corpus / "flat").chmod(0o755)
    assert json.loads(done) == [0, 3, 0, [["flat", "unreadable"], ["tall/secret.off", "unreadable"]]]
    assert len(rows(folder)) == 6


def test_links_to_a_drive_that_is_away_take_no_items_away(corpus: Path, folder: Path, tmp_path: Path):
    drive, away = tmp_path / "drive", tmp_path / "drive.away"
    for n, name in enumerate(["scans/f.off", "scans/deep/g.off", "h.off"]):
        write_box(drive / name, (1, 2, 7 + n))
    (corpus / "tall/scans").symlink_to(drive / "scans")
    (corpus / "tall/h.off").symlink_to(drive / "h.off")
    assert counts(index([corpus], folder)) == {"embedded": 8}
    drive.rename(away)
    (corpus / "tall/a.off").unlink()
    summary = index([corpus], folder)
    assert counts(summary) == {"unchanged": 4, "removed": 1} and summary.skipped == {AWAY: 1}
    assert [failure.path for failure in summary.failed] == ["tall/h.off"]
    assert {"tall/scans/f.off", "tall/scans/deep/g.off", "tall/h.off"} <= rows(folder).keys()
    away.rename(drive)
    assert counts(index([corpus], folder)) == {"unchanged": 7} and read_failures(folder) == []
    (corpus / "tall/scans").unlink()
    assert counts(index([corpus], folder)) == {"unchanged": 5, "removed": 2}


def test_one_file_beside_bad_ones_is_not_blamed_for_them(corpus: Path, folder: Path):
    (corpus / "flat/gone.off").symlink_to("nowhere")
    for _ in range(2):
        assert not index([corpus / "flat/c.off"], folder).failed
    assert list(rows(folder)) == ["c.off"] and read_failures(folder) == []


def test_the_same_failure_is_listed_once(corpus: Path, folder: Path):
    (corpus / "flat/c.json").write_text("{")
    for _ in range(2):
        assert len(index([corpus / "flat/c.off"], folder).failed) == 1
    assert [failure.path for failure in read_failures(folder)] == ["c.json"]


def test_a_root_around_a_known_one_takes_its_failures_over(corpus: Path, folder: Path):
    (corpus / "flat/bad.off").write_text("prose")
    index([corpus / "flat"], folder)
    index([corpus], folder)
    assert [(failure.root, failure.path) for failure in read_failures(folder)] == [("corpus", "flat/bad.off")]
    (corpus / "flat/bad.off").unlink()
    index([corpus], folder)
    assert read_failures(folder) == []


def test_a_metadata_table_that_names_no_file_is_remarked_on(corpus: Path, folder: Path, tmp_path: Path, caplog):
    (tmp_path / "prices.csv").write_text("path,price\nelsewhere.off,3\n")
    assert counts(index([corpus], folder, metadata=tmp_path / "prices.csv")) == {"embedded": 5}
    assert len(caplog.messages) == 1 and "names none of 5 files" in caplog.text


def test_a_metadata_table_that_names_no_file_takes_nothing_away(corpus: Path, folder: Path, tmp_path: Path):
    (tmp_path / "prices.csv").write_text("path,price\ntall/a.off,3\n")
    (tmp_path / "wrong.csv").write_text("path,price\nelsewhere/tall/a.off,4\n")
    index([corpus], folder, metadata=tmp_path / "prices.csv")
    assert counts(index([corpus], folder, metadata=tmp_path / "wrong.csv")) == {"unchanged": 5}
    assert rows(folder)["tall/a.off"]["price"] == 3


def test_columns_that_another_table_takes_away_are_named(corpus: Path, folder: Path, tmp_path: Path, caplog):
    (tmp_path / "first.csv").write_text("path,price,rigged\ntall/a.off,3,true\ntall/b.off,4,\n")
    (tmp_path / "second.csv").write_text("path,licence\ntall/a.off,CC0\n")
    (tmp_path / "both.csv").write_text("path,price,rigged,licence\ntall/a.off,3,true,CC0\ntall/b.off,4,,\n")
    index([corpus], folder, metadata=tmp_path / "first.csv")
    (corpus / "tall/a.off").write_text((corpus / "tall/b.off").read_text())
    index([corpus], folder, metadata=tmp_path / "first.csv")
    assert not caplog.messages, "a file that changed has its columns again"
    index([corpus], folder, metadata=tmp_path / "second.csv")
    assert caplog.messages == [
        "2 items lost what an earlier --metadata table gave: price, rigged; to have it all, give one table with all "
        "columns."
    ]
    caplog.clear()
    index([corpus], folder, metadata=tmp_path / "both.csv")
    assert not caplog.messages and rows(folder)["tall/a.off"]["rigged"] is True


def test_rows_of_a_metadata_table_that_name_no_file_are_counted(corpus: Path, folder: Path, tmp_path: Path, caplog):
    (tmp_path / "prices.csv").write_text("path,price\ntall/a.off,1\nx.off,2\nflat/c.off,3\ny.off,4\n")
    index([corpus], folder, metadata=tmp_path / "prices.csv")
    assert [message.replace(str(tmp_path), "") for message in caplog.messages] == [
        "2 of 4 rows of /prices.csv were used; the first unused names 'x.off'."
    ]
    caplog.clear()
    index([corpus / "tall"], folder, metadata=tmp_path / "prices.csv")
    assert not caplog.messages, "the other rows are about the rest of the corpus"


def test_json_beside_an_item_that_is_no_object_is_malformed(corpus: Path, folder: Path):
    for name, text in {"a": "[1]", "b": "{", "c": '"chair"', "d": "[" * 100_000, "e": ""}.items():
        next(corpus.rglob(f"{name}.off")).with_suffix(".json").write_text(text)
    assert counts(index([corpus], folder)) == {"embedded": 5}
    failures = {Path(failure.path).stem: (failure.kind, failure.message) for failure in read_failures(folder)}
    assert {name: kind for name, (kind, _) in failures.items()} == {**dict.fromkeys("abcd", "malformed"), "e": "empty"}
    assert failures["a"][1].startswith("is JSON, but an array and no object") and "a text" in failures["c"][1]
    assert failures["b"][1].startswith("is not JSON") and "nested" in failures["d"][1]


@pytest.mark.parametrize("name", ["q.jsonl", "table.csv", "table.parquet", ".hidden.off", "picture.png", "tall/a.json"])
def test_named_file_that_is_no_item_makes_no_index(
    name: str, corpus: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(simple_space, "open_space", simple_space.open_mute)
    (corpus / name).write_text('{"text": "a chair"}')
    with pytest.raises(RetrieverError, match=rf"{Path(name).name} \(1 skipped: .*; name a file of .*; text: md txt"):
        index([corpus / name], folder)
    assert not folder.exists()


def test_named_file_that_is_no_item_is_passed_over_beside_others(corpus: Path, folder: Path):
    (corpus / "tall/q.jsonl").write_text("{}")
    summary = index([corpus / "tall/q.jsonl", corpus / "tall/a.off"], folder)
    assert counts(summary) == {"embedded": 1} and summary.skipped == {"unsupported .jsonl": 1}


def test_root_of_which_only_companions_are_left_keeps_its_items(corpus: Path, folder: Path):
    (corpus / "box.mtl").write_text("newmtl red")
    index([corpus], folder)
    for path in corpus.rglob("*.off"):
        path.unlink()
    with pytest.raises(RetrieverError, match="retriever remove"):
        index([corpus], folder)
    assert len(rows(folder)) == 5


def test_sidecar_of_a_known_corpus_may_be_named(corpus: Path, folder: Path):
    index([corpus], folder)
    (corpus / "tall/a.json").write_text('{"label": "tower"}')
    assert counts(index([corpus / "tall/a.json"], folder)) == {}
    (corpus / "tall/q.jsonl").write_text("{}")
    with pytest.raises(RetrieverError, match=r"q\.jsonl"):
        index([corpus / "tall/q.jsonl"], folder)


def test_formats_are_those_that_the_space_reads(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(simple_space, "open_space", simple_space.open_mute)
    (tmp_path / "void").mkdir()
    with pytest.raises(RetrieverError) as caught:
        index([tmp_path / "void"], folder)
    assert "glb" in str(caught.value) and "png" not in str(caught.value) and "wav" not in str(caught.value)


def test_arguments_that_make_no_run(corpus: Path, folder: Path, tmp_path: Path):
    (tmp_path / os.fsdecode(b"r\xff")).mkdir()
    (tmp_path / "file").touch()
    for paths, options, message in [
        ([], {}, "at least one"),
        ([corpus], {"workers": -1}, "workers=-1"),
        ([corpus], {"workers": 5000}, "workers=5000: give 1 to 256"),
        ([corpus], {"device": "gpu"}, "device=gpu"),
        ([tmp_path / os.fsdecode(b"r\xff")], {}, "not UTF-8"),
    ]:
        with pytest.raises(UsageError, match=message):
            index(paths, folder, **options)
    with pytest.raises(UsageError, match="this is a file"):
        index([corpus], tmp_path / "file")
