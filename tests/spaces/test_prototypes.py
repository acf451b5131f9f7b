"""Texts that are moved towards where shapes lie that are called so."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from retriever import spaces
from retriever.errors import SpaceError
from retriever.spaces import minilm
from retriever.spaces.mini import folder, open_space
from retriever.spaces.prototypes import Prototypes
from retriever.types import Modality, Text

DIM = 24


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def prototypes():
    rng = np.random.default_rng(0)
    return Prototypes(unit(rng.normal(size=(9, DIM))), unit(rng.normal(size=(9, DIM))))


def test_a_name_moves_towards_the_place_of_what_is_called_so(prototypes):
    found = prototypes.moved(prototypes.captions)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)
    before = (prototypes.captions * prototypes.places).sum(axis=1)
    assert ((found * prototypes.places).sum(axis=1) > before + 0.1).all()
    assert ((found * prototypes.captions).sum(axis=1) > 0.7).all(), "it stays what it says"


def test_what_no_name_is_near_to_moves_less(prototypes):
    name = prototypes.captions[:1]
    span = np.linalg.qr(prototypes.captions.T)[0]
    odd = np.random.default_rng(1).normal(size=(1, DIM))
    odd = unit(odd - odd @ span @ span.T)  # at right angles to every name
    moves = [float(np.linalg.norm(prototypes.moved(each) - each)) for each in (name, odd)]
    assert moves[1] < 0.6 * moves[0]


def test_vectors_do_not_depend_on_their_company(prototypes):
    rows = unit(np.random.default_rng(2).normal(size=(5, DIM)))
    np.testing.assert_allclose(prototypes.moved(rows)[3:4], prototypes.moved(rows[3:4]), atol=1e-6)


def test_they_are_kept_in_a_file(prototypes, tmp_path):
    prototypes.write(tmp_path / "text.safetensors")
    again = Prototypes.read(tmp_path / "text.safetensors")
    assert again.captions.dtype == again.places.dtype == np.float32
    np.testing.assert_allclose(again.moved(prototypes.captions), prototypes.moved(prototypes.captions), atol=2e-3)


def test_the_shipped_space_keeps_the_meaning_of_words():
    hub, moved = minilm.MiniLM(), spaces.get("mini").encoder(Modality.TEXT)
    words = ["sofa", "couch", "the invoice of March", "bill for last month", "a very small dog", "puppy"]
    plain, placed = (each.encode([Text(word) for word in words]) for each in (hub, moved))
    assert ((plain * placed).sum(axis=1) > 0.8).all()
    np.fill_diagonal(scores := placed @ placed.T, -1)
    assert scores.argmax(axis=1).tolist() == [1, 0, 3, 2, 5, 4]


def test_a_text_needs_no_torch():
    code = "import sys; from retriever import spaces; spaces.get('mini').encode(texts=['a chair']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert "retriever.spaces.prototypes" in loaded and "torch" not in loaded


@pytest.mark.parametrize("damage", [lambda data: data[:100], lambda data: b"", lambda data: b"{}" + data])
def test_a_damaged_file_is_said_with_the_cure(damage, tmp_path):
    for file in ("space.json", "text.safetensors"):
        (tmp_path / file).write_bytes((folder() / file).read_bytes())
    whole = tmp_path / "text.safetensors"
    whole.write_bytes(damage(whole.read_bytes()))
    with pytest.raises(SpaceError, match=r"text\.safetensors of the text tower cannot be used .*again"):
        open_space(tmp_path).encoder(Modality.TEXT)
    whole.unlink()
    with pytest.raises(SpaceError, match=r"text\.safetensors of the text tower are missing"):
        open_space(tmp_path).encoder(Modality.TEXT)


def test_a_file_of_another_tower_is_said(tmp_path):
    card = json.loads((folder() / "space.json").read_text())
    card["towers"]["text"]["file"] = "audio.safetensors"
    (tmp_path / "space.json").write_text(json.dumps(card))
    (tmp_path / "audio.safetensors").write_bytes((folder() / "audio.safetensors").read_bytes())
    with pytest.raises(SpaceError, match="cannot be used"):
        open_space(tmp_path).encoder(Modality.TEXT)
