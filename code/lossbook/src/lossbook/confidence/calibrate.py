"""Temperature scaling: fit the one number that makes a classifier as sure as it should be. And merge classes."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def fit_temperature(logits: Tensor, target: Tensor, low: float = 1e-3, high: float = 1e3) -> float:
    """Find the temperature T for which ``logits / T`` have the least cross-entropy: logits (N, C), target (N,).

    The loss is convex in 1 / T, so its slope there changes sign at most once, and bisection finds the place. If the
    loss still falls at an end of the range from ``low`` to ``high``, that end is the answer: with every answer right
    there is no lowest point, and the loss falls as long as T falls. Source: Guo et al. (2017), On Calibration of Modern
    Neural Networks, section 4.2.
    """
    logits = logits.detach().double()
    right = logits.gather(1, target[:, None])[:, 0]

    def slope(scale: float) -> float:  # of the loss in 1 / T
        return float(((logits * scale).softmax(1) * logits).sum(1).sub(right).mean())

    cold, hot = -math.log(low), -math.log(high)
    if slope(math.exp(cold)) <= 0:
        return low
    if slope(math.exp(hot)) >= 0:
        return high
    for _ in range(60):
        middle = (cold + hot) / 2
        cold, hot = (middle, hot) if slope(math.exp(middle)) > 0 else (cold, middle)
    return math.exp(-(cold + hot) / 2)


def merge_classes(probs: Tensor, group: Tensor, groups: int) -> Tensor:
    """Add up the probabilities of classes that belong together: (N, C) to (N, G), ``group`` (C,) from 0 to G - 1."""
    merged = torch.zeros(len(probs), groups, dtype=probs.dtype)
    return merged.index_add(1, group, probs)
