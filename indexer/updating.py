"""Writing what differs between corpora and an index: which files are read, what of their rows stays, what goes."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from indexer import earlier_table, pipeline, plan_changes, upright
from indexer.failures import forget_gone, replace_failures
from indexer.guesses import Guesses, guessed_objects
from indexer.objects import Objects
from indexer.packs import as_stored
from indexer.parts import States, remembered
from indexer.pipeline import Job
from indexer.plan_changes import Indexed
from indexer.progress import Progress
from indexer.roots import taken_over
from indexer.rows import KnownContent, RowBuffer, facts, indexed_rows, item
from indexer.summary import Summary
from indexer.survey import Surveyed
from indexer.writer import IndexWriter
from retriever import loaders, spaces
from retriever.errors import FileProblem
from retriever.store import Failure, read_failures
from retriever.types import Vectors

Twin = tuple[Job, Indexed]
"""A file, and the row of its bytes."""
Tried = dict[Path, tuple[str, Failure]]
"""Files that failed in the run before, each with the stamp that it had, and why."""

_LASTING = {"empty", "malformed", "no-surface", "not-finite", "silent", "truncated"}
"""Kinds of failures that only another file mends, of one that names no others: no package and no memory does."""

_AT_ONCE = 64  # files whose hashing Ctrl-C has to wait for


class Run:
    """One pass of writing, with what all its steps share.

    Args:
        writer: of the index.
        space: that files are encoded in.
        up, workers, progress, again, tried: as for `indexer.build.index`.
        summary: grows.
    """

    def __init__(
        self,
        writer: IndexWriter,
        space: spaces.Space,
        up: str,
        workers: int | None,
        progress: Progress,
        summary: Summary,
        again: bool,
        tried: Tried,
    ) -> None:
        self.writer = writer
        self.before = writer.snapshot
        self.recovered = self.before.rows - writer.recovered if self.before is not None else 0  # the first such row
        self.space = space
        self.up = up
        self.workers = workers
        self.progress = progress
        self.summary = summary
        self.again = again
        self.tried = tried
        self.bad: Tried = {}  # those of this run
        self.rows = RowBuffer(writer)
        self.failed: dict[str, list[Failure]] = {}
        self.dead: list[int] = []
        self.guesses: Guesses | None = None
        self.states = States()
        self.objects: dict[str, Objects] = {}  # of scenes that the index has, by their corpus
        self.axes: dict[upright.Group, str] = {}  # of files that stay as they are
        self.kept: list[Job] = []  # such files, unless a look at others like them says that they lie
        self.told: set[int] = set()  # rows of which an earlier table said something, and none of this run does
        self.gone: dict[str, list[Indexed]] = {}  # rows whose file is gone, by the hash of its bytes, likewise

    def bring_up_to_date(self, parts: Sequence[Surveyed]) -> None:
        """Writes what differs between corpora and the index."""
        roots = [part.corpus.root for part in parts]
        names = self.writer.root_names(roots)
        rows = indexed_rows(self.before, set(roots)) if self.before is not None else {}
        jobs = [
            job
            for part, name in zip(parts, names, strict=True)
            for job in self._compare(part, name, rows.pop(part.corpus.root, []))
        ]
        with self.rows:
            rest, twins = self._reusable(jobs)
            if self.up == "auto":
                rest, twins = self._stood(rest, twins)
            for start in range(0, len(twins), RowBuffer.ROWS):
                self._copy(twins[start : start + RowBuffer.ROWS])
            self._embed(rest)
        self.progress("write", 0, None)
        folder, known = self.writer.folder, self.writer.manifest.roots
        self.summary.failed = [failure for failures in self.failed.values() for failure in failures]
        scopes = {name: part.looks_at for name, part in zip(names, parts, strict=True)}
        replace_failures(folder, known, scopes, self.summary.failed)
        forget_gone(folder, known, {name for name, part in zip(names, parts, strict=True) if not part.corpus.within})
        self.writer.forget_roots(taken_over(known, set(roots)))
        self.writer.delete(np.array(self.dead, np.int64))
        self.writer.commit()
        self.tried.clear()  # of files that are mended or gone; a watch may go on for weeks
        self.tried.update(self.bad)

    def _compare(self, part: Surveyed, name: str, rows: Sequence[Indexed]) -> list[Job]:
        """The files of the corpus of this short name that need a row; `rows` are those that the index has of it."""
        root = part.corpus.root
        self.summary.roots[name] = str(root)
        rows, self.objects[name] = Objects.apart(rows, part.files)
        self.failed[name] = [
            Failure(name, path, part.scan.kinds.get(path, "unreadable"), message)
            for path, message in part.scan.problems
        ]
        if part.scan.unsettled:
            left = part.scan.unsettled - {path for path, _ in part.scan.problems}
            known = read_failures(self.writer.folder)
            self.failed[name] += [each for each in known if each.root == name and each.path in left]
        has_table = any(file.table for file in part.files)  # one that names none of them is not about them
        changes = plan_changes.compare(
            part.files,
            rows,
            up=self.up,
            covers=part.corpus.covers,
            unreadable=part.scan.unreadable,
            has_table=has_table,
            as_read=lambda old: not self.again and self._is_as_read(name, root, old),
        )
        had = [(file, old) for file, old in changes.write if old is not None and old.table]
        if not has_table:
            self.told.update(old.row for _, old in had)
            vanished = set(changes.vanished)
            for old in rows:
                if old.row in vanished and old.sha256:
                    self.gone.setdefault(old.sha256, []).append(old)
        elif had and self.before is not None:
            earlier_table.remark_on_loss(self.before, had)
        if changes.write and self.up == "auto":
            goes = {*changes.vanished, *changes.stale, *(old.row for _, old in changes.write if old)}
            stay = [row for row in rows if row.row not in goes]
            self.axes |= upright.earlier(name, stay)
            self._keep(name, part, upright.unseen(name, stay, self.axes))
        self.dead += changes.vanished + changes.stale + self.objects[name].follow(rows, changes)
        self.summary.unchanged += len(changes.unchanged)
        self.summary.recovered += sum(row >= self.recovered for row in changes.unchanged)
        self.summary.removed += len(changes.vanished)
        write = sorted(changes.write, key=lambda each: as_stored(each[0].path))
        jobs = [Job(name, root, file, old) for file, old in write]
        bad = {job.path: self.tried[job.path] for job in jobs if not self.again and self._is_tried(job)}
        self.bad |= bad
        # Its root may be another one now, which has taken over that of then.
        self.failed[name] += [
            replace(bad[job.path][1], root=name, path=job.file.path) for job in jobs if job.path in bad
        ]
        return [job for job in jobs if job.path not in bad]

    def _is_tried(self, job: Job) -> bool:
        """Whether a file failed as it is."""
        known = self.tried.get(job.path)
        return known is not None and known[0] == plan_changes.stamp(job.file, self.up)

    def _is_as_read(self, name: str, root: Path, old: Indexed) -> bool:
        """Whether what the index has of a file beside its row is as it was when that was written."""
        return self.objects[name].are_of(old) and self.states.again(root / old.path, old.parts) == old.parts

    def _keep(self, name: str, part: Surveyed, rows: Sequence[Indexed]) -> None:
        """Takes note of files whose rows stay unless a look says that they lie."""
        files = {file.path: file for file in part.files} if rows else {}
        jobs = [Job(name, part.corpus.root, files[row.path], row, row.sha256) for row in rows if row.path in files]
        self.kept += jobs
        self.told.update(job.old.row for job in jobs if job.old and job.old.table and not job.file.table)

    def _reusable(self, jobs: list[Job]) -> tuple[list[Job], list[Twin]]:
        """The files to embed; and those whose bytes the index knows, with the row that has their vector."""
        if self.before is None or not jobs:
            return jobs, []
        known = KnownContent(self.before)
        jobs = earlier_table.carry(self.before, self._hashed(jobs, known), self.told, self.gone, again=self.again)
        hashes = {job.sha256 for job in jobs if job.sha256}
        if any(job.file.inside for job in [*jobs, *self.kept]):
            hashes |= guessed_objects(self.before)  # which of them come with the files is not known yet
        rows_with = known.rows_with(hashes)
        olds = [old for job in [*jobs, *self.kept] for old in self._olds(job)]
        self.guesses = Guesses(self.before, rows_with, olds)
        if self.again:
            return jobs, []
        rest: list[Job] = []
        twins: list[Twin] = []
        for job in jobs:
            candidates = rows_with.get(job.sha256 or "", [])
            twin = plan_changes.reusable(job.file, candidates, up=self.up, shape=self.space.identity.shape)
            if twin:
                twins.append((job, twin))
            else:
                rest.append(job)
        return rest, twins

    def _stood(self, jobs: list[Job], twins: list[Twin]) -> tuple[list[Job], list[Twin]]:
        """The files to embed, each with the axis that is usual among its like, and those that take the vector of a row.

        Where the files to embed are found to be turned, those of their group that have a vector are, too.
        """
        copied = [job for job, twin in twins if upright.unseen(job.root, [twin], self.axes)]
        failed = {(failure.root, failure.path) for failure in read_failures(self.writer.folder)}
        new = {upright.group_of(job) for job in jobs if (job.root, job.file.path) not in failed}
        beside = [job for job in [*self.kept, *copied] if upright.group_of(job) in new]
        found = upright.turned(jobs, beside, self.axes, self.workers, self.progress)
        self.summary.turned = found
        axes = {(each.root, each.suffix): each.up for each in found}
        lying = [job for job in self.kept if upright.group_of(job) in axes]
        if lying and self.before is not None:
            self.summary.unchanged -= len(lying)
            self.summary.recovered -= sum(job.old.row >= self.recovered for job in lying if job.old)
            lying = earlier_table.carry(self.before, lying, self.told, {}, again=False)
        others = {id(job) for job in copied if upright.group_of(job) in axes}
        jobs = [*jobs, *lying, *(job for job, _ in twins if id(job) in others)]
        return upright.stood(jobs, {**self.axes, **axes}), [each for each in twins if id(each[0]) not in others]

    def _hashed(self, jobs: list[Job], known: KnownContent) -> list[Job]:
        """`jobs`, with the content hash of those that could be in the index by their size."""
        worth = [place for place, job in enumerate(jobs) if known.may_hold(job.file.bytes)]
        jobs = list(jobs)
        with ThreadPoolExecutor() as threads:
            for start in range(0, len(worth), _AT_ONCE):
                some = worth[start : start + _AT_ONCE]
                for place, sha256 in zip(some, threads.map(_hash_or_none, [jobs[p].path for p in some]), strict=True):
                    jobs[place] = replace(jobs[place], sha256=sha256)
                self.progress("compare", start + len(some), len(worth))
        return jobs

    def _copy(self, twins: Sequence[Twin]) -> None:
        """Writes files with the vectors and facts of the rows that they equal."""
        assert self.before is not None
        rows = [twin.row for _, twin in twins]
        items = []
        for (job, twin), known in zip(twins, facts(self.before, rows), strict=True):
            others = self.states.again(job.path, twin.parts)
            items.append(item(job.root, job.file, twin.sha256, known, self.up, others))
            if job.old and job.old.sha256 == twin.sha256:
                self.summary.updated += 1
            else:
                self.summary.reused += 1
        self._add([job for job, _ in twins], items, self.before.vectors(np.array(rows, np.int64)))

    def _embed(self, jobs: list[Job]) -> None:
        done = 0
        if jobs:
            self.progress("embed", 0, len(jobs))  # the first files and the encoder take a while
        with closing(pipeline.encode(jobs, self.space, up=self.up, workers=self.workers)) as batches:
            for batch in batches:
                items = [
                    item(job.root, job.file, read.sha256, read.facts, self.up, remembered(read.parts))
                    for job, read in batch.done
                ]
                self._add([job for job, _ in batch.done], items, batch.vectors)
                for job, problem in batch.failed:
                    failure = Failure(job.root, job.file.path, problem.kind, problem.message)
                    self.failed[job.root].append(failure)
                    if problem.kind in _LASTING and problem.alone:
                        self.bad[job.path] = plan_changes.stamp(job.file, self.up), failure
                    if problem.kind != "unreadable":
                        self._replace([job])
                files = sum(not job.is_object for job, _ in batch.done)
                self.summary.embedded += files
                self.summary.objects += len(batch.done) - files
                done += files + len(batch.failed)
                self.progress("embed", done, len(jobs))

    def _add(self, jobs: Sequence[Job], items: list[dict[str, Any]], vectors: Vectors) -> None:
        """Writes the rows of files that were embedded or reused, in place of those that stood for them."""
        if self.guesses:
            olds = [self.objects[job.root].old(job.file.path) if job.is_object else job.old for job in jobs]
            self.guesses.carry(items, olds, vectors)
            self.summary.dropped = self.guesses.dropped
        self.rows.add(items, vectors)
        self._replace(jobs)

    def _replace(self, jobs: Sequence[Job]) -> None:
        """The rows that stood for these files, and for the objects in them, count no more."""
        self.dead += [old.row for job in jobs for old in self._olds(job)]

    def _olds(self, job: Job) -> list[Indexed]:
        return [*([job.old] if job.old else []), *self.objects[job.root].of.get(job.file.path, ())]


def _hash_or_none(path: Path) -> str | None:
    try:
        return loaders.content_hash(path)
    except FileProblem:
        return None  # met again, and recorded, when the file is read
