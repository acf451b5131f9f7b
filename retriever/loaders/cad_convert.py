"""A script for a process of its own, see `cad`: a STEP or IGES file on standard input -> GLB on standard output."""

from __future__ import annotations

import contextlib
import os
import sys

LINEAR, ANGULAR = 0.1, 0.5
"""How far triangles stand off a curved surface: most share of an edge's length, and most angle in radians."""
NOT_LOADED = 3
"""How the process ends where cascadio cannot be imported."""


def main(kind: str, memory: int, seconds: int) -> None:
    """Convert one file; what goes wrong ends the process, or nothing is written.

    Args:
        kind: "step" or "iges".
        memory: most bytes of address space that this may take.
        seconds: most processor time; so this ends where the process that waits for it was killed.
    """
    out, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)  # OpenCASCADE writes on both
    os.dup2(nowhere, 2)
    with contextlib.suppress(ImportError, ValueError, OSError):  # not on every system
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.modules["trimesh"] = None  # type: ignore[assignment]  # cascadio would import it, to extend it
    try:
        import cascadio
    except ImportError:
        sys.exit(NOT_LOADED)
    made = cascadio.load(
        sys.stdin.buffer.read(),
        kind,  # type: ignore[arg-type]
        tol_linear=LINEAR,
        tol_angular=ANGULAR,
        tol_relative=True,
        use_parallel=False,
    )
    with os.fdopen(out, "wb") as file:
        file.write(made)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
