"""A process of its own for libraries that a damaged file may bring down: OpenUSD, OpenCASCADE, lazrs and HDF5.

They may end the process that they run in, take time or memory without end, and write to the screen. The process is
started at the first such file and reads one after another; one that ends, or is ended, is replaced at the next.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem
from retriever.loaders.parts import noted, watched
from retriever.types import Part

_SECONDS, _BYTES_A_SECOND = 120, 50_000
"""How long a file may take, and so much longer a large one; a STEP file of 21 MB was read at 2.4 MB/s."""
_LEAST_MEMORY, _MOST_MEMORY = 2 << 30, 8 << 30
"""What the process may take is half of what the machine has, within these."""
_CODE = "from retriever.loaders.apart import serve; serve()"

Job = Callable[[Any, bytes], tuple[Any, Sequence[NDArray[Any]]]]
"""What is done there: a value of JSON and bytes -> such a value and arrays; FileProblem for what is wrong."""


@dataclass(frozen=True)
class Answer:
    """What a job gave: a value of JSON, and arrays."""

    value: Any
    arrays: list[NDArray[Any]]


_lock = threading.Lock()
_process: subprocess.Popen[bytes] | None = None


def ask(job: str, value: Any, data: bytes, size: int) -> Answer:
    """Have a job done; one at a time.

    Args:
        job: "usd", "usd-names", "cad", "laz" or "hdf5".
        value: what it is told, of JSON.
        data: likewise.
        size: bytes of the file, by which the time goes.

    Raises:
        FileProblem: of the job; "crashed" where it ended the process, "too-large" where it took too long.
    """
    seconds = _SECONDS + size // _BYTES_A_SECOND
    head = {"job": job, "value": value, "seconds": seconds}
    with _lock:
        answer = _answered(head, data, seconds)
    for name, state in answer.value["parts"]:
        noted(Part(name, state and tuple(state)))
    if answer.value["problem"]:
        raise FileProblem(*answer.value["problem"])
    return Answer(answer.value["value"], answer.arrays)


def _answered(head: dict[str, Any], data: bytes, seconds: int) -> Answer:
    """What the process answers; whatever interrupts this ends it, and no answer is left that another would read."""
    global _process
    process, _process = _process or _started(), None
    late = threading.Event()

    def end() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(seconds, end)
    timer.start()
    try:
        _send(cast(BinaryIO, process.stdin), head, [np.frombuffer(data, np.uint8)])
        answer = _received(cast(BinaryIO, process.stdout))
        _process = process
    except (EOFError, OSError, ValueError) as error:
        raise _ended(seconds if late.is_set() else None) from error
    finally:
        timer.cancel()
        if _process is None or late.is_set():
            _process = None
            process.kill()
            process.communicate()
            for left in Path(tempfile.gettempdir()).glob(f"{copies_of(process.pid)}*"):
                shutil.rmtree(left, ignore_errors=True)
    return answer


def copies_of(process: int) -> str:
    """How folders of copies begin that a process makes, and removes unless it is ended before."""
    return f"retriever-{process}-"


def _ended(seconds: int | None) -> FileProblem:
    if seconds:
        return FileProblem("too-large", f"takes more than {seconds} seconds to read; simplify it.")
    return FileProblem(
        "crashed", "stopped the process that read it (a fault in a parser, or memory); repair or remove it."
    )


def _forget() -> None:
    """A fork has no use for the process of its parent: both would talk to it."""
    global _lock, _process
    _lock, _process = threading.Lock(), None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def _started() -> subprocess.Popen[bytes]:
    paths = os.pathsep.join(path or str(Path.cwd()) for path in sys.path)  # it finds what this one finds
    try:
        return subprocess.Popen(
            [sys.executable, "-P", "-c", _CODE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": paths},
        )
    except OSError as error:
        why = error.strerror or error
        raise FileProblem(
            "unsupported", f"is read by a process of its own, which does not start here ({why}); export it as GLB."
        ) from error


def _send(file: BinaryIO, value: Any, arrays: Sequence[NDArray[Any]]) -> None:
    """One line of JSON, then the bytes of the arrays."""
    arrays = [np.ascontiguousarray(array) for array in arrays]
    kinds = [(array.dtype.str, array.shape) for array in arrays]
    file.write(json.dumps([value, kinds]).encode() + b"\n")
    for array in arrays:
        file.write(array.reshape(-1).view(np.uint8).data)
    file.flush()


def _received(file: BinaryIO) -> Answer:
    """What `_send` sent; EOFError where it ends before."""
    line = file.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    value, kinds = json.loads(line)
    arrays = [np.empty(shape, kind) for kind, shape in kinds]
    for array in arrays:
        if file.readinto(array.reshape(-1).view(np.uint8).data) != array.nbytes:  # type: ignore[attr-defined]
            raise EOFError
    return Answer(value, arrays)


def serve() -> None:
    """What the process does: answer until nobody asks any more."""
    asked, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # the libraries write to them
        os.dup2(nowhere, stream)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it amid a library's work, too
    _limit("RLIMIT_AS", _memory())
    _limit("RLIMIT_CORE", 0)
    while True:
        try:
            request = _received(asked)
        except EOFError:
            return
        used = sum(os.times()[:2])
        _limit("RLIMIT_CPU", int(used) + request.value["seconds"])  # it ends also where nobody is left to end it
        _send(answers, *_done(request))


def _done(request: Answer) -> tuple[dict[str, Any], Sequence[NDArray[Any]]]:
    head: dict[str, Any] = {"problem": None, "value": None}
    arrays: Sequence[NDArray[Any]] = ()
    with watched() as parts:
        try:
            head["value"], arrays = _job(request.value["job"])(request.value["value"], request.arrays[0].tobytes())
        except FileProblem as problem:
            head["problem"] = (problem.kind, problem.message)
        except MemoryError:
            head["problem"] = ("too-large", "does not fit into memory; simplify it.")
    return {**head, "parts": [(part.name, part.state) for part in parts.values()]}, arrays


def _job(name: str) -> Job:
    from retriever.archives import hdf5
    from retriever.loaders import cad, las, usd

    jobs: dict[str, Job] = {
        "cad": cad.convert,
        "hdf5": hdf5.labels_here,
        "laz": las.rows_here,
        "usd": usd.read_here,
        "usd-names": usd.names_here,
    }
    return jobs[name]


def _memory() -> int:
    try:
        there = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # not on every system
        there = 0
    return min(max(there // 2, _LEAST_MEMORY), _MOST_MEMORY)


def _limit(name: str, most: int) -> None:
    """Set a limit of the operating system's, where it has any."""
    with contextlib.suppress(ImportError, AttributeError, ValueError, OSError):
        import resource

        kind = getattr(resource, name)
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
