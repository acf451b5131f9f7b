"""Parts of a run that say how well a space finds; each imports what it measures when it is called."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.results.settings import DATA, FEW, Settings
from benchmarks.results.tables import Table
from retriever import spaces


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


def upright(settings: Settings) -> Iterator[Table]:
    """Over the named meshes of the data folder."""
    from benchmarks.retrieval.encoding import Encoding
    from benchmarks.retrieval.upright import sources, tables

    assert settings.data
    command, encoding = (
        f"python -m benchmarks upright --space {settings.space} {DATA}",
        Encoding(spaces.get(settings.space)),
    )
    for source in sources(settings.data):
        with TemporaryDirectory() as scratch:
            for title, rows in tables(source, encoding, Path(scratch)):
                keys = ("saved with", "files") if "files" in rows[0] else ("measure", "subset")
                yield Table(title, keys, rows, command)


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


def naming(settings: Settings) -> Iterator[Table]:
    """Parametric shapes with new seeds and, with a data folder, held-back meshes, ready clouds and photos."""
    from benchmarks.retrieval.material import Material
    from benchmarks.retrieval.naming import tables

    data, kinds = settings.data, FEW if settings.quick else ()
    material = Material(data or Path(), spaces.get(settings.space))
    command = f"python -m benchmarks naming --space {settings.space}{f' {DATA}' * bool(data)}"
    if settings.quick:
        command = "python -m benchmarks all --quick --only naming"
    for title, rows in tables(material, 4, has_data=data is not None, kinds=kinds):
        yield Table(f"Names for {title[0].lower()}{title[1:]}", ("confidence",), rows, command)


def drawn_map(settings: Settings) -> Iterator[Table]:
    """Over the same, without the times."""
    from benchmarks.retrieval.maps import kept, of_data
    from benchmarks.retrieval.material import Material

    assert settings.data
    command = f"python -m benchmarks map --space {settings.space} {DATA}"
    if rows := [row for each in of_data(Material(settings.data, spaces.get(settings.space))) for row in kept(*each)]:
        yield Table("Neighbours on a map", ("over", "where"), rows, command)


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
