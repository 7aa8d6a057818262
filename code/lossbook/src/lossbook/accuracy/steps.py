"""How often does a small step in weight space change accuracy at all? Measured a million times, and bounded exactly."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch


def with_bias(x: torch.Tensor) -> torch.Tensor:
    """Pictures with a constant 1 added, so that the bias is one more weight: (N, D) to (N, D + 1)."""
    return torch.cat([x, torch.ones_like(x[:, :1])], dim=1)


def first_flip(logits: torch.Tensor, slopes: torch.Tensor) -> torch.Tensor:
    """How far one can walk before any reading flips: logits (..., N), slopes (..., N), result (...), possibly inf.

    Along a direction each logit is z + slope * t, which reaches 0 at t = -z / slope. The nearest flip ahead is where
    -slope / z is largest, and there is none if that is not positive. A logit of exactly 0 is a tie: its reading hangs
    on the direction, so it counts as a flip at distance 0 unless its slope is 0 too.
    """
    rate = slopes / logits
    tied = logits == 0
    if tied.any():
        rate = rate.masked_fill(tied & (slopes == 0), 0.0).masked_fill_(tied & (slopes != 0), -torch.inf)
    return 1 / rate.amin(-1).clamp_(max=0).abs_()


def safe_distance(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> float:
    """The safe distance: no step shorter than this flips any reading. x (N, D), weight (D,), bias () to a length.

    A step d changes picture i's logit z_i by (x_i, 1) . d, which is at most |(x_i, 1)| |d| (Cauchy-Schwarz), so nothing
    flips while |d| < min_i |z_i| / |(x_i, 1)|: the distance from the weights to the nearest flip.
    """
    logits = x @ weight + bias
    return (logits.abs() / with_bias(x).norm(dim=1)).min().item()


class Shares(NamedTuple):
    """Of ``pairs`` steps of each length in ``h`` (H,): the share that flips an answer or changes accuracy, (H,)."""

    h: torch.Tensor
    flipped: torch.Tensor
    changed: torch.Tensor
    pairs: int


def step_shares(x: torch.Tensor, target: torch.Tensor, h: torch.Tensor, pairs: int = 1_000_000, seed: int = 0,
                weights: torch.Tensor | None = None, chunk: int = 4_000) -> Shares:  # fmt: skip
    """Take ``pairs`` random steps and see which change accuracy: x (N, D), target (N,), lengths ``h`` (H,) rising.

    Each pair is a point and a direction of its own, drawn with ``seed``. The point has standard normal weights and the
    bias that puts the boundary through the mean picture, so that it does divide the pictures (or it is always
    ``weights`` (D + 1,), bias last, if given). The direction is uniform on the unit sphere in D + 1 dimensions. The
    first flip of every pair is exact, so no step that could matter is missed; accuracy itself is
    compared at both ends of each step that flips something, since two flips may cancel. Drawn in float32 (a step that
    short of a tie cannot matter to a share), in chunks that stay in the cache.
    """
    if pairs < 1 or not (h > 0).all() or not (h.diff() > 0).all():
        raise ValueError("step_shares needs at least one pair and rising step lengths above 0")
    generator = torch.Generator().manual_seed(seed)
    # Signed by the target, a logit is a margin: above 0 where the reading is right, whichever class that is.
    inputs, sign = with_bias(x), (2 * target - 1).unsqueeze(1)
    signed, centred = (inputs * sign).float(), ((inputs - inputs.mean(0)) * sign).float()
    h32, (flipped, changed) = h.float(), torch.zeros(2, len(h), dtype=torch.long)
    for start in range(0, pairs, chunk):
        size = min(chunk, pairs - start)
        direction = torch.randn(size, signed.shape[1], generator=generator)
        slopes = (direction / direction.norm(dim=1, keepdim=True)) @ signed.T
        if weights is None:
            margins = torch.randn(size, signed.shape[1], generator=generator) @ centred.T
        else:
            margins = (weights.float() @ signed.T).expand_as(slopes)
        # Right readings minus wrong ones: accuracy changes when this does.
        distance, balance = first_flip(margins, slopes), margins.sign().sum(1)
        for k, step in enumerate(h32.tolist()):
            near = (distance <= step).nonzero().flatten()
            flipped[k] += len(near)
            after = torch.add(margins[near], slopes[near], alpha=step).sign().sum(1)
            changed[k] += (after != balance[near]).sum()
    return Shares(h, flipped.double() / pairs, changed.double() / pairs, pairs)


def expected_flips(x: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
    """Mean number of readings that a step of length h (H,) flips, to first order in h, for ``step_shares``' models.

    With standard normal weights and the boundary through the mean picture m, the logit of picture x is normal with
    standard deviation |x - m|. Its slope along a random direction is |(x, 1)| u, where u is one coordinate of a point
    on the unit sphere. It flips within h if it lies within |(x, 1)| |u| h of 0 on the side it is leaving, so with
    probability E|u| h |(x, 1)| / (|x - m| sqrt(2 pi)), where E|u| = Gamma(D/2) / (sqrt(pi) Gamma((D + 1)/2)) in D
    dimensions; since a normal density is highest at 0, the true mean lies nowhere above that. The share of steps that
    flip anything is at most the sum over the pictures (Boole's inequality).
    """
    inputs = with_bias(x)
    size = inputs.shape[1]
    mean_abs = math.exp(math.lgamma(size / 2) - math.lgamma((size + 1) / 2)) / math.sqrt(math.pi)
    ratio = (inputs.norm(dim=1) / (inputs - inputs.mean(0)).norm(dim=1)).sum()
    return mean_abs * ratio * h / math.sqrt(2 * math.pi)
