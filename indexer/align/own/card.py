"""The model card of a space that a user has trained: what of, how, how well, and under which licence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from indexer.align.own.curves import interval, readable
from indexer.align.own.report import Report, TowerReport
from indexer.align.publish import NAMES
from retriever.types import Modality
from retriever.wording import counted


def model_card(report: Report, described: dict[str, Any]) -> str:
    """As Markdown.

    Args:
        report: of the training.
        described: what the ``space.json`` says, ``based_on`` and ``training`` among it.
    """
    return "\n".join(_lines(report, described)) + "\n"


def _lines(report: Report, described: dict[str, Any]) -> Iterator[str]:
    base, training = described["based_on"], described["training"]
    yield f"# The space `{report.name}`"
    yield ""
    yield f"Trained by `retriever align` from the space `{base['name']}` (weights {base['weights'][:12]})."
    yield f"Use it with `retriever index FOLDER --space {report.name}`."
    yield ""
    yield "## Licence"
    yield ""
    yield "**The weights inherit the licence of the data that they were trained on**: what it forbids to share or to"
    yield "sell must not be shared or sold as weights either. " + (
        f"That data's licence, as given: {training['license']}."
        if training["license"]
        else "No licence of the data was given."
    )
    yield ""
    yield from (f"- {line}" for line in described["license"].rstrip(".").split("; "))
    yield ""
    yield "## Data"
    yield ""
    yield f"Source: {training['data'] or 'given from Python'}; digests of what was learnt are in `space.json`."
    yield ""
    yield "| tower | trained on | held out | marked as test | labels and captions |"
    yield "|---|---|---|---|---|"
    for modality, each in report.towers.items():
        yield f"| {NAMES[modality]} | {each.trained:,} | {each.held_out:,} | {each.tested:,} | {each.phrases:,} |"
    if report.failed:
        yield ""
        yield f"Left out, as they could not be read: {counted(len(report.failed), 'file')}."
    for modality, each in report.towers.items():
        yield ""
        yield from _tower(modality, each)


def _tower(modality: Modality, each: TowerReport) -> Iterator[str]:
    yield f"## {NAMES[modality]}"
    yield ""
    if each.after:
        yield f"On the {each.held_out:,} held-out examples, on which was chosen what there was to choose:"
        yield ""
        yield from _table((name, f"{each.before[name]:.3f}", f"{after:.3f}") for name, after in each.after.items())
        yield ""
        yield f"![validation curve](curve-{modality}.svg)"
    elif not each.tested:
        yield "Nothing was held out, so nothing was measured."
    if each.tested:
        yield ""
        yield f"On the {each.tested:,} examples marked as test, on which nothing was chosen, with 95 % intervals:"
        yield ""
        yield from _table(
            (name, interval(*each.test_before[name]), interval(*after)) for name, after in each.test_after.items()
        )
    yield ""
    yield "Recipe: " + ", ".join(f"{name} {value}" for name, value in asdict(each.recipe).items()) + "."


def _table(rows: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    """Measures, before and after."""
    yield "| measure | before | after |"
    yield "|---|---|---|"
    yield from (f"| {readable(name)} | {before} | {after} |" for name, before, after in rows)
