import gzip
import json
import sys
from pathlib import Path

import pytest

from retriever.errors import SpaceError
from retriever.spaces.parts import bpe
from retriever.spaces.parts.bpe import CONTEXT, END, START, ClipTokenizer, cleaned, merges_file

# What ImageBind's own tokenizer makes of 37 texts.
TOKENS = json.loads((Path(__file__).parents[1] / "data/published/clip_tokens.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def tokenizer():
    return ClipTokenizer()


@pytest.mark.parametrize(("text", "ids"), TOKENS)
def test_ids_of_the_reference(tokenizer, text, ids):
    assert tokenizer.ids(text) == ids


def test_text_is_mended_and_unescaped_twice_and_lower_cased():
    assert cleaned("  schÃ¶n  &amp;amp;\tA\nB ") == "schön & a b"


def test_long_text_keeps_its_end(tokenizer):
    ids = tokenizer.ids("word " * 100)
    assert len(ids) == CONTEXT
    assert (ids[0], ids[-1]) == (START, END)


def test_batches_hold_texts_of_one_length_up_to_their_first_end(tokenizer):
    texts = ["a red chair", "lamp", "a car", "a <|endoftext|> b", "chair", "table"]
    batches = [(rows, ids.tolist()) for rows, ids in tokenizer.batches(texts, 2)]
    assert [rows for rows, _ in batches] == [[1, 3], [4, 5], [2], [0]]
    for rows, ids in batches:
        for row, own in zip(rows, ids, strict=True):
            assert own == tokenizer.ids(texts[row])[: len(own)]
            assert own.index(END) == len(own) - 1


def test_merges_of_a_path_given(tokenizer, tmp_path):
    copy = tmp_path / "merges.gz"
    copy.write_bytes(merges_file().read_bytes())
    assert ClipTokenizer(copy).ids("a sports car") == tokenizer.ids("a sports car")


@pytest.mark.parametrize("content", [b"no gzip", gzip.compress(b"title\nno-pair\n"), None])
def test_unreadable_merges_are_named(tmp_path, content):
    path = tmp_path / "merges.gz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SpaceError, match=r"merges\.gz cannot be read"):
        ClipTokenizer(path)


def test_missing_packages_come_with_their_cure(monkeypatch):
    monkeypatch.setattr(bpe, "PACKAGE", "no_such_package_here")
    with pytest.raises(SpaceError, match="pip install --no-deps open_clip_torch"):
        merges_file()
    monkeypatch.setitem(sys.modules, "ftfy", None)
    with pytest.raises(SpaceError, match="pip install ftfy"):
        cleaned("a chair")


def test_the_package_of_the_merges_is_not_imported():
    merges_file()
    assert "open_clip" not in sys.modules
