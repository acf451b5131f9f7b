"""Ctrl-C between the steps of a training, not within one: what is saved then is whole."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import numpy as np
from torch import Tensor, nn

from indexer.align.loop import Drawn, Examples


@contextmanager
def held_interrupts() -> Iterator[Callable[[], None]]:
    """Gives a function that raises KeyboardInterrupt where Ctrl-C was pressed since; a second Ctrl-C raises at once."""
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None  # signals are the main thread's
        return
    pressed = threading.Event()
    before = signal.getsignal(signal.SIGINT)

    def note(_number: int, _frame: FrameType | None) -> None:
        pressed.set()
        signal.signal(signal.SIGINT, before)

    def check() -> None:
        if pressed.is_set():
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, note)
    try:
        yield check
    finally:
        signal.signal(signal.SIGINT, before)


class Watched:
    """Examples that tell of each step, before anything of it has changed.

    Args:
        examples: the real ones.
        step: called at the start of each.
    """

    def __init__(self, examples: Examples, step: Callable[[], None]) -> None:
        self.phrases = examples.phrases
        self._examples, self._step = examples, step

    def draw(self, rng: np.random.Generator, count: int) -> Drawn:
        """As the examples'."""
        self._step()
        return self._examples.draw(rng, count)

    def validate(self, tower: nn.Module, phrase_vectors: Tensor) -> dict[str, float]:
        """As the examples'."""
        return self._examples.validate(tower, phrase_vectors)
