"""Queries with things in memory: found like their files, named shortly, refused clearly."""

from __future__ import annotations

import io
import json
import pickle  # noqa: TID251 - of our own making
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import simple_space
import soundfile
import trimesh
from PIL import Image
from small_corpus import write_boxes, write_picture, write_tone

import retriever
from indexer import build
from retriever import Term
from retriever.errors import FileProblem, SpaceError, UsageError
from retriever.index import Index
from retriever.query.request import Query


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A corpus of boxes, pictures and tones, and its index."""
    place = tmp_path_factory.mktemp("in memory")
    write_boxes(place / "corpus", 4)
    for name, color in (("red", (220, 20, 20)), ("blue", (20, 20, 220))):
        write_picture(place / "corpus" / f"{name}.png", color)
    for name, hertz in (("low", 60), ("high", 3000)):
        write_tone(place / "corpus" / f"{name}.wav", hertz)
    with pytest.MonkeyPatch.context() as patch:
        simple_space.stand_in(patch)
        build.index(place / "corpus", place / "index", workers=0)
        yield place


@pytest.fixture
def index(folder: Path) -> Index:
    return retriever.open(folder / "index")


def in_memory(corpus: Path) -> list[tuple[str, Path, object]]:
    """(kind, a file, the same in memory)."""
    box = trimesh.load(corpus / "box-002.off")
    return [
        ("image", corpus / "red.png", Image.open(corpus / "red.png")),
        ("image", corpus / "red.png", np.asarray(Image.open(corpus / "red.png"))),
        ("audio", corpus / "low.wav", soundfile.read(corpus / "low.wav")),
        ("shape", corpus / "box-002.off", box),
        ("shape", corpus / "box-002.off", np.asarray(box.sample(4000, seed=0))),
    ]


def test_what_is_in_memory_finds_what_its_file_finds(index: Index, folder: Path) -> None:
    for kind, path, held in in_memory(folder / "corpus"):
        by_file, by_thing = (index.search(**{kind: one}, to=kind, k=2) for one in (path, held))
        assert by_thing[0].path == path.name == by_file[0].path
        near = pytest.approx(by_file[0].score, abs=0.02 if kind == "shape" else 1e-6)  # points are drawn anew
        assert by_thing[0].score == near
        assert index.search(terms=[Term(kind, held)], to=kind, k=2)[0].score == by_thing[0].score
        alone = index.encode_terms([Term(kind, held)])
        np.testing.assert_array_equal(alone, index.space.encode(**{f"{kind}s".replace("audios", "audio"): held}))


def test_the_same_vector_as_the_file(index: Index, folder: Path) -> None:
    for kind, path, held in in_memory(folder / "corpus"):
        vectors = index.encode_terms([Term(kind, str(path)), Term(kind, held)])
        if kind == "shape":
            assert vectors[0] @ vectors[1] > 0.99
        else:
            np.testing.assert_array_equal(vectors[0], vectors[1])


def test_several_and_minus_and_sums(index: Index, folder: Path) -> None:
    red, blue = (Image.open(folder / "corpus" / f"{name}.png") for name in ("red", "blue"))
    by_file = index.search(image=folder / "corpus" / "red.png", minus_image=folder / "corpus" / "blue.png", to="image")
    by_thing = index.search(image=red, minus_image=np.asarray(blue), to="image")
    assert [(hit.path, hit.score, hit.shares) for hit in by_thing] == [
        (hit.path, hit.score, hit.shares) for hit in by_file
    ]
    both = index.search(image=[red, str(folder / "corpus" / "blue.png"), np.stack([np.asarray(red)])[0]], to="image")
    assert [term.source for term in both.terms][0::2] == ["<image 40x30>"] * 2
    stacked = index.search(image=np.stack([np.asarray(red), np.asarray(blue)]), to="image")
    assert len(stacked.terms) == 2 and stacked[0].score == pytest.approx(stacked[1].score)
    weighted = index.search(terms=[Term("image", red), Term("image", blue, -0.5)], to="image", combine="rank")
    assert weighted[0].path == "red.png"


def test_columns_of_paths_are_paths(index: Index, folder: Path) -> None:
    paths = np.array([str(folder / "corpus" / f"{name}.wav") for name in ("low", "high")])
    assert [term.source for term in index.search(audio=paths, to="audio").terms] == paths.tolist()
    assert len(index.space.encode(audio=paths)) == 2


def test_many_queries_tell_things_of_one_name_apart(index: Index, folder: Path) -> None:
    red, blue = (Image.open(folder / "corpus" / f"{name}.png") for name in ("red", "blue"))
    asked = [{"image": red}, [Term("image", blue)], Query((Term("image", red),), to="image"), {"image": [red, blue]}]
    found = index.search_many(asked, k=1, to="image")
    assert [hits[0].path for hits in found[:3]] == ["red.png", "blue.png", "red.png"]
    assert found[0][0].score == pytest.approx(1) == found[1][0].score
    with pytest.raises(UsageError, match=r"^Query 2: image=<image 4x4> holds int64"):
        index.search_many([{"image": red}, {"image": np.zeros((4, 4, 3), np.int64)}])


def test_vectors_are_brought_to_unit_length(index: Index) -> None:
    item = index.search(text="a", k=1)[0].id
    vector = index.vectors(item)[0]
    once = index.search(vector=vector, k=3)
    assert once[0].id == item and once[0].score == pytest.approx(1)
    for given in (1000 * vector, vector[None], vector.astype(np.float64).tolist(), [vector], vector.astype(np.float16)):
        again = index.search(vector=given, k=3)
        assert [hit.id for hit in again] == [hit.id for hit in once]
        assert again[0].score == pytest.approx(1, abs=1e-3)
    assert once.terms == (Term("vector", "<vector 32>"),)
    taken_away = index.search(vector=vector, minus_vector=index.vectors(once[1].id)[0], k=1)
    assert taken_away[0].id == item


@pytest.mark.parametrize(
    ("vector", "message"),
    [
        (np.ones(31), r"vector=<vector 31> holds an array of the shape \(31,\); a term is one vector of 32 numbers"),
        (np.full(32, np.nan), "vector=<vector 32>: .*not finite"),
        (np.append(np.ones(31), np.inf), "not finite"),
        (np.zeros(32), "all zeros"),
        (np.array(["a"] * 2), "vector=a: there is no file"),
        (np.ones((2, 2, 32)), r"of the shape \(2, 32\)"),
        (np.ones(32, complex), "give floats"),
        (np.ones(0), "vector is an array without numbers"),
        ([], "There is nothing to look for"),
        ([1.0, "a"], "vector takes a string, a path, an array, or a sequence of them, not float"),
    ],
)
def test_vectors_of_no_use_are_refused(index: Index, vector: object, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        index.search(vector=vector)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"image": np.zeros((4, 4), np.uint8)}, r"has the shape \(4, 4\); give pixels"),
        ({"image": Image.new("RGB", (0, 5))}, "holds no pixels"),
        ({"image": Image.new("RGB", (0, 0))}, "holds no pixels"),
        ({"image": np.zeros((0, 5, 3), np.uint8)}, "image=<image 5x0>"),
        ({"shape": np.zeros((0, 3))}, "shape=<shape 0 points>"),
        ({"audio": np.zeros(0)}, "audio"),
        ({"image": trimesh.Trimesh()}, "image takes .*a picture of Pillow.* not Trimesh"),
        ({"shape": Image.new("RGB", (9, 9))}, "shape takes .*points, or a mesh of trimesh or Open3D.* not Image"),
        ({"shape": np.zeros((9, 2))}, r"shape=<shape 9 points> holds a float64 array of shape \(9, 2\)"),
        ({"audio": (np.zeros(99), 8000)}, "audio=<audio 0.01 s> has nothing to hear in it"),
        ({"audio": [3]}, "audio takes .*samples and their rate"),
        ({"image": b"PNG"}, r"not bytes; open its bytes with PIL\.Image\.open\(io\.BytesIO\(data\)\)"),
        ({"audio": io.BytesIO(b"RIFF")}, r"not BytesIO; open its bytes with soundfile\.read\(io\.BytesIO\(data\)\)"),
        ({"shape": [b"glTF"]}, r'not bytes; .* trimesh\.load\(io\.BytesIO\(data\), file_type="glb"\)'),
        ({"text": b"chair"}, "text takes .*, not bytes"),
        ({"text": np.zeros(3)}, "text takes a string, a path, or a sequence of them, not float64"),
        ({"like": np.zeros((3, 3))}, "like takes .*; arrays go in image, audio, shape or vector"),
        ({"terms": [Term("text", np.zeros(3))]}, "The source of the text term must be a string, not ndarray"),
        ({"terms": [Term("image", 3)]}, "must be a string, a picture of Pillow or an"),
    ],
)
def test_what_cannot_be_asked_with_is_said(index: Index, asked: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        index.search(**asked)


def test_the_space_says_what_is_empty_and_leaves_no_row_out(index: Index) -> None:
    for kind in ({"shapes": np.zeros((0, 3))}, {"images": np.zeros((0, 5, 3), np.uint8)}, {"audio": np.zeros(0)}):
        with pytest.raises(FileProblem):
            index.space.encode(**kind)


def test_tensors_that_make_no_array_are_refused(index: Index) -> None:
    torch = pytest.importorskip("torch")
    tensor = torch.rand(32, requires_grad=True)
    for asked in ({"vector": tensor}, {"vector": [tensor]}, {"terms": [Term("vector", tensor)]}):
        with pytest.raises(UsageError, match=r"makes no NumPy array \(Can't call numpy.*\); give one"):
            index.search(**asked)
    assert index.search(vector=tensor.detach(), k=1)


def test_up_counts_and_is_y_unless_said(index: Index, folder: Path) -> None:
    box = trimesh.load(folder / "corpus" / "box-003.off")
    lying = box.copy()
    lying.apply_transform([[1, 0, 0, 0], [0, 0, -1, 0], [0, 1, 0, 0], [0, 0, 0, 1]])
    upright, turned = index.search(shape=box, k=1), index.search(shape=lying, up="z", k=1)
    assert upright[0].path == turned[0].path == "box-003.off"
    assert turned[0].score == pytest.approx(upright[0].score, abs=0.02) != index.search(shape=lying, k=1)[0].score


def test_hits_keep_the_name_alone(index: Index, folder: Path) -> None:
    hits = index.search(image=Image.open(folder / "corpus" / "red.png"), text="a", k=2, to="image")
    assert hits.terms == (Term("text", "a"), Term("image", "<image 40x30>"))
    assert json.loads(hits.to_json())["query"][1] == {"modality": "image", "source": "<image 40x30>", "weight": 1.0}
    assert "<image 40x30>" in repr(hits) and "PIL" not in repr(hits)
    assert hits.explain()[0].shares[1].term == 'image:"<image 40x30>"'
    sent = pickle.dumps(hits)
    assert pickle.loads(sent).terms == hits.terms
    large = index.search(image=Image.new("RGB", (800, 800)), text="a", k=2, to="image")
    assert len(pickle.dumps(large)) < len(sent) + 1000
    assert large.about is not None and large.about.query.k == 2
    with pytest.raises(UsageError, match=r"image=.*<image 40x30> does not exist"):
        index.search(terms=hits.terms)


def test_terms_hold_things_and_compare() -> None:
    pixels = np.zeros((4, 5, 3), np.uint8)
    term = Term("image", pixels, 0.5)
    assert (term.source, term.weight) == ("<image 5x4>", 0.5) and term == term and "array" not in repr(term)
    assert term != Term("image", pixels, 0.5) and term != term.told()
    heavier = replace(term, weight=2)
    assert heavier.held is term.held and heavier.weight == 2 and len({term, heavier}) == 2


def test_a_space_without_the_encoder_says_so(made_index: Index) -> None:
    with pytest.raises(SpaceError, match="has no image encoder"):
        made_index.search(image=Image.new("RGB", (9, 9)))
