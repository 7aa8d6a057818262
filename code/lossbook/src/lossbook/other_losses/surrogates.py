"""Smooth stand-ins for accuracy, each as a loss over one example's margin: how far on the right side its logit is.

With two classes and a logit z for class 1, the margin is m = z for an example of class 1 and m = -z for one of class 0:
positive where the reading is right. All functions map margins (...) to losses (...).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch


def zero_one(margin: torch.Tensor) -> torch.Tensor:
    """1 where the reading is wrong, 0 where it is right; a tie (margin 0) counts as wrong. Its mean is 1 - accuracy."""
    return (margin <= 0).to(margin.dtype)


def hinge(margin: torch.Tensor) -> torch.Tensor:
    """max(0, 1 - m): straight down until the margin is 1, then 0. Source: Cortes & Vapnik (1995)."""
    return (1 - margin).clamp(min=0)


def sigmoid_error(margin: torch.Tensor) -> torch.Tensor:
    """Probability on the wrong class, 1 / (1 + e^m): the zero-one loss with its step smoothed; this is mean |p - y|."""
    return torch.sigmoid(-margin)


def cross_entropy_bits(margin: torch.Tensor) -> torch.Tensor:
    """Cross-entropy in bits, log2(1 + e^-m): -log2 of the right class's probability, exactly 1 at a margin of 0."""
    return torch.nn.functional.softplus(-margin, threshold=700) / math.log(2)


#: Name -> loss, in the order in which the chapter meets them.
SURROGATES: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "right or wrong": zero_one,
    "sigmoid": sigmoid_error,
    "hinge": hinge,
    "cross-entropy": cross_entropy_bits,
}


def slope(loss: Callable[[torch.Tensor], torch.Tensor], margin: torch.Tensor) -> torch.Tensor:
    """Derivative of a loss by the margin, from autograd: 0 where there is no graph, as for ``zero_one``."""
    m = margin.detach().clone().requires_grad_()
    out = loss(m)
    if not out.requires_grad:
        return torch.zeros_like(margin)
    return torch.autograd.grad(out.sum(), m)[0]
