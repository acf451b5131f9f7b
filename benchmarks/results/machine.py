"""What a measurement was made on: the machine without its name, the versions, and the state of the code."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import subprocess
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
"""Of the clone."""
CODE = ("retriever", "indexer", "cli", "benchmarks")
PACKAGES = ("torch", "numpy", "pyarrow", "duckdb")
UNKNOWN = "unknown"

_ASK_GPU = """
import torch
if torch.cuda.is_available():
    count = torch.cuda.device_count()
    print(f"{count} x " * (count > 1) + torch.cuda.get_device_name())
"""


@cache
def describe() -> dict[str, Any]:
    """The machine and what runs on it; nothing that names its owner.

    Returns:
        name: a slug of processor, cores and GPU, the same for machines of one make.
        cpu, cores, memory_gb (10^9 bytes), gpu ("" where torch can use none), system.
        threads: what ``OMP_NUM_THREADS`` limits them to; None where it does not.
        versions: package -> version, of those that are installed.
    """
    cpu, cores, gpu = _cpu(), _cores(), _gpu()
    return {
        "name": slug(cpu, cores, gpu),
        "cpu": cpu,
        "cores": cores,
        "memory_gb": _memory(),
        "gpu": gpu,
        "system": f"{platform.system()} {platform.machine()}",
        "threads": os.environ.get("OMP_NUM_THREADS"),
        "versions": {"python": platform.python_version(), **_versions()},
    }


def slug(cpu: str, cores: int, gpu: str) -> str:
    """A folder's name: "amd-epyc-2-cores", "amd-epyc-16-cores-nvidia-h200"."""
    known = re.sub(r"\((r|tm|c)\)|\bcpu\b|\bprocessor\b|@.*", " ", cpu.lower())
    words = f"{known} {cores} core{'s' * (cores != 1)} {gpu.lower()}"
    return re.sub(r"[^a-z0-9]+", "-", words).strip("-")


def commit(root: Path = ROOT, aside: Path | None = None) -> str:
    """Short hash of the commit, and "-dirty" where the tree differs from it; "unknown" outside of a clone.

    Args:
        root: of the tree.
        aside: a folder whose changes do not count, for results are written into the tree that they are of.
    """
    # A folder that merely lies in somebody's repository is no clone: its own files must be known there.
    if _git(root, "ls-files", "--error-unmatch", "--", "benchmarks/__init__.py") is None:
        return UNKNOWN
    found = _git(root, "rev-parse", "--short", "HEAD")
    if not found:
        return UNKNOWN
    but = []
    if aside is not None and aside.resolve() != root and aside.resolve().is_relative_to(root):
        but = [f":(exclude){aside.resolve().relative_to(root).as_posix()}"]
    return found + "-dirty" * bool(_git(root, "status", "--porcelain", "--", ".", *but))


def code(root: Path = ROOT) -> str:
    """A hash over every file of the packages, which tells two dirty trees of one commit apart."""
    total = hashlib.sha256()
    for folder in CODE:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                total.update(path.relative_to(root).as_posix().encode() + b"\0")
                total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]


def _git(root: Path, *arguments: str) -> str | None:
    """What git prints; None where there is no git, or it refuses. It writes nothing, not even its own index."""
    command = ["git", "--no-optional-locks", "-C", str(root), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _cpu() -> str:
    """The processor's model, as the system calls it."""
    info = Path("/proc/cpuinfo")
    if info.is_file() and (found := re.search(r"^model name\s*:\s*(.+)$", info.read_text(), re.MULTILINE)):
        return found[1].strip()
    if sys.platform == "darwin":
        asked = subprocess.run(["sysctl", "-n", "machdep.cpu.brand_string"], capture_output=True, text=True)
        if asked.returncode == 0:
            return asked.stdout.strip()
    return platform.processor() or platform.machine()


def _cores() -> int:
    """Those that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1)
    except (AttributeError, ValueError, OSError):
        return None


def _gpu() -> str:
    """Asked in another process: torch would be in the memory of this one, and of what is forked from it."""
    asked = subprocess.run([sys.executable, "-c", _ASK_GPU], capture_output=True, text=True)
    return asked.stdout.strip() if asked.returncode == 0 else ""


def _versions() -> dict[str, str]:
    from retriever.ann.wheels import installed

    found = {}
    for name in (*PACKAGES, *installed(), "any3d-retriever"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
