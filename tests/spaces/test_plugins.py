"""Spaces that other packages bring: the one of docs/spaces.md, installed and used; and ones that misbehave."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import retriever
from indexer import build
from retriever import spaces
from retriever.errors import SpaceError
from retriever.spaces import overview
from retriever.types import Modality

PAGE = Path(__file__).parents[2] / "docs" / "spaces.md"


def install(folder: Path, module: str, code: str, entry: str) -> None:
    """What pip leaves of a package with one module and one entry point, in a folder on the path."""
    (folder / f"{module}.py").write_text(code)
    facts = folder / f"{module}-1.2.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.2\n")
    (facts / "entry_points.txt").write_text(f"[retriever.spaces]\n{entry}\n")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed packages; what was imported from it is forgotten."""
    known = set(sys.modules)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(spaces, "_opened", {})
    yield tmp_path  # type: ignore[misc]
    for name in set(sys.modules) - known:
        if getattr(sys.modules[name], "__file__", None) and Path(str(sys.modules[name].__file__)).parent == tmp_path:
            del sys.modules[name]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CLIP of Hugging Face's own code, tiny and untrained, saved as its hub keeps them."""
    from transformers import CLIPConfig, CLIPModel

    folder = tmp_path_factory.mktemp("clip")
    letters = [chr(code) for code in (*range(33, 127), *range(161, 173), *range(174, 256), *range(256, 324))]
    tokens = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({token: number for number, token in enumerate(tokens)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2}
    start, end = len(tokens) - 2, len(tokens) - 1
    special = {"bos_token_id": start, "eos_token_id": end, "pad_token_id": end, "vocab_size": len(tokens)}
    config = CLIPConfig(text_config=sizes | special, vision_config=sizes, projection_dim=512)
    CLIPModel(config).save_pretrained(folder)
    return folder


def test_the_example_of_the_manual_indexes_and_answers(
    site: Path, clip: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = PAGE.read_text(encoding="utf-8")
    code = re.search(r"```python\n# hf_clip_space\.py\n(.*?)```", page, re.DOTALL)
    entry = re.search(r'"retriever\.spaces"\]\n([\w-]+) = "([\w.:]+)"', page)
    assert code and entry
    monkeypatch.setenv("HF_CLIP", str(clip))
    install(site, "hf_clip_space", code[1], f"{entry[1]} = {entry[2]}")

    assert "hf-clip" in spaces.names() and "hf-clip" not in spaces.shipped()
    told = overview.one("hf-clip")
    assert (told.here, told.modalities, told.dim) == ("hf_clip_space 1.2", ["image", "text"], 512)

    pictures = tmp_path_factory.mktemp("pictures")
    for color in ("red", "blue"):
        Image.new("RGB", (300, 200), color).save(pictures / f"{color}.png")
    build.index(pictures, pictures / "index", space="hf-clip", workers=0)
    index = retriever.open(pictures / "index")
    nearest = index.search(text="red", k=2, to="image")
    assert {hit.path for hit in nearest} == {"red.png", "blue.png"}
    vectors = index.space.encode(texts=["a chair", "a table"], images=[pictures / "red.png"])
    assert vectors.shape == (3, 512) and np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    hit = index.search(f'image:"{pictures / "red.png"}"', k=1, to="image")[0]
    assert hit.path == "red.png" and hit.score == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("def open_space(*, name, device): return 1 / 0", r"'odd' of the package odd_space 1\.2.*ZeroDivisionError"),
        ("def open_space(*, name, device): return None", r"odd_space 1\.2 gives no retriever\.spaces\.Space"),
        ("import a_module_that_is_not_there", "ModuleNotFoundError"),
        ("other = 1", "AttributeError"),
    ],
)
def test_a_package_that_fails_is_named(site: Path, code: str, said: str) -> None:
    install(site, "odd_space", code, "odd = odd_space:open_space")
    assert "odd" in spaces.names()
    with pytest.raises(SpaceError, match=said):
        spaces.get("odd")
    assert [each.here for each in overview.all_spaces() if each.name == "odd"] == ["odd_space 1.2"]


FAILING = """
from retriever.spaces import ShapeInput, Space, SpaceIdentity
from retriever.types import Modality

class Texts:
    modality, batch = Modality.TEXT, 8

    def encode(self, payloads):
        raise OSError("the model is not on the hub")

def pictures():
    raise ValueError("no such model")

def open_space(*, name, device):
    return Space(SpaceIdentity(name, 4, "0", ShapeInput()), {Modality.TEXT: Texts, Modality.IMAGE: pictures}, "none")
"""


def test_a_tower_of_a_package_that_fails_is_named(site: Path) -> None:
    install(site, "late_space", FAILING, "late = late_space:open_space")
    space = spaces.get("late")
    with pytest.raises(SpaceError, match=r"'late' of the package late_space 1\.2 fails \(OSError: the model is not on"):
        space.encode(texts="a chair")
    with pytest.raises(SpaceError, match=r"late_space 1\.2 fails \(ValueError: no such model"):
        space.encoder(Modality.IMAGE)
    with pytest.raises(SpaceError, match="has no shape encoder"):
        space.encoder(Modality.SHAPE)
    assert "shapes" not in overview.one("late").rules


MEASURED = """
from retriever.query.background import Background
from retriever.spaces import ShapeInput, Space, SpaceIdentity
from retriever.types import Modality

def read():
    return {"text>shape": Background((0.1, 0.2, 0.3), 1.0, 5.0, 6.0, 700)}

def fail():
    raise OSError("no backgrounds")

def open_space(*, name, device):
    usual = read if name == "measured" else fail
    return Space(SpaceIdentity(name, 4, "0", ShapeInput()), {}, "none", {}, {Modality.TEXT: 0.25}, usual)
"""


def test_what_a_package_measured_of_its_space_is_passed_on(site: Path) -> None:
    install(site, "known_space", MEASURED, "measured = known_space:open_space\nfailing = known_space:open_space")
    space = spaces.get("measured")
    assert space.spreads == {Modality.TEXT: 0.25}
    assert space.backgrounds["text>shape"].samples == 700
    with pytest.raises(SpaceError, match=r"'failing' of the package known_space 1\.2 fails \(OSError: no backgrounds"):
        _ = spaces.get("failing").backgrounds


def test_no_package_takes_the_name_of_a_shipped_space(site: Path) -> None:
    install(site, "bold_space", "def open_space(*, name, device): return 1 / 0", "mini = bold_space:open_space")
    assert spaces.names().count("mini") == 1
    assert Modality.SHAPE in spaces.get("mini").modalities
