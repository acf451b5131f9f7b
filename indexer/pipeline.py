"""Read, encode, hand over: bounded batches, the readers overlapped with the encoder."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from indexer.found import SourceFile
from indexer.loading import Loader, Outcome, Problem, Request, workers_for
from indexer.objects import as_file
from indexer.plan_changes import Indexed
from retriever.spaces import Space
from retriever.types import Inside, Loaded, Modality, Vectors

MAX_WAIT = 2.0
"""Seconds that a file that was read waits for a full batch; slow files are thus kept, and shown, early."""
_WINDOW = 96
_FEWER = 8
"""Files that are read ahead, and where each may hold a few hundred objects, some 60 MB; at least two for a worker."""


@dataclass(frozen=True, slots=True)
class Job:
    """One file to embed.

    Attributes:
        root: short name of its corpus root.
        folder: where that root is.
        file: as scanned.
        old: the row of the index that it replaces; None for a new file.
        usual: axis that points up where the file does not say, as for `retriever.loaders.load`.
        sha256: of its bytes, where known.
        is_object: whether it is an object of the scene that it lies in, and comes with it.
    """

    root: str
    folder: Path
    file: SourceFile
    old: Indexed | None = None
    sha256: str | None = None
    usual: str | None = None
    is_object: bool = False

    @property
    def path(self) -> Path:
        """Where it is."""
        return self.folder / self.file.path

    def of_object(self, inside: Inside) -> Job:
        """That of an object in it."""
        return replace(self, file=as_file(self.file, inside), old=None, sha256=None, is_object=True)


@dataclass(frozen=True)
class Batch:
    """What one step of the pipeline hands over.

    Attributes:
        done: n files that were read, of one modality.
        vectors: (n, d), in the order of `done`.
        failed: files that could not be read.
    """

    done: list[tuple[Job, Loaded]]
    vectors: Vectors
    failed: list[tuple[Job, Problem]]


def encode(
    jobs: Sequence[Job], space: Space, *, up: str = "auto", workers: int | None = None
) -> Generator[Batch, None, None]:
    """Embed files, in their order within each modality; a bad file, even one that kills its reader, is handed over.

    The objects of a scene come before it: once it is there, so are they.

    Memory does not grow with the number of files. Close the iterator to stop its workers early.

    Args:
        jobs: files of modalities that `space` has an encoder for.
        space: reads its encoders' weights while the first files are read.
        up: axis of 3D files that points up: "y", "z" or "auto".
        workers: processes that read, no more than there are files; 0 reads in this process; None chooses by the cores
            and the number of files.
    """
    requests = (Request(job.path, space.identity.inputs, up, job.usual, job.sha256, job.file.inside) for job in jobs)
    waiting = _Waiting(space)
    workers = workers_for(len(jobs), workers)
    ahead = _FEWER if any(job.file.inside for job in jobs) else _WINDOW + 4 * workers
    with Loader(workers, ahead) as loader:
        for job, outcome in zip(jobs, loader.outcomes(requests), strict=True):
            waiting.add(job, outcome)
            yield from waiting.batches(only_due=True)
    yield from waiting.batches(only_due=False)


class _Waiting:
    """What was read and not encoded yet, by modality."""

    def __init__(self, space: Space) -> None:
        self._space = space
        self._read: dict[Modality, list[tuple[Job, Loaded]]] = {}
        self._failed: list[tuple[Job, Problem]] = []
        self._since = time.monotonic()

    def add(self, job: Job, outcome: Outcome) -> None:
        if isinstance(outcome, Problem):
            self._failed.append((job, outcome))
        else:
            read = self._read.setdefault(outcome.modality, [])
            read += ((job.of_object(each), each.loaded) for each in outcome.inside)
            read.append((job, replace(outcome, inside=())))

    def batches(self, *, only_due: bool) -> Iterator[Batch]:
        """Full batches; all of them, full or not, when the wait was long or the files are at an end."""
        everything = not only_due or time.monotonic() - self._since > MAX_WAIT
        for modality, read in list(self._read.items()):
            encoder = self._space.encoder(modality)
            if everything or len(read) >= encoder.batch:
                del self._read[modality]
                vectors = encoder.encode([each.payload for _, each in read])
                yield self._hand_over(read, vectors)
        if everything and self._failed:
            yield self._hand_over([], np.zeros((0, self._space.identity.dim), np.float32))

    def _hand_over(self, done: list[tuple[Job, Loaded]], vectors: Vectors) -> Batch:
        failed, self._failed = self._failed, []
        self._since = time.monotonic()
        return Batch(done, vectors, failed)
