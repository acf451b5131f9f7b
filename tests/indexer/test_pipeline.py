from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path, PosixPath

import numpy as np
import pytest
import simple_space
from small_corpus import write_bad, write_box, write_boxes

from indexer import loading, pipeline
from indexer.found import SourceFile
from indexer.loading import Loader, Problem, Request
from indexer.pipeline import Job, encode
from retriever import spaces
from retriever.spaces import Inputs
from retriever.types import Loaded, Modality, ShapeInput

INPUTS = Inputs(ShapeInput(points=64))


class DeadlyPath(PosixPath):
    """A path that, once read in another process than the test's, kills that process as the kernel does for memory."""

    @property
    def suffix(self):  # the first thing that a reader looks at
        if multiprocessing.parent_process() is not None:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().suffix


def jobs_of(paths: list[Path]) -> list[Job]:
    folder = paths[0].parent
    return [Job("r", folder, SourceFile(path.name, Modality.SHAPE, path.stat().st_size, "")) for path in paths]


def embedded(jobs: list[Job], workers: int | None) -> tuple[list[str], np.ndarray, dict[str, str]]:
    batches = list(encode(jobs, spaces.get(), workers=workers))
    names = [job.file.path for batch in batches for job, _ in batch.done]
    failed = {job.file.path: problem.kind for batch in batches for job, problem in batch.failed}
    return names, np.concatenate([batch.vectors for batch in batches]), failed


def test_workers_and_threads_give_the_same_vectors_in_order(tmp_path: Path):
    paths = write_boxes(tmp_path, 45)
    names, vectors, failed = embedded(jobs_of(paths), workers=0)
    assert names == [path.name for path in paths] and not failed
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    in_processes = embedded(jobs_of(paths), workers=2)
    assert in_processes[0] == names
    np.testing.assert_array_equal(in_processes[1], vectors)


def test_few_scenes_are_read_ahead_as_each_may_hold_hundreds_of_objects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    windows: list[int] = []
    monkeypatch.setattr(pipeline, "Loader", lambda _, window: windows.append(window) or Loader(0, window))
    jobs = jobs_of(write_boxes(tmp_path, 20))
    scenes = [replace(job, file=replace(job.file, inside=True)) for job in jobs]
    for each in (jobs, scenes):
        assert sum(len(batch.done) for batch in encode(each, spaces.get(), workers=16)) == 20
    assert windows == [96 + 4 * 16, 8]


def test_bad_files_are_handed_over(tmp_path: Path):
    bad = write_bad(tmp_path)
    good = write_boxes(tmp_path, 3)
    names, vectors, failed = embedded(jobs_of(sorted(tmp_path.iterdir())), workers=0)
    assert names == [path.name for path in good] and len(vectors) == 3
    assert sorted(failed) == bad


def test_a_file_that_kills_its_reader_costs_only_itself(tmp_path: Path):
    paths = write_boxes(tmp_path, 30)
    requests = [
        Request(DeadlyPath(path) if path.name in {"box-004.off", "box-020.off"} else path, INPUTS) for path in paths
    ]
    with Loader(workers=2, window=12) as loader:
        outcomes = list(loader.outcomes(requests))
    assert [n for n, outcome in enumerate(outcomes) if isinstance(outcome, Problem)] == [4, 20]
    assert isinstance(outcomes[4], Problem) and outcomes[4].kind == "crashed"
    alone = loading.read(Request(paths[21], INPUTS))
    assert isinstance(alone, Loaded) and isinstance(outcomes[21], Loaded)
    np.testing.assert_array_equal(outcomes[21].payload.points, alone.payload.points)


def test_only_a_window_of_files_is_read_ahead(tmp_path: Path):
    path = write_box(tmp_path / "box.off", (1, 2, 3))
    drawn = 0

    def requests():
        nonlocal drawn
        for _ in range(200):
            drawn += 1
            yield Request(path, INPUTS)

    with Loader(workers=0, window=10) as loader:
        for taken, _ in enumerate(loader.outcomes(requests()), start=1):
            assert drawn <= taken + 10
    assert drawn == 200


