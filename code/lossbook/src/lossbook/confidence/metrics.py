"""What a classifier is judged by: accuracy, confidence, calibration and two proper scores, from logits and targets."""

from __future__ import annotations

from typing import NamedTuple

import torch

from lossbook.accuracy.runs import accuracy


def confidence(logits: torch.Tensor) -> torch.Tensor:
    """Compute the probability of the predicted class: logits (..., C), result (...), from 1/C to 1."""
    return logits.softmax(-1).amax(-1)


class Reliability(NamedTuple):
    """A reliability diagram's bins that hold anything: how sure, how often right, how many; each of shape (B,)."""

    confidence: torch.Tensor
    accuracy: torch.Tensor
    count: torch.Tensor  # type: ignore[assignment]  # a column named as the field names it; no tuple is counted


def reliability(logits: torch.Tensor, target: torch.Tensor, bins: int = 10) -> Reliability:
    """Group predictions by confidence into ``bins`` equal widths over (0, 1] and average each group.

    logits (N, C), target (N,). Source: Guo et al. (2017), On Calibration of Modern Neural Networks, section 2.
    """
    if bins < 1:
        raise ValueError(f"a reliability diagram needs at least one bin, got bins={bins}")
    sure, right = confidence(logits).double(), (logits.argmax(-1) == target).double()
    index = (sure * bins).ceil().long().clamp(1, bins) - 1
    count = torch.bincount(index, minlength=bins)
    kept = count > 0
    mean = [torch.bincount(index, weights=v, minlength=bins)[kept] / count[kept] for v in (sure, right)]
    return Reliability(mean[0], mean[1], count[kept])


def calibration_error(logits: torch.Tensor, target: torch.Tensor, bins: int = 10) -> float:
    """Compute the expected calibration error: the gap between confidence and accuracy, averaged over predictions.

    logits (N, C), target (N,); a share, from 0 to 1. Source: Naeini et al. (2015), Obtaining Well Calibrated
    Probabilities Using Bayesian Binning.
    """
    groups = reliability(logits, target, bins)
    gap = (groups.confidence - groups.accuracy).abs()
    return float((gap * groups.count).sum() / groups.count.sum())


def brier_score(probs: torch.Tensor, target: torch.Tensor) -> float:
    """Average over the rows the sum over the classes of (p - one-hot)**2: probs (N, C), target (N,); from 0 to 2.

    This is Brier's own form. For two classes many write half of it, the mean of (p - y)**2 for one of them.
    Source: Brier (1950).
    """
    onehot = torch.nn.functional.one_hot(target, probs.shape[-1])
    return float((probs - onehot).square().sum(-1).mean())


class Report(NamedTuple):
    """A classifier's accuracy, mean negative log-likelihood in nats, mean confidence and calibration error."""

    accuracy: float
    nll: float
    confidence: float
    calibration_error: float


def report(logits: torch.Tensor, target: torch.Tensor, bins: int = 10) -> Report:
    """Judge a classifier by logits (N, C) and target (N,): the four numbers of ``Report``."""
    return Report(
        accuracy=accuracy(logits, target).item(),
        nll=torch.nn.functional.cross_entropy(logits, target).item(),
        confidence=confidence(logits).mean().item(),
        calibration_error=calibration_error(logits, target, bins),
    )
