"""From a probability to a decision: thresholds, unequal costs, and what class weights do to the odds."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F


def rare_logits(x: Tensor, y: Tensor, x_new: Tensor, weight: float = 1.0, decay: float = 1e-3) -> Tensor:
    """Logits of "yes" (K,) for ``x_new`` (K, D), from a linear model fitted to ``x`` (N, D) and ``y`` (N,) of 0 and 1.

    ``weight`` multiplies the loss of every yes, as in ``F.cross_entropy(..., weight=torch.tensor([1, weight]))``;
    ``decay`` holds the weights small. The loss is convex: the fit does not depend on the start.
    """
    w = torch.zeros(x.shape[1] + 1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [w], max_iter=500, tolerance_grad=1e-9, tolerance_change=1e-12, line_search_fn="strong_wolfe"
    )
    balance = torch.tensor([1.0, weight], dtype=torch.float64)

    def loss() -> Tensor:
        optimizer.zero_grad()
        z = x @ w[:-1] + w[-1]
        value = F.cross_entropy(torch.stack([torch.zeros_like(z), z], 1), y, weight=balance)
        total = value + decay * w[:-1].square().sum()
        total.backward()
        return total

    optimizer.step(loss)
    return (x_new @ w[:-1] + w[-1]).detach()


class Bill(NamedTuple):
    """What a threshold came to: misses (yes, and not flagged), false alarms, their total cost, and accuracy."""

    missed: int
    alarms: int
    cost: float
    accuracy: float


def bill(p: Tensor, y: Tensor, threshold: float, miss: float = 1.0, alarm: float = 1.0) -> Bill:
    """Flag every p (N,) above ``threshold``, compare with y (N,) of 0 and 1, and pay ``miss`` and ``alarm`` each."""
    flagged, yes = p > threshold, y == 1
    missed, alarms = int((~flagged & yes).sum()), int((flagged & ~yes).sum())
    return Bill(missed, alarms, miss * missed + alarm * alarms, 1 - (missed + alarms) / len(y))


def undo_weight(p: Tensor, weight: float) -> Tensor:
    """Probabilities as they were before the yes class was weighted: its odds divided by ``weight``. Any shape."""
    return p / (p + weight * (1 - p))
