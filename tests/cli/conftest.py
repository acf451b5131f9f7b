from __future__ import annotations

import pytest
import simple_space

from retriever import spaces


@pytest.fixture(autouse=True)
def _simple_space(monkeypatch: pytest.MonkeyPatch) -> None:
    """The small space stands in for the default one."""
    monkeypatch.setattr(spaces, "_FAMILIES", dict(spaces._FAMILIES))
    monkeypatch.setattr(spaces, "_opened", {})
    simple_space.install()
