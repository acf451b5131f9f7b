"""README.md is run: every command of its transcript, in order, in a new folder, against what it shows.

After a change that moves ranks: ``python tests/transcript.py README.md`` writes what is printed now.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from transcript import ROOT, agrees, blocks, execute, filled, play, problems, runnable, steps

README = (ROOT / "README.md").read_text(encoding="utf-8")
STEPS = [step for block in blocks(README, "console") for step in steps(block)]
HIT = re.compile(r"^ *\d+ +-?\d\.\d{3} ", re.MULTILINE)


def demo_recipe() -> list[str]:
    """Commands of the Makefile's target `demo`, without the folder of the environment."""
    found = re.search(r"^demo:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert found
    return [line.strip().removeprefix("$(BIN)/") for line in found[1].splitlines()]


@pytest.fixture
def folder() -> Iterator[Path]:
    """What a clone is after `make install`, as far as the transcript goes."""
    with TemporaryDirectory(prefix="") as place:
        (Path(place) / ".venv").symlink_to(sys.prefix)
        yield Path(place).resolve()


def test_the_transcript_prints_what_the_readme_shows(folder: Path, monkeypatch: pytest.MonkeyPatch):
    found = [problem for block in blocks(README, "console") for problem in problems(block, folder)]
    assert not found, "\n\n".join(found)
    monkeypatch.chdir(folder)
    monkeypatch.delenv("RETRIEVER_INDEX", raising=False)
    namespace: dict[str, object] = {"__name__": "readme"}
    for block in blocks(README, "python"):
        execute(block, namespace, "README.md")


def test_the_transcript_shows_ranked_hits():
    assert any("retriever" in step.command or "make demo" in step.command for step in STEPS)
    assert any(len(HIT.findall(step.shown)) >= 3 for step in STEPS), "fill it: python tests/transcript.py README.md"


def test_the_transcript_is_what_make_demo_does():
    written = [
        line.removeprefix("$ ").removeprefix(".venv/bin/") for line in "".join(blocks(README, "console")).splitlines()
    ]
    places = [written.index(command) for command in demo_recipe()]
    assert places == sorted(places) and len(places) >= 3


def test_links_lead_somewhere():
    targets = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", README)
    assert targets and [target for target in targets if not (ROOT / target).exists()] == []


TABLE = """
 #   score   sure                  what    path
 ────────────────────────────────────────────────────
 1   0.512    80%   ━━━━━━━━━━━━   chair   chair/chair-1.stl
 2   0.498    74%   ━━━━━━━━━━━    stool   stool/stool.stl
"""


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("", "", True),
        ("0.512", "0.513", True),
        ("━━━━━━━━━━━ ", "━━━━━━━━━━ ", True),
        ("80%", "79%", True),
        ("80%", "77%", False),
        ("0.512", "0.532", False),
        ("0.512", "-0.512", False),
        (" 1   0", " 2   0", False),
        ("chair/chair-1.stl", "stool/stool.stl", False),
        ("stool   stool", "chair   stool", False),
        ("\n 2   0.498    74%   ━━━━━━━━━━━    stool   stool/stool.stl", "", False),
        ("chair/chair-1.stl\n 2", "...\n 2", True),
    ],
)
def test_a_wrong_rank_path_label_or_score_is_noticed(old: str, new: str, same: bool):
    assert agrees(TABLE.replace(old, new, 1), TABLE) is same


def test_times_and_rates_are_passed_over():
    assert agrees(
        ".retriever: 9 embedded in 5.3 s\n2 files/s, 41.0 KiB", ".retriever: 9 embedded in 17 s\n8 files/s, 2 MiB"
    )
    assert not agrees(".retriever: 9 embedded in 5.3 s", ".retriever: 8 embedded in 5.3 s")


def test_a_transcript_is_read_run_and_filled(tmp_path: Path):
    block = "$ echo a \\\n  b\na b\n$ ls nowhere; false\n$ echo $?\n1\n$ cd elsewhere\n$ pwd\n/home/you\n"
    assert steps(block)[0].command == "echo a \\\n  b"
    assert problems(block, tmp_path) == []
    assert len(problems(block.replace("a b\n", "b a\n", 1).replace("1\n", "0\n"), tmp_path)) == 2
    assert "ended with 1" in problems("$ false\n", tmp_path)[0]
    assert filled("```console\n$ echo c\n...\n```\n", tmp_path) == "```console\n$ echo c\nc\n```\n"


def test_installing_is_not_repeated(tmp_path: Path):
    for command in ("git clone x", "cd x", "pip install .", "python -m venv .venv", "make test", "make install"):
        assert runnable(command) is None
    dry = play([str(runnable("make demo")) + " -n"], tmp_path)[0]
    assert dry.code == 0 and "pip" not in dry.output and len(dry.output.splitlines()) == len(demo_recipe())
