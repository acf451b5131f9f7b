"""Fitting the calibration of an index: on texts and shapes that lie far apart, as in trained spaces."""

from __future__ import annotations

import shutil
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from index_making import SPACE, item
from index_reading import counts
from small_corpus import write_box, write_picture, write_tone

import retriever
from indexer import build
from indexer.ann.optimize import optimize
from indexer.calibration import background, calibrate, fit, logistic, pooled
from indexer.compaction import compact
from indexer.writer import IndexWriter
from retriever import spaces
from retriever.query.background import Background
from retriever.query.calibrate import FILE, LEAST, Calibration, calibration_error, why_not
from retriever.query.zeroshot import CONFIDENCE
from retriever.spaces.base import Space, SpaceIdentity
from retriever.store import Snapshot, item_id
from retriever.types import Modality, Vectors

KINDS, DIM = 12, 64
GAP = SpaceIdentity("gap", DIM, SPACE.weights, SPACE.shape)
MEANINGS = np.eye(DIM)[:KINDS]
OFFSETS = {
    modality: np.eye(DIM)[KINDS + n] for n, modality in enumerate((Modality.TEXT, Modality.SHAPE, Modality.IMAGE))
}


def vector(kind: int | None, modality: Modality, random: np.random.Generator) -> np.ndarray:
    """A meaning, some noise, and what all of a modality have in common; of texts that is most."""
    meaning = np.zeros(DIM) if kind is None else MEANINGS[kind]
    common = 1.5 if modality is Modality.TEXT else 0.6
    made = meaning + common * OFFSETS[modality] + random.normal(0, 0.12, DIM)
    return made / np.linalg.norm(made)


class Words:
    """Texts that end in "kind 3" mean that; others mean nothing."""

    batch = 32

    def encode(self, payloads):
        made = []
        for payload in payloads:
            word = payload.text.rpartition(" ")[2]
            kind = KIND_WORDS.index(word) if word in KIND_WORDS else None
            made.append(vector(kind, Modality.TEXT, np.random.default_rng(list(payload.text.encode()))))
        return np.stack(made).astype(np.float32)


KIND_WORDS = [f"thing{chr(97 + kind)}" for kind in range(KINDS)]
TALKING = Space(GAP, {Modality.TEXT: Words}, "Free.")


def rows(count: int, modality: Modality, seed: int = 0) -> tuple[list[dict[str, object]], Vectors]:
    random = np.random.default_rng(seed)
    items, vectors = [], []
    for number in range(count):
        path = f"{modality}/{seed}/{number}"
        kind = number % KINDS
        more = {"id": item_id("corpus", path), "path": path, "modality": str(modality), "label": KIND_WORDS[kind]}
        items.append(item(number, **more))
        vectors.append(vector(kind, modality, random))
    return items, np.stack(vectors).astype(np.float32)


@pytest.fixture
def mixed(tmp_path: Path) -> Snapshot:
    """240 texts and 240 shapes of 12 kinds."""
    with IndexWriter(tmp_path / "mixed", GAP) as writer:
        for modality in (Modality.TEXT, Modality.SHAPE):
            writer.append(*rows(240, modality))
        return writer.commit()


def test_every_pair_that_can_be_asked_is_measured(mixed: Snapshot):
    known = fit(mixed, TALKING)
    pairs = {f"{left}>{right}" for left in ("text", "shape", "sum") for right in ("text", "shape")}
    assert set(known.backgrounds) == pairs and set(known.matches) == {pair for pair in pairs if "sum" not in pair}
    assert known == fit(mixed, TALKING)
    silent = fit(mixed, None)
    assert "text>shape" in silent.backgrounds  # of the texts that the index holds


def test_confidences_hold_for_labels_that_were_not_looked_at(mixed: Snapshot, tmp_path: Path):
    with IndexWriter(tmp_path / "others", GAP) as writer:
        writer.append(*rows(240, Modality.SHAPE, seed=5))
        others = writer.commit()
    known = fit(mixed, TALKING)
    asked = TALKING.encode(texts=[f"a small {word}" for word in KIND_WORDS])
    scores = asked @ others.vectors(np.arange(others.rows)).T
    held = np.arange(KINDS)[:, None] == np.arange(others.rows)[None] % KINDS
    best = np.argsort(-scores, axis=1)[:, :40]
    said = known.confidence("text>shape", np.take_along_axis(scores, best, axis=1))
    assert calibration_error(said, np.take_along_axis(held, best, axis=1)) < 0.1
    assert said[:, :10].mean() > 0.8
    nonsense = TALKING.encode(texts=["asdfgh", "quarterly tax report"]) @ others.vectors(np.arange(others.rows)).T
    assert np.sort(known.confidence("text>shape", nonsense), axis=1)[:, -10:].mean() < 0.4


