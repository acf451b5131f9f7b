"""Recordings, read once and packed: samples end to end, with captions, groups and folds."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.align.sounds.words import class_captions, name_captions
from retriever.errors import UsageError

FOLDS = 5
RATE = 16_000
_SOURCE = re.compile(r"\d-(\d+)-[A-Z]")
"""Names of ESC-10 and ESC-50 (Piczak 2015): fold, recording cut from, take."""


@dataclass(frozen=True)
class Clip:
    """One sound.

    Attributes:
        samples: (n,) int16 at 16 kHz, n >= 1.
        captions: the name first.
        source: the set it comes from.
        label: its class, or "" where the set has no classes.
        group: sounds of one recording share it, and stay on one side of every split.
        fold: 0..4, in which it is held out; -1 where it never is.
    """

    samples: NDArray[np.int16]
    captions: tuple[str, ...]
    source: str
    label: str = ""
    group: str = ""
    fold: int = -1


def read(folder: Path) -> list[Clip]:
    """Every sound below `folder`/SET: in class folders (held out in turn), or named by their files (never held out).

    Raises:
        UsageError: the folder holds no sound.
    """
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in {".ogg", ".wav", ".flac"})
    if not files:
        raise UsageError(f"{folder} holds no sounds; give a folder with SET/CLASS/*.ogg or SET/*.ogg in it.")
    return with_folds([_clip(path, path.relative_to(folder).parts) for path in files])


def _clip(path: Path, parts: tuple[str, ...]) -> Clip:
    source = parts[0]
    if len(parts) == 2:
        return Clip(_decode(path), name_captions(path.stem), source, group=path.stem.rstrip("_0123456789"))
    label = parts[1]
    found = _SOURCE.match(path.stem)
    return Clip(_decode(path), class_captions(label), source, label, f"{label}/{found[1] if found else path.stem}")


def _decode(path: Path) -> NDArray[np.int16]:
    """One channel at 16 kHz."""
    import soundfile
    import soxr

    samples, rate = soundfile.read(str(path), dtype="float32", always_2d=True)
    mono = samples.mean(axis=1)
    if rate != RATE:
        mono = soxr.resample(mono, rate, RATE)
    return np.clip(np.round(mono * 32767), -32768, 32767).astype(np.int16)


def with_folds(clips: Iterable[Clip]) -> list[Clip]:
    """The clips, each group of a class in one of five folds, in turn by the hash of its name.

    A class of a single group is never held out: nothing of it could then be learnt.
    """
    clips = list(clips)
    groups = defaultdict(set)
    for clip in clips:
        if clip.label:
            groups[clip.label].add(clip.group)
    fold = {}
    for label, names in groups.items():
        first = _hash(label)
        for place, group in enumerate(sorted(names, key=_hash)):
            fold[group] = (first + place) % FOLDS if len(names) > 1 else -1
    return [Clip(c.samples, c.captions, c.source, c.label, c.group, fold.get(c.group, -1)) for c in clips]


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def save(clips: list[Clip], path: Path) -> None:
    """Packs them into one npz."""
    facts = [[c.captions, c.source, c.label, c.group, c.fold, len(c.samples)] for c in clips]
    np.savez(path, samples=np.concatenate([c.samples for c in clips]), facts=np.array(json.dumps(facts)))


def load(path: Path) -> list[Clip]:
    """Unpacks what `save` wrote."""
    with np.load(path) as file:
        samples, facts = file["samples"], json.loads(str(file["facts"]))
    ends = np.cumsum([fact[-1] for fact in facts])
    return [
        Clip(samples[end - length : end], tuple(captions), source, label, group, fold)
        for end, (captions, source, label, group, fold, length) in zip(ends, facts, strict=True)
    ]
