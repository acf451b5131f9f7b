"""The kinds of four-legged animals: put together of parts, or sculpted, in many poses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from indexer.parametric.forms import chance, shape, vary
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.nature import sculpted
from indexer.parametric.nature.quadrupeds import FAMILY, coat_name, ears, features, horns, marked, quadruped, tail
from indexer.parametric.nature.species import SPECIES, Species
from indexer.parametric.surface import Solid


def sculpture(plain: Species, rng: np.random.Generator) -> tuple[list[Solid], str, str]:
    """The animal in one skin or of few facets, in any of many poses; as `quadruped`."""
    s = sculpted.reshaped(plain, rng)
    gait = sculpted.choose_gait(s, rng)
    f = sculpted.framed(s, gait, rng)
    coat = s.coats[int(rng.integers(len(s.coats)))]
    body = (sculpted.smooth_body if chance(rng, 0.72) else sculpted.faceted_body)(s, gait, f, rng)
    head = [f.head(part) for part in (ears(s), *horns(s))]
    behind = f.trunk(tail(s)).paint(coat)
    nose = f.skull + np.array([0, -0.3, 0.6]) * s.head
    kept = (
        s
        if gait.pitch == 0 and gait.drop <= 0
        else replace(s, extra=" ".join(set(s.extra.split()) & {"mane", "trunk"}))
    )
    return (
        [marked(body.paint(coat), s), *head, behind, *features(kept, coat, nose, f.skull)],
        gait.words,
        coat_name(s, coat),
    )


def _varied(s: Species, rng: np.random.Generator) -> Species:
    sizes = {
        name: getattr(s, name) * vary(rng, 0.1)
        for name in ("length", "depth", "width", "leg", "neck", "head", "snout", "tail", "ears")
    }
    return replace(s, **sizes, shoulder=s.shoulder * vary(rng, 0.06))


def _register(name: str, species: Species) -> None:
    @kind(name, (*species.also, "animal"), FAMILY)
    def make(rng: np.random.Generator) -> Shape:
        solids, pose, colour = (sculpture if chance(rng, 0.68) else quadruped)(_varied(species, rng), rng)
        return shape(
            solids,
            (
                f"a {name} {pose}",
                f"a {colour} {name}",
                species.words,
                f"a four-legged animal, a {colour} {name} {pose}",
            ),
            pose=pose,
            legs=4,
        )


for _name, _species in SPECIES.items():
    _register(_name, _species)
