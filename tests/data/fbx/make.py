"""Makes the FBX files of this folder: ``blender -b --python tests/data/fbx/make.py``, with Assimp's tool `assimp`.

Blender writes one scene with y up and its picture inside, and with z up and the picture beside it; ``truth.json`` holds
where Blender itself has the vertices of what is seen, in its axes, z up. Assimp writes ``wedge.obj`` as FBX, binary and
ASCII, and the chair of the folder beside this. The files are committed, so that the tests read given bytes.
"""

from __future__ import annotations

import json
import math
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bpy

HERE = Path(__file__).resolve().parent
WEDGE = [(0, 0, 0), (2, 0, 0), (2, 1, 0), (0, 1, 0), (0, 0, 0.5), (0, 1, 0.5)]
WEDGE_FACES = [(3, 2, 1, 0), (0, 1, 4), (2, 3, 5), (1, 2, 5, 4), (3, 0, 4, 5)]
Triple = tuple[float, float, float]


def mesh(name: str, vertices: Sequence[Triple], faces: Sequence[Sequence[int]]) -> Any:
    made = bpy.data.meshes.new(name)
    made.from_pydata(vertices, [], faces)
    made.update()
    return made


def placed(
    name: str, data: Any, above: Any = None, at: Triple = (0, 0, 0), turn: Triple = (0, 0, 0), scale: Triple = (1, 1, 1)
) -> Any:
    made = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(made)
    made.parent, made.location, made.rotation_euler, made.scale = above, at, turn, scale
    return made


def material(name: str, color: Triple, picture: Any = None) -> Any:
    made = bpy.data.materials.new(name)
    made.use_nodes = True
    nodes = made.node_tree.nodes
    base = nodes["Principled BSDF"].inputs["Base Color"]
    base.default_value = (*color, 1)
    if picture:
        texture = nodes.new("ShaderNodeTexImage")
        texture.image = picture
        made.node_tree.links.new(texture.outputs["Color"], base)
    return made


def wedges() -> list[Any]:
    """One mesh thrice below a parent that is scaled unevenly: once plain, once mirrored, once a grandchild."""
    wedge = mesh("wedge", WEDGE, WEDGE_FACES)
    wedge.materials.append(material("red", (1, 0, 0)))
    wedge.materials.append(material("blue", (0, 0, 1)))
    wedge.polygons[0].material_index = 1
    root = placed("root", None, None, (1, 2, 3), (0.3, 0.2, 0.5), (2, 1, 0.5))
    plain = placed("plain", wedge, root, (0, 0, 1), (0.1, 0.7, 0.2))
    mirrored = placed("mirrored", wedge, root, (3, 0, 0), (0, 0, 0.4), (-1, 1, 1))
    return [plain, mirrored, placed("small", wedge, plain, (0, 3, 0), (0.5, 0, 0), (0.5, 0.5, 0.5))]


def hexagon() -> Any:
    corners = [(math.cos(k * math.pi / 3), math.sin(k * math.pi / 3), 0.0) for k in range(6)]
    made = mesh("hexagon", corners, [tuple(range(6))])
    for corner in made.color_attributes.new("Col", "BYTE_COLOR", "CORNER").data:
        corner.color = (0, 1, 0, 1)
    return placed("hexagon", made, None, (-4, 0, 0))


def pictured() -> Any:
    """Two triangles, one in the yellow half of a picture, one in the cyan."""
    image = bpy.data.images.new("half", 8, 4)
    image.pixels = [value for _ in range(4) for x in range(8) for value in ((1, 1, 0, 1) if x < 4 else (0, 1, 1, 1))]
    image.filepath_raw, image.file_format = str(HERE / "half.png"), "PNG"
    image.save()
    made = mesh("quad", [(0, 0, 0), (1, 0, 0), (1, 0, 1), (0, 0, 1)], [(0, 1, 2), (0, 2, 3)])
    for number, corner in enumerate(made.uv_layers.new(name="UVMap").data):
        corner.uv = ((0.2 if number < 3 else 0.8) + 0.01 * (number % 3), 0.5)
    made.materials.append(material("picture", (1, 1, 1), image))
    return placed("quad", made, None, (0, -4, 0))


