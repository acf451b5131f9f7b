"""Figures of papers: fractions with a source, of measures that the suites print, and second-hand where they are."""

import re

import pytest
from simple_space import open_space
from suite_layouts import modelnet40, scanobjectnn, write_esc50, write_lvis, write_text2shape

from benchmarks import suites
from benchmarks.suites.published import OURS, alongside, beside, figures
from benchmarks.suites.suite import Options

PARTIAL = Options(partial=True)
ALIASES = {"ViT-Lens-2": "ViT-Lens", "ShapeLLM": "ReCon++"}
"""Paper -> what it calls its method, where that is not the paper's name."""


def test_published_figures_are_fractions_with_a_source():
    assert figures()
    for figure in figures():
        assert figure.suite in suites.NAMES
        assert 0 < figure.value < 1
        assert (
            figure.method
            and figure.differs
            and re.search(r"arXiv \d{4}\.\d{5}|documentation|pull request", figure.source)
        )
    assert len({(f.suite, f.measure, f.method, f.source) for f in figures()}) == len(figures())


def test_what_is_published_comes_measure_by_measure_the_best_first():
    rows = beside("modelnet40")
    point_bind = [row for row in rows if row["method"] == "Point-Bind" and row["measure"] == "text->3D mAP"]
    assert [row["published"] for row in point_bind] == [0.645]
    assert "Table 1" in point_bind[0]["source"] and "gallery" in point_bind[0]["differs"]
    measures = [row["measure"] for row in rows]
    assert len(set(measures)) == sum(1 for i, name in enumerate(measures) if i == 0 or measures[i - 1] != name)
    for measure in set(measures):
        values = [row["published"] for row in rows if row["measure"] == measure]
        assert values == sorted(values, reverse=True)
    assert beside("shapenet") == []


def test_second_hand_figures_say_so():
    # First-hand are a paper's own methods, what a program ran itself, and Table 1 of Point-Bind, which ran all of it.
    for figure in figures():
        by = re.split(r" \(|, ", figure.source)[0]
        own = figure.method.startswith(ALIASES.get(by, by)) or figure.method.endswith(f", run by {by}")
        assert own or figure.source.startswith("second-hand: ") or figure.source.endswith(", Table 1"), figure
        assert "quote" not in figure.source or figure.source.startswith("second-hand: ")
    # Of the papers' own methods, but not seen there.
    unseen = [
        f
        for f in figures()
        if f.suite == "scanobjectnn" and f.method.startswith(("OpenShape", "TAMM", "ReCon", "MixCon3D"))
    ]
    assert len(unseen) == 5 and all(figure.source.startswith("second-hand: ") for figure in unseen)


def test_nothing_is_claimed_of_points_that_no_source_tells():
    untold = [f for f in figures() if f.method.startswith(("MixCon3D", "ViT-Lens-L"))]
    assert untold and not any("points with colours" in f.differs for f in untold)
    assert {f.method for f in figures() if f.source.endswith("Table 1")} == {
        "PointCLIP", "PointCLIP V2", "ULIP", "Point-Bind",
    }  # fmt: skip


NEEDLES = {"chair": [0, 10], "table": [12, 40]}
WRITERS = {
    "modelnet40": lambda data: modelnet40(data / "ModelNet40", NEEDLES, NEEDLES),
    "scanobjectnn": lambda data: scanobjectnn(
        data / "ScanObjectNN" / "main_split_nobg" / "test_objectdataset.h5", [(0, 0), (0, 10), (1, 12), (1, 40)]
    ),
    "objaverse-lvis": write_lvis,
    "text2shape": write_text2shape,
    "esc50": write_esc50,
}


def test_figures_are_published_of_all_suites_but_one():
    assert {figure.suite for figure in figures()} == set(WRITERS) == set(suites.NAMES) - {"shapenet"}


@pytest.mark.parametrize("name", WRITERS)
def test_published_figures_are_of_measures_that_the_suite_prints(tmp_path, name):
    WRITERS[name](tmp_path / "data")
    rows = suites.get(name).rows(tmp_path / "data", open_space(), PARTIAL)
    published = {figure.measure for figure in figures() if figure.suite == name}
    assert published and published <= {row["measure"] for row in rows}
    table = alongside(name, rows)
    assert {row["measure"] for row in table} == published
    for measure in published:
        ours = [row for row in rows if row["measure"] == measure]
        beside_ours = [row for row in table if row["measure"] == measure]
        assert [row["method"] == OURS for row in beside_ours] == [i < len(ours) for i in range(len(beside_ours))]
        assert [row["value"] for row in beside_ours[: len(ours)]] == [row["value"] for row in ours]
        assert all(row["low"] is None and row["protocol"] for row in beside_ours[len(ours) :])
