"""The plan is a pure function, so every choice can be tested without a GPU or ten million vectors."""

from __future__ import annotations

import pytest

from retriever.ann.gpu import RESERVE, Gpus
from retriever.ann.plan import (
    ANN_PAYS,
    GPU_PAYS,
    GPU_QUERY_S,
    GPU_READS,
    LINK_READS,
    WIDTHS,
    Effort,
    plan,
    worth_rebuilding,
)
from retriever.errors import UsageError

MILLION = 1_000_000
CARD = Gpus(torch=1, free=(24 * 2**30,))
FULL = Gpus(torch=1, free=(RESERVE,))


@pytest.mark.parametrize(
    ("rows", "device", "gpus", "backend"),
    [
        (0, "auto", Gpus(), "exact"),
        (1000, "auto", CARD, "exact"),
        (GPU_PAYS - 1, "auto", CARD, "ivf-pq"),
        (GPU_PAYS, "auto", CARD, "gpu"),
        (GPU_PAYS, "auto", FULL, "ivf-pq"),
        (GPU_PAYS, "auto", Gpus(), "ivf-pq"),
        (ANN_PAYS - 1, "cpu", Gpus(), "exact"),
        (ANN_PAYS, "cpu", Gpus(), "ivf-pq"),
        (1000, "cuda", CARD, "gpu"),
        (1000, "cuda", FULL, "gpu"),
        (1000, "cuda", Gpus(), "exact"),
        (10 * MILLION, "cpu", Gpus(torch=8), "ivf-pq"),
    ],
)
def test_backend(rows, device, gpus, backend):
    assert plan(rows, 384, device=device, gpus=gpus).backend == backend


def test_bytes_are_those_kept_beside_the_files():
    assert plan(MILLION, 384, recall=1).bytes == 0
    assert MILLION * 384 * 4 / 30 < plan(MILLION, 384).bytes < MILLION * 384 * 4 / 15
    assert plan(MILLION, 384, device="cuda", gpus=CARD).bytes == MILLION * 384 * 2
    assert plan(MILLION, 384, device="cuda", gpus=Gpus(faiss=2, torch=2)).bytes == MILLION * 384 * 4
    assert plan(MILLION, 384, device="cuda", gpus=FULL).bytes == 0


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        (plan(1000, 384), ["1,000 vectors", "CPU"]),
        (plan(1000, 384, device="cuda"), ["No GPU", "extra gpu", "CPU"]),
        (plan(1000, 384, gpus=CARD), ["200,000", "GPU does not pay"]),
        (plan(MILLION, 384, gpus=FULL, recall=1), ["GPU's memory is too small", "CPU"]),
        (plan(MILLION, 384, gpus=CARD), ["1,000,000 vectors", "by torch on the GPU", "float16", "its", "(732 MiB)"]),
        (plan(MILLION, 384, gpus=Gpus(2, 2)), ["by faiss on 2 GPUs", "float32", "their", "(1,465 MiB)"]),
        (plan(MILLION, 384, gpus=FULL, device="cuda"), ["by torch on the GPU", "every batch", "too small"]),
        (plan(MILLION, 384, faiss=False), ["pip install", "[faiss]", "exactly"]),
        (plan(MILLION, 384, recall=0.98), [" 98%", "re-ranked"]),
        (plan(MILLION, 384, recall=0.995), [" 99.5%"]),
    ],
    ids=[
        "cpu",
        "cuda missing",
        "too few",
        "too many",
        "gpu",
        "gpus",
        "streamed",
        "no faiss",
        "approximate",
        "per mille",
    ],
)
def test_reason_is_one_sentence_that_says_why(recipe, words):
    assert all(word in recipe.reason for word in words)
    assert recipe.reason.endswith(".")
    assert recipe.reason[0].isupper() or recipe.reason[0].isdigit()


def test_whoever_wants_all_of_the_nearest_is_searched_exactly():
    assert plan(10 * MILLION, 384, recall=1).backend == "exact"


@pytest.mark.parametrize("recall", [0, -0.1, 1.01, float("nan")])
def test_a_recall_that_cannot_be_is_refused(recall):
    with pytest.raises(UsageError, match="recall="):
        plan(10, 10, recall=recall)


