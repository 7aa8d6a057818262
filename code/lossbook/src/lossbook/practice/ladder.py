"""Tests that tell apart why a network does not learn: one batch, other rates, the first gradient, all the data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from lossbook.practice.runs import TenDigits, small_network

#: What a network's logits (S, N, C) are turned into before a log-probability is picked from each row.
Reading = Callable[[Tensor], Tensor]
#: A rate at which the sound network learns in a hundred steps, by gradient descent with momentum.
RATE = 0.1


class Checks(NamedTuple):
    """What the tests show for each seed, (S,) each; losses in nats after 100 steps, as the faulty code gives them."""

    one_batch: Tensor  #: trained on the same 32 rows again and again
    higher: Tensor  #: the same at ten times the rate
    lower: Tensor  #: the same at a tenth of it
    gradient: Tensor  #: length of the gradient before the first step
    all_data: Tensor  #: trained on batches of all rows, and measured on all
    commonest: Tensor  #: the share of the answer that this network gives most often


def sound(logits: Tensor) -> Tensor:
    """Compute log-probabilities as ``F.cross_entropy`` does, along the classes."""
    return logits.log_softmax(dim=-1)


def softmax_twice(logits: Tensor) -> Tensor:
    """Compute the fault: softmax in the network, and again in the loss."""
    return logits.softmax(dim=-1).log_softmax(dim=-1)


def softmax_over_the_batch(logits: Tensor) -> Tensor:
    """Compute the fault: softmax along the rows of the batch (``dim=0`` of one network's logits)."""
    return logits.log_softmax(dim=-2)


def ladder(data: TenDigits, seeds: Sequence[int] = range(5)) -> dict[str, Checks]:
    """Run the tests on a small network with each of nine faults, and on a sound one."""
    x, y = data.x_train, data.y_train
    shuffled = y[torch.randperm(len(y), generator=torch.Generator().manual_seed(0))]
    return {
        "nothing": checks(x, y, seeds),
        "rate 1,000 times too low": checks(x, y, seeds, lr=RATE / 1000),
        "rate 100 times too high": checks(x, y, seeds, lr=RATE * 100),
        "optimizer.step() missing": checks(x, y, seeds, lr=0.0),
        "zero_grad() missing": checks(x, y, seeds, clears=False),
        "pixels from 0 to 255": checks(255 * x, y, seeds),
        "softmax twice": checks(x, y, seeds, reading=softmax_twice),
        "softmax over dim=0": checks(x, y, seeds, reading=softmax_over_the_batch),
        "inputs all 0": checks(0 * x, y, seeds),
        "labels shuffled": checks(x, shuffled, seeds),
    }


def checks(
    x: Tensor, y: Tensor, seeds: Sequence[int], reading: Reading = sound, lr: float = RATE, clears: bool = True
) -> Checks:
    """Run every test on one case: pictures (N, 64) and classes (N,), for networks that start from each of ``seeds``."""
    one = torch.arange(32).expand(100, 32)
    every = torch.randint(len(y), (100, 32), generator=torch.Generator().manual_seed(0))
    again, _, gradient = _train(x, y, one, seeds, [lr, 10 * lr, lr / 10], reading, clears)
    _, weights, _ = _train(x, y, every, seeds, [lr], reading, clears)
    logits = _logits(weights, x)
    answers = F.one_hot(logits.argmax(dim=2), logits.shape[2]).double().mean(dim=1)
    one_batch, higher, lower = again
    return Checks(one_batch, higher, lower, gradient[0], _losses(reading(logits), y), answers.amax(dim=1))


def _train(
    x: Tensor, y: Tensor, batches: Tensor, seeds: Sequence[int], rates: list[float], reading: Reading, clears: bool
) -> tuple[Tensor, list[Tensor], Tensor]:
    """Losses (R, S) of the last batch after the last step, the weights, and the lengths (R, S) of the first gradient.

    The networks of all R rates and S seeds are trained side by side: their weights are stacked along axis 0.
    """
    states = [list(small_network(seed).parameters()) for _ in rates for seed in seeds]
    weights = [torch.stack([p.detach() for p in part]).requires_grad_() for part in zip(*states, strict=True)]
    lr = torch.tensor(rates).repeat_interleave(len(seeds))
    speeds, totals = ([torch.zeros_like(w) for w in weights] for _ in range(2))
    lengths = []
    for batch in batches:
        losses = _losses(reading(_logits(weights, x[batch])), y[batch])
        slopes = torch.autograd.grad(losses.sum(), weights)
        lengths.append(torch.cat([slope.flatten(1) for slope in slopes], dim=1).norm(dim=1))
        with torch.no_grad():
            for weight, speed, total, slope in zip(weights, speeds, totals, slopes, strict=True):
                total.mul_(0 if clears else 1).add_(slope)
                speed.mul_(0.9).add_(total)
                weight -= lr.view(-1, *[1] * (weight.dim() - 1)) * speed
    weights = [weight.detach() for weight in weights]
    last = _losses(reading(_logits(weights, x[batches[-1]])), y[batches[-1]])
    return last.view(len(rates), -1), weights, lengths[0].view(len(rates), -1)


def _logits(weights: list[Tensor], x: Tensor) -> Tensor:
    """The logits (S, N, 10) of the stacked networks."""
    inner, inner_bias, outer, outer_bias = weights
    hidden = (x @ inner.mT + inner_bias[:, None]).relu()
    return hidden @ outer.mT + outer_bias[:, None]


def _losses(log_probs: Tensor, y: Tensor) -> Tensor:
    """The mean negative log-likelihood (S,) of each network; ``log_probs`` (S, N, C), ``y`` (N,)."""
    return -log_probs.gather(2, y.expand(len(log_probs), -1)[:, :, None]).mean(dim=(1, 2))
