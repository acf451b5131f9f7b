"""Published checkpoints become spaces: the right ones whole and exactly, the wrong ones refused in a sentence."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import small_published
import torch
from safetensors.torch import load_file, save_file
from small_published import NAME
from torch import Tensor

from indexer.durable import FolderLock
from indexer.published import add
from indexer.published.checkpoint import Checkpoint
from retriever import spaces
from retriever.errors import IndexBusy, RetrieverError, SpaceError, UsageError
from retriever.spaces.catalogue import POINT_BIND_BERT
from retriever.types import Modality

State = dict[str, Tensor]


@pytest.fixture(scope="module")
def published() -> State:
    return small_published.checkpoint()


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    small_published.publish(monkeypatch, tmp_path / "spaces")
    return tmp_path / "spaces" / NAME


def saved(state: object, path: Path) -> Path:
    torch.save(state, path)
    return path


def weights(own: Path, modality: Modality) -> Path:
    """The file that the description names."""
    return own / str(json.loads((own / "space.json").read_text())["towers"][modality]["file"])


def cloud(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((300, 3))


def test_a_checkpoint_becomes_a_space_of_one_file_a_tower(published: State, own: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int, int | None]] = []
    done = add.add(NAME, [saved(published, tmp_path / "all.pt")], progress=lambda *step: told.append(step))
    assert (done.folder, done.towers, done.missing) == (own, [Modality.SHAPE, Modality.AUDIO], [])
    assert sorted(file.suffix for file in own.iterdir() if file.stat().st_size > 100) == [
        ".json",
        *2 * [".safetensors"],
    ]
    assert told[-1][0] == "add" and told[-1][1] >= told[-1][2] > 0  # type: ignore[operator]

    shape = load_file(weights(own, Modality.SHAPE))
    assert set(shape) == set(small_published.state(Modality.SHAPE))
    assert all(torch.equal(value, published[key]) for key, value in shape.items())
    card = json.loads((own / "space.json").read_text())
    for tower in card["towers"].values():
        assert sha256((own / tower["file"]).read_bytes()).hexdigest() == tower["sha256"]
        assert tower["from"] == "all.pt"

    space = spaces.get(NAME)
    assert space.modalities == {Modality.SHAPE, Modality.AUDIO} and "no use at all" in space.license
    vectors = space.encode(shapes=[cloud(0), cloud(1)], audio=np.sin(np.arange(8000, dtype=np.float32)))
    assert vectors.shape == (3, 1024) and np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("suffix", [".pt", ".safetensors", ".legacy.pth"])
def test_formats_of_checkpoints_give_the_same_space(published: State, own: Path, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"all{suffix}"
    if suffix == ".safetensors":
        save_file(published, path)
    else:
        torch.save(published, path, _use_new_zipfile_serialization=suffix == ".pt")
    add.add(NAME, [path])
    assert torch.equal(load_file(weights(own, Modality.SHAPE))["pc_projection"], published["pc_projection"])


def test_half_precision_is_widened_and_counters_stay_whole_numbers(published: State, own: Path, tmp_path: Path) -> None:
    half = {key: value.half() if value.is_floating_point() else value for key, value in published.items()}
    add.add(NAME, [saved(half, tmp_path / "half.pt")])
    shape = load_file(weights(own, Modality.SHAPE))
    assert {value.dtype for value in shape.values()} == {torch.float32, torch.int64}
    assert torch.allclose(shape["pc_projection"], published["pc_projection"], atol=1e-3)


def test_what_is_interrupted_changes_nothing(
    published: State, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add.add(NAME, [saved(published, tmp_path / "all.pt")])
    before, identity = cloud(), spaces.get(NAME).identity
    vector = spaces.get(NAME).encode(shapes=before)
    other = {key: value + 1 if value.is_floating_point() else value for key, value in published.items()}

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(add, "write_card", interrupted)
        add.add(NAME, [saved(other, tmp_path / "other.pt")])
    spaces._opened.clear()
    assert spaces.get(NAME).identity == identity
    assert np.array_equal(spaces.get(NAME).encode(shapes=before), vector)
    add.add(NAME, [tmp_path / "other.pt"])
    assert spaces.get(NAME).identity != identity
    assert len(list(own.glob("*.safetensors"))) == 2 and not list(own.glob("*.new"))


@pytest.mark.parametrize("name", ["open_clip_model.safetensors", "shape-0123abcd.safetensors"])
def test_files_of_the_user_in_the_folder_of_the_space_stay(
    published: State, own: Path, tmp_path: Path, name: str
) -> None:
    own.mkdir(parents=True)
    for file in ("notes.tmp", "training.new"):
        (own / file).write_text("mine")
    leftovers = ["audio-89abcdef.safetensors", "audio.new", "shape.new.tmp"]
    for file in leftovers:
        (own / file).write_text("of a run that was killed")
    save_file(published, own / name)
    add.add(NAME, [own / name])
    assert {name, "notes.tmp", "training.new"} < {file.name for file in own.iterdir()}
    assert not any((own / file).exists() for file in leftovers)
    assert spaces.get(NAME).modalities == {Modality.SHAPE, Modality.AUDIO}


@pytest.mark.parametrize("card", ["{", "[]", "{}", '{"towers": {"shap": {}}}', '{"towers": []}'])
def test_a_damaged_description_is_repaired(published: State, own: Path, tmp_path: Path, card: str) -> None:
    own.mkdir(parents=True)
    (own / "space.json").write_text(card)
    add.add(NAME, [saved(published, tmp_path / "all.pt")])
    assert spaces.get(NAME).modalities == {Modality.SHAPE, Modality.AUDIO}


def test_a_tower_whose_file_is_gone_is_missing(published: State, own: Path, tmp_path: Path) -> None:
    add.add(NAME, [saved(published, tmp_path / "all.pt")])
    weights(own, Modality.AUDIO).unlink()
    shape = {key: value for key, value in published.items() if not key.startswith("bind.modality_") or "_point" in key}
    assert add.add(NAME, [saved(shape, tmp_path / "points.pt")]).missing == [Modality.AUDIO]
    assert spaces.get(NAME).modalities == {Modality.SHAPE}


def test_one_tower_in_two_files_is_refused(published: State, own: Path, tmp_path: Path) -> None:
    files = [saved(published, tmp_path / "one.pt"), saved(published, tmp_path / "two.pt")]
    with pytest.raises(UsageError, match=r"one\.pt and .*two\.pt both hold the shape tower"):
        add.add(NAME, files)


def test_two_at_once_is_refused(published: State, own: Path, tmp_path: Path) -> None:
    own.mkdir(parents=True)
    lock = FolderLock(own)
    with pytest.raises(IndexBusy, match=r"is writing to the space .*small-bind"):
        add.add(NAME, [saved(published, tmp_path / "all.pt")])
    lock.release()
    add.add(NAME, [tmp_path / "all.pt"])


def test_towers_may_come_one_by_one(published: State, own: Path, tmp_path: Path) -> None:
    audio = {key.removeprefix("bind."): value for key, value in published.items() if ".audio." in key}
    done = add.add(NAME, [saved(audio, tmp_path / "imagebind.pt")])
    assert (done.towers, done.missing) == ([Modality.AUDIO], [Modality.SHAPE])
    before = spaces.get(NAME).identity
    with pytest.raises(SpaceError, match="has no shape encoder"):
        spaces.get(NAME).encode(shapes=cloud())
    shape = {key: value for key, value in published.items() if not key.startswith("bind.modality_") or "_point" in key}
    done = add.add(NAME, [saved(shape, tmp_path / "points.pt")])
    assert (done.towers, done.missing) == ([Modality.SHAPE], [])
    assert spaces.get(NAME).modalities == {Modality.SHAPE, Modality.AUDIO}
    assert spaces.get(NAME).identity.weights != before.weights


def test_the_file_that_merges_point_bert_with_imagebind_is_read_by_its_own_names() -> None:
    plain, merged = POINT_BIND_BERT.parts[Modality.SHAPE].layouts
    assert plain.key("pc_projection") == "pc_projection"
    assert merged.key("point_encoder.norm.weight") == "point_trunk.point_encoder.norm.weight"
    assert merged.key("bind.modality_head_point.2.weight") == "modality_heads.point.2.weight"
    assert merged.key("bind.modality_postprocessor_point.1.log_logit_scale") == (
        "modality_postprocessors.point.1.log_logit_scale"
    )


def without(key: str) -> Callable[[State], State]:
    return lambda state: {name: value for name, value in state.items() if name != key}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (without("point_encoder.norm.bias"), r"shape tower in part: 1 of its \d+ tensors.*'point_encoder\.norm\.bias'"),
        (
            lambda state: state | {"pc_projection": torch.zeros(7, 7)},
            r"'pc_projection'.*\(7, 7\) and not",
        ),
        (
            lambda state: state | {"point_encoder.more": torch.zeros(1)},
            r"1 tensors that no tower.*'point_encoder\.more'",
        ),
        (lambda state: {"conv1.weight": torch.zeros(3)}, r"no tower of the space.*'conv1\.weight'.*made by the tests"),
        (lambda state: {}, "no tower of the space"),
        (lambda state: [1, 2], "holds a list and no state_dict"),
    ],
)
def test_other_weights_are_refused_and_nothing_is_written(
    published: State, own: Path, tmp_path: Path, change: Callable[[State], object], said: str
) -> None:
    with pytest.raises(SpaceError, match=said):
        add.add(NAME, [saved(change(published), tmp_path / "odd.pt")])
    assert not own.exists()


class Harmful:
    """What a pickle can hold: a call that is made when it is read."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Path.touch, (Path(__file__).with_name("touched"),)  # type: ignore[return-value]


