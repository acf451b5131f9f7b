"""A table that is kept, and what its columns are: ratios of one run, absolutes of one machine, or quality.

Absolute times and sizes mean something on one machine and in one run only, so reports and comparisons have to know
which columns those are; `KINDS` says it by name.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any, NamedTuple

Row = dict[str, Any]


class Kind(StrEnum):
    """What a column holds.

    Attributes:
        KEY: what tells a row from the others.
        RATIO: a multiple of something that was measured in the same run.
        QUALITY: how good something is; compared between machines as it is.
        BOUND: an end of a quality's interval.
        ABSOLUTE: times, rates and sizes of one machine.
        FACT: anything else, such as counts, parameters and chance.
    """

    KEY = "key"
    RATIO = "ratio"
    QUALITY = "quality"
    BOUND = "bound"
    ABSOLUTE = "absolute"
    FACT = "fact"


OVER = {
    "x import torch": "seconds as a multiple of importing torch",
    "x encoder": "files a second as a multiple of the encoder alone over ready clouds",
    "x smallest": "peak memory as a multiple of that for the smallest corpus",
    "x matmul": "the share of a matrix product's floating-point operations a second that the tower reaches",
    "x text tower": "peak memory as a multiple of the text tower's weights",
    "share": "of the 3D tower's time",
    "x": "",
    "batch x": "",
    "x memory": "memory of a search as a multiple of FAISS HNSW32's",
    "x FAISS": "milliseconds as a multiple of FAISS IndexFlatIP's",
    "share of the floor": "speed as a share of that of reading the vectors once",
    "x unfiltered": "the median as a multiple of the same without a filter",
    "x LanceDB": "milliseconds as a multiple of LanceDB's",
    "x lancedb": "milliseconds as a multiple of LanceDB's",
    "x the plan's": "nanoseconds as a multiple of what the plan takes them for",
    "of clean": "the value as a share of that of the clean shapes",
}
"""Column of ratios -> what it is a ratio of; nothing where that depends on the table, which then says it."""

_QUALITY = (
    "value", "before", "after", "recall", "LanceDB recall", "full",
    "opposed", "opposed, unchecked", "at random", "@10", "@50", "@100", "@1000",
    # expansion, variety
    "held-back names", "held-back labels",
    "score kept", "cosine between hits", "of that label", "right among the first ten", "mean average precision",
    "shapes alone", "shapes alone, first ten", "shapes and names", "shapes and names, first ten",
    # map
    "of the 10 nearest, among 10", "among 50", "of the label, of 10",
    # arithmetic: measures, then strategies
    "recall@10", "beside addition", "precision@10", "nDCG@10", "kind@10", "value@10",
    "base alone", "rest alone", "addition", "addition, by spread (default)", "addition, tuned", "late, by rank",
    "oracle",
    # confidence
    "precision", "F1", "cosine at least", "calibration error", "right", "share alone", "capped", "median", "most",
    # naming
    "named as specifically",
    # upright
    "read with y up", "with z up",
    # ablation
    "top-1", "text->3D", "3D->3D", "name->3D", "render->3D", "photo->3D", "sound->3D",
)  # fmt: skip
_ABSOLUTE = (
    "seconds", "MB", "files/s", "items/s", "ms a cloud", "ms", "lancedb ms",
    "build s", "MB in memory", "MB in files", "q/s", "batch q/s", "queries a second",
    "raw FAISS ms", "retriever ms", "more ms", "p50 ms", "p99 ms", "LanceDB ms", "new ms", "first ms",
    "reading alone, ms",
    "whole process", "peak MB with files", "own peak MB", "folder MB",
    "ns", "GB on disk", "GB in memory", "build h", "query ms, vectors in memory", "query ms, from disk",
)  # fmt: skip
_FACT = (
    "queries", "pairs", "marked", "meshes", "hits", "shapes", "texts", "said", "held", "chance",
    "without a word", "named", "kinds of a name",
    "files", "corpora", "rows", "batch", "GFLOP an item", "parameter", "same neighbours", "best",
    "text, audio, minus", "machines", "lists each", "items",
)  # fmt: skip
_KEY = (
    "process", "what", "tower", "device", "step", "measure", "subset", "domain", "severity", "section", "strategy",
    "form: facet", "contender", "wanted", "together", "filter", "search", "operation", "part", "vectors",
    "targets and training", "method", "protocol", "source", "queries by", "words", "names", "cosine from",
    "allowed", "neighbours", "saved with", "asked with", "trade-off", "weight of the bad ones", "the query",
    "confidence",
    "over", "where",
)  # fmt: skip
KINDS: dict[str, Kind] = {
    **dict.fromkeys(OVER, Kind.RATIO),
    **dict.fromkeys(_QUALITY, Kind.QUALITY),
    **dict.fromkeys(("low", "high", "low before", "high before", "low after", "high after"), Kind.BOUND),
    **dict.fromkeys(_ABSOLUTE, Kind.ABSOLUTE),
    **dict.fromkeys(_FACT, Kind.FACT),
    **dict.fromkeys(_KEY, Kind.KEY),
}
"""Column -> what it holds. One that is not here is printed as a fact, and a test asks for its line."""


class Value(NamedTuple):
    """A quality and, where it has one, its interval."""

    value: float
    low: float | None = None
    high: float | None = None

    def __str__(self) -> str:
        return f"{self.value:.3f}" if self.low is None else f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"

    def differs(self, other: Value) -> bool | None:
        """Whether the two intervals do not overlap; None where one of them has none, or an end that is no number."""
        if self.low is None or self.high is None or other.low is None or other.high is None:
            return None
        if any(map(math.isnan, (*self, *other))):  # type: ignore[arg-type]  # none of them is None
            return None
        return self.high < other.low or other.high < self.low


_NUMBER = r"([+-]?(?:\d+(?:\.\d*)?|inf|nan))"
_SHOWN = re.compile(rf"{_NUMBER} \[{_NUMBER}, {_NUMBER}\]")


@dataclass(frozen=True)
class Table:
    """Rows that were measured together.

    Attributes:
        title: without sizes, so that it stays the same from run to run.
        keys: columns that tell rows apart.
        rows: column -> value; a row may lack columns of others.
        command: that makes it again, alone.
        sizes: how much was measured, and how often: "10,000 items, medians of 7".
        over: column of ratios -> what it is over, where `OVER` does not say it.
        part: what made it.
        compared: whether its numbers are its own; False where they are of another table, or of papers.
    """

    title: str
    keys: tuple[str, ...]
    rows: list[Row]
    command: str
    sizes: str = ""
    over: Mapping[str, str] = field(default_factory=dict)
    part: str = ""
    compared: bool = True

    @property
    def columns(self) -> list[str]:
        """Those of any row, in order."""
        return list(dict.fromkeys(column for row in self.rows for column in row))

    def kind(self, column: str) -> Kind:
        """What a column holds."""
        known = KINDS.get(column, Kind.FACT)
        return Kind.KEY if column in self.keys else Kind.FACT if known is Kind.KEY else known

    def of_kind(self, kind: Kind) -> list[str]:
        """Columns that hold this."""
        return [column for column in self.columns if self.kind(column) is kind]

    def ratio_of(self, column: str) -> str:
        """What a column of ratios is over."""
        return self.over.get(column) or OVER.get(column, "")

    def unknown(self) -> list[str]:
        """Columns that nobody said the kind of, and ratios that nobody said the reference of."""
        strange = [column for column in self.columns if column not in self.keys and column not in KINDS]
        return strange + [column for column in self.of_kind(Kind.RATIO) if not self.ratio_of(column)]

    def within(self, part: str) -> Table:
        """The same as made by `part`."""
        return replace(self, part=part)

    def as_json(self) -> dict[str, Any]:
        """For a file."""
        return {**asdict(self), "keys": list(self.keys), "rows": plain(self.rows), "over": dict(self.over)}

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> Table:
        """As `as_json` gave it; raises KeyError or TypeError for anything else."""
        if not all(isinstance(row, dict) for row in saved["rows"]):
            raise TypeError("rows")
        return cls(
            saved["title"], tuple(saved["keys"]), list(saved["rows"]), saved["command"], saved.get("sizes", ""),
            dict(saved.get("over", {})), saved.get("part", ""), saved.get("compared", True),
        )  # fmt: skip


def plain(value: Any) -> Any:
    """As JSON can hold it: numpy's numbers as Python's, numbers that are none as text."""
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(each) for each in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def number(value: Any) -> float | None:
    """A cell's number, also where it is text; None where there is none, as in "-"."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def quality(row: Row, column: str) -> Value | None:
    """A cell of quality with its interval, be it in columns beside it or in its own text; None for an empty one."""
    cell = row.get(column)
    if isinstance(cell, str) and (found := _SHOWN.fullmatch(cell)):
        return Value(*map(float, found.groups()))
    value = number(cell)
    if value is None:
        return None
    low, high = (number(row.get(end if column == "value" else f"{end} {column}")) for end in ("low", "high"))
    return Value(value) if low is None or high is None else Value(value, low, high)
