"""`Space`: what it encodes, in which order, and what its description makes of it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import simple_space
import small_space
import soundfile
from PIL import Image
from small_corpus import write_box, write_picture, write_tone

from retriever.errors import FileProblem, SpaceError, UsageError
from retriever.spaces import Space, SpaceIdentity
from retriever.spaces.mini import open_space
from retriever.types import AudioInput, ImageInput, Modality, ShapeInput


@pytest.fixture
def space() -> Space:
    return simple_space.open_space()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with towers of every kind, of random weights."""
    folder = tmp_path_factory.mktemp("spaces") / "made"
    return small_space.write_space(folder, Modality.SHAPE, Modality.IMAGE, Modality.AUDIO)


def test_texts_images_audio_shapes_in_that_order(space: Space, tmp_path: Path) -> None:
    red = write_picture(tmp_path / "red.png", (220, 20, 20))
    low = write_tone(tmp_path / "low.wav", 60)
    box = write_box(tmp_path / "box.off", (1, 9, 1))
    together = space.encode(shapes=box, texts=["a", "b"], audio=str(low), images=[red, str(red)])
    assert together.shape == (6, simple_space.DIM) and together.dtype == np.float32
    parts = [space.encode(texts=["a", "b"]), *[space.encode(images=red)] * 2, space.encode(audio=low)]
    np.testing.assert_array_equal(together, np.concatenate([*parts, space.encode(shapes=[box])]))
    assert space.encode().shape == (0, simple_space.DIM)


@pytest.mark.parametrize("texts", ["\ud800", ["a chair", "\udcff"]])
def test_stray_bytes_are_no_text(space: Space, texts: str | list[str]) -> None:
    with pytest.raises(UsageError, match=r"The text '\\ud\w+' is not valid UTF-8; type it again"):
        space.encode(texts=texts)


def test_arrays_are_as_their_files(space: Space, tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, 4)).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    samples = np.random.default_rng(0).uniform(-0.5, 0.5, 9000).astype(np.float32)
    soundfile.write(tmp_path / "a.wav", samples, 8000, subtype="FLOAT")
    points = np.random.default_rng(0).random((300, 3))
    np.testing.assert_array_equal(space.encode(images=pixels), space.encode(images=[tmp_path / "a.png"]))
    np.testing.assert_array_equal(space.encode(images=[pixels / 255]), space.encode(images=pixels))
    np.testing.assert_array_equal(space.encode(audio=samples), space.encode(audio=tmp_path / "a.wav"))
    np.testing.assert_array_equal(space.encode(shapes=points), space.encode(shapes=[points]))
    stacked = space.encode(images=np.stack([pixels, pixels[::-1]]), audio=[samples] * 9)
    np.testing.assert_array_equal(stacked[:1], space.encode(images=pixels))
    assert len(stacked) == 11


def test_shapes_stand_on_the_axis_that_is_said(space: Space, tmp_path: Path) -> None:
    points = np.random.default_rng(0).random((300, 3)) * (1, 9, 1)
    lying = points @ np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]])  # y up -> z up
    np.save(tmp_path / "lying.npy", lying)
    for given in (lying, tmp_path / "lying.npy"):
        as_said, as_usual = space.encode(shapes=given, up="z"), space.encode(shapes=given)
        assert np.abs(as_said - as_usual).max() > 0.1
        np.testing.assert_array_equal(as_usual, space.encode(shapes=given, up="y"))
    with pytest.raises(UsageError, match="up axis 'x'"):
        space.encode(shapes=points, up="x")


