"""What a run of all benchmarks consists of, as data: a name, what it needs, and a function that gives its tables.

A new part is a function `(Settings) -> Iterator[Table]` in `quality` or `speed`, and an entry in `parts`. Each runs in
a process of its own, which must hold nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from benchmarks.results import quality, speed
from benchmarks.results.settings import DATA, Measure, Settings
from retriever.errors import UsageError


@dataclass(frozen=True)
class Part:
    """One benchmark of a run.

    Attributes:
        name: by which it is chosen.
        about: one line.
        tables: measures; each table is kept as soon as it is yielded.
        missing: what keeps it from being run with these settings, as a sentence; "" for nothing.
        reads_data: whether a data folder makes a difference to it.
        group: another name that chooses it, together with others.
    """

    name: str
    about: str
    tables: Measure
    missing: Callable[[Settings], str] = lambda settings: ""
    reads_data: bool = False
    group: str = ""


def parts(settings: Settings) -> list[Part]:
    """Every part there is, in the order in which they are run: the quick and the cheap first, the suites last."""
    from benchmarks.suites import NAMES

    return [
        Part("cold", "a text query in a fresh process", speed.cold),
        Part("ingest", "indexing end to end beside the encoder alone", speed.ingest),
        Part("encode", "speed and memory of the encoders", speed.encode),
        Part("live", "adding to and deleting from an index", speed.live),
        Part("ann", "nearest neighbours beside other libraries", speed.ann),
        Part("arithmetic", "sums and differences of shapes, words and sounds", quality.arithmetic),
        Part("confidence", "what is said to be sure, and how often it holds", quality.confidence),
        Part("retrieval", "how well the space retrieves", quality.retrieval, reads_data=True),
        Part("generalisation", "what is left of it for scans and sparse, noisy and turned clouds",
             quality.generalisation, reads_data=True),
        Part("upright", "corpora saved with another axis up", quality.upright, needs_data, reads_data=True),
        Part("copies", "near-duplicates by cosine", quality.copies, needs_data, reads_data=True),
        Part("variety", "variety, bad examples and names", quality.variety, needs_data, reads_data=True),
        Part("expansion", "queries moved towards their first hits", quality.expansion, needs_data, reads_data=True),
        Part("naming", "names of the vocabulary, and how specific they are", quality.naming, reads_data=True),
        Part("map", "what a map keeps of the space", quality.drawn_map, needs_data, reads_data=True),
        *(Part(name, "a public benchmark", partial(quality.suite, name), partial(needs_suite, name), True, "suites")
          for name in NAMES),
    ]  # fmt: skip


def chosen(every: Sequence[Part], only: Sequence[str]) -> list[Part]:
    """Those whose name or group is in `only`; all where that is empty.

    Raises:
        UsageError: a name that fits none.
    """
    known = {name for part in every for name in (part.name, part.group) if name}
    if unknown := [name for name in only if name not in known]:
        names = dict.fromkeys(name for part in every for name in (part.group, part.name) if name)
        raise UsageError(f"--only {unknown[0]}: choose among {', '.join(names)}.")
    return [part for part in every if not only or {part.name, part.group} & set(only)]


def needs_data(settings: Settings) -> str:
    """For `Part.missing`: there must be named meshes."""
    there = settings.data and (settings.data / "shapes_named" / "items.csv").is_file()
    return "" if there else f"it needs {DATA} with shapes_named"


def needs_suite(name: str, settings: Settings) -> str:
    """For `Part.missing`: its published files must be in the data folder."""
    from benchmarks.suites import get

    if settings.data is None:
        return f"it needs {DATA}"
    found = get(name)
    where = found.find(settings.data)
    return "" if where else f"{DATA} holds no {' or '.join(found.folders)}"
