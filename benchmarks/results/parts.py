"""What a run of all benchmarks consists of, as data: a name, what it needs, and a function that gives its tables.

A new part is a function `(Settings) -> Iterator[Table]` and an entry in `parts`. Functions import what they measure
when they are called: each runs in a process of its own, which must hold nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.results.tables import Table
from retriever import spaces
from retriever.errors import UsageError

FEW = ("chair", "table", "mug", "car", "airliner", "bottle", "sofa", "guitar")
"""Kinds of shapes that a quick run makes do with."""
DATA = "--data FOLDER"
"""Stands for the user's folder in the commands of tables, which others shall read."""


@dataclass(frozen=True)
class Settings:
    """What is asked of every part.

    Attributes:
        data: folder of test data; None without.
        space: to measure.
        quick: small sizes and few rounds, to see that it runs.
    """

    data: Path | None = None
    space: str = spaces.DEFAULT
    quick: bool = False

    def as_json(self) -> dict[str, Any]:
        """For another process."""
        return {**asdict(self), "data": None if self.data is None else str(self.data)}

    @classmethod
    def from_json(cls, saved: dict[str, Any]) -> Settings:
        """As `as_json` gave it."""
        return cls(**{**saved, "data": None if saved["data"] is None else Path(saved["data"])})


Measure = Callable[[Settings], Iterator[Table]]


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


def needs_suite(name: str, settings: Settings) -> str:
    """For `Part.missing`: its published files must be in the data folder."""
    from benchmarks.suites import get

    if settings.data is None:
        return f"it needs {DATA}"
    found = get(name)
    where = found.find(settings.data)
    return "" if where else f"{DATA} holds no {' or '.join(found.folders)}"


