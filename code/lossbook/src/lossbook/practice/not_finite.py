"""Runs in which a loss becomes nan or infinite, each stopped at the step at which it happens."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lossbook.practice.runs import TenDigits, small_network

#: Steps after which a run that stays finite is given up.
LONGEST = 200


class Stopped(NamedTuple):
    """A run at its first step whose loss or gradient is not finite, counted from 0; nothing of that step is applied."""

    step: int
    model: nn.Module
    loss_of: Callable[[Tensor, Tensor], Tensor]
    x: Tensor
    y: Tensor


def log_of_softmax(logits: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy as the logarithm of rounded probabilities: infinite from a gap of about 104 on."""
    return -logits.softmax(dim=1)[range(len(target)), target].log().mean()


def length_by_hand(logits: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy plus a penalty on the distance between each row and itself: a root whose slope at 0 is infinite."""
    return F.cross_entropy(logits, target) + (logits - logits.detach()).square().sum(dim=1).sqrt().mean()


def stopped_runs(data: TenDigits, seed: int = 0) -> dict[str, Stopped]:
    """Train a small network with each of four faults until its loss or its gradient is not finite."""
    x, y = data.x_train, data.y_train
    with_gap = x.clone()
    with_gap[700, 5] = float("nan")
    leaky = small_network(seed)
    leaky[1] = nn.LeakyReLU(0.1)  # units that never die out, as plain ReLUs do at such a rate
    return {
        "one nan among the inputs": _run(small_network(seed), with_gap, y, F.cross_entropy, lr=0.1),
        "learning rate too high": _run(leaky, x, y, F.cross_entropy, lr=10.0),
        "log of softmax, pixels to 255": _run(small_network(seed), 255 * x, y, log_of_softmax, lr=0.1),
        "square root of 0": _run(small_network(seed), x, y, length_by_hand, lr=0.1),
    }


def _run(model: nn.Module, x: Tensor, y: Tensor, loss_of: Callable[[Tensor, Tensor], Tensor], lr: float) -> Stopped:
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for step, batch in zip(range(LONGEST), itertools.cycle(torch.arange(len(y)).split(100)), strict=False):
        optimizer.zero_grad()
        loss = loss_of(model(x[batch]), y[batch])
        loss.backward()
        slopes = [parameter.grad for parameter in model.parameters() if parameter.grad is not None]
        if not all(part.isfinite().all() for part in (loss, *slopes)):
            return Stopped(step, model, loss_of, x[batch], y[batch])
        optimizer.step()
    raise RuntimeError(f"the loss and its gradient stayed finite for {LONGEST} steps; choose a higher learning rate")
