"""Files -> encoder payloads, in order, in worker processes that may die without stopping the run.

Workers are spawned, not forked: a fork copies torch's locks but not the threads that hold them. What crosses the
process boundary is a path on the way in, and on the way out what the encoder is given: some 200 kilobytes of a cloud,
as much of each object in a scene, less of a picture, 2 MB at most of a sound of 30 seconds.

Each worker has a pipe of its own and a thread that asks it. `ProcessPoolExecutor` shares queues and locks between its
workers: one that is killed while it answers may hold all of them up for good, and at the end of the interpreter, or
where no process starts, tracebacks of its own come after our message.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from multiprocessing import connection, resource_tracker, spawn
from pathlib import Path
from queue import SimpleQueue

from retriever.errors import FileProblem, RetrieverError, UsageError
from retriever.spaces import Inputs
from retriever.types import Loaded

FEW = 24
"""Up to so many files are read by a thread of this process: starting workers would take longer."""

MOST = 256
"""Processes that read files; each takes some ten open files of this one, which may have 1,024."""


@dataclass(frozen=True, slots=True)
class Request:
    """One file to read.

    Attributes:
        path: where it is.
        inputs: what the encoders are given.
        up, usual: as for `retriever.loaders.load`.
        sha256: of its bytes, where known.
        inside: whether the objects of a scene are wanted as well.
    """

    path: Path
    inputs: Inputs
    up: str = "auto"
    usual: str | None = None
    sha256: str | None = None
    inside: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that could not be read; as `FileProblem`."""

    kind: str
    message: str
    alone: bool = False


Outcome = Loaded | Problem

_CRASHED = Problem("crashed", "stopped the process that read it (a fault in a parser, or memory); repair or remove it.")


def read(request: Request) -> Outcome:
    """Read one file; whatever goes wrong in it becomes a `Problem`."""
    from retriever import loaders

    try:
        return loaders.load(
            request.path,
            request.inputs,
            up=request.up,
            usual=request.usual,
            sha256=request.sha256,
            inside=request.inside,
        )
    except FileProblem as problem:
        return Problem(problem.kind, str(problem), problem.alone)
    except MemoryError:
        return Problem("too-large", "needs more memory than there is; make it smaller.")
    except RetrieverError:
        raise
    except Exception as error:  # parsers are other people's code: one file must not stop the run
        return Problem("malformed", f"could not be parsed ({type(error).__name__}: {error}); export it again.")


def check_workers(workers: int | None) -> None:
    """Raise UsageError for a number of processes that is none, or more than a machine has any use for."""
    if workers is not None and not 0 <= workers <= MOST:
        raise UsageError(f"--workers {workers}: give 1 to {MOST} processes, or 0 to read in this one.")


def workers_for(files: int, wanted: int | None = None) -> int:
    """How many processes read `files` files.

    Args:
        files: how many there are to read.
        wanted: most of them; None for one for every core that this process may use, 16 at most, and for none where
            there are few files.
    """
    if wanted is not None:
        return min(wanted, files)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return 0 if files <= FEW else min(cores, 16, files // 8)


class _Worker:
    """A process that reads one file after another.

    Raises:
        OSError: it ended before it could be told what to do.
    """

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)  # never outlives an exit
        with _interrupts_held(), theirs:  # only the process keeps that end: once it dies, reading from ours ends
            self._process.start()
        self.up = False

    def ask(self, request: Request) -> Outcome | Exception:
        """What became of a file; EOFError or OSError where the process is dead."""
        if not self.up:
            self._connection.recv()
            self.up = True
        self._connection.send(request)
        return self._connection.recv()  # type: ignore[no-any-return]

    def kill(self) -> None:
        """Drop the file at hand; there is nothing to clean up, and SIGTERM may be ignored."""
        self._process.kill()
        self._process.join()


