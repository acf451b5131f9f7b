"""``naming.json.gz``: which pictures and other files the materials and scenes of corpora name.

A scan has to know, for a picture that is named is no item, and to find out reads all of such a file. So the index
remembers it by the state of each. All of it can be found again: where the file is missing, damaged or of another
version of retriever, nothing is remembered.
"""

from __future__ import annotations

import gzip
import json
import os
import time
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import retriever
from indexer import sidecars
from indexer.roots import Corpus, upwards
from retriever.archives import State
from retriever.files import whole_file
from retriever.store import layout
from retriever.types import is_utf8

Known = dict[str, dict[str, tuple[State, list[str]]]]
"""Folder -> name of a file in it -> its state, and what it names."""

_RULES = f"{retriever.__version__} 1"
"""Another number for other rules of what a file names."""
_GRAIN = 2 * 10**9
"""Nanoseconds that a file may be changed in without another time: two seconds, as on FAT, the coarsest there is."""


class Naming:
    """What files name; those that are as they were when an index was written are not read.

    Args:
        folder: of the index, which need not be there; it is looked at when the first file is asked about.
        again: read every file, changed or not.
    """

    def __init__(self, folder: Path, *, again: bool = False) -> None:
        self._folder = folder
        self._again = again
        self._known: Known | None = None
        self._asked: dict[str, set[str]] = defaultdict(set)
        self._is_news = False

    def named(self, file: Path, state: State) -> Sequence[str]:
        """What a file names, as `sidecars.named` does; `state` is no later than the file is read."""
        if self._known is None:
            self._known = _read(self._folder)
        place, name = os.path.split(file)
        known, asked = self._known.setdefault(place, {}), self._asked[place]
        if (found := known.get(name)) and found[0] == state and (not self._again or name in asked):
            asked.add(name)
            return found[1]
        now = time.time_ns()
        names = sidecars.named(file, state)
        # What was changed a moment ago may change once more without a trace. A member's CRC-32 is below any time.
        if names is not None and state[1] < now - _GRAIN and all(map(is_utf8, (place, name, *names))):
            known[name] = state, list(names)
            asked.add(name)
            self._is_news = True
        return names or ()

    def save(self, corpora: Iterable[Corpus], roots: Iterable[str]) -> None:
        """Writes what is remembered, if that is news; who calls this holds the lock of the index.

        Where it cannot be written, the files are read again.

        Args:
            corpora: that were scanned; of what they cover, files that nobody asked about are forgotten.
            roots: absolute paths of all corpora of the index; files below none of them are forgotten as well.
        """
        scanned = {_prefix(corpus.root): corpus for corpus in corpora}
        if self._known is None:
            if all(corpus.within for corpus in scanned.values()):
                return  # too little was looked at to read it for what may be gone
            self._known = _read(self._folder)
        held = {**dict.fromkeys(map(_prefix, roots)), **scanned}
        kept = {place: files for place, known in self._known.items() if (files := self._kept(place, known, held))}
        count, before = (sum(map(len, known.values())) for known in (kept, self._known))
        if self._is_news or count < before:
            with suppress(OSError):
                _write(self._folder, kept)
            self._known, self._is_news = kept, False

    def _kept(
        self, place: str, known: dict[str, tuple[State, list[str]]], held: Mapping[str, Corpus | None]
    ) -> dict[str, tuple[State, list[str]]]:
        """What stays of a folder's files; `held` has the roots, with the corpora of those that were scanned."""
        asked = self._asked.get(place, set())
        if len(asked) == len(known):
            return known
        root = next((above for above in upwards(place) if above in held), None)
        if root is None:
            return {name: known[name] for name in asked}
        corpus = held[root]
        if corpus is None:
            return known
        below = f"{place}/"[len(root) + 1 :]
        return {name: found for name, found in known.items() if name in asked or not corpus.covers(below + name)}


def _prefix(root: Path | str) -> str:
    """A root as `upwards` gives it: "" for that of the file system."""
    return str(root).rstrip("/")


def _read(folder: Path) -> Known:
    try:
        said = json.loads(gzip.decompress((folder / layout.NAMING).read_bytes()))
        if said["rules"] != _RULES:
            return {}
        return {
            place: {name: ((size, changed), [*map(str, names)]) for name, (size, changed, names) in files.items()}
            for place, files in said["files"].items()
        }
    except (OSError, EOFError, zlib.error, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return {}


def _write(folder: Path, known: Known) -> None:
    path = folder / layout.NAMING
    files = {place: {name: [*state, names] for name, (state, names) in each.items()} for place, each in known.items()}
    if not files:
        path.unlink(missing_ok=True)
        return
    said = json.dumps({"rules": _RULES, "files": files}, ensure_ascii=False, separators=(",", ":"))
    with whole_file(path) as file:
        file.write(gzip.compress(said.encode(), 1, mtime=0))