def test_a_smaller_budget_takes_fewer_dimensions_until_none_fit():
    budgets = [plan(MILLION, 384).bytes * part // 100 for part in (100, 80, 60, 45, 30)]
    widths = [plan(MILLION, 384, memory=budget).sizes.dims for budget in budgets]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] == WIDTHS[0] > widths[-1]
    for budget in budgets:
        assert plan(MILLION, 384, memory=budget).bytes <= budget
    with pytest.raises(UsageError, match=r"memory=1,000,000 bytes are too few.*at least [\d,]+ bytes.*recall=1"):
        plan(MILLION, 384, memory=MILLION)


def test_what_a_refusal_names_as_enough_is_enough():
    with pytest.raises(UsageError) as refused:
        plan(MILLION, 384, memory=10)
    least = int(str(refused.value).split("at least ")[1].split(" bytes")[0].replace(",", ""))
    assert plan(MILLION, 384, memory=least).bytes == least


def test_sets_that_share_a_budget_fit_in_it_together():
    sets = [MILLION, 4 * MILLION, 60_000, 300]

    def bytes(memory):
        return [plan(rows, 384, memory=memory, beside=sets[:at] + sets[at + 1 :]).bytes for at, rows in enumerate(sets)]

    most = sum(bytes(None))
    assert bytes(None) == [plan(rows, 384).bytes for rows in sets]
    assert sum(bytes(most)) == most
    assert most / 4 < sum(bytes(most // 2)) <= most // 2
    with pytest.raises(
        UsageError, match=r"60,000 vectors .*and 5,000,000 of other kinds.*at least [\d,]+ bytes"
    ) as refused:
        plan(60_000, 384, memory=10, beside=[MILLION, 4 * MILLION, 300])
    least = int(str(refused.value).split("at least ")[1].split(" bytes")[0].replace(",", ""))
    assert sum(bytes(least)) == least


@pytest.mark.parametrize("dim", [2, 7, 8, 30, 64, 384, 1024, 1280])
def test_any_dimension_can_be_projected(dim):
    sizes = plan(MILLION, dim).sizes
    assert 0 < sizes.dims <= dim


def test_more_effort_is_predicted_to_take_longer():
    sizes = plan(MILLION, 384).sizes
    efforts = [Effort(8, 20), Effort(8, 200), Effort(64, 200), Effort(sizes.lists, 200)]
    seconds = [sizes.seconds(MILLION, 384, effort) for effort in efforts]
    assert seconds == sorted(seconds)
    assert sizes.seconds(MILLION, 384, efforts[2], selected=True) > seconds[2]
    assert seconds[2] < plan(MILLION, 384, recall=1).seconds


def test_from_disk_takes_longer_than_from_memory():
    assert plan(MILLION, 384, recall=1, memory=10**9).seconds > plan(MILLION, 384, recall=1).seconds


def test_a_gpu_is_predicted_to_read_what_it_holds_and_to_be_brought_what_it_does_not():
    def seconds(gpus, **wish):
        return plan(10 * MILLION, 384, device="cuda", gpus=gpus, **wish).seconds

    held, brought = seconds(CARD), seconds(FULL)
    assert held == pytest.approx(GPU_QUERY_S + 10 * MILLION * 384 * 2 / GPU_READS)
    assert seconds(Gpus(torch=4, free=CARD.free * 4)) == pytest.approx(GPU_QUERY_S + (held - GPU_QUERY_S) / 4)
    assert brought >= 10 * MILLION * 384 * 2 / LINK_READS
    assert seconds(Gpus(torch=4, free=FULL.free * 4)) == brought  # the CPU that they are read by is the same
    assert seconds(FULL, memory=10**9) > 2 * brought  # from disk
    assert held < plan(10 * MILLION, 384, recall=1).seconds


def test_a_gpu_holds_what_fits_to_the_last_byte():
    free = RESERVE + MILLION * 384 * 2
    assert plan(MILLION, 384, gpus=Gpus(torch=1, free=(free,))).backend == "gpu"
    assert plan(MILLION, 384, gpus=Gpus(torch=1, free=(free - 1,))).backend == "ivf-pq"


@pytest.mark.parametrize(
    ("covered", "rows", "due"),
    [
        (0, ANN_PAYS - 1, False),
        (0, ANN_PAYS, True),
        (ANN_PAYS, ANN_PAYS, False),
        (10 * MILLION, 10 * MILLION + 1000, False),
        (10 * MILLION, 11 * MILLION, True),
    ],
)
def test_rebuilding_pays_once_many_rows_are_outside(covered, rows, due):
    assert worth_rebuilding(covered, rows) is due


def test_unknown_device_is_named():
    with pytest.raises(UsageError, match=r"device=tpu.*auto, cpu, cuda"):
        plan(10, 10, device="tpu")
