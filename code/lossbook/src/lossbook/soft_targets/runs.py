"""Train many small networks at once on soft targets (smoothed, mixed, a teacher's), and judge them on plain labels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from lossbook.information.start import Digits

#: What the networks are trained on: the smoothing, or None for mixup.
METHODS: dict[str, float | None] = {"plain labels": 0.0, "smoothed 0.1": 0.1, "smoothed 0.3": 0.3, "mixup": None}


class SoftRuns(NamedTuple):
    """Mean losses in nats and shares of right answers of several runs, each (S,)."""

    own_seen: Tensor  #: on the training pictures, with the targets of the training
    own_held: Tensor  #: on the held-out pictures, with targets made in the same way
    plain_held: Tensor  #: on the held-out pictures, with their labels
    tempered: Tensor  #: the same at the temperature that suits one half best, judged on the other half
    printed: Tensor  #: the accuracy that a training loop prints, on the inputs of the training
    unmixed: Tensor  #: the accuracy on the training pictures as they are
    accuracy: Tensor  #: the accuracy on the held-out pictures


def train_soft(digits: Digits, method: str, seeds: Iterable[int], steps: int = 250) -> SoftRuns:
    """Train one network for each seed on two thirds of the digits by one of ``METHODS``, and judge it on the rest.

    A seed decides the split and the network's start, so runs of two methods can be compared in pairs.
    """
    epsilon, seeds = METHODS[method], list(seeds)
    seen, held = split(digits, seeds)
    draw = torch.Generator().manual_seed(seeds[0])

    def own(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        target = F.one_hot(y, 10).float()
        if epsilon is None:
            return mixup(x, target, draw)
        return x, (1 - epsilon) * target + epsilon / 10

    def batch() -> tuple[Tensor, Tensor]:
        rows = torch.randint(seen.y.shape[1], (96,), generator=draw)
        return own(seen.x[:, rows], seen.y[:, rows])

    net = _train(_networks(seeds), batch, steps)
    (x_seen, t_seen), (x_held, t_held) = own(*seen), own(*held)
    z_seen, z_held = _logits(net, x_seen), _logits(net, held.x)
    return SoftRuns(
        mean_loss(z_seen, t_seen),
        mean_loss(_logits(net, x_held), t_held),
        mean_loss(z_held, F.one_hot(held.y, 10).float()),
        tempered(z_held, held.y),
        _accuracy(z_seen, seen.y),
        _accuracy(_logits(net, seen.x), seen.y),
        _accuracy(z_held, held.y),
    )


def distil(
    digits: Digits, temperatures: Sequence[float], seeds: Iterable[int], pictures: int = 100, steps: int = 200
) -> dict[str, Tensor]:
    """Train students on few ``pictures``, with labels or with a teacher's probabilities; return accuracies, (S,) each.

    The teachers are networks of the same size, trained on all pictures of the training part. At temperature T both the
    teacher's and the student's logits are divided by T, and the loss is multiplied by T squared (Hinton et al. 2015).
    """
    seeds = list(seeds)
    seen, held = split(digits, seeds)
    x, labels = seen.x[:, :pictures], F.one_hot(seen.y[:, :pictures], 10).float()
    draw = torch.Generator().manual_seed(seeds[0])

    def all_pictures() -> tuple[Tensor, Tensor]:
        rows = torch.randint(seen.y.shape[1], (96,), generator=draw)
        return seen.x[:, rows], F.one_hot(seen.y[:, rows], 10).float()

    teacher = _train(_networks(seeds), all_pictures, steps)
    says = _logits(teacher, x)
    students = {"labels": _train(_networks(seeds, 1000), lambda: (x, labels), steps)}
    for T in temperatures:
        soft = (says / T).softmax(-1)
        students[f"teacher, T = {T:g}"] = _train(_networks(seeds, 1000), lambda soft=soft: (x, soft), steps, T)  # type: ignore[misc]
    found = {name: _accuracy(_logits(student, held.x), held.y) for name, student in students.items()}
    return {"the teacher itself": _accuracy(_logits(teacher, held.x), held.y), **found}


def split(digits: Digits, seeds: Iterable[int]) -> tuple[Digits, Digits]:
    """Shuffle the digits with each seed and stack the splits: x (S, N, 64), y (S, N); two thirds, and a third."""
    orders = [torch.randperm(len(digits.y), generator=torch.Generator().manual_seed(seed)) for seed in seeds]
    x, y = (torch.stack([tensor[order] for order in orders]) for tensor in digits)
    cut = 2 * len(digits.y) // 3
    return Digits(x[:, :cut], y[:, :cut]), Digits(x[:, cut:], y[:, cut:])


def mixup(x: Tensor, target: Tensor, draw: torch.Generator) -> tuple[Tensor, Tensor]:
    """Mix each example with another one, inputs and targets in the same share, drawn evenly (Zhang et al. 2018).

    x (..., N, D), target (..., N, C); the partners and the shares are the same along the leading axes.
    """
    other = torch.randperm(x.shape[-2], generator=draw)
    share = torch.rand(x.shape[-2], 1, generator=draw)
    mixed_x, mixed_target = (share * a + (1 - share) * a[..., other, :] for a in (x, target))
    return mixed_x, mixed_target


def mean_loss(logits: Tensor, target: Tensor) -> Tensor:
    """Average cross-entropy with soft targets over the examples of each run: (S, N, C) and (S, N, C) to (S,)."""
    return F.cross_entropy(logits.mT, target.mT, reduction="none").mean(-1)


def tempered(logits: Tensor, y: Tensor) -> Tensor:
    """Average the loss after temperature scaling, (S, N, C) and (S, N) to (S,), nats.

    The temperature of each half of the examples is fitted on the other half, by trying 61 of them.
    """
    temperatures = torch.logspace(-1.5, 1, 61)
    target = F.one_hot(y, logits.shape[-1]).float()
    halves = [slice(0, None, 2), slice(1, None, 2)]
    total = torch.zeros(len(y))
    for fitted, judged in (halves, halves[::-1]):
        tried = torch.stack([mean_loss(logits[:, fitted] / t, target[:, fitted]) for t in temperatures])
        best = temperatures[tried.argmin(0)][:, None, None]
        total += mean_loss(logits[:, judged] / best, target[:, judged]) * target[:, judged].shape[1]
    return total / y.shape[1]


def _train(net: list[Tensor], batch: Callable[[], tuple[Tensor, Tensor]], steps: int, T: float = 1.0) -> list[Tensor]:
    parameters = [parameter.requires_grad_() for parameter in net]
    optimizer = torch.optim.Adam(parameters, lr=1e-2)
    for _ in range(steps):
        x, target = batch()
        loss = T**2 * mean_loss(_logits(parameters, x) / T, target).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return [parameter.detach() for parameter in parameters]


def _networks(seeds: list[int], shift: int = 0, hidden: int = 32) -> list[Tensor]:
    """Draw one hidden layer for each seed, as torch does: even between plus and minus 1 over the root of the inputs."""
    shapes = [(64, (64, hidden)), (64, (1, hidden)), (hidden, (hidden, 10)), (hidden, (1, 10))]
    draws = [torch.Generator().manual_seed(seed + shift) for seed in seeds]
    return [
        torch.stack([(2 * torch.rand(shape, generator=draw) - 1) / inputs**0.5 for draw in draws])
        for inputs, shape in shapes
    ]


def _logits(net: list[Tensor], x: Tensor) -> Tensor:
    weight1, bias1, weight2, bias2 = net
    return torch.baddbmm(bias2, torch.relu(torch.baddbmm(bias1, x, weight1)), weight2)


def _accuracy(logits: Tensor, y: Tensor) -> Tensor:
    return (logits.argmax(-1) == y).float().mean(-1)
