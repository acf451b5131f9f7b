"""Damage to the files of an index is noticed when they are read, and said with the cure."""

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from index_making import contents, item, unit, write

from retriever.errors import IndexCorrupt
from retriever.store import Snapshot


def _cut(path: Path, size: int) -> None:
    path.write_bytes(path.read_bytes()[:size])


def _spoil(path: Path, at: int, byte: bytes) -> None:
    data = bytearray(path.read_bytes())
    data[at : at + 1] = byte
    path.write_bytes(data)


@pytest.mark.parametrize("name", ["segments/000001/vectors.npy", "segments/000001/ids.npy", "deleted/000005.npy"])
def test_any_byte_of_a_header_may_be_wrong(index: Path, name: str) -> None:
    sound, data = contents(Snapshot.open(index)), (index / name).read_bytes()
    for at in (*range(0, 128, 6), 8, 9, 127):
        for byte in (b"[", b"9", bytes([data[at] ^ 0x80])):
            _spoil(index / name, at, byte)
            with suppress(IndexCorrupt):  # else it is a space, which says nothing
                assert contents(Snapshot.open(index)) == sound, (at, byte)
            (index / name).write_bytes(data)


def _edit(path: Path, **changes: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda f: shutil.rmtree(f / "segments/000001"), r"vectors\.npy is damaged \(the file is missing\)"),
        (
            lambda f: (f / "segments/000002/items.parquet").unlink(),
            r"items\.parquet is damaged \(the file is missing\)",
        ),
        (lambda f: _cut(f / "segments/000001/vectors.npy", 140), r"000001/vectors\.npy is damaged"),
        (lambda f: _cut(f / "segments/000001/vectors.npy", 0), r"000001/vectors\.npy is damaged"),
        (lambda f: _cut(f / "segments/000001/items.parquet", 200), r"000001/items\.parquet is damaged"),
        (lambda f: np.save(f / "segments/000001/vectors.npy", unit(4)), r"holds float32 \(4, 8\) .* float32 \(3, 8\)"),
        (lambda f: np.save(f / "segments/000001/vectors.npy", np.eye(3, 8)), r"holds float64 \(3, 8\)"),
        (lambda f: _cut(f / "segments/000001/items.parquet", 0), r"000001/items\.parquet is damaged"),
        (lambda f: (f / "segments/000001/items.parquet").write_bytes(b"PAR1"), r"000001/items\.parquet is damaged"),
        (lambda f: _cut(f / "segments/000001/ids.npy", 140), r"000001/ids\.npy is damaged"),
        (
            lambda f: shutil.copy(f / "segments/000002/ids.npy", f / "segments/000001/ids.npy"),
            r"000001/ids\.npy is damaged \(it holds uint64 \(2, 2\) .* uint64 \(2, 3\)",
        ),
        (lambda f: np.save(f / "deleted/000005.npy", np.array([5])), r"deleted/000005\.npy does not fit .* 5 rows"),
        (lambda f: np.save(f / "deleted/000005.npy", np.array([-1])), r"does not fit"),
        (lambda f: np.save(f / "deleted/000005.npy", np.array([2, 1])), r"does not fit"),
        (lambda f: np.save(f / "deleted/000005.npy", np.array([1.0])), r"does not fit"),
        (lambda f: (f / "deleted/000005.npy").unlink(), r"list of deleted rows .* cannot be read"),
        (lambda f: (f / "deleted/000005.npy").write_bytes(b"\x80\x04N."), r"list of deleted rows .* cannot be read"),
        (lambda f: _spoil(f / "segments/000001/vectors.npy", 126, b"["), r"000001/vectors\.npy is damaged"),
        (lambda f: _spoil(f / "segments/000001/ids.npy", 126, b"["), r"000001/ids\.npy is damaged"),
        (lambda f: _spoil(f / "deleted/000005.npy", 126, b"["), r"list of deleted rows .* cannot be read"),
        (lambda f: _edit(f / "manifest.json", segments=7), r"manifest\.json cannot be read"),
    ],
)
def test_damage_names_the_file_and_the_cure(index: Path, damage: Callable[[Path], object], message: str) -> None:
    damage(index)
    with pytest.raises(IndexCorrupt, match=message) as caught:
        Snapshot.open(index)
    assert "restore it, or index the corpus into a new folder" in str(caught.value)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (
            lambda f: shutil.copy(f / "segments/000002/items.parquet", f / "segments/000001/items.parquet"),
            r"holds 2 rows where the manifest says 3",
        ),
        (lambda f: _spoil_footer(f / "segments/000001/items.parquet"), r"000001/items\.parquet is damaged"),
    ],
)
def test_a_damaged_footer_is_noticed_when_items_are_read(
    index: Path, damage: Callable[[Path], object], message: str
) -> None:
    damage(index)
    snapshot = Snapshot.open(index)
    for read in (snapshot.columns, lambda: snapshot.take(np.array([0])), lambda: snapshot.column("path")):
        with pytest.raises(IndexCorrupt, match=message) as caught:
            read()
        assert "restore it, or index the corpus into a new folder" in str(caught.value)


def _spoil_footer(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-200:-8] = bytes(192)
    path.write_bytes(data)


def test_damaged_pages_are_noticed_when_read(index: Path) -> None:
    path = index / "segments/000001/items.parquet"
    data = bytearray(path.read_bytes())
    data[4:300] = bytes(296)
    path.write_bytes(data)
    with pytest.raises(IndexCorrupt, match=r"items\.parquet is damaged"):
        Snapshot.open(index).take(np.array([0]))


def test_any_bit_of_the_pages_may_be_wrong(tmp_path: Path) -> None:
    write(tmp_path, [item(number) for number in range(300)])
    path = tmp_path / "segments/000001/items.parquet"
    data, sound = path.read_bytes(), contents(Snapshot.open(tmp_path))
    end = len(data) - 8 - int.from_bytes(data[-8:-4], "little")  # where the footer begins
    noticed = 0
    for at in range(4, end, end // 60):
        _spoil(path, at, bytes([data[at] ^ 4]))
        try:
            assert contents(Snapshot.open(tmp_path)) == sound, at
        except IndexCorrupt:
            noticed += 1
        path.write_bytes(data)
    assert noticed > 30
