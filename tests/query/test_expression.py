"""The query language: what parses, what it means, and how a fault is shown."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retriever.errors import ExpressionError, UsageError
from retriever.query.expression import KINDS, format, parse
from retriever.types import Term

GOOD = {
    'shape:car.obj + 0.5*audio:waves.wav - text:"red"': [
        ("shape", "car.obj", 1),
        ("audio", "waves.wav", 0.5),
        ("text", "red", -1),
    ],
    "text:chair": [("text", "chair", 1)],
    "  text:chair  ": [("text", "chair", 1)],
    "-text:chair": [("text", "chair", -1)],
    "- 2*text:chair": [("text", "chair", -2)],
    "+id:0a1b2c": [("id", "0a1b2c", 1)],
    "1e-3 * image:my-car_2*b+c.png": [("image", "my-car_2*b+c.png", 0.001)],
    "text:a -text:b +text:c": [("text", "a", 1), ("text", "b", -1), ("text", "c", 1)],
    "text:\"a\"-text:'b'+id:c": [("text", "a", 1), ("text", "b", -1), ("id", "c", 1)],
    r"shape:C:\x.obj": [("shape", r"C:\x.obj", 1)],
    r'shape:"C:\new folder\x.obj"': [("shape", r"C:\new folder\x.obj", 1)],
    r"text:'it\'s' - text:'\\'": [("text", "it's", 1), ("text", "\\", -1)],
    'text:"say \\"red\\" + id:1"': [("text", 'say "red" + id:1', 1)],
    "text:it's": [("text", "it's", 1)],
    "text:日本語 + shape:ö.obj": [("text", "日本語", 1), ("shape", "ö.obj", 1)],
}


@pytest.mark.parametrize("text", GOOD)
def test_expressions(text):
    assert parse(text) == tuple(Term(*term) for term in GOOD[text])


@pytest.mark.parametrize(
    "text",
    [
        "a red chair",
        "colour: red",
        "a sign with text: hello",
        "16:9 screen",
        "rock-n-roll + jazz",
        "-chair",
        "5*5",
        "x",
    ],
)
def test_text_without_a_kind_is_one_text_term(text):
    assert parse(f" {text} ") == (Term("text", text),)


BAD = {
    "": (0, "empty"),
    "   ": (0, "empty"),
    "imgae:x.png": (0, "did you mean image:"),
    "text:a + shap:x.obj": (9, "did you mean shape:"),
    "Text:a": (0, "did you mean text:"),
    r"C:\x.obj": (0, "write one of text:, image:, audio:, shape:, id:"),
    'text:"red': (5, 'end the value with "'),
    "text:a - text:'b": (14, "end the value with '"),
    "text:": (5, "right after the colon"),
    "text: red": (5, "right after the colon"),
    "text:a + id:": (12, "right after the colon"),
    'text:" "': (5, "right after the colon"),
    "0*text:a": (0, "above zero"),
    "text:a + 0.0*text:b": (9, "above zero"),
    "inf*text:a": (0, "finite"),
    "1e999*text:a": (0, "finite"),
    "nan*text:a": (0, "finite"),
    "text:a - -2*text:b": (9, "write - before it"),
    "half*text:a": (0, "not a number"),
    "text:a text:b": (7, "need + or - between"),
    "shape:my car.obj": (9, "quotes"),
    'text:"a"text:b': (8, "need + or - between"),
    'text:"a"*0.5': (8, "goes before its term"),
    "text:a +": (7, "Nothing follows the +"),
    "text:a - ": (7, "Nothing follows the -"),
    "a red chair - text:green": (0, "must begin with one of"),
    "text:a + - text:b": (9, "must begin with one of"),
    "2*3*text:a": (0, "must begin with one of"),
}


@pytest.mark.parametrize("text", BAD)
def test_faults_point_at_their_column_and_say_the_cure(text):
    column, words = BAD[text]
    with pytest.raises(ExpressionError, match=re.escape(words)) as caught:
        parse(text)
    assert caught.value.column == column
    assert caught.value.expression == text
    assert str(caught.value).splitlines()[-2:] == [f"  {text}", f"  {' ' * column}^"]


def test_an_expression_error_is_a_usage_error():
    assert issubclass(ExpressionError, UsageError)


@pytest.mark.parametrize(
    ("terms", "text"),
    [
        ([Term("text", "red", -1)], '-text:"red"'),
        ([Term("shape", "a b.obj"), Term("id", "x", -0.25)], 'shape:"a b.obj" - 0.25*id:x'),
        ([Term("image", "x.png", 2), Term("text", 'a "b"', 1)], r'2.0*image:x.png + text:"a \"b\""'),
    ],
)
def test_format(terms, text):
    assert format(terms) == text


sources = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)
tricky = st.text(st.sampled_from(list("ab \"'\\+-*:\t\n")), min_size=1).filter(str.strip)
weights = st.floats(min_value=1e-300, max_value=1e300) | st.floats(min_value=-1e300, max_value=-1e-300)
terms = st.builds(Term, st.sampled_from(KINDS), sources | tricky, weights | st.sampled_from([1.0, -1.0]))


@given(st.lists(terms, min_size=1, max_size=5))
def test_parse_is_the_inverse_of_format(terms):
    assert parse(format(terms)) == tuple(terms)


@given(st.text(st.sampled_from(list("text:id0.5*+- \"'\\"))))
def test_any_string_parses_or_fails_with_a_column_inside_it(text):
    try:
        assert all(term.source.strip() and term.weight for term in parse(text))
    except ExpressionError as error:
        assert 0 <= error.column <= len(text)
