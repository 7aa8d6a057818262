"""Four examples and one weight, on which the best stand-in is not the best error.

Three examples of class 1 stand at x = 1 and one of class 0, the stray, at x = ``distance``, on the same side. The model
is z = w x, one weight and no bias, so the margins are w, w, w and -w times the distance: no w reads all four right.
"""

from __future__ import annotations

import torch

from lossbook.other_losses.surrogates import Loss

#: How many examples stand together at x = 1.
TOGETHER = 3


def four_examples(distance: float) -> tuple[torch.Tensor, torch.Tensor]:
    """The inputs x (4,) and the targets (4,), the stray last."""
    x = torch.tensor([1.0] * TOGETHER + [distance], dtype=torch.float64)
    return x, torch.tensor([1] * TOGETHER + [0])


def mean_loss(loss: Loss, weight: torch.Tensor, distance: float) -> torch.Tensor:
    """Mean loss of the four examples at each weight (...): result (...)."""
    x, target = four_examples(distance)
    signed = torch.where(target == 1, x, -x)
    return loss(weight.unsqueeze(-1) * signed).mean(-1)


def best_weight(loss: Loss, distance: float, low: float = -5.0, high: float = 5.0, rounds: int = 200) -> float:
    """The weight with the least mean loss, for a convex ``loss``: the bracket loses a third in each round."""
    ends = torch.tensor([low, high], dtype=torch.float64)
    for _ in range(rounds):
        thirds = ends[0] + (ends[1] - ends[0]) * torch.tensor([1 / 3, 2 / 3], dtype=torch.float64)
        lower, upper = mean_loss(loss, thirds, distance)
        ends = torch.stack([ends[0], thirds[1]]) if lower <= upper else torch.stack([thirds[0], ends[1]])
    return ends.mean().item()
