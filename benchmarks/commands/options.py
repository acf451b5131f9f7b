"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[Path, typer.Option(help="Folder of test data, as docs/benchmarks.md describes it.")]
JsonTo = Annotated[Path | None, typer.Option("--json", help="Also write the rows to this file.")]
MaybeData = Annotated[
    Path | None, typer.Option("--data", help="Folder of test data; parametric shapes stand in where there is none.")
]
Judged = Annotated[str, typer.Option("--space", help="Space to judge.")]
