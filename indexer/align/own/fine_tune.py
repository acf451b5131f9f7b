"""Train a space's towers on one's own files: ``fine_tune(read_pairs(folder).pairs, "mini", "mine")``.

The hub stays as it is, and so do the towers of which there are no files; what comes out is a space beside the others.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.align.own import checks, curves, part
from indexer.align.own.card import model_card
from indexer.align.own.origin import Origin, Run, Target
from indexer.align.own.pairs import Pair
from indexer.align.own.reading import Progress, Reader
from indexer.align.own.report import Report
from indexer.align.own.splits import SPLIT, write_split
from indexer.align.own.tuning import Tuning
from indexer.align.publish import publish
from retriever import __version__
from retriever.types import Modality

Say = Callable[[str], None]
FAILURES = "failures.jsonl"
"""In the folder of the space: path and problem of each file that could not be read; not there where there are none."""


def fine_tune(
    pairs: Sequence[Pair],
    space: str | Path = "mini",
    into: str | Path = "mine",
    tuning: Tuning | None = None,
    *,
    held_out: Sequence[bool] | NDArray[np.bool_] | None = None,
    modalities: Iterable[str] = (),
    overwrite: bool = False,
    workers: int | None = None,
    failed: Sequence[tuple[str, str]] = (),
    data: str = "",
    license: str = "",
    progress: Progress = lambda phase, done, total: None,
    say: Say = lambda line: None,
) -> Report:
    """Trains the towers of `space` on pairs, and writes the space `into`.

    Interrupted with Ctrl-C, or killed, it goes on where it was when it is called again with the same arguments. The
    same pairs and seed give the same weights on the same machine.

    Args:
        pairs: n files or clouds and their words, see `indexer.align.own.pairs`.
        space: to start from: a name, or the folder of a space.
        into: name of the space that comes out, or the folder to write it to.
        tuning: how to train.
        held_out: (n,) True for pairs that are not trained on. By default those whose split is val or test; where none
            is val, also `tuning.holdout` of each class. On those whose split is test nothing is chosen, either way.
        modalities: "shape", "image", "audio": the towers to train; by default those that there are pairs for.
        overwrite: replace the space `into`.
        workers: processes that read files; None chooses.
        failed: (path, sentence) of what could not be looked at before, to be reported with the rest.
        data: what the pairs are, for the card: a path, say.
        license: of the pairs, for the card.
        progress: told (phase, done, in all); phases: look, read, sample, train MODALITY.
        say: told what is worth knowing, a line at a time.

    Raises:
        RetrieverError: pairs that nothing can be learnt from; a modality that `space` lacks; a name that is taken; a
            `held_out` that is none.
    """
    tuning, began = tuning or Tuning(), time.monotonic()
    mask = None if held_out is None else checks.mask(held_out, len(pairs))
    origin, target = Origin.of(space), Target.of(into, overwrite=overwrite)
    chosen = checks.wanted(pairs, [Modality(each) for each in modalities], origin.modalities, origin.name)
    for line in checks.left_out(pairs, chosen):
        say(f"note: {line}")
    kept = [place for place, pair in enumerate(pairs) if pair.modality in chosen]
    reader = Reader(origin.space.identity, tuning.up, tuning.views, workers, progress)
    reading = reader.read([pairs[place] for place in kept])
    checks.could_read(reading, len(kept))
    for turned in reading.turned:
        say(f"note: {turned.told()}")
    fixed = None if mask is None else mask[[kept[place] for place in reading.places]]
    parts = [part.prepared(each, reading.examples, fixed, origin, tuning, say) for each in chosen]
    report = Report(target.name, target.folder, failed=[*failed, *reading.failed])
    run = Run(target.run)
    with run.alone():
        what = {"from": origin.space.identity.weights, "data": _digests(parts), **tuning.lasting()}
        steps = run.begin(what, target.name, overwrite=overwrite)
        for each in parts:
            asked = tuning
            if tuning.steps is None and each.modality in steps:
                asked = replace(tuning, steps=steps[each.modality], minutes=None)
            recipe = asked.recipe(each.lesson, each.tower, each.trained, 1 / len(parts))
            steps[each.modality] = recipe.steps
            run.plan(what, steps)
            report.towers[each.modality] = part.train(each, recipe, run.folder / each.modality, progress, say)
        told = {"data": data, "license": license, "digests": _digests(parts), "version": __version__}
        target.replace(lambda folder: _write(folder, origin, report, told, parts))
    shutil.rmtree(run.folder)
    report.seconds = time.monotonic() - began
    return report


def _digests(parts: Sequence[part.Part]) -> dict[str, str]:
    return {str(each.modality): each.digest() for each in parts}


def _write(folder: Path, origin: Origin, report: Report, told: dict[str, Any], parts: Sequence[part.Part]) -> None:
    """Fills the folder of a space: trained towers, copies of the others, curves, who was held out, card."""
    towers = {modality: origin.tower(modality) for modality in origin.modalities}
    for modality, each in report.towers.items():
        before = towers[modality].license.rstrip(".")
        towers[modality] = replace(
            towers[modality],
            weights=each.folder / "tower.safetensors",
            config=each.config,
            license=f"inherits the licence of your data ({told['license'] or 'not given'}), and that of the weights of "
            f"{origin.name} that it was trained from ({before})",
        )
    described = publish(
        towers,
        folder,
        name=report.name,
        texts=origin.texts,
        spreads={str(modality): spread for modality, spread in origin.space.spreads.items()},
        based_on={"name": origin.name, "weights": origin.space.identity.weights},
        training=told | {"recipes": {str(modality): asdict(each.recipe) for modality, each in report.towers.items()}},
    )
    for modality, each in report.towers.items():
        shutil.copyfile(each.folder / "curve.jsonl", folder / f"curve-{modality}.jsonl")
        picture = curves.draw(each.curve, f"{report.name}: {modality} tower, on held-out examples")
        (folder / f"curve-{modality}.svg").write_text(picture, encoding="utf-8")
    write_split(folder / SPLIT, parts)
    if report.failed:
        lines = (json.dumps({"path": path, "problem": problem}) for path, problem in report.failed)
        (folder / FAILURES).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    (folder / "README.md").write_text(model_card(report, described), encoding="utf-8")
