"""Figures as files: SVG, PNG or PDF by matplotlib, an optional package.

The same numbers give the same bytes with the same matplotlib, so that figures can be kept under version control.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retriever.errors import UsageError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUFFIXES = (".svg", ".png", ".pdf")
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Told apart by the colour-blind (Okabe and Ito, 2008)."""
_STYLE: dict[Any, Any] = {
    "svg.hashsalt": "retriever",  # else every run names its parts anew
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
_UNDATED: dict[str, dict[str, Any]] = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}


def check_figure(path: Path) -> None:
    """Whether a figure can be drawn there, before the time that its numbers take.

    Raises:
        UsageError: the suffix is none of `SUFFIXES`, or matplotlib is not installed.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"--figure {path}: the name ends in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}.")
    try:
        import matplotlib  # noqa: F401 - whether it is there
    except ImportError as error:
        raise UsageError('--figure needs matplotlib: pip install "any3d-retriever[figures]".') from error


@contextmanager
def styled() -> Iterator[None]:
    """Figures made inside look alike."""
    import matplotlib
    from cycler import cycler

    style = {**_STYLE, "axes.prop_cycle": cycler(color=COLOURS)}
    with matplotlib.rc_context(style), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # such as Chinese labels: boxes stand there
        yield


def save_figure(figure: Figure, path: Path) -> None:
    """Writes a figure as the suffix says, undated; the folder is made.

    Raises:
        UsageError: as `check_figure`, or the file cannot be written.
    """
    check_figure(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with styled():
            figure.savefig(path, dpi=150, metadata=_UNDATED.get(path.suffix.lower(), {}), bbox_inches="tight")
    except OSError as error:
        raise UsageError(f"--figure {path} cannot be written: {error.strerror or error}.") from error
