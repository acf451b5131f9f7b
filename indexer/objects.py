"""The objects of scenes among the rows of an index: they come, stay and go with the row of their scene.

A run that goes through does not read a scene to know them: rows of objects bear the stamp of their scene's row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from indexer.corpora import name_of
from indexer.found import SourceFile
from indexer.plan_changes import Changes, Indexed
from retriever import archives
from retriever.types import Inside, Modality


@dataclass
class Objects:
    """Those of a corpus.

    Attributes:
        of: path of a scene -> rows of its objects, in row order.
    """

    of: dict[str, list[Indexed]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def apart(cls, rows: Iterable[Indexed], found: Iterable[SourceFile] = ()) -> tuple[list[Indexed], Objects]:
        """The rows of files, and those of objects of scenes that have a row, or have none yet and are among the files.

        The latter are of a run that was interrupted before it came to the scene.
        """
        rows, apart = list(rows), cls()
        scenes = {row.path for row in rows if row.path.lower().endswith(archives.SCENES)}
        scenes.update(file.path for file in found if file.inside)
        files = []
        for row in rows:
            scene = row.path.rpartition("/")[0]
            if scene in scenes:
                apart.of[scene].append(row)
            else:
                files.append(row)
        return files, apart

    def are_of(self, scene: Indexed) -> bool:
        """Whether all of a scene came with its row; a run that was interrupted may have written some for another."""
        return all(each.stamp == scene.stamp for each in self.of.get(scene.path, ()))

    def follow(self, rows: Sequence[Indexed], changes: Changes) -> list[int]:
        """The rows of objects that go, as that of their scene does, or as a newer one stands beside them.

        Those of a scene that is written again stay until it is.

        Args:
            rows: of files, in row order.
            changes: what becomes of them.
        """
        newest = {row.path: row.row for row in rows}
        vanished = set(changes.vanished)
        dead = []
        for path, objects in self.of.items():
            current = {} if newest.get(path) in vanished else {each.path: each.row for each in objects}
            dead += [each.row for each in objects if each.row != current.get(each.path)]
        return dead

    def old(self, path: str) -> Indexed | None:
        """The row that the new one of an object replaces."""
        scene = path.rpartition("/")[0]
        return next((each for each in reversed(self.of.get(scene, ())) if each.path == path), None)


def as_file(scene: SourceFile, inside: Inside) -> SourceFile:
    """An object of a scene as a file: with no label, for a door is no house."""
    path = PurePosixPath(scene.path)
    name = name_of(path.with_suffix("") / inside.name) or name_of(path)
    metadata: dict[str, object] = {"name": name}
    if split := scene.metadata.get("split"):
        metadata["split"] = split
    return SourceFile(f"{path}/{inside.name}", Modality.SHAPE, inside.bytes, scene.fingerprint, metadata, scene.table)
