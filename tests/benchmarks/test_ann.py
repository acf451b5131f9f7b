"""The search benchmark in small: every contender that is installed finds what it should; times do not matter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from benchmarks.__main__ import app
from benchmarks.ann import data, deep, exact, filters, folder, layout, opposed, overhead, scale, speed
from benchmarks.ann.contenders import TARGETS, Hnsw, Ours
from retriever.ann.plan import plan
from retriever.errors import UsageError

ROWS, DIM = 3000, 64


@pytest.fixture(scope="module")
def exam() -> speed.Exam:
    return speed.Exam(data.make(ROWS, DIM, tuning=60, test=120))


@pytest.fixture(scope="module")
def ready(exam: speed.Exam, tmp_path_factory: pytest.TempPathFactory) -> dict[str, speed.Built]:
    return speed.built(exam.material, speed.named(), tmp_path_factory.mktemp("contenders"))


def test_queries_are_of_two_kinds_and_never_tuned_on() -> None:
    material = data.make(ROWS, 384, tuning=50, test=50)
    assert material.base.shape == (ROWS, 384) and set(material.test) == set(data.PAIRS) == set(material.tuning)
    nearest = {kind: (queries @ material.base.T).max(axis=1).mean() for kind, queries in material.test.items()}
    assert nearest["cross"] < 0.4 < nearest["like"]
    for kind, queries in material.test.items():
        np.testing.assert_allclose(np.linalg.norm(queries, axis=1), 1, rtol=1e-5)
        assert (queries @ material.tuning[kind].T).max() < 0.999


def test_the_same_vectors_come_however_many_are_made() -> None:
    source = data.Source(16)
    few, many = (np.concatenate(list(source.blocks(rows))) for rows in (data.MADE, data.MADE + 5))
    np.testing.assert_array_equal(few, many[:-5])


def test_the_truth_is_found_over_several_blocks() -> None:
    material = data.make(500, DIM, tuning=3, test=20)
    queries, base = material.test["cross"], material.base
    found = data.truth([base[:7], base[7:300], base[300:]], queries)
    np.testing.assert_array_equal(found, np.argsort(-(queries @ base.T), axis=1)[:, : data.K])
    few = data.truth([base[:4]], queries)
    assert (few[:, :4] >= 0).all() and (few[:, 4:] == -1).all()


def test_recall_counts_what_there_is_to_find() -> None:
    true = np.array([[3, 4, 5], [6, 7, -1]])
    assert data.recall(true, true) == 1
    assert data.recall(np.array([[5, 4, 9], [-1, -1, 6]]), true) == pytest.approx(3 / 5)


def test_own_vectors_are_read_and_split(tmp_path: Path) -> None:
    arrays = {name: np.random.default_rng(0).normal(size=(80, 8)) for name in ("base", "like", "cross")}
    np.savez(tmp_path / "own.npz", **arrays)
    material = data.load(tmp_path / "own.npz")
    assert len(material.base) == 80 and len(material.tuning["cross"]) == 20 and len(material.test["cross"]) == 60
    np.testing.assert_allclose(np.linalg.norm(material.base, axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize(
    "arrays", [{"base": np.ones((80, 8))}, {n: np.ones((9, 8)) for n in ("base", "like", "cross")}]
)
def test_vectors_that_do_not_fit_are_refused(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    np.savez(tmp_path / "own.npz", **arrays)
    with pytest.raises(UsageError, match=r"own\.npz"):
        data.load(tmp_path / "own.npz")


def test_every_contender_reaches_the_recall(exam: speed.Exam, ready: dict[str, speed.Built]) -> None:
    assert {Hnsw.name, Ours.name} <= set(ready)
    for name, each in ready.items():
        for kind in exam.kinds:
            for target, choice in exam.choose(each.contender, kind).items():
                assert choice.knob is not None, f"{name} reaches {choice.recall}"
                assert choice.recall > target - 0.05, name  # of 120 queries that it was not chosen on


def test_the_search_tables_have_every_contender(exam: speed.Exam, ready: dict[str, speed.Built]) -> None:
    builds = list(speed.build_rows(ready))
    assert [row["contender"] for row in builds] == list(ready) and builds[0]["x"] == builds[0]["x memory"] == 1
    rows = list(speed.search_rows(exam, ready, rounds=1))
    assert [(row["queries"], row["wanted"], row["contender"]) for row in rows] == [
        (kind, target, name) for kind in exam.kinds for target in TARGETS for name in ready
    ]
    assert all(row["q/s"] > 0 and row["batch q/s"] > 0 and row["x"] > 0 for row in rows)
    assert all(row["x"] == row["batch x"] == 1 for row in rows if row["contender"] == Hnsw.name)


def test_a_recall_that_is_not_reached_is_said(exam: speed.Exam, tmp_path: Path) -> None:
    class Idle(Hnsw):
        def ladders(self) -> list[list[int]]:
            return [[1]]

    built = speed.built(exam.material, [Idle], tmp_path)
    rows = list(speed.search_rows(exam, built, rounds=1))
    assert {row["parameter"] for row in rows if row["wanted"] == 0.99} == {"not reached"}
    assert all(row["recall"] < 0.99 and row["q/s"] == "-" for row in rows if row["parameter"] == "not reached")


def test_raw_faiss_finds_what_ours_finds(exam: speed.Exam, ready: dict[str, speed.Built]) -> None:
    ours = ready[Ours.name].contender
    assert isinstance(ours, Ours)
    rows = list(overhead.rows(exam.material, ours, rounds=1))
    assert rows and all(row["raw FAISS ms"] > 0 and row["retriever ms"] > 0 for row in rows)
    kind, wanted = rows[0]["queries"], rows[0]["wanted"]
    effort = ours.effort(kind, wanted)
    queries = exam.material.test[kind]
    raw = overhead.Raw(ours, exam.material.base, effort.probes, effort.pool)(queries)
    assert (raw == ours.search(queries, kind, wanted)).mean() > 0.99  # but for near ties


def test_filters_that_oppose_the_query_are_measured(exam: speed.Exam, ready: dict[str, speed.Built]) -> None:
    ours = ready[Ours.name].contender
    assert isinstance(ours, Ours)
    rows = list(opposed.rows(exam.material, ours))
    assert [row["allowed"] for row in rows[:3]] == [0.1, 0.3, 0.5]
    assert all(0 <= row["opposed, unchecked"] <= 1 and row["opposed"] > 0.9 and row["at random"] > 0.9 for row in rows)


def test_more_neighbours_than_were_tuned_for_are_measured(exam: speed.Exam, ready: dict[str, speed.Built]) -> None:
    ours = ready[Ours.name].contender
    assert isinstance(ours, Ours)
    rows = list(deep.rows(exam.material, ours))
    assert [row["allowed"] for row in rows[:4]] == [1.0, 0.5, 0.3, 0.11]
    assert all(0.8 < row[f"@{k}"] <= 1 for row in rows for k in (10, 50, 100, 1000))


def test_filters_are_measured_through_an_index_folder(exam: speed.Exam, tmp_path: Path) -> None:
    rows = list(filters.rows(exam, 1, tmp_path))
    assert [(row["queries"], row["filter"]) for row in rows[:6]] == [
        ("like", name)
        for name in ("none", "0.1% n_points", "1.0% n_points", "1.0% label", "10.0% n_points", "50.0% n_points")
    ]
    below = [int((np.arange(ROWS) * 7919 % 100_000 < bound).sum()) for bound in (101, 1001, 10_001, 50_001)]
    assert [row["rows"] for row in rows[:6]] == [ROWS, *below[:2], ROWS // 100, *below[2:]]
    assert all(row["full"] == 1 and row["recall"] == 1 for row in rows)  # so few rows are searched exactly


def test_an_index_folder_is_tuned_on_both_kinds_of_queries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retriever.ann.plan.ANN_PAYS", 2000)
    material = data.make(2500, DIM, tuning=40, test=10)
    folder.write(tmp_path / "index", [material.base], material.tuning["cross"])
    assert folder.build(tmp_path / "index", DIM, 0.9)


def test_exact_backends_agree_with_faiss(exam: speed.Exam) -> None:
    rows = list(exact.rows(exam.material, 1, sizes=(7,)))
    assert len(rows) == 3 and all(row["same neighbours"] and row["ms"] > 0 for row in rows)
    assert rows[0]["x FAISS"] == 1


def test_an_index_is_measured_step_by_step_in_fresh_processes(tmp_path: Path) -> None:
    steps, queries = scale.rows(1500, 32, 0.99, tmp_path)
    assert [row["step"] for row in steps] == list(scale.STEPS)
    assert all(row["whole process"] > row["seconds"] > 0 and row["peak MB with files"] > 30 for row in steps)
    assert [(row["queries"], row["recall"]) for row in queries] == [("like", 1), ("cross", 1)]
    with pytest.raises(UsageError, match="holds an index already"):
        scale.rows(1500, 32, 0.99, tmp_path)


def test_own_memory_leaves_files_out() -> None:
    with scale.OwnMemory() as before:
        pass
    with scale.OwnMemory() as after:
        ballast = np.ones(12_500_000)  # 100 MB
        after._thread.join(0.3)
    assert ballast.size and (after.megabytes > before.megabytes + 90 or not Path("/proc/self/status").exists())


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(data.make, "__kwdefaults__", {"tuning": 40, "test": 60, "seed": 0})
    yield


@pytest.mark.usefixtures("few")
def test_the_command_prints_the_tables_that_are_asked_for(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    arguments = ["ann", "--rows", "2000", "--dim", "32", "--rounds", "1", "--only", "retriever", "--json", str(out)]
    result = CliRunner().invoke(app, [*arguments, "--table", "search", "--table", "exact"])
    assert result.exit_code == 0, result.output
    assert "Search, 2,000 vectors of length 32" in result.output and "Exact batches" in result.output
    assert "Filters" not in result.output and "hnswlib" not in result.output
    assert '"section": "Building"' in out.read_text()
    wrong = CliRunner().invoke(app, [*arguments, "--table", "speed"])
    assert isinstance(wrong.exception, UsageError) and "search, overhead, opposed, deep, filters, exact" in str(
        wrong.exception
    )


def test_the_layout_follows_the_plan_and_grows_with_the_vectors(tmp_path: Path) -> None:
    parts = layout.measure(4000, 48, 1, tmp_path, file=1 << 20)
    assert parts.encode > 0 and parts.assign > 0 and parts.read > 0
    rows = layout.layout_rows(parts, 48, 10**9, [10**5, 10**7, 10**9])
    assert [row["machines"] for row in rows] == sorted(row["machines"] for row in rows)
    assert rows[0]["GB in memory"] == plan(10**5, 48).bytes / 1e9
    assert rows[2]["machines"] >= rows[2]["GB in memory"]
    assert rows[0]["build h"] < rows[1]["build h"] < rows[2]["build h"]
    assert not list(tmp_path.iterdir())
    assert len(layout.part_rows(parts)) == 5
