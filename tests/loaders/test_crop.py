"""Pictures in the convention of CLIP: goldens of its own front end, and every kind of picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from retriever import loaders
from retriever.errors import FileProblem, SpaceError
from retriever.loaders import image
from retriever.spaces.parts.vit import normalised
from retriever.types import ImageInput, Picture

DATA = Path(__file__).parents[1] / "data" / "published"
GOLDENS = np.load(DATA / "pictures.npz")
EYE = ImageInput(side=224, fit="crop")
RED = (200, 30, 20)


def picture(source: Path | np.ndarray) -> Picture:
    payload = loaders.load_image(source, EYE).payload
    assert isinstance(payload, Picture)
    assert payload.pixels.shape == (224, 224, 3) and payload.pixels.dtype == np.uint8
    return payload


def pixels(source: Path | np.ndarray) -> np.ndarray:
    return picture(source).pixels.astype(int)


@pytest.mark.parametrize("name", ["land_300x200", "odd_331x220", "tall_97x150", "rgba_256x240", "grey_230x230"])
def test_pictures_are_cropped_as_the_goldens(name: str) -> None:
    golden = GOLDENS[name].astype(int)
    assert np.abs(pixels(DATA / f"{name}.png") - golden).max() <= 1
    with Image.open(DATA / f"{name}.png") as opened:
        array = np.asarray(opened if opened.mode == "RGBA" else opened.convert("RGB"))
    assert np.abs(pixels(array) - golden).max() <= 1


def test_numbers_are_as_the_goldens() -> None:
    made = normalised([picture(DATA / "land_300x200.png")], "cpu")[0].numpy()
    assert np.abs(made - GOLDENS["tensor_land_300x200"]).max() < 0.016


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (100_000, 1), (224, 224), (3000, 20)])
def test_pictures_of_any_size_become_the_square(size: tuple[int, int], tmp_path: Path) -> None:
    Image.new("RGB", size, RED).save(tmp_path / "picture.png")
    loaded = loaders.load_image(tmp_path / "picture.png", EYE)
    assert (loaded.facts["width"], loaded.facts["height"]) == size
    assert (pixels(tmp_path / "picture.png") == RED).all()


def test_of_a_very_long_picture_the_middle_is_shown() -> None:
    ramp = np.repeat(np.linspace(0, 255, 1001).astype(np.uint8)[None, :, None], 3, axis=2).repeat(3, axis=0)
    assert pixels(ramp)[:, 100:124].mean() == pytest.approx(127.5, abs=1)
    assert np.abs(pixels(ramp.swapaxes(0, 1)) - pixels(ramp).swapaxes(0, 1)).max() <= 1


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turns_the_picture_upright(tmp_path: Path, orientation: int) -> None:
    with Image.open(DATA / "odd_331x220.png") as opened:
        upright = opened.convert("RGB")
    turn = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}.get(orientation)  # what a camera does, 1 to 8
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = upright if turn is None else upright.transpose(Image.Transpose(turn))
    stored.save(tmp_path / "photo.png", exif=exif)
    assert loaders.load_image(tmp_path / "photo.png", EYE).facts == {"width": 331, "height": 220}
    assert np.abs(pixels(tmp_path / "photo.png") - GOLDENS["odd_331x220"]).max() <= 1


def test_what_is_transparent_shows_its_colour(tmp_path: Path) -> None:
    for name in ("a.png", "b.webp", "c.tif"):
        Image.new("RGBA", (60, 40), (*RED, 0)).save(tmp_path / name, lossless=True, exact=True)
        assert (pixels(tmp_path / name) == RED).all(), name


def test_every_way_to_store_a_pixel(tmp_path: Path) -> None:
    plain = Image.new("RGB", (60, 40), RED)
    plain.convert("CMYK").save(tmp_path / "cmyk.tif")
    plain.quantize(4).save(tmp_path / "palette.png")
    plain.save(tmp_path / "moving.gif", save_all=True, append_images=[Image.new("RGB", (60, 40), (0, 0, 255))])
    for name in ("cmyk.tif", "palette.png", "moving.gif"):
        assert np.abs(pixels(tmp_path / name) - RED).max() < 4, name
    Image.fromarray(np.full((40, 60), 32_768, np.uint16)).save(tmp_path / "16 bit.png")
    assert (pixels(tmp_path / "16 bit.png") == 128).all()


def test_a_jpeg_of_too_many_pixels_is_unpacked_smaller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Image.open(DATA / "land_300x200.png") as opened:
        large = opened.convert("RGB").resize((900, 600), Image.Resampling.BICUBIC)
    large.save(tmp_path / "large.jpg", quality=95)
    large.save(tmp_path / "large.png")
    whole = pixels(tmp_path / "large.jpg")
    monkeypatch.setattr(image, "MAX_PIXELS", 900 * 600 - 1)
    assert 0 < np.abs(pixels(tmp_path / "large.jpg") - whole).mean() < 3
    with pytest.raises(FileProblem, match="more than the 539,999 pixels"):
        pixels(tmp_path / "large.png")


def test_a_fit_that_is_not_known() -> None:
    for source in (DATA / "land_300x200.png", np.zeros((4, 4, 3), np.uint8)):
        with pytest.raises(SpaceError, match="'stretch'"):
            loaders.load_image(source, ImageInput(fit="stretch"))
