import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import parametric
from indexer.parametric import kinds as parametric_kinds
from indexer.vocabulary import MOST_ADDED, kinds, meant, related, widen
from indexer.vocabulary.outline import key, load, parse

SAYING_NOTHING = {"object", "thing", "item", "entity", "artifact", "model", "shape", "stuff", "household item"}


def test_no_term_is_a_kind_of_itself():
    for term in load().terms:
        assert term not in term.ancestors(), term.name


def test_every_term_has_a_name_that_is_found_again():
    outline = load()
    for term in outline.terms:
        assert term.name and term in outline.senses[key(term.name)]
        assert all(word and key(word) in outline.senses for word in term.words)


def test_no_name_says_nothing():
    assert not SAYING_NOTHING & {word for term in load().terms for word in term.words}


def test_every_parametric_kind_is_known():
    outline = load()
    for name in parametric.names():
        entry = parametric_kinds.kinds()[name]
        assert any(key(word) in outline.senses for word in (name, *entry.also)), name


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("sedan", {"car", "automobile", "passenger car", "motor vehicle", "vehicle"}),
        ("horse", {"four-legged animal", "quadruped", "mammal", "animal"}),
        ("armchair", {"chair", "seat", "seating furniture", "furniture"}),
        ("airliner", {"airplane", "aeroplane", "aircraft", "jet plane"}),
        ("fighter jet", {"jet fighter", "warplane", "military aircraft", "jet plane"}),
        ("violin", {"fiddle", "string instrument", "musical instrument"}),
        ("person", {"human", "human figure", "humanoid"}),
        ("motors", {"electric motor", "machine"}),
    ],
)
def test_synonyms_and_hypernyms_are_added(word, expected):
    assert expected <= set(related(word))


def test_hypernyms_stand_from_close_to_general():
    added = related("sedan")
    assert added.index("car") < added.index("motor vehicle") < added.index("vehicle")


@pytest.mark.parametrize(
    ("name", "is_a", "is_no"),
    [
        ("table lamp", "lamp", "table"),
        ("street lamp", "lamp", "road"),
        ("car seat", "seat", "car"),
        ("fish tank", "aquarium", "fish"),
        ("horse shoe", "hardware", "footwear"),
        ("doll house", "toy", "house"),
        ("piano keyboard", "keyboard instrument", "computer equipment"),
        ("computer keyboard", "computer equipment", "musical instrument"),
        ("glasses", "eyeglasses", "drinking glass"),
        ("skateboard truck", "machine part", "truck"),
        ("bathroom cabinet", "cabinet", "bathroom"),
        ("chest of drawers", "dresser", "treasure chest"),
        ("a round table with three legs", "furniture", "leg"),
        ("a man sitting on a chair", "person", "chair"),
        ("tree pine tall", "conifer", "wood"),
        ("table coffee glass square", "coffee table", "coffee"),
        ("chair desk", "office chair", "desk"),
        ("car taxi", "taxi", "bicycle"),
        ("toy car", "toy", "truck"),
    ],
)
def test_the_head_of_a_name_decides(name, is_a, is_no):
    assert is_a in related(name)
    assert is_no not in related(name)


def test_a_toy_car_is_a_toy_in_the_form_of_a_car():
    assert {"toy", "car"} <= set(related("toy car"))


@pytest.mark.parametrize(
    "word", ["crane", "mouse", "bat", "nail", "bow", "plane", "tank", "glass", "keyboard", "chair leg"]
)
def test_nothing_is_added_where_a_word_could_mean_several_things(word):
    assert related(word) == ()


@pytest.mark.parametrize(
    ("captions", "expected", "wrong"),
    [
        (("mouse", "rodent"), "mammal", "electronics"),
        (("mouse", "computer mouse"), "electronics", "mammal"),
        (("tank", "armored vehicle"), "vehicle", "container"),
        (("crane", "bird"), "wading bird", "machine"),
        (("bow", "weapon"), "ranged weapon", "clothing"),
        (("table lamp", "table"), "light", "furniture"),
    ],
)
def test_other_captions_tell_which_sense_is_meant(captions, expected, wrong):
    added = widen(captions)[len(captions) :]
    assert expected in added
    assert wrong not in added


@given(st.lists(st.sampled_from(sorted(load().senses)) | st.text("abcdefg -,", max_size=20), max_size=6))
def test_captions_come_first_and_nothing_comes_twice(captions):
    widened = widen(captions)
    added = widened[len(captions) :]
    assert widened[: len(captions)] == tuple(captions)
    assert len(added) <= MOST_ADDED
    assert len({key(word) for word in added}) == len(added)
    assert not {key(word) for word in added} & {key(caption) for caption in captions}


def test_an_outline_with_a_wrong_indent_is_refused():
    with pytest.raises(ValueError, match="below a line"):
        parse(["vehicle\n    car\n"])
    with pytest.raises(ValueError, match="below a line"):
        parse(["car; truck\n  sedan\n"])
    with pytest.raises(ValueError, match="two spaces"):
        parse(["vehicle\n car\n"])


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("armchair", ("armchair", "chair", "seating furniture", "furniture")),
        ("Chair", ("chair", "seating furniture", "furniture")),
        ("chairs", ("chairs", "chair", "seating furniture", "furniture")),
        ("Office-Chair", ("office chair", "chair", "seating furniture", "furniture")),
        ("office_chair", ("office_chair", "office chair", "chair", "seating furniture", "furniture")),
        ("golf cart", ("golf cart", "cart", "land vehicle", "vehicle")),
        ("floor lamp on a table", ("floor lamp on a table", *kinds("floor lamp"))),
        ("house with car", ("house with car", *kinds("house"))),
        ("chest of drawers", ("chest of drawers", "storage furniture", "furniture")),
        ("jaguar on a table", ("jaguar on a table",)),
        ("non wheel chair", ("non wheel chair",)),
        ("jaguar", ("jaguar",)),
        ("flurble", ("flurble",)),
        ("", ("",)),
    ],
)
def test_what_a_name_is_a_kind_of(name: str, wanted: tuple[str, ...]):
    assert kinds(name) == wanted


@given(st.text())
def test_every_name_is_a_kind_of_itself_or_spelled_otherwise(name: str):
    first = kinds(name)[0]
    assert first == name or key(first) == key(name)


def test_what_captions_mean_in_any_sense():
    assert [term.name for term in meant(["a red chair", "flurble"])] == ["chair"]
    assert len(meant(["mouse"])) > 1 and meant([]) == meant(["flurble"]) == []
