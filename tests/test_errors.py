"""Errors: what they say, and that they can be rebuilt whole, as another process does."""

from copy import deepcopy

import pytest

from retriever.errors import ExpressionError, FileProblem, SpaceError

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