def test_bad_files_and_arrays_are_named(space: Space, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("no picture")
    with pytest.raises(FileProblem, match=rf"^{tmp_path}/a\.png is no picture that can be read"):
        space.encode(images=tmp_path / "a.png")
    with pytest.raises(FileProblem, match=r"^gone\.wav cannot be read"):
        space.encode(audio="gone.wav")
    with pytest.raises(FileProblem, match=r"^The array has nothing to hear in it"):
        space.encode(audio=np.zeros(100))
    with pytest.raises(
        FileProblem, match=r"a\.png is not a sound format that is read; convert it to one of: aif aiff caf flac"
    ):
        space.encode(audio=tmp_path / "a.png")


def test_a_tower_that_is_not_there_is_said() -> None:
    for kind in ("images", "audio"):
        with pytest.raises(SpaceError, match=r"encoder \(it has: shape, text\)"):
            simple_space.open_mute().encode(**{kind: ["some.file"]})


def test_identities_differ_by_what_their_encoders_are_given() -> None:
    inputs = ShapeInput(), ImageInput(), AudioInput()
    identity = SpaceIdentity("a", 8, "5", *inputs)
    assert SpaceIdentity.from_json(json.loads(json.dumps(identity.to_json()))) == identity
    assert "pictures 96x96 on 255, sounds 30 s at 16000 Hz" in str(identity)
    assert identity != SpaceIdentity("a", 8, "5", inputs[0], ImageInput(side=128), inputs[2])
    before = {name: value for name, value in identity.to_json().items() if name not in ("image", "audio")}
    assert SpaceIdentity.from_json(before) == SpaceIdentity("a", 8, "5", inputs[0])


def test_a_folder_opens_every_tower(made: Path, tmp_path: Path) -> None:
    space = open_space(made)
    assert space.modalities == set(Modality)
    identity = space.identity
    assert (identity.image, identity.audio) == (ImageInput(side=32), AudioInput(seconds=2.0))
    assert space.licenses[Modality.IMAGE] == "random image weights" and space.license
    red, low = write_picture(tmp_path / "red.png", (220, 20, 20)), write_tone(tmp_path / "low.wav", 60)
    vectors = space.encode(texts="a", images=red, audio=low, shapes=write_box(tmp_path / "box.off", (1, 9, 1)))
    assert vectors.shape == (4, 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def changed(made: Path, folder: Path, change: Callable[[dict], object]) -> Path:
    """A copy of the space with another description."""
    shutil.copytree(made, folder)
    card = json.loads((folder / "space.json").read_text())
    change(card)
    (folder / "space.json").write_text(json.dumps(card))
    return folder


def test_weights_may_lie_in_another_space(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made, tmp_path / "made")
    borrowed = changed(
        made, tmp_path / "mine", lambda card: card["towers"]["image"].update(file="../made/image.safetensors")
    )
    (borrowed / "image.safetensors").unlink()
    pixels = np.full((9, 9, 3), 90, np.uint8)
    np.testing.assert_array_equal(open_space(borrowed).encode(images=pixels), open_space(made).encode(images=pixels))


def test_without_towers_there_are_no_inputs(made: Path, tmp_path: Path) -> None:
    def keep(card: dict) -> None:
        del card["towers"]["image"], card["towers"]["audio"]

    space = open_space(changed(made, tmp_path / "mine", keep))
    assert space.modalities == {Modality.SHAPE, Modality.TEXT}
    assert space.identity.image is None and space.identity.audio is None


def test_licences_are_joined_where_there_is_no_sentence(made: Path, tmp_path: Path) -> None:
    space = open_space(changed(made, tmp_path / "mine", lambda card: card.pop("license")))
    assert "image: random image weights" in space.license


@pytest.mark.parametrize(
    "change",
    [
        lambda card: card.pop("dim"),
        lambda card: card.update(towers={"smell": {"sha256": "0"}}),
        lambda card: card.update(towers=3),
        lambda card: card["towers"]["image"].pop("sha256"),
        lambda card: card["image_input"].update(size=3),
        lambda card: card["towers"]["audio"].pop("file"),
    ],
)
def test_descriptions_of_no_use_are_named(made: Path, tmp_path: Path, change: Callable[[dict], object]) -> None:
    with pytest.raises(SpaceError, match=r"mine/space\.json does not describe a space that .*upgrade"):
        open_space(changed(made, tmp_path / "mine", change))


@pytest.mark.parametrize("text", ["", "{", "\xff"])
def test_damaged_descriptions_are_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "space.json").write_text(text, encoding="latin-1")
    with pytest.raises(SpaceError, match=r"space\.json cannot be read .*install any3d-retriever again"):
        open_space(tmp_path)


@pytest.mark.parametrize("modality", [Modality.SHAPE, Modality.IMAGE, Modality.AUDIO])
def test_weights_that_are_missing_damaged_or_of_another_tower_are_named(
    made: Path, tmp_path: Path, modality: Modality
) -> None:
    folder = changed(made, tmp_path / "mine", lambda card: card["towers"][modality]["config"].update(flavour=3))
    with pytest.raises(SpaceError, match=rf"{modality} tower cannot be used .*flavour"):
        open_space(folder).encoder(modality)
    weights = folder / f"{modality}.safetensors"
    shutil.copy(made / "space.json", folder)
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(SpaceError, match=rf"{modality}\.safetensors of the {modality} tower cannot be used"):
        open_space(folder).encoder(modality)
    other = made / ("audio.safetensors" if modality is not Modality.AUDIO else "image.safetensors")
    shutil.copy(other, weights)
    with pytest.raises(SpaceError, match=rf"{modality}\.safetensors of the {modality} tower cannot be used"):
        open_space(folder).encoder(modality)
    weights.unlink()
    with pytest.raises(SpaceError, match=rf"{modality}\.safetensors of the {modality} tower are missing"):
        open_space(folder).encoder(modality)


def test_nothing_heavy_is_imported_before_a_tower_is_used(made: Path) -> None:
    program = (
        "import sys\nfrom pathlib import Path\nfrom retriever.spaces.mini import open_space\n"
        "space = open_space(Path(sys.argv[1]))\nspace.encode(texts='a chair')\n"
        "print(*sorted({'torch', 'PIL', 'soundfile', 'soxr', 'trimesh'} & set(sys.modules)))\n"
    )
    command = [sys.executable, "-c", program, str(made)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "\n"
