"""Pictures: one real file of every format, every way in which pixels are stored, and every fault."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from retriever import loaders
from retriever.errors import FileProblem
from retriever.loaders import Inputs, image
from retriever.types import ImageInput, Loaded, Modality, Picture, ShapeInput

ENTRY = ImageInput(side=48, background=255)
INPUTS = Inputs(ShapeInput(), ENTRY)
RED, BLUE = (200, 30, 20), (20, 40, 210)
SUFFIXES = sorted(loaders.suffixes(Modality.IMAGE))


def two_colors(width: int = 60, height: int = 40) -> Image.Image:
    """The left half red, the right half blue."""
    picture = Image.new("RGB", (width, height), RED)
    picture.paste(BLUE, (width // 2, 0, width, height))
    return picture


def load(path: Path) -> Loaded:
    return loaders.load(path, INPUTS)


def pixels(path: Path, entry: ImageInput = ENTRY) -> np.ndarray:
    payload = loaders.load_image(path, entry).payload
    assert isinstance(payload, Picture)
    assert payload.pixels.shape == (entry.side, entry.side, 3) and payload.pixels.dtype == np.uint8
    return payload.pixels.astype(int)


def problem(path: Path) -> FileProblem:
    with pytest.raises(FileProblem) as caught:
        load(path)
    assert str(caught.value).endswith(".") and ";" in str(caught.value), "a sentence with a cure"
    return caught.value


def saved(picture: Image.Image, path: Path, **how: object) -> Path:
    picture.save(path, **how)
    return path


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_gives_the_same_picture(tmp_path: Path, suffix: str) -> None:
    lossless = (
        {"lossless": True} if suffix == ".webp" else {"quality": 95} if suffix in (".jpg", ".jpeg", ".jfif") else {}
    )
    path = saved(two_colors(), tmp_path / f"a{suffix}", **lossless)
    loaded = load(path)
    assert loaded.modality is Modality.IMAGE and loaded.facts == {"width": 60, "height": 40}
    assert loaded.sha256 == loaders.content_hash(path)
    shown = pixels(path)
    assert (shown[:8] == 255).all() and (shown[-8:] == 255).all(), "60 x 40 leaves 8 rows above and below"
    assert np.abs(shown[10:38, 2:20] - RED).max() < 12
    assert np.abs(shown[10:38, 28:46] - BLUE).max() < 12


def test_what_the_file_holds_counts_not_its_suffix(tmp_path: Path) -> None:
    saved(two_colors(), tmp_path / "a.png")
    (tmp_path / "a.jpg").write_bytes((tmp_path / "a.png").read_bytes())
    np.testing.assert_array_equal(pixels(tmp_path / "a.jpg"), pixels(tmp_path / "a.png"))


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turns_the_picture_upright(tmp_path: Path, suffix: str, orientation: int) -> None:
    turn = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}.get(orientation)  # what a camera does, 1 to 8
    stored = two_colors(61, 40) if turn is None else two_colors(61, 40).transpose(Image.Transpose(turn))
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = saved(stored, tmp_path / f"a{suffix}", exif=exif, quality=95)
    assert load(path).facts == {"width": 61, "height": 40}
    upright = pixels(saved(two_colors(61, 40), tmp_path / f"upright{suffix}", quality=95))
    assert np.abs(pixels(path) - upright).mean() < 3, "but for a border's odd pixel and JPEG's blocks"


def test_damaged_exif_costs_the_orientation_only(tmp_path: Path) -> None:
    path = saved(two_colors(), tmp_path / "a.jpg", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\xff")
    assert load(path).facts["width"] == 60


MODES = {
    "grey": (two_colors().convert("L"), False),
    "one bit": (two_colors().convert("1"), False),
    "palette": (two_colors().quantize(4), True),
    "CMYK": (two_colors().convert("CMYK"), True),
    "YCbCr": (two_colors().convert("YCbCr"), True),
    "LAB": (two_colors().convert("LAB"), True),
    "grey and alpha": (two_colors().convert("LA"), False),
    "alpha": (two_colors().convert("RGBA"), True),
}


@pytest.mark.parametrize("name", MODES)
def test_every_way_to_store_a_pixel(tmp_path: Path, name: str) -> None:
    picture, colored = MODES[name]
    suffix = ".jpg" if name == "CMYK" else ".tif" if name in ("YCbCr", "LAB") else ".png"
    shown = pixels(saved(picture, tmp_path / f"a{suffix}"))
    left, right = shown[10:38, 4:18].mean(axis=(0, 1)), shown[10:38, 30:44].mean(axis=(0, 1))
    if colored:
        assert np.abs(left - RED).max() < 25 and np.abs(right - BLUE).max() < 25
    else:
        assert np.ptp(left) < 1 and np.ptp(right) < 1 and left[0] > right[0]


@pytest.mark.parametrize(("suffix", "order"), [(".png", "="), (".tif", "<"), (".tif", ">")])
@pytest.mark.parametrize("most", [65535, 40000])
def test_16_bit_grey_spans_black_to_white(tmp_path: Path, suffix: str, order: str, most: int) -> None:
    levels = np.tile(np.array([0, 16384, 32768, most], f"{order}u2").repeat(12), (48, 1))
    path = saved(Image.fromarray(levels), tmp_path / f"a{suffix}")
    assert suffix == ".png" or path.read_bytes()[:2] == (b"MM" if order == ">" else b"II")
    shown = pixels(path)
    assert [shown[24, x, 0] for x in (2, 18, 30, 46)] == pytest.approx([0, 64, 128, most / 257], abs=1)


def test_floats_and_long_integers_span_their_own_range(tmp_path: Path) -> None:
    ramp = np.linspace(-5, 700, 48, dtype=np.float32)[None].repeat(48, 0)
    ramp[:8] = np.nan
    for name, levels in {"f.tif": ramp, "i.tif": np.nan_to_num(ramp).astype(np.int32)}.items():
        shown = pixels(saved(Image.fromarray(levels), tmp_path / name))
        assert shown[24, 0, 0] < 3 and shown[24, -1, 0] > 252
    assert problem(saved(Image.fromarray(ramp[:8]), tmp_path / "nan.tif")).kind == "not-finite"


@pytest.mark.parametrize("level", [255, 128, 0])
def test_what_is_transparent_shows_the_background(tmp_path: Path, level: int) -> None:
    entry = ImageInput(side=32, background=level)
    half = Image.new("RGBA", (32, 32), (*RED, 0))
    half.paste((*RED, 255), (0, 0, 16, 32))
    for name in ("a.png", "b.webp", "c.gif", "d.tif"):
        path = saved(half, tmp_path / name, **({"lossless": True, "exact": True} if name == "b.webp" else {}))
        shown = pixels(path, entry)
        assert np.abs(shown[:, 20:] - level).max() <= 1
        assert np.abs(shown[:, :12] - RED).max() < 12
    thin = pixels(saved(two_colors(90, 6), tmp_path / "d.png"), entry)
    assert (thin[:14] == level).all() and (thin[-14:] == level).all()


def test_of_an_animation_the_first_frame_counts(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (20, 20), color) for color in (RED, BLUE)]
    for name in ("a.gif", "a.webp", "a.png", "a.tif"):
        path = saved(frames[0], tmp_path / name, save_all=True, append_images=frames[1:])
        assert np.abs(pixels(path) - RED).max() < 12, name


def test_one_pixel_fills_the_square(tmp_path: Path) -> None:
    path = saved(Image.new("RGB", (1, 1), BLUE), tmp_path / "a.png")
    assert (pixels(path) == BLUE).all()
    assert load(path).facts == {"width": 1, "height": 1}
    line = pixels(saved(Image.new("RGB", (5000, 1), BLUE), tmp_path / "line.png"))
    assert (line[24] == BLUE).all() or (line[23] == BLUE).all()


def test_a_large_jpeg_is_as_a_small_one(tmp_path: Path) -> None:
    large = pixels(saved(two_colors(3000, 2000), tmp_path / "large.jpg", quality=95))
    assert np.abs(large - pixels(saved(two_colors(), tmp_path / "a.png"))).mean() < 3


def test_more_pixels_than_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image, "MAX_PIXELS", 3000 * 2000 - 1)
    path = saved(Image.new("1", (3000, 2000)), tmp_path / "a.png")
    assert problem(path).kind == "too-large"
    assert load(saved(two_colors(3000, 2000), tmp_path / "a.jpg")).facts["width"] == 3000, "unpacked at an eighth"


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def test_a_header_that_asks_for_a_terabyte(tmp_path: Path) -> None:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1_000_000, 1_000_000, 8, 2, 0, 0, 0))
    (tmp_path / "bomb.png").write_bytes(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 99)))
    assert problem(tmp_path / "bomb.png").kind == "too-large"


def whole(suffix: str) -> bytes:
    file = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 255, (40, 60, 3)).astype(np.uint8)
    Image.fromarray(noise).save(file, {".jpg": "JPEG", ".tif": "TIFF"}.get(suffix, suffix[1:]))
    return file.getvalue()


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    "data", [b"<html><body>404</body></html>", b"\x89PNG", b"\xff\xd8\xff\xe0", b"GIF89a", b"MM\0*"]
)
def test_what_is_no_picture(tmp_path: Path, suffix: str, data: bytes) -> None:
    (tmp_path / f"a{suffix}").write_bytes(data)
    assert problem(tmp_path / f"a{suffix}").kind in {"malformed", "truncated"}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_empty_files(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"a{suffix}").write_bytes(b"")
    assert problem(tmp_path / f"a{suffix}").kind == "empty"


def test_half_a_picture_is_truncated(tmp_path: Path) -> None:
    for suffix in (".jpg", ".png", ".bmp", ".gif"):
        (tmp_path / f"a{suffix}").write_bytes(whole(suffix)[: len(whole(suffix)) // 2])
        assert problem(tmp_path / f"a{suffix}").kind == "truncated", suffix


@pytest.mark.parametrize("suffix", [".bmp", ".gif", ".jpg", ".png", ".tif", ".webp"])
def test_damaged_files_give_a_picture_or_a_file_problem(
    tmp_path: Path, suffix: str, capfd: pytest.CaptureFixture[str]
) -> None:
    good = whole(suffix)
    random = np.random.default_rng(len(good))
    path = tmp_path / f"a{suffix}"
    for count in (0, 0, 0, 0, 1, 1, 2, 4, 8, 32, 128):
        data = bytearray(good)
        for place in np.concatenate([random.integers(0, 300, count), random.integers(0, len(data), count)]):
            data[place] ^= 1 << random.integers(0, 8)
        path.write_bytes(data if count else data[: random.integers(1, len(data))])
        try:
            pixels(path)
        except FileProblem as found:
            assert found.kind != "unreadable"
    assert capfd.readouterr() == ("", "")


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 400), st.integers(1, 400), st.sampled_from([3, 4]), st.booleans())
def test_arrays_are_pictures(width: int, height: int, channels: int, floats: bool) -> None:
    levels = np.random.default_rng(width * height).integers(0, 256, (height, width, channels)).astype(np.uint8)
    given_as = levels / 255 if floats else levels
    shown = loaders.load_image(given_as, ENTRY).payload
    same = loaders.load_image(levels, ENTRY).payload
    assert isinstance(shown, Picture) and isinstance(same, Picture)
    assert shown.pixels.shape == (48, 48, 3)
    np.testing.assert_array_equal(shown.pixels, same.pixels)
    empty_rows = (48 - max(1, round(48 * height / max(width, height)))) // 2
    assert (shown.pixels[:empty_rows] == 255).all()


def test_an_array_is_as_its_file(tmp_path: Path) -> None:
    path = saved(two_colors(), tmp_path / "a.png")
    shown = loaders.load_image(np.asarray(two_colors()), ENTRY)
    assert isinstance(shown.payload, Picture) and shown.facts == {"width": 60, "height": 40}
    np.testing.assert_array_equal(shown.payload.pixels, pixels(path))


@pytest.mark.parametrize(
    ("array", "kind"),
    [
        (np.zeros((4, 4)), "malformed"),
        (np.zeros((4, 4, 2)), "malformed"),
        (np.zeros((0, 4, 3)), "malformed"),
        (np.zeros((4, 4, 3), np.int64), "malformed"),
        (np.full((4, 4, 3), 128.0), "malformed"),
        (np.full((4, 4, 3), np.nan), "not-finite"),
    ],
)
def test_other_arrays_are_refused(array: np.ndarray, kind: str) -> None:
    with pytest.raises(FileProblem) as caught:
        loaders.load_image(array, ENTRY)
    assert caught.value.kind == kind and ";" in str(caught.value)


def test_a_space_without_an_encoder_and_a_suffix_that_is_none(tmp_path: Path) -> None:
    path = saved(two_colors(), tmp_path / "a.png")
    with pytest.raises(FileProblem, match="of kind image, which the space does not encode"):
        loaders.load(path, Inputs(ShapeInput()))
    path.rename(tmp_path / "a.obj")
    with pytest.raises(FileProblem, match="is not a picture format that is read; convert it to one of: bmp"):
        loaders.load_image(tmp_path / "a.obj", ENTRY)


def test_a_deep_grey_picture_in_strips_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    levels = np.random.default_rng(3).normal(size=(37, 29)).astype(np.float32) * 1e6
    levels[5, :7] = np.inf, -np.inf, np.nan, 0, 1, 2, 3
    whole = np.asarray(image._grey(levels))
    monkeypatch.setattr(image, "_STRIP", 50)
    np.testing.assert_array_equal(np.asarray(image._grey(levels)), whole)
    low, high = levels[np.isfinite(levels)].min(), levels[np.isfinite(levels)].max()
    assert whole[levels == high].min() == 255 and whole[levels == low].max() == 0 and whole[5, :3].max() == 0
