"""What an earlier ``--metadata`` table said, on its way from an item's old row to its new one, or lost.

What folders and sidecars say by now counts beside it, and less. Rows that an older version wrote do not tell which of
their columns came from the table, only that some did: of these all count that the file has no other source for.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

import numpy as np

from indexer.extras import Spelling
from indexer.found import SourceFile
from indexer.metadata import OURS
from indexer.pipeline import Job
from indexer.plan_changes import KEPT, Indexed
from retriever.query.zeroshot import CONFIDENCE, is_found
from retriever.store import Snapshot
from retriever.wording import counted

log = logging.getLogger(__name__)


def carry(
    snapshot: Snapshot, jobs: Sequence[Job], told: Collection[int], gone: Mapping[str, list[Indexed]], *, again: bool
) -> list[Job]:
    """Jobs whose files have what the table said of them, as long as their bytes are the same; says how many lose it.

    A file that was renamed or moved takes further columns along; what it is called, and of which class, is another now.
    Of several with its bytes it takes those of the one that had its name.

    Args:
        snapshot: before the run.
        jobs: with their content hash, where the index may know it.
        told: rows of `snapshot` of which the table said something, and no table of this run does.
        gone: rows whose file is not there any more, by the hash of its bytes.
        again: whether all is to be read again; then nothing is kept.
    """
    if not told and not gone:
        return list(jobs)
    olds = {place: job.old for place, job in enumerate(jobs) if job.old is not None and job.old.row in told}
    same = {place: old for place, old in olds.items() if not again and jobs[place].sha256 == old.sha256}
    news = [place for place, job in enumerate(jobs) if job.old is None and not job.file.table and job.sha256 in gone]
    back = {place: gone[jobs[place].sha256 or ""] for place in news}
    meant = {place: _renamed(jobs[place].file, rows) for place, rows in back.items()}
    moved = {place: old for place, old in meant.items() if old is not None and old.table and not again}
    came = Counter(jobs[place].sha256 or "" for place in news)
    had = sum(min(n, sum(bool(row.table) for row in gone[sha256])) for sha256, n in came.items())
    if lost := len(olds) - len(same) + had - len(moved):
        log.warning(f"Items that lose what an earlier --metadata table gave them: {lost:,}; give it again, too.")
    jobs = list(jobs)
    if not same and not moved:
        return jobs
    for some, names in ((same, [*_further(snapshot), *sorted(OURS)]), (moved, _further(snapshot))):
        files = _as_told(snapshot, [(jobs[place].file, old) for place, old in some.items()], names)
        for place, file in zip(some, files, strict=True):
            jobs[place] = replace(jobs[place], file=file)
    return jobs


def remark_on_loss(snapshot: Snapshot, changed: Sequence[tuple[SourceFile, Indexed]]) -> None:
    """Says which columns of an earlier table are taken from items, as the table of this run does not have them.

    Args:
        snapshot: before the run.
        changed: files that are written again, and their rows, of which an earlier table said something.
    """
    spelling, names = Spelling(snapshot.columns()), [*_further(snapshot), *sorted(OURS)]
    rows = snapshot.take(np.array([old.row for _, old in changed], np.int64), names).to_pylist()
    lost = [
        {
            name
            for name in _of_table(row, old, spelling)
            if name not in now and (old.given is not None or name not in OURS)
        }
        for (file, old), row in zip(changed, rows, strict=True)
        for now in [spelling.item(file.metadata)]
    ]
    if columns := sorted(set().union(*lost)):
        log.warning(
            f"{counted(sum(map(bool, lost)), 'item')} lost what an earlier --metadata table gave: "
            f"{', '.join(columns)}; to have it all, give one table with all columns."
        )


def _renamed(file: SourceFile, rows: Sequence[Indexed]) -> Indexed | None:
    """Which of the rows of the same bytes a new file was; None where that cannot be told."""
    alike = [row for row in rows if PurePosixPath(row.path).name == PurePosixPath(file.path).name]
    some = rows if len(rows) == 1 else alike
    return some[0] if len(some) == 1 else None


def _as_told(snapshot: Snapshot, files: Sequence[tuple[SourceFile, Indexed]], names: Sequence[str]) -> list[SourceFile]:
    """Files with those of some columns of their rows that the table gave; layout and sidecars say the others."""
    spelling = Spelling(snapshot.columns())
    guessed = [CONFIDENCE] if "label" in names and is_found(snapshot) else []
    rows = snapshot.take(np.array([old.row for _, old in files], np.int64), [*names, *guessed]).to_pylist()
    found = []
    for (file, old), row in zip(files, rows, strict=True):
        if guessed and row.pop(CONFIDENCE) is not None:
            del row["label"]  # of no table: see `indexer.guesses`
        told = _of_table(row, old, spelling)
        if old.given is None:
            found.append(replace(file, metadata={**told, **file.metadata}, table=KEPT))
        else:
            found.append(replace(file, metadata={**file.metadata, **told}, table=KEPT, given=tuple(told)))
    return found


def _of_table(row: Mapping[str, object], old: Indexed, spelling: Spelling) -> dict[str, object]:
    """Those of a row's columns that the table gave, or may have given where the row does not tell."""
    told = row if old.given is None else spelling.item(dict.fromkeys(old.given, True))
    return {name: value for name, value in row.items() if value is not None and name in told}


def _further(snapshot: Snapshot) -> list[str]:
    """Columns that a table may have given, beside `OURS`."""
    from retriever.store.schema import ITEMS

    return [name for name in snapshot.columns() if name not in (*ITEMS.names, CONFIDENCE)]