def test_a_text_query_over_everything_does_not_give_all_texts_first(mixed: Snapshot):
    known = fit(mixed, TALKING)
    query = TALKING.encode(texts=[f"some {KIND_WORDS[3]}"])[0]
    scores = mixed.vectors(np.arange(mixed.rows)) @ query
    pairs = [f"text>{name}" for name in mixed.column("modality").to_pylist()]
    kinds = np.array(mixed.column("label").to_pylist())
    plain, fair = np.argsort(-scores)[:40], np.argsort(-known.fair(pairs, scores))[:40]
    assert {pairs[row] for row in plain} == {"text>text"}  # though only 20 of them are of the kind
    assert 10 <= sum(pairs[row] == "text>shape" for row in fair) <= 30
    assert np.mean(kinds[fair] == KIND_WORDS[3]) > 0.9


USUAL = {
    pair: background(np.random.default_rng(0).normal(mean, 0.1, 50_000))
    for pair, mean in (("text>shape", 0.2), ("text>image", 0.6), ("image>image", 0.5), ("audio>shape", 0.7))
}
KNOWING = Space(GAP, {Modality.TEXT: Words}, "Free.", backgrounds=lambda: USUAL)


def test_few_items_go_by_what_is_usual_and_many_by_their_own(mixed: Snapshot, tmp_path: Path):
    with IndexWriter(tmp_path / "few", GAP) as writer:
        writer.append(*rows(240, Modality.SHAPE))
        writer.append(*rows(2, Modality.IMAGE))
        few = writer.commit()
    alone, helped = fit(few, TALKING), fit(few, KNOWING)
    assert "text>image" not in alone.backgrounds
    assert helped.backgrounds["text>image"] == USUAL["text>image"]
    assert "audio>shape" not in helped.backgrounds  # the index has no sounds, so there is nothing to help
    for scores in (0.1, 0.3, 0.5):
        own, usual = (one.log_odds(scores) for one in (alone.backgrounds["text>shape"], USUAL["text>shape"]))
        assert helped.backgrounds["text>shape"].log_odds(scores) == pytest.approx((8 * own + usual) / 9, abs=0.1)
    assert fit(mixed, KNOWING).backgrounds["text>text"] == fit(mixed, TALKING).backgrounds["text>text"]


@given(
    arrays(np.float64, st.integers(1, 50), elements=st.floats(-1, 1)),
    arrays(np.float64, st.integers(30, 300), elements=st.floats(-1, 1)),
    st.floats(0, 0.99),
)
def test_two_backgrounds_together_still_rise(own: np.ndarray, usual: np.ndarray, weight: float):
    both = pooled(background(own), background(usual), weight)
    assert (np.diff(both.log_odds(np.linspace(-1, 1, 101))) >= -1e-9).all()
    assert Background.from_json(asdict(both)) == both


def test_labels_that_were_found_are_not_learnt_from(tmp_path: Path):
    items, vectors = rows(100, Modality.SHAPE)
    with IndexWriter(tmp_path / "found", GAP) as writer:
        writer.append([{**one, CONFIDENCE: 0.9} for one in items], vectors)
        assert fit(writer.commit(), TALKING).matches == {}


@pytest.mark.parametrize("own", ["high", 7])
def test_a_column_of_the_corpus_that_only_has_the_name_does_not_keep_labels_from_being_learnt(own, tmp_path: Path):
    items, vectors = rows(100, Modality.SHAPE)
    with IndexWriter(tmp_path / "own", GAP) as writer:
        writer.append([{**one, CONFIDENCE: own} for one in items], vectors)
        assert fit(writer.commit(), TALKING).matches.keys() == {"text>shape", "shape>shape"}


@pytest.mark.parametrize("renew", [optimize, compact])
def test_optimizing_and_compacting_write_both_the_calibration_and_the_words(renew, tmp_path: Path):
    with IndexWriter(tmp_path, GAP) as writer:
        writer.append(*rows(LEAST, Modality.SHAPE))
        writer.commit()
    (words,) = tmp_path.glob("segments/*/words.db")
    words.unlink()
    assert why_not(Snapshot.open(tmp_path)).endswith("run `retriever optimize` once.")
    renew(tmp_path)
    assert Calibration.read(tmp_path, GAP) is not None and words.exists()


