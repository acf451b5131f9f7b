import numpy as np
import torch
from retrieval_data import write_data
from safetensors.torch import save_file
from small_space import write_space

from indexer.align import bridges
from indexer.align.pictures import pack
from indexer.align.pictures.sources import everything
from retriever.spaces.bridge import Bridge
from retriever.spaces.mini import open_space
from retriever.spaces.shape_tower import ShapeTower, TowerConfig
from retriever.types import Modality

EYE = np.eye(12, dtype=np.float32)
SMALL = TowerConfig(
    points=64, centers=16, neighbors=6, patches=8, patch_neighbors=4, width=16, layers=1, heads=2, dim=12
)


def vectors(count, dim=12, seed=0):
    return bridges.unit(np.random.default_rng(seed).normal(0.3, 1, (count, dim)).astype(np.float32))


def crossed(bridge, rows):
    """As the module does, in torch."""
    made = Bridge(rows.shape[1])
    made.turn, made.shift = (torch.from_numpy(each) for each in bridge)
    return made(torch.from_numpy(rows)).numpy()


def test_a_new_bridge_changes_nothing_but_the_length():
    rows = vectors(9)
    np.testing.assert_allclose(Bridge(12)(torch.from_numpy(rows * 7)).numpy(), rows, atol=1e-6)


def test_centering_takes_the_common_direction_off():
    rows = vectors(400)
    assert np.linalg.norm(rows.mean(axis=0)) > 0.2
    across = crossed(bridges.centering(rows), rows)
    np.testing.assert_allclose(np.linalg.norm(across, axis=1), 1, atol=1e-6)
    assert np.linalg.norm(across.mean(axis=0)) < 0.1


def test_evening_takes_the_mean_off_and_keeps_what_is_nearest():
    rows = vectors(400) * np.linspace(0.2, 2, 12, dtype=np.float32)
    rows = bridges.unit(rows)
    bridge = bridges.evened(rows, 0.5)
    straight = rows @ bridge[0] + bridge[1]
    np.testing.assert_allclose(straight.mean(axis=0), 0, atol=1e-5)
    before, after = (np.linalg.eigvalsh(np.cov(each.T)) for each in (rows, straight))
    assert after[-1] / after[0] < before[-1] / before[0]
    assert (np.diff(after) > 0).all(), "strong directions stay the strong ones"
    np.testing.assert_allclose(bridges.crossed(rows, bridge), crossed(bridge, rows), atol=1e-5)


def test_evening_by_nothing_is_centering():
    rows = vectors(400)
    for evened, centred in zip(bridges.evened(rows, 0), bridges.centering(rows), strict=True):
        np.testing.assert_allclose(evened, centred, atol=1e-6)


def test_evening_bears_fewer_vectors_than_directions():
    for each in bridges.evened(vectors(5), 1.0):
        assert np.isfinite(each).all()


def test_regression_finds_the_turn_between_two_sets_of_vectors():
    rng = np.random.default_rng(1)
    turn = np.linalg.qr(rng.normal(size=(12, 12)))[0]
    rows = vectors(600)
    centred = rows - rows.mean(axis=0)
    targets = bridges.unit(centred @ turn)
    across = crossed(bridges.regression(rows, targets, ridge=0.03), rows)
    assert (across * targets).sum(axis=1).min() > 0.98
    assert (crossed(bridges.centering(rows), rows) * targets).sum(axis=1).mean() < 0.5


def test_a_strong_ridge_shrinks_the_map_and_keeps_it_finite():
    rows = vectors(5)  # fewer than dimensions
    weak, strong = (bridges.regression(rows, rows - rows.mean(axis=0), ridge=each)[0] for each in (0.01, 100.0))
    assert np.isfinite(weak).all()
    assert np.linalg.norm(strong) < np.linalg.norm(weak)


def test_contrast_tells_targets_apart_that_regression_confuses():
    """Strong directions that say nothing of the target take a regression's strength, not a contrast's."""
    rng = np.random.default_rng(2)
    targets = vectors(60, seed=3)
    shown = targets.repeat(20, axis=0)
    given = shown + rng.normal(0, 0.25, shown.shape).astype(np.float32)
    given[:, :3] += rng.normal(0, 3, (len(given), 3)).astype(np.float32)
    start = bridges.regression(bridges.unit(given), shown, ridge=30)
    pairs = bridges.Pairs(given, shown, batch=1024)
    trained = bridges.contrasted([pairs], start)

    def right(bridge):
        return (crossed(bridge, bridges.unit(given)) @ targets.T).argmax(axis=1) == np.arange(60).repeat(20)

    assert right(trained).mean() > 1.2 * right(start).mean()
    for one, other in zip(trained, bridges.contrasted([pairs], start), strict=True):
        np.testing.assert_array_equal(one, other)


