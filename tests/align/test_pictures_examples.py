"""Pictures as training examples: where they come from, how they are split, drawn, varied and judged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name everybody uses

from indexer.align.loop import Alignment, Recipe
from indexer.align.pictures import pack, sources
from indexer.align.pictures.augment import Augmentation, augment, plain, surroundings
from indexer.align.pictures.examples import PictureExamples
from indexer.align.pictures.names import photo_captions
from indexer.align.pictures.pack import SIDE, LabelledPicture, Pack
from indexer.align.shapes.sources import LabelledShape, parametric_shapes
from indexer.align.split import is_held_out
from retriever.spaces.image_tower import ImageTower, ImageTowerConfig

COLORS = {"red": (220, 30, 30), "green": (30, 200, 40), "blue": (30, 40, 220), "yellow": (230, 220, 40)}
MILD = Augmentation(hue=2.0, grey=0.0, erase=0.0)


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)  # many small steps: waiting for a second thread costs more than it gives
    yield
    torch.set_num_threads(before)


def blob(name: str, number: int, kind: str = "photo") -> LabelledPicture:
    rng = np.random.default_rng(number)
    pixels = np.zeros((SIDE, SIDE, 4), np.uint8)
    top, left = rng.integers(5, 40, 2)
    pixels[top : top + 60, left : left + 60, :3] = COLORS[name]
    pixels[top : top + 60, left : left + 60, 3] = 255
    return LabelledPicture(pixels, (name, f"a {name} square"), f"{kind}/{name}/{number}", "own", kind)


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    pictures = [blob(name, i, kind) for name in COLORS for i in range(24) for kind in ("photo", "render")]
    return pack.write(pictures, tmp_path_factory.mktemp("pack"))


@pytest.fixture(scope="module")
def phrase_vectors() -> Tensor:
    torch.manual_seed(3)
    names = torch.randn(4, 384)
    return F.normalize(names.repeat_interleave(2, dim=0) + 0.3 * torch.randn(8, 384), dim=-1)


def test_a_pack_is_what_was_written(packed: Pack) -> None:
    first = blob("red", 0)
    assert (packed.pixels[0] == first.pixels).all()
    assert packed.captions[0] == first.captions
    assert len(packed.pixels) == len(packed.kinds) == 192
    assert [is_held_out(group) for group in packed.groups] == list(packed.held_out)


def test_half_a_pack_is_none(tmp_path: Path) -> None:
    def broken():  # type: ignore[no-untyped-def]
        yield blob("red", 0)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pack.write(broken(), tmp_path)
    assert not pack.exists(tmp_path)


def test_renders_are_held_out_with_their_shapes() -> None:
    shapes = list(parametric_shapes(2, 0, ["ball", "box"]))
    shapes = [LabelledShape(s.geometry, s.captions, s.group, "set") for s in shapes]
    pictures = list(sources.renders(shapes, 2, "render", (0,)))
    assert [picture.group for picture in pictures] == [s.group for s in shapes for _ in range(2)]
    assert all(picture.held_out is None for picture in pictures)  # so that the pack asks the group's hash
    assert all(picture.pixels.shape == (SIDE, SIDE, 4) and picture.pixels[:, :, 3].any() for picture in pictures)
    again = list(sources.renders(shapes, 2, "render", (0,)))
    assert all((a.pixels == b.pixels).all() and a.captions == b.captions for a, b in zip(pictures, again, strict=True))


def test_an_authors_render_is_held_out_where_any_shape_of_its_name_is(tmp_path: Path) -> None:
    groups = [f"kenney/{i}" for i in range(200)]
    out = next(group for group in groups if is_held_out(group)).split("/")[1]
    kept = next(group for group in groups if not is_held_out(group)).split("/")[1]
    rows = [
        ("kenney", "oak tree", kept),
        ("kenney", "oak tree", out),
        ("kenney", "bench", kept),
        ("other", "bin", "999"),
    ]
    table = tmp_path / "items.csv"
    table.write_text("set,name,category,group\n" + "".join(f"{s},{n},,{g}\n" for s, n, g in rows))
    for name in ("oak_tree", "bench", "bin"):
        Image.new("RGB", (40, 30), (90, 60, 30)).save(tmp_path / f"{name}.jpg")
    found = {picture.captions[0]: picture for picture in sources.authors_renders(tmp_path, table, "kenney")}
    assert {name: picture.held_out for name, picture in found.items()} == {"bench": False, "oak tree": True}


def test_photos_are_named_after_their_folders_and_a_part_is_held_out(tmp_path: Path) -> None:
    for i in range(60):
        path = tmp_path / "caltech101" / "car_side" / f"{i}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (120, 60), (i, 100, 100)).save(path)
    found = list(sources.photos(tmp_path / "caltech101"))
    assert {picture.captions[0] for picture in found} == {"car"}
    assert 0 < sum(bool(picture.held_out) for picture in found) < 20
    alpha = found[0].pixels[:, :, 3]
    assert (alpha[28:84] == 255).all()
    assert (alpha[:27] == 0).all()


def test_white_surroundings_are_cut_out_and_white_inside_is_not(tmp_path: Path) -> None:
    picture = np.full((100, 100, 3), 255, np.uint8)
    picture[20:80, 20:80] = 60
    picture[40:60, 40:60] = 255
    Image.fromarray(picture).save(tmp_path / "frame.png")
    alpha = sources.squared(tmp_path / "frame.png", cut_out=True)[:, :, 3]
    assert alpha.min() == 255  # cropped to the frame, whose hole is its own
    Image.new("RGB", (10, 10), "white").save(tmp_path / "white.png")
    assert sources.squared(tmp_path / "white.png", cut_out=True)[:, :, 3].min() == 255


@pytest.mark.parametrize(
    ("dataset", "name", "first"),
    [
        ("caltech101", "Faces_easy", "face"),
        ("caltech101", "grand_piano", "grand piano"),
        ("clothing", "t-shirt", "t-shirt"),
        ("grocery", "Granny-Smith", "apple"),
        ("grocery", "Oatly-Oat-Milk", "milk carton"),
        ("grocery", "Banana", "banana"),
        ("anything", "garden_gnome", "garden gnome"),
    ],
)
def test_classes_of_photos_have_names_that_people_type(dataset: str, name: str, first: str) -> None:
    assert photo_captions(dataset, name)[0] == first


def test_draws_are_varied_training_pictures_with_captions_of_theirs(packed: Pack) -> None:
    examples = PictureExamples(packed, 96, augmentation=MILD, widen=lambda captions: (*captions, "colour"), own=0.5)
    rng = np.random.default_rng(0)
    (pixels,), captions, shown, _ = examples.draw(rng, 200)
    assert shown is None
    assert pixels.dtype == torch.uint8
    assert pixels.shape == (200, pixels.shape[1], pixels.shape[1], 3)
    assert 64 <= pixels.shape[1] <= 96
    words = [examples.phrases[caption] for caption in captions]
    assert 0.35 < words.count("colour") / 200 < 0.65
    (again,), same, *_ = PictureExamples(packed, 96, augmentation=MILD, own=0.5).draw(np.random.default_rng(0), 200)
    assert again.shape == pixels.shape
    assert len(same) == 200
    assert len({examples.draw(rng, 1)[0][0].shape for _ in range(20)}) > 2


def test_the_same_chance_draws_the_same(packed: Pack) -> None:
    examples = PictureExamples(packed, 96)
    (a,), i, *_ = examples.draw(np.random.default_rng(5), 8)
    (b,), j, *_ = examples.draw(np.random.default_rng(5), 8)
    assert torch.equal(a, b)
    assert (i == j).all()


def test_no_held_out_picture_is_drawn(packed: Pack) -> None:
    examples = PictureExamples(packed, 96, mixture={"photo": 1.0})
    rows = examples._rows.draw(np.random.default_rng(0), 2000)
    assert packed.held_out.any()
    assert not packed.held_out[rows].any()
    assert {packed.kinds[row] for row in rows} == {"photo"}


def test_validation_tells_a_perfect_tower_from_a_blind_one(packed: Pack, phrase_vectors: Tensor) -> None:
    examples = PictureExamples(packed, 96)
    colors = torch.tensor(list(COLORS.values())).float()

    class Oracle(nn.Module):
        def forward(self, pixels: Tensor) -> Tensor:
            flat = pixels.float().flatten(1, 2)
            least_white = flat.sum(-1).argmin(1)
            seen = flat[torch.arange(len(flat)), least_white]
            return phrase_vectors[2 * torch.cdist(seen, colors).argmin(1)]

    class Blind(nn.Module):
        def forward(self, pixels: Tensor) -> Tensor:
            return phrase_vectors[:1].expand(len(pixels), -1)

    perfect = examples.validate(Oracle(), phrase_vectors)
    assert perfect["photo_top1"] == perfect["render_top1"] == perfect["photo_to_text_map"] == 1
    blind = examples.validate(Blind(), phrase_vectors)
    assert blind["photo_top1"] < 0.6


def test_a_short_training_beats_chance(packed: Pack, phrase_vectors: Tensor, tmp_path: Path) -> None:
    examples = PictureExamples(packed, 32, augmentation=MILD)
    tower = ImageTower(ImageTowerConfig(side=32, stem=8, widths=(16, 32), depths=(1, 1), momentum=0.1))
    recipe = Recipe(steps=24, batch=24, rate=8e-3, warmup=4, average=0.7, validate_every=24)
    trained = Alignment(examples, phrase_vectors.numpy(), tower, recipe, tmp_path).train(lambda line: None)
    assert examples.validate(trained, phrase_vectors)["photo_top1"] > 0.6  # chance is 0.25
    assert (tmp_path / "tower.safetensors").is_file()


def test_the_surroundings_of_a_cut_out_change_and_it_stays() -> None:
    rgba = torch.from_numpy(blob("red", 1).pixels)[None].expand(64, -1, -1, -1)
    still = Augmentation(1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    pictures = augment(rgba, SIDE, still, torch.Generator().manual_seed(0)).float()
    assert pictures[:, 0, 0].std(dim=0).min() > 20
    red = (pictures - torch.tensor(COLORS["red"])).abs().amax(-1) <= 1
    assert (red.sum(dim=(1, 2)) >= 50 * 50).all()


def test_pictures_in_use_are_whole_and_before_white() -> None:
    rgba = torch.from_numpy(blob("blue", 1).pixels)[None]
    picture = plain(rgba, 96)[0]
    assert picture.shape == (96, 96, 3)
    assert (picture[0, 0] == 255).all()
    blue = (picture.float() - torch.tensor(COLORS["blue"])).abs().amax(-1) <= 1
    assert abs(int(blue.sum()) - (60 * 96 / 112) ** 2) < 250


def test_surroundings_are_colours_and_some_are_white() -> None:
    behind = surroundings(200, 16, 0.5, torch.Generator().manual_seed(0))
    assert behind.min() >= -0.21
    assert behind.max() <= 1.21
    white = (behind == 1).flatten(1).all(dim=1).float().mean()
    assert 0.35 < white < 0.65
