import functools
import json
import operator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from index_making import SPACE

from retriever.errors import IndexCorrupt, IndexMissing
from retriever.store import Manifest
from retriever.store.manifest import SegmentEntry


def _manifest() -> Manifest:
    return Manifest(
        space=SPACE,
        version=3,
        roots={"modèles": "/data/modèles"},
        segments=(SegmentEntry("000001", 2, {"shape": 2}), SegmentEntry("000004", 3, {"shape": 1, "text": 2})),
        deleted="000003.npy",
        next_segment=5,
        created="2025-01-01T00:00:00+00:00",
        updated="2025-01-02T00:00:00+00:00",
    )


def test_it_reads_back_as_written(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(_manifest().to_json(), encoding="utf-8")
    assert Manifest.read(tmp_path) == _manifest()
    assert _manifest().rows == 5


@pytest.mark.parametrize(
    "wrong", [{"memory": 10**30}, {"memory": -1}, {"memory": 4e9}, {"recall": "0.9"}, {"ann": "x"}]
)
def test_one_that_could_not_be_read_is_not_written(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        replace(_manifest(), **wrong).to_json()


def test_a_folder_without_one_is_no_index(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match=rf"{tmp_path} holds no index: .*retriever index"):
        Manifest.read(tmp_path)
    with pytest.raises(IndexMissing, match=rf"--index '{tmp_path}/two words'`"):
        Manifest.read(tmp_path / "two words")


def test_a_newer_format_asks_for_an_upgrade(tmp_path: Path) -> None:
    data = json.loads(_manifest().to_json()) | {"format": 99, "unheard_of": True}
    (tmp_path / "manifest.json").write_text(json.dumps(data))
    with pytest.raises(IndexCorrupt, match=r"newer version of retriever \(format 99, .*pip install -U"):
        Manifest.read(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"format": 1}',
        '{"format": "one"}',
        '{"format": 1, "space": {}, "segments": []}',
        _manifest().to_json().replace('"version": 3', '"surprise": 3'),
        _manifest().to_json()[:-40],
        "[" * 100_000,
    ],
)
def test_damage_names_the_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(IndexCorrupt, match=r"manifest\.json cannot be read .*restore it"):
        Manifest.read(tmp_path)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("version",), "3"),
        (("roots",), []),
        (("roots", "modèles"), None),
        (("segments", 0, "name"), None),
        (("segments", 0, "name"), "../000001"),
        (("segments", 1, "name"), "000005"),  # a writer would write over it
        (("segments", 0, "rows"), 3),
        (("segments", 0, "rows"), -2),
        (("segments", 0, "modalities"), {"s[ape": 2}),
        (("segments", 0, "modalities"), {"shape": True}),
        (("segments", 0, "modalities"), 7),
        (("space", "dim"), 8.0),
        (("deleted",), 3),
        (("ann",), ".."),
        (("recall",), "high"),
        (("memory",), 10**30),
        (("next_segment",), 1),
    ],
)
def test_what_no_writer_writes_is_damage(tmp_path: Path, place: tuple[str | int, ...], value: object) -> None:
    data = json.loads(_manifest().to_json())
    *outer, last = place
    functools.reduce(operator.getitem, outer, data)[last] = value
    (tmp_path / "manifest.json").write_text(json.dumps(data))
    with pytest.raises(IndexCorrupt, match=r"manifest\.json cannot be read .*restore it"):
        Manifest.read(tmp_path)


@given(at=st.integers(0, len(_manifest().to_json().encode()) - 1), byte=st.integers(0, 255))
def test_any_byte_may_be_wrong(tmp_path_factory: pytest.TempPathFactory, at: int, byte: int) -> None:
    folder, data = tmp_path_factory.getbasetemp(), bytearray(_manifest().to_json().encode())
    data[at] = byte
    (folder / "manifest.json").write_bytes(data)
    with suppress(IndexCorrupt):  # else it is one that could have been written
        found = Manifest.read(folder)
        assert found.rows == 5
        assert [entry.modalities.keys() for entry in found.segments] == [{"shape"}, {"shape", "text"}]
