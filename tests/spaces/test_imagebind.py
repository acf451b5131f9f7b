import gzip
import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from made_up import fill
from torch import nn
from torch.nn import functional as F  # noqa: N812

from retriever.errors import SpaceError
from retriever.spaces import imagebind
from retriever.spaces.imagebind import CLIPS, SENSES, encoder, sense_tower, tower
from retriever.spaces.parts.vit import MEAN, STD, normalised
from retriever.types import Modality, Picture, Text, Waveform

DATA = Path(__file__).parents[1] / "data/published"
TEXTS = ["An airplane", "A car", "A toilet", "a red sports car parked next to a wooden house", "dog", "word " * 90]
TOLERANCES = {"stem_first4": 1e-4, "trunk_selected": 1e-4, "head": 5e-5, "unit": 1e-6}


@pytest.fixture(scope="module")
def goldens():
    """What the authors' own code makes of `inputs` with made-up weights, two blocks to a tower."""
    return dict(np.load(DATA / "imagebind.npz"))


@pytest.fixture(scope="module")
def filled():
    """Sense -> its tower with made-up weights, as wide as published; each is made once."""
    return cache(lambda sense: fill(sense_tower(sense, blocks=2)))


def blocky(seed, channels, height, width, block):
    draw = np.random.Generator(np.random.PCG64(seed)).standard_normal
    shapes = [(channels, height // block, width // block), (channels, height, width), (channels, 1, 1)]
    coarse, fine, offset = (draw(shape, dtype=np.float32) for shape in shapes)
    return torch.from_numpy(coarse.repeat(block, 1).repeat(block, 2) + np.float32(0.25) * fine + offset)


def motion(seed):
    draw = np.random.Generator(np.random.PCG64(seed)).standard_normal
    coarse, fine, offset = (draw(shape, dtype=np.float32) for shape in [(6, 250), (6, 2000), (6, 1)])
    return torch.from_numpy(coarse.repeat(8, 1) + np.float32(0.25) * fine + offset)


def spectrograms():
    return torch.stack([0.5 * blocky(700 + i, 1, 128, 204, 4) for i in range(3)])


def inputs(name, goldens):
    if name == "text":
        return torch.from_numpy(goldens["text_ids"]).long()
    if name == "video":
        frames = [blocky(200 + i, 3, 224, 224, 32) for i in range(4)]
        return torch.stack([torch.stack(frames[:2], dim=1), torch.stack(frames[2:], dim=1)])
    made = {
        "vision": lambda: [blocky(100 + i, 3, 224, 224, 32) for i in range(3)],
        "audio": spectrograms,
        "depth": lambda: [blocky(300 + i, 1, 224, 224, 32) for i in range(2)],
        "thermal": lambda: [blocky(400 + i, 1, 224, 224, 32) for i in range(2)],
        "imu": lambda: [motion(500 + i) for i in range(2)],
    }
    return torch.stack(list(made[name]()))


@torch.inference_mode()
def stages(model, x):
    """Tokens, feature, projection and unit vectors, out of one pass."""
    seen = {}
    stem, head = model.modality_preprocessors[model.sense], model.modality_heads[model.sense]
    head = head["proj"] if isinstance(head, nn.ModuleDict) else head
    hooks = [
        stem.register_forward_hook(lambda _, __, out: seen.update(stem_first4=out[:, :4])),
        head.register_forward_hook(lambda _, args, out: seen.update(trunk_selected=args[0], head=out)),
    ]
    seen["unit"] = model(x)
    for hook in hooks:
        hook.remove()
    return seen


@pytest.mark.parametrize(
    ("name", "scale", "clips"),
    [
        ("vision", 1, 1),
        ("video", 1, 2),
        ("text", 1 / 0.07, 1),
        ("audio", 20, 3),
        ("depth", 5, 1),
        ("thermal", 10, 1),
        ("imu", 5, 1),
    ],
)
def test_every_stage_of_the_reference(filled, goldens, name, scale, clips):
    model = filled("vision" if name == "video" else name)
    seen = stages(model, inputs(name, goldens))
    for stage, tolerance in TOLERANCES.items():
        np.testing.assert_allclose(seen[stage], goldens[f"{name}_{stage}"], rtol=0, atol=tolerance, err_msg=stage)
    with torch.inference_mode():
        final = model.final(seen["unit"], clips)
    np.testing.assert_allclose(final, goldens[f"{name}_final"], rtol=0, atol=2e-6 * scale)


def test_keys_and_shapes_are_those_of_the_published_checkpoint():
    with torch.device("meta"):
        towers = [sense_tower(sense) for sense in SENSES]
    shapes = {key: list(value.shape) for model in towers for key, value in model.state_dict().items()}
    assert shapes == json.loads(gzip.decompress((DATA / "imagebind_keys.json.gz").read_bytes()))


def test_epsilon_is_small_except_in_the_stems():
    with torch.device("meta"):
        modules = [part for sense in SENSES for part in sense_tower(sense).named_modules()]
    norms = {name: part.eps for name, part in modules if isinstance(part, nn.LayerNorm)}
    assert {eps for name, eps in norms.items() if name.endswith("norm_layer")} == {1e-5}
    assert {eps for name, eps in norms.items() if not name.endswith("norm_layer")} == {1e-6}


def test_all_is_in_the_state_dict_so_that_a_tower_on_the_meta_device_can_be_filled():
    with torch.device("meta"):
        model = sense_tower("imu", blocks=1)
    tensors = [*model.parameters(), *model.buffers()]
    assert len(tensors) == len(model.state_dict())
    assert all(tensor.is_meta for tensor in tensors)


def test_scale_of_texts_is_learned_up_to_100():
    model, unit = sense_tower("text", blocks=0), F.normalize(torch.ones(1, 1024), dim=-1)
    model.modality_postprocessors["text"][1].log_logit_scale.data.fill_(np.log(150))
    assert model.final(unit).norm().item() == pytest.approx(100, abs=1e-3)


def test_texts_of_any_length_are_encoded_as_if_padded(filled, goldens):
    vectors = encoder(Modality.TEXT, filled("text"), "cpu").encode([Text(text) for text in TEXTS])
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, goldens["text_unit"], rtol=0, atol=1e-6)


def test_pictures_get_the_reference_s_colours(goldens):
    tensor = normalised([Picture(goldens["picture_pixels"])], "cpu")
    np.testing.assert_allclose(tensor[0], goldens["picture_tensor"], rtol=0, atol=1e-6)


def test_picture_is_a_clip_of_two_equal_frames(filled):
    pixels = np.random.default_rng(1).integers(0, 256, (224, 224, 3), dtype=np.uint8)
    vectors = encoder(Modality.IMAGE, filled("vision"), "cpu").encode([Picture(pixels)])
    frame = torch.from_numpy(((pixels / 255 - MEAN) / STD).astype(np.float32)).permute(2, 0, 1)
    with torch.inference_mode():
        clip = filled("vision")(torch.stack([frame, frame], dim=1)[None])
    np.testing.assert_allclose(vectors, clip, rtol=0, atol=1e-6)


def test_sound_is_the_mean_direction_of_its_clips(filled, goldens, monkeypatch):
    given = []

    def mel_clips(clips):
        given.append(clips)
        return spectrograms()

    monkeypatch.setattr(imagebind, "mel_clips", mel_clips)
    samples = np.arange(CLIPS * 500, dtype=np.float32)
    vectors = encoder(Modality.AUDIO, filled("audio"), "cpu").encode([Waveform(samples)])
    np.testing.assert_array_equal(given[0], [samples[:500], samples[500:1000], samples[1000:]])
    mean = goldens["audio_final"] / np.linalg.norm(goldens["audio_final"])
    np.testing.assert_allclose(vectors, mean, rtol=0, atol=1e-6)


def test_shapes_are_another_model_s():
    with pytest.raises(SpaceError, match="Point-Bind"):
        tower(Modality.SHAPE, {})


def test_unknown_senses_and_sizes_are_refused():
    with pytest.raises(SpaceError, match="'smell'"):
        sense_tower("smell")
    with pytest.raises(TypeError, match="width"):
        tower(Modality.TEXT, {"width": 8})
