"""``python -m benchmarks`` and a name: cold, ingest, encode, retrieval, suite, fine-tune, ann, all, compare, ...

``python -m benchmarks --help`` lists all of them.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch: spinning threads starve every other process

import sys

import typer

from benchmarks.commands import quality, results, searching, speed, training
from retriever.errors import RetrieverError, named_as_options

app = typer.Typer(no_args_is_help=True, help="Measure what the documentation claims.")
for module in (speed, quality, training, searching, results):
    module.register(app)


if __name__ == "__main__":
    with named_as_options():
        try:
            app()
        except RetrieverError as error:
            typer.echo(f"error: {error}", err=True)
            sys.exit(1)