def test_leaving_early_ends_the_workers(tmp_path: Path):
    batches = encode(jobs_of(write_boxes(tmp_path, 60)), spaces.get(), workers=2)
    next(batches)
    pids = [child.pid for child in multiprocessing.active_children()]
    assert len(pids) == 2
    batches.close()
    wait_for_end(pids)


def test_workers_end_when_their_parent_is_killed(tmp_path: Path):
    write_box(tmp_path / "box.off", (1, 2, 3))
    script = (
        "import sys, time, multiprocessing\nfrom pathlib import Path\n"
        "from indexer.loading import Loader, Request\nfrom retriever.spaces import Inputs, ShapeInput\n"
        "from retriever.types import Loaded\n"
        "if __name__ == '__main__':\n"
        "    loader = Loader(2, 4)\n"
        "    next(loader.outcomes(Request(Path(sys.argv[1]), Inputs(ShapeInput())) for _ in range(9)))\n"
        "    print(*(child.pid for child in multiprocessing.active_children()), flush=True)\n"
        "    time.sleep(600)\n"
    )
    (tmp_path / "parent.py").write_text(script)
    parent = subprocess.Popen(
        [sys.executable, str(tmp_path / "parent.py"), str(tmp_path / "box.off")], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    pids = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(pids) == 2
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_for_end(pids)


def wait_for_end(pids: list[int]) -> None:
    deadline = time.monotonic() + 300
    while any(running(pid) for pid in pids):
        assert time.monotonic() < deadline, "workers go on"
        time.sleep(0.05)


def running(pid: int) -> bool:
    """Whether a process is there and is no zombie that nobody waited for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_script_without_a_main_guard_is_told_so(tmp_path: Path):
    write_boxes(tmp_path / "boxes", 30)
    (tmp_path / "script.py").write_text(
        "from indexer.build import index\nimport simple_space; simple_space.install()\n"
        f"index([{str(tmp_path / 'boxes')!r}], {str(tmp_path / 'index')!r}, workers=2)\n"
    )
    done = subprocess.run(
        [sys.executable, str(tmp_path / "script.py")],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    )
    assert done.returncode == 1
    assert "if __name__ == '__main__':" in done.stderr


@pytest.mark.parametrize("how", ["none", "missing", "late"])
@pytest.mark.parametrize("attempt", range(2))  # where it is found out is a matter of chance
def test_workers_that_cannot_be_started_are_an_error_and_no_more(tmp_path: Path, how: str, attempt: int):
    """`late` dies once it is to serve, which may be seen by a pipe that breaks, or by a pool that does."""
    write_boxes(tmp_path / "boxes", 30)
    (tmp_path / "none").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "late").write_text('#!/bin/sh\n[ "$1" = -I ]\n')
    (tmp_path / "script.py").write_text(
        "import multiprocessing, sys\nimport simple_space\nfrom cli.main import run\n"
        f"if __name__ == '__main__':\n    multiprocessing.set_executable({str(tmp_path / how)!r})\n"
        "    simple_space.install()\n    run()\n"
    )
    for script in tmp_path.glob("[nl]*"):
        script.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "script.py", "index", "boxes", "--workers", "2"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, Path(__file__).parents[1:3]))},
    )
    *warned, said = done.stderr.splitlines()
    assert done.returncode == 1 and said.startswith("error: Worker processes cannot be started")
    assert how == "late" or not warned


def test_no_more_processes_than_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(simple_space.Moments, "batch", 1)
    batches = encode(jobs_of(write_boxes(tmp_path, 3)), spaces.get(), workers=40)
    next(batches)
    assert len(multiprocessing.active_children()) == 3
    batches.close()


@pytest.mark.parametrize(("count", "started"), [(loading.FEW, 0), (loading.FEW + 8, 2)])
def test_few_files_start_no_processes(tmp_path: Path, count: int, started: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(loading.os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    batches = encode(jobs_of(write_boxes(tmp_path, count)), spaces.get())
    next(batches)
    assert len(multiprocessing.active_children()) == started
    batches.close()
