"""One class in ten: scikit-learn's handwritten 8s against all other digits, and linear models trained on many splits.

Every function works on one split, x (N, D), or on many at once, x (S, N, D): leading axes are kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import torch
from torch.nn import functional as F

from lossbook.other_losses.counted import auc, counts

#: The penalties on the squared weights among which the second part chooses.
PENALTIES = (1e-3, 1e-4)


class Rare(NamedTuple):
    """Three parts: one to train on, one to choose on (penalty, threshold), one to judge on. x (..., N, 65), y (..., N).

    The last column of x is 1, so its weight is the bias; y is 1.0 for an 8 and 0.0 for any other digit.
    """

    x_train: torch.Tensor
    y_train: torch.Tensor
    x_choose: torch.Tensor
    y_choose: torch.Tensor
    x_judge: torch.Tensor
    y_judge: torch.Tensor

    @property
    def ratio(self) -> torch.Tensor:
        """How many others there are for each 8 in the training part, shape (...)."""
        return (1 - self.y_train).sum(-1) / self.y_train.sum(-1)


@cache
def pictures() -> tuple[torch.Tensor, torch.Tensor]:
    """Return all 1,797 digits: x (1797, 65) with a last column of ones, and y (1797,), 1.0 for an 8; float64.

    Source: Alpaydin & Kaynak, Optical Recognition of Handwritten Digits (UCI, 1998), through ``load_digits``.
    """
    from sklearn.datasets import load_digits

    bunch = load_digits()
    x = torch.from_numpy(bunch.data) / 16
    x = torch.cat([x, torch.ones(len(x), 1, dtype=x.dtype)], 1)
    return x, torch.from_numpy(bunch.target == 8).to(x.dtype)


def eights(seed: int) -> Rare:
    """Shuffle all digits with ``seed`` and cut them into three equal parts: one split."""
    x, y = pictures()
    parts = torch.randperm(len(y), generator=torch.Generator().manual_seed(seed)).chunk(3)
    return Rare(*(tensor[part] for part in parts for tensor in (x, y)))


def many_splits(seeds: Iterable[int]) -> Rare:
    """Stack the splits of several seeds, so that one call trains or judges a model on each: x (S, N, 65), y (S, N)."""
    return Rare(*map(torch.stack, zip(*map(eights, seeds), strict=True)))


def logits(x: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
    """Compute the logit of "8" for each picture: x (..., N, D), w (..., D), result (..., N)."""
    return (x @ w[..., None])[..., 0]


def fit_logistic(
    x: torch.Tensor, y: torch.Tensor, weight: torch.Tensor | float = 1.0, penalty: float = 1e-3
) -> torch.Tensor:
    """Fit logistic regression by Newton's method: x (..., N, D), y (..., N), result w (..., D).

    The objective is the cross-entropy averaged with ``weight`` (..., N), as ``F.cross_entropy`` does with its own, plus
    ``penalty`` times the squared weights; the bias, the last weight, is free. It is convex, so there is no start or
    step length to choose. Raises ``ArithmeticError`` if thirty steps do not reach its minimum.
    """
    share = torch.broadcast_to(torch.as_tensor(weight, dtype=x.dtype), y.shape)
    share = (share / share.sum(-1, keepdim=True))[..., None]
    pull = torch.full((x.shape[-1],), 2 * penalty, dtype=x.dtype)
    pull[-1] = 0
    w = torch.zeros(*x.shape[:-2], x.shape[-1], 1, dtype=x.dtype)
    for _ in range(30):
        p = (x @ w).sigmoid()
        slope = x.mT @ (share * (p - y[..., None])) + pull[:, None] * w
        curvature = x.mT @ (share * p * (1 - p) * x) + pull.diag()
        step = torch.linalg.solve(curvature, slope)
        w = w - step
        if step.abs().max() < 1e-8:
            return w[..., 0]
    raise ArithmeticError("Newton's method has not converged: raise the penalty, or rescale the inputs")


def train_logistic(
    data: Rare, weight: float | torch.Tensor = 1.0, train: tuple[torch.Tensor, ...] = ()
) -> torch.Tensor:
    """Fit logistic regression in which an 8 counts ``weight`` times, and choose its penalty on the second part.

    ``weight`` is a number, or one for each split (...). ``train`` replaces the training part: x, y, and how often each
    picture counts. The penalty is chosen by the model's own weighted loss. Result (..., 65).
    """

    def per_picture(y: torch.Tensor) -> torch.Tensor:
        return torch.where(y == 1, torch.as_tensor(weight, dtype=y.dtype)[..., None], 1.0)

    x, y, often = train or (*data[:2], torch.ones_like(data.y_train))
    models = [fit_logistic(x, y, often * per_picture(y), penalty) for penalty in PENALTIES]
    share = per_picture(data.y_choose)
    losses = [
        (share * F.binary_cross_entropy_with_logits(logits(data.x_choose, w), data.y_choose, reduction="none")).sum(-1)
        for w in models
    ]
    return torch.where((losses[0] < losses[1])[..., None], models[0], models[1])


def thinned(data: Rare, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Undersample the other digits: keep all 8s and as many others, drawn with ``seed``; the rest count 0 times."""
    x, y = data[:2]
    luck = torch.rand(y.shape, generator=torch.Generator().manual_seed(seed), dtype=y.dtype) - 2 * y  # 8s come first
    place = luck.argsort(-1).argsort(-1)
    return x, y, (place < 2 * y.sum(-1, keepdim=True)).to(y.dtype)