def test_pairs_are_told_apart_among_themselves_alone_and_a_pull_brings_them_nearer():
    """Two kinds of targets on opposite sides: what is bound to one kind need not shun the other."""
    rows = vectors(400, seed=4)
    here, there = bridges.unit(rows + 1), bridges.unit(rows - 1)
    start = bridges.regression(np.concatenate([rows, rows]), np.concatenate([here, there]), ridge=1)
    near = {}
    for pull in (0.0, 10.0):
        pairs = [bridges.Pairs(rows, here, batch=256, pull=pull), bridges.Pairs(rows, there, batch=256)]
        near[pull] = (crossed(bridges.contrasted(pairs, start), rows) * here).sum(axis=1).mean()
    assert near[10.0] > near[0.0] + 0.1


def test_a_name_is_placed_where_shapes_lie_that_are_called_alike():
    class Hub:
        def encode(self, texts):
            return np.stack([EYE[{"chair": 0, "sofa": 1, "car": 2}[text.text.split()[-1]]] for text in texts])

    shapes = EYE[[6, 6, 7, 8]]
    captions = [("chair",), ("chair", "sofa"), ("sofa",), ("car",)]
    chair, car, between = bridges.placed(np.stack([EYE[0], EYE[2], EYE[0] + EYE[1]]), captions, shapes, Hub())
    assert chair @ EYE[6] > 0.9 and car @ EYE[8] > 0.99
    assert between @ EYE[6] > 0.5 and between @ EYE[7] > 0.3


def test_a_bridge_that_is_built_in_is_what_the_tower_ends_with(tmp_path):
    tower = ShapeTower(SMALL).eval()
    save_file(tower.state_dict(), str(tmp_path / "plain.safetensors"))
    bridge = (np.eye(12, dtype=np.float32)[::-1].copy(), np.full(12, 0.1, np.float32))
    bridges.build_in(bridge, tmp_path / "plain.safetensors", tmp_path / "new" / "bridged.safetensors")
    points = torch.randn(3, 64, 3, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        before = tower(points, torch.full_like(points, 0.4)).numpy()
        bridged = ShapeTower(SMALL).load(tmp_path / "new" / "bridged.safetensors").eval()
        after = bridged(points, torch.full_like(points, 0.4)).numpy()
    np.testing.assert_allclose(after, crossed(bridge, before), atol=1e-5)


def test_pictures_are_laid_on_the_ground_that_the_tower_expects():
    pixels = np.zeros((2, 2, 4), np.uint8)
    pixels[0, :, 3] = 255
    assert bridges._on(255, pixels)[..., 0].tolist() == [[0, 0], [255, 255]]


def test_the_bridges_of_a_space_are_fitted_on_what_its_data_folder_trains_on(tmp_path):
    data = write_data(tmp_path / "data")
    space = open_space(write_space(tmp_path / "space", Modality.SHAPE, Modality.IMAGE, Modality.AUDIO))
    pack.write(everything([data], views=1, per_kind=0, seed=0), tmp_path / "pack", lambda done: None)
    fitted = bridges.fit(space, data, pack.Pack.load(tmp_path / "pack"))
    assert set(fitted) == {Modality.SHAPE, Modality.IMAGE, Modality.AUDIO}
    for turn, shift in fitted.values():
        assert turn.shape == (384, 384)
        assert np.isfinite(turn).all() and np.isfinite(shift).all()
    np.testing.assert_array_equal(fitted[Modality.AUDIO][0], np.eye(384))
    np.testing.assert_allclose(fitted[Modality.SHAPE][0], fitted[Modality.SHAPE][0].T, atol=1e-6)
    again = bridges.fit(space, data, pack.Pack.load(tmp_path / "pack"))
    np.testing.assert_array_equal(again[Modality.IMAGE][0], fitted[Modality.IMAGE][0])
