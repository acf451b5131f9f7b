"""Right answers are right, measures follow from their definitions, and strategies find what is made to be found."""

import numpy as np
import pytest
from small_space import write_space

from benchmarks import arithmetic
from benchmarks.arithmetic import attributes, gallery, measures, strategies
from benchmarks.arithmetic.attributes import FACETS, NAMES, of_kind
from benchmarks.arithmetic.questions import HEARD, SIREN, questions
from benchmarks.arithmetic.strategies import Ground, Posed, Weights
from indexer.align.sounds.synth import RULES
from indexer.parametric.kinds import generate, kinds
from retriever.errors import UsageError
from retriever.spaces.mini import open_space
from retriever.types import Modality

KINDS = (
    "stool", "cup", "cutting board", "dog", "cat", "crow", "duck", "mug", "suitcase", "bed", "barrel", "van", "truck",
    "ambulance", "fire engine", "anvil",
)  # fmt: skip
PLUS, OTHER = np.eye(4, dtype=np.float32)[:2]


def test_facets_are_of_kinds_that_can_be_made_and_every_value_is():
    assert {facet.kind for facet in FACETS} <= set(kinds()) and set(HEARD) <= set(RULES)
    assert set(SIREN) | set(SIREN.values()) | set(attributes.PLAIN) <= set(kinds())
    for facet in (facet for facet in FACETS if facet.name in ("legs", "outline")):
        shapes = [generate(facet.kind, seed) for seed in range(120)]
        assert {facet.value(shape) for shape in shapes} - {None} == set(facet.values), facet


def test_no_words_of_a_value_name_its_kind_but_for_styles():
    for facet in (facet for facet in FACETS if facet.name != "style"):
        assert not any(facet.kind in words.split() for words in facet.values)


def test_a_tall_shape_is_taller_than_a_low_one():
    (facet,) = of_kind("barrel")
    shapes = [generate("barrel", seed) for seed in range(500, 540)]

    def heights(value):
        extents = [np.ptp(shape.solid.vertices, axis=0) for shape in shapes if facet.value(shape) == value]
        return [float(y / np.sqrt(x * z)) for x, y, z in extents]

    assert min(heights("tall")) > max(heights("low")) > 0


@pytest.fixture(scope="module")
def made():
    return gallery.gallery(4, 1, 0, KINDS), gallery.bases(2, 0, 1, KINDS), gallery.bases(2, 0, 2, KINDS)


def test_what_is_asked_with_is_not_in_the_gallery(made):
    items, *halves = made
    seen = [{each.solid.vertices.tobytes() for each in part.shapes} for part in (items, *halves)]
    assert not seen[0] & seen[1] and not seen[0] & seen[2] and not seen[1] & seen[2]
    assert set(items.kinds) == set(KINDS)


def test_questions_ask_for_what_the_base_is_not(made):
    items, bases, _ = made
    asked = questions(bases, items, 12, 0)
    assert {question.task for question in asked} == {*NAMES, "siren"}
    assert {question.form for question in asked} == {
        "shape + words", "shape + words - words", "shape - words", "shape - kind + kind", "shape - kind + sound",
        "shape + sound", "picture + words",
    }  # fmt: skip
    for question in asked:
        base = question.parts[0].what
        kind, value = question.grades(items)
        assert (kind & value).any()
        changed = bases.kinds[base] != question.kind
        assert changed != (bases.attributes[base].get(question.task, "") != question.value)
        for term in question.parts[1:]:
            if term.modality is Modality.TEXT and term.sign < 0:
                before = bases.attributes[base].get(question.task, ""), str(bases.kinds[base])
                assert any(str(term.what).endswith(each) for each in before)


def test_the_same_seed_asks_the_same_questions(made):
    items, bases, _ = made
    assert questions(bases, items, 12, 3) == questions(bases, items, 12, 3) != questions(bases, items, 12, 4)


