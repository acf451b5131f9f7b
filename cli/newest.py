"""An index that is opened again where a compaction overtakes the command that asks it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from logging.handlers import MemoryHandler
from typing import TYPE_CHECKING, TypeVar

from retriever.errors import IndexChanged

if TYPE_CHECKING:
    from retriever import Index

T = TypeVar("T")

_log = logging.getLogger("retriever")


class Newest:
    """A version of an index, and the one that takes its place.

    Args:
        opened: opens it.

    Attributes:
        index: as opened last.
    """

    def __init__(self, opened: Callable[[], Index]) -> None:
        self._opened = opened
        self.index = opened()

    def ask(self, question: Callable[[Index], T]) -> T:
        """The answer to `question`; where files of the index were compacted away meanwhile, it is asked once more.

        Raises:
            IndexChanged: that happened again.
        """
        kept = MemoryHandler(1000, logging.CRITICAL + 1, logging.lastResort, flushOnClose=False)
        _log.addHandler(kept)  # warnings of an answer that is thrown away are about nothing
        try:
            answer = question(self.index)
            if not self.index.snapshot.overtaken:
                kept.flush()
                return answer
        except IndexChanged:
            pass
        except BaseException:
            kept.flush()
            raise
        finally:
            _log.removeHandler(kept)
        self.index = self._opened()
        return question(self.index)
