"""The walk over a corpus: items, sidecars, companions, odd names, links, and what cannot be looked at."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from pxr import Sdf, Usd

from indexer.found import Scan, SourceFile
from indexer.scan import scan
from indexer.skipped import AWAY, NUMBERS, told
from retriever.types import Modality

FBX = Path(__file__).parents[1] / "data" / "fbx"


def plant(root: Path, *paths: str, **contents: str) -> Path:
    """Files with a byte in them, and files with the given text."""
    for path, text in {**dict.fromkeys(paths, "x"), **contents}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def found(result: Scan) -> list[str]:
    return [file.path for file in result.files]


def only(result: Scan) -> SourceFile:
    assert len(result.files) == 1, found(result)
    return result.files[0]


def test_items_of_every_modality_sorted(tmp_path: Path) -> None:
    result = scan(plant(tmp_path, "b.GLB", "a/c.wav", "a/b.png", "notes.md", "a/model.max", "Makefile", "t.max"))
    assert [(file.path, file.modality) for file in result.files] == [
        ("a/b.png", Modality.IMAGE),
        ("a/c.wav", Modality.AUDIO),
        ("b.GLB", Modality.SHAPE),
        ("notes.md", Modality.TEXT),
    ]
    assert result.skipped == {"unsupported .max": 2, "unsupported Makefile": 1}
    assert (result.problems, result.unreadable) == ([], [])
    assert result.files[0].bytes == 1


def test_many_suffixes_that_nothing_reads_are_told_in_one_line(tmp_path: Path) -> None:
    assert told(scan(plant(tmp_path / "one", "a.max", "b.max")).skipped) == [(2, "unsupported .max")]
    plant(tmp_path / "many", "a.obj", "a.json", "LICENSE", "a.max", "b.max", *(f"part.{n:03}" for n in range(1500)))
    assert told(scan(tmp_path / "many").skipped) == [
        (
            1503,
            "unsupported .max (2), LICENSE (1), .000 (1), .001 (1), .002 (1), .003 (1), .004 (1), .005 (1) and "
            "1,494 more",
        ),
        (1, "sidecar"),
    ]


def test_hidden_things_and_indices_are_left_out(tmp_path: Path) -> None:
    plant(tmp_path, "a.obj", ".git/b.obj", ".c.obj", "~$a.obj", ".retriever/d.obj", "my.retriever/e.obj")
    result = scan(tmp_path)
    assert found(result) == ["a.obj"]
    assert result.skipped == {"hidden": 5}


def test_an_index_of_any_name_is_no_part_of_the_corpus(tmp_path: Path) -> None:
    plant(tmp_path, "Chair/a.obj", "Lamp/b.obj", "found/manifest.json", "found/segments/000001/vectors.npy")
    plant(tmp_path, "Chair/deep/manifest.json", "Chair/deep/segments/1/ids.npy", "data/manifest.json", "segments/c.npy")
    result = scan(tmp_path)
    assert found(result) == ["Chair/a.obj", "Lamp/b.obj", "segments/c.npy"]
    assert result.skipped == {"an index": 2, "unsupported .json": 1}
    assert [file.metadata.get("label") for file in result.files[:2]] == ["chair", "lamp"], "found is no class"


def test_links_are_followed_and_loops_end(tmp_path: Path) -> None:
    plant(tmp_path / "corpus", "a/b.obj")
    plant(tmp_path / "elsewhere", "c.obj")
    (tmp_path / "corpus/a/up").symlink_to(tmp_path / "corpus")
    (tmp_path / "corpus/out").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "corpus/d.obj").symlink_to(tmp_path / "elsewhere/c.obj")
    (tmp_path / "corpus/gone.obj").symlink_to(tmp_path / "nothing")
    (tmp_path / "corpus/itself.obj").symlink_to(tmp_path / "corpus/itself.obj")
    result = scan(tmp_path / "corpus")
    assert found(result) == ["a/b.obj", "d.obj", "out/c.obj"]
    assert result.skipped == {"folder linked twice": 1}
    assert [path for path, _ in result.problems] == ["gone.obj", "itself.obj"]


def test_a_folder_keeps_its_own_path_where_a_link_to_it_is_met_first(tmp_path: Path) -> None:
    plant(tmp_path, "packs/trees/b.obj", "z/a.obj")
    (tmp_path / "favourite").symlink_to(tmp_path / "packs/trees")
    (tmp_path / "packs/0").symlink_to(tmp_path / "z")
    assert found(scan(tmp_path)) == ["packs/trees/b.obj", "z/a.obj"]


def test_a_link_to_nothing_is_a_problem_where_its_suffix_is_read(tmp_path: Path) -> None:
    for name in ("a.obj", "folder", "notes.odt"):
        (tmp_path / name).symlink_to(tmp_path / "nothing")
    found = scan(tmp_path)
    assert found.problems == [("a.obj", "is a link to nothing; mend or remove it.")]
    assert found.skipped == {AWAY: 2}
    assert found.unreadable == ["a.obj", "folder", "notes.odt"]


def test_a_folder_that_cannot_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, "a.obj", "locked/b.obj")
    listing = os.scandir

    def denied(path: Path) -> object:
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied")
        return listing(path)

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", denied)  # root lists what its mode forbids
        result = scan(tmp_path)
    assert found(result) == ["a.obj"]
    assert result.unreadable == ["locked"]
    assert result.problems == [("locked", "cannot be listed (Permission denied); check its permissions.")]


def test_special_files(tmp_path: Path) -> None:
    os.mkfifo(plant(tmp_path, "a.obj") / "pipe.obj")
    (tmp_path / "zero.obj").symlink_to("/dev/zero")
    result = scan(tmp_path)
    assert found(result) == ["a.obj"]
    assert result.skipped == {"not a regular file": 2} and not result.problems


def test_odd_names_survive(tmp_path: Path) -> None:
    names = ["a b.obj", "stühl 椅子.obj", "two\nlines.obj", "quote'\".obj", "-k.obj"]
    assert found(scan(plant(tmp_path, *names))) == sorted(names)


def test_names_that_are_not_utf8_are_problems(tmp_path: Path) -> None:
    plant(tmp_path, "a.obj")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.obj")).write_text("x")
    result = scan(tmp_path)
    assert found(result) == ["a.obj"]
    ((path, message),) = result.problems
    assert path == "caf\\udce9.obj"
    assert "rename it" in message


def test_sidecars(tmp_path: Path) -> None:
    known = {"Category": "seat", "title": "Old  chair", "price": 9.5, "tags": ["a"], "vertices": 3, "split": "test"}
    plant(
        tmp_path,
        "chair.glb",
        "chair.png",
        "chair.jpg",
        **{"chair.txt": "a red\n chair", "chair.json": json.dumps(known)},
    )
    result = scan(tmp_path)
    assert only(result).metadata == {
        "name": "Old chair",
        "label": "seat",
        "caption": "a red chair",
        "price": 9.5,
        "preview": "chair.jpg",
        "split": "test",
    }
    assert result.skipped == {"sidecar": 4}


def test_classes_and_names_may_be_numbers(tmp_path: Path) -> None:
    said = {"class": 3, "label": 7, "name": 12, "split": 1.5, "text": True, "part": 4}
    plant(tmp_path, "a.glb", **{"a.json": json.dumps(said), "vase.glb": "", "vase.json": '{"label": NaN, "name": []}'})
    one, other = (file.metadata for file in scan(tmp_path).files)
    assert one == {"label": "3", "name": "12", "split": "1.5", "part": 4}
    assert other == {"name": "vase"}


def test_sidecars_of_pictures_sounds_and_whole_names(tmp_path: Path) -> None:
    contents = {"a.jpg.txt": "a cup", "b.txt": "waves", "note.txt": "nobody's"}
    result = scan(plant(tmp_path, "x/a.jpg", "x/b.wav", **{f"x/{name}": text for name, text in contents.items()}))
    captions = {file.path: file.metadata.get("caption") for file in result.files}
    assert captions == {"x/a.jpg": "a cup", "x/b.wav": "waves", "x/note.txt": None}


def test_shapes_of_one_stem_share_their_sidecars(tmp_path: Path) -> None:
    result = scan(plant(tmp_path, "a.obj", "a.stl", "a.png", **{"a.txt": "a cog"}))
    assert found(result) == ["a.obj", "a.stl"]
    assert all(file.metadata["caption"] == "a cog" and file.metadata["preview"] == "a.png" for file in result.files)


def test_rows_of_numbers_are_nobodys_caption(tmp_path: Path) -> None:
    rows = "".join(f"{n} 0.5 {-n}\n" for n in range(40))
    plant(tmp_path, "a.off", "a.stl", "b.off", **{"a.txt": rows, "b.txt": "3 4 5", "a.json": '{"label": "cog"}'})
    result = scan(tmp_path)
    told_of = {file.path: (file.metadata.get("caption"), file.metadata.get("label")) for file in result.files}
    assert told_of == {"a.off": (None, "cog"), "a.stl": (None, "cog"), "b.off": ("3 4 5", None)}
    assert result.skipped == {"sidecar": 2, NUMBERS: 1} and not result.problems


@pytest.mark.parametrize("text", ["{", "[1]", '{"a": ' * 2000])
def test_a_bad_sidecar_is_a_problem_and_the_item_stays(tmp_path: Path, text: str) -> None:
    result = scan(plant(tmp_path, "a.obj", **{"a.json": text}))
    assert only(result).path == "a.obj"
    assert [path for path, _ in result.problems] == ["a.json"]


def test_a_bad_sidecar_of_several_items_is_one_problem(tmp_path: Path) -> None:
    result = scan(plant(tmp_path, "a.obj", "a.stl", "a.off", "b/a.obj", **{"a.json": "{", "b/a.json": "{"}))
    assert len(result.files) == 4
    assert [path for path, _ in result.problems] == ["a.json", "b/a.json"]


def test_companions_and_textures_are_no_items(tmp_path: Path) -> None:
    plant(tmp_path, "m/a.obj", "m/tex/wood grain.png", "m/b.bin", "m/skin one.png", "m/photo.png", "m/c.jpg", "m/d.png")
    plant(
        tmp_path,
        **{
            "m/a.mtl": "newmtl x\nmap_Kd tex\\wood grain.png\nmap_bump -bm 1 d.png\n",
            "m/b.gltf": '{"images": [{"uri": "skin%20one.png"}, {"uri": "data:image/png;base64,AA"}]}',
            "m/e.dae": "<COLLADA><image><init_from>c.jpg</init_from></image></COLLADA>",
        },
    )
    result = scan(tmp_path)
    assert found(result) == ["m/a.obj", "m/b.gltf", "m/e.dae", "m/photo.png"]
    assert result.skipped == {"companion": 6}


def test_pictures_that_usd_layers_name_are_no_items(tmp_path: Path) -> None:
    plant(tmp_path, "photo.png", "textures/a.png", "textures/b.png", "textures/c.png")
    layers = {"text.usda": "textures/a.png", "crate.usd": "./textures/b.png"}
    for name, picture in layers.items():
        stage = Usd.Stage.CreateNew(str(tmp_path / name))
        stage.DefinePrim("/m", "Shader").CreateAttribute("inputs:file", Sdf.ValueTypeNames.Asset).Set(picture)
        stage.Save()
    plant(tmp_path, **{"damaged.usdc": "PXR-USDC", "nonsense.usda": "#usda 1.0\n{"})
    result = scan(tmp_path)
    assert found(result) == [*sorted(["damaged.usdc", "nonsense.usda", *layers, "photo.png"]), "textures/c.png"]
    assert result.skipped == {"companion": 2}


def test_layers_that_others_name_are_items_also_beside_a_picture(tmp_path: Path) -> None:
    plant(tmp_path, "photo.png", **{"base.usda": "#usda 1.0\n", "top.usda": "#usda 1.0\n(subLayers = [@base.usda@])\n"})
    assert found(scan(tmp_path)) == ["base.usda", "photo.png", "top.usda"]


def test_pictures_that_a_blender_file_names_are_no_items(tmp_path: Path) -> None:
    shutil.copytree(
        Path(__file__).parents[1] / "data" / "blend", tmp_path / "m", ignore=shutil.ignore_patterns("*.npz")
    )
    plant(tmp_path, "m/photo.png", "m/damaged.blend", "m/scene_50.blend1")
    scenes = [f"m/scene_{version}.blend" for version in (34, 42, 50)]
    result = scan(tmp_path)
    assert found(result) == ["m/damaged.blend", "m/photo.png", *scenes]
    assert result.skipped == {"companion": 1, "unsupported .py": 1, "unsupported .blend1": 1}


def test_textures_that_fbx_files_name_are_no_items(tmp_path: Path) -> None:
    for name in ("blender_z_up.fbx", "assimp_ascii.fbx"):
        folder = tmp_path / Path(name).stem
        folder.mkdir()
        shutil.copy(FBX / name, folder)
        plant(folder, "half.png", "textures/half.png", f"{folder.name}.fbm/half.png", "photo.png")
        assert found(scan(folder)) == [name, "photo.png"]


def test_maps_of_one_material_are_no_items(tmp_path: Path) -> None:
    maps = [
        *("T_Oak_2K_BaseColor.jpg", "T_Oak_2K_Normal.png", "T_Oak_2K_Ambient-Occlusion.jpg"),  # Substance
        *("planks_diff_1k.jpg", "planks_nor_gl_1k.jpg", "planks_arm_1k.jpg", "planks_rough_1k.png"),  # Poly Haven
        *("Wood049_1K-JPG_NormalGL.jpg", "Wood049_1K-JPG_Roughness.jpg"),  # ambientCG
        *("guitar_AlbedoTransparency.png", "guitar_MetallicSmoothness.png"),  # Unity
        *("normal.png", "roughness.png"),
        *("T_Mug_D.png", "T_Mug_N.png", "T_Mug_ORM.png"),  # Unreal
        *("T_Table_BC.png", "T_Table_Normal.png"),
    ]
    photos = ["Wood049_1K-JPG_Color.jpg", "dog_normal.png", "cat_height.png", "dog_normal_2.jpg"]
    photos += ["T_Lamp_D.png", "house_d.png", "house_n.png"]
    photos += ["abnormal_rough draft.png", "0001_color.png", "0001_depth.png"]
    plant(tmp_path, *maps, *photos, "notes_normal.txt", "notes_ao.txt", "sub/dog_ao.png")
    result = scan(tmp_path)
    assert found(result) == sorted([*photos, "notes_normal.txt", "notes_ao.txt", "sub/dog_ao.png"])
    assert result.skipped == {"companion": len(maps)}
    assert found(scan(tmp_path, [tmp_path / "normal.png"])) == []


def test_within_narrows_the_walk_and_keeps_paths_and_labels(tmp_path: Path) -> None:
    plant(tmp_path, "Chair/a.obj", "Chair/a.stl", "Lamp/b.obj", "Lamp/c.obj", **{"Chair/a.txt": "soft"})
    everything = {file.path: file for file in scan(tmp_path).files}
    assert len(everything) == 4
    folder, file = tmp_path / "Lamp", tmp_path / "Chair/a.obj"
    assert scan(tmp_path, [folder]).files == [everything["Lamp/b.obj"], everything["Lamp/c.obj"]]
    assert scan(tmp_path, [file]).files == [everything["Chair/a.obj"]]
    assert found(scan(tmp_path, [file, tmp_path / "Chair", folder])) == list(everything)


def test_files_named_one_by_one_look_at_their_folder_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    contents = {"a/0.txt": "soft", "a/0.mtl": "map_Kd skin.png"}
    plant(tmp_path, *(f"{folder}/{n}.obj" for folder in "ab" for n in range(9)), "a/skin.png", **contents)
    everything = {file.path: file for file in scan(tmp_path).files}
    listing = os.scandir

    def listings(files: list[Path]) -> int:
        listed: list[Path] = []
        with monkeypatch.context() as patch:
            patch.setattr(os, "scandir", lambda path: listed.append(Path(path)) or listing(path))
            result = scan(tmp_path, files)
        assert result.files == [everything[path] for path in sorted(str(file.relative_to(tmp_path)) for file in files)]
        return len(listed)

    few = listings([tmp_path / "b/0.obj", tmp_path / "a/0.obj"])
    assert listings([*tmp_path.glob("*/*.obj")]) == few
    both = scan(tmp_path, [*tmp_path.glob("a/*"), tmp_path / "b", tmp_path / "b/3.obj"])
    assert both.files == list(everything.values())
    assert both.skipped == {"sidecar": 1, "companion": 2}


def test_fingerprints_change_with_the_file_its_sidecars_and_its_label(tmp_path: Path) -> None:
    plant(tmp_path, "A/a.obj", "B/b.obj")

    def prints() -> dict[str, str]:
        return {file.path: file.fingerprint for file in scan(tmp_path).files}

    before = prints()
    assert prints() == before
    os.utime(tmp_path / "A/a.obj", ns=(0, 10**18))
    touched = prints()
    assert touched["A/a.obj"] != before["A/a.obj"]
    assert touched["B/b.obj"] == before["B/b.obj"]
    for sidecar in ("B/b.mtl", "B/b.txt", "B/b.png"):
        plant(tmp_path, sidecar)
        after = prints()
        assert after["B/b.obj"] != touched["B/b.obj"]
        touched = after
    plant(tmp_path, "more/C/c.obj")  # ends the class level
    assert prints()["A/a.obj"] != touched["A/a.obj"]


def test_a_root_that_is_not_there(tmp_path: Path) -> None:
    result = scan(tmp_path / "gone")
    assert (result.files, result.unreadable) == ([], [])
    assert len(result.problems) == 1
