"""What every encoder of every space must keep: unit vectors that depend on the payload alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import simple_space
import small_published
import small_space

from retriever import spaces
from retriever.spaces import Encoder, Space, folders, mini
from retriever.types import Modality, Payload, Picture, PointCloud, Text, Waveform

SHIPPED = sorted(path.parent for path in Path(spaces.__file__).parent.glob("weights/*/space.json"))
UNTRAINED = "untrained"
PUBLISHED = {published.name: published for published in small_published.FAMILIES}
OPEN: dict[str, Callable[[Path], Space]] = {
    "simple": lambda _: simple_space.open_space(),
    UNTRAINED: mini.open_space,
    **{at.name: (lambda _, at=at: mini.open_space(at)) for at in SHIPPED},  # type: ignore[misc]
    **{name: (lambda at, name=name: folders.open_space(at.parent / name)) for name in PUBLISHED},  # type: ignore[misc]
}
MODALITIES = {
    "simple": list(Modality),
    UNTRAINED: list(Modality),
    **{at.name: [Modality(name) for name in json.loads((at / "space.json").read_text())["towers"]] for at in SHIPPED},
    **{name: [each for each in Modality if each in published.parts] for name, published in PUBLISHED.items()},
}


def cloud(space: Space, random: np.random.Generator) -> PointCloud:
    shape = space.identity.shape
    points = random.standard_normal((shape.points, 3)) * random.uniform(0.2, 1, 3)
    points = (points - points.mean(axis=0)) / np.linalg.norm(points, axis=1).max()
    colors = None if shape.color is None else random.random((shape.points, 3)).astype(np.float32)
    return PointCloud(points.astype(np.float32), colors)


def picture(space: Space, random: np.random.Generator) -> Picture:
    assert space.identity.image
    side = space.identity.image.side
    tile = np.arange(side) * 4 // side
    return Picture(random.integers(0, 256, (4, 4, 3)).astype(np.uint8)[tile][:, tile])


def sound(space: Space, random: np.random.Generator) -> Waveform:
    assert space.identity.audio
    rate, clips = space.identity.audio.rate, space.identity.audio.clips
    count = int(random.integers(rate // 4, 2 * rate)) * max(1, clips)
    tones = np.sin(np.outer(np.arange(count) / rate, 2 * np.pi * random.uniform(50, rate / 3, 3))).mean(axis=1)
    return Waveform((0.5 * tones).astype(np.float32))


def text(space: Space, random: np.random.Generator) -> Text:
    return Text(" ".join(random.choice(["a", "red", "chair", "sound", "of", "waves"], int(random.integers(1, 9)))))


MAKE: dict[Modality, Callable[[Space, np.random.Generator], Payload]] = {
    Modality.SHAPE: cloud,
    Modality.IMAGE: picture,
    Modality.AUDIO: sound,
    Modality.TEXT: text,
}


def extremes(space: Space, modality: Modality) -> list[Payload]:
    """The least and the oddest that the loaders hand over."""
    identity = space.identity
    match modality:
        case Modality.SHAPE:
            line = np.zeros((identity.shape.points, 3), np.float32)
            line[0, 0], line[1:, 0] = 1, -1 / (len(line) - 1)
            colors = None if identity.shape.color is None else np.zeros_like(line)
            return [PointCloud(line, colors)]
        case Modality.IMAGE if identity.image:
            square = np.zeros((identity.image.side, identity.image.side, 3), np.uint8)
            return [Picture(square), Picture(square + 255)]
        case Modality.AUDIO if identity.audio:
            loud = np.ones(round(identity.audio.seconds * identity.audio.rate), np.float32)
            if clips := identity.audio.clips:
                return [Waveform(np.tile(loud, clips)), Waveform(np.tile(loud[:400] * np.float32(1e-4), clips))]
            return [Waveform(loud[:1]), Waveform(loud[:160]), Waveform(loud), Waveform(loud[:999] * np.float32(1e-4))]
        case _:
            return [Text("?"), Text("é" * 3000)]


@pytest.fixture(scope="module")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with small towers of the shipped kinds, of random weights; beside it, published ones in small."""
    folder = tmp_path_factory.mktemp("spaces") / UNTRAINED
    folder.mkdir()
    for name, published in PUBLISHED.items():
        small_published.write(published, folder.parent / name)
    return small_space.write_space(folder, Modality.SHAPE, Modality.IMAGE, Modality.AUDIO)


@pytest.fixture(scope="module", params=[(name, modality) for name in OPEN for modality in MODALITIES[name]], ids=str)
def tower(request: pytest.FixtureRequest, untrained: Path) -> tuple[Space, Encoder]:
    name, modality = request.param
    space = OPEN[name](untrained)
    return space, space.encoder(modality)


def made(tower: tuple[Space, Encoder], count: int) -> list[Payload]:
    space, encoder = tower
    random = np.random.default_rng(3)
    return [MAKE[encoder.modality](space, random) for _ in range(count)]


def check_unit(vectors: np.ndarray, space: Space, count: int) -> None:
    assert vectors.shape == (count, space.identity.dim) and vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_it_is_an_encoder(tower: tuple[Space, Encoder]) -> None:
    assert isinstance(tower[1], Encoder) and tower[1].batch > 0


def test_vectors_are_unit_and_do_not_depend_on_the_batch(tower: tuple[Space, Encoder]) -> None:
    space, encoder = tower
    payloads = made(tower, encoder.batch + 3)
    together = encoder.encode(payloads)
    check_unit(together, space, len(payloads))
    for places in ([2], [encoder.batch + 2, 0], [1, 1, 1]):
        np.testing.assert_allclose(encoder.encode([payloads[i] for i in places]), together[places], atol=2e-5)


def test_the_same_payload_gives_the_same_vector_and_is_left_alone(tower: tuple[Space, Encoder]) -> None:
    payloads, again = made(tower, 3), made(tower, 3)
    first = tower[1].encode(payloads)
    np.testing.assert_array_equal(first, tower[1].encode(payloads))
    for one, other in zip(payloads, again, strict=True):
        for value, kept in zip(vars(one).values(), vars(other).values(), strict=True):
            np.testing.assert_array_equal(value, kept)


def test_different_payloads_give_different_vectors(tower: tuple[Space, Encoder]) -> None:
    vectors = tower[1].encode(made(tower, 4))
    assert (vectors @ vectors.T)[np.triu_indices(4, 1)].max() < 0.9999


def test_extremes_have_vectors_too(tower: tuple[Space, Encoder]) -> None:
    space, encoder = tower
    payloads = extremes(space, encoder.modality)
    check_unit(encoder.encode(payloads), space, len(payloads))