def parts(settings: Settings) -> list[Part]:
    """Every part there is, in the order in which they are run: the quick and the cheap first, the suites last."""
    from benchmarks.suites import NAMES

    return [
        Part("cold", "a text query in a fresh process", cold),
        Part("ingest", "indexing end to end beside the encoder alone", ingest),
        Part("encode", "speed and memory of the encoders", encode),
        Part("live", "adding to and deleting from an index", live),
        Part("ann", "nearest neighbours beside other libraries", ann),
        Part("arithmetic", "sums and differences of shapes, words and sounds", arithmetic),
        Part("confidence", "what is said to be sure, and how often it holds", confidence),
        Part("retrieval", "how well the space retrieves", retrieval, reads_data=True),
        Part("generalisation", "what is left of it for scans and sparse, noisy and turned clouds", generalisation,
             reads_data=True),
        Part("copies", "near-duplicates by cosine", copies, needs_data, reads_data=True),
        Part("variety", "variety, bad examples and names", variety, needs_data, reads_data=True),
        Part("expansion", "queries moved towards their first hits", expansion, needs_data, reads_data=True),
        *(Part(name, "a public benchmark", partial(suite, name), partial(needs_suite, name), True, "suites")
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


def cold(settings: Settings) -> Iterator[Table]:
    """Of the default space, over random vectors."""
    from benchmarks.cold import rows

    items, rounds = (1_000, 2) if settings.quick else (10_000, 7)
    yield Table(
        "Cold start", ("process",), rows(items, rounds), f"python -m benchmarks cold --items {items} --rounds {rounds}",
        f"{items:,} items, medians of {rounds}",
    )  # fmt: skip


def ingest(settings: Settings) -> Iterator[Table]:
    """Of the default space, over parametric shapes."""
    from benchmarks.ingest import memory_rows, rows

    per_kind, rounds = (1, 1) if settings.quick else (4, 3)
    command = f"python -m benchmarks ingest --per-kind {per_kind} --rounds {rounds}"
    yield Table("Ingest", ("what",), rows(per_kind, rounds), command, f"medians of {rounds}")
    sizes = [1, 2] if settings.quick else [per_kind // 4 or 1, per_kind, per_kind * 4]
    yield Table("Peak memory of an indexing process", ("files",), memory_rows(sizes), command)


def encode(settings: Settings) -> Iterator[Table]:
    """Of every tower; of made-up weights where a published space is not here."""
    from benchmarks.encode import memory_rows, present, rows, sampling_rows

    batches, rounds = ([1, 8], 1) if settings.quick else ([1, 8, 32], 3)
    asked = " ".join(f"--batch {batch}" for batch in batches)
    command = f"python -m benchmarks encode --space {settings.space} {asked} --rounds {rounds}"
    with present(settings.space) as weights:
        sizes = f"{weights}, medians of {rounds}"
        found = rows(settings.space, batches, rounds, "cpu")
        yield Table("Encoders", ("tower", "device", "batch"), found, command, sizes)
        if steps := sampling_rows(settings.space, max(batches), rounds, "cpu"):
            yield Table("Sampling points", ("step", "batch"), steps, command, sizes)
        yield Table("Peak memory of a text query", ("process",), memory_rows(settings.space, rounds), command, sizes)


def retrieval(settings: Settings) -> Iterator[Table]:
    """Over parametric shapes, then every section that the data folder and the space's towers allow."""
    from benchmarks.retrieval import SECTIONS, made, tables
    from benchmarks.retrieval.encoding import Encoding
    from benchmarks.retrieval.material import Material

    space, per_kind = spaces.get(settings.space), 2 if settings.quick else 4
    command = f"python -m benchmarks retrieval --space {settings.space}"
    for title, rows in made.tables(Encoding(space), per_kind):
        yield Table(title, ("measure", "subset"), rows, f"{command} --per-kind {per_kind}", f"{per_kind} of each kind")
    if settings.data:
        for title, rows in tables(Material(settings.data, space), SECTIONS):
            yield Table(title, ("measure", "subset"), rows, f"{command} {DATA}")


def generalisation(settings: Settings) -> Iterator[Table]:
    """Over ready clouds of the data folder where it has upright ones, else over parametric shapes."""
    from benchmarks.retrieval import generalisation as domains
    from benchmarks.retrieval.encoding import Encoding
    from benchmarks.retrieval.material import Material

    encoding = Encoding(spaces.get(settings.space))
    command = f"python -m benchmarks generalisation --space {settings.space}"
    if settings.data and (material := Material(settings.data, encoding.space)).clouds_folder:
        count = 60 if settings.quick else 600
        subjects, command = domains.of_data(material, count), f"{command} {DATA} --shapes {count}"
    elif settings.quick:
        subjects, command = domains.of_kinds(2, FEW), "python -m benchmarks all --quick --only generalisation"
    else:
        subjects, command = domains.of_kinds(2), f"{command} --per-kind 2"
    for measure, rows in domains.tables(subjects, encoding).items():
        yield Table(
            f"Generalisation: {measure}", ("measure", "domain", "severity"), rows, command, subjects.title,
        )  # fmt: skip


def needs_data(settings: Settings) -> str:
    """For `Part.missing`: there must be named meshes."""
    there = settings.data and (settings.data / "shapes_named" / "items.csv").is_file()
    return "" if there else f"it needs {DATA} with shapes_named"


def copies(settings: Settings) -> Iterator[Table]:
    """Over the named meshes of the data folder."""
    from benchmarks.retrieval.copies import tables
    from benchmarks.retrieval.material import Material

    assert settings.data
    command = f"python -m benchmarks copies --space {settings.space} {DATA}"
    for title, rows in tables(Material(settings.data, spaces.get(settings.space))):
        yield Table(title, (next(iter(rows[0])),), rows, command)


def variety(settings: Settings) -> Iterator[Table]:
    """Over the same."""
    from benchmarks.retrieval.material import Material
    from benchmarks.retrieval.variety import tables

    assert settings.data
    command = f"python -m benchmarks variety --space {settings.space} {DATA}"
    for title, rows in tables(Material(settings.data, spaces.get(settings.space))):
        keys = tuple(
            key for key in ("asked with", "trade-off", "weight of the bad ones", "the query") if key in rows[0]
        )
        yield Table(title, keys, rows, command)


def expansion(settings: Settings) -> Iterator[Table]:
    """Over the same, and the ready clouds."""
    from benchmarks.retrieval.expansion import tables
    from benchmarks.retrieval.material import Material

    assert settings.data
    command = f"python -m benchmarks expansion --space {settings.space} {DATA}"
    for title, rows in tables(Material(settings.data, spaces.get(settings.space))):
        yield Table(title, ("neighbours",), rows, command)


def suite(name: str, settings: Settings) -> Iterator[Table]:
    """One public benchmark, and what is published of the same measures."""
    from benchmarks.suites import get, published
    from benchmarks.suites.suite import Options

    assert settings.data
    asked, drawn = get(name), 5 if settings.quick else None
    rows = asked.rows(settings.data, spaces.get(settings.space), Options(per_class=drawn))
    command = (
        f"python -m benchmarks suite {name} {DATA} --space {settings.space}{f' --per-class {drawn}' * bool(drawn)}"
    )
    yield Table(asked.title, ("measure", "subset"), rows, command)
    if beside := published.alongside(name, rows):
        keys = ("measure", "method", "protocol", "source")
        yield Table(f"{asked.title} beside published figures", keys, beside, command, compared=False)


def arithmetic(settings: Settings) -> Iterator[Table]:
    """Over parametric shapes."""
    from benchmarks.arithmetic import Sizes, tables

    sizes = Sizes(per_value=4, others=1, queries=8) if settings.quick else Sizes()
    command = (
        f"python -m benchmarks arithmetic --space {settings.space} --per-value {sizes.per_value} "
        f"--others {sizes.others} --queries {sizes.queries}"
    )
    for number, (title, rows) in enumerate(tables(spaces.get(settings.space), sizes)):
        name, _, how_much = title.partition(", ")
        yield Table(
            f"Arithmetic: {name[0].lower()}{name[1:]}" if number else name,
            (next(iter(rows[0])),),
            rows,
            command,
            how_much,
        )


def confidence(settings: Settings) -> Iterator[Table]:
    """Over parametric shapes, which are few already."""
    from benchmarks.confidence import tables

    with TemporaryDirectory() as scratch:
        for title, rows in tables(None, spaces.get(settings.space), Path(scratch)):
            yield Table(
                title, (next(iter(rows[0])),), rows, f"python -m benchmarks confidence --space {settings.space}"
            )


ANN: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "Building": (("contender",), {"x": "seconds as a multiple of FAISS HNSW32's"}),
    "Search": (
        ("queries", "wanted", "contender"),
        {name: "queries a second as a multiple of FAISS HNSW32's" for name in ("x", "batch x")},
    ),
    "Overhead over the same calls of FAISS": (
        ("queries", "wanted", "together"),
        {"x": "milliseconds as a multiple of the same calls of FAISS alone"},
    ),
    "Filters": (("queries", "filter"), {}),
    "Exact batches": (("queries", "search"), {}),
}
"""Title -> keys, and what ratios are over."""


def ann(settings: Settings) -> Iterator[Table]:
    """Over fewer vectors than by itself."""
    from benchmarks.ann import tables
    from benchmarks.ann.data import make

    rows, dim, rounds = (5_000, 64, 1) if settings.quick else (50_000, 384, 3)
    sizes = f"{rows:,} vectors of length {dim}, medians of {rounds}"
    command = f"python -m benchmarks ann --rows {rows} --dim {dim} --rounds {rounds}"
    with TemporaryDirectory() as scratch:
        for title, found in tables(make(rows, dim), Path(scratch), rounds):
            keys, over = ANN[title]
            yield Table(f"Nearest neighbours: {title[0].lower()}{title[1:]}", keys, found, command, sizes, over)


def live(settings: Settings) -> Iterator[Table]:
    """Over fewer rows than by itself."""
    from benchmarks.live import rows as measure

    rows, dim, rounds = (5_000, 64, 1) if settings.quick else (100_000, 384, 5)
    yield Table(
        "A live index", ("operation",), measure(rows, dim, rounds),
        f"python -m benchmarks live --rows {rows} --dim {dim} --rounds {rounds}",
        f"{rows:,} rows of length {dim}, medians of {rounds}",
    )  # fmt: skip
