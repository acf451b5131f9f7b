"""ESC-50 (Piczak 2015, doi 10.1145/2733373.2806390): 2,000 recordings of 5 s in 50 classes, zero-shot and retrieval.

Laid out as the repository: ``meta/esc50.csv`` (filename, fold, target, category, esc10, src_file, take) and
``audio/*.wav``. A clip takes the class whose name is nearest; a name's vector is the mean over `TEMPLATES`, the
category with spaces in them. Few others publish their prompts, and the choice moves results by much. Nothing is
trained, so that folds are subsets only; each has rows because others print means over them. In text->audio a name asks
for the clips of its class; in audio->audio a clip asks for those, while itself and all clips that were cut from the
same recording (the same src_file) are no candidates.

A tower whose licence says that it was trained on ESC-50 is not zero-shot here, and every row says so. For the audio
tower of `mini`, ``esc50_heard.txt`` lists the recordings that it learnt from; further rows are over the clips of all
others. These are held out, yet not zero-shot either: their classes were learnt.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval.protocol import Mask, Row
from benchmarks.suites.blocks import BlockRanking, same
from benchmarks.suites.encoding import Source, encoded
from benchmarks.suites.folders import read_rows
from benchmarks.suites.suite import Options, Suite, checked, draw_note, drawn, subset
from retriever import loaders, spaces
from retriever.errors import UsageError
from retriever.query.zeroshot import Names, name_vectors, words
from retriever.spaces import Space
from retriever.types import AudioInput, Modality, Vectors, Waveform

TITLE = "ESC-50"
COUNTS = {"clips": 2000, "classes": 50, "folds": 5}
TEMPLATES = ("{}", "a sound of {}", "the sound of {}", "a recording of {}")
"""Prompts, with the category as words: "clock tick"."""
HEARD = Path(__file__).with_name("esc50_heard.txt")
"""Recordings that the audio tower of `mini` was trained on."""
HEARD_BY = "00ec8dec2f06d9d81b15be6772f9f4fb5a59353c05ac6d83c2e002aad693a993"
"""SHA-256 of that tower's ``audio.safetensors``; a new one needs a new list."""
ZERO_SHOT = {"top-1": "hit@1", "top-5": "hit@5"}

_META, _AUDIO = "meta/esc50.csv", "audio"


@dataclass(frozen=True)
class Clip:
    """One line of the table.

    Attributes:
        name: of its file.
        fold: 1..5.
        category: as the table has it, "clock_tick".
        recording: src_file, what it was cut from.
    """

    name: str
    fold: int
    category: str
    recording: str


@dataclass(frozen=True, eq=False)
class Sounds:
    """n clips as the measures want them.

    Attributes:
        vectors: (n, d) unit vectors.
        labels: (n,) int64 places of their classes.
        recordings: (n,) what each was cut from.
    """

    vectors: Vectors
    labels: NDArray[np.int64]
    recordings: NDArray[np.str_]

    def of(self, keep: Mask) -> Sounds:
        """Some of the clips."""
        return Sounds(self.vectors[keep], self.labels[keep], self.recordings[keep])


def clips(folder: Path) -> list[Clip]:
    """The table.

    Raises:
        UsageError: it is damaged.
    """
    path = folder / _META
    found = []
    for row in read_rows(path, ("filename", "fold", "category", "src_file")):
        name, fold = Path(row["filename"].strip()).name, row["fold"].strip()
        if not name or not fold.isdecimal():
            raise UsageError(f"{path} has a line without a file name and a fold ({row}); download it again.")
        found.append(Clip(name, int(fold), row["category"].strip(), row["src_file"].strip()))
    return found


