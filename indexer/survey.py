"""What the paths of a run hold: their corpora, scanned, and of these the files that the space can encode."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from indexer import roots
from indexer.found import USUAL, Rules, Scan, SourceFile
from indexer.metadata import MetadataTable
from indexer.naming import Naming
from indexer.packs import Packs
from indexer.parts import named_below
from indexer.progress import Progress
from indexer.rows import remark_on, with_row
from indexer.scan import scan
from indexer.skipped import STACKS, ZIPS, told
from retriever import archives, loaders, spaces
from retriever.errors import RetrieverError
from retriever.store import Snapshot
from retriever.types import Modality

_NAMED = 2  # files in an error


@dataclass(frozen=True)
class Surveyed:
    """One corpus, or a part, with the files of it that can be indexed."""

    corpus: roots.Corpus
    scan: Scan
    files: list[SourceFile]

    def looks_at(self, path: str) -> bool:
        """Whether the run looked at `path`, relative to the root: also at what lies beside a file that was named."""
        return self.corpus.covers(path) or path in self.scan.beside


def survey(
    paths: Collection[Path],
    before: Snapshot | None,
    folder: Path,
    space: spaces.Space,
    table: MetadataTable | None,
    exclude: Sequence[str],
    skipped: Counter[str],
    progress: Progress,
    naming: Naming,
    rules: Rules = USUAL,
) -> list[Surveyed]:
    """Looks through all that is to be indexed.

    Args:
        paths: as given by the user.
        before: the index as it is: below its roots nothing is a root, and the archives that it knows are looked into.
        folder: of the index, which may lie in a corpus.
        space: that the files are for.
        table: of the user, to be joined.
        exclude: patterns of files and folders to leave out.
        skipped: reason -> files that are not for this index; grows.
        progress: told of the files found.
        naming: says which textures files name.
        rules: how files are taken.

    Raises:
        UsageError: a path that does not exist, or a pattern that is not understood.
        RetrieverError: a root, or files named one by one, hold nothing to index.
    """
    known = tuple(before.roots.values()) if before is not None else ()
    packs = Packs.of(paths, before)
    parts: list[Surveyed] = []
    for corpus in roots.corpora(paths, map(Path, known)):
        done = sum(len(part.files) for part in parts)
        progress("scan", done, None)
        found = scan(
            corpus.root,
            corpus.within,
            _from(done, progress),
            exclude,
            packs.below(corpus.root),
            rules=rules,
            names=naming.named,
        )
        if before is not None and corpus.within:
            _leave_out_textures(found, before, corpus.root)
        parts.append(Surveyed(corpus, found, _wanted(found, corpus.root, folder, space, skipped)))
    _check_not_empty(parts, known, space, skipped)
    if table is None:
        return parts
    whole = not any(part.corpus.within or part.scan.unsettled for part in parts)
    remark_on(table, [file for part in parts for file in part.files], whole=whole)
    return [replace(part, files=[with_row(file, table) for file in part.files]) for part in parts]


def _from(done: int, progress: Progress) -> Callable[[int], None]:
    """Tells `progress` of a scan's items, on top of the `done` ones."""
    return lambda count: progress("scan", done + count, None)


def _leave_out_textures(found: Scan, before: Snapshot, root: Path) -> None:
    """Takes the pictures out of a part of a corpus that meshes elsewhere in it were read with."""
    if any(file.modality is Modality.IMAGE for file in found.files):
        named = named_below(before, root)
        found.leave_out([file.path for file in found.files if file.modality is Modality.IMAGE and file.path in named])


def _wanted(found: Scan, root: Path, folder: Path, space: spaces.Space, skipped: Counter[str]) -> list[SourceFile]:
    """The files that the space can encode and that are not the index itself; the others are counted."""
    own, root = folder.resolve(), root.resolve()
    inside = f"{own.relative_to(root).as_posix()}/" if own.is_relative_to(root) and own != root else None
    skipped.update(found.skipped)
    files = []
    for file in found.files:
        if inside and file.path.startswith(inside):
            continue
        if file.modality in space.modalities:
            files.append(file)
        else:
            skipped[f"no {file.modality} encoder in space {space.identity.name}"] += 1
    return files


def _check_not_empty(
    parts: Sequence[Surveyed], known: Collection[str], space: spaces.Space, skipped: Counter[str]
) -> None:
    """An error where a root holds nothing, or no file that was named is an item: it is a mistake, or a drive is away.

    A folder below a known root may well be empty.
    """
    for part in parts:
        if part.files or part.scan.problems or part.scan.unsettled or _may_be_empty(part, known):
            continue
        left_out = sum(part.scan.skipped[reason] for reason in ("excluded", ZIPS, STACKS))
        if str(part.corpus.root) in known and not part.corpus.within and not left_out:
            raise RetrieverError(
                f"{part.corpus.root} was indexed and holds no files now: mount its drive again or bring them back; if "
                "they are gone for good, take their items out with `retriever remove`."
            )
        raise RetrieverError(_nothing_in(part, space, skipped))


def _may_be_empty(part: Surveyed, known: Collection[str]) -> bool:
    """Whether nothing need be amiss: a folder or archive of a corpus was emptied, or a sidecar of it was named."""
    if any(path.is_dir() for path in part.corpus.within):
        return True
    belongs = part.scan.skipped["sidecar"] + part.scan.skipped["companion"]
    of_archive = any(map(archives.is_archive, part.corpus.within))
    return bool(part.corpus.within and str(part.corpus.root) in known and (belongs or of_archive))


def _nothing_in(part: Surveyed, space: spaces.Space, skipped: Counter[str]) -> str:
    """The sentence for a root, or files, without an item."""
    named = part.corpus.within
    place = " and ".join(map(str, named[:_NAMED])) or str(part.corpus.root)
    if len(named) > _NAMED:
        place += f" and {len(named) - _NAMED:,} more"
    reasons = ", ".join(f"{count:,} skipped: {reason}" for count, reason in told(skipped))
    formats = "; ".join(
        f"{modality}: {' '.join(sorted(suffix.lstrip('.') for suffix in loaders.suffixes(modality)))}"
        for modality in Modality
        if modality in space.modalities
    )
    return (
        f"Nothing to index in {place}{f' ({reasons})' if reasons else ''}; name a "
        f"{'file' if named else 'folder that holds files'} of these formats - {formats}."
    )
