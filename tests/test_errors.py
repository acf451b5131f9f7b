"""Errors: what they say, and that they can be rebuilt whole, as another process does."""

from copy import deepcopy

import pytest

from retriever.errors import ExpressionError, FileProblem, SpaceError, UsageError, named_as_options

ERRORS = [
    FileProblem("empty", "has no bytes; export it again."),
    ExpressionError("There is no kind 'txt'.", "txt:chair", 3),
    SpaceError("There is no such space."),
]


def test_an_expression_error_points_at_the_column():
    assert str(ERRORS[1]) == "There is no kind 'txt'.\n  txt:chair\n     ^"


@pytest.mark.parametrize("error", ERRORS)
def test_errors_can_be_rebuilt_from_what_they_hold(error):
    rebuilt = deepcopy(error)
    assert (type(rebuilt), str(rebuilt), vars(rebuilt)) == (type(error), str(error), vars(error))


@pytest.mark.parametrize(
    ("message", "in_python"),
    [
        ("--min-confidence 2: give a probability", "min_confidence=2: give a probability"),
        ("Query 3: --minus-shape a--b.obj: no file", "Query 3: minus_shape=a--b.obj: no file"),
        ("choose one of those with --to, or give --depth 5", "choose one of those with to=, or give depth=5"),
        ("say with --queries FILE what; see --index", "say with queries=FILE what; see folder="),
        ("run `retriever index --up y`, or --up", "run `retriever index --up y`, or up="),
        ("needs x: pip install --no-deps x", "needs x: pip install --no-deps x"),
        ("the folder /a/--to has -- in it", "the folder /a/--to has -- in it"),
    ],
)
def test_a_message_names_options_as_its_reader_does(message: str, in_python: str):
    error = UsageError(message)
    assert str(error) == str(deepcopy(error)) == in_python
    assert str(ExpressionError(message, "x", 0)).startswith(f"{in_python}\n")
    with named_as_options():
        assert str(error) == message
    assert str(UsageError(str(error))) == in_python
