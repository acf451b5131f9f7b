"""Notes: txt and md."""

from __future__ import annotations

import codecs
from pathlib import Path

from retriever.errors import FileProblem

MAX_BYTES = 16 << 20
"""A note; anything larger is a data file that happens to be text."""


def decoded(data: bytes) -> str:
    """UTF-8 with or without a byte order mark, UTF-16 with one, else Latin-1."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def read(data: bytes, path: Path) -> str:
    """The text, stripped.

    Raises:
        FileProblem: "too-large", "malformed" for binary content, "empty" for white space only.
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
    return text.strip()


READERS = {".txt": read, ".md": read}
