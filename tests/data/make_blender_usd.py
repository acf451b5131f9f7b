"""Makes the USD files that Blender writes, in an environment of its own or by Blender itself.

``blender -b --python tests/data/make_blender_usd.py`` or ``python tests/data/make_blender_usd.py`` where bpy is.
chair.usd is the chair of make.py. scenes/blender_*.usdc is a scene as artists leave them; what is in it is said by
tests/loaders/test_usd.py. Debian's Blender 3.4 comes without USD; the files are of 4.2 and 5.0.
"""

from __future__ import annotations

import math
from pathlib import Path

import bpy

HERE = Path(__file__).parent
BLUE, RED, GREEN = (0.2, 0.4, 0.8, 1), (0.8, 0.2, 0.2, 1), (0, 0.5, 0, 1)
BOXES = [
    ((0.0, 0.45, 0.0), (0.5, 0.06, 0.4), BLUE),
    ((0.0, 0.78, -0.18), (0.5, 0.6, 0.04), RED),
    *(((x, 0.21, z), (0.05, 0.42, 0.05), BLUE) for x in (-0.2, 0.2) for z in (-0.15, 0.15)),
]
"""As in make.py, which needs trimesh."""
SIDES = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
CORNERS = [(x, y, z) for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)]


def painted(color: tuple[float, ...]) -> bpy.types.Material:
    made = bpy.data.materials.new("paint")
    made.use_nodes = True
    made.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = color
    return made


def thing(
    name: str, corners: list, faces: list, color: tuple[float, ...] | None = None, parent=None
) -> bpy.types.Object:
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(corners, [], faces)
    if color:
        mesh.materials.append(painted(color))
    made = bpy.data.objects.new(name, mesh)
    made.parent = parent
    bpy.context.scene.collection.objects.link(made)
    return made


def empty(name: str) -> bpy.types.Object:
    made = bpy.data.objects.new(name, None)
    bpy.context.scene.collection.objects.link(made)
    return made


def chair() -> None:
    for number, ((x, y, z), (width, height, depth), color) in enumerate(BOXES):
        made = thing(f"box{number}", CORNERS, SIDES, color)
        made.location, made.scale = (x, -z, y), (width, depth, height)


def scene() -> None:
    """A mirrored parent with an n-gon and a scaled box below it, a hidden box, a modifier, a camera and a light."""
    mirror = empty("mirror")
    mirror.scale, mirror.location = (-2, 1, 1), (1, 0, 0)
    around = [(math.cos(i * math.pi / 4), math.sin(i * math.pi / 4), 3) for i in range(8)]
    thing("octagon", around, [tuple(range(8))], GREEN, mirror)
    box = thing("box", CORNERS, SIDES, RED, mirror)
    box.scale, box.location, box.rotation_euler = (1, 2, 3), (3, 0, 0), (0, 0, math.pi / 2)
    row = thing("row", CORNERS, SIDES, BLUE)
    row.location = (0, 10, 0)
    more = row.modifiers.new("row", "ARRAY")
    more.count, more.relative_offset_displace = 3, (2, 0, 0)
    hidden = thing("hidden", CORNERS, SIDES, RED)
    hidden.location, hidden.hide_render, hidden.hide_viewport = (50, 0, 0), True, True
    for name, data in (("camera", bpy.data.cameras.new("camera")), ("light", bpy.data.lights.new("light", "POINT"))):
        made = bpy.data.objects.new(name, data)
        made.location = (0, -80, 0)
        bpy.context.scene.collection.objects.link(made)


def instances() -> None:
    """One object in a collection that two empties show, moved and turned."""
    group = bpy.data.collections.new("group")
    post = thing("post", CORNERS, SIDES, RED)
    bpy.context.scene.collection.objects.unlink(post)
    group.objects.link(post)
    for number, (place, turn) in enumerate((((5, 5, 0), 0), ((9, 5, 0), math.pi / 4))):
        made = empty(f"shown{number}")
        made.instance_type, made.instance_collection = "COLLECTION", group
        made.location, made.rotation_euler = place, (0, 0, turn)


def write(path: Path, *makers) -> None:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    for make in makers:
        make()
    path.unlink(missing_ok=True)
    bpy.ops.wm.usd_export(filepath=str(path), use_instancing=True)


if __name__ == "__main__":
    version = "_".join(map(str, bpy.app.version[:2]))
    write(HERE / "scenes" / f"blender_{version}.usdc", scene, instances)
    if bpy.app.version >= (4, 2):
        write(HERE / "chairs" / "chair.usd", chair)
