"""How hits and items are shown: a table on a terminal that is as wide as it may be, tab-separated columns elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from cli.output import empty_table, plain, printable, show_rows, to_terminal
from retriever import archives
from retriever.query.shown import by_fused, measured, named, reordered, what
from retriever.wording import size

if TYPE_CHECKING:
    from rich.text import Text

    from retriever import Hit, Hits, Term
    from retriever.query.browse import Items
    from retriever.query.item import Item

_BAR = 12  # cells
_TITLE = 12
_WHAT = 24
_PATH = 48
_CAPTION = 40
_LEAST_PATH = 20
_LEAST_WHAT = 10
_GAP = 3  # cells between columns


def show_hits(hits: Hits) -> None:
    """Rank, score, what it is, path; then each term's share where there are several, else caption, faces and size.

    Where hits are in the order of another number, that is shown too. Narrow terminals get less: first fewer shares,
    then not what it is, and always the path. Off a terminal: rank, score, id, modality, label or name, path, shares; no
    header, and whole paths where the index has several roots.
    """
    several = len(hits.terms) > 1
    if not to_terminal():
        plain(_plain_hit(hit, several, whole=hits.several_roots) for hit in hits)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console()
    columns = {
        "#": [Text(str(hit.rank)) for hit in hits],
        "score": [Text(f"{hit.score:.3f}") for hit in hits],
        **_what_and_where(hits),
    }
    columns = _with_beside(hits, columns)
    columns, missing = _fitted(columns, console.width), 0
    if several:
        shares = _shares(hits, console.width - _taken(columns))
        missing = len(hits.terms) - len(shares)
        columns |= shares
    else:
        more = _details(hits, console.width - sum(map(_width, columns.items())), [hit.score for hit in hits])
        bar = {"": more.pop("")} if "" in more else {}
        first = [name for name in ("#", "score", "fused", "sure", "alike") if name in columns]
        columns = {**{name: columns.pop(name) for name in first}, **bar, **columns, **more}
    _show(columns, hits, _remarks(hits, missing))


def show_items(items: Items) -> None:
    """What each is, path, caption, faces and size, as of hits; off a terminal: id, modality, label or name, path."""
    if not to_terminal():
        whole = items.several_roots
        plain((item.id, item.modality, what(item), shown_path(item, whole)) for item in items.each(["name"]))
        return
    from rich.console import Console

    listed, room = list(items), Console().width
    columns = _fitted(_what_and_where(listed), room)
    _show(columns | _details(listed, room - sum(map(_width, columns.items()))), listed)


def _what_and_where(items: Sequence[Hit | Item]) -> dict[str, list[Text]]:
    """The kind, where there are several, what each is, and its path; the whole one of several roots."""
    from rich.text import Text

    whole = len({item.root for item in items}) > 1
    kinds = {"kind": [Text(item.modality) for item in items]} if len({item.modality for item in items}) > 1 else {}
    return {
        **kinds,
        "what": [_cut(named(item), _WHAT) for item in items],
        "path": [_path(item, whole=whole) for item in items],
    }


def _show(columns: dict[str, list[Text]], items: Sequence[Hit | Item], remarks: Iterable[str] = ()) -> None:
    """The table, what it leaves open, and the root of the paths where there is one."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console, roots = Console(), {item.root for item in items}
    table = empty_table(*(name.rstrip("\0") for name in columns))
    for cells in zip(*columns.values(), strict=True):
        table.add_row(*cells)
    console.print(table)
    for remark in remarks:
        console.print(Padding(Text(remark, "dim"), (0, 1)))
    if len(roots) == 1:
        console.print(Text(f" in {printable(roots.pop())}", "dim"), soft_wrap=True)


def _remarks(hits: Hits, missing: int) -> Iterator[str]:
    """What the table leaves open: an order other than that of the scores, and shares without room."""
    if order := by_fused(hits):
        yield order
    if missing:
        be = "share is" if missing == 1 else "shares are"
        yield f"{missing} {be} not shown: a wider terminal, --explain or --json shows them."


def _taken(columns: dict[str, list[Text]]) -> int:
    """Cells that the columns need at least: paths are folded."""
    return sum(
        min(_width(column), _LEAST_PATH + _GAP) if column[0] == "path" else _width(column) for column in columns.items()
    )


def _fitted(columns: dict[str, list[Text]], room: int) -> dict[str, list[Text]]:
    """The columns without those that leave no room for the path; what an item is, is cut before it goes."""
    columns = dict(columns)
    over = _taken(columns) - room
    if over > 0:
        widest = max(cell.cell_len for cell in columns["what"])
        for cell in columns["what"]:
            cell.truncate(max(_LEAST_WHAT, widest - over), overflow="ellipsis")
    for name in ("what", "kind", "alike", "sure", "fused"):
        if name in columns and _taken(columns) > room:
            del columns[name]
    return columns


def show_reasons(hits: Hits) -> None:
    """Of each hit what every term adds to its score, the nearest label, and its values of the filter's columns."""
    show_rows(("#", "why", "value"), (row for hit in hits for row in _reasons(hit)))


