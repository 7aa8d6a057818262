"""Why the training loss that is printed can be above the validation loss: each cause switched on alone."""

from __future__ import annotations

import torch
from torch.nn import functional as F

from lossbook.practice.runs import TenDigits, small_network


def training_beside_validation(data: TenDigits, steps: int = 24, smoothing: float = 0.1) -> dict[str, float]:
    """One network with dropout, trained for ``steps`` batches of 100; losses in nats, by what was computed.

    "held out" and "training pictures" are both computed after training, without dropout. Each other number changes one
    thing about the second: dropout stays on; the mean is taken over the batches while the weights still moved; the
    targets are smoothed.
    """
    network = small_network(dropout=0.5)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    generator = torch.Generator().manual_seed(0)
    moving = []
    for _ in range(steps):
        batch = torch.randint(len(data.y_train), (100,), generator=generator)
        x, y = data.x_train[batch], data.y_train[batch]
        with torch.no_grad():
            moving.append(F.cross_entropy(network.eval()(x), y).item())
        optimizer.zero_grad()
        F.cross_entropy(network.train()(x), y).backward()
        optimizer.step()
    with torch.no_grad():
        noisy = F.cross_entropy(network.train()(data.x_train), data.y_train).item()
        network.eval()
        logits = network(data.x_train)
        return {
            "held-out pictures": F.cross_entropy(network(data.x_held), data.y_held).item(),
            "training pictures": F.cross_entropy(logits, data.y_train).item(),
            "with dropout on": noisy,
            "while the weights moved": sum(moving[-12:]) / 12,
            "with label smoothing": F.cross_entropy(logits, data.y_train, label_smoothing=smoothing).item(),
        }
