"""The table of four-legged animals that `nature_quadrupeds` builds: measures in metres, features, coats, words."""

from __future__ import annotations

from dataclasses import dataclass

RGB = tuple[float, float, float]
COATS: dict[str, RGB] = {
    "brown": (0.42, 0.27, 0.16),
    "dun": (0.6, 0.44, 0.28),
    "tan": (0.76, 0.6, 0.4),
    "grey": (0.5, 0.5, 0.5),
    "black": (0.13, 0.12, 0.12),
    "ginger": (0.78, 0.45, 0.18),
    "pink": (0.9, 0.68, 0.66),
    "white": (0.93, 0.92, 0.9),
    "pale": (0.92, 0.9, 0.85),
    "mauve": (0.45, 0.4, 0.42),
}


@dataclass(frozen=True)
class Species:
    """Measures of one animal in metres, as it stands.

    Attributes:
        length: chest to rump.
        shoulder: ground to back.
        depth: of the chest.
        width: of the chest.
        leg: radius of the upper leg.
        neck: length, and `rise` its angle above the level.
        head: length from the back of the skull to the nose, `snout` its slimness towards the nose (1 blunt).
        tail: length; `ears` length, with a shape word; `horns` a word or nothing.
    """

    length: float
    shoulder: float
    depth: float
    width: float
    leg: float
    neck: float
    rise: float
    head: float
    snout: float
    tail: float
    ears: float
    ear_shape: str
    tail_shape: str
    horns: str
    extra: str
    foot: str
    coats: tuple[RGB, ...]
    also: tuple[str, ...]
    words: str


# One row an animal; "-" is nothing, "+" joins several features, "_" stands for a space.
_TABLE = """
name         long tall deep wide leg  neck rise head snout tail ear  ears    tails horns     extra         foot
dog          .6   .6   .25  .2   .05  .22  50   .24  .55   .35  .11  floppy  up    -         -             paw
wolf         .8   .75  .3   .24  .055 .28  35   .3   .5    .45  .12  pointed bushy -         -             paw
fox          .5   .4   .16  .14  .03  .16  40   .19  .35   .42  .1   pointed bushy -         -             paw
cat          .38  .3   .13  .11  .027 .09  55   .12  .9    .34  .055 pointed up    -         -             paw
lion         1.25 1    .45  .36  .09  .35  40   .4   .8    .9   .1   round   tuft  -         mane          paw
tiger        1.4  .95  .42  .36  .09  .3   30   .36  .8    .95  .1   round   thin  -         stripes       paw
horse        1.45 1.55 .6   .48  .1   .85  50   .62  .55   .75  .16  pointed hair  -         crest         hoof
zebra        1.35 1.35 .55  .45  .09  .7   50   .55  .55   .6   .17  pointed tuft  -         crest+stripes hoof
donkey       1.1  1.1  .45  .38  .075 .55  45   .5   .6    .5   .28  long    tuft  -         crest         hoof
cow          1.6  1.4  .72  .6   .11  .5   18   .55  .75   .9   .2   side    tuft  short     udder+patches hoof
bull         1.7  1.5  .85  .72  .13  .45  15   .55  .8    .9   .18  side    tuft  curved    hump          hoof
sheep        .85  .75  .45  .42  .045 .22  35   .27  .65   .18  .12  side    thin  -         wool          hoof
goat         .8   .75  .36  .28  .045 .32  50   .28  .6    .15  .14  side    up    swept     beard         hoof
pig          1    .7   .48  .44  .07  .14  8    .36  .75   .2   .15  floppy  curly -         disc+nose     hoof
wild_boar    1.1  .8   .5   .38  .06  .2   0    .45  .5    .25  .12  pointed thin  tusks     disc+nose     hoof
deer         1.05 1.1  .38  .3   .055 .6   60   .35  .5    .14  .16  side    thin  antlers   -             hoof
antelope     .95  .95  .34  .26  .045 .5   60   .3   .5    .2   .15  side    thin  straight  -             hoof
elephant     2.4  2.9  1.5  1.35 .28  .4   12   .95  .85   1.1  .95  huge    tuft  ivory     trunk         column
rhinoceros   2.1  1.7  1    .9   .19  .45  -5   .85  .7    .6   .2   pointed thin  nose      -             column
hippopotamus 2.2  1.4  1.05 1    .19  .35  0    .8   1.15  .35  .1   round   thin  -         -             column
giraffe      1.5  2.9  .8   .6   .12  2.1  68   .6   .5    .9   .18  side    tuft  ossicones crest+spots   hoof
camel        1.5  1.85 .65  .52  .1   1.05 42   .5   .6    .5   .1   round   tuft  -         humps         hoof
bear         1.3  1.1  .62  .58  .13  .3   18   .42  .5    .08  .11  round   thin  -         hump          paw
panda        1.1  .9   .58  .56  .13  .22  20   .38  .7    .08  .11  round   thin  -         panda         paw
rabbit       .3   .22  .15  .14  .03  .05  60   .11  .75   .05  .13  long    ball  -         -             paw
mouse        .085 .05  .042 .04  .007 .012 15   .035 .35   .09  .018 round   thin  -         -             paw
squirrel     .18  .13  .075 .065 .014 .03  50   .055 .6    .15  .022 pointed plume -         -             paw
"""

