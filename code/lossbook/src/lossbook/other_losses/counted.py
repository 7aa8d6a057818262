"""What people count when one class matters: F1, IoU, the area under the ROC curve; and versions that have slopes.

Everywhere z (N,) is the logit of class 1 and y (N,) is 1.0 for the examples of class 1, 0.0 for the rest.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch.nn import functional as F


class Counts(NamedTuple):
    """Hits (class 1, said so), false alarms (said so, and not), misses (class 1, not said so); each () or (T,)."""

    hits: torch.Tensor
    false_alarms: torch.Tensor
    misses: torch.Tensor

    @property
    def precision(self) -> torch.Tensor:
        """Compute the share of what was called class 1 that is; nan where nothing was."""
        return self.hits / (self.hits + self.false_alarms)

    @property
    def recall(self) -> torch.Tensor:
        """Compute the share of class 1 that was called so."""
        return self.hits / (self.hits + self.misses)

    @property
    def f1(self) -> torch.Tensor:
        """Compute 2 hits / (2 hits + false alarms + misses), also called Dice: the harmonic mean of both."""
        return 2 * self.hits / (2 * self.hits + self.false_alarms + self.misses)

    @property
    def iou(self) -> torch.Tensor:
        """Compute hits / (hits + false alarms + misses), intersection over union; also called Jaccard."""
        return self.hits / (self.hits + self.false_alarms + self.misses)


def counts(z: torch.Tensor, y: torch.Tensor, threshold: float | torch.Tensor = 0.0) -> Counts:
    """Count hits, false alarms and misses at one threshold on the logits, or at each of ``threshold`` (T,).

    z (S, N) and y (S, N) are counted row by row, with one threshold for all or one for each row, (S,).
    """
    called = (z > torch.as_tensor(threshold).unsqueeze(-1)).to(z.dtype)
    hits = (called * y).sum(-1)
    return Counts(hits, called.sum(-1) - hits, y.sum(-1) - hits)


def auc(z: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Compute the area under the ROC curve: z (N,) to (), or z (S, N) row by row to (S,).

    It is the share of pairs, one of each class, in which class 1 has the higher logit; a tie counts half.
    """
    if z.ndim > 1:
        return torch.stack([auc(*row) for row in zip(z, y, strict=True)])
    gaps = z[y == 1].unsqueeze(1) - z[y == 0]
    return ((gaps > 0).to(z.dtype) + (gaps == 0).to(z.dtype) / 2).mean()


def best_threshold(z: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Find the threshold with the highest F1 on these examples: z (N,) to (), or z (S, N) row by row to (S,).

    It lies between two neighbouring logits, or below all of them.
    """
    if z.ndim > 1:
        return torch.stack([best_threshold(*row) for row in zip(z, y, strict=True)])
    ordered = z.unique()  # sorted
    between = torch.cat([ordered[:1] - 1, (ordered[1:] + ordered[:-1]) / 2])
    return between[counts(z, y, between).f1.argmax()]


def soft_f1_loss(z: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Compute the soft Dice loss, 1 - F1 with each yes or no replaced by its probability: (..., N) to (...).

    Source: Sudre et al. (2017), Generalised Dice Overlap, with one class; Milletari et al. (2016) square the
    probabilities in the denominator. Undefined, 0 / 0, only where no example is of class 1 and every probability is 0.
    """
    p = z.sigmoid()
    return 1 - 2 * (p * y).sum(-1) / (p.sum(-1) + y.sum(-1))


def pair_loss(z: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Compute the cross-entropy, in nats, of which of two comes first, averaged over all pairs: (..., N) to (...).

    Source: Burges et al. (2005), Learning to Rank Using Gradient Descent.
    """
    if z.ndim > 1:
        return torch.stack([pair_loss(*row) for row in zip(z, y, strict=True)])
    return F.softplus(z[y == 0] - z[y == 1].unsqueeze(1)).mean()


def signed(z: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Compute the margin of each example: z where y is 1, -z where it is 0."""
    return torch.where(y == 1, z, -z)
