"""Documentation that is run: ```console blocks in a real terminal, ```python blocks in this process.

``python tests/transcript.py README.md`` runs the page's transcript in a new folder and writes what it printed into it.
"""

from __future__ import annotations

import doctest
import os
import pty
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
HOME = "/home/you"
"""What pages show in place of the folder that a transcript ran in."""

NOT_RUN = re.compile(r"(git|cd|pip|python3? -m (venv|pip)|source|\.|\.ci/run|make (?!demo\b).*)(\s|$)")
"""Getting and installing the project is not repeated: the tests run in the environment that this made."""

TOLERANCE = 0.0021
"""Two machines' scores, shown with three decimals."""

PERCENT = 2
"""Two machines' confidences: what is learnt of scores doubles their differences and more."""

_MASKS = [
    r"\d[\d,.]*(?= ?(?:s\b|files/s|/s\b))",
    r"[\d,.]+ (?:bytes|[KMG]iB)\b",
    r"\d{4}-\d\d-\d\dT[\d:+]+",
    r"\b\d+:\d\d left",
    "[━─]+",
]
_PIECE = re.compile(
    rf"(?P<any>\.\.\.)|(?P<mask>{'|'.join(_MASKS)})|(?P<number>[-+−]?\d+\.\d{{3,}})"
    r"|(?P<percent>\d+(?=%))|(?P<space>\s+)"
)


@dataclass(frozen=True)
class Step:
    """One command of a transcript and the output that the page shows under it ("" where it shows none)."""

    command: str
    shown: str


@dataclass(frozen=True)
class Outcome:
    """What a command did in the terminal."""

    code: int
    output: str


def blocks(page: str, language: str) -> list[str]:
    """Bodies of the fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def steps(block: str) -> list[Step]:
    """Commands begin with "$ ", and go on after a backslash at the end of a line; what follows is their output."""
    found: list[Step] = []
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command = re.match(r"(?:.*\\\n)*.*", part)
        assert command
        found.append(Step(command[0], part[command.end() :].strip("\n")))
    return found


def runnable(command: str) -> str | None:
    """What is run for a command of a page; None where it is not run."""
    if NOT_RUN.match(command):
        return None
    # The recipe is the Makefile's own; only what installs is taken as done.
    return re.sub(r"^make ", f"make --no-print-directory -f {ROOT / 'Makefile'} -o install ", command)


def play(commands: Sequence[str], folder: Path) -> list[Outcome]:
    """Runs the commands one after another in one shell, in a terminal of 80 columns without colours."""
    script = "".join(f"{command}\n_code=$?; printf '\\036%s\\036' $_code; (exit $_code)\n" for command in commands)
    environment = {name: value for name, value in os.environ.items() if name not in ("RETRIEVER_INDEX", "COLUMNS")}
    scripts = Path(sys.executable).parent
    environment |= {"PATH": f"{scripts}:{os.environ['PATH']}", "TERM": "dumb", "OMP_WAIT_POLICY": "PASSIVE"}
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        ["bash", "-c", script], cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    seen = b""
    while True:
        try:
            seen += os.read(ours, 65536)
        except OSError:  # the other side is closed
            break
    os.close(ours)
    process.wait()
    text = seen.decode().replace("\r\n", "\n").replace(str(folder), HOME)
    parts = text.split("\x1e")
    return [Outcome(int(code), tidy(output)) for output, code in zip(parts[:-1:2], parts[1::2], strict=True)]


def tidy(output: str) -> str:
    """Without blank lines around it and spaces at the ends of lines."""
    return "\n".join(line.rstrip() for line in output.splitlines()).strip("\n")


def agrees(shown: str, real: str) -> bool:
    """Whether a page's output is what a command printed.

    "..." stands for anything; times, sizes, bars and rules are passed over; numbers of three decimals may differ by
    `TOLERANCE`, percentages by `PERCENT`.
    """
    pattern, numbers, at = "", list[tuple[str, float]](), 0
    for piece in _PIECE.finditer(shown.strip()):
        pattern += re.escape(shown.strip()[at : piece.start()])
        at = piece.end()
        if piece["number"]:
            numbers.append((piece["number"], TOLERANCE))
            pattern += r"([-+−]?\d+\.\d+)"
        elif piece["percent"]:
            numbers.append((piece["percent"], PERCENT))
            pattern += r"(\d+)"
        else:
            pattern += ".*?" if piece["any"] else r"\s+" if piece["space"] else f"(?:{'|'.join(_MASKS)})"
    pattern += re.escape(shown.strip()[at:])
    match = re.fullmatch(pattern, real.strip(), re.DOTALL)
    return match is not None and all(
        abs(float(one.replace("−", "-")) - float(other.replace("−", "-"))) <= most
        for (one, most), other in zip(numbers, match.groups(), strict=True)
    )


def problems(block: str, folder: Path) -> list[str]:
    """Runs a block; says which commands failed, or printed something else than the page shows.

    A command may fail where the page shows its error, or asks for the exit code next.
    """
    ran = [(step, command) for step in steps(block) if (command := runnable(step.command))]
    found = []
    outcomes = play([command for _, command in ran], folder) if ran else []
    for number, ((step, _), outcome) in enumerate(zip(ran, outcomes, strict=True)):
        asked = number + 1 < len(ran) and ran[number + 1][0].command == "echo $?"
        if outcome.code and not asked and "error: " not in step.shown:
            found.append(f"$ {step.command}\nended with {outcome.code}:\n{outcome.output}")
        elif step.shown and not agrees(step.shown, outcome.output):
            found.append(f"$ {step.command}\nprinted\n{outcome.output}\nwhere the page shows\n{step.shown}")
    return found


def execute(block: str, namespace: dict[str, object], name: str) -> None:
    """Runs a ```python block; one of >>> lines is a doctest, "..." standing for anything there too."""
    if not block.startswith(">>>"):
        exec(compile(block, name, "exec"), namespace)
        return
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    report: list[str] = []
    test = doctest.DocTestParser().get_doctest(block, namespace, name, name, 0)
    doctest.DocTestRunner(optionflags=flags, verbose=False).run(test, out=report.append, clear_globs=False)
    assert not report, "".join(report)
    namespace.update(test.globs)


def filled(page: str, folder: Path) -> str:
    """The page with what its commands print now, where that is not what it shows."""
    for block in blocks(page, "console"):
        every = [(step, runnable(step.command)) for step in steps(block)]
        outcomes = iter(play([command for _, command in every if command], folder))
        written = ""
        for step, command in every:
            shown = step.shown
            if command:
                real = next(outcomes).output
                shown = real if shown == "..." or not agrees(shown, real) else shown
            written += f"$ {step.command}\n" + (f"{shown}\n" if shown else "")
        page = page.replace(block, written)
    return page


if __name__ == "__main__":
    with TemporaryDirectory(prefix="") as scratch:  # a short path, for tables fold long ones
        (Path(scratch) / ".venv").symlink_to(sys.prefix)
        for path in map(Path, sys.argv[1:]):
            path.write_text(filled(path.read_text(encoding="utf-8"), Path(scratch).resolve()), encoding="utf-8")
