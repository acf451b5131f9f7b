"""The backends over one snapshot's vectors: which one searches it, each opened when first asked."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property, partial
from importlib.util import find_spec

from retriever.ann.base import NearestNeighbours
from retriever.ann.cpu import CpuExact
from retriever.ann.deferred import Deferred
from retriever.ann.files import AnnFile
from retriever.ann.gpu import NONE, Gpus, place, present
from retriever.ann.on_gpus import on_gpus
from retriever.ann.plan import ANN_PAYS, GPU_PAYS, RECALL, Recipe, plan
from retriever.errors import IndexCorrupt, MissingDependency
from retriever.store.snapshot import Snapshot
from retriever.types import Modality, Vectors

log = logging.getLogger(__name__)


class Backends:
    """How a snapshot is searched.

    Args:
        snapshot: to search.
        device: one of `retriever.devices.DEVICES`.
    """

    def __init__(self, snapshot: Snapshot, device: str) -> None:
        self._snapshot = snapshot
        self._device = device
        self._dim = snapshot.identity.dim

    @cached_property
    def recipe(self) -> Recipe:
        """The plan that is followed."""
        if self.built is not None:
            return self.built.recipe(self._dim)
        rows = self._snapshot.rows
        faiss = find_spec("faiss") is not None
        recipe = plan(
            rows, self._dim, device=self._device, gpus=self._gpus, recall=1.0 if faiss else RECALL, faiss=faiss
        )
        if faiss and recipe.backend == "exact" and rows >= ANN_PAYS:
            quicker = "`retriever optimize` builds a quicker, approximate search."
            cure = str(self._snapshot.changed()) if self._snapshot.overtaken else quicker
            return replace(recipe, reason=f"{recipe.reason} {cure}")
        return recipe

    @cached_property
    def built(self) -> AnnFile | None:
        """The approximate index of the snapshot; None where there is none, it is damaged, or faiss is missing.

        None as well where GPUs were asked for and search in its place; asked for in vain, they change nothing.
        """
        name = self._snapshot.manifest.ann
        if name is None or find_spec("faiss") is None:
            return None
        if self._device == "cuda" and place(self._snapshot.rows, self._dim, self._gpus):
            return None
        try:
            file = AnnFile.read(self._snapshot.folder, name)
            file.verify(wholly=False)
            return file
        except IndexCorrupt as error:
            said = self._snapshot.changed() if self._snapshot.overtaken else error
            log.warning(f"{said} Searching exactly until then.")
            return None

    @cached_property
    def exact(self) -> NearestNeighbours:
        """Looks at every vector."""
        if self._device == "cuda":
            return self._on_gpus()  # says so where there is no GPU after all
        return CpuExact(self._blocks, self._dim, self._memory)

    @cached_property
    def planned(self) -> NearestNeighbours:
        """As `recipe` says."""
        if self.recipe.backend == "gpu" and self._device != "cuda":
            return self._on_gpus()
        if self.built is not None:
            # Nothing that the search keeps may point back to this object: a cycle would outlive its last user.
            later = partial(_approximate, self._snapshot, self.built, self._blocks, self.exact)
            return Deferred(self.exact, later, self._snapshot.rows, self._dim)
        return self.exact

    def _on_gpus(self) -> NearestNeighbours:
        return on_gpus(self._blocks, self._dim, self._memory)

    @property
    def _memory(self) -> int | None:
        return self._snapshot.manifest.memory

    @cached_property
    def _gpus(self) -> Gpus:
        """GPUs that faiss or torch can use; looked for only where the answer can change the plan."""
        few = self._device == "auto" and self._snapshot.rows < GPU_PAYS
        return NONE if self._device == "cpu" or few else present()

    @cached_property
    def _blocks(self) -> list[Vectors]:
        return [block for _, block in self._snapshot.blocks()]


def _approximate(
    snapshot: Snapshot, file: AnnFile, blocks: Sequence[Vectors], exact: NearestNeighbours
) -> NearestNeighbours:
    """The approximate search, or the exact one, and a line, where it cannot be opened."""
    from retriever.ann.inverted_lists import Scan
    from retriever.ann.ivf_pq import IvfPqSearch
    from retriever.ann.numbering import Numbering

    dim = snapshot.identity.dim
    try:
        file.verify(wholly=False)
        scans = [Scan.open(file, part, dim) for part in file.parts]
    except (IndexCorrupt, MissingDependency) as error:
        said = error if file.folder.exists() else snapshot.changed()
        log.warning(f"{said} Searching exactly until then.")
        return exact
    masks = [snapshot.modality_rows(Modality(part.modality)) for part in file.parts]
    return IvfPqSearch(blocks, dim, file, scans, Numbering.between(file, snapshot), masks, exact)