# Coats, synonyms, and a caption.
_WORDS = {
    "dog": ("brown black tan white ginger", "pet", "a pet dog with floppy ears and a raised tail"),
    "wolf": ("grey black white", "wild dog", "a wolf with pointed ears and a bushy tail"),
    "fox": ("ginger", "red fox", "a fox with a pointed snout and a long bushy tail"),
    "cat": ("ginger black grey white tan", "house cat, pet", "a house cat with pointed ears and a long raised tail"),
    "lion": ("tan dun", "big cat", "a male lion with a thick mane and a tufted tail"),
    "tiger": ("ginger", "big cat", "a striped tiger with a long tail"),
    "horse": ("brown black white dun grey", "", "a horse with a mane and a long hairy tail"),
    "zebra": ("white", "", "a zebra with black and white stripes"),
    "donkey": ("grey brown", "", "a donkey with long ears"),
    "cow": ("white brown black", "cattle", "a cow with short horns and an udder"),
    "bull": ("brown black", "cattle", "a heavy bull with curved horns and a humped back"),
    "sheep": ("white pale", "", "a sheep with thick curly wool"),
    "goat": ("white brown grey", "", "a goat with swept-back horns and a beard"),
    "pig": ("pink black", "hog, swine", "a fat pig with a flat snout and a curly tail"),
    "wild boar": ("brown black", "boar", "a wild boar with tusks and a long snout"),
    "deer": ("brown dun", "stag", "a stag with branching antlers"),
    "antelope": ("tan dun", "gazelle", "a slender antelope with long straight horns"),
    "elephant": ("grey", "", "an elephant with a long trunk, tusks and big ears"),
    "rhinoceros": ("grey", "rhino", "a rhinoceros with two horns on its nose"),
    "hippopotamus": ("mauve", "hippo", "a barrel-shaped hippopotamus with short legs and a broad muzzle"),
    "giraffe": ("tan", "", "a giraffe with a very long neck and spotted coat"),
    "camel": ("tan dun", "", "a camel with humps on its back and a long neck"),
    "bear": ("brown black white", "", "a heavy bear with round ears and thick legs"),
    "panda": ("white", "giant panda, bear", "a black and white panda bear"),
    "rabbit": ("grey brown white", "bunny", "a rabbit with long upright ears and a ball tail"),
    "mouse": ("grey white brown", "rodent", "a mouse with round ears and a thin tail"),
    "squirrel": ("ginger grey", "", "a squirrel with a large bushy upright tail"),
}


def _row(line: str) -> tuple[str, Species]:
    name, *cells = line.split()
    name = name.replace("_", " ")
    ear, tail, horns, extra, foot = (cell.replace("+", " ").replace("-", "") for cell in cells[11:])
    coats, also, words = _WORDS[name]
    rgb = tuple(COATS[coat] for coat in coats.split())
    synonyms = tuple(also.split(", ")) if also else ()
    long, tall, deep, wide, leg, neck, rise, head, snout, trail, lug = map(float, cells[:11])
    sizes = (long, tall, deep, wide, leg, neck, rise, head, snout, trail, lug)
    return name, Species(*sizes, ear, tail, horns, extra, foot, rgb, synonyms, words)


SPECIES: dict[str, Species] = dict(_row(line) for line in _TABLE.strip().splitlines()[1:])
