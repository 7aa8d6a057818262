"""A real network for ten digits that has seen few pictures and many steps: right most of the time, and too sure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class TenDigits(NamedTuple):
    """scikit-learn's 1,797 digits in three parts: x (N, 64) from 0 to 1, y (N,) from 0 to 9.

    ``train`` is for training, ``val`` for every choice that is made by looking, and ``test`` for judging the result.
    """

    x_train: Tensor
    y_train: Tensor
    x_val: Tensor
    y_val: Tensor
    x_test: Tensor
    y_test: Tensor


@cache
def pictures() -> tuple[Tensor, Tensor]:
    """Return all 1,797 digits: x (1797, 64) in float64 and y (1797,).

    Source: Alpaydin & Kaynak, Optical Recognition of Handwritten Digits (UCI, 1998), through ``load_digits``.
    """
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return torch.from_numpy(bunch.data) / 16, torch.from_numpy(bunch.target).long()


def ten_digits(seed: int = 42, train: int = 100, test: int = 500) -> TenDigits:
    """Shuffle all digits with ``seed`` and split them; what is neither ``train`` nor ``test`` is for validation.

    x is float64, y int64. Raises ``ValueError`` if nothing is left to validate on.
    """
    x, y = pictures()
    if train < 1 or test < 1 or train + test >= len(y):
        raise ValueError(f"train and test must leave some of the {len(y)} pictures, got {train} and {test}")
    order = torch.randperm(len(y), generator=torch.Generator().manual_seed(seed))
    return TenDigits(
        *(part for share in order.split([train, len(y) - train - test, test]) for part in (x[share], y[share]))
    )


class Training(NamedTuple):
    """Logits along a training run: ``step`` (R,), and (R, N, C) for each part; of S runs together (R, S, N, C)."""

    step: Tensor
    train: Tensor
    val: Tensor
    test: Tensor


def network(classes: int = 10, hidden: int = 64, seed: int = 0) -> nn.Module:
    """Build a network from 64 pixels over ``hidden`` ReLU units to ``classes`` logits, started by PyTorch; float64."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(64, hidden), nn.ReLU(), nn.Linear(hidden, classes)).double()


def train_network(digits: TenDigits, classes: int = 10, steps: int = 600, lr: float = 0.01, every: int = 2,
                  seed: int = 0) -> Training:  # fmt: skip
    """Train by ``steps`` steps of Adam on all training pictures at once; keep the logits of each ``every``th step."""
    net = network(classes, seed=seed)
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    looks = []
    for step in range(steps + 1):
        logits = net(digits.x_train)
        if step % every == 0:
            with torch.no_grad():
                looks.append((step, logits.detach(), net(digits.x_val), net(digits.x_test)))
        optimizer.zero_grad()
        F.cross_entropy(logits, digits.y_train).backward()
        optimizer.step()
    step_of, *parts = zip(*looks, strict=True)
    return Training(torch.tensor(step_of), *(torch.stack(part) for part in parts))


def train_networks(data: Sequence[TenDigits], classes: int = 10, steps: int = 600, lr: float = 0.01,
                   every: int = 20) -> Training:  # fmt: skip
    """Train one network on each of S splits, all at once: the run of ``train_network`` with seed k on ``data[k]``.

    The S networks are one network with an axis more, in float32; Adam works weight by weight, so they do not touch.
    Logits come as (R, S, N, C).
    """
    starts = [[p.detach().float() for p in network(classes, seed=seed).parameters()] for seed in range(len(data))]
    w1, b1, w2, b2 = (torch.stack(same).requires_grad_() for same in zip(*starts, strict=True))
    optimizer = torch.optim.Adam([w1, b1, w2, b2], lr=lr)
    x_train, x_val, x_test = (torch.stack([split[part] for split in data]).float() for part in (0, 2, 4))
    y_train = torch.stack([split.y_train for split in data])

    def logits(x: Tensor) -> Tensor:
        hidden = torch.baddbmm(b1[:, None], x, w1.mT).relu()
        return torch.baddbmm(b2[:, None], hidden, w2.mT)

    looks = []
    for step in range(steps + 1):
        z = logits(x_train)
        if step % every == 0:
            with torch.no_grad():
                looks.append((step, z.detach(), logits(x_val), logits(x_test)))
        optimizer.zero_grad()
        (F.cross_entropy(z.flatten(0, 1), y_train.flatten()) * len(data)).backward()
        optimizer.step()
    step_of, *parts = zip(*looks, strict=True)
    return Training(torch.tensor(step_of), *(torch.stack(part) for part in parts))


def each_loss(logits: Tensor, target: Tensor) -> Tensor:
    """Compute the loss in nats of each picture at each step: logits (R, ..., N, C), target (..., N), to (R, ..., N)."""
    return -logits.log_softmax(-1).gather(-1, target.expand(logits.shape[:-1])[..., None])[..., 0]