def between_neighbours(data: Rare, seed: int = 0, nearest: int = 5) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Add artificial 8s (SMOTE) until both classes are equally common: each lies between an 8 and a near one.

    The near one is drawn from the ``nearest``. Splits that need fewer are filled up with pictures that count 0 times.
    Source: Chawla et al. (2002), SMOTE: Synthetic Minority Over-sampling Technique.
    """
    generator = torch.Generator().manual_seed(seed)
    x, y = data[:2]
    missing = (y.shape[-1] - 2 * y.sum(-1)).long()
    most = int(missing.max())
    made = []
    for pixels, eight in zip(x.reshape(-1, *x.shape[-2:]), y.reshape(-1, y.shape[-1]), strict=True):
        ones = pixels[eight == 1]
        first = torch.randint(len(ones), (most,), generator=generator)
        like = torch.cdist(ones, ones).argsort(1)[:, 1 : nearest + 1]
        other = like[first, torch.randint(nearest, (most,), generator=generator)]
        share = torch.rand(most, 1, generator=generator, dtype=x.dtype)
        made.append(ones[first] + share * (ones[other] - ones[first]))
    x_new = torch.stack(made).reshape(*x.shape[:-2], most, x.shape[-1])
    counted = (torch.arange(most) < missing[..., None]).to(y.dtype)
    y_new, all_of_them = torch.ones_like(counted), torch.ones_like(y)
    return torch.cat([x, x_new], -2), torch.cat([y, y_new], -1), torch.cat([all_of_them, counted], -1)


class Judged(NamedTuple):
    """What a model is worth, each (...): shares from 0 to 1, ``nll`` in nats, ``said`` its mean probability of "8"."""

    accuracy: torch.Tensor
    precision: torch.Tensor
    recall: torch.Tensor
    f1: torch.Tensor
    auc: torch.Tensor
    nll: torch.Tensor
    said: torch.Tensor


def judge(z: torch.Tensor, y: torch.Tensor, threshold: torch.Tensor | float = 0.0) -> Judged:
    """Judge logits z (..., N) against y (..., N); ``threshold`` (...) is on the logits, 0 for a probability of 1/2."""
    found = counts(z, y, threshold)
    called = z > torch.as_tensor(threshold)[..., None]
    right = (called == (y == 1)).to(z.dtype).mean(-1)
    nll = F.binary_cross_entropy_with_logits(z, y, reduction="none").mean(-1)
    return Judged(right, found.precision, found.recall, found.f1, auc(z, y), nll, z.sigmoid().mean(-1))
