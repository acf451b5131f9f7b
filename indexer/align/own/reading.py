"""A user's pairs -> encoder payloads: as the index reads them and, of meshes, other samplings of their surface."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

import numpy as np

from indexer import upright
from indexer.align.own.pairs import Pair
from indexer.loading import Loader, Outcome, Problem, Request, workers_for
from indexer.progress import Progress
from retriever import archives, loaders
from retriever.errors import FileProblem
from retriever.spaces import SpaceIdentity
from retriever.types import Inputs, Loaded, Modality, Payload

_WINDOW = 96


@dataclass(frozen=True)
class Example:
    """One pair, read.

    Attributes:
        pair: it.
        payloads: the first is what the index would embed; the others, of shapes only, are drawn with other seeds.
        content: hash of the file's bytes.
    """

    pair: Pair
    payloads: tuple[Payload, ...]
    content: str


@dataclass
class Reading:
    """What became of the pairs.

    Attributes:
        examples: those that could be read, in their order.
        places: of each, its place among the pairs.
        failed: (path, sentence) of the others.
        turned: formats whose files stand on another axis than is usual.
    """

    examples: list[Example] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    turned: list[upright.Turned] = field(default_factory=list)


@dataclass(frozen=True)
class Reader:
    """How pairs are read. No surfaces are drawn of shapes: what looks at them does not learn.

    Attributes:
        identity: of the space whose towers are trained.
        up: axis of 3D files that points up: "y", "z" or "auto".
        views: clouds drawn of each mesh, and of each cloud of more points than the tower takes.
        workers: processes; 0 reads in this one; None chooses.
        progress: told about every file.
    """

    identity: SpaceIdentity
    up: str = "auto"
    views: int = 4
    workers: int | None = None
    progress: Progress = lambda phase, done, total: None

    def read(self, pairs: Sequence[Pair]) -> Reading:
        """All of them; a bad file stops nothing."""
        reading = Reading(turned=self._turned(pairs))
        usual = {each.suffix: each.up for each in reading.turned}
        loaded: list[tuple[Pair, Loaded]] = []
        outcomes = self._outcomes("read", [(pair, None) for pair in pairs], usual)
        for place, (pair, outcome) in enumerate(zip(pairs, outcomes, strict=True)):
            if isinstance(outcome, Problem):
                reading.failed.append((_named(pair, place), outcome.message))
            else:
                reading.places.append(place)
                loaded.append((pair, outcome))
        more = self._more_views(loaded, usual)
        for place, (pair, outcome) in enumerate(loaded):
            reading.examples.append(Example(pair, (outcome.payload, *more.get(place, ())), outcome.sha256))
        return reading

    def _turned(self, pairs: Sequence[Pair]) -> list[upright.Turned]:
        """Formats whose files stand on another axis than is usual."""
        if self.up != "auto":
            return []
        groups: dict[upright.Group, list[upright.Sized]] = {}
        for pair in pairs:
            if pair.modality is not Modality.SHAPE:
                continue
            if not isinstance(pair.source, Path) or not (state := archives.state(pair.source)):
                continue  # which is told of when it is read
            if loaders.usual_up(suffix := pair.source.suffix.lower()):
                groups.setdefault(("", suffix), []).append((pair.source, state[0]))
        return upright.look(groups, self.workers, self.progress)

    def _more_views(self, loaded: Sequence[tuple[Pair, Loaded]], usual: Mapping[str, str]) -> dict[int, list[Payload]]:
        """Place -> further samplings of those that have any; a cloud that is taken whole has none."""
        places = [
            place
            for place, (pair, each) in enumerate(loaded)
            if pair.modality is Modality.SHAPE
            and (each.facts["faces"] or int(str(each.facts["vertices"])) > self.identity.shape.points)
            for _ in range(1, self.views)
        ]
        wanted = [
            (loaded[place][0], sha256(f"{loaded[place][1].sha256}/{number}".encode()).hexdigest())
            for number, place in enumerate(places)
        ]
        more: dict[int, list[Payload]] = {}
        for place, outcome in zip(places, self._outcomes("sample", wanted, usual), strict=True):
            if isinstance(outcome, Loaded):
                more.setdefault(place, []).append(outcome.payload)
        return more

    def _outcomes(
        self, phase: str, wanted: Sequence[tuple[Pair, str | None]], usual: Mapping[str, str]
    ) -> Iterator[Outcome]:
        """Of each pair, read with the seed of a hash, or of its own content where that is None."""
        files = [(pair.source, seed) for pair, seed in wanted if isinstance(pair.source, Path)]
        workers = workers_for(len(files), self.workers)
        requests = (
            Request(path, self._inputs, self.up, usual.get(path.suffix.lower()), sha256=seed) for path, seed in files
        )
        with Loader(workers, _WINDOW + 4 * workers) as loader:
            read = loader.outcomes(requests)
            for done, (pair, seed) in enumerate(wanted):
                self.progress(phase, done, len(wanted))
                yield next(read) if isinstance(pair.source, Path) else self._cloud(pair.source, seed)

    @property
    def _inputs(self) -> Inputs:
        return replace(self.identity.inputs, shape=replace(self.identity.shape, surface=0))

    def _cloud(self, array: np.ndarray, seed: str | None) -> Outcome:
        try:
            return loaders.load_shape(array, self._inputs.shape, up=self.up, sha256=seed)
        except FileProblem as problem:
            return Problem(problem.kind, str(problem))


def _named(pair: Pair, place: int) -> str:
    return str(pair.source) if isinstance(pair.source, Path) else f"the array at {place}"
