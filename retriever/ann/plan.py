"""Which backend searches an index: a pure function of its size, the wish and the machine; nothing is built to ask it.

The constants are times and sizes on two x86 cores with AVX-512, in whole nanoseconds or fractions of them, from
``python -m benchmarks ann``. They only have to rank the choices.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from retriever.ann.gpu import NONE, Gpus, Placed, place
from retriever.devices import check_device
from retriever.errors import UsageError

RECALL = 0.99
"""Share of the true ten nearest that an approximate search has to find, if nobody says otherwise."""

ANN_PAYS = 50_000
"""Rows of one modality from which an approximate search is built: below, a pass over all is done in some ms."""

GPU_PAYS = 200_000
"""Rows from which a copy of the vectors in a GPU is taken to pay; a guess, not measured on one."""

WIDTHS = (128, 96, 64, 48, 32, 16)
"""Dimensions that vectors are projected to, each kept in four bits, widest first."""

BLOCK = 32
"""Codes that are kept, and scanned, together: what the last block of a list lacks takes its place in memory, too."""

EXACT_NS = 0.17
"""Per row and dimension: one pass over float32 vectors that lie in memory."""
DISK_NS = 2.0
"""The same where they have to come from disk, at 2 GB/s."""
GATHER_NS = 0.22
"""Per row and dimension: scoring rows here and there."""
SCAN_NS = 0.0125
"""Per row and projected dimension: adding up four-bit codes."""
LIST_NS = 200.0
"""Per inverted list that is looked into."""
SELECTED = 2.0
"""How much longer a scan takes that has to look each row up in a bitmap."""
ASSIGN_NS = 0.01
"""Per row, projected dimension and list: finding the list of a row, on two cores."""
ENCODE_NS = 33.0
"""Per row and projected dimension: projecting and encoding it, on two cores."""

GPU_READS = 1e12
"""Bytes a second that a GPU reads from its own memory: a guess for a card that nobody measured, such as an RTX 4090
(1.0e12 by its data sheet). One H200 read 4.3e12, an L4 has 0.3e12."""
LINK_READS = 1.2e10
"""Bytes a second that are brought to GPUs: a guess for 16 lanes of PCIe 3.0 (1.6e10 by its standard)."""
GPU_QUERY_S = 1.4e-3
"""What a query takes beside the reading, on one H200 over four million rows: picking, and scoring again."""


@dataclass(frozen=True)
class Effort:
    """How hard an approximate search looks.

    Attributes:
        probes: inverted lists to scan; 0: do not use it, search exactly.
        pool: rows to re-rank by their full vectors.
    """

    probes: int
    pool: int


@dataclass(frozen=True)
class IvfPq:
    """Sizes of an inverted file of four-bit product-quantised codes.

    Attributes:
        lists: inverted lists.
        dims: projected dimensions at most, one code of four bits each.
    """

    lists: int
    dims: int

    def bytes(self, rows: int, dim: int) -> int:
        """What it takes in memory for `rows` vectors of length `dim`: codes and row numbers, lists and projection.

        A list's last block is half full on average.
        """
        codes = (rows + self.lists * BLOCK // 2) * -(-self.dims // 2)
        return codes + rows * 8 + 4 * self.dims * (self.lists + dim)

    def seconds(self, rows: int, dim: int, effort: Effort, *, selected: bool = False) -> float:
        """Predicted for one query on one core."""
        scanned = rows * min(1.0, effort.probes / self.lists) * self.dims * SCAN_NS * (SELECTED if selected else 1)
        routed = self.lists * self.dims * EXACT_NS + effort.probes * LIST_NS
        return (scanned + routed + effort.pool * dim * GATHER_NS) * 1e-9


@dataclass(frozen=True)
class Recipe:
    """How vectors are searched.

    Attributes:
        backend: "exact" (numpy or torch over memory-mapped files), "ivf-pq" (approximate, then re-ranked exactly) or
            "gpu" (exact on GPUs, by faiss or torch).
        reason: one sentence for people.
        bytes: what the backend keeps in memory beside the files, that of the GPUs where it is "gpu"; 0 where it reads
            them in place or streams them. Buffers and copies (`precision.KEPT`, `copies.KEPT`) are not counted.
        seconds: predicted for one query, once its files are in memory.
        build_seconds: predicted for building it.
        sizes: of an "ivf-pq".
    """

    backend: str
    reason: str
    bytes: int
    seconds: float = 0.0
    build_seconds: float = 0.0
    sizes: IvfPq | None = None


def plan(
    rows: int,
    dim: int,
    *,
    device: str = "auto",
    gpus: Gpus = NONE,
    memory: int | None = None,
    recall: float = RECALL,
    faiss: bool = True,
    beside: Sequence[int] = (),
) -> Recipe:
    """The backend for `rows` vectors of length `dim`.

    Args:
        rows: deleted ones included.
        dim: length of a vector.
        device: one of `retriever.devices.DEVICES`.
        gpus: of the machine. "cuda" takes them in any case, "auto" for many rows that fit in their memory.
        memory: bytes that the search may keep in memory beside the operating system's cache of the files; None: as
            many as it takes.
        recall: share of the true ten nearest to be found, 0 < recall <= 1; 1 means exactly.
        faiss: whether it is installed.
        beside: rows of the other sets that share `memory`, each searched on its own: the items of other modalities.

    Raises:
        UsageError: an unknown device, a recall out of range, or a memory budget that nothing fits in.
    """
    check_device(device)
    if not 0 < recall <= 1:
        raise UsageError(f"--recall {recall:g}: give a share above 0 and up to 1, such as 0.98.")
    size = f"{rows:,} vectors of length {dim} ({rows * dim * 4 / 2**20:,.0f} MiB)"
    placed = place(rows, dim, gpus)
    if placed and (device == "cuda" or (device == "auto" and rows >= GPU_PAYS and placed.resident)):
        return _on_gpus(rows, dim, memory, size, placed)
    if rows >= ANN_PAYS and faiss and recall < 1:
        return _approximate([rows, *(more for more in beside if more >= ANN_PAYS)], dim, memory, recall, size)
    return _exact(rows, dim, memory, size, _why_exact(rows, device, placed, recall, faiss))


def worth_rebuilding(covered: int, rows: int) -> bool:
    """Whether so many of `rows` rows are outside the approximate index that it should be built again.

    The rows outside are searched exactly, which takes as long as the approximate search itself at some percent of them.

    Args:
        covered: live rows inside.
        rows: live rows in all.
    """
    return rows >= ANN_PAYS and rows - covered > max(ANN_PAYS // 2, rows // 20)


def _approximate(sets: Sequence[int], dim: int, memory: int | None, recall: float, size: str) -> Recipe:
    """For the first of some sets, by their rows; all get the same width, so that they fit in the memory together."""
    rows, lists = sets[0], _lists(sets[0])
    widths = [width for width in WIDTHS if width <= dim] or [dim - dim % 2 or dim]
    needed = {width: sum(IvfPq(_lists(each), width).bytes(each, dim) for each in sets) for width in widths}
    fitting = [width for width in widths if memory is None or needed[width] <= memory]
    if not fitting:
        others = f" and {sum(sets[1:]):,} of other kinds" if sets[1:] else ""
        raise UsageError(
            f"--memory {memory:,} bytes are too few to search {size}{others} approximately: give at least "
            f"{needed[widths[-1]]:,} bytes, or --recall 1 to search exactly, from the files alone."
        )
    sizes = IvfPq(lists, fitting[0])
    reason = (
        f"{size} are shortlisted by {sizes.dims} projected dimensions of 4 bits in {lists:,} inverted lists, and "
        f"re-ranked by their full vectors, to find {100 * recall:g}% of the true ten nearest."
    )
    usual = Effort(lists // 16, 100)
    build = rows * sizes.dims * (ENCODE_NS + ASSIGN_NS * lists) * 1e-9
    return Recipe("ivf-pq", reason, sizes.bytes(rows, dim), sizes.seconds(rows, dim, usual), build, sizes)


def _lists(rows: int) -> int:
    """Inverted lists that suit so many rows."""
    return int(2 ** round(math.log2(15 * rows**0.4)))


def _on_gpus(rows: int, dim: int, memory: int | None, size: str, placed: Placed) -> Recipe:
    where, their = ("the GPU", "its") if placed.gpus == 1 else (f"{placed.gpus} GPUs, a part each", "their")
    how = f"{size} are searched exactly by {placed.library} on {where}, "
    taken = rows * dim * placed.format.bytes
    if placed.resident:
        reason = f"{how}from a {placed.format.name} copy in {their} memory ({taken / 2**20:,.0f} MiB)."
        return Recipe("gpu", reason, taken, GPU_QUERY_S + taken / placed.gpus / GPU_READS)
    reason = f"{how}and brought there for every batch, since {their} memory is too small for a copy."
    brought = max(taken / LINK_READS, _pass(rows, dim, memory))  # one CPU reads and converts for all GPUs
    return Recipe("gpu", reason, 0, GPU_QUERY_S + brought)


def _pass(rows: int, dim: int, memory: int | None) -> float:
    """Seconds to read all vectors once."""
    cached = memory is None or rows * dim * 4 <= memory
    return rows * dim * (EXACT_NS if cached else DISK_NS) * 1e-9


def _exact(rows: int, dim: int, memory: int | None, size: str, cause: str) -> Recipe:
    reason = f"{cause}{size} are searched exactly on the CPU, read in place without loading or building anything."
    return Recipe("exact", reason[0].upper() + reason[1:], 0, _pass(rows, dim, memory))


def _why_exact(rows: int, device: str, placed: Placed | None, recall: float, faiss: bool) -> str:
    if device == "cuda" and not placed:
        return "no GPU that faiss or torch can use was found (it needs the extra gpu, or a CUDA build of torch), so "
    if placed and device == "auto":
        few = rows < GPU_PAYS
        return f"below {GPU_PAYS:,} rows a GPU does not pay, so " if few else "a GPU's memory is too small, so "
    if rows >= ANN_PAYS and recall < 1 and not faiss:
        return "faiss is not installed (pip install 'any3d-retriever[faiss]' makes this quicker), so "
    return ""
