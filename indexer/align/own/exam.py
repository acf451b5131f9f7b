"""Files that their owner has marked as test: how good a tower is on them, told once and chosen by nothing.

They are encoded as an index encodes them, so that ``retriever eval`` comes to the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from indexer.align import captions
from indexer.align.own.examples.words import Words
from indexer.align.own.judge import Judge
from indexer.align.own.reading import Example
from retriever import metrics
from retriever.spaces import Encoder
from retriever.types import Modality, Vectors

Interval = tuple[float, float, float]
"""A measure, and the ends of its 95 % interval."""

_KINDS = {Modality.SHAPE: "3d", Modality.IMAGE: "image", Modality.AUDIO: "audio"}


@dataclass(frozen=True)
class Exam:
    """n files of one modality.

    Attributes:
        examples: they.
        judge: what measures a tower on them.
        phrases: (c, d) hub vectors of the phrases that the judge knows.
    """

    examples: Sequence[Example]
    judge: Judge
    phrases: Vectors

    @classmethod
    def of(cls, modality: Modality, examples: Sequence[Example], others: Sequence[Example], texts: Encoder) -> Exam:
        """Of some files, whose names are told from those of the others too; `texts` encodes the names."""
        words = Words.of(examples, others)
        judge = words.judge(_KINDS[modality], np.ones(len(examples), np.bool_))
        vectors = captions.label_vectors(words.phrases, texts) if examples else np.zeros((0, 0), np.float32)
        return cls(examples, judge, vectors)

    def taken(self, encoder: Encoder) -> Mapping[str, Interval]:
        """The measures of `Judge`, with intervals over the queries; none where there are no files."""
        if not self.examples:
            return {}
        payloads = [each.payloads[0] for each in self.examples]
        starts = range(0, len(payloads), encoder.batch)
        vectors = np.concatenate([encoder.encode(payloads[start : start + encoder.batch]) for start in starts])
        values = self.judge.values(torch.from_numpy(vectors), torch.from_numpy(self.phrases))
        return {name: metrics.bootstrap(each) for name, each in values.items()}
