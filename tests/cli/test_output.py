"""The table of hits on terminals wide and narrow."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from cli import hits as showing
from retriever.query.hits import Hits
from retriever.query.term import Term
from retriever.query.zeroshot import CONFIDENCE


def make(
    terms: int = 1,
    scores: tuple[float, ...] = (0.9, 0.5),
    fused: tuple[float, ...] | None = None,
    sure: tuple[float | None, ...] = (None, None),
) -> Hits:
    """Two hits, a shape and a picture; each of the terms adds as much as another."""
    items = pa.table(
        {
            "id": ["a1", "b2"],
            "root": ["corpus"] * 2,
            "path": ["chairs/old chair.glb", "cups/cup.png"],
            "modality": ["shape", "image"],
            "label": ["armchair", "cup"],
            "name": ["old", "white cup"],
            "bytes": [100, 200],
            CONFIDENCE: pa.array(sure, pa.float64()),
        }
    )
    shares = np.repeat(np.array(scores)[:, None] / terms, terms, axis=1)
    given = [Term("text", f"word number {place}", 1.5) for place in range(terms)]
    number = None if fused is None else np.array(fused)
    return Hits(
        given, "mini", items, {"corpus": "/data"}, shares, fused=number, confidence=np.array([0.8, 0.4]), repeats=None
    )


def shown(hits: Hits, width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[str]:
    monkeypatch.setattr(showing, "to_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", str(width))
    showing.show_hits(hits)
    return [line for line in capsys.readouterr().out.splitlines() if line.strip()]


@pytest.mark.parametrize("width", [40, 60, 80, 100, 200])
@pytest.mark.parametrize("terms", [1, 2, 3, 8, 20])
def test_the_path_and_the_score_are_always_there_and_missing_shares_are_counted(terms, width, monkeypatch, capsys):
    lines = shown(make(terms), width, monkeypatch, capsys)
    text = "\n".join(lines)
    assert "score" in lines[0] and "path" in lines[0]
    assert "0.900" in text and "0.500" in text
    assert "cups/cup.png" in text and "chairs/old" in text
    there = lines[0].count("+1.5")
    assert there <= terms and (there == terms or width < 200 or terms in (1, 20))
    missing = terms - there if terms > 1 else 0
    text = " ".join(text.split())  # what stands below a table is wrapped
    assert (f"{missing} shares are not shown: a wider terminal, --explain or --json" in text) == (missing > 1)
    assert ("1 share is not shown" in text) == (missing == 1)
    assert max(map(len, lines)) <= width


@pytest.mark.parametrize("width", [20, 22, 24, 30])
def test_a_path_is_whole_on_the_narrowest_terminals(width, monkeypatch, capsys):
    lines = shown(make(), width, monkeypatch, capsys)
    path = "".join(line[lines[0].index("path") :].strip() for line in lines[2:-1])
    assert path.replace(" ", "") == "chairs/oldchair.glbcups/cup.png"


def test_what_an_item_is_stays_while_shares_go(monkeypatch, capsys):
    lines = shown(make(8), 80, monkeypatch, capsys)
    assert "what" in lines[0] and "armchair" in "\n".join(lines)


def test_another_order_than_that_of_the_scores_shows_its_number(monkeypatch, capsys):
    lines = shown(make(scores=(0.5, 0.9), fused=(0.0325, 0.0161)), 120, monkeypatch, capsys)
    assert "fused" in lines[0] and "0.0325" in lines[2] and "0.0161" in lines[3]
    assert "The order is that of fused" in lines[-2]
    same = "\n".join(shown(make(fused=(0.0325, 0.0161)), 120, monkeypatch, capsys))
    assert "fused" not in same
    varied = shown(make(scores=(0.5, 0.9), fused=(0.01, 0.02)), 120, monkeypatch, capsys)
    assert "fused" in varied[0] and "The order is" not in "\n".join(varied)


def test_a_guessed_label_stands_behind_the_name(monkeypatch, capsys):
    text = "\n".join(shown(make(sure=(0.7, None)), 120, monkeypatch, capsys))
    assert "old (armchair?)" in text and "white cup" not in text and "cup  " in text
