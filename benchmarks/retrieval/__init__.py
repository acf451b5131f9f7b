"""How well a space retrieves: one module a section, one protocol for all of them.

Geometry, pixels and samples only; no file name is ever looked at. `protocol` says how a value, its interval and its
chance come about, `material` what there is to measure on, `made` what can be measured without any data, and
`generalisation` what is left of it as the same shapes come as scans, sparse, noisy, turned or among others (`domains`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from benchmarks.retrieval import classes, named, photos, sounds
from benchmarks.retrieval.material import Material
from benchmarks.retrieval.protocol import Row

Section = Callable[[Material], Iterator[Row]]

SECTIONS: dict[str, Section] = {
    "Shapes of classes never trained on": classes.rows,
    "Held-back named shapes": named.rows,
    "Held-out photos": photos.rows,
    "Sounds": sounds.rows,
}


def tables(material: Material, sections: dict[str, Section]) -> Iterator[tuple[str, list[Row]]]:
    """Title and rows of each section that there is data, and a tower, for."""
    for title, rows in sections.items():
        if found := list(rows(material)):
            yield title, found