def measure(folder: Path, space: Space, options: Options) -> Iterator[Row]:
    """Zero-shot over all clips and in each fold, by name, and by sound."""
    listed = clips(folder)
    present = [clip for clip in listed if (folder / _AUDIO / clip.name).is_file()]
    categories = sorted({clip.category for clip in listed})
    found = {"clips": len(present), "classes": len(categories), "folds": len({clip.fold for clip in present})}
    note = checked(TITLE, found, COUNTS, options)
    labels = np.array([categories.index(clip.category) for clip in present], np.int64)
    chosen = [present[i] for i in drawn(labels, options)]
    entry = space.identity.audio or AudioInput()
    sources = [
        Source(clip.name, partial(_waveform, folder / _AUDIO / clip.name, entry), folder / _AUDIO / clip.name)
        for clip in chosen
    ]
    heard = encoded("esc50 clips", sources, Modality.AUDIO, space, options)
    asked = [chosen[i] for i in heard.owners]
    sounds = Sounds(
        heard.vectors,
        np.array([categories.index(clip.category) for clip in asked], np.int64),
        np.array([clip.recording for clip in asked]),
    )
    names = name_vectors(Names(tuple(map(words, categories)), TEMPLATES), space)
    notes = subset(note, draw_note(options), heard.note)
    yield from compared(sounds, names, np.array([clip.fold for clip in asked]), notes, learnt_from(space))


def compared(
    sounds: Sounds, names: Vectors, folds: NDArray[np.int64], notes: str, learnt: frozenset[str] | None
) -> Iterator[Row]:
    """The rows for given vectors.

    Args:
        sounds: that are asked with.
        names: (m, d) unit vectors of the classes.
        folds: (n,) of the clips.
        notes: what every subset has to say besides.
        learnt: recordings that the tower was trained on; empty where it is not known which, None for none.
    """
    trained = "" if learnt is None else "not zero-shot: trained on some of these"
    everything = f"{len(folds):,} clips"
    yield from _zero_shot(sounds, names, subset(everything, notes, trained))
    for fold in np.unique(folds):
        yield from _zero_shot(sounds.of(folds == fold), names, subset(f"fold {fold}", notes, trained))
    yield from _retrieval(sounds, names, subset(everything, notes, trained))
    new = np.array([recording not in (learnt or ()) for recording in sounds.recordings])
    if learnt and new.any() and not new.all():
        told = subset(f"{new.sum():,} clips of recordings never heard", notes, "not zero-shot: classes were trained on")
        yield from _zero_shot(sounds.of(new), names, told)
        yield from _retrieval(sounds.of(new), names, told)


def learnt_from(space: Space) -> frozenset[str] | None:
    """Recordings of ESC-50 that a space's audio tower was trained on, as far as its licence and this folder tell.

    Returns:
        None where nothing says that there are any, no recording where it is not known which.
    """
    if TITLE not in space.licenses.get(Modality.AUDIO, space.license):
        return None
    if space.identity.name not in spaces.shipped():
        return frozenset()
    lines = HEARD.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def _zero_shot(sounds: Sounds, names: Vectors, told: str) -> Iterator[Row]:
    to_names = BlockRanking(sounds.vectors, names, same(sounds.labels, np.arange(len(names))))
    yield from to_names.rows(subset(told, f"{len(TEMPLATES)} templates"), ZERO_SHOT)


def _retrieval(sounds: Sounds, names: Vectors, told: str) -> Iterator[Row]:
    by_name = BlockRanking(names, sounds.vectors, same(np.arange(len(names)), sounds.labels))
    yield from by_name.rows(subset(told, f"{len(TEMPLATES)} templates"), {"text->audio mAP": "mAP"})
    alike = same(sounds.labels, sounds.labels)
    hidden = same(sounds.recordings, sounds.recordings)  # which hides the clip itself, too
    by_sound = BlockRanking(sounds.vectors, sounds.vectors, alike, hidden)
    yield from by_sound.rows(subset(told, "own recording hidden"), {"audio->audio mAP": "mAP"})


def _waveform(path: Path, entry: AudioInput) -> Sequence[Waveform]:
    payload = loaders.load_audio(path, entry).payload
    assert isinstance(payload, Waveform)
    return [payload]


SUITE = Suite(
    name="esc50",
    title=TITLE,
    folders=("ESC-50", "ESC-50-master", "esc50", "audio/ESC-50"),
    needs=frozenset({Modality.AUDIO, Modality.TEXT}),
    counts=COUNTS,
    holds=lambda folder: (folder / _META).is_file() and (folder / _AUDIO).is_dir(),
    measure=measure,
)
