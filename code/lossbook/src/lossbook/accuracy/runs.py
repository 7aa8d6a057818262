"""One linear classifier, three objectives, one seed: what each of them teaches it, step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch.nn import functional as F

from lossbook.data.digits import Digits

Objective = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def accuracy(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Share of rows whose largest logit is the target's: logits (..., N, C), target (N,), result (...) from 0 to 1.

    Among equal logits ``argmax`` takes the first, so a tie counts as the lower class index.
    """
    if logits.dim() < 2 or logits.shape[-2] != target.shape[-1]:
        raise ValueError(f"logits (..., N, C) and target (N,) must agree on N, got {tuple(logits.shape)} "
                         f"and {tuple(target.shape)}")  # fmt: skip
    return (logits.argmax(-1) == target).double().mean(-1)


def two_logits(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """Scores of both classes: x (N, D), weight (D,), bias () give logits (N, 2), of which class 0's is always 0.

    Softmax only sees differences, so one score of the two can stay fixed and nothing is lost.
    """
    z = x @ weight + bias
    return torch.stack([torch.zeros_like(z), z], dim=-1)


def random_start(seed: int, size: int = 64, scale: float = 0.1) -> tuple[torch.Tensor, torch.Tensor]:
    """Small random weights (size,) and a zero bias (), float64, from ``seed``: no picture's logit is a tie."""
    generator = torch.Generator().manual_seed(seed)
    return scale * torch.randn(size, generator=generator, dtype=torch.float64), torch.zeros((), dtype=torch.float64)


def argmax_error(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """1 - accuracy, counted with ``argmax`` and ``==``: right, and cut off from the weights. (N, 2), (N,) to ()."""
    return 1 - (logits.argmax(-1) == target).double().mean()


def rounded_error(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """1 - accuracy, with each probability rounded to 0 or 1: the same number, and autograd's graph is whole.

    (N, 2), (N,) to (). ``torch.round`` has derivative 0 everywhere autograd asks. A probability of exactly 1/2 rounds
    to 0 (half to even), which is also argmax's choice at a tie.
    """
    return (logits.softmax(-1)[:, 1].round() - target).abs().mean()


class Run(NamedTuple):
    """What happened at each of T steps and at the start: ``weight`` (T+1, D), ``bias`` (T+1,), and (T+1,) numbers.

    ``error`` is PyTorch's message if ``backward`` raised, else None; ``gradient`` (T,) is the largest absolute
    entry of the gradient at each step (0 where there was none to have).
    """

    weight: torch.Tensor
    bias: torch.Tensor
    gradient: torch.Tensor
    train_loss: torch.Tensor
    held_loss: torch.Tensor
    train_accuracy: torch.Tensor
    held_accuracy: torch.Tensor
    error: str | None

    @property
    def final(self) -> tuple[torch.Tensor, torch.Tensor]:
        """The last weights (D,) and bias ()."""
        return self.weight[-1], self.bias[-1]


def fit(data: Digits, objective: Objective, start: tuple[torch.Tensor, torch.Tensor], steps: int = 60, lr: float = 1.0,
        ) -> Run:  # fmt: skip
    """Gradient descent on ``objective(logits, target)`` over all training pictures at once, from ``start``.

    Where ``backward`` raises, the weights are left as they are, as they would be in a loop that caught the error, and
    the message is kept. ``train_loss`` and ``held_loss`` are cross-entropy in nats whatever the objective, so that
    runs compare.
    """
    weight, bias = (tensor.clone().requires_grad_() for tensor in start)
    path, gradient, error = [(weight.detach().clone(), bias.detach().clone())], [], None
    for _ in range(steps):
        weight.grad = bias.grad = None
        try:
            objective(two_logits(data.x_train, weight, bias), data.y_train).backward()
        except RuntimeError as raised:
            error = str(raised)
        gradient.append(0.0 if weight.grad is None else max(weight.grad.abs().max(), bias.grad.abs()).item())
        with torch.no_grad():
            for parameter in (weight, bias):
                if parameter.grad is not None:
                    parameter -= lr * parameter.grad
        path.append((weight.detach().clone(), bias.detach().clone()))
    weights, biases = (torch.stack(tensors) for tensors in zip(*path, strict=True))
    scores = {}
    for part, x, y in (("train", data.x_train, data.y_train), ("held", data.x_held, data.y_held)):
        logits = torch.stack([two_logits(x, w, b) for w, b in zip(weights, biases, strict=True)])
        scores[f"{part}_loss"] = torch.stack([F.cross_entropy(step, y) for step in logits])
        scores[f"{part}_accuracy"] = accuracy(logits, y)
    return Run(weights, biases, torch.tensor(gradient), **scores, error=error)


def three_runs(data: Digits, seed: int = 0, steps: int = 60, lr: float = 1.0) -> dict[str, Run]:
    """The same start taught by argmax accuracy, by rounded accuracy and by cross-entropy; keys in that order."""
    objectives: dict[str, Objective] = {
        "argmax": argmax_error,
        "rounded": rounded_error,
        "cross-entropy": F.cross_entropy,
    }
    return {name: fit(data, f, random_start(seed), steps, lr) for name, f in objectives.items()}


def finite_differences(f: Callable[[torch.Tensor], float], at: torch.Tensor, h: float) -> torch.Tensor:
    """Rise over run in each coordinate, (f(at + h e_j) - f(at - h e_j)) / 2h: ``at`` (D,), result (D,).

    ``f`` maps (D,) to a number and is called 2 D times.
    """
    if not h > 0:
        raise ValueError(f"the step h must be above 0, got {h}")
    steps = h * torch.eye(len(at), dtype=at.dtype)
    return torch.tensor([(float(f(at + step)) - float(f(at - step))) / (2 * h) for step in steps], dtype=at.dtype)


def train_accuracy(data: Digits, parameters: torch.Tensor) -> float:
    """Accuracy on the training pictures of the weights (64,) and bias in one vector, ``parameters`` (65,)."""
    return accuracy(two_logits(data.x_train, parameters[:-1], parameters[-1]), data.y_train).item()


def hardest_first(run: Run, x: torch.Tensor, target: torch.Tensor, count: int = 30) -> torch.Tensor:
    """Indices (count,) of the pictures that the run's last weights find hardest: x (M, 64), target (M,)."""
    logits = two_logits(x, *run.final)
    return F.cross_entropy(logits, target, reduction="none").argsort(descending=True)[:count]
