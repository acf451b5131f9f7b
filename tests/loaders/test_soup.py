"""What the readers of scenes share."""

from __future__ import annotations

import pytest

from retriever.errors import FileProblem
from retriever.loaders import soup


def test_few_vertices_with_many_faces_count_by_their_faces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soup, "MAX_VERTICES", 1000)
    budget = soup.Budget()
    budget.take(8, 12, copies=100)
    budget.take(3, 100, copies=4)
    with pytest.raises(FileProblem, match="more vertices") as caught:
        budget.take(3, 4)
    assert caught.value.kind == "too-large"
