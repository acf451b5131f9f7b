import numpy as np
import pytest
import soundfile
import torch

from indexer.align import captions
from indexer.align.loop import Alignment, Recipe
from indexer.align.sounds import clips
from indexer.align.sounds.augment import Augmentation
from indexer.align.sounds.clips import Clip
from indexer.align.sounds.examples import SoundExamples
from indexer.align.sounds.synth import RULES, made
from indexer.align.sounds.synth.rules import make
from indexer.align.sounds.words import CLASSES, class_captions, name_captions
from retriever.errors import UsageError
from retriever.spaces.audio_tower import AudioTower, AudioTowerConfig
from retriever.spaces.minilm import MiniLM

SMALL = AudioTowerConfig(channels=(8, 16, 16), depth=(0, 0, 0), width=32)


def beep(low, high, rng):
    n = int(rng.integers(8_000, 24_000))
    hertz = rng.uniform(low, high)
    return np.round(9000 * np.sin(2 * np.pi * hertz * np.arange(n) / 16_000)).astype(np.int16)


@pytest.fixture(scope="module")
def tones():
    rng = np.random.default_rng(0)
    kinds = {"cow": (120, 200), "dog": (500, 800), "crickets": (4000, 6000)}
    return clips.with_folds(
        Clip(beep(*band, rng), class_captions(label), "tones", label, f"{label}/{i}")
        for label, band in kinds.items()
        for i in range(10)
    )


def test_folders_become_clips_with_captions_groups_and_folds(tmp_path):
    rng = np.random.default_rng(1)
    for name, rate, channels in (
        ("esc/dog/1-100-A-0.ogg", 16_000, 1),
        ("esc/dog/1-100-B-0.ogg", 16_000, 1),
        ("esc/dog/2-200-A-0.wav", 44_100, 2),
        ("esc/siren/3-300-A.wav", 8_000, 1),
        ("named/impactBell_heavy_000.ogg", 16_000, 1),
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(str(path), rng.uniform(-0.5, 0.5, (rate, channels)), rate)
    found = clips.read(tmp_path)
    assert [clip.label for clip in found] == ["dog", "dog", "dog", "siren", ""]
    assert all(abs(len(clip.samples) - 16_000) < 50 for clip in found)
    assert found[0].group == found[1].group != found[2].group
    assert found[0].fold == found[1].fold != found[2].fold
    assert found[3].fold == -1 and found[4].fold == -1  # nothing would be left to learn siren from
    assert found[4].captions[0] == "bell"
    clips.save(found, tmp_path / "packed.npz")
    for a, b in zip(found, clips.load(tmp_path / "packed.npz"), strict=True):
        np.testing.assert_array_equal(a.samples, b.samples)
        assert (a.captions, a.source, a.label, a.group, a.fold) == (b.captions, b.source, b.label, b.group, b.fold)


def test_a_folder_without_sounds_is_said(tmp_path):
    with pytest.raises(UsageError, match="holds no sounds"):
        clips.read(tmp_path)


def test_the_name_comes_first_and_the_thing_is_among_the_captions():
    assert class_captions("chirping_birds")[:2] == ("chirping birds", "bird")
    for label, thing in (("car_horn", "car"), ("keyboard_typing", "keyboard"), ("door_wood_knock", "door")):
        assert thing in class_captions(label)
    assert name_captions("footstep_carpet_002") == ("footsteps", "a footstep", "footstep carpet")
    assert "bell" in name_captions("impactBell_heavy_000")
    for label in CLASSES:
        assert len(class_captions(label)) >= 2


@pytest.mark.parametrize("fold", range(clips.FOLDS))
def test_no_recording_is_on_both_sides(tones, fold):
    examples = SoundExamples(tones, SMALL, fold=fold)
    assert len(examples.trained) + len(examples.held_out) == len(tones)
    assert not {clip.group for clip in examples.trained} & {clip.group for clip in examples.held_out}
    assert {clip.label for clip in examples.held_out} == {"cow", "dog", "crickets"}


def test_folds_do_not_change_when_clips_come_in_another_order(tones):
    folds = {clip.group: clip.fold for clip in tones}
    assert {clip.group: clip.fold for clip in clips.with_folds(tones[::-1])} == folds


def test_draws_follow_the_seed_and_sources_their_share(tones):
    settings = Augmentation(frames=40, mix=0.0)
    several = [*tones, *(Clip(tones[0].samples, ("bell",), "other") for _ in range(3))]
    examples = SoundExamples(several, SMALL, fold=-1, mixture={"other": 0.5}, settings=settings)
    assert examples.held_out == []
    (pictures,), words, *_ = examples.draw(np.random.default_rng(3), 120)
    assert pictures.shape == (120, SMALL.mels, 40) and torch.isfinite(pictures).all()
    drawn = [examples.phrases[i] for i in words]
    assert 0.35 < drawn.count("bell") / 120 < 0.65
    assert "dog" in drawn and "a barking dog" in drawn
    (again,), same, *_ = examples.draw(np.random.default_rng(3), 120)
    torch.testing.assert_close(pictures, again)
    np.testing.assert_array_equal(words, same)


def test_a_clip_of_one_sample_and_a_silent_one_can_be_drawn():
    few = [Clip(np.ones(1, np.int16), ("dog",), "a"), Clip(np.zeros(1000, np.int16), ("cow",), "a")]
    (pictures,), *_ = SoundExamples(few, SMALL, fold=-1).draw(np.random.default_rng(0), 8)
    assert torch.isfinite(pictures).all()


@pytest.mark.parametrize("kind", sorted(RULES))
def test_every_rule_makes_sound(kind):
    sound = make(kind, np.random.default_rng(2), 1.5)
    assert sound.shape == (24_000,) and np.isfinite(sound).all()
    assert 0.85 < np.abs(sound).max() <= 0.9 + 1e-9


def test_made_sounds_are_reproducible_differ_and_are_never_held_out():
    first, again = made(2, 7, ["dog", "siren"]), made(2, 7, ["dog", "siren"])
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a.samples, b.samples)
    assert (first[0].samples != first[1].samples).any()
    assert {clip.fold for clip in first} == {-1} and first[0].captions[:2] == ("dog", "dog barking")


def test_a_short_training_tells_three_tones_apart(tones, tmp_path):
    examples = SoundExamples(tones, SMALL, fold=0, settings=Augmentation(frames=48, mix=0.25))
    vectors = captions.label_vectors(examples.phrases, MiniLM())
    recipe = Recipe(steps=80, batch=24, warmup=5, rate=4e-3, average=0.9, validate_every=80, half=False)
    torch.manual_seed(0)
    tower = Alignment(examples, vectors, AudioTower(SMALL), recipe, tmp_path).train(lambda line: None)
    measured = examples.validate(tower, torch.from_numpy(vectors))
    assert measured["sounds_top1"] > 0.5  # chance is a third
    assert set(measured) == {"sounds_top1", "sounds_class_mean_top1", "tones_top1"}
