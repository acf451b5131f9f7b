"""ShapeNetCore: folders named by WordNet synsets, and what the synsets are called."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from retriever.files import read_json

# The 55 synsets of ShapeNetCore v2 with their WordNet names, and the two more of v1: bicycle and boat.
SYNSETS = {
    "02691156": "airplane,aeroplane,plane",
    "02747177": "ashcan,trash can,garbage can,wastebin",
    "02773838": "bag,traveling bag,travelling bag,grip,suitcase",
    "02801938": "basket,handbasket",
    "02808440": "bathtub,bathing tub,bath,tub",
    "02818832": "bed",
    "02828884": "bench",
    "02834778": "bicycle,bike,wheel,cycle",
    "02843684": "birdhouse",
    "02858304": "boat",
    "02871439": "bookshelf",
    "02876657": "bottle",
    "02880940": "bowl",
    "02924116": "bus,autobus,coach,charabanc,double-decker,jitney,motorbus,motorcoach,omnibus,passenger vehicle",
    "02933112": "cabinet",
    "02942699": "camera,photographic camera",
    "02946921": "can,tin,tin can",
    "02954340": "cap",
    "02958343": "car,auto,automobile,machine,motorcar",
    "02992529": "cellular telephone,cellular phone,cellphone,cell,mobile phone",
    "03001627": "chair",
    "03046257": "clock",
    "03085013": "computer keyboard,keypad",
    "03207941": "dishwasher,dish washer,dishwashing machine",
    "03211117": "display,video display",
    "03261776": "earphone,earpiece,headphone,phone",
    "03325088": "faucet,spigot",
    "03337140": "file,file cabinet,filing cabinet",
    "03467517": "guitar",
    "03513137": "helmet",
    "03593526": "jar",
    "03624134": "knife",
    "03636649": "lamp",
    "03642806": "laptop,laptop computer",
    "03691459": "loudspeaker,speaker,speaker unit,loudspeaker system,speaker system",
    "03710193": "mailbox,letter box",
    "03759954": "microphone,mike",
    "03761084": "microwave,microwave oven",
    "03790512": "motorcycle,bike",
    "03797390": "mug",
    "03928116": "piano,pianoforte,forte-piano",
    "03938244": "pillow",
    "03948459": "pistol,handgun,side arm,shooting iron",
    "03991062": "pot,flowerpot",
    "04004475": "printer,printing machine",
    "04074963": "remote control,remote",
    "04090263": "rifle",
    "04099429": "rocket,projectile",
    "04225987": "skateboard",
    "04256520": "sofa,couch,lounge",
    "04330267": "stove",
    "04379243": "table",
    "04401088": "telephone,phone,telephone set",
    "04460130": "tower",
    "04468005": "train,railroad train",
    "04530566": "vessel,watercraft",
    "04554684": "washer,automatic washer,washing machine",
}
_PLAIN_STEMS = {"model", "model_normalized"}


def synset_names(root: Path) -> dict[str, str]:
    """Synset -> its comma-separated lemmas: the built-in table, then ``taxonomy.json`` at the root or beside it."""
    names = dict(SYNSETS)
    for folder in (root, root.parent):
        try:
            entries = read_json(folder / "taxonomy.json")
            names.update({str(entry["synsetId"]): str(entry["name"]) for entry in entries})
        except (OSError, ValueError, TypeError, KeyError):
            continue
    return names


def describe(path: PurePosixPath, names: dict[str, str]) -> dict[str, object] | None:
    """Columns of a file under a synset folder, or None elsewhere.

    Args:
        path: with the root's own name in front, so that one synset's folder can be a root.
        names: from `synset_names`.

    Returns:
        label (the first lemma), name (all lemmas), synset and model_id.
    """
    folders = path.parts[:-1]
    place = next((i for i, part in enumerate(folders) if part in names), None)
    if place is None:
        return None
    synset, below = folders[place], path.parts[place + 1 :]
    model = below[0] if path.stem in _PLAIN_STEMS and len(below) > 1 else path.stem
    lemmas = [lemma.strip() for lemma in names[synset].split(",")]
    return {"label": lemmas[0], "name": ", ".join(lemmas), "synset": synset, "model_id": model}
