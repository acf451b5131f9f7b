"""Variation of pictures from draw to draw: framing, surroundings, colours, and what goes wrong in a photo.

Everything is done for the whole batch at once, where the `generator` is: the only source of chance.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - the name everybody uses

from indexer.align.draws import by_chance

_LUMA = torch.tensor([0.299, 0.587, 0.114]).expand(3, 3)
_THIRD = torch.full((3, 3), 1 / 3)
_ACROSS = torch.tensor([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / 3**0.5
"""The grey axis, and what turns colours about it."""


@dataclass(frozen=True)
class Augmentation:
    """How much of each.

    Attributes:
        smallest: scale that a picture is shrunk to, at most, inside the square.
        largest: scale that it is magnified to, at most; what leaves the square is lost.
        stretch: proportions change by up to 1 + stretch.
        turn: standard deviation of the angle it is turned by, degrees.
        plain: share of pictures whose transparent part is white; the others get any surroundings.
        brightness, contrast, saturation: each factor lies within 1 + this and its inverse.
        hue: standard deviation of the turn about the grey axis, degrees.
        grey: share of pictures without colour.
        blur: share of pictures that are seen at half the resolution.
        noise: standard deviation added to every value, at most, of 255.
        erase: share of pictures that lose a rectangle.
    """

    smallest: float = 0.6
    largest: float = 1.5
    stretch: float = 0.2
    turn: float = 8.0
    plain: float = 0.5
    brightness: float = 0.35
    contrast: float = 0.35
    saturation: float = 0.4
    hue: float = 8.0
    grey: float = 0.1
    blur: float = 0.15
    noise: float = 8.0
    erase: float = 0.2


def augment(rgba: Tensor, side: int, how: Augmentation, generator: torch.Generator) -> Tensor:
    """(b, s, s, 4) bytes -> (b, side, side, 3) bytes, framed, filled, coloured and damaged anew."""
    layers = rgba.permute(0, 3, 1, 2).float() / 255
    layers = torch.cat([layers[:, :3] * layers[:, 3:], layers[:, 3:]], dim=1)
    framed = F.grid_sample(layers, _framing(len(rgba), side, how, generator), align_corners=False)
    behind = surroundings(len(rgba), side, how.plain, generator)
    pixels = framed[:, :3] + behind * (1 - framed[:, 3:])
    pixels = _recolored(pixels, how, generator)
    pixels = _damaged(pixels, how, generator)
    return (pixels.clamp(0, 1) * 255).round().to(torch.uint8).permute(0, 2, 3, 1).contiguous()


def plain(rgba: Tensor, side: int) -> Tensor:
    """(b, s, s, 4) bytes -> (b, side, side, 3) bytes as the tower meets them in use: whole, before white."""
    layers = rgba.permute(0, 3, 1, 2).float() / 255
    pixels = layers[:, :3] * layers[:, 3:] + (1 - layers[:, 3:])
    if pixels.shape[-1] != side:
        pixels = F.interpolate(pixels, (side, side), mode="bilinear", antialias=True)
    return (pixels.clamp(0, 1) * 255).round().to(torch.uint8).permute(0, 2, 3, 1).contiguous()


def surroundings(count: int, side: int, white: float, generator: torch.Generator) -> Tensor:
    """(count, 3, side, side), about 0..1: white, one grey or colour, a gradient, blotches, stripes, or noise."""
    on = by_chance(generator)
    behind = torch.ones(count, 3, side, side, device=generator.device)
    kind = torch.randint(len(_SURROUNDINGS), (count,), **on)
    kind[torch.rand(count, **on) < white] = -1
    for i, make in enumerate(_SURROUNDINGS):
        rows = torch.nonzero(kind == i).flatten()
        if len(rows):
            behind[rows] = make(len(rows), side, generator)
    return behind


def _flat(count: int, side: int, generator: torch.Generator) -> Tensor:
    """One colour each, half of them grey."""
    on = by_chance(generator)
    color, grey = torch.rand(count, 3, 1, 1, **on), torch.rand(count, 1, 1, 1, **on)
    colored = torch.rand(count, 1, 1, 1, **on) < 0.5
    return torch.where(colored, color, grey).expand(count, 3, side, side)


def _blotched(cells: int) -> Callable[[int, int, torch.Generator], Tensor]:
    """One colour blended with a smooth pattern of random ones; 2 cells a side are a gradient."""

    def make(count: int, side: int, generator: torch.Generator) -> Tensor:
        on = by_chance(generator)
        pattern = F.interpolate(torch.rand(count, 3, cells, cells, **on), (side, side), mode="bilinear")
        return _flat(count, side, generator).lerp(pattern, torch.rand(count, 1, 1, 1, **on))

    return make


def _striped(count: int, side: int, generator: torch.Generator) -> Tensor:
    axis = torch.linspace(-1, 1, side, device=generator.device)
    slant, finer = torch.rand(2, count, 1, 1, 1, **by_chance(generator))
    along = axis.view(1, 1, 1, -1) * (slant * torch.pi).cos() + axis.view(1, 1, -1, 1) * (slant * torch.pi).sin()
    stripes = (along * (2 + 14 * finer)).sin() > 0
    return torch.where(stripes, _flat(count, side, generator), _flat(count, side, generator))


def _speckled(count: int, side: int, generator: torch.Generator) -> Tensor:
    return _flat(count, side, generator) + (torch.rand(count, 1, side, side, **by_chance(generator)) - 0.5) * 0.4


_SURROUNDINGS = (_flat, _blotched(2), _blotched(5), _blotched(16), _striped, _speckled)


def _framing(count: int, side: int, how: Augmentation, generator: torch.Generator) -> Tensor:
    """Sampling grids: scaled, stretched, turned, mirrored, and shifted as far as little is lost."""
    on = by_chance(generator)

    def rand() -> Tensor:
        return torch.rand(count, **on)

    low, high = math.log(how.smallest), math.log(how.largest)
    scale = torch.exp(low + (high - low) * rand())
    stretch = torch.exp((rand() - 0.5) * math.log(1 + how.stretch))
    mirror = torch.where(rand() < 0.5, -1.0, 1.0)
    angle = torch.randn(count, **on) * how.turn * torch.pi / 180
    x, y = mirror / (scale * stretch), stretch / scale
    room = ((1 / scale - 1).abs() + 0.1)[:, None] * (torch.rand(count, 2, **on) * 2 - 1)
    grid = torch.stack(
        [
            torch.stack([x * angle.cos(), -y * angle.sin(), room[:, 0]], dim=1),
            torch.stack([x * angle.sin(), y * angle.cos(), room[:, 1]], dim=1),
        ],
        dim=1,
    )
    return F.affine_grid(grid, [count, 4, side, side], align_corners=False)


def _recolored(pixels: Tensor, how: Augmentation, generator: torch.Generator) -> Tensor:
    """Brightness, contrast, saturation and hue as one affine map of each picture's colours."""
    count, on = len(pixels), by_chance(generator)

    def factor(most: float) -> Tensor:
        return torch.exp((torch.rand(count, 1, 1, **on) * 2 - 1) * math.log(1 + most))

    luma, third, across, same = (constant.to(pixels.device) for constant in (_LUMA, _THIRD, _ACROSS, torch.eye(3)))
    saturation = factor(how.saturation)
    saturation[torch.rand(count, **on) < how.grey] = 0
    angle = torch.randn(count, 1, 1, **on) * how.hue * torch.pi / 180
    turned = third + angle.cos() * (same - third) + angle.sin() * across
    matrix = (saturation * same + (1 - saturation) * luma) @ turned
    gain = factor(how.contrast)
    matrix = matrix * gain * factor(how.brightness)
    middle = pixels.mean(dim=(1, 2, 3))[:, None]
    moved = matrix @ pixels.flatten(2) + (middle * (1 - gain[:, 0]))[:, :, None]
    return moved.view_as(pixels)


def _damaged(pixels: Tensor, how: Augmentation, generator: torch.Generator) -> Tensor:
    """Blurred, noisy, partly hidden."""
    count, side, on = len(pixels), pixels.shape[-1], by_chance(generator)
    blurred = torch.rand(count, **on) < how.blur
    if blurred.any():
        half = F.interpolate(pixels[blurred], scale_factor=0.5, mode="area")
        pixels[blurred] = F.interpolate(half, (side, side), mode="bilinear")
    sigma = torch.rand(count, 1, 1, 1, **on) ** 2 * how.noise / 255
    pixels = pixels + sigma * torch.randn(pixels.shape, **on)
    size, start = torch.rand(2, count, 2, **on)
    size = 0.15 + 0.3 * size
    first, last = (start * (1 - size) * side)[:, :, None], ((start * (1 - size) + size) * side)[:, :, None]
    place = torch.arange(side, device=pixels.device)
    inside = (place >= first) & (place < last)
    hidden = inside[:, 0, None, :, None] & inside[:, 1, None, None, :]
    hidden &= (torch.rand(count, **on) < how.erase)[:, None, None, None]
    return torch.where(hidden, torch.rand(count, 3, 1, 1, **on), pixels)
