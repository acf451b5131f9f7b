"""Which files a space was trained on, as a table: who measures it afterwards asks for the others alone."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from indexer.align.own.part import Part

SPLIT = "split.csv"
"""File in the folder of the space: path and split of each file; not there where nothing was a file."""


def write_split(file: Path, parts: Sequence[Part]) -> None:
    """Writes what ``retriever index --metadata`` takes: paths below the folder that all of them lie in, and splits."""
    splits = {path.absolute(): split for part in parts for path, split in _files(part)}
    if not splits:
        return
    below = os.path.commonpath([path.parent for path in splits])
    with file.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(["path", "split"])
        rows.writerows([path.relative_to(below).as_posix(), splits[path]] for path in sorted(splits))


def _files(part: Part) -> Iterator[tuple[Path, str]]:
    """The files of a part; what is held out by its share is called val."""
    for example, out in zip(part.examples, part.held_out.tolist(), strict=True):
        if isinstance(example.pair.source, Path):
            yield example.pair.source, "val" if out else "train"
    for example in part.exam.examples:
        if isinstance(example.pair.source, Path):
            yield example.pair.source, "test"
