"""Trains the towers of `mini` and puts them together: ``python -m indexer.align --data FOLDER --out FOLDER``."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch: spinning threads starve every other process

from pathlib import Path
from typing import Annotated, Any

import typer

from indexer.align import backgrounds, prototypes
from indexer.align.bridges import build_in, fit
from indexer.align.captions import kept, kept_label_vectors
from indexer.align.command import run
from indexer.align.pictures import __main__ as pictures
from indexer.align.pictures.pack import Pack
from indexer.align.publish import Tower, publish, revise
from indexer.align.shapes import __main__ as shapes
from indexer.align.shapes import verifying, views
from indexer.align.sounds import __main__ as sounds
from indexer.align.spreads import measured
from retriever.spaces.audio_tower import AudioTowerConfig
from retriever.spaces.folders import BACKGROUNDS
from retriever.spaces.image_tower import ImageTowerConfig
from retriever.spaces.mini import open_space
from retriever.spaces.shape_tower import GREY, MINI
from retriever.types import AudioInput, ImageInput, Modality, ShapeInput

FOLDERS = {Modality.SHAPE: "shapes", Modality.IMAGE: "pictures", Modality.AUDIO: "sounds"}
LICENSES = {
    Modality.SHAPE: "Apache-2.0, trained on CC0, CC BY and MIT-0 meshes and on shapes made by rule, and what looks at "
    "them by the image tower",
    Modality.IMAGE: "Apache-2.0, trained on CC0, CC BY and MIT photos, on renders of CC0, CC BY and MIT-0 meshes, and "
    "on renders of shapes made by rule",
    Modality.AUDIO: "non-commercial use only, trained on ESC-50 (CC BY-NC 3.0), ESC-10 (CC BY 3.0), sounds by Kenney "
    "(CC0) and sounds made by rule",
}


def main(
    data: Annotated[Path, typer.Option(help="Folder with shapes_named, photos, renders and audio.")],
    out: Annotated[Path, typer.Option(help="Folder for what is made on the way, and for the space, OUT/mini.")],
    shape_steps: Annotated[int, typer.Option(help="Optimiser steps of the 3D tower.")] = 5000,
    image_steps: Annotated[int, typer.Option(help="Optimiser steps of the image tower.")] = 3000,
    audio_steps: Annotated[int, typer.Option(help="Optimiser steps of the audio tower.")] = 5000,
    view_steps: Annotated[int, typer.Option(help="Optimiser steps of the network that looks at shapes.")] = 5000,
    workers: Annotated[int, typer.Option(help="Processes that make clouds and pictures.")] = 1,
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 0,
) -> None:
    """Bind the three towers to the text hub, one after the other, then to each other; run again to go on."""
    usual: Any = {"workers": workers, "device": device, "seed": seed}
    shapes.main(data / "shapes_named", out / "shapes", steps=shape_steps, **usual)
    shown = out / "shapes" / "tower.safetensors"
    pictures.main([data], out / "pictures", shapes=shown, steps=image_steps, **usual)
    sounds.main(data / "audio", out / "sounds", fold=-1, steps=audio_steps, device=device, seed=seed)
    put_together(out)
    pack = Pack.load(out / "pictures" / "pack")
    bridges = fit(open_space(out / "mini"), data, pack, seed)
    expected = {
        Modality.IMAGE: kept_label_vectors(pack.phrases("photo"), out / "pictures" / "photo_captions.npz"),
        Modality.AUDIO: kept(out / "sounds" / "phrases.npz")[1],
    }
    for modality, folder in FOLDERS.items():
        before, after = (out / folder / f"{name}.safetensors" for name in ("tower", "bridged"))
        build_in(bridges[modality], before, after, expected.get(modality))
    put_together(out, file="bridged.safetensors")
    prototypes.build_in(out / "mini", data, seed)
    views.main(data, out / "mini", out / "views", steps=view_steps, **usual)
    verifying.main(data, out / "mini", out / "views", workers=workers, seed=seed)
    prototypes.build_in(out / "mini", data, seed)  # where names lie among shapes that are looked at
    revise(out / "mini", spreads=measured(open_space(out / "mini"), data, seed))
    mini = open_space(out / "mini")
    backgrounds.write(mini, backgrounds.measured(mini), out / "mini" / BACKGROUNDS)
    typer.echo(f"written: {out / 'mini'}", err=True)


def put_together(out: Path, *, file: str = "tower.safetensors") -> None:
    """The towers trained in `out` as the space OUT/mini."""
    parts: dict[Modality, tuple[Any, ShapeInput | ImageInput | AudioInput]] = {
        Modality.SHAPE: (MINI, ShapeInput(points=MINI.points, color=GREY)),
        Modality.IMAGE: (ImageTowerConfig(), ImageInput(side=ImageTowerConfig().side)),
        Modality.AUDIO: (AudioTowerConfig(), AudioInput(rate=AudioTowerConfig().rate)),
    }
    towers = {
        modality: Tower(out / FOLDERS[modality] / file, config, entry, LICENSES[modality])
        for modality, (config, entry) in parts.items()
    }
    publish(towers, out / "mini", name="mini")


if __name__ == "__main__":
    run(lambda: typer.run(main))
