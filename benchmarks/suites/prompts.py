"""Prompt templates of the suites: one, and 64 in our own words.

Papers average over lists of 64 templates that go back to CLIP's for ImageNet; those lists are not copied here, so a
figure over these 64 is not the same measurement as a published one over others. Every row says how many were used.
"""

from __future__ import annotations

from itertools import product

ONE = ("a point cloud model of a {}",)

_NOUNS = (
    "3d model",
    "point cloud",
    "3d scan",
    "cad model",
    "polygon mesh",
    "rendering",
    "grey rendering",
    "digital model",
    "scale model",
    "plastic model",
    "clay model",
    "3d print",
    "depth scan",
    "sketch",
    "picture",
    "miniature",
)
_FRAMES = ("a {noun} of a {{}}", "the {noun} of one {{}}", "a plain {noun} of a {{}}", "a {noun} that shows a {{}}")

MANY = tuple(frame.format(noun=noun) for noun, frame in product(_NOUNS, _FRAMES))
"""64 of them: every noun in every frame."""

TEMPLATES = {"1 template": ONE, "64 templates": MANY}
"""As a subset calls them."""
