"""The table of birds that `nature_birds` builds: measures, beaks, features, colours, words."""

from __future__ import annotations

from dataclasses import dataclass

RGB = tuple[float, float, float]
COLORS: dict[str, RGB] = {
    "white": (0.93, 0.93, 0.92),
    "black": (0.1, 0.1, 0.11),
    "brown": (0.45, 0.3, 0.18),
    "grey": (0.5, 0.52, 0.55),
    "yellow": (0.93, 0.8, 0.2),
    "red": (0.78, 0.16, 0.12),
    "blue": (0.2, 0.4, 0.75),
    "green": (0.2, 0.55, 0.25),
    "pink": (0.93, 0.55, 0.6),
    "amber": (0.9, 0.6, 0.15),
}


@dataclass(frozen=True)
class Bird:
    """Measures as shares of the body's length, which is `size` metres; `tilt` is the body's slope in degrees."""

    size: float
    girth: float
    tilt: float
    neck: float
    head: float
    legs: float
    tail: float
    beak: tuple[float, float, float]
    beak_rgb: RGB
    extra: str
    coats: tuple[RGB, ...]
    words: str


# One row a bird; the beak's length and thickness are shares of the body, its hook is in degrees.
_TABLE = """
name     size girth tilt neck head legs tail long thick hook beak   extra              coats
songbird .12  .3    30   .1   .24  .35  .6   .16  .05   0    amber  -                  brown,blue,red,yellow
crow     .3   .26   22   .15  .19  .35  .55  .28  .07   -5   black  -                  black
pigeon   .22  .3    20   .22  .16  .25  .5   .13  .04   -5   amber  -                  grey,white
eagle    .6   .24   50   .15  .17  .28  .5   .2   .08   -35  amber  white_head         brown
owl      .3   .34   75   .02  .36  .18  .25  .1   .06   -60  amber  big_eyes           brown,grey,white
duck     .35  .29   8    .38  .19  .18  .25  .26  .1    -5   amber  flat_beak          white,brown,green,yellow
swan     .8   .27   5    .95  .12  .15  .2   .15  .05   -15  amber  curved_neck        white,black
goose    .55  .28   10   .6   .14  .25  .2   .16  .06   -10  amber  -                  white,grey
chicken  .3   .36   12   .35  .17  .42  .4   .12  .05   -10  amber  comb+up_tail       white,brown,red
rooster  .36  .33   22   .5   .17  .5   .7   .13  .05   -10  amber  comb+up_tail+plume red,brown,black
penguin  .6   .27   86   .05  .2   .04  .12  .15  .035  0    amber  belly+flippers     black
flamingo .5   .24   12   1    .13  1.35 .2   .2   .06   -60  black  curved_neck        pink
stork    .6   .24   15   .65  .13  1.1  .25  .5   .05   -8   red    -                  white,grey
ostrich  1    .36   8    1.05 .12  1.15 .25  .1   .05   0    amber  thick_legs         black,grey
parrot   .2   .26   55   .08  .26  .2   .9   .16  .13   -65  black  -                  red,green,blue
seagull  .32  .25   12   .15  .19  .3   .35  .2   .06   -8   yellow grey_wings         white
"""

_WORDS = {
    "songbird": "a small songbird with a short beak",
    "crow": "a black crow with a strong beak",
    "pigeon": "a plump pigeon with a small head",
    "eagle": "an eagle with a hooked beak",
    "owl": "an owl with a round face and large eyes",
    "duck": "a duck with a flat bill and short legs",
    "swan": "a swan with a long curved neck",
    "goose": "a goose with a long neck",
    "chicken": "a hen with a red comb and wattles",
    "rooster": "a rooster with a large comb and an arched tail",
    "penguin": "a penguin standing upright with flippers",
    "flamingo": "a pink flamingo with long thin legs and a curved neck",
    "stork": "a stork with long legs and a long beak",
    "ostrich": "an ostrich with a long neck and strong legs",
    "parrot": "a colorful parrot with a hooked beak and a long tail",
    "seagull": "a white seagull with grey wings",
}


def _row(line: str) -> tuple[str, Bird]:
    name, *cells = line.split()
    size, girth, tilt, neck, head, legs, tail, long, thick, hook = (float(cell) for cell in cells[:10])
    extra = cells[11].replace("_", " ").replace("+", " ").replace("-", "")
    coats = tuple(COLORS[coat] for coat in cells[12].split(","))
    beak = (long, thick, hook)
    return name, Bird(size, girth, tilt, neck, head, legs, tail, beak, COLORS[cells[10]], extra, coats, _WORDS[name])


BIRDS: dict[str, Bird] = dict(_row(line) for line in _TABLE.strip().splitlines()[1:])
