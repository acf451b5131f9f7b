"""Where the objects of a scene are: location, rotation and scale along the chain of parents."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from retriever.loaders.blend.records import Record

Matrix = NDArray[np.float64]
_ORDERS = {1: "xyz", 2: "xzy", 3: "yxz", 4: "yzx", 5: "zxy", 6: "zyx"}
_QUATERNION, _AXIS_ANGLE = 0, -1
_OF_OBJECT, _OF_ARMATURE, _OF_BONE = 0, 4, 7
_RELATIVE = 1 << 23
"""Of a bone: what hangs on it moves with it, and stays where it was put."""


class Places:
    """World transforms, (4, 4), each worked out once.

    Constraints, and parents that are single vertices, are not evaluated: such an object is where the file last saw it,
    if it is of a version that says so (up to Blender 4.0), else where it were without. So is what hangs on an object of
    another file.
    """

    def __init__(self) -> None:
        self._known: dict[int, Matrix] = {}

    def of(self, item: Record) -> Matrix:
        """The place of an object."""
        chain: list[Record] = []
        at: Record | None = item
        entered: set[int] = set()
        while at is not None and at.has("parentinv") and not (at.number in self._known or at.number in entered):
            chain.append(at)
            entered.add(at.number)
            at = at.to("parent")
        above = None if at is None else self._known.get(at.number)
        for each in reversed(chain):
            above = self._known[each.number] = _placed(each, above)
        return self._known.get(item.number, np.eye(4))


def _placed(item: Record, parent: Matrix | None) -> Matrix:
    moved = item.part("constraints").number_of("first") or item.number_of("partype") not in (
        _OF_OBJECT,
        _OF_ARMATURE,
        _OF_BONE,
    )
    if moved and item.has("obmat"):
        return item.array("obmat").T
    local = _local(item)
    if parent is None:
        return local
    holder = item.to("parent")
    if holder is not None and item.number_of("partype") == _OF_BONE:
        parent = parent @ _of_bone(holder, item.text("parsubstr"))
    return parent @ item.array("parentinv").T @ local


def _of_bone(armature: Record, name: str) -> Matrix:
    """Where what hangs on a bone begins, in the space of the armature: at its tail."""
    pose, data = armature.to("pose"), armature.to("data")
    channel = (
        None if pose is None else next((each for each in pose.each("chanbase") if each.text("name") == name), None)
    )
    bone = None if data is None else _bone(data, name)
    if channel is None or bone is None:
        return np.eye(4)
    if bone.number_of("flag") & _RELATIVE:
        return channel.array("chan_mat").T
    matrix = channel.array("pose_mat").T.copy()
    matrix[:3, 3] += matrix[:3, 1] * bone.number_of("length")
    return matrix


def _bone(armature: Record, name: str) -> Record | None:
    waiting, seen = list(armature.each("bonebase")), set()
    for bone in waiting:  # which grows
        if bone.text("name") == name:
            return bone
        if bone.number not in seen:
            waiting += bone.each("childbase")
        seen.add(bone.number)
    return None


def _local(item: Record) -> Matrix:
    matrix = np.eye(4)
    scale = item.array("size") * item.array("dscale", (1, 1, 1))
    matrix[:3, :3] = _rotation(item, "d") @ _rotation(item, "") * scale
    matrix[:3, 3] = item.array("loc") + item.array("dloc")
    return matrix


def _rotation(item: Record, delta: str) -> Matrix:
    """(3, 3) of an object's rotation, or of its delta rotation, "d"."""
    mode = item.number_of("rotmode", 1)
    if mode == _QUATERNION:
        return _of_quaternion(item.array(f"{delta}quat", (1, 0, 0, 0)))
    if mode == _AXIS_ANGLE:
        about, angle = item.array(f"{delta}rotAxis", (0, 1, 0)), item.number_of(f"{delta}rotAngle")
        length = float(np.linalg.norm(about)) or 1.0
        return _of_quaternion(np.array([np.cos(angle / 2), *(about / length * np.sin(angle / 2))]))
    matrix = np.eye(3)
    angles = item.array(f"{delta}rot", (0, 0, 0))
    for axis in map("xyz".index, _ORDERS.get(mode, "xyz")):
        matrix = _about(axis, float(angles[axis])) @ matrix
    return matrix


def _about(axis: int, angle: float) -> Matrix:
    matrix, (a, b) = np.eye(3), ((axis + 1) % 3, (axis + 2) % 3)
    matrix[a, a] = matrix[b, b] = np.cos(angle)
    matrix[b, a], matrix[a, b] = np.sin(angle), -np.sin(angle)
    return matrix


def _of_quaternion(q: NDArray[np.float64]) -> Matrix:
    length = float(np.linalg.norm(q))
    if not length > 0:
        return np.eye(3)
    w, x, y, z = q / length
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


def inverse(matrix: Matrix) -> Matrix:
    """The matrix that undoes another; that which does nothing, where an object is scaled to nothing."""
    try:
        return np.asarray(np.linalg.inv(matrix), np.float64)
    except np.linalg.LinAlgError:
        return np.eye(4)
