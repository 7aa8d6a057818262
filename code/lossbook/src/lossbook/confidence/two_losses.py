"""Why a training loss can stand above the validation loss: one run for each cause, switched on alone."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lossbook.confidence.network import TenDigits

CAUSES = ("none", "mean over the epoch", "dropout", "label smoothing", "moved pictures")


class TwoLosses(NamedTuple):
    """After one run: the training loss as it is printed, the training pictures measured as the validation
    pictures are, and the validation loss; all in nats."""  # fmt: skip

    printed: float
    alike: float
    validation: float


def two_losses(digits: TenDigits, cause: str, epochs: int = 5, seed: int = 0) -> TwoLosses:
    """Train a small network with one of ``CAUSES`` switched on, and measure three losses with its last weights.

    Only "mean over the epoch" prints a mean over batches while the weights still moved; the others are measured at
    the end, so that each cause shows alone.
    """
    if cause not in CAUSES:
        raise ValueError(f"cause is one of {', '.join(CAUSES)}, got {cause!r}")
    smoothing = 0.1 if cause == "label smoothing" else 0.0
    shuffle = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        drop = nn.Dropout(0.5 if cause == "dropout" else 0.0)
        net = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), drop, nn.Linear(64, 10)).double()
        optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
        x, y = digits.x_train, digits.y_train
        for _ in range(epochs):
            losses = []
            for batch in torch.randperm(len(y), generator=shuffle).split(50):
                pictures = _moved(x[batch], shuffle) if cause == "moved pictures" else x[batch]
                loss = F.cross_entropy(net(pictures), y[batch], label_smoothing=smoothing)
                losses.append(loss.item() * len(batch))
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        with torch.no_grad():
            pictures = _moved(x, shuffle) if cause == "moved pictures" else x
            printed = F.cross_entropy(net(pictures), y, label_smoothing=smoothing).item()
            net.eval()
            alike, validation = (F.cross_entropy(net(a), b).item() for a, b in ((x, y), (digits.x_val, digits.y_val)))
    return TwoLosses(sum(losses) / len(y) if cause == "mean over the epoch" else printed, alike, validation)


def _moved(x: Tensor, generator: torch.Generator) -> Tensor:
    """Each picture moved by at most one pixel to any side, at random; what comes in from beyond the edge is blank."""
    padded = F.pad(x.view(-1, 8, 8), (1, 1, 1, 1))
    down, along = torch.randint(0, 3, (2, len(x)), generator=generator)
    rows, columns = down[:, None] + torch.arange(8), along[:, None] + torch.arange(8)
    return padded[torch.arange(len(x))[:, None, None], rows[:, :, None], columns[:, None, :]].view(-1, 64)
