"""Makes the CAD files among the small real files, in an environment of its own that has build123d and gmsh.

The chair of make.py, in millimetres and z up: chair.step is an assembly with colours whose leg is placed four times, by
build123d; chair.iges is the same as IGES, by OpenCASCADE itself (cascadio passes over its colours); chair.stp and
chair.igs are plain solids, by gmsh.
"""

from __future__ import annotations

import copy
from pathlib import Path

import gmsh
from build123d import Box, Color, Compound, Location, export_step
from OCP.IGESCAFControl import IGESCAFControl_Writer
from OCP.IGESControl import IGESControl_Controller
from OCP.STEPCAFControl import STEPCAFControl_Reader
from OCP.TCollection import TCollection_ExtendedString
from OCP.TDocStd import TDocStd_Document

HERE = Path(__file__).parent / "chairs"
BLUE, RED = (0.2, 0.4, 0.8), (0.8, 0.2, 0.2)
SEAT, BACK = ((0, 0, 450), (500, 400, 60)), ((0, 180, 780), (500, 40, 600))
LEG, FEET = (50, 50, 420), [(x, -z, 210) for x in (-200, 200) for z in (-150, 150)]


def solid(label: str, size: tuple[float, ...], color: tuple[float, ...]) -> Box:
    made = Box(*size)
    made.label, made.color = label, Color(*color)
    return made


def assembly(path: Path) -> None:
    """The legs are one solid in a part that is moved and turned, as often as needed."""
    leg, legs = solid("leg", LEG, BLUE), []
    for x, y, z in FEET:
        legs.append(copy.copy(leg))
        legs[-1].location = Location((-y, x, z - 1000))
    below = Compound(label="legs", children=legs)
    below.location = Location((0, 0, 1000), (0, 0, -90))
    seat = solid("seat", SEAT[1], BLUE).moved(Location(SEAT[0]))
    back = solid("back", BACK[1], RED).moved(Location(BACK[0]))
    export_step(Compound(label="chair", children=[seat, back, below]), str(path))


def as_iges(step: Path, path: Path) -> None:
    document = TDocStd_Document(TCollection_ExtendedString("chair"))
    reader = STEPCAFControl_Reader()
    reader.SetColorMode(True)
    reader.ReadFile(str(step))
    reader.Transfer(document)
    IGESControl_Controller.Init_s()
    writer = IGESCAFControl_Writer()
    writer.SetColorMode(True)
    writer.Transfer(document)
    writer.Write(str(path))


def plain(*paths: Path) -> None:
    gmsh.initialize()
    for (x, y, z), (width, depth, height) in [SEAT, BACK, *((foot, LEG) for foot in FEET)]:
        gmsh.model.occ.addBox(x - width / 2, y - depth / 2, z - height / 2, width, depth, height)
    gmsh.model.occ.synchronize()
    for path in paths:
        gmsh.write(str(path))
    gmsh.finalize()


if __name__ == "__main__":
    assembly(HERE / "chair.step")
    as_iges(HERE / "chair.step", HERE / "chair.iges")
    plain(HERE / "chair.stp", HERE / "chair.igs")
