"""One class in ten: scikit-learn's handwritten 8s against all other digits, and linear models taught by any loss."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import torch
from torch.nn import functional as F

from lossbook.other_losses.counted import auc, counts

#: ``loss(z, y)``: logits (N,) and 0.0 or 1.0 (N,) to a number.
YesNoLoss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
#: The penalties on the squared weights among which the second part chooses.
PENALTIES = (1e-3, 1e-4)


class Rare(NamedTuple):
    """Three parts: one to train on, one to choose on (penalty, threshold), one to judge on. x (N, 65), y (N,).

    The last column of x is 1, so its weight is the bias; y is 1.0 for an 8 and 0.0 for any other digit.
    """

    x_train: torch.Tensor
    y_train: torch.Tensor
    x_choose: torch.Tensor
    y_choose: torch.Tensor
    x_judge: torch.Tensor
    y_judge: torch.Tensor

    @property
    def ratio(self) -> float:
        """How many others come to one 8 in the training part."""
        return ((1 - self.y_train).sum() / self.y_train.sum()).item()


def eights(seed: int) -> Rare:
    """All 1,797 digits, shuffled with ``seed`` and cut into three equal parts; float64.

    Source: Alpaydin & Kaynak, Optical Recognition of Handwritten Digits (UCI, 1998), through ``load_digits``.
    """
    from sklearn.datasets import load_digits

    bunch = load_digits()
    x = torch.from_numpy(bunch.data) / 16
    x = torch.cat([x, torch.ones(len(x), 1, dtype=x.dtype)], 1)
    y = torch.from_numpy(bunch.target == 8).to(x.dtype)
    parts = torch.randperm(len(y), generator=torch.Generator().manual_seed(seed)).chunk(3)
    return Rare(*(tensor[part] for part in parts for tensor in (x, y)))


def fit(x: torch.Tensor, y: torch.Tensor, loss: YesNoLoss, penalty: float, steps: int = 100) -> torch.Tensor:
    """Weights (65,) with a small ``loss`` + ``penalty`` times the squared weights, the bias free; from 0, by L-BFGS."""
    w = torch.zeros(x.shape[1], dtype=x.dtype, requires_grad=True)
    search = torch.optim.LBFGS([w], max_iter=steps, line_search_fn="strong_wolfe")

    def total() -> torch.Tensor:
        search.zero_grad()
        value = loss(x @ w, y) + penalty * (w[:-1] ** 2).sum()
        value.backward()
        return value

    search.step(total)
    return w.detach()


def teach(data: Rare, loss: YesNoLoss, train: tuple[torch.Tensor, torch.Tensor] | None = None) -> torch.Tensor:
    """Weights (65,) taught by ``loss``, with that penalty whose model has the lower ``loss`` on the second part.

    ``train`` is what to train on, where that is not the training part as it stands.
    """
    models = [fit(*(train or data[:2]), loss, penalty) for penalty in PENALTIES]
    return min(models, key=lambda w: loss(data.x_choose @ w, data.y_choose).item())


def weighted(weight: float) -> YesNoLoss:
    """Cross-entropy in which an example of class 1 counts ``weight`` times, divided by the sum of the weights."""

    def loss(z: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        both = torch.stack([torch.zeros_like(z), z], 1)
        return F.cross_entropy(both, y.long(), weight=torch.tensor([1.0, weight], dtype=z.dtype))

    return loss


def thinned(x: torch.Tensor, y: torch.Tensor, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """All of class 1, and as many of the rest, drawn with ``seed``; the others are thrown away."""
    ones, rest = (y == 1).nonzero().flatten(), (y == 0).nonzero().flatten()
    drawn = rest[torch.randperm(len(rest), generator=torch.Generator().manual_seed(seed))[: len(ones)]]
    kept = torch.cat([ones, drawn])
    return x[kept], y[kept]


def between_neighbours(
    x: torch.Tensor, y: torch.Tensor, seed: int = 0, nearest: int = 5
) -> tuple[torch.Tensor, torch.Tensor]:
    """As many of class 1 as of the rest: each new one lies at random between one and one of its ``nearest`` like it.

    Source: Chawla et al. (2002), SMOTE: Synthetic Minority Over-sampling Technique.
    """
    generator = torch.Generator().manual_seed(seed)
    ones = x[y == 1]
    missing = len(y) - 2 * len(ones)
    first = torch.randint(len(ones), (missing,), generator=generator)
    like = torch.cdist(ones, ones).argsort(1)[:, 1 : nearest + 1]
    other = like[first, torch.randint(nearest, (missing,), generator=generator)]
    share = torch.rand(missing, 1, generator=generator, dtype=x.dtype)
    made = ones[first] + share * (ones[other] - ones[first])
    return torch.cat([x, made]), torch.cat([y, torch.ones(missing, dtype=y.dtype)])


class Judged(NamedTuple):
    """What a model is worth: shares from 0 to 1; ``nll`` in nats; ``said`` is its mean probability of class 1."""

    accuracy: float
    precision: float
    recall: float
    f1: float
    auc: float
    nll: float
    said: float


def judge(z: torch.Tensor, y: torch.Tensor, threshold: float = 0.0) -> Judged:
    """Judge logits z (N,) against y (N,); ``threshold`` is on the logits, 0 for a probability of one half."""
    found = counts(z, y, threshold)
    right = ((z > threshold).to(y.dtype) == y).to(y.dtype).mean()
    priced, said = F.binary_cross_entropy_with_logits(z, y), z.sigmoid().mean()
    numbers = (right, found.precision, found.recall, found.f1, auc(z, y), priced, said)
    return Judged(*(number.item() for number in numbers))


def average(judged: Iterable[Judged]) -> Judged:
    """Each number averaged over several splits."""
    return Judged(*(sum(column) / len(column) for column in zip(*judged, strict=True)))
