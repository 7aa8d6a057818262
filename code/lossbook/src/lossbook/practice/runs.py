"""Training runs on the ten handwritten digits, sound ones and ones with a known fault, and what each of them prints."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

Loss = Callable[[Tensor, Tensor], Tensor]


class TenDigits(NamedTuple):
    """Pictures (N, 64) from 0 to 1, float32, and classes (N,) from 0 to 9: to train on, and held out."""

    x_train: Tensor
    y_train: Tensor
    x_held: Tensor
    y_held: Tensor


def ten_digits(seed: int = 0, train: int = 1200) -> TenDigits:
    """scikit-learn's 1,797 handwritten digits, shuffled with ``seed`` and split."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    x, y = torch.tensor(bunch.data, dtype=torch.float32) / 16, torch.tensor(bunch.target)
    order = torch.randperm(len(y), generator=torch.Generator().manual_seed(seed))
    return TenDigits(x[order[:train]], y[order[:train]], x[order[train:]], y[order[train:]])


class Curve(NamedTuple):
    """What a run prints before each step: the loss on training and on held-out pictures as its code computes it, and
    the share of held-out pictures it gets right; (steps + 1,) each."""

    train_loss: Tensor
    held_loss: Tensor
    held_accuracy: Tensor


def small_network(seed: int = 0, scale: float = 1.0, dropout: float = 0.0) -> nn.Sequential:
    """64 pixels, 64 hidden units, 10 logits, with torch's own start; ``scale`` multiplies the last layer's."""
    torch.manual_seed(seed)
    network = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Dropout(dropout), nn.Linear(64, 10))
    with torch.no_grad():
        for parameter in network[3].parameters():
            parameter.mul_(scale)
    return network


def run(
    data: TenDigits,
    loss: Loss = F.cross_entropy,
    lr: float = 0.01,
    steps: int = 100,
    scale: float = 1.0,
    moves: bool = True,
) -> Curve:
    """Adam on batches of 100 pictures, one seed for all runs. ``moves=False`` leaves out ``optimizer.step()``."""
    network = small_network(scale=scale)
    optimizer = torch.optim.Adam(network.parameters(), lr=lr)
    generator = torch.Generator().manual_seed(0)
    printed = []
    for _ in range(steps + 1):
        with torch.no_grad():
            held = network(data.x_held)
            right = (held.argmax(dim=1) == data.y_held).float().mean()
            printed.append((loss(network(data.x_train), data.y_train), loss(held, data.y_held), right))
        batch = torch.randint(len(data.y_train), (100,), generator=generator)
        optimizer.zero_grad()
        loss(network(data.x_train[batch]), data.y_train[batch]).backward()
        if moves:
            optimizer.step()
    return Curve(*(torch.stack(column) for column in zip(*printed, strict=True)))


def softmax_twice(logits: Tensor, target: Tensor) -> Tensor:
    """The fault: probabilities where logits belong."""
    return F.cross_entropy(logits.softmax(dim=1), target)


def no_logarithm(logits: Tensor, target: Tensor) -> Tensor:
    """The fault: probabilities where their logarithms belong."""
    return F.nll_loss(logits.softmax(dim=1), target)


class Case(NamedTuple):
    """A run whose fault the reader names: what was wrong, and where one sees it."""

    fault: str
    seen: str
    curve: Curve


def cases(data: TenDigits, seed: int = 0) -> list[Case]:
    """Eight runs of 100 steps, each with one fault or none, all from one start but for the last. About two seconds."""
    few = data._replace(x_train=data.x_train[:30], y_train=data.y_train[:30])
    order = torch.randperm(len(data.y_train), generator=torch.Generator().manual_seed(seed))
    mixed = data._replace(y_train=data.y_train[order])
    say = {
        "softmax is taken twice": "It starts at ln 10 and stays above 1.461, though accuracy is good.",
        "too few training pictures": "The training loss goes to 0; the held-out loss turns and rises, accuracy stays.",
        "optimizer.step() is missing": "Level from the first step to the last, accuracy too: no weight moves.",
        "nothing is wrong": "It starts near ln 10; both losses fall together, and accuracy rises.",
        "probabilities go into nll_loss": "A loss below 0: no logarithm was taken. It cannot go below −1.",
        "the learning rate is too high": "Up by leaps at once, then level about ln 10, with accuracy at chance.",
        "labels belong to other pictures": "The training loss falls a little, by heart; accuracy stays at chance.",
        "the first logits are far too large": "It starts far above ln 10: sure before it has seen anything.",
    }
    curves = [
        run(data, softmax_twice),
        run(few),
        run(data, moves=False),
        run(data),
        run(data, no_logarithm),
        run(data, lr=1.0),
        run(mixed),
        run(data, scale=80.0, lr=0.003),
    ]
    return [Case(fault, seen, curve) for (fault, seen), curve in zip(say.items(), curves, strict=True)]
