"""What is wrong with a training set, said before training starts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median_low

import numpy as np
from numpy.typing import NDArray

from indexer.align.own.holdout import singles
from indexer.align.own.pairs import Pair, Pairs
from indexer.align.own.reading import Example, Reading
from indexer.skipped import told
from retriever.errors import RetrieverError, SpaceError, UsageError
from retriever.types import Modality
from retriever.wording import counted

_SHOWN = 5
_FEW = 3, 10
"""Classes, and files that half of them have, below which little can be learnt."""
_NOUNS = {Modality.SHAPE: "shape", Modality.IMAGE: "picture", Modality.AUDIO: "sound"}


def plural(modality: Modality, count: int) -> str:
    """A count with its noun."""
    return counted(count, _NOUNS[modality])


def some_pairs(found: Pairs, source: object) -> None:
    """Raise where a source gave nothing to train on."""
    if found.pairs:
        return
    reasons = ", ".join(f"{count:,} {reason}" for count, reason in told(found.left_out))
    reasons += f"{', ' if reasons else ''}{found.problems[0][0]} {found.problems[0][1]}" if found.problems else ""
    raise RetrieverError(
        f"There is nothing to train on in {source}{f' ({reasons})' if reasons else ''}: put the files into a folder "
        "for each class, two at least, or a caption beside each (chair.txt for chair.glb), or name a table with the "
        "columns path and label or caption."
    )


def wanted(pairs: Sequence[Pair], asked: Sequence[Modality], known: Sequence[Modality], space: str) -> list[Modality]:
    """The modalities to train: those asked for, or all of the pairs that the space has a tower for.

    Raises:
        SpaceError: the space lacks one that was asked for, or has none of the pairs'.
        RetrieverError: there are no pairs of one that was asked for.
    """
    present = [modality for modality in Modality if any(pair.modality is modality for pair in pairs)]
    if not present:
        raise RetrieverError("There are no pairs to train on; give files or clouds with their captions.")
    has = f"it has towers for: {', '.join(known) or 'nothing that learns'}"
    for modality in asked:
        if modality not in known:
            raise SpaceError(
                f"The space {space!r} has no {modality} tower to train ({has}); start --from another space."
            )
        if modality not in present:
            raise RetrieverError(f"There are no {_NOUNS[modality]}s among the files; leave --modality {modality} out.")
    chosen = list(asked) or [modality for modality in present if modality in known]
    if not chosen:
        kinds = " and ".join(f"{_NOUNS[modality]}s" for modality in present)
        raise SpaceError(
            f"The files are {kinds}, which the space {space!r} does not read ({has}); start --from another."
        )
    return [modality for modality in Modality if modality in chosen]


def mask(held_out: Sequence[bool] | NDArray[np.bool_], count: int) -> NDArray[np.bool_]:
    """(count,) what the caller has decided on.

    Raises:
        UsageError: it is not a boolean for each pair.
    """
    given = np.asarray(held_out)
    if given.shape != (count,):
        has = f"{len(given):,} values" if given.ndim == 1 else f"the shape {given.shape}"
        raise UsageError(f"held_out= has {has} for {counted(count, 'pair')}; give a boolean for each pair.")
    if not np.isin(given, (0, 1)).all():
        raise UsageError(
            "held_out= has other values than true and false; give a boolean for each pair, not the places of some."
        )
    return given.astype(np.bool_)


def left_out(pairs: Sequence[Pair], chosen: Sequence[Modality]) -> Iterator[str]:
    """Which pairs this does not train on."""
    for modality in (modality for modality in Modality if modality not in chosen):
        count = sum(pair.modality is modality for pair in pairs)
        if count:
            yield f"{plural(modality, count)} left out, as this trains the tower for {' and '.join(chosen)}"


def could_read(reading: Reading, asked: int) -> None:
    """Raise where no file could be read."""
    if not reading.examples:
        path, sentence = reading.failed[0]
        raise RetrieverError(f"None of {counted(asked, 'file')} could be read; the first, {path}, {sentence}")


def can_learn(examples: Sequence[Example], held_out: NDArray[np.bool_], modality: Modality, tested: int = 0) -> None:
    """Raise where there are not two different things to tell apart; `tested` more are marked as test."""
    trained = [each.pair for each, out in zip(examples, held_out, strict=True) if not out]
    kinds = {pair.label or pair.phrases for pair in trained}
    if not trained:
        raise RetrieverError(
            f"All {plural(modality, len(examples) + tested)} are kept for validation or marked as test, and none is "
            "left to train on; mark some as train, or lower --holdout."
        )
    if len(kinds) < 2:
        name = trained[0].label or trained[0].phrases[0]
        raise RetrieverError(
            f"All {plural(modality, len(trained))} to train on are called {name!r}: one class alone teaches nothing, "
            "as there is nothing to tell it from; add files of a second class."
        )


def remarks(
    examples: Sequence[Example], held_out: NDArray[np.bool_], modality: Modality, tests: Sequence[Example] = ()
) -> Iterator[str]:
    """What is worth knowing, and no error; `tests` are those marked as test, which are not among the examples."""
    pairs, contents = [each.pair for each in examples], [each.content for each in examples]
    alone = singles(pairs, contents)
    if alone:
        shown = ", ".join(alone[:_SHOWN]) + (", ..." if len(alone) > _SHOWN else "")
        what = "class has" if len(alone) == 1 else "classes have"
        yield f"{len(alone):,} {what} one {_NOUNS[modality]} only, used for training alone: {shown}"
    copies = len(contents) - len(set(contents))
    if copies:
        yield f"copies of other {_NOUNS[modality]}s, kept on the same side of the split: {copies:,}"
    clashes = _clashes(examples)
    if clashes:
        yield f"copies with another label: {len(clashes):,}, for example {clashes[0]}"
    if few := _few(pairs, held_out, modality):
        yield few
    if tests:
        chosen_on = plural(modality, int(held_out.sum())) if held_out.any() else "none, as nothing else is"
        yield (
            f"{plural(modality, len(tests))} marked as test, asked at the end alone; what is chosen is chosen on "
            f"{chosen_on} held out"
        )
        known = {each.content for each in tests}
        if same := sum(each.content in known for each in examples):
            yield f"copies of files marked as test among the others, which flatters the figures on these: {same:,}"
    elif not held_out.any():
        yield f"no {_NOUNS[modality]}s are held out, so nothing will tell how good the training is"


def _few(pairs: Sequence[Pair], held_out: NDArray[np.bool_], modality: Modality) -> str:
    """What to expect of a small set of labelled files; empty for larger ones, and where captions tell files apart."""
    sizes = sorted(Counter(pair.label for pair in pairs if pair.label).values())
    if sum(sizes) < len(pairs) or (len(sizes) >= _FEW[0] and median_low(sizes) >= _FEW[1]):
        return ""
    figures = f", and figures on {plural(modality, int(held_out.sum()))} held out say little" if held_out.any() else ""
    return (
        f"there is little to learn from, {len(sizes):,} classes, half of them of {plural(modality, median_low(sizes))} "
        f"or fewer: what is learnt may hold for files like these alone{figures}; some dozens of each class help"
    )


def _clashes(examples: Sequence[Example]) -> list[str]:
    """Files whose bytes also stand under another label."""
    first: dict[str, str | None] = {}
    return [
        str(each.pair.source) for each in examples if first.setdefault(each.content, each.pair.label) != each.pair.label
    ]
