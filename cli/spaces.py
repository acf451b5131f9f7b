"""``retriever spaces``: what there is, and published checkpoints made into spaces."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import AsJson, described, path
from cli.output import printable, show_facts, show_rows
from retriever.errors import UsageError
from retriever.wording import size

if TYPE_CHECKING:
    from retriever.spaces.overview import Overview
    from retriever.spaces.published import Published

Name = Annotated[str, typer.Argument(metavar="NAME", help="A space, for example point-bind.", show_default=False)]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Accept the licence of the weights without being asked.")]


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    spaces = typer.Typer(rich_markup_mode="rich", cls=app.info.cls)
    spaces.callback(
        invoke_without_command=True,
        help=described(main, "retriever spaces", "retriever spaces --json", "retriever spaces show point-bind"),
    )(main)
    spaces.command("list", help=described(list_spaces, "retriever spaces list", "retriever spaces list --json"))(
        list_spaces
    )
    spaces.command(
        "show",
        no_args_is_help=True,
        help=described(show, "retriever spaces show mini", "retriever spaces show point-bind --json"),
    )(show)
    spaces.command(
        "add",
        no_args_is_help=True,
        help=described(
            add, "retriever spaces add point-bind pointbind_i2pmae.pt", "retriever spaces add imagebind *.pth --yes"
        ),
    )(add)
    spaces.command(
        "pull",
        no_args_is_help=True,
        help=described(pull, "retriever spaces pull imagebind", "retriever spaces pull point-bind-bert --yes"),
    )(pull)
    app.add_typer(spaces, name="spaces")


def main(context: typer.Context, as_json: AsJson = False) -> None:
    """Joint embedding spaces: which there are, and how published ones are brought in."""
    command = context.invoked_subcommand
    if command is None:
        list_spaces(as_json)
    elif as_json:
        raise UsageError(f"--json says how a command answers: put it behind `retriever spaces {command}`.")


def list_spaces(as_json: AsJson = False) -> None:
    """Spaces to index and ask with: shipped, of your own, of other packages, and published ones that can be added."""
    from retriever.spaces import overview

    known = overview.all_spaces()
    if as_json:
        typer.echo(json.dumps([each.to_json() for each in known]))
        return
    show_rows(
        ("space", "dim", "reads", "here", "commercial use"),
        ((each.name, each.dim or "", " ".join(each.modalities), each.here, each.commercial) for each in known),
    )


def show(name: Name, as_json: AsJson = False) -> None:
    """All that is known of one space: its towers and their licences, how files are read for it, where it is from."""
    from retriever.spaces import overview

    told = overview.one(name)
    if as_json:
        typer.echo(json.dumps(told.to_json()))
    else:
        show_facts(_facts(told))


def add(
    name: Name,
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE", parser=path, help="Checkpoints as they were published.", show_default=False),
    ],
    yes: Yes = False,
) -> None:
    """Make a space of published checkpoints: checked key by key, then split into one file a tower.

    Nothing in a checkpoint is run, and none is read into memory whole.
    """
    from indexer.published import add as adding

    published = adding.published(name)
    _accept(published, yes)
    _add(name, files)


def pull(
    name: Name,
    yes: Yes = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the downloaded files when their towers are split off.")
    ] = False,
) -> None:
    """Download a published space and add it; a broken download goes on where it stopped."""
    from cli.progress import progress
    from indexer.published import add as adding
    from indexer.published import download
    from retriever.errors import SpaceError, UsageError
    from retriever.spaces import home

    published = adding.published(name)
    if not published.downloads:
        raise UsageError(
            f"There is no plain address to download {name} from. {published.where} Then run: retriever spaces add "
            f"{name} FILE"
        )
    if set(adding.present(name)) == set(published.parts):
        typer.echo(f"{name} is here already, with all its towers; see: retriever spaces show {name}", err=True)
        return
    _accept(published, yes)
    folder = home.home() / ".downloads" / name
    with progress(quiet=False) as told:
        files = [download.fetch(each, folder, progress=told) for each in published.downloads]
    try:
        _add(name, files)
    except SpaceError:
        download.forget(files)  # whatever the server sent, it was not the model
        raise
    if not keep:
        download.forget(files)


def _add(name: str, files: list[Path]) -> None:
    from cli.progress import progress
    from indexer.published import add as adding

    with progress(quiet=False) as told:
        added = adding.add(name, files, progress=told)
    typer.echo(f"{printable(str(added.folder))}: {', '.join(added.towers)} written.", err=True)
    if added.missing:
        typer.echo(
            f"Not in these files: {', '.join(added.missing)}. Add them before you index: an index belongs to the "
            "towers that its space had.",
            err=True,
        )
    typer.echo(f"Go on with: retriever index FOLDER --space {name}", err=True)


def _accept(published: Published, yes: bool) -> None:
    """Shows the licence, and asks once.

    Raises:
        UsageError: nobody can be asked, or the answer is no.
    """
    from retriever.errors import UsageError

    typer.echo(
        f"{published.name}: {published.about}; {size(published.bytes)} of weights.\n"
        f"Licence of the weights: {published.license}.",
        err=True,
    )
    if yes:
        return
    if not has_person():
        raise UsageError(f"The licence of {published.name} has to be accepted: add --yes where nobody can be asked.")
    if not typer.confirm("Use these weights under their licence?", err=True):
        raise UsageError("Nothing was done, as the licence was not accepted.")


def has_person() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin is not None and sys.stdin.isatty()


def _facts(told: Overview) -> list[tuple[str, str]]:
    rows = [
        ("space", told.name),
        ("about", told.about),
        ("here", told.here),
        ("vectors", f"{told.dim}-d, unit"),
        *((f"{modality} tower", line) for modality, line in told.towers.items()),
        ("licence", told.license),
        ("commercial use", told.commercial),
        *((f"{what} are read", rule) for what, rule in told.rules.items()),
        ("size", size(told.bytes) if told.bytes else ""),
        ("folder", told.folder or ""),
        ("weights", told.weights or ""),
        ("to add it", told.how),
    ]
    return [row for row in rows if row[1]]
