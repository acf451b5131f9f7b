"""Programs for which file modes hold, also where the tests are run by root."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path

INDEXED = """
import json, sys
import simple_space; simple_space.install()
from indexer.build import index
summary = index([sys.argv[1]], sys.argv[2])
failed = sorted((failure.path, failure.kind) for failure in summary.failed)
print(json.dumps([summary.embedded, summary.unchanged, summary.removed, failed]))
"""
"""Indexes the folder of its first argument into that of its second, and prints what became of it."""


def run_without_rights(script: str, *arguments: str | Path) -> str:
    """What a Python script writes to standard output; it must end well."""
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        preexec_fn=_drop_root_override,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _drop_root_override() -> None:
    """Let file modes hold for root too, from the next exec on; for other users they do anyway."""
    libc = ctypes.CDLL(None)
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP
