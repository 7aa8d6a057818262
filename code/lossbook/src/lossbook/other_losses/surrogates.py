"""Accuracy's own loss and its stand-ins, each over one example's margin: how far on the right side its logit is.

With two classes and a logit z for class 1, the margin is m = z for an example of class 1 and m = -z for one of class 0:
positive where the reading is right. All losses map margins (...) to losses (...), those with a logarithm in nats.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch

Loss = Callable[[torch.Tensor], torch.Tensor]


def margins(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The right class's logit less the largest of the others: logits (N, C), target (N,), result (N,)."""
    right = logits.gather(1, target[:, None]).squeeze(1)
    others = logits.scatter(1, target[:, None], -math.inf)
    return right - others.amax(1)


def zero_one(margin: torch.Tensor) -> torch.Tensor:
    """1 where the reading is wrong, 0 where it is right; a tie (margin 0) counts as wrong. Its mean is 1 - accuracy."""
    return (margin <= 0).to(margin.dtype)


def sigmoid_error(margin: torch.Tensor) -> torch.Tensor:
    """Probability on the wrong class, 1 / (1 + e^m): the zero-one loss with its step smoothed; this is mean |p - y|."""
    return torch.sigmoid(-margin)


def squared_error(margin: torch.Tensor) -> torch.Tensor:
    """(1 - p)^2 for the right class's probability p: the Brier score of two classes, counted once."""
    return torch.sigmoid(-margin) ** 2


def hinge(margin: torch.Tensor) -> torch.Tensor:
    """max(0, 1 - m): straight down until the margin is 1, then 0. Source: Cortes & Vapnik (1995)."""
    return (1 - margin).clamp(min=0)


def cross_entropy(margin: torch.Tensor) -> torch.Tensor:
    """log(1 + e^-m) in nats: -log of the right class's probability of two, log 2 at a margin of 0."""
    return torch.nn.functional.softplus(-margin, threshold=700)


def focal(margin: torch.Tensor, gamma: float = 2.0) -> torch.Tensor:
    """(1 - p)^gamma times cross-entropy, in nats: what is nearly right hardly counts. Source: Lin et al. (2017)."""
    return torch.sigmoid(-margin) ** gamma * cross_entropy(margin)


def in_bits(loss: Loss) -> Loss:
    """The same loss with its logarithm to base 2: divided by ln 2."""
    return lambda margin: loss(margin) / math.log(2)


#: Name -> loss, in the order in which the chapter meets them.
SURROGATES: dict[str, Loss] = {
    "right or wrong": zero_one,
    "sigmoid": sigmoid_error,
    "squared error": squared_error,
    "hinge": hinge,
    "focal": focal,
    "cross-entropy": cross_entropy,
}
#: Those of them that hold a logarithm, and so a unit.
LOGARITHMIC = ("focal", "cross-entropy")


def slope(loss: Loss, margin: torch.Tensor) -> torch.Tensor:
    """Derivative of a loss by the margin, from autograd: 0 where there is no graph, as for ``zero_one``."""
    m = margin.detach().clone().requires_grad_()
    out = loss(m)
    if not out.requires_grad:
        return torch.zeros_like(margin)
    return torch.autograd.grad(out.sum(), m)[0]


def truest(loss: Loss, share: float, points: int = 20_001) -> float:
    """The probability of class 1 that costs least when a ``share`` of like examples are of class 1.

    Looked for among ``points`` logits from -10 to 10, so an answer at an end means 0 or 1.
    """
    logit = torch.linspace(-10, 10, points, dtype=torch.float64)
    cost = share * loss(logit) + (1 - share) * loss(-logit)
    return torch.sigmoid(logit[cost.argmin()]).item()
