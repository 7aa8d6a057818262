"""Softmax taken twice: what the mistake makes of the loss, which cannot reach 0 then, and of its slope, by torch."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F


def floor(classes: int) -> float:
    """The least that cross-entropy of probabilities can be, in nats: ln(1 + (C - 1)/e), at p = 1 for the truth."""
    return math.log(1 + (classes - 1) / math.e)


def losses_and_slopes(lead: Tensor, classes: int) -> dict[str, tuple[Tensor, Tensor]]:
    """``lead`` (K,): how far the right class's logit is above all the others, which are level.

    Returns for "once" and "twice" the loss (K,) in nats and its derivative (K,) in the right class's logit.
    """
    answers = {}
    for name in ("once", "twice"):
        logits = torch.zeros(len(lead), classes, dtype=torch.float64)
        logits[:, 0] = lead
        logits.requires_grad_()
        scores = logits if name == "once" else logits.softmax(dim=1)
        loss = F.cross_entropy(scores, torch.zeros(len(lead), dtype=torch.long), reduction="none")
        (slope,) = torch.autograd.grad(loss.sum(), logits)
        answers[name] = loss.detach(), slope[:, 0]
    return answers
