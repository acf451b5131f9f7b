"""Options that take one value and were given several: which of them was meant is not guessed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from retriever.errors import UsageError


class _EveryValue:
    """What options add themselves to: a parser that keeps all values of an option, where its own keeps the last.

    Args:
        parser: click's, without options.
    """

    def __init__(self, parser: Any) -> None:
        self._parser = parser

    def add_option(self, **how: Any) -> None:
        """As the parser's."""
        self._parser.add_option(**how | {"action": {"store": "append"}.get(how["action"], how["action"])})

    def add_argument(self, **how: Any) -> None:
        """As the parser's."""
        self._parser.add_argument(**how)


def check(command: Any, ctx: Any, args: Sequence[str]) -> None:
    """Looks through the words after a command's name; switches may be repeated, the last of them counts.

    Raises:
        UsageError: an option that takes one value has different ones.
    """
    parser = type(command.make_parser(ctx))(ctx)
    parameters = command.get_params(ctx)
    for parameter in parameters:
        parameter.add_to_parser(_EveryValue(parser), ctx)
    values, _, _ = parser.parse_args(list(args))
    for parameter in parameters:
        option = max(parameter.opts, key=len)
        if not option.startswith("-") or parameter.multiple or parameter.is_flag or parameter.count:
            continue
        given = list(dict.fromkeys(map(str, values.get(parameter.name, ()))))
        if len(given) > 1:
            listed = f"{', '.join(given[:-1])} and {given[-1]}"
            raise UsageError(f"{option} takes one value and was given {listed}; give one of them.")