def test_measures_of_the_first_ten():
    scores = -np.arange(40.0)[None]
    kind, value = np.zeros((2, 1, 40), bool)
    kind[0, :5] = True
    value[0, [0, 1, 30, 31]] = kind[0, [30, 31]] = True
    found = measures.measured(scores, measures.Grades(kind, value))
    assert (found.recall[0], found.precision[0], found.kind[0], found.value[0]) == (0.5, 0.2, 0.5, 0.2)
    discount = 1 / np.log2(np.arange(2, 12))
    ideal = 3 * discount[:4].sum() + discount[4:7].sum()
    assert found.gain[0] == pytest.approx((3 * discount[:2].sum() + discount[2:5].sum()) / ideal)
    best = measures.measured((kind.astype(float) + value), measures.Grades(kind, value))
    assert (best.recall[0], best.gain[0]) == (1, pytest.approx(1))


def test_all_groups_count_alike_whatever_their_size():
    values, groups = np.array([1.0] * 30 + [0.0] * 10), np.array(["a"] * 30 + ["b"] * 10)
    assert measures.interval(values, groups) == (0.5, 0.5, 0.5)


def _posed(vectors, signs, modalities, right=None):
    return Posed(np.array(vectors, np.float32), np.array(signs, float), tuple(map(Modality, modalities)), right)


def test_standardised_scores_rank_as_a_sum_weighted_by_spread():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(50, 4)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    posed = _posed([PLUS, OTHER], [1, -1], ["shape", "text"])
    spreads = {Modality.SHAPE: float((rows @ PLUS).std()), Modality.TEXT: float((rows @ OTHER).std())}
    ground = Ground(rows, {}, spreads)
    early = rows @ strategies.summed(by_spread=True)(posed, ground, Weights())
    late = strategies.by_score(posed, ground, Weights())
    assert np.argsort(early).tolist() == np.argsort(late).tolist()


def test_weights_are_those_that_find_the_most_on_the_tuning_half():
    """Right is what lies well towards the words: more than a sum of equal weights reaches."""
    angles = np.linspace(0, np.pi / 2, 91)
    rows = np.zeros((91, 4), np.float32)
    rows[:, 0], rows[:, 1] = np.cos(angles), np.sin(angles)
    right = np.zeros((1, 91), bool)
    right[0, 68:75] = True  # about 71.6 degrees, whose tangent is 3
    posed = [_posed([PLUS, OTHER], [1, 1], ["shape", "text"], right[0])]
    ground, grades, groups = Ground(rows, {}, {}), measures.Grades(right, right), np.array(["all"])
    plain, tuned = strategies.RIVALS[0], next(each for each in strategies.RIVALS if each.name == "addition, tuned")
    assert measures.tuned(plain, posed, ground, grades, groups) == Weights()
    weights = measures.tuned(tuned, posed, ground, grades, groups)
    assert weights.text == 3
    assert measures.measured(tuned.scores(posed, ground, weights), grades).recall[0] == 1
    assert measures.measured(plain.scores(posed, ground, Weights()), grades).recall[0] == 0
    assert measures.measured(strategies.oracle(posed[0], ground, weights)[None], grades).recall[0] == 1


def test_the_oracle_does_not_find_what_has_nothing_in_common():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(3000, 256)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    right = np.zeros((1, 3000), bool)
    right[0, :10] = True
    posed = _posed(rows[:1], [1], ["shape"], right[0])
    scores = strategies.oracle(posed, Ground(rows, {}, {}), Weights())[None]
    assert measures.measured(scores, measures.Grades(right, right)).recall[0] <= 0.1


def test_every_strategy_is_measured_in_a_space_of_all_modalities_and_of_two(tmp_path):
    sizes = arithmetic.Sizes(per_value=4, others=1, queries=2, kinds=KINDS)
    for extra in ((Modality.IMAGE, Modality.AUDIO), ()):
        space = open_space(write_space(tmp_path / f"small-{len(extra)}", Modality.SHAPE, *extra))
        (_, rows), (_, by_task) = arithmetic.tables(space, sizes)
        names = [each.name for each in (*strategies.RIVALS, *strategies.REFERENCES)]
        assert [row["strategy"] for row in rows] == names
        forms = {row["form: facet"].partition(":")[0] for row in by_task}
        assert ("picture + words" in forms) == ("shape + sound" in forms) == bool(extra)
        assert {row["best"] for row in by_task} <= {each.name for each in strategies.RIVALS}


def test_a_space_without_shapes_is_told(tmp_path):
    space = open_space(write_space(tmp_path / "flat", Modality.IMAGE))
    with pytest.raises(UsageError, match="reads no shape"):
        list(arithmetic.tables(space, arithmetic.Sizes()))
