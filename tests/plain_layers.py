"""Layers of published point encoders once more, in float64 and loops over one cloud: slow, plain, and not by torch."""

from __future__ import annotations

import math

import numpy as np
from torch import nn

Weights = dict[str, np.ndarray]


def weights(module: nn.Module) -> Weights:
    """Those of a module, by key."""
    return {key: value.double().numpy() for key, value in module.state_dict().items()}


def sampled(points: np.ndarray, count: int, *, skip_origin: bool = False) -> list[int]:
    """The first point, then again and again the one farthest from all picked."""
    picked = [0]
    nearest = [1e10] * len(points)
    for _ in range(count - 1):
        best, farthest = 0, -1.0
        for i, point in enumerate(points):
            if skip_origin and point @ point <= 1e-3:
                continue
            away = point - points[picked[-1]]
            nearest[i] = min(nearest[i], away @ away)
            if nearest[i] > farthest:
                best, farthest = i, nearest[i]
        picked.append(best)
    return picked


def nearest(points: np.ndarray, center: np.ndarray, count: int) -> list[int]:
    return sorted(range(len(points)), key=lambda i: float(((points[i] - center) ** 2).sum()))[:count]


def in_ball(points: np.ndarray, center: np.ndarray, radius: float, count: int) -> list[int]:
    """The first points of the cloud within the radius; the very first of them again where there are too few."""
    inside = [i for i in range(len(points)) if ((points[i] - center) ** 2).sum() <= radius**2][:count]
    return inside + [inside[0]] * (count - len(inside))


def linear(x: np.ndarray, at: Weights, key: str) -> np.ndarray:
    weight = at[f"{key}.weight"]
    return x @ weight.reshape(len(weight), -1).T + at.get(f"{key}.bias", 0)


def layer_norm(x: np.ndarray, at: Weights, key: str, eps: float) -> np.ndarray:
    centered = x - x.mean(axis=-1, keepdims=True)
    deviation = np.sqrt((centered**2).mean(axis=-1, keepdims=True) + eps)
    return centered / deviation * at[f"{key}.weight"] + at[f"{key}.bias"]


def batch_norm(x: np.ndarray, at: Weights, key: str) -> np.ndarray:
    unit = (x - at[f"{key}.running_mean"]) / np.sqrt(at[f"{key}.running_var"] + 1e-5)
    return unit * at[f"{key}.weight"] + at[f"{key}.bias"]


def relu(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0)


def gelu(x: np.ndarray) -> np.ndarray:
    return x * (1 + np.vectorize(math.erf)(x / math.sqrt(2))) / 2


def silu(x: np.ndarray) -> np.ndarray:
    return x / (1 + np.exp(-x))


def attended(query: np.ndarray, key: np.ndarray, value: np.ndarray, heads: int) -> np.ndarray:
    """(t, heads * d) each -> the same, a token and a head at a time."""
    out = np.zeros_like(value)
    d = value.shape[1] // heads
    for head in range(heads):
        part = slice(head * d, (head + 1) * d)
        for i in range(len(query)):
            likeness = np.exp(key[:, part] @ query[i, part] / math.sqrt(d))
            out[i, part] = likeness / likeness.sum() @ value[:, part]
    return out


def mini_point_net(members: np.ndarray, at: Weights, key: str) -> np.ndarray:
    """(neighbours, channels) -> (width,): the network of one neighbourhood in Point-BERT."""
    first = linear(members, at, f"{key}.first_conv.0")
    points = linear(relu(batch_norm(first, at, f"{key}.first_conv.1")), at, f"{key}.first_conv.3")
    both = np.array([np.concatenate([points.max(axis=0), point]) for point in points])
    second = linear(both, at, f"{key}.second_conv.0")
    return linear(relu(batch_norm(second, at, f"{key}.second_conv.1")), at, f"{key}.second_conv.3").max(axis=0)


def unit(x: np.ndarray) -> np.ndarray:
    return x / np.linalg.norm(x)


def cloud(seed: int, n: int, *, core: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """(n, 3) points and colours, float32; `core` points lie close to the origin, after the first, near the others."""
    rng = np.random.default_rng(seed)
    points = rng.standard_normal((n, 3))
    points *= rng.uniform(0.5, 1, (n, 1)) / np.linalg.norm(points, axis=1, keepdims=True)
    points[1 : 1 + core] *= 0.03
    return points.astype(np.float32), rng.uniform(0, 1, (n, 3)).astype(np.float32)
