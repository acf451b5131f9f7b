"""Thumbnails of files of every kind."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from small_corpus import write_box, write_picture, write_tone

from retriever.drawing.thumbnails import thumbnail
from retriever.errors import FileProblem


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def test_a_shape_is_drawn_upright(tmp_path: Path):
    write_box(tmp_path / "tall.off", (1, 9, 1))
    for up, tall in (("auto", True), ("y", True), ("z", False)):
        picture = opened(thumbnail(tmp_path / "tall.off", 64, up=up))
        assert (picture.format, picture.mode, picture.size) == ("PNG", "RGBA", (64, 64))
        solid = np.asarray(picture)[:, :, 3] > 200
        rows, columns = np.ptp(np.flatnonzero(solid.any(axis=1))), np.ptp(np.flatnonzero(solid.any(axis=0)))
        assert (rows > 2 * columns) == tall


def test_a_picture_is_shrunk_in_its_proportions_and_never_enlarged(tmp_path: Path):
    for size, small in (((200, 50), (64, 16)), ((20, 10), (20, 10))):
        Image.new("RGB", size, (220, 20, 20)).save(tmp_path / "red.png")
        picture = opened(thumbnail(tmp_path / "red.png", 64))
        assert picture.size == small and picture.getpixel((5, 5)) == (220, 20, 20)


def test_a_picture_stands_as_its_exif_tag_says_and_what_is_transparent_stays(tmp_path: Path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (200, 50), (220, 20, 20)).save(tmp_path / "turned.jpg", exif=exif)
    assert opened(thumbnail(tmp_path / "turned.jpg", 64)).size == (16, 64)
    Image.new("RGBA", (50, 50), (220, 20, 20, 0)).save(tmp_path / "clear.png")
    assert opened(thumbnail(tmp_path / "clear.png", 64)).getpixel((5, 5))[3] == 0


def test_a_sound_is_its_waveform(tmp_path: Path):
    import soundfile

    loud_then_soft = np.concatenate([np.full(8000, 0.8), np.full(8000, 0.1)]) * np.sin(np.arange(16_000) / 3)
    soundfile.write(tmp_path / "fading.wav", loud_then_soft, 16_000)
    alpha = np.asarray(opened(thumbnail(tmp_path / "fading.wav", 100)))[:, :, 3].astype(int)
    left, right = alpha[:, 5:45].sum(), alpha[:, 55:95].sum()
    assert left > 3 * right > 0
    assert (alpha == alpha[::-1]).all(), "as much above the middle as below"


def test_the_same_file_has_the_same_thumbnail_in_both_formats(tmp_path: Path):
    write_box(tmp_path / "box.off", (1, 2, 3))
    write_picture(tmp_path / "red.png", (220, 20, 20))
    write_tone(tmp_path / "low.wav", 60)
    for name in ("box.off", "red.png", "low.wav"):
        for format in ("PNG", "WEBP"):
            data = thumbnail(tmp_path / name, 48, format=format)
            assert data == thumbnail(tmp_path / name, 48, format=format) and opened(data).format == format


def test_what_cannot_be_drawn_says_why(tmp_path: Path):
    (tmp_path / "note.txt").write_text("words")
    (tmp_path / "empty.glb").write_bytes(b"")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "odd.xyzzy").write_bytes(b"x")
    for name, kind in {
        "note.txt": "unsupported",
        "odd.xyzzy": "unsupported",
        "empty.glb": "empty",
        "broken.png": "malformed",
        "gone.wav": "unreadable",
        "gone.obj": "unreadable",
    }.items():
        with pytest.raises(FileProblem) as found:
            thumbnail(tmp_path / name)
        assert found.value.kind == kind, name
