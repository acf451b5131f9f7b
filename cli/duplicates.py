"""``retriever duplicates``."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import AsJson, Exact, IndexFolder, Target, described, option
from retriever.errors import UsageError

if TYPE_CHECKING:
    from retriever.query.duplicates import Group

_COLUMNS = ("group", "kind", "score", "id", "modality", "bytes", "path", "root", "scale")


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(
        "duplicates",
        help=described(
            duplicates,
            "retriever duplicates",
            "retriever duplicates --limit 0.98 --where \"path like 'chairs/%'\"",
            "retriever duplicates --limit 1 --to any --csv",
        ),
    )(duplicates)


def duplicates(
    limit: Annotated[
        float | None,
        option(
            "--limit",
            "COSINE",
            "Least cosine of near-duplicates, for example 0.98; 1 lists only the same bytes and the same "
            "geometry, at once. By default 0.95.",
        ),
    ] = None,
    to: Annotated[
        Target | None,
        option("--to", None, "What to compare, for example image; shapes where the index holds any."),
    ] = None,
    where: Annotated[
        str | None,
        option(
            "--where",
            "SQL",
            "Only among items that fulfil a condition over their columns, for example \"label = 'sofa'\".",
        ),
    ] = None,
    exact: Exact = False,
    folder: IndexFolder = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV, one line an item.")] = False,
) -> None:
    """List items that repeat each other: the same bytes, the same geometry in another file, and near-duplicates.

    Groups come largest first, each with the item that the others repeat; nothing is changed.
    """
    if as_json and as_csv:
        raise UsageError("--json and --csv exclude each other; give one of them.")
    import retriever
    from cli.newest import Newest
    from cli.output import show_rows
    from cli.progress import progress
    from retriever.query.diversity import NEAR
    from retriever.query.duplicates import duplicates as find

    newest, least = Newest(lambda: retriever.open(folder)), NEAR if limit is None else limit
    with progress(quiet=False) as show:
        groups = newest.ask(lambda index: find(index, least, to=to, where=where, exact=exact, progress=show))
    if as_json:
        typer.echo(json.dumps(_told(groups, newest.index.snapshot.identity.name, least)))
    elif as_csv:
        typer.echo(_csv(groups), nl=False)
    elif groups:
        show_rows(("group", "what", "score", "size", "path"), _shown(groups))
    typer.echo(_summary(groups), err=True)


def _told(groups: Sequence[Group], space: str, limit: float) -> dict[str, Any]:
    from retriever.query.duplicates import totals
    from retriever.query.written import DIGITS

    listed = [
        {
            "modality": group.modality.value,
            "size": len(group.members),
            "members": [{**asdict(member), "score": round(member.score, DIGITS)} for member in group.members],
        }
        for group in groups
    ]
    kinds = {kind: count for kind, count in totals(groups).items() if kind != "first"}
    return {"space": space, "limit": limit, "count": len(groups), **kinds, "groups": listed}


def _csv(groups: Sequence[Group]) -> str:
    from retriever.query.written import DIGITS

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for number, group in enumerate(groups, 1):
        for member in group.members:
            row = {**asdict(member), "group": number, "modality": group.modality.value}
            row["score"] = round(member.score, DIGITS)
            writer.writerow([row[name] for name in _COLUMNS])
    return out.getvalue()


def _shown(groups: Sequence[Group]) -> Iterator[tuple[object, ...]]:
    """Group, what an item is in it, score, size and path; whole paths where there are several roots.

    A shape that is another one, only larger or smaller, may well be wanted: screws differ in nothing else.
    """
    from pathlib import Path

    from retriever.wording import size

    several = len({member.root for group in groups for member in group.members}) > 1
    for number, group in enumerate(groups, 1):
        for member in group.members:
            path = str(Path(member.root) / member.path) if several else member.path
            what = f"{member.kind} ×{member.scale:.4g}" if member.resized else member.kind
            yield number, what, f"{member.score:.3f}", size(member.bytes), path


def _summary(groups: Sequence[Group]) -> str:
    """How much repeats what."""
    from retriever.archives import is_object
    from retriever.query.duplicates import totals
    from retriever.wording import counted, size

    if not groups:
        return "No item repeats another."
    count = totals(groups)
    resized = sum(member.kind == "geometry" and member.resized for group in groups for member in group.members)
    exact = [member for group in groups for member in group.members if member.kind == "exact"]
    spent = sum(member.bytes for member in exact if not is_object(member.path))  # the bytes of objects are their file's
    return (
        f"{counted(count['first'], 'group')}: beside the first of each, {count['exact']:,} with the same bytes "
        f"({size(spent)}), {count['geometry']:,} with the same geometry"
        f"{f' ({resized:,} larger or smaller)' if resized else ''}, {count['near']:,} near."
    )
