"""A real network for ten digits that has seen few pictures and many steps: right most of the time, and too sure."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class TenDigits(NamedTuple):
    """scikit-learn's 1,797 digits in three parts: x (N, 64) from 0 to 1, y (N,) from 0 to 9.

    ``train`` teaches the network, ``val`` watches it and chooses what is chosen by looking, ``test`` judges.
    """

    x_train: Tensor
    y_train: Tensor
    x_val: Tensor
    y_val: Tensor
    x_test: Tensor
    y_test: Tensor


def ten_digits(seed: int = 42, train: int = 100, test: int = 500) -> TenDigits:
    """The pictures shuffled with ``seed``; what is neither ``train`` nor ``test`` validates. Float64, int64.

    Source: Alpaydin & Kaynak, Optical Recognition of Handwritten Digits (UCI, 1998), through ``load_digits``.
    """
    from sklearn.datasets import load_digits

    bunch = load_digits()
    x, y = torch.from_numpy(bunch.data) / 16, torch.from_numpy(bunch.target).long()
    if train < 1 or test < 1 or train + test >= len(y):
        raise ValueError(f"train and test must leave some of the {len(y)} pictures, got {train} and {test}")
    order = torch.randperm(len(y), generator=torch.Generator().manual_seed(seed))
    return TenDigits(
        *(part for share in order.split([train, len(y) - train - test, test]) for part in (x[share], y[share]))
    )


class Training(NamedTuple):
    """One run, looked at R times: ``step`` (R,), and the logits of each part of the pictures, (R, N, C) and so on."""

    step: Tensor
    train: Tensor
    val: Tensor
    test: Tensor


def network(classes: int = 10, hidden: int = 64, seed: int = 0) -> nn.Module:
    """64 pixels to ``hidden`` units to ``classes`` logits, PyTorch's own random start, float64."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(64, hidden), nn.ReLU(), nn.Linear(hidden, classes)).double()


def train_network(digits: TenDigits, classes: int = 10, steps: int = 600, lr: float = 0.01, every: int = 2,
                  seed: int = 0) -> Training:  # fmt: skip
    """``steps`` steps of Adam on the cross-entropy of all training pictures at once, looked at each ``every`` steps."""
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


def each_loss(logits: Tensor, target: Tensor) -> Tensor:
    """The loss in nats of each picture at each look: logits (R, M, C), target (M,), result (R, M)."""
    return -logits.log_softmax(-1).gather(-1, target.expand(logits.shape[:-1])[..., None])[..., 0]
