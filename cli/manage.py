"""``retriever status``, ``remove`` and ``compact``."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import AsJson, IndexFolder, Where, described, option
from cli.output import argument, failures_command, plain, printable, show_facts, show_rows
from retriever.errors import UsageError
from retriever.wording import counted, size

if TYPE_CHECKING:
    from retriever import Index
    from retriever.status import Status


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command(
        "status",
        help=described(
            status,
            "retriever status",
            "retriever status --failures",
            "retriever status --skipped chairs/windsor.obj",
            "retriever status --json",
        ),
    )(status)
    app.command(
        "remove",
        no_args_is_help=True,
        help=described(
            remove,
            "retriever remove chairs/broken.obj",
            "retriever remove tables/ --dry-run",
            'retriever remove --where "faces > 1000000"',
        ),
    )(remove)
    app.command(
        "compact",
        help=described(
            compact, "retriever compact", "retriever compact --keep 3", "retriever compact --index parts.retriever"
        ),
    )(compact)


def status(
    folder: IndexFolder = None,
    failures: Annotated[bool, typer.Option("--failures", help="List the files that could not be indexed.")] = False,
    skipped: Annotated[
        str | None,
        option(
            "--skipped",
            "GLOB",
            "Say why files of this name or path are not in the index, for example chairs/windsor.obj or '*.png'. The "
            "folders of the index are walked for it, and no model is read.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """What an index holds, and how it is searched."""
    if failures and skipped is not None:
        raise UsageError("--skipped lists failures too, with all else that it is asked about; leave --failures out.")
    import retriever
    from retriever.store import read_failures

    index = retriever.open(folder)
    told = index.status()
    if skipped is not None:
        _show_skipped(index, skipped, as_json=as_json)
        return
    failed = read_failures(index.snapshot.folder) if failures else []
    if as_json:
        listed = {"failed": [asdict(failure) for failure in failed]} if failures else {}
        typer.echo(json.dumps(_plain_status(told) | listed))
    elif failures:
        show_rows(
            ("kind", "path", "problem"),
            ((one.kind, f"{told.roots.get(one.root, one.root)}/{one.path}", one.message) for one in failed),
        )
    else:
        show_facts(_facts(told, folder))


def remove(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ID|PATH",
            help="Ids, and paths of files or folders, as hits show them or as they lie on disk.",
            show_default=False,
        ),
    ] = None,
    where: Where = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be removed, and leave it.")] = False,
    folder: IndexFolder = None,
) -> None:
    """Take items out of an index; no file of a corpus is touched.

    Prints the id and path of each item removed.
    The failures below a path are forgotten, too, and a corpus root that is named, or lies in a folder that is.
    Indexing their folder again brings them back, those of a whole zip archive where that is named.
    """
    from indexer.forgetting import Forgotten
    from indexer.removal import remove as take_out
    from retriever.store import find

    forgotten = Forgotten()
    removed = take_out(find(folder), targets or (), where=where, dry_run=dry_run, forgotten=forgotten)
    plain(removed)
    would = "would be " if dry_run else ""
    typer.echo(f"{counted(len(removed), 'item')} {would}removed.", err=True)
    for root in forgotten.roots.values():
        typer.echo(f"{printable(root)} {would or 'is '}no root of the index any more.", err=True)
    if forgotten.failures:
        typer.echo(f"{counted(len(forgotten.failures), 'failure')} {would}forgotten.", err=True)


def compact(
    keep: Annotated[
        int,
        typer.Option("--keep", metavar="N", min=1, help="Versions that can still be opened afterwards, for example 3."),
    ] = 1,
    folder: IndexFolder = None,
) -> None:
    """Give back the disk space of removed and replaced items, and of all versions but the newest."""
    from cli.progress import progress
    from indexer.compaction import compact as rewrite
    from retriever.store import find

    at = find(folder)
    with progress(quiet=False) as show:
        done = rewrite(at, keep, progress=show)
    typer.echo(
        f"{printable(str(at))}: {counted(done.rows_before - done.rows_after, 'dead row')} dropped, "
        f"{size(max(done.bytes_freed, 0))} freed.",
        err=True,
    )


def _show_skipped(index: Index, pattern: str, *, as_json: bool) -> None:
    """Lists what matches and is no item, and why; what else there is to say goes to standard error."""
    from cli.progress import progress
    from indexer.left_out import left_out

    with progress(quiet=False) as show:
        found = left_out(index.snapshot, pattern, show)
    if as_json:
        typer.echo(json.dumps(asdict(found)))
        return
    if found.left_out:
        show_rows(("path", "why"), ((one.path, one.why) for one in found.left_out))
    for root in found.unseen:
        typer.echo(f"{printable(root)} is not there now: only its failures are known.", err=True)
    if found.items:
        are = "file that fits is an item" if found.items == 1 else "files that fit are items"
        typer.echo(f"{found.items:,} {are} of the index.", err=True)
    elif not found.left_out:
        typer.echo(
            f"Nothing that the index could be of fits {printable(pattern)}; what lies in a folder that is left out is "
            "found by its path.",
            err=True,
        )


def _plain_status(told: Status) -> dict[str, Any]:
    return json.loads(json.dumps(asdict(told), default=str))  # type: ignore[no-any-return]


def _license(space: str) -> list[str]:
    """What the weights may be used for: of any space but the default one, which is free for every use."""
    from retriever import spaces
    from retriever.errors import SpaceError

    try:
        return [] if space == spaces.DEFAULT else [spaces.get(space).license]
    except SpaceError:  # not there, or damaged: a query says so
        return []


def _facts(told: Status, named: Path | None) -> list[tuple[str, str]]:
    from retriever.ann.wheels import trouble
    from retriever.files import exists

    items = ", ".join(f"{count:,} {modality}" for modality, count in told.items.items()) or "none"
    deleted = f"{told.deleted:,}"
    if told.deleted:
        at = f" --index {argument(named)}" if named else ""
        deleted += f", about {size(told.freeable)} on disk; give it back with: retriever compact{at}"
    failures = f"{told.failures:,}, see: {failures_command(named)}" if told.failures else "0"
    return [
        ("index", str(told.folder)),
        ("items", items),
        *([("unfinished", "rows of a run wait: repeat its command to go on")] if told.unfinished else ()),
        ("labels", f"{told.labels:,}{'' if told.folder_labels else '; folders give none, by --no-folder-labels'}"),
        *([] if told.objects is None else [("objects", f"{told.objects:,} of scenes, by --objects")]),
        ("confidence", told.confidence),
        ("space", told.space),
        *(("licence", line) for line in _license(told.space)),
        *(("root", f"{name}: {path}{'' if exists(path) else ' (not there now)'}") for name, path in told.roots.items()),
        *([("up", ", ".join(f"{axis} in {count:,}" for axis, count in told.axes.items()))] if told.axes else ()),
        ("failures", failures),
        ("updated", told.updated),
        ("version", str(told.version)),
        *(
            ("kept", f"{len(kept):,} versions, {kept[0].version} to {kept[-1].version}")
            for kept in [told.versions]
            if kept[1:]
        ),
        ("segments", f"{told.segments:,}"),
        ("deleted rows", deleted),
        ("on disk", size(told.bytes)),
        ("search", f"{told.plan.backend}: {told.plan.reason}"),
        *(("faiss", sentence) for sentence in [trouble()] if sentence),
    ]