def _reasons(hit: Hit) -> Iterator[tuple[object, ...]]:
    why = hit.explanation
    for share in why.shares:
        yield hit.rank, share.term, f"{share.share:+.4f}"
        for name, part in share.members:
            yield hit.rank, f"  of it {name}", f"{part:+.4f}"
    if why.nearest is not None:
        yield hit.rank, f"nearest label: {why.nearest}", f"{why.nearness:.4f}"
    for column, value in why.passed.items():
        yield hit.rank, f"passed by its {column}", value


def _path(item: Hit | Item, *, whole: bool) -> Text:
    """A link to the file, or to the archive that it lies in; below its corpus root, or the whole path."""
    from rich.text import Text

    file = archives.holder(item.file) or item.file
    return Text(printable(shown_path(item, whole)), f"link {file.absolute().as_uri()}", overflow="fold")


def shown_path(item: Hit | Item, whole: bool) -> str:
    """The path below the corpus root may mean several files, the `whole` one does not."""
    return str(item.file) if whole else item.path


def _with_beside(hits: Hits, columns: dict[str, list[Text]]) -> dict[str, list[Text]]:
    """The columns; behind the score what orders the hits instead, how sure a match is, and how many were folded."""
    from rich.text import Text

    beside = {}
    if reordered(hits):
        beside["fused"] = [Text(f"{hit.fused:.4f}") for hit in hits]
    if any(hit.confidence is not None for hit in hits):
        beside["sure"] = [Text("" if hit.confidence is None else f"{hit.confidence:.0%}") for hit in hits]
    if any(hit.repeats for hit in hits):
        beside["alike"] = [Text(f"+{hit.repeats}" if hit.repeats else "", "dim") for hit in hits]
    return {"#": columns.pop("#"), "score": columns.pop("score"), **beside, **columns}


def _details(hits: Sequence[Hit | Item], room: int, scores: Sequence[float] = ()) -> dict[str, list[Text]]:
    """Of faces or other measures, caption, a bar of the scores, and size: what fits into `room` cells."""
    from rich.text import Text

    best = max([1e-9, *scores])
    unit = "faces" if {hit.modality for hit in hits} == {"shape"} else "measures"
    captions = [_cut(str(hit.metadata.get("caption") or ""), _CAPTION, "dim") for hit in hits]
    columns: dict[str, list[Text]] = {}
    for name, cells in {
        unit: [Text(measured(hit), "dim") for hit in hits],
        "caption": captions if any(captions) else [],
        "": [Text("━" * round(_BAR * max(score, 0) / best), "cyan") for score in scores],
        "size": [Text(size(float(str(hit.metadata["bytes"]))), "dim") for hit in hits],
    }.items():
        if name == "caption" and room - _GAP >= _CAPTION // 2:
            for cell in cells:
                cell.truncate(room - _GAP, overflow="ellipsis")
        if cells and _width((name, cells)) <= room:
            columns[name] = cells
            room -= _width((name, cells))
    return columns


def _width(column: tuple[str, list[Text]]) -> int:
    """Cells that a column of a table takes, up to a sensible width of a path."""
    name, cells = column
    return min(_PATH, max(len(name), *(cell.cell_len for cell in cells))) + _GAP


def _cut(text: str, room: int, style: str = "") -> Text:
    from rich.text import Text

    cut = Text(printable(text), style)
    cut.truncate(room, overflow="ellipsis")
    return cut


def _shares(hits: Hits, room: int) -> dict[str, list[Text]]:
    """A column a term, of the first terms that fit into `room` together; NULs tell equal titles apart."""
    from rich.text import Text

    for count in range(len(hits.terms), 0, -1):
        columns = {
            _title(term, room // count - _GAP) + "\0" * place: [
                Text(f"{hit.shares[place]:+.3f}", "green" if hit.shares[place] > 0 else "red") for hit in hits
            ]
            for place, term in enumerate(hits.terms[:count])
        }
        if sum(_width((name.rstrip("\0"), cells)) for name, cells in columns.items()) <= room:
            return columns
    return {}


def _plain_hit(hit: Hit, several: bool, *, whole: bool) -> list[Any]:
    """The cells of a line."""
    shares = [f"{share:+.4f}" for share in hit.shares] if several else []
    return [hit.rank, f"{hit.score:.4f}", hit.id, hit.modality, what(hit), shown_path(hit, whole), *shares]


def _title(term: Term, room: int) -> str:
    """A term in at most `room` cells, 6 at least: the start of words, the end of a path."""
    source = printable(term.source)
    weight = "" if abs(term.weight) == 1 else f"{abs(term.weight):g}·"
    most = max(6 - len(weight), min(_TITLE, room - len(weight) - 1), 2)
    if len(source) > most:
        source = f"{source[: most - 1]}…" if term.kind == "text" else f"…{source[1 - most :]}"
    return f"{'−' if term.weight < 0 else '+'}{weight}{source}"
