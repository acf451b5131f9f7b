"""Notes: txt and md."""

from __future__ import annotations

import codecs
import re
from itertools import islice
from pathlib import Path

from retriever.errors import FileProblem

MAX_BYTES = 16 << 20
"""A note; anything larger is a data file that happens to be text."""
BEGINNING = 1 << 16
"""Bytes, or letters, in which the first lines of a cloud are."""
_ROWS = 16
"""Rows of numbers from which on a text is a cloud; a note has fewer, or words beside them."""
_FIRST = 100
"""Lines that are looked at."""
_ABOVE = 2
"""Of them, those that may stand above a cloud: names of columns, and a count."""


def decoded(data: bytes) -> str:
    """UTF-8 with or without a byte order mark, UTF-16 with one, else Latin-1."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def separator(header: str) -> str:
    """What separates the columns of a table: a comma, a semicolon or a tab, whichever its first line has most of."""
    return max(",;\t", key=re.sub(r'"[^"]*"', "", header).count)


def read(data: bytes, path: Path) -> str:
    """The text, stripped.

    Raises:
        FileProblem: "too-large", "malformed" for binary content and for clouds, "empty" for white space only.
    """
    if len(data) > MAX_BYTES:
        raise FileProblem("too-large", f"is a text of over {MAX_BYTES >> 20} MB; split it into notes.")
    text = decoded(data)
    if "\0" in text:
        raise FileProblem(
            "malformed",
            f"has zero bytes, as no UTF-8 has; save it as UTF-8, or give it another suffix than {path.suffix}.",
        )
    if not text.strip():
        raise FileProblem("empty", "holds no text; write something in it or leave it out.")
    if is_cloud(text):
        raise FileProblem("malformed", "holds rows of numbers, as a cloud does, and no words; rename it to .xyz.")
    return text.strip()


def is_cloud(text: str) -> bool:
    """Whether the first lines of a text are rows of numbers, as those of a cloud are."""
    lines = islice(filter(str.strip, text[:BEGINNING].splitlines()), _FIRST)
    rows = above = 0
    for line in lines:
        if _is_row(line):
            rows += 1
        elif (above := above + 1) > _ABOVE:  # as in most notes, soon
            return False
    return rows >= _ROWS


def _is_row(line: str) -> bool:
    """Whether it is three numbers or more, with any separators."""
    words = line.replace(",", " ").replace(";", " ").split()
    try:
        return len([float(word) for word in words]) >= 3
    except ValueError:
        return False


READERS = {".txt": read, ".md": read}
