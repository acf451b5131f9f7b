"""``python -m benchmarks`` and a name: cold, ingest, encode, retrieval, suite, fine-tune, ann, all, compare, ...

``python -m benchmarks --help`` lists all of them.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch: spinning threads starve every other process


import typer

from benchmarks.commands import quality, results, searching, speed, training
from indexer.align.command import run

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,  # a shell completes commands, and python -m is none
    help="Measure what the documentation claims.",
)
for module in (speed, quality, training, searching, results):
    module.register(app)


if __name__ == "__main__":
    run(app)
