"""How well a space retrieves: retrieval, generalisation, upright, suite, arithmetic, confidence, naming and more."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from benchmarks.commands.options import Data, JsonTo, Judged, MaybeData
from benchmarks.harness import save, show, show_tables
from retriever.errors import UsageError


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(retrieval)
    app.command()(generalisation)
    app.command()(suite)
    app.command()(arithmetic)
    app.command()(confidence)
    app.command()(copies)
    app.command()(variety)
    app.command()(expansion)
    app.command()(naming)
    app.command()(upright)
    app.command("map")(draw_map)


def retrieval(
    data: MaybeData = None,
    space: Judged = "mini",
    per_kind: Annotated[int, typer.Option(min=2, help="Parametric shapes of each kind.")] = 4,
    json: JsonTo = None,
) -> None:
    """How well a space retrieves: parametric shapes; with --data shapes, names, renders, photos and sounds."""
    from benchmarks.retrieval import SECTIONS, made, tables
    from benchmarks.retrieval.encoding import Encoding
    from benchmarks.retrieval.material import Material
    from retriever import spaces

    judged = spaces.get(space)
    found = made.tables(Encoding(judged), per_kind) if data is None else tables(Material(data, judged), SECTIONS)
    if not show_tables("Retrieval", found, f"space {space}", json_to=json):
        where = "The parametric shapes are" if data is None else f"--data {data} holds"
        raise UsageError(f"{where} nothing that {space!r} can be measured on; see docs/benchmarks.md.")


def generalisation(
    data: MaybeData = None,
    space: Judged = "mini",
    shapes: Annotated[int, typer.Option(min=2, help="With --data: shapes drawn, evenly over the classes.")] = 600,
    per_kind: Annotated[int, typer.Option(min=2, help="Without --data: parametric shapes of each kind.")] = 2,
    figure: Annotated[Path | None, typer.Option(help="Also draw the curves: a .svg, .png or .pdf file.")] = None,
    json: JsonTo = None,
) -> None:
    """What a space keeps of its retrieval as shapes come as scans, sparse, noisy, in any pose or among others."""
    from benchmarks.figures import severity_curves
    from benchmarks.retrieval.encoding import Encoding
    from benchmarks.retrieval.generalisation import of_data, of_kinds, tables
    from benchmarks.retrieval.material import Material
    from retriever import spaces
    from retriever.figures import check_figure, save_figure

    if figure:
        check_figure(figure)
    judged = spaces.get(space)
    subjects = of_kinds(per_kind) if data is None else of_data(Material(data, judged), shapes)
    found = tables(subjects, Encoding(judged))
    about = f"space {space}, {subjects.title}"
    for measure, rows in found.items():
        show(f"Generalisation, {measure}, {about}", rows)
    if figure:
        save_figure(severity_curves(found, about), figure)
    if json:
        save(f"Generalisation, {about}", [row for rows in found.values() for row in rows], json)


def suite(
    name: Annotated[str, typer.Argument(help="modelnet40, shapenet, scanobjectnn, objaverse-lvis, text2shape, esc50.")],
    data: Annotated[Path, typer.Option(help="The unpacked set, or a folder with it inside.")],
    space: Judged = "mini",
    partial: Annotated[bool, typer.Option("--partial", help="Measure what is there of the set, and say so.")] = False,
    per_class: Annotated[int | None, typer.Option(min=1, help="Draw so many of each class, for a quick look.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of that draw.")] = 0,
    cache: Annotated[Path | None, typer.Option(help="Keep vectors in this folder between runs.")] = None,
    json: JsonTo = None,
) -> None:
    """A space on the published files of a public benchmark, beside what papers report for it."""
    from benchmarks import suites
    from benchmarks.suites.published import alongside
    from benchmarks.suites.suite import Options
    from retriever import spaces

    chosen = suites.get(name)
    rows = chosen.rows(data, spaces.get(space), Options(partial, per_class, seed, cache))
    show(f"{chosen.title}, space {space}", rows)
    if beside := alongside(name, rows):
        show(f"{chosen.title}, space {space}, beside published figures", beside)
    if json:
        save(f"{chosen.title}, space {space}", rows, json)


def copies(data: Data, space: Judged = "mini", json: JsonTo = None) -> None:
    """Near-duplicates by cosine beside the groups that came with named meshes, and meshes sampled a second time."""
    from benchmarks.retrieval.copies import tables
    from benchmarks.retrieval.material import Material
    from retriever import spaces

    if not show_tables("Copies", tables(Material(data, spaces.get(space))), f"space {space}", json_to=json):
        raise UsageError(f"--data {data} holds no shapes_named; see docs/benchmarks.md.")


def variety(data: Data, space: Judged = "mini", json: JsonTo = None) -> None:
    """What variety costs, what bad examples bring and what names add, among named meshes."""
    from benchmarks.retrieval.material import Material
    from benchmarks.retrieval.variety import tables
    from retriever import spaces

    if not show_tables("Variety", tables(Material(data, spaces.get(space))), f"space {space}", json_to=json):
        raise UsageError(f"--data {data} holds no shapes_named; see docs/benchmarks.md.")


def expansion(data: Data, space: Judged = "mini", json: JsonTo = None) -> None:
    """What it brings to move queries towards their first hits: mAP by the number of these."""
    from benchmarks.retrieval.expansion import tables
    from benchmarks.retrieval.material import Material
    from retriever import spaces

    if not show_tables("Expansion", tables(Material(data, spaces.get(space))), f"space {space}", json_to=json):
        raise UsageError(f"--data {data} holds neither shapes69 nor shapes_named; see docs/benchmarks.md.")


def naming(
    data: MaybeData = None,
    space: Judged = "mini",
    per_kind: Annotated[int, typer.Option(min=1, help="Parametric shapes of each kind.")] = 4,
    json: JsonTo = None,
) -> None:
    """How often names of the vocabulary are right, and how specific, by the confidence that is asked for."""
    from benchmarks.retrieval.material import Material
    from benchmarks.retrieval.naming import tables
    from retriever import spaces

    found = tables(Material(data or Path(), spaces.get(space)), per_kind, has_data=data is not None)
    if not show_tables("Naming", found, f"space {space}", json_to=json):
        raise UsageError(f"The space {space!r} does not read both shapes and texts; name another.")


def upright(
    data: MaybeData = None,
    space: Judged = "mini",
    per_kind: Annotated[int, typer.Option(min=1, help="Without --data: parametric shapes of each kind.")] = 1,
    json: JsonTo = None,
) -> None:
    """Corpora saved with another axis up: how often a look at some of their files tells, and what finding gains."""
    from benchmarks.retrieval.encoding import Encoding
    from benchmarks.retrieval.upright import sources, tables
    from retriever import spaces

    judged = Encoding(spaces.get(space))
    with TemporaryDirectory() as scratch:
        found = (table for source in sources(data, per_kind) for table in tables(source, judged, Path(scratch)))
        if not show_tables("Upright", found, f"space {space}", json_to=json):
            raise UsageError(f"--data {data} holds no shapes_named; see docs/benchmarks.md.")


def draw_map(
    data: MaybeData = None,
    space: Judged = "mini",
    per_kind: Annotated[int, typer.Option(min=2, help="Without --data: parametric shapes of each kind.")] = 8,
    rows: Annotated[list[int] | None, typer.Option(min=60, help="Vectors that are timed; repeat for more.")] = None,
    json: JsonTo = None,
) -> None:
    """What a map keeps of the neighbourhoods of a space, beside two principal components, and its time by number."""
    from benchmarks.retrieval import maps
    from benchmarks.retrieval.encoding import Encoding
    from benchmarks.retrieval.material import Material
    from retriever import spaces

    judged = spaces.get(space)
    sets = maps.of_kinds(Encoding(judged), per_kind) if data is None else maps.of_data(Material(data, judged))
    kept = [row for each in sets for row in maps.kept(*each)]
    if not kept:
        raise UsageError(f"--data {data} holds neither shapes_named nor shapes69; see docs/benchmarks.md.")
    times = list(maps.timed(rows or maps.COUNTS, judged.identity.dim))
    show_tables("Map", [("Neighbours", kept), ("Time", times)], f"space {space}", json_to=json)


def arithmetic(
    space: Judged = "mini",
    per_value: Annotated[int, typer.Option(min=4, help="Shapes to be found of each value of an attribute.")] = 10,
    others: Annotated[int, typer.Option(min=1, help="Shapes of each kind that is only in the way.")] = 4,
    queries: Annotated[int, typer.Option(min=2, help="Questions of each form and task, at most.")] = 60,
    seed: Annotated[int, typer.Option(min=0, help="Of the shapes, the questions and the sounds.")] = 0,
    json: JsonTo = None,
) -> None:
    """Ways to add and subtract shapes, words, sounds and pictures, on made-up shapes whose right answers are known."""
    from benchmarks.arithmetic import Sizes, tables
    from retriever import spaces

    found = tables(spaces.get(space), Sizes(per_value, others, queries, seed))
    show_tables("Arithmetic", found, f"space {space}", json_to=json)


def confidence(
    corpus: Annotated[Path | None, typer.Option(help="Folder of labelled shapes; by default parametric ones.")] = None,
    space: Judged = "mini",
    json: JsonTo = None,
) -> None:
    """What is said to be sure, and how often it holds: hits by cross-validation over labels, and zero-shot labels."""
    from benchmarks.confidence import tables
    from retriever import spaces

    with TemporaryDirectory() as scratch:
        found = tables(corpus, spaces.get(space), Path(scratch))
        show_tables("Confidence", found, f"space {space}", json_to=json)
