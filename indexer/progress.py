"""How long runs say where they are."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int | None], None]
"""Told (phase, done, in all or None where not known yet); done are files, vectors or megabytes, as the phase has it."""
