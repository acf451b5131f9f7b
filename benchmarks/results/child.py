"""One part in a process of its own: ``python -m benchmarks.results.child REGISTRY NAME SETTINGS``.

Every part gets a fresh process. Peak memory and the caches of allocators are those of the part alone; thread counts
that one library is told do not stay for the next; and a part that runs out of memory, or whose libraries crash, takes
nothing with it. Tables and errors go to standard output as lines of JSON, everything else to standard error.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch: spinning threads starve every other process

import json
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, TextIO

from benchmarks.results.machine import ROOT
from benchmarks.results.parts import Part
from benchmarks.results.settings import Settings
from benchmarks.results.tables import Table
from retriever.errors import RetrieverError, named_as_options

Registry = Callable[[Settings], list[Part]]


class Failed(Exception):
    """A part that did not come to its end; the message is a sentence."""


def registered(registry: str) -> Registry:
    """The function that "module:name" names."""
    module, _, name = registry.partition(":")
    found: Registry = getattr(import_module(module), name)
    return found


def measured(registry: str, name: str, settings: Settings) -> Iterator[Table]:
    """The tables of a part, as they come out of its process.

    Args:
        registry: "module:name" of a function that gives the parts.
        name: of the part.
        settings: for it.

    Raises:
        Failed: it ended early; says why.
    """
    arguments = [registry, name, json.dumps(settings.as_json())]
    places = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.results.child", *arguments],
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": os.pathsep.join(places)},
    )
    assert process.stdout
    try:
        for line in process.stdout:
            if not line.endswith("\n"):  # it was killed in the middle of a word
                break
            said = json.loads(line)
            if "error" in said:
                raise Failed(said["error"])
            yield Table.from_json(said["table"]).within(name)
        if code := process.wait():
            raise Failed(_ending(code))
    finally:
        process.terminate()  # one that is over, or about to be, does not mind
        process.stdout.close()
        process.wait()


def _ending(code: int) -> str:
    if code >= 0:
        return f"its process ended with code {code} and said nothing"
    known = {each.value: each.name for each in signal.Signals}
    memory = ", as systems do that run out of memory" if known.get(-code) == "SIGKILL" else ""
    return f"its process was ended by {known.get(-code, f'signal {-code}')}{memory}"


def main() -> None:
    """Runs the part that the arguments name."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # so that scratch folders go
    registry, name, settings = sys.argv[1:]
    with _own_output() as out:

        def tell(said: dict[str, Any]) -> None:
            out.write(json.dumps(said, allow_nan=False) + "\n")
            out.flush()

        try:
            given = Settings.from_json(json.loads(settings))
            (part,) = (each for each in registered(registry)(given) if each.name == name)
            for table in part.tables(given):
                tell({"table": table.as_json()})
        except RetrieverError as error:
            with named_as_options():
                tell({"error": str(error)})
        except Exception as error:  # whatever it is, the other parts go on
            traceback.print_exc()
            tell({"error": f"{type(error).__name__}: {error}"})


def _own_output() -> TextIO:
    """Standard output for tables alone: what libraries print there goes to standard error from now on."""
    own = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return own


if __name__ == "__main__":
    main()
