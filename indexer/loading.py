"""Files -> encoder payloads, in order, in worker processes that may die without stopping the run.

Workers are spawned, not forked: a fork copies torch's locks but not the threads that hold them. What crosses the
process boundary is a path on the way in, and on the way out what the encoder is given: some kilobytes of a cloud or a
picture, 2 MB at most of a sound of 30 seconds.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from multiprocessing import connection, spawn
from pathlib import Path

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
        up: "y", "z" or "auto".
        sha256: of its bytes, where known.
    """

    path: Path
    inputs: Inputs
    up: str = "auto"
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that could not be read; `kind` and `message` as in `FileProblem`."""

    kind: str
    message: str


Outcome = Loaded | Problem

_CRASHED = Problem("crashed", "stopped the process that read it (a fault in a parser, or memory); repair or remove it.")


def read(request: Request) -> Outcome:
    """Read one file; whatever goes wrong in it becomes a `Problem`."""
    from retriever import loaders

    try:
        return loaders.load(request.path, request.inputs, up=request.up, sha256=request.sha256)
    except FileProblem as problem:
        return Problem(problem.kind, str(problem))
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


class Loader:
    """Reads files ahead of the consumer, with a bounded number of them under way.

    Args:
        workers: processes; 0 reads in a thread of this process.
        window: most files read ahead.
    """

    def __init__(self, workers: int, window: int) -> None:
        self._workers = workers
        self._window = max(window, 2 * workers, 2)
        self._executor, self._started = _start(workers)

    def __enter__(self) -> Loader:
        return self

    def __exit__(self, *_: object) -> None:
        _stop(self._executor)

    def outcomes(self, requests: Iterable[Request]) -> Iterator[Outcome]:
        """One outcome for every request, in their order.

        Raises:
            RetrieverError: worker processes cannot be started at all.
        """
        requests = iter(requests)
        ahead: deque[tuple[Request, Future[Outcome]]] = deque()
        while True:
            ahead.extend((request, self._submit(request)) for request in islice(requests, self._window - len(ahead)))
            if not ahead:
                return
            try:
                outcome = ahead[0][1].result()
            except BrokenProcessPool:
                yield from self._find_culprit(ahead)
                ahead = self._restart(ahead)
            else:
                ahead.popleft()
                yield outcome

    def _submit(self, request: Request) -> Future[Outcome]:
        try:
            return self._executor.submit(read, request)
        except (BrokenProcessPool, OSError) as broken:  # the latter while the pool finds out that it is broken
            failed: Future[Outcome] = Future()
            failed.set_exception(BrokenProcessPool(str(broken)))
            return failed

    def _find_culprit(self, ahead: deque[tuple[Request, Future[Outcome]]]) -> Iterator[Outcome]:
        """Read what the dead pool left one at a time, up to and with the file that kills its reader."""
        if not _succeeded(self._started):
            raise _not_started()
        alone, _ = _start(1)
        try:
            while ahead:
                request, future = ahead.popleft()
                yield future.result() if _succeeded(future) else alone.submit(read, request).result()
        except BrokenProcessPool:
            yield _CRASHED
        finally:
            _stop(alone)

    def _restart(self, ahead: deque[tuple[Request, Future[Outcome]]]) -> deque[tuple[Request, Future[Outcome]]]:
        _stop(self._executor)
        self._executor, self._started = _start(self._workers)
        return deque((request, done if _succeeded(done) else self._submit(request)) for request, done in ahead)


def _succeeded(future: Future[Outcome] | Future[None]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


def _start(workers: int) -> tuple[Executor, Future[None]]:
    """An executor whose processes are all on their way, and a future that is done when the first is up."""
    if not workers:
        thread = ThreadPoolExecutor(1)  # one: parsers silence warnings, which is not safe between threads
        return thread, thread.submit(_warm_up)
    _check_startable()
    try:
        pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=_die_with_parent)
        with _interrupts_held():  # the children inherit this: Ctrl-C is the parent's to handle
            started = [pool.submit(_warm_up) for _ in range(workers)]
    except (OSError, BrokenProcessPool) as error:  # one that dies at once may leave a broken pipe, or a closed handle
        raise _not_started(str(error)) from error
    return pool, started[0]


def _check_startable() -> None:
    """Raise RetrieverError where no process of this Python can be started.

    A pool would find out too, but in one of several ways and with tracebacks on standard error: the processes of
    multiprocessing that watch over the pool's locks do not start then either.
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


def _stop(executor: Executor) -> None:
    """Drop what is queued, and do not wait for a file that takes minutes."""
    processes = list((getattr(executor, "_processes", None) or {}).values())
    executor.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()


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
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
