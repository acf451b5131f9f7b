"""HTML elements from text that may hold anything."""

from __future__ import annotations

import html
from pathlib import Path

from retriever import archives
from retriever.wording import printable

_EMPTY = {"img", "meta", "br"}


class Markup(str):
    """HTML that is ready; any other text is escaped where it is put in."""

    __slots__ = ()


LINE = Markup("\n")


def escaped(text: str, keep: str = "") -> Markup:
    """Text as HTML, also between quotes; what cannot be seen, but for the characters to `keep`, shows as an escape."""
    return text if isinstance(text, Markup) else Markup(html.escape(printable(text, keep)))


def tag(name: str, *inside: str, **attributes: str | bool) -> Markup:
    """An element.

    Args:
        name: of it.
        inside: texts, and elements that are ready.
        attributes: ``class_`` is written class, ``http_equiv`` http-equiv; True stands for one without a value, and
            those that are False or empty are left out, but for ``alt``.
    """
    start = name
    for key, value in attributes.items():
        key = key.rstrip("_").replace("_", "-")
        if value is True:
            start += f" {key}"
        elif value or (key == "alt" and value == ""):
            start += f' {key}="{escaped(str(value))}"'
    if name in _EMPTY:
        return Markup(f"<{start}>")
    return Markup(f"<{start}>{''.join(map(escaped, inside))}</{name}>")


def joined(*parts: str) -> Markup:
    """Texts and elements one after the other."""
    return Markup("".join(map(escaped, parts)))


def address(path: Path) -> str:
    """The file:// address of a file, of a member of an archive that of the archive."""
    return (archives.holder(path) or path).absolute().as_uri()
