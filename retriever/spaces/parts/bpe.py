"""The tokenizer of CLIP (Radford et al. 2021, arXiv 2103.00020): byte pairs of lower-cased text.

Its merges are not shipped here: they are read from the package open_clip_torch, which is not imported for it.
"""

from __future__ import annotations

import gzip
import html
import zlib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from retriever.errors import SpaceError

if TYPE_CHECKING:
    from torch import Tensor

PACKAGE = "open_clip"
MERGES = "bpe_simple_vocab_16e6.txt.gz"
CONTEXT = 77
"""Most tokens of a text, its start and end included."""
START, END = 49_406, 49_407
_SPECIAL = {"<|startoftext|>": START, "<|endoftext|>": END}
_LAST = "</w>"
"""Marks the end of a word."""
_PATTERN = r"(?i)<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+"


def merges_file() -> Path:
    """Where the installed package keeps the merges; the package itself is not imported.

    Raises:
        SpaceError: it is not installed.
    """
    spec = find_spec(PACKAGE)
    path = Path(spec.origin).parent / MERGES if spec and spec.origin else None
    if path is None or not path.is_file():
        raise SpaceError(
            "The tokenizer's packages are not installed; run: pip install --no-deps open_clip_torch==3.3.0 ftfy wcwidth"
        )
    return path


class ClipTokenizer:
    """Texts to ids.

    Args:
        merges: the file `MERGES`; that of the installed package where it is left out.

    Raises:
        SpaceError: the package is not installed, or the file cannot be read.
    """

    def __init__(self, merges: Path | None = None) -> None:
        from tokenizers import Regex, models, pre_tokenizers

        pairs = _pairs(merges or merges_file())
        # The alphabet in the order of its characters, alone and at the end of a word, and then what pairs merge to.
        bytes_ = sorted(pre_tokenizers.ByteLevel.alphabet())
        words = [*bytes_, *(byte + _LAST for byte in bytes_), *(left + right for left, right in pairs)]
        self._model = models.BPE({word: i for i, word in enumerate(words)}, pairs, end_of_word_suffix=_LAST)
        self._words = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(_PATTERN), "removed", invert=True),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )

    def ids(self, text: str) -> list[int]:
        """Start, the text's tokens and end, `CONTEXT` at most: of a longer text the last ones are left out."""
        ids = [START]
        for word, _ in self._words.pre_tokenize_str(cleaned(text)):
            if len(ids) >= CONTEXT:
                break
            ids += [_SPECIAL[word]] if word in _SPECIAL else [token.id for token in self._model.tokenize(word)]
        return [*ids[: CONTEXT - 1], END]

    def batches(self, texts: Sequence[str], size: int) -> Iterator[tuple[list[int], Tensor]]:
        """Texts of one length in tokens together, so that none is padded.

        A causal tower sees nothing after the end of a text, so padding it to `CONTEXT` would not change its vector.

        Yields:
            Indices of up to `size` texts, and their (b, t) int64 ids; each row ends with its first `END`.
        """
        import torch

        ids = [self.ids(text) for text in texts]
        ids = [row[: row.index(END) + 1] for row in ids]
        by_length = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        for _, same in groupby(by_length, key=lambda i: len(ids[i])):
            rows = list(same)
            for start in range(0, len(rows), size):
                some = rows[start : start + size]
                yield some, torch.tensor([ids[i] for i in some])


def cleaned(text: str) -> str:
    """Broken encodings mended, HTML entities (twice) resolved, white space single, lower case.

    Raises:
        SpaceError: the package ftfy is not installed.
    """
    try:
        from ftfy import fix_text
    except ImportError as error:
        raise SpaceError("The package ftfy, which cleans texts up, is not installed; run: pip install ftfy") from error
    return " ".join(html.unescape(html.unescape(fix_text(text))).split()).lower()


@cache
def _pairs(merges: Path) -> list[tuple[str, str]]:
    """The pairs that CLIP uses, which are those that fill its 49408 ids; the file's first line is a title."""
    count = START - 2 * 256
    try:
        lines = gzip.decompress(merges.read_bytes()).decode().split("\n")[1 : 1 + count]
        return [(left, right) for left, right in (line.split() for line in lines)]
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise SpaceError(f"The merges {merges} cannot be read ({error}); install open_clip_torch again.") from error