def bent() -> Any:
    """A bar of two segments on two bones, of which the upper is turned."""
    corners = [(x, y, z) for z in (0, 1, 2) for x, y in ((0, 0), (0.2, 0), (0.2, 0.2), (0, 0.2))]
    sides = [(4 * k + i, 4 * k + (i + 1) % 4, 4 * k + 4 + (i + 1) % 4, 4 * k + 4 + i) for k in (0, 1) for i in range(4)]
    bones = bpy.data.armatures.new("armature")
    armature = placed("armature", bones, None, (5, 5, 0), (0, 0, 0.3))
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    lower, upper = bones.edit_bones.new("lower"), bones.edit_bones.new("upper")
    lower.head, lower.tail, upper.head, upper.tail = (0.1, 0.1, 0), (0.1, 0.1, 1), (0.1, 0.1, 1), (0.1, 0.1, 2)
    upper.parent = lower
    bpy.ops.object.mode_set(mode="OBJECT")
    bar = placed("bar", mesh("bar", corners, sides), armature)
    for name, held in (("lower", range(8)), ("upper", range(4, 12))):
        group = bar.vertex_groups.new(name=name)
        for vertex in held:
            group.add([vertex], 0.5 if 4 <= vertex < 8 else 1.0, "REPLACE")
    bar.modifiers.new("armature", "ARMATURE").object = armature
    pose = armature.pose.bones["upper"]
    pose.rotation_mode, pose.rotation_euler = "XYZ", (0.9, 0, 0)
    return bar


def unseen(wedge: Any) -> None:
    """What is in the file and is not to be read."""
    hidden = placed("hidden", wedge, None, (50, 50, 50))
    placed("UCX_plain_01", wedge, None, (60, 0, 0))
    placed("tree_LOD1", wedge, None, (0, 8, 20))
    placed("camera", bpy.data.cameras.new("camera"), None, (0, 0, 100))
    placed("lamp", bpy.data.lights.new("lamp", "POINT"), None, (0, 0, -100))
    line = bpy.data.curves.new("line", "CURVE")
    line.splines.new("POLY").points.add(2)
    line.splines[0].points[1].co = (0, 0, 70, 1)
    placed("line", line)
    bpy.context.view_layer.update()
    hidden.hide_viewport = True


def truth(seen: list[Any]) -> dict[str, list[list[float]]]:
    graph = bpy.context.evaluated_depsgraph_get()
    evaluated = {each.name: each.evaluated_get(graph) for each in seen}
    return {
        name: [[round(value, 5) for value in each.matrix_world @ vertex.co] for vertex in each.to_mesh().vertices]
        for name, each in evaluated.items()
    }


def main() -> None:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    seen = [*wedges(), hexagon(), pictured(), bent()]
    seen.append(placed("tree_LOD0", seen[0].data, None, (0, 8, 0)))
    unseen(seen[0].data)
    (HERE / "truth.json").write_text(json.dumps(truth(seen)) + "\n")
    options = {"bake_anim": False, "add_leaf_bones": False}
    export = bpy.ops.export_scene.fbx
    export(filepath=str(HERE / "blender_y_up.fbx"), path_mode="COPY", embed_textures=True, **options)
    export(filepath=str(HERE / "blender_z_up.fbx"), path_mode="RELATIVE", axis_forward="Y", axis_up="Z", **options)
    for name, kind in (("assimp.fbx", "fbx"), ("assimp_ascii.fbx", "fbxa")):
        subprocess.run(["assimp", "export", "wedge.obj", name, f"-f{kind}"], cwd=HERE, check=True)
    chairs = HERE.parent / "chairs"
    subprocess.run(["assimp", "export", "chair.obj", "chair.fbx", "-ffbx"], cwd=chairs, check=True)


main()
