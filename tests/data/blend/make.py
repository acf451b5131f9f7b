"""Makes the Blender files of this folder, and the chairs of ../chairs, by Blender itself: run it once in each version.

``blender -b --factory-startup -P tests/data/blend/make.py`` (3.4), and ``python tests/data/blend/make.py`` where the
package ``bpy`` is installed (4.2, 5.0). Each scene has beside it what Blender says of it: the places of all vertices
that are shown, and of each colour how much surface has it, and where. The chairs are written by 4.2.
"""

from __future__ import annotations

import math
from pathlib import Path

import bpy  # isort: skip - first, it brings others

import bmesh
import numpy as np
from mathutils import Matrix, Vector

HERE = Path(__file__).resolve().parent
VERSION = "{}{}".format(*bpy.app.version[:2])
RED, GREEN, BLUE, GREY, YELLOW = (0.8, 0.2, 0.2), (0.2, 0.8, 0.2), (0.2, 0.4, 0.8), (0.5, 0.5, 0.5), (0.8, 0.6, 0.0)
COLORS: dict[str, tuple[float, float, float]] = {}
"""Name of a material -> its colour."""


def material(name: str, color: tuple[float, float, float]) -> bpy.types.Material:
    made = bpy.data.materials.new(name)
    made.use_nodes = True
    made.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (*color, 1)
    made.diffuse_color = (0, 1, 1, 1)  # what counts where there are no nodes
    COLORS[name] = color
    return made


def linked(name: str, kind: str, color: tuple[float, float, float]) -> tuple[bpy.types.Material, bpy.types.Node]:
    """A material whose base colour comes from another node."""
    made = material(name, color)
    tree = made.node_tree
    node = tree.nodes.new(kind)
    tree.links.new(node.outputs["Color"], tree.nodes["Principled BSDF"].inputs["Base Color"])
    return made, node


def cube(name: str, size: tuple[float, float, float] = (1, 1, 1)) -> bpy.types.Mesh:
    made, mesh = bmesh.new(), bpy.data.meshes.new(name)
    bmesh.ops.create_cube(made, size=1)
    bmesh.ops.scale(made, vec=Vector(size), verts=made.verts)
    made.to_mesh(mesh)
    return mesh


def wedge(name: str) -> bpy.types.Mesh:
    """Not symmetric in any way: what is turned or mirrored wrongly is seen."""
    mesh = bpy.data.meshes.new(name)
    points = [(0, 0, 0), (1, 0, 0), (1, 0.5, 0), (0, 0.5, 0), (0, 0, 0.3), (0, 0.5, 0.2)]
    mesh.from_pydata(points, [], [(0, 3, 2, 1), (0, 1, 4), (1, 2, 5, 4), (2, 3, 5), (0, 4, 5, 3)])
    return mesh


