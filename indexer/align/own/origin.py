"""Where a fine-tuning starts and ends: the space whose towers are trained, and the folder that it becomes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn

from indexer.align.publish import Tower
from indexer.durable import FolderLock
from retriever import spaces
from retriever.errors import IndexBusy, SpaceError, UsageError
from retriever.files import read_json
from retriever.spaces import Space, folders, home
from retriever.types import Modality


@dataclass(frozen=True)
class Origin:
    """A space to start from.

    Attributes:
        name: of it.
        folder: with its weights.
        card: what its ``space.json`` says.
        space: opened.
    """

    name: str
    folder: Path
    card: dict[str, Any]
    space: Space

    @classmethod
    def of(cls, space: str | Path) -> Origin:
        """By name, or the folder of a space.

        Raises:
            SpaceError: there is no such space, or its files are missing.
        """
        folder = space if isinstance(space, Path) else spaces.folder(space)
        card = home.read_card(folder)
        return cls(folder.name if isinstance(space, Path) else space, folder, card, folders.open_space(folder))

    def tower(self, modality: Modality) -> Tower:
        """One of its towers as it was published."""
        return Tower.of_space(self.folder, self.card, modality)

    @property
    def texts(self) -> Path | None:
        """File of its text tower's prototypes; None where that is the hub alone."""
        file = self.card["towers"].get(Modality.TEXT, {}).get("file")
        return self.folder / file if file else None

    @property
    def modalities(self) -> list[Modality]:
        """Those of its towers that can be trained."""
        return [modality for modality in Modality if modality in self.card["towers"] and modality is not Modality.TEXT]


@dataclass(frozen=True)
class Target:
    """What a fine-tuning becomes.

    Attributes:
        name: of the space.
        folder: where it will be.
    """

    name: str
    folder: Path

    @classmethod
    def of(cls, into: str | Path, *, overwrite: bool) -> Target:
        """By name, or a folder.

        Raises:
            UsageError: the name is none, or taken by a space that ships, or by one of the user's and not to be
                overwritten.
        """
        if isinstance(into, str) and into in spaces.reserved():
            raise UsageError(f"{into!r} is the name of a space that ships or was published; give --into another name.")
        folder = into if isinstance(into, Path) else home.folder(into)
        if folder.exists() and not overwrite:
            raise UsageError(f"{folder} exists already; give --into another name, or --overwrite to replace it.")
        return cls(folder.name, folder)

    @property
    def run(self) -> Path:
        """Where the training keeps its checkpoints until it is done."""
        return self.folder.parent / f".{self.name}.training"

    def replace(self, write: Callable[[Path], None]) -> None:
        """Lets `write` fill a new folder, and puts it in the place of the old one when it is whole."""
        fresh, old = (self.folder.parent / f".{self.name}.{state}" for state in ("new", "old"))
        for left in (fresh, old):
            shutil.rmtree(left, ignore_errors=True)
        fresh.mkdir(parents=True)
        write(fresh)
        if self.folder.exists():
            self.folder.rename(old)
        fresh.rename(self.folder)
        shutil.rmtree(old, ignore_errors=True)


@dataclass(frozen=True)
class Run:
    """The folder of a training that is under way, which says what it trains on.

    Attributes:
        folder: of it.
    """

    folder: Path

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keeps other processes from training the same.

        Raises:
            IndexBusy: one does.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            lock = FolderLock(self.folder)
        except IndexBusy as error:
            raise IndexBusy(
                f"Another process is training in {self.folder}: wait until it is done, or stop it."
            ) from error
        try:
            yield
        finally:
            lock.release()

    @property
    def _plan(self) -> Path:
        return self.folder / "plan.json"

    def begin(self, what: dict[str, Any], target: str, *, overwrite: bool) -> dict[str, int]:
        """Steps of each tower where a training of the same was interrupted; empty for a new one.

        Args:
            what: data, recipe and start, as JSON values.
            target: name of the space, for messages.
            overwrite: whether one of something else may be thrown away.

        Raises:
            UsageError: a training of something else was interrupted.
        """
        if self._plan.is_file():
            found, steps = self._planned()
            if found == what:
                return steps
            if found is None and not overwrite:
                raise UsageError(
                    f"The file {self._plan} of an interrupted training of {target!r} is damaged: give --overwrite to "
                    "drop that training and begin anew."
                )
            if not overwrite:
                raise UsageError(
                    f"A training of {target!r} on other files or with other options was interrupted and waits in "
                    f"{self.folder}: repeat its command to go on, or give --overwrite to drop it."
                )
        for left in self.folder.iterdir() if self.folder.is_dir() else ():
            if left.is_dir():
                shutil.rmtree(left)
        self.plan(what, {})
        return {}

    def _planned(self) -> tuple[object, dict[str, int]]:
        """What was being trained, and in how many steps; None where the file that says so is damaged."""
        try:
            plan = read_json(self._plan)
            return plan["what"], {str(tower): int(steps) for tower, steps in plan["steps"].items()}
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
            return None, {}

    def plan(self, what: dict[str, Any], steps: dict[str, int]) -> None:
        """Writes down how many steps each tower takes."""
        self._plan.write_text(json.dumps({"what": what, "steps": steps}, indent=1), encoding="utf-8")


def loaded(tower: nn.Module, weights: Path) -> nn.Module:
    """`tower` with the weights of a safetensors file, in float32; a 3D tower takes what it has a place for.

    Raises:
        SpaceError: they are damaged, or those of another tower.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_model

    from retriever.spaces.shape_tower import ShapeTower

    try:
        tower.load(weights) if isinstance(tower, ShapeTower) else load_model(tower, weights)
    except (SafetensorError, RuntimeError) as error:
        raise SpaceError(
            f"The weights {weights} are damaged, or of another version of the tower; start from another space, or "
            "install the version of any3d-retriever that made them."
        ) from error
    return tower
