"""How hits are told to people, wherever they are shown: on a terminal or on a page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retriever.query.hit import Hit
    from retriever.query.item import Item


_COLLECTIONS = {
    *("assets", "assorted", "bundle", "collection", "collections", "downloads", "items", "kit", "kits", "library"),
    *("miscellaneous", "pack", "packs", "prop", "props", "set", "sets", "stuff", "things", "various"),
}
"""Words that end the names of folders whose files have a topic in common and are not one kind of thing."""


def what(hit: Hit | Item) -> str:
    """Label, or name where there is no label or that is a collection's, such as "props" or "garden set".

    Of a file whose name is a code it is that of its folder, and at the top of a corpus the code.
    """
    path = PurePosixPath(hit.path)
    if hit.label and _is_collection(hit.label):
        return str(hit.metadata.get("name") or hit.label)
    return hit.label or str(hit.metadata.get("name") or path.parent.name or path.stem)


def _is_collection(label: str) -> bool:
    return label.lower().rpartition(" ")[2] in _COLLECTIONS


def named(hit: Hit | Item) -> str:
    """As `what`, but a guessed label stands behind the name, with a question mark."""
    from retriever.query.zeroshot import CONFIDENCE

    if hit.label and isinstance(hit.metadata.get(CONFIDENCE), float):
        return " ".join(filter(None, (str(hit.metadata.get("name") or ""), f"({hit.label}?)")))
    return what(hit)


def measured(hit: Hit | Item, faces: str = "", points: str = " pts") -> str:
    """Faces; of a cloud, its points; of a picture, its pixels; of a sound, its length.

    Args:
        hit: a hit, or an item without a question.
        faces: what stands behind their number.
        points: likewise.
    """
    known = hit.metadata
    if known.get("faces"):
        return f"{known['faces']:,}{faces}"
    if known.get("vertices"):
        return f"{known['vertices']:,}{points}"
    if known.get("width"):
        return f"{known['width']}×{known['height']}"
    return f"{known['seconds']:.1f} s" if known.get("seconds") else ""


def reordered(hits: Sequence[Hit]) -> bool:
    """Whether they were ranked by another number than their scores, and it shows."""
    scores = [hit.score for hit in hits]
    return all(hit.fused is not None for hit in hits) and scores != sorted(scores, reverse=True)


def by_fused(hits: Sequence[Hit]) -> str:
    """What to say of hits in the order of `Hit.fused`; empty for others."""
    fused = [hit.fused for hit in hits if hit.fused is not None]
    if not (reordered(hits) and fused == sorted(fused, reverse=True)):
        return ""
    return "The order is that of fused: of several rankings as one, or of an expanded query; score is a cosine."