def plate(name: str, outline: list[tuple[float, float]]) -> bpy.types.Mesh:
    """One polygon."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([(x, y, 0) for x, y in outline], [], [tuple(range(len(outline)))])
    return mesh


def put(name: str, data: object, to: bpy.types.Collection, at: tuple[float, float, float] = (0, 0, 0)) -> object:
    made = bpy.data.objects.new(name, data)
    made.location = at
    to.objects.link(made)
    return made


def collection(name: str, below: bpy.types.Collection) -> bpy.types.Collection:
    made = bpy.data.collections.new(name)
    below.children.link(made)
    return made


def add_table(root: bpy.types.Collection) -> None:
    """Legs that share a mesh below a turned and scaled empty, one below another; one has a material of its own."""
    holder = put("table", None, root, (1, 2, 0.5))
    holder.rotation_euler, holder.scale = (0.1, 0.2, 0.7), (1.5, 1, 0.8)
    leg = wedge("leg")
    leg.materials.append(material("wood", RED))
    own = material("steel", BLUE)
    above = holder
    for number in range(4):
        made = put(f"leg{number}", leg, root, (number, -number / 2, 0.25))
        made.parent = above
        made.scale = (1, -1, 1.2)
        if number == 1:
            bpy.context.view_layer.update()
            made.matrix_parent_inverse = holder.matrix_world.inverted()
            above = made
        if number == 3:
            made.material_slots[0].link = "OBJECT"
            made.material_slots[0].material = own


def add_turned(root: bpy.types.Collection) -> None:
    """Each way to give a rotation, and what is added to location, rotation and scale."""
    made = put("axis", wedge("axis"), root, (5, 0, 0))
    made.rotation_mode, made.rotation_axis_angle = "AXIS_ANGLE", (0.8, 1, 2, 0.5)
    made = put("quaternion", made.data, root, (5, 2, 0))
    made.rotation_mode, made.rotation_quaternion = "QUATERNION", (0.8, 0.3, -0.2, 0.5)
    made.delta_rotation_quaternion = (0.9, 0, 0.3, 0)
    for number, order in enumerate(("XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX")):
        made = put(order, made.data, root, (7, 2 * number, 0))
        made.rotation_mode, made.rotation_euler = order, (0.3, 0.9, -0.5)
    made.delta_location, made.delta_rotation_euler, made.delta_scale = (1, 0, 2), (0.2, 0.1, 0), (1, 2, 0.5)


def add_modified(root: bpy.types.Collection) -> None:
    """Mirrors about itself and about another object, arrays, both, and a modifier that is switched off."""
    centre = put("centre", None, root, (12, 0, 0))
    centre.rotation_euler = (0, 0, 0.4)
    made = put("mirrored", wedge("half"), root, (11, 0, 0))
    made.data.materials.append(material("brass", YELLOW))
    mirror = made.modifiers.new("mirror", "MIRROR")
    mirror.use_axis, mirror.use_mirror_merge, mirror.mirror_object = (True, False, True), False, centre
    made = put("row", wedge("plank"), root, (10, 5, 0))
    made.rotation_euler = (0, 0, 0.3)
    row = made.modifiers.new("row", "ARRAY")
    row.count, row.use_constant_offset, row.constant_offset_displace = 3, True, (0, 0.2, 0.1)
    row.relative_offset_displace = (0, 1.5, 0)
    made.modifiers.new("mirror", "MIRROR").use_mirror_merge = False
    off = made.modifiers.new("off", "MIRROR")
    off.use_axis, off.show_viewport = (False, True, False), False
    made = put("stairs", made.data, root, (10, 12, 0))
    step = put("step", None, root, (11, 12, 0.5))
    step.rotation_euler = (0, 0, 0.5)
    stairs = made.modifiers.new("stairs", "ARRAY")
    stairs.use_relative_offset, stairs.use_object_offset, stairs.offset_object = False, True, step
    stairs.fit_type, stairs.fit_length = "FIT_LENGTH", 3.0


def add_hidden(root: bpy.types.Collection) -> None:
    """All that is called hidden is not to be found; each lies far away, so that it would be missed."""
    block = cube("hidden", (9, 9, 9))
    ways = {name: collection(name, root) for name in ("viewport", "render", "excluded", "eye")}
    for number, group in enumerate(ways.values()):
        put(f"hidden by {group.name}", block, group, (100, 20 * number, 0))
        put(f"hidden below {group.name}", block, collection(f"below {group.name}", group), (200, 20 * number, 0))
    ways["viewport"].hide_viewport = ways["render"].hide_render = True
    put("hidden in viewports", block, root, (300, 0, 0)).hide_viewport = True
    put("hidden in renders", block, root, (300, 20, 0)).hide_render = True
    put("hidden as bounds", block, root, (300, 60, 0)).display_type = "BOUNDS"
    put("hidden as wire", block, root, (300, 80, 0)).display_type = "WIRE"
    outline = bpy.data.meshes.new("outline")
    outline.from_pydata([(300, 0, 9), (300, 9, 9)], [(0, 1)], [])
    put("hidden outline", outline, root)
    eye = put("hidden by the eye", block, root, (300, 40, 0))
    bpy.context.view_layer.update()
    layers = bpy.context.view_layer.layer_collection.children
    layers["excluded"].exclude = True
    layers["eye"].hide_viewport = True
    eye.hide_set(True)


def add_instances(root: bpy.types.Collection) -> None:
    """A collection that stands in several places, with another in it; itself it is not shown."""
    inner, outer = collection("inner", root), collection("outer", root)
    inner.instance_offset, outer.instance_offset = (0, 0, 1), (1, 0, 0)
    below = put("below", wedge("below"), inner, (0, 1, 1))
    child = put("child", below.data, inner, (0, 0, 1))
    child.parent = below
    put("hidden in inner", below.data, inner, (400, 0, 0)).hide_render = True
    put("outer", cube("outer"), outer, (1, 1, 1))
    nested = put("nested", None, outer, (0, 0, 2))
    nested.instance_type, nested.instance_collection, nested.scale = "COLLECTION", inner, (0.5, 1, 1)
    for number in range(2):
        made = put(f"stand{number}", None, root, (20, 4 * number, 0))
        made.instance_type, made.instance_collection = "COLLECTION", outer
        made.rotation_euler = (0, 0.3, number)
    bpy.context.view_layer.update()
    for name in ("inner", "outer"):
        bpy.context.view_layer.layer_collection.children[name].exclude = True


def add_robot(root: bpy.types.Collection) -> None:
    """Meshes that hang on the bones of a pose, and one that a constraint moves, where the file says where to."""
    data = bpy.data.armatures.new("arm")
    arm = put("arm", data, root, (0, 10, 0))
    arm.scale = (1, 1, 2)
    bpy.context.view_layer.objects.active = arm
    bpy.ops.object.mode_set(mode="EDIT")
    for name, head, tail in (("upper", (0, 0, 0), (0, 0, 2)), ("lower", (0, 0, 2), (1, 0, 3))):
        bone = data.edit_bones.new(name)
        bone.head, bone.tail = head, tail
    data.edit_bones["lower"].parent = data.edit_bones["upper"]
    bpy.ops.object.mode_set(mode="OBJECT")
    data.bones["lower"].use_relative_parent = True
    arm.pose.bones["upper"].rotation_mode, arm.pose.bones["upper"].rotation_euler = "XYZ", (0.5, 0.2, 0)
    for number, name in enumerate(("upper", "lower")):
        made = put(f"hangs on {name}", wedge(name), root, (0, 0.2, number))
        made.parent, made.parent_type, made.parent_bone = arm, "BONE", name
    if VERSION == "34":
        put("held", made.data, root, (0, 0, 7)).constraints.new("COPY_LOCATION").target = bpy.data.objects["axis"]


def add_colored(root: bpy.types.Collection, folder: Path) -> None:
    """A picture, paint, a colour that comes out of a node, two materials on one mesh, and faces of many corners."""
    turn = [(math.cos(a), math.sin(a)) for a in np.linspace(0, 2 * math.pi, 7, endpoint=False)]
    put("seven", plate("seven", turn), root, (0, 20, 0))
    ell = [(1, 0), (1, 1), (-2, 1), (-2, -2), (0, -2), (0, 0)]
    made = put("ell", plate("ell", ell), root, (5, 20, 0))
    rgb, node = linked("rgb", "ShaderNodeRGB", GREEN)
    node.outputs[0].default_value = (*GREEN, 1)
    made.data.materials.append(rgb)
    made = put("dart", plate("dart", [(1, 0.2), (-1, 1), (0, 0), (-1, -1)]), root, (8, 20, 0))
    made.data.materials.append(rgb)
    two = cube("two")
    for name, color in (("first", RED), ("second", YELLOW)):
        two.materials.append(material(name, color))
    two.polygons[2].material_index = two.polygons[3].material_index = 1
    put("two", two, root, (0, 25, 0))
    add_textured(root, folder)
    painted = wedge("painted")
    paint, node = linked("paint", "ShaderNodeVertexColor", GREEN)
    layer = painted.color_attributes.new("paint", "FLOAT_COLOR", "CORNER")
    layer.data.foreach_set("color", np.tile((*GREEN, 1), len(layer.data)))
    node.layer_name = "paint"
    painted.materials.append(paint)
    put("painted", painted, root, (10, 25, 0))


def add_textured(root: bpy.types.Collection, folder: Path) -> None:
    """Two pictures, one in the file and one beside it, both blue."""
    for number, name in enumerate(("packed", "beside")):
        image = bpy.data.images.new(name, 4, 4)
        image.pixels = [*BLUE, 1.0] * 16
        image.filepath_raw, image.file_format = str(folder / "blue.png"), "PNG"
        image.save()
        textured, node = linked(name, "ShaderNodeTexImage", BLUE)
        if name == "packed":
            image.pack()
        else:
            image.filepath = "//textures/blue.png"
        node.image = image
        mesh = cube(name)
        mesh.uv_layers.new(name="UVMap")
        mesh.materials.append(textured)
        put(name, mesh, root, (4 + 3 * number, 25, 0))


def said(depsgraph: bpy.types.Depsgraph) -> tuple[np.ndarray, np.ndarray]:
    """(v, 3) places of all vertices, and (c, 7) each colour, its area, and the middle of that."""
    points, areas = [], {}
    for instance in depsgraph.object_instances:
        item = instance.object
        if item.type != "MESH" or "hidden" in item.original.name or "hidden" in getattr(item.parent, "name", ""):
            continue
        matrix, mesh = instance.matrix_world.copy(), item.to_mesh()
        points += [matrix @ vertex.co for vertex in mesh.vertices]
        mesh.calc_loop_triangles()
        for triangle in mesh.loop_triangles:
            corners = [matrix @ mesh.vertices[each].co for each in triangle.vertices]
            area = (corners[1] - corners[0]).cross(corners[2] - corners[0]).length / 2
            slots = item.material_slots
            color = COLORS[slots[triangle.material_index].material.name] if len(slots) else GREY
            sums = areas.setdefault(color, np.zeros(4))
            sums += (area, *(sum(corners, Vector()) / 3 * area))
        item.to_mesh_clear()
    rows = [(*color, sums[0], *(sums[1:] / sums[0])) for color, sums in sorted(areas.items())]
    return np.array(points, np.float32), np.array(rows)


def write_scene() -> None:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    root = bpy.context.scene.collection
    (HERE / "textures").mkdir(exist_ok=True)
    add_table(root)
    add_turned(root)
    add_modified(root)
    add_instances(root)
    add_robot(root)
    add_colored(root, HERE / "textures")
    put("camera", bpy.data.cameras.new("camera"), root)
    put("light", bpy.data.lights.new("light", "POINT"), root)
    add_hidden(root)
    depsgraph = bpy.context.evaluated_depsgraph_get()
    points, colors = said(depsgraph)
    path = HERE / f"scene_{VERSION}.blend"
    if VERSION == "42":  # as libraries of assets are written: smaller, for windows and workspaces are not in it
        bpy.data.libraries.write(str(path), {bpy.context.scene}, compress=True)
    else:
        bpy.ops.wm.save_as_mainfile(filepath=str(path), compress=True, relative_remap=False)
    np.savez_compressed(path.with_suffix(".npz"), points=points, colors=colors)


def write_chair() -> None:
    """The boxes of ../make.py, z up; one mesh, with their colours as materials."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    made = bmesh.new()
    blue, red = (51 / 255, 102 / 255, 204 / 255), (204 / 255, 51 / 255, 51 / 255)
    boxes = [((0, 0, 0.45), (0.5, 0.4, 0.06)), ((0, 0.18, 0.78), (0.5, 0.04, 0.6))]
    boxes += [((x, y, 0.21), (0.05, 0.05, 0.42)) for x in (-0.2, 0.2) for y in (-0.15, 0.15)]
    for number, (centre, size) in enumerate(boxes):
        before = set(made.faces)
        bmesh.ops.create_cube(made, size=1, matrix=Matrix.Translation(centre) @ Matrix.Diagonal((*size, 1)))
        for face in set(made.faces) - before:
            face.material_index = int(number == 1)
    mesh = bpy.data.meshes.new("chair")
    made.to_mesh(mesh)
    mesh.materials.append(material("blue", blue))
    mesh.materials.append(material("red", red))
    put("chair", mesh, bpy.context.scene.collection)
    chairs = HERE.parent / "chairs"
    bpy.data.libraries.write(str(chairs / "chair.blend"), {bpy.context.scene}, compress=True)
    bpy.ops.mesh.primitive_plane_add(size=2)
    bpy.data.libraries.write(str(chairs / "chair_on_a_floor.blend"), {bpy.context.scene}, compress=True)


write_scene()
if VERSION == "42":
    write_chair()
