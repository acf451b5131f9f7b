"""Files that a command is asked to write: checked before the work, and so that none replaces what it should not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from retriever.errors import UsageError

if TYPE_CHECKING:
    from retriever import Hits
    from retriever.query.browse import Items

_HEAD = 4096


def check_outputs(outputs: Mapping[str, Path | None], inputs: Sequence[Path | None] = ()) -> None:
    """Raise UsageError for an output that cannot be meant, or cannot be written.

    That is an option in place of a file, a file that is read or written too, a folder, one in a folder that is not
    there, a name that says model, picture or sound, and a file that is there and is no earlier output of the kind.

    Args:
        outputs: names of options, without hyphens, and their files.
        inputs: files that the command reads.
    """
    taken = {file.resolve(): "is read" for file in inputs if file is not None}
    for name, file in outputs.items():
        if file is None:
            continue
        if what := taken.get(file.resolve()):
            raise UsageError(f"--{name} {file} {what}, too; choose another file.")
        _check_name(f"--{name}", file)
        if name != "figure" and not file.absolute().parent.is_dir():  # a figure's folder is made
            raise UsageError(f"--{name} {file} cannot be written: there is no folder {file.parent}.")
        _check_replaced(name, file)
        taken[file.resolve()] = "is written"


def _check_name(option: str, file: Path) -> None:
    if file == Path("-"):
        raise UsageError(f"{option} -: this goes into a file, and - is none; name one.")
    if str(file).startswith("--"):
        raise UsageError(
            f"{option} {file}: a file was to come here, and no option; for one of that name, give ./{file}."
        )
    if file.is_dir():
        raise UsageError(f"{option} {file} is a folder; give a file.")
    if option not in _OF_THEIR_OWN and (kind := _kind(file)) is not None:
        raise UsageError(f"{option} {file}: a name that ends in {file.suffix} is one of a {kind}; choose another file.")


def _kind(file: Path) -> str | None:
    """What the name says the file is, where that is a model, a picture or a sound."""
    from retriever.loaders import modality_of
    from retriever.types import Modality

    names = {Modality.SHAPE: "3D file", Modality.IMAGE: "picture", Modality.AUDIO: "sound"}
    modality = modality_of(file)
    return None if modality is None else names.get(modality)


def _check_replaced(name: str, file: Path) -> None:
    """Raise UsageError for a regular file with something in it that neither its name nor its start says may go."""
    suffixes, ours = _OURS["parquet" if name == "per-query" else name]
    if file.suffix.lower() in suffixes or not file.is_file():
        return
    with file.open("rb") as old:
        head = old.read(_HEAD)
    if head and not ours(head):
        raise UsageError(f"--{name} {file} is there, and nothing that this option has written; choose another file.")


def _is_run(head: bytes) -> bool:
    fields = head.split(b"\n")[0].split()
    return len(fields) == 6 and fields[1] == b"Q0"


def _is_vectors(head: bytes) -> bool:
    from retriever.query.embedded import is_array

    return is_array(head)


def check_files(folder: Path | None) -> None:
    """Raise UsageError for a folder that files cannot be copied into."""
    if folder is not None:
        from retriever.query.copied import check

        check(folder)


def copied(hits: Hits | Items, folder: Path) -> int:
    """Copies the files of what was found into a folder, and says what became of them.

    It comes before what is printed, for a reader of that may go away.

    Returns:
        the exit code: 3 if one failed.
    """
    from cli.output import printable
    from retriever.wording import counted

    found = hits.copy_files(folder)
    typer.echo(f"{counted(len(found.files), 'file')} copied to {printable(str(folder))}", err=True)
    for path, why in found.failed:
        typer.echo(f"  failed: {printable(path)} {printable(why)}", err=True)
    return 3 if found.failed else 0


_OF_THEIR_OWN = ("--figure", "--vectors")
"""Options whose files may be called as one of a corpus: a picture, or an array, as which some have clouds."""

_OURS: dict[str, tuple[tuple[str, ...], Callable[[bytes], bool]]] = {
    "parquet": ((".parquet", ".pq"), lambda head: head.startswith(b"PAR1")),
    "run": ((".trec", ".run"), _is_run),
    "html": ((".html", ".htm"), lambda head: False),
    "vectors": ((".parquet", ".pq"), _is_vectors),
    "figure": ((".svg", ".pdf"), lambda head: b"atplotlib" in head),
}
"""What an option writes: by which suffix, and how it begins."""
