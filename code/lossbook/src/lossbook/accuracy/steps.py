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
    """Of ``pairs`` steps of each length in ``h`` (H,): the share that flips a reading, and that changes accuracy, (H,).

    ``patterns`` (P, H) bool and ``counts`` (P,) say which lengths changed accuracy together, and for how many pairs:
    all that a bootstrap over the pairs needs.
    """

    h: torch.Tensor
    flipped: torch.Tensor
    changed: torch.Tensor
    pairs: int
    patterns: torch.Tensor
    counts: torch.Tensor


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
    h32, codes, flipped = h.float(), [], torch.zeros(len(h), dtype=torch.long)
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
        code = torch.zeros(size, dtype=torch.long)
        for k, step in enumerate(h32.tolist()):
            near = (distance <= step).nonzero().flatten()
            flipped[k] += len(near)
            after = torch.add(margins[near], slopes[near], alpha=step).sign().sum(1)
            code[near[after != balance[near]]] += 1 << k
        codes.append(code)
    found, counts = torch.cat(codes).unique(return_counts=True)
    patterns = (found[:, None] >> torch.arange(len(h)) & 1).bool()
    changed = (patterns * counts[:, None]).sum(0)
    return Shares(h, flipped.double() / pairs, changed.double() / pairs, pairs, patterns, counts)


class Slope(NamedTuple):
    """A straight line's slope on log-log axes, with the ends of its 95% confidence interval."""

    slope: float
    low: float
    high: float


def loglog_slope(shares: Shares, below: float = 0.5, resamples: int = 2000, seed: int = 0) -> Slope:
    """Least-squares slope of log(share changed) against log(h) where 0 < share < ``below``; interval by bootstrap.

    The bootstrap draws the pairs anew, with replacement (Efron & Tibshirani, 1993, chapter 13), so that shares at
    different h, which come from the same pairs, stay as correlated as they are.
    """
    kept = (shares.changed > 0) & (shares.changed < below)
    if kept.sum() < 2:
        raise ValueError(f"fewer than two step lengths have a share between 0 and {below}; take more pairs")
    x = shares.h[kept].log().double()

    def fit(changed: torch.Tensor) -> torch.Tensor:
        y = changed.clamp(min=0.5).log()
        centred = x - x.mean()
        return (centred * y).sum(-1) / (centred**2).sum()

    generator = torch.Generator().manual_seed(seed)
    drawn = torch.zeros(resamples, len(shares.counts), dtype=torch.double)
    left, share_left = torch.full((resamples,), float(shares.pairs), dtype=torch.double), 1.0
    for k, p in enumerate(shares.counts.double() / shares.pairs):  # a multinomial draw, one binomial at a time
        q = torch.full_like(left, min(1.0, (p / max(share_left, 1e-300)).item()))
        drawn[:, k] = torch.binomial(left, q, generator=generator)
        left, share_left = left - drawn[:, k], share_left - p.item()
    slopes = fit(drawn @ shares.patterns[:, kept].double())
    low, high = slopes.quantile(torch.tensor([0.025, 0.975], dtype=torch.double)).tolist()
    return Slope(fit(shares.changed[kept] * shares.pairs).item(), low, high)


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
