"""What an indexing run says of itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cli.optimize import plans
from cli.output import argument, failures_command, printable
from retriever.wording import counted

if TYPE_CHECKING:
    from indexer.summary import Summary
    from retriever.store import Failure

DEFAULT = Path(".retriever")
"""The index that is written where none is named."""

_SHOWN = 5  # failures with their path in the summary
_MEANS = {
    "sidecar": "captions, JSON and previews, which belong to other files",
    "excluded": "files and folders that --exclude or a .retrieverignore leaves out",
    "an index": "folders that are an index themselves",
    "companion": "materials, buffers and textures, which belong to other files",
}
"""Reasons of `indexer.scan` that need more words."""


def report(summary: Summary, folder: Path, *, quiet: bool, said: Collection[Failure] = ()) -> Iterator[str]:
    """The lines of a summary.

    Args:
        summary: of the run.
        folder: of the index.
        quiet: say only what went wrong.
        said: failures that were told before.
    """
    if not quiet:
        yield from _done(summary, folder)
    known = set(said)
    if failed := [failure for failure in summary.failed if failure not in known]:
        named = None if folder == DEFAULT else folder
        yield f"  failed {len(failed):,}:"
        for failure in failed[:_SHOWN]:
            path = Path(summary.roots[failure.root]) / failure.path
            yield f"    {printable(str(path))} {printable(failure.message)}"
        if len(failed) > _SHOWN:
            yield f"    and {len(failed) - _SHOWN:,} more, see: {failures_command(named)}"


def _done(summary: Summary, folder: Path) -> Iterator[str]:
    """What went well, and what was left out."""
    from indexer.skipped import told

    yield f"{printable(str(folder))}: {_counts(summary)} in {summary.seconds:.1f} s"
    if summary.failed and not (summary.embedded or summary.reused or summary.updated or summary.unchanged):
        yield f"  nothing was indexed: {_none_read(len(summary.failed))}"
    if summary.optimized:
        yield from plans(summary.optimized)
    if summary.recovered:
        yield f"  recovered {summary.recovered:,} of them from a run that was interrupted"
    for old, new in summary.moved.items():
        yield f"  {printable(old)} is {printable(new)} now: its items moved along"
    if summary.reused:  # copies of what the index knows: perhaps a corpus that moved
        for root in summary.absent:
            cure = f"if it moved, `retriever remove {argument(root)}` forgets its old place"
            yield f"  {printable(root)} is not there now; {cure}"
    yield from _turned(summary)
    yield from _labels(summary)
    for count, reason in told(summary.skipped):
        if reason == "hidden":  # as in every listing of files: not worth a line
            continue
        yield f"  skipped {count:,}: {_MEANS.get(reason, printable(reason))}"


def _labels(summary: Summary) -> Iterator[str]:
    """Labels that were guessed, and those that came to nothing."""
    if summary.named:
        yield f"  named {counted(summary.named, 'item')} that had no label"
    if summary.dropped:
        labels = counted(summary.dropped, "guessed label")
        yield f"  {labels} dropped, as the file of each changed, stands on another axis, or has a label of its own now"


def _turned(summary: Summary) -> Iterator[str]:
    """Formats whose files were taken to stand on another axis than is usual."""
    for each in summary.turned:
        yield f"  {each.told(f' of {printable(summary.roots[each.root])}')}"


def _none_read(files: int) -> str:
    """Of a run that ended without a single item."""
    return "its only file could not be read" if files == 1 else f"none of its {files:,} files could be read"


def _counts(summary: Summary) -> str:
    objects = f" and {counted(summary.objects, 'object')}" if summary.objects else ""
    counts = {
        f"embedded{objects}": summary.embedded,
        "reused": summary.reused,
        "updated": summary.updated,
        "removed": summary.removed,
        "unchanged": summary.unchanged,
    }
    always = {f"embedded{objects}", "unchanged"}
    return ", ".join(f"{count:,} {what}" for what, count in counts.items() if count or what in always)
