"""Hits or items as a page: the question in its head, then a card for each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from retriever.errors import UsageError
from retriever.files import whole_file
from retriever.sheet.card import cards
from retriever.sheet.head import head, title
from retriever.sheet.marks import tag

if TYPE_CHECKING:
    from retriever.query.browse import Items
    from retriever.query.hits import Hits

Progress = Callable[[str, int, int | None], None]
"""What is being done, how much of it is, of how much."""

_SUFFIXES = (".html", ".htm")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src file:"
"""Nothing on the page may ask the network for anything, whatever names and captions hold."""


def page(hits: Hits | Items, progress: Progress | None = None) -> Iterator[str]:
    """The page, part by part: pictures are made as it goes on, so that no more than one is in memory.

    Args:
        hits: what it shows.
        progress: told of each of them that is done.
    """
    yield "<!doctype html>\n"
    yield '<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield f"{tag('meta', http_equiv='Content-Security-Policy', content=_POLICY)}\n"
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield '<meta name="color-scheme" content="light dark">\n'
    yield f"{tag('title', title(hits))}\n"
    yield f"<style>\n{Path(__file__).with_name('style.css').read_text(encoding='utf-8')}</style>\n</head>\n<body>\n"
    yield head(hits)
    yield "<main>\n"
    if len(hits):
        yield '<ol class="cards">\n'
        for done, card in enumerate(cards(hits), 1):
            yield card
            if progress is not None:
                progress("draw", done, len(hits))
        yield "</ol>\n"
    else:
        yield '<p class="none">No item qualifies.</p>\n'
    yield "</main>\n</body>\n</html>\n"


def check(path: str | Path) -> None:
    """Raise UsageError for what is no name of a page: a mistyped option may not overwrite a model."""
    if Path(path).suffix.lower() not in _SUFFIXES:
        raise UsageError(f"A page is a file whose name ends in .html or .htm, not {path}; name one, such as hits.html.")


def save(hits: Hits | Items, path: str | Path, progress: Progress | None = None) -> None:
    """Write the page of some hits or items; a file of that name is replaced when all is written.

    Raises:
        UsageError: the name does not end in .html or .htm, or the file cannot be written.
    """
    check(path)
    try:
        with whole_file(Path(path).resolve()) as file:  # a link stays one
            for part in page(hits, progress):
                file.write(part.encode("utf-8", "backslashreplace"))
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error
        raise UsageError(f"The page cannot be written to {path} ({reason}); choose another file.") from error
