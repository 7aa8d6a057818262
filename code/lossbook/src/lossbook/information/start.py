"""What a network's first loss is, before any training: near ln C, unless something is the matter."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

#: Rows that the figure draws.
ROWS = 200


def uniforms(count: int, seed: int = 1) -> list[float]:
    """``count`` numbers in [0, 1) from the generator mulberry32, the same here and in information.js."""
    numbers, state = [], seed & 0xFFFFFFFF
    for _ in range(count):
        state = (state + 0x6D2B79F5) & 0xFFFFFFFF
        t = ((state ^ (state >> 15)) * (state | 1)) & 0xFFFFFFFF
        t ^= (t + ((t ^ (t >> 7)) * (t | 61))) & 0xFFFFFFFF
        numbers.append(((t ^ (t >> 14)) & 0xFFFFFFFF) / 4294967296)
    return numbers


def normals(count: int, seed: int = 1) -> Tensor:
    """``count`` standard normal numbers from ``uniforms``, by Box and Muller's method. float64."""
    drawn = torch.tensor(uniforms(2 * count, seed), dtype=torch.float64).view(count, 2)
    radius = (-2 * torch.log1p(-drawn[:, 0])).sqrt()
    return radius * torch.cos(2 * math.pi * drawn[:, 1])


def row_losses(spread: float, classes: int, rows: int = ROWS, seed: int = 1) -> Tensor:
    """The losses (rows,) of logits drawn from a normal law with standard deviation ``spread``.

    The right class is class 0 in every row. Since the logits know nothing of it, that is no restriction.
    """
    logits = spread * normals(rows * classes, seed).view(rows, classes)
    return F.cross_entropy(logits, torch.zeros(rows, dtype=torch.long), reduction="none")


class Digits(NamedTuple):
    """scikit-learn's 1,797 handwritten digits: ``x`` (1797, 64) from 0 to 1, ``y`` (1797,) from 0 to 9."""

    x: Tensor
    y: Tensor


def ten_digits() -> Digits:
    """All ten classes of them, in the order in which they come."""
    from sklearn.datasets import load_digits

    data = load_digits()
    return Digits(torch.tensor(data.data / 16, dtype=torch.float32), torch.tensor(data.target))


def fresh(classes: int = 10, seed: int = 0, hidden: int = 128) -> nn.Sequential:
    """A network of one hidden layer for the digits, as torch's own rules start it."""
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(64, hidden), nn.ReLU(), nn.Linear(hidden, classes))


def scaled(net: nn.Sequential, factor: float) -> nn.Sequential:
    """``net`` with its last layer's weights and biases multiplied: all its logits grow by that factor. In place."""
    with torch.no_grad():
        for parameter in net[-1].parameters():
            parameter.mul_(factor)
    return net


def base_rates(net: nn.Sequential, y: Tensor, classes: int) -> nn.Sequential:
    """``net`` with the log shares of the classes in ``y`` as its last biases, and no weights there. In place."""
    counts, last = torch.bincount(y, minlength=classes), net[-1]
    assert isinstance(last, nn.Linear)
    with torch.no_grad():
        last.weight.zero_()
        last.bias.copy_((counts / counts.sum()).log())
    return net


@torch.no_grad()
def first_losses(digits: Digits) -> dict[str, float]:
    """What changes the first loss of a ten-class network and what does not: one change at a time, nats."""
    x, y = digits
    net = fresh()
    logits = net(x)
    loss = F.cross_entropy
    half = torch.arange(len(y)) % 2 == 0
    is_three = (y == 3).long()
    return {
        "as torch starts it": loss(logits, y).item(),
        "last layer times 0": loss(0 * logits, y).item(),
        "softmax before the loss": loss(logits.softmax(1), y).item(),
        "label smoothing of a tenth": loss(logits, y, label_smoothing=0.1).item(),
        "pixels from 0 to 255": loss(net(255 * x), y).item(),
        "last layer times 100": loss(100 * logits, y).item(),
        'reduction="sum", 32 rows': loss(logits[:32], y[:32], reduction="sum").item(),
        "every other row padding, counted as 0": (loss(logits, y, reduction="none") * half).mean().item(),
        "one class in ten is a 3: equal logits": loss(torch.zeros(len(y), 2), is_three).item(),
        "one class in ten is a 3: biases log shares": loss(base_rates(fresh(2), is_three, 2)(x), is_three).item(),
    }
