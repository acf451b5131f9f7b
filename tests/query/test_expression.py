"""The query language: what parses, what it means, and how a fault is shown."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from retriever.errors import ExpressionError, UsageError
from retriever.query.expression import KINDS, format, parse
from retriever.query.term import Term

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


NESTED = {
    "0.5*(shape:a.obj + text:red)": [("shape", "a.obj", 0.5), ("text", "red", 0.5)],
    "text:x - (text:a - 2*(id:b + 0.5*id:c))": [
        ("text", "x", 1),
        ("text", "a", -1),
        ("id", "b", 2),
        ("id", "c", 1),
    ],
    "( ( text:a ) )": [("text", "a", 1)],
    "(shape:chair(1).obj + shape:b(c(d)).obj)": [("shape", "chair(1).obj", 1), ("shape", "b(c(d)).obj", 1)],
    "shape:chair(1).obj": [("shape", "chair(1).obj", 1)],
    'text:"a)"': [("text", "a)", 1)],
    'text:"a+text:b" - text:"a*2"': [("text", "a+text:b", 1), ("text", "a*2", -1)],
    "shape:a-mean(2).obj": [("shape", "a-mean(2).obj", 1)],
    "(shape:a,b.obj)": [("shape", "a,b.obj", 1)],
    "mean(id:a, id:b) - text:red": [("mean", "id:a, id:b", 1), ("text", "red", -1)],
    "2*mean( shape:'a,b.obj' ,text:(x) + 0.5*id:c)": [("mean", 'shape:"a,b.obj", text:"(x)" + 0.5*id:c', 2)],
    "mean(mean(id:a), where('label = 1'))": [("mean", 'mean(id:a), where("label = 1")', 1)],
    "-where( \"label = 'a b'\" )": [("where", "label = 'a b'", -1)],
    "vector:query.npy": [("vector", "query.npy", 1)],
}


@pytest.mark.parametrize("text", NESTED)
def test_parentheses_means_and_conditions(text):
    assert parse(text) == tuple(Term(*term) for term in NESTED[text])


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
        "a sign (text:hello)",
        "(old) chair",
        "where (is it)",
        "mean (average) chair",
        "Mean (average) chair, where (it) is",
        "what meaning(s) are",
        "5* hotel",
        "() hello",
        ":)",
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
    "(text:a": (0, "The ( opened here is never closed"),
    "text:x + (text:a + (text:b)": (9, "The ( opened here is never closed"),
    'text:"a")': (8, "This ) belongs to no parenthesis"),
    "(text:a))": (8, "This ) belongs to no parenthesis"),
    "text:a + ()": (9, "nothing between these parentheses"),
    "(text:a - )": (8, "Nothing follows the -"),
    "(text:a text:b)": (8, "need + or - between"),
    "chair + (text:red)": (0, "must begin with one of"),
    "half*(text:a)": (0, "not a number"),
    "0*(text:a)": (0, "above zero"),
    "text:a + 1e200*(1e200*text:b)": (9, "too large or too small"),
    "mean()": (4, "needs a member"),
    "mean(id:a,": (10, "must begin with one of"),
    "mean(id:a, id:b": (4, "The ( opened here is never closed"),
    "mean(chair, table)": (5, "must begin with one of"),
    "mean(2*id:a, id:b)": (5, "A weight does nothing"),
    "Mean(text:chair)": (0, "There is no Mean(...): write mean("),
    "text:a - 2*WHERE('a')": (11, "There is no WHERE(...): write where("),
    "   where(label)": (9, "A condition goes in quotes"),
    "chair - where(label)": (0, "must begin with one of"),
    "where(label)- text:a": (6, "A condition goes in quotes"),
    "where('a' 'b')": (10, "The condition ends here"),
    "where('a'": (5, "The ( opened here is never closed"),
    "where(' ')": (6, "no condition between these quotes"),
    'where("")': (6, "no condition between these quotes"),
    "text:a+text:b": (6, "put a space before this +"),
    "mean(id:a-2*id:b, id:c)": (9, "put a space before this -"),
    "text:a-(text:b)": (6, "put a space before this -"),
    "text:a+where('b')": (6, "put a space before this +"),
    "text:chair)": (10, "belongs to no parenthesis"),
    "text:a(b)) - text:c": (9, "belongs to no parenthesis"),
    "text:a*2": (6, "goes before its term"),
    "2*chair": (2, "Behind a weight goes a term"),
    "- 0.5 * chair": (8, "Behind a weight goes a term"),
    "2*(chair)": (2, "Behind a weight goes a term"),
    "()": (0, "nothing between these parentheses"),
    "( () )": (2, "nothing between these parentheses"),
    "where (label=1)": (5, "without a space and in quotes"),
    "where ('label is null')": (5, "without a space and in quotes"),
    "mean:a": (0, "write mean("),
    "where:a": (0, "write where("),
    "(" * 60 + "text:a": (50, "More than 50 parentheses"),
}


@pytest.mark.parametrize("text", BAD)
def test_faults_point_at_their_column_and_say_the_cure(text):
    column, words = BAD[text]
    with pytest.raises(ExpressionError, match=re.escape(words)) as caught:
        parse(text)
    assert caught.value.column == column
    assert caught.value.expression == text
    assert str(caught.value).splitlines()[-2:] == [f"  {text}", f"  {' ' * column}^"]


LONG = 50_000


@pytest.mark.parametrize(
    "text",
    [
        "a chair",
        "- a",
        f"-{' ' * LONG}a",
        "(" * LONG,
        "- " * LONG,
        "(- " * LONG,
        "-1*(" * LONG,
        "a*" * LONG,
        "+(" * LONG,
    ],
    ids=range(9),
)
def test_long_texts_without_a_term_are_words_and_are_read_in_one_go(text):
    assert parse(" " * LONG + text) == (Term("text", text.strip()),)


@pytest.mark.parametrize("front", ["", "-", "( ", "2* (-"])
def test_spaces_in_front_move_only_the_column(front):
    with pytest.raises(ExpressionError) as plain:
        parse(f"{front}shap:x.obj")
    with pytest.raises(ExpressionError) as moved:
        parse(" " * LONG + f"{front}shap:x.obj")
    assert moved.value.column == LONG + plain.value.column


@pytest.mark.parametrize(
    "text",
    ["2" * LONG, "+1e-" * LONG, "(" + " " * LONG, f"2{' ' * LONG}", f"where{' ' * LONG}"],
    ids=range(5),
)
def test_long_texts_that_begin_like_a_slip_are_read_in_one_go(text):
    assert parse(text) == (Term("text", text.strip()),)


@pytest.mark.parametrize("part", ["+(", "+1", "+mean(", "2", "+2e-2", "+"], ids=range(6))
def test_long_values_are_read_in_one_go(part):
    assert parse(f"shape:a+{part * LONG}") == (Term("shape", f"a+{part * LONG}"),)


@pytest.mark.parametrize("column", [0, 35, 36, 100, 165, 200])
def test_of_a_long_expression_the_part_around_the_fault_is_shown(column):
    text = "".join(chr(ord("a") + place % 26) for place in range(200))
    _, shown, caret = str(ExpressionError("Wrong.", text, column)).splitlines()
    place = caret.index("^")
    assert len(shown) <= 2 + 72 and ("…" in shown)
    assert shown[place : place + 1] == text[column : column + 1]


def test_a_line_break_does_not_tear_the_caret_off():
    assert len(str(ExpressionError("Wrong.", "text:a\ntext:b", 7)).splitlines()) == 3


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
bare = st.text(st.sampled_from(list("ab(),+-")), min_size=1)
slips = st.lists(st.sampled_from(["a", "+id:b", "*2", ")", "-2*(text:c", "-where('"]), min_size=1).map("".join)
weights = st.floats(min_value=1e-300, max_value=1e300) | st.floats(min_value=-1e300, max_value=-1e-300)
scales = weights | st.sampled_from([1.0, -1.0])
leaves = st.builds(Term, st.sampled_from((*KINDS, "where")), sources | tricky | bare | slips, scales)


def means(inner):
    """Means of sums of terms, as `parse` gives them."""
    sums = st.lists(inner, min_size=2, max_size=3).map(lambda terms: f"({format(terms)})")
    ones = inner.map(lambda term: f"({format([Term(term.kind, term.source, 1.0 if term.weight > 0 else -1.0)])})")
    members = st.lists(sums | ones, min_size=1, max_size=3)
    return st.builds(
        lambda members, weight: Term("mean", parse(f"mean({', '.join(members)})")[0].source, weight), members, scales
    )


terms = st.recursive(leaves, means, max_leaves=6)


@given(st.lists(terms, min_size=1, max_size=5))
def test_parse_is_the_inverse_of_format(terms):
    assert parse(format(terms)) == tuple(terms)


simple = st.builds(Term, st.sampled_from((*KINDS, "where")), st.text("abc. '\"", min_size=1).filter(str.strip), scales)


@given(st.lists(simple, min_size=1, max_size=4), st.floats(0.01, 100), st.sampled_from(["", "-"]))
def test_a_group_distributes(terms, weight, sign):
    assume(all(1e-290 < abs(term.weight) < 1e290 for term in terms))
    factor = float(f"{sign}{weight!r}")
    wanted = tuple(Term(term.kind, term.source, factor * term.weight) for term in terms)
    assert parse(f"{sign}{weight!r}*({format(terms)})") == wanted


@given(st.text(st.sampled_from(list("text:id0.5*+- \"'\\(),mean(where("))))
def test_any_string_parses_or_fails_with_a_column_inside_it(text):
    try:
        assert all(term.source.strip() and term.weight for term in parse(text))
    except ExpressionError as error:
        assert 0 <= error.column <= len(text)
