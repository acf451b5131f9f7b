"""What every coder promises: each vector in the nearest list, and codes that rank as the others' do."""

from __future__ import annotations

from functools import partial

import faiss
import numpy as np
import pytest

from indexer.ann.coders import FaissCoder, TorchCoder, building_device
from indexer.ann.train import train
from retriever.ann import gpu
from retriever.ann.base import Rows, RowSet
from retriever.ann.plan import IvfPq
from retriever.errors import UsageError

DIM, LISTS, ROWS = 32, 24, 4000
CODERS = {"faiss": FaissCoder, "torch": partial(TorchCoder, device="cpu")}
if gpu.torch_gpus():
    CODERS["torch on a GPU"] = partial(TorchCoder, device="cuda")
every = pytest.mark.parametrize("coder", CODERS.values(), ids=CODERS)


def vectors(rows: int, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    directions = np.random.default_rng(0).standard_normal((30, DIM))
    found = directions[random.integers(0, 30, rows)] + 0.5 * random.standard_normal((rows, DIM))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


VECTORS = vectors(ROWS, 1)


def trained(coder, *, members=None, ids=None, base=VECTORS, lists=LISTS):
    members = RowSet(np.ones(len(base), bool) if members is None else members)
    return train(
        Rows([base], DIM), members, np.arange(len(base)) if ids is None else ids, IvfPq(lists, DIM), coder=coder
    )


def lists_of(index) -> list[np.ndarray]:
    sizes = [index.invlists.list_size(number) for number in range(index.nlist)]
    return [
        faiss.rev_swig_ptr(index.invlists.get_ids(number), size).copy() if size else np.empty(0, np.int64)
        for number, size in enumerate(sizes)
    ]


def projected(scan, rows) -> np.ndarray:
    return (rows - VECTORS.mean(axis=0)) @ scan.projection


@every
def test_every_id_is_in_the_list_whose_centre_is_nearest(coder):
    scan = trained(coder)
    centres = scan.index.quantizer.reconstruct_n(0, LISTS)
    apart = ((projected(scan, VECTORS)[:, None] - centres) ** 2).sum(axis=2)
    lists = lists_of(scan.index)
    np.testing.assert_array_equal(np.sort(np.concatenate(lists)), np.arange(ROWS))
    for number, ids in enumerate(lists):
        np.testing.assert_allclose(apart[ids, number], apart[ids].min(axis=1), rtol=1e-4)
    assert min(map(len, lists)) > 0, "a list without vectors is a place lost"


@every
def test_only_members_are_in_under_their_ids(coder):
    members = np.random.default_rng(2).random(ROWS) < 0.6
    ids = np.where(members, 10_000 + np.arange(ROWS), -1)
    scan = trained(coder, members=members, ids=ids)
    assert scan.index.ntotal == members.sum()
    np.testing.assert_array_equal(np.sort(np.concatenate(lists_of(scan.index))), ids[members])


@every
def test_a_short_pool_of_all_lists_holds_the_nearest(coder):
    scan, queries = trained(coder), vectors(100, 3)
    true = np.argsort(-queries @ VECTORS.T, axis=1)[:, :10]
    found = scan.ids(queries, 100, LISTS)
    assert np.mean([np.isin(t, f).mean() for t, f in zip(true, found, strict=True)]) > 0.95


def test_given_the_same_lists_the_codes_are_the_same(monkeypatch):
    reference = trained(FaissCoder)
    centres = reference.index.quantizer.reconstruct_n(0, LISTS)
    monkeypatch.setattr("indexer.ann.coders._means", lambda given, count, generator: given.new_tensor(centres))
    scan, queries = trained(CODERS["torch"]), projected(reference, vectors(50, 4))
    for index in (reference.index, scan.index):
        index.nprobe = LISTS
    scores, ids = reference.index.search(queries, 30)
    again, others = scan.index.search(queries, 30)
    assert np.isclose(again, scores, rtol=1e-5).mean() > 0.95, "but for codes that the last bits of a product decide"
    assert (others == ids).mean() > 0.95, "but for those whose scores are the same"


@every
def test_lists_are_as_tight_as_those_of_faiss(coder):
    def spread(scan) -> float:
        centres = scan.index.quantizer.reconstruct_n(0, LISTS)
        apart = ((projected(scan, VECTORS)[:, None] - centres) ** 2).sum(axis=2)
        return float(apart.min(axis=1).mean())

    assert spread(trained(coder)) < 1.05 * spread(trained(FaissCoder))


@every
def test_vectors_that_are_all_alike(coder):
    base = np.repeat(VECTORS[:1], 200, axis=0)
    found = np.concatenate(lists_of(trained(coder, base=base, lists=4).index))
    np.testing.assert_array_equal(np.sort(found), np.arange(200))


def test_the_device_that_builds(monkeypatch):
    assert building_device("cpu") == "cpu"
    with pytest.raises(UsageError, match="device=tpu"):
        building_device("tpu")
    monkeypatch.setattr("indexer.ann.coders.driver", lambda: True)
    monkeypatch.setattr("indexer.ann.coders.torch_device", lambda name: {"auto": "cuda", "cuda": "cuda"}[name])
    assert building_device("auto") == building_device("cuda") == "cuda"
    monkeypatch.setattr("indexer.ann.coders.driver", lambda: False)
    assert building_device("auto") == "cpu"