class Loader:
    """Reads files ahead of the consumer, with a bounded number of them under way.

    Args:
        workers: processes; 0 reads in a thread of this process.
        window: most files read ahead.

    Raises:
        RetrieverError: worker processes cannot be started at all.
    """

    def __init__(self, workers: int, window: int) -> None:
        self._window = max(window, 2 * workers, 2)
        # Without processes one thread: parsers silence warnings, which is not safe between threads.
        self._threads = ThreadPoolExecutor(max(workers, 1))
        self._ask = self._ask_worker if workers else read
        self._idle: SimpleQueue[_Worker | None] = SimpleQueue()
        self._workers: set[_Worker] = set()
        self._any_up = False
        if not workers:
            self._threads.submit(_warm_up)
            return
        _check_startable()
        for _ in range(workers):  # now, so that they start while the encoders do
            self._idle.put(self._start_worker())

    def __enter__(self) -> Loader:
        return self

    def __exit__(self, *_: object) -> None:
        """Drop what is queued, and do not wait for a file that takes minutes."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for worker in list(self._workers):
            worker.kill()

    def outcomes(self, requests: Iterable[Request]) -> Iterator[Outcome]:
        """One outcome for every request, in their order.

        Raises:
            RetrieverError: worker processes cannot be started at all.
        """
        requests = iter(requests)
        ahead: deque[_Asked] = deque()
        while True:
            ahead.extend((request, self._submit(request)) for request in islice(requests, self._window - len(ahead)))
            if not ahead:
                return
            outcome = ahead[0][1].result()
            if outcome is None:
                outcome, ahead = self._again(ahead)
            ahead.popleft()
            yield outcome

    def _submit(self, request: Request) -> Future[Outcome | None]:
        return self._threads.submit(self._ask, request)

    def _again(self, ahead: deque[_Asked]) -> tuple[Outcome, deque[_Asked]]:
        """The outcome of the first file of `ahead`, whose worker died, and `ahead` as it is then.

        It is read again, and alone: all together may have run out of memory, or somebody ended the worker.
        """
        waiting = {future for _, future in ahead if future.cancel()}
        wait([future for _, future in ahead if future not in waiting])
        outcome = self._submit(ahead[0][0]).result() or _CRASHED
        return outcome, deque(
            (request, self._submit(request) if future in waiting else future) for request, future in ahead
        )

    def _ask_worker(self, request: Request) -> Outcome | None:
        """What became of a file; None where the worker died."""
        worker = self._idle.get() or self._start_worker()
        try:
            answer = worker.ask(request)
        except (EOFError, OSError) as error:
            self._workers.discard(worker)
            self._any_up |= worker.up
            self._idle.put(None if self._any_up else worker)  # the dead one tells the others as well; none is started
            if not self._any_up:
                raise _not_started() from error
            return None
        self._any_up = True
        self._idle.put(worker)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _start_worker(self) -> _Worker:
        try:
            worker = _Worker()
        except OSError as error:  # one that dies at once may leave a broken pipe
            self._idle.put(None)  # the next who asks is told as well
            raise _not_started(str(error)) from error
        self._workers.add(worker)
        return worker


_Asked = tuple[Request, Future[Outcome | None]]


def _serve(requests: connection.Connection) -> None:
    """What a worker does: say that it is up, then answer until it is ended."""
    _die_with_parent()
    _warm_up()
    requests.send(None)
    while True:
        try:
            request = requests.recv()
        except EOFError:
            return
        try:
            answer: Outcome | Exception = read(request)
        except Exception as error:  # one that the run ends with, in the process that the user sees
            answer = error
        requests.send(answer)


def _check_startable() -> None:
    """Raise RetrieverError where no process of this Python can be started.

    A worker would tell too, but after warnings on standard error: a process of multiprocessing that watches over the
    others does not start then either.
    """
    command = [os.fsdecode(spawn.get_executable()), "-I", "-S", "-c", ""]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError as error:
        raise _not_started(f"{command[0]}: {error.strerror or error}") from error
    if done.returncode:
        raise _not_started(f"{command[0]} ends with {done.returncode}")


def _not_started(why: str = "") -> RetrieverError:
    return RetrieverError(
        f"Worker processes cannot be started{f' ({why})' if why else ''}: run with --workers 0, or, in a script of "
        "your own, call index() below `if __name__ == '__main__':`."
    )


def _warm_up() -> None:
    import retriever.loaders  # noqa: F401 - the first file then does not wait for it


def _die_with_parent() -> None:
    """Let a worker end when its parent was killed; nothing else would tell it."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch(sentinel: int) -> None:
        connection.wait([sentinel])
        os._exit(1)

    threading.Thread(target=watch, args=(parent.sentinel,), daemon=True).start()


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Processes started within inherit that Ctrl-C is not for them: it is the parent's to handle."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # its start, which the first worker's brings about, would let interrupts in
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
