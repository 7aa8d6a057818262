"""What a stated probability costs on average, when the truth has a probability of its own: four ways to pay."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class Costs(NamedTuple):
    """Expected cost of stating p where yes comes with q, lower is better: each in the shape of p and q broadcast.

    ``error`` is 1 - accuracy: p above one half says yes, otherwise no. ``distance`` is the mean of |p - y|, ``brier``
    that of (p - y)**2, ``log`` that of -log of what was given to the outcome, in nats.
    """

    error: Tensor
    distance: Tensor
    brier: Tensor
    log: Tensor


def expected_costs(q: Tensor | float, p: Tensor | float) -> Costs:
    """The four costs, exactly: the outcome is yes (y = 1) with probability q and no (y = 0) with 1 - q."""
    truth, said = torch.broadcast_tensors(*(torch.as_tensor(x, dtype=torch.float64) for x in (q, p)))
    if ((truth < 0) | (truth > 1) | (said < 0) | (said > 1)).any():
        raise ValueError("q and p are probabilities: from 0 to 1")
    return Costs(
        error=torch.where(said > 0.5, 1 - truth, truth),
        distance=truth * (1 - said) + (1 - truth) * said,
        brier=truth * (1 - said) ** 2 + (1 - truth) * said**2,
        log=-torch.xlogy(truth, said) - torch.xlogy(1 - truth, 1 - said),
    )
