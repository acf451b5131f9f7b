"""Pictures and sounds through an indexing run: rows, facts, failures, and what is found by what."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import simple_space
from index_reading import counts, rows, vector
from small_corpus import write_box, write_picture, write_tone

import retriever
from indexer.build import index
from indexer.compaction import compact
from indexer.writer import IndexWriter
from retriever import spaces
from retriever.errors import SpaceError, UsageError
from retriever.store import Manifest, Snapshot
from retriever.store.catalog import rows_where
from retriever.store.schema import ITEMS
from retriever.types import Modality

RED, BLUE = (220, 20, 20), (20, 20, 220)


@pytest.fixture
def media(tmp_path: Path) -> Path:
    """Two boxes, three pictures, three sounds and a note."""
    root = tmp_path / "media"
    write_box(root / "tall.off", (1, 9, 1))
    write_box(root / "flat.obj", (9, 1, 9))
    write_picture(root / "red.png", RED)
    write_picture(root / "wine.jpg", (180, 10, 30), (64, 64))
    write_picture(root / "blue.webp", BLUE)
    write_tone(root / "low.wav", 60, seconds=3)
    write_tone(root / "deep.ogg", 70)
    write_tone(root / "high.mp3", 3500, rate=44_100)
    (root / "note.txt").write_text("red")
    return root


def found(folder: Path, **query: object) -> list[str]:
    return [hit.path for hit in retriever.open(folder).search(**query)]  # type: ignore[arg-type]


def test_every_kind_gets_a_row_with_its_facts(media: Path, folder: Path) -> None:
    summary = index([media], folder)
    assert counts(summary) == {"embedded": 9} and not summary.failed and not summary.skipped
    known = rows(folder)
    assert {path: row["modality"] for path, row in known.items() if path[0] in "rln"} == {
        "low.wav": "audio",
        "note.txt": "text",
        "red.png": "image",
    }
    assert (known["wine.jpg"]["width"], known["wine.jpg"]["height"]) == (64, 64)
    assert [known["low.wav"][name] for name in ("seconds", "rate", "channels")] == [3.0, 22_050, 2]
    assert known["high.mp3"]["rate"] == 44_100
    assert known["tall.off"]["width"] is None and known["red.png"]["seconds"] is None
    assert retriever.open(folder).status().items == {
        Modality.SHAPE: 2,
        Modality.IMAGE: 3,
        Modality.AUDIO: 3,
        Modality.TEXT: 1,
    }


def test_worker_processes_give_the_same_vectors(media: Path, folder: Path, tmp_path: Path) -> None:
    for n in range(12):
        write_picture(media / f"more/{n}.png", (20 * n, 99, 10))
        write_tone(media / f"more/{n}.flac", 100 + 90 * n)
    index([media], folder, workers=0)
    index([media], tmp_path / "other", workers=2)
    for path in ("red.png", "low.wav", "more/7.png", "more/7.flac", "tall.off"):
        np.testing.assert_array_equal(vector(folder, path), vector(tmp_path / "other", path))


def test_pictures_and_sounds_find_their_like(media: Path, folder: Path, tmp_path: Path) -> None:
    index([media], folder)
    crimson = write_picture(tmp_path / "query.bmp", (210, 30, 40), (300, 200))
    hum = write_tone(tmp_path / "query.flac", 65, rate=48_000)
    assert set(found(folder, image=crimson, to="image", k=2)) == {"red.png", "wine.jpg"}
    assert set(found(folder, audio=hum, to="audio", k=2)) == {"low.wav", "deep.ogg"}
    assert found(folder, expression=f"image:'{crimson}' - 0.5*image:{media}/blue.webp", to="image")[-1] == "blue.webp"
    assert set(found(folder, image=crimson)) == {"tall.off", "flat.obj"}, "shapes, where there are any"
    every = found(folder, image=crimson, audio=hum, minus_text="green", to="any", k=9)
    assert len(every) == 9 and every[0] in {"red.png", "wine.jpg", "low.wav", "deep.ogg"}


def test_a_file_finds_itself_with_its_own_vector(media: Path, folder: Path) -> None:
    index([media], folder)
    opened = retriever.open(folder)
    for name, to in {"wine.jpg": "image", "low.wav": "audio", "tall.off": "shape"}.items():
        hit = opened.search(**{to: media / name}, to=to)[0]
        assert hit.path == name and hit.score == pytest.approx(1, abs=1e-6)


def test_facts_are_filters_and_columns_of_every_output(media: Path, folder: Path, tmp_path: Path) -> None:
    index([media], folder)
    assert found(folder, text="x", to="image", where="width > 40") == ["wine.jpg"]
    assert found(folder, text="x", to="any", where="seconds > 2 and channels = 2 and rate < 44100") == ["low.wav"]
    hits = retriever.open(folder).search(text="x", to="any", where="seconds > 2")
    assert hits[0].metadata["seconds"] == 3.0 and hits.to_arrow().column("rate").to_pylist() == [22_050]
    assert "channels" in hits.to_csv().splitlines()[0]
    hits.to_parquet(tmp_path / "hits.parquet")
    assert pq.read_table(tmp_path / "hits.parquet").column("channels").to_pylist() == [2]
    assert json.loads(hits.to_json())["hits"][0]["modality"] == "audio"


def test_bad_pictures_and_sounds_stop_nothing(media: Path, folder: Path) -> None:
    (media / "web.jpg").write_bytes(b"<html>404</html>")
    (media / "cut.png").write_bytes((media / "red.png").read_bytes()[:60])
    (media / "none.gif").write_bytes(b"")
    (media / "song.mp3").write_bytes(b"ID3")
    write_tone(media / "silent.wav", 0)
    summary = index([media], folder)
    assert counts(summary) == {"embedded": 9}
    assert {failure.path: failure.kind for failure in summary.failed} == {
        "cut.png": "truncated",
        "none.gif": "empty",
        "silent.wav": "silent",
        "song.mp3": "malformed",
        "web.jpg": "malformed",
    }


def test_the_next_run_reads_what_changed_and_knows_copies(media: Path, folder: Path) -> None:
    index([media], folder)
    shutil.copy(media / "low.wav", media / "copy of low.wav")
    shutil.copy(media / "red.png", media / "copy of red.png")
    write_picture(media / "blue.webp", (10, 10, 200))
    (media / "deep.ogg").unlink()
    assert counts(index([media], folder)) == {"embedded": 1, "reused": 2, "removed": 1, "unchanged": 7}
    assert rows(folder)["copy of low.wav"]["seconds"] == 3.0 and rows(folder)["copy of red.png"]["width"] == 40


def test_a_picture_beside_a_shape_is_its_preview(media: Path, folder: Path) -> None:
    write_picture(media / "tall.png", RED)
    summary = index([media], folder)
    assert summary.skipped == {"sidecar": 1} and "tall.png" not in rows(folder)
    assert rows(folder)["tall.off"]["preview"] == "tall.png"


def test_what_users_say_of_width_and_height_is_kept_apart(media: Path, folder: Path, tmp_path: Path) -> None:
    (media / "tall.json").write_text('{"width": 120, "volume": "2 l", "label_kinds": "mine"}')
    (tmp_path / "table.csv").write_text("path,height,rate\ntall.off,95,high\n")
    index([media], folder, metadata=tmp_path / "table.csv")
    row = rows(folder)["tall.off"]
    assert (row["width_"], row["table_height"], row["table_rate"], row["width"]) == (120, 95, "high", None)
    assert row["volume_"] == "2 l" and row["surface_area"] > 0
    assert row["label_kinds_"] == "mine" and row["label_kinds"] is None


def older(folder: Path, **columns: type) -> None:
    """Turns an index into one from before pictures and sounds: without their columns, or with a user's of that name."""
    measures = ("width", "height", "seconds", "rate", "channels", "surface_area", "watertight", "volume")
    new = [name for name in measures if name in ITEMS.names]
    for file in folder.rglob("items.parquet"):
        table = pq.read_table(file).drop_columns(new)
        for name, kind in columns.items():
            table = table.append_column(name, [[kind(12)] * table.num_rows])
        pq.write_table(table, file)
    manifest = json.loads((folder / "manifest.json").read_text())
    del manifest["space"]["image"], manifest["space"]["audio"]
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize("columns", [{}, {"width": str}, {"width": lambda n: f"{n} cm", "rate": float}])
def test_an_index_from_before_is_still_read(
    corpus: Path, folder: Path, columns: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simple_space, "open_space", simple_space.open_mute)
    index([corpus], folder)
    older(folder, **columns)
    assert Manifest.read(folder).space.image is None
    assert len(found(folder, text="x", where="width is null or width = 12")) == 5
    assert rows_where(Snapshot.open(folder), "seconds > 1").sum() == 0
    write_box(corpus / "tall/f.off", (1, 3, 1))
    assert counts(index([corpus], folder)) == {"embedded": 1, "unchanged": 5}
    (corpus / "tall/f.off").unlink()
    index([corpus], folder)
    compact(folder)
    assert len(found(folder, text="x", where="channels is null")) == 5


def test_an_index_from_before_is_refused_by_a_space_that_sees_and_hears(
    corpus: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as mute:
        mute.setattr(simple_space, "open_space", simple_space.open_mute)
        index([corpus], folder)
    older(folder)
    spaces._opened.clear()
    with pytest.raises(SpaceError, match=r"sampling 1\), but installed is .*pictures 32x32 on 255.*index the corpus"):
        found(folder, text="x")
    with pytest.raises(SpaceError, match="another folder with folder="):
        IndexWriter(folder, spaces.get().identity)


def test_an_index_without_pictures_says_what_it_holds(corpus: Path, folder: Path, media: Path) -> None:
    index([corpus], folder)
    with pytest.raises(UsageError, match=r"holds no image \(it holds: 5 shape\)"):
        found(folder, image=media / "red.png", to="image")
    with pytest.raises(UsageError, match=r"image=.*tall\.off: this is a file of kind shape; ask with shape:"):
        found(folder, image=media / "tall.off")
    (media / "red.png").write_bytes(b"no picture")
    with pytest.raises(UsageError, match=r"minus_image=.*red\.png: the file is no picture that can be read; save"):
        found(folder, text="x", minus_image=media / "red.png")
