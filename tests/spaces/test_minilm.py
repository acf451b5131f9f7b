import numpy as np
import pytest

from retriever.spaces import minilm
from retriever.spaces.minilm import MiniLM
from retriever.types import Text


@pytest.fixture(scope="module")
def hub():
    return MiniLM()


def vectors(hub, *texts):
    return hub.encode([Text(text) for text in texts])


def test_vectors_are_unit_float32_in_the_order_asked(hub):
    texts = ["a chair", "an airplane with two engines", "car", "a", "lamp"]
    together = vectors(hub, *texts)
    assert together.shape == (5, 384)
    assert together.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)
    for row, text in zip(together, texts, strict=True):
        np.testing.assert_allclose(row, vectors(hub, text)[0], atol=1e-6)


def test_cosines_of_the_reference_model(hub):
    # Computed once with the model's own library (sentence-transformers).
    chair, armchair, airplane = vectors(hub, "a chair", "an armchair to sit on", "an airplane")
    assert chair @ armchair == pytest.approx(0.783, abs=1e-3)
    assert chair @ airplane == pytest.approx(0.371, abs=1e-3)


def test_meaning_beats_spelling(hub):
    guitar, question, other = vectors(hub, "a guitar", "something with strings to play music on", "a jar")
    assert guitar @ question > guitar @ other


def test_long_text_is_cut_and_empty_text_has_a_vector(hub):
    long = "chair " * 2000
    np.testing.assert_allclose(vectors(hub, long), vectors(hub, "chair " * 3000), atol=1e-6)
    assert np.isfinite(vectors(hub, "")).all()


def test_of_a_long_text_its_beginning_is_enough_unless_it_says_too_little(hub):
    words = " ".join(f"chair{number}" for number in range(20_000))
    odd = "x" * 70_000 + " a chair"  # one long word is one token
    spaced = "a lamp" + " " * 70_000 + "and a chair"
    late, blank = "\u3000" * 70_000 + "a lamp", "\n" * 70_000
    assert len(words) > minilm._HEAD < len(odd)
    texts = [words, odd, spaced, late, blank, "a lamp"]
    whole = [encoding.ids for encoding in hub._tokenizer.encode_batch(texts)]
    assert hub._tokens(texts) == whole
    assert [len(each) == minilm.MAX_TOKENS for each in whole] == [True, *[False] * 5]


def test_many_texts_of_one_length_go_through_in_batches(hub):
    texts = [f"chair {number}" for number in range(10, 99)]
    together = vectors(hub, *texts)
    np.testing.assert_allclose(together[[0, 50, 88]], vectors(hub, texts[0], texts[50], texts[88]), atol=1e-6)


def test_short_texts_pass_blas_by_and_mean_the_same(hub, monkeypatch):
    texts = ["a chair", "a wooden chair with armrests and a high back"]
    short = vectors(hub, *texts)
    monkeypatch.setattr(minilm, "FEW", 0)
    np.testing.assert_allclose(short, vectors(hub, *texts), atol=1e-6)