def test_code_in_a_pickle_is_refused_and_not_run(published: State, own: Path, tmp_path: Path) -> None:
    with pytest.raises(SpaceError, match=r"odd\.pt holds Python objects beside tensors"):
        add.add(NAME, [saved(published | {"extra": Harmful()}, tmp_path / "odd.pt")])
    assert not Path(__file__).with_name("touched").exists()


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.999])
def test_a_truncated_file_is_said(published: State, tmp_path: Path, suffix: str, share: float) -> None:
    path = tmp_path / f"cut{suffix}"
    save_file(published, path) if suffix == ".safetensors" else torch.save(published, path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(SpaceError, match=rf"cut\{suffix} is no whole file of weights.*download it again"):
        Checkpoint(path)


def test_what_is_no_checkpoint_is_said(tmp_path: Path) -> None:
    (tmp_path / "page.pt").write_text("<html>Too many requests</html>")
    with zipfile.ZipFile(tmp_path / "zip.pt", "w") as archive:
        archive.writestr("readme", "hello")
    for path in (tmp_path / "page.pt", tmp_path / "zip.pt"):
        with pytest.raises(SpaceError, match=f"{path.name} is no whole file of weights"):
            Checkpoint(path)
    for path in (tmp_path / "gone.pt", tmp_path):
        with pytest.raises(SpaceError, match="is no file"):
            Checkpoint(path)


def test_only_published_spaces_can_be_added(own: Path) -> None:
    with pytest.raises(UsageError, match=r"No published space is called 'mini'.*point-bind"):
        add.add("mini", [])


def test_no_files_are_refused_and_nothing_is_written(own: Path) -> None:
    with pytest.raises(UsageError, match=r"No files are given to add to small-bind.*made by the tests"):
        add.add(NAME, [])
    assert not own.exists()


def test_a_full_or_forbidden_disk_is_said(published: State, own: Path, tmp_path: Path) -> None:
    own.parent.parent.mkdir(exist_ok=True)
    own.parent.write_text("a file where the folder should be")
    with pytest.raises(RetrieverError, match=r"Cannot write to the space .*small-bind"):
        add.add(NAME, [saved(published, tmp_path / "all.pt")])
