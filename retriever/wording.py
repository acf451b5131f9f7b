"""Text and numbers as people read them, on a terminal or on a page."""

from __future__ import annotations


def printable(text: str, keep: str = "") -> str:
    """`text` with control and other unprintable characters, but for those to `keep`, as escapes.

    File names may hold any of them, and a terminal would obey.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in keep else c.encode("unicode_escape").decode() for c in text)


def counted(count: int, noun: str, plural: str = "") -> str:
    """A number and its noun: in the singular for 1, else in the plural, which is that with an s where none is given."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"


def size(count: float) -> str:
    """Bytes for people."""
    for unit in ("byte", "KiB", "MiB", "GiB"):
        if count < 1024 or unit == "GiB":
            break
        count /= 1024
    return counted(round(count), unit) if unit == "byte" else f"{count:,.1f} {unit}"