@pytest.mark.parametrize("renew", [optimize, compact])
@pytest.mark.parametrize("other", [{"weights": "other"}, {"dim": 8}], ids=["weights", "dim"])
def test_texts_of_another_space_by_the_name_of_that_of_the_index_are_left_out(
    other: dict[str, object], renew, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(spaces, "_registered", {})
    spaces.register(Space(replace(GAP, **other), {Modality.TEXT: lambda: pytest.fail("asked")}, "Free."))
    with IndexWriter(tmp_path, GAP) as writer:
        writer.append(*rows(LEAST, Modality.SHAPE))
        writer.commit()
    renew(tmp_path)
    assert set(Calibration.read(tmp_path, GAP).backgrounds) == {"shape>shape"}
    assert "tuned without texts" in caplog.text and "The index was made with the space 'gap'" in caplog.text


def test_an_index_that_is_too_small_is_not_told_to_optimize(tmp_path: Path):
    with IndexWriter(tmp_path, GAP) as writer:
        writer.append(*rows(LEAST - 1, Modality.SHAPE))
        said = why_not(writer.commit())
    assert "20 items or more, and this index has 19" in said and "optimize" not in said


def test_too_few_items_are_not_calibrated_and_it_is_made_again_when_many_changed(tmp_path: Path):
    folder = tmp_path / "index"
    with IndexWriter(folder, GAP) as writer:
        writer.append(*rows(LEAST - 1, Modality.SHAPE))
        writer.commit()
        assert calibrate(writer, lambda: TALKING) is None and not (folder / FILE).exists()
        writer.append(*rows(200, Modality.SHAPE, seed=1))
        writer.commit()
        made = calibrate(writer, lambda: TALKING)
        assert made is not None and Calibration.read(folder, GAP) == made
        writer.append(*rows(20, Modality.SHAPE, seed=2))
        writer.commit()
        assert calibrate(writer, lambda: pytest.fail("a few rows more are no reason")) is None
        writer.delete(np.arange(60))
        writer.commit()
        again = calibrate(writer, lambda: TALKING)
        assert again is not None and again.rows == len(Snapshot.open(folder))
        assert calibrate(writer, lambda: TALKING, always=True) == again


def test_indexing_and_optimizing_calibrate(corpus: Path, folder: Path):
    for number in range(LEAST):
        write_box(corpus / "long" / f"{number}.off", (1, 1, 2 + number))
    assert counts(build.index(corpus, folder, workers=0)) == {"embedded": LEAST + 5}
    known = Calibration.read(folder, Snapshot.open(folder).identity)
    assert known is not None and {"shape>shape", "text>shape", "sum>shape"} <= set(known.backgrounds)
    before = (folder / FILE).stat().st_mtime_ns
    build.index(corpus, folder, workers=0)
    assert (folder / FILE).stat().st_mtime_ns == before
    (folder / FILE).write_text("damaged")
    optimize(folder)
    assert Calibration.read(folder, Snapshot.open(folder).identity) == known


@pytest.mark.parametrize("repeated", [False, True])
def test_the_very_picture_or_sound_that_is_asked_with_comes_first_and_is_sure(
    repeated: bool, corpus: Path, folder: Path
):
    for number in range(30):
        write_box(corpus / "boxes" / f"{number}.off", (1, 1 + number / 7, 2 + number % 4))
    asked: dict[str, list[Path]] = {"image": [], "audio": []}
    for number in range(8):
        color = (30 * number, 200 - 20 * number, 255 * (number % 2))
        asked["image"].append(write_picture(corpus / "photos" / f"{number}.png", color))
        asked["audio"].append(write_tone(corpus / "sounds" / f"{number}.wav", 100 * 1.7**number))
    for number, copied in enumerate([*asked["image"], *asked["audio"]] if repeated else []):
        shutil.copy(copied, copied.with_stem(f"copy-{number}"))
    build.index(corpus, folder, workers=0)
    index = retriever.open(folder)
    for kind, files in asked.items():
        for path in files:
            for to in ("any", kind):
                hits = index.search(**{kind: str(path)}, to=to, k=2, min_confidence=0.9)
                same = [hit for hit in hits if hit.score > 0.9999]
                assert hits[0] == same[0] and len(same) == 1 + repeated, (path.name, to)


def test_the_logistic_finds_what_made_the_data():
    random = np.random.default_rng(0)
    x = random.normal(0, 2, 200_000)
    found = logistic(x, random.random(len(x)) < 1 / (1 + np.exp(-(1.5 * x - 6))))
    assert found is not None and found.slope == pytest.approx(1.5, abs=0.05)
    assert found.intercept == pytest.approx(-6, abs=0.15)
    assert logistic(x, random.random(len(x)) < 1 / (1 + np.exp(x))) is None
    clean = logistic(np.array([-1.0, -2, 1, 2]), np.array([False, False, True, True]))
    assert clean is not None and np.isfinite([clean.slope, clean.intercept]).all()
