"""Networks trained on soft targets, smoothed or mixed, and what they lose on those targets and on the plain labels."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from lossbook.information.start import Digits, fresh

#: What the runs are taught by: the smoothing, or None for mixed pictures and labels.
TAUGHT: dict[str, float | None] = {"plain labels": 0.0, "smoothed 0.1": 0.1, "smoothed 0.3": 0.3, "mixed": None}


class SoftRun(NamedTuple):
    """Mean losses in nats, and a share."""

    own_seen: float  #: on the training pictures, with the targets of the training
    own_held: float  #: on the held-out pictures, likewise
    plain_held: float  #: on the held-out pictures, with their labels
    tempered: float  #: the same at the temperature that suits the one half best, judged on the other half
    accuracy: float


def soft_runs(digits: Digits, steps: int = 200, seed: int = 0) -> dict[str, SoftRun]:
    """One network for each of ``TAUGHT``, from one start, taught on two thirds of the digits, judged on a third."""
    mixed = torch.randperm(len(digits.y), generator=torch.Generator().manual_seed(seed))
    cut = 2 * len(mixed) // 3
    seen, held = (Digits(digits.x[rows], digits.y[rows]) for rows in (mixed[:cut], mixed[cut:]))
    return {name: _run(seen, held, epsilon, steps, seed) for name, epsilon in TAUGHT.items()}


def mixture(digits: Digits, draw: torch.Generator) -> tuple[Tensor, Tensor]:
    """Each picture mixed with another, and its label with that one's, in a share drawn evenly (Zhang et al. 2018)."""
    other = torch.randperm(len(digits.y), generator=draw)
    share = torch.rand(len(digits.y), 1, generator=draw)
    onehot = F.one_hot(digits.y, 10).float()
    x = share * digits.x + (1 - share) * digits.x[other]
    return x, share * onehot + (1 - share) * onehot[other]


def _run(seen: Digits, held: Digits, epsilon: float | None, steps: int, seed: int) -> SoftRun:
    draw = torch.Generator().manual_seed(seed)
    net = fresh(seed=seed)

    def own(digits: Digits) -> Tensor:
        if epsilon is not None:
            return F.cross_entropy(net(digits.x), digits.y, label_smoothing=epsilon)
        x, target = mixture(digits, draw)
        return F.cross_entropy(net(x), target)

    optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
    for _ in range(steps):
        loss = own(seen)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        logits = net(held.x)
        return SoftRun(
            own(seen).item(),
            own(held).item(),
            F.cross_entropy(logits, held.y).item(),
            tempered(logits, held.y),
            (logits.argmax(1) == held.y).double().mean().item(),
        )


def tempered(logits: Tensor, y: Tensor) -> float:
    """Mean loss once the logits are divided by a temperature: each half's, chosen on the other half. Nats."""
    halves = [slice(0, None, 2), slice(1, None, 2)]
    temperatures = torch.logspace(-1.5, 1, 101).tolist()

    def loss(half: slice, temperature: float) -> float:
        return F.cross_entropy(logits[half] / temperature, y[half], reduction="sum").item()

    total = 0.0
    for fitted, judged in (halves, halves[::-1]):
        total += loss(judged, min(temperatures, key=lambda t: loss(fitted, t)))
    return total / len(y)
