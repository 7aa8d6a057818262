"""Climbing without gradients, every look at the data counted, and what each look told."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from typing import NamedTuple

import torch

from lossbook.data.digits import Digits

Score = Callable[[torch.Tensor], float]


class Told(NamedTuple):
    """How many looks after the first found the score above, at, or below the climb's own."""

    better: int
    same: int
    worse: int

    @property
    def looks(self) -> int:
        """All of them."""
        return sum(self)

    @property
    def kept_bits(self) -> float:
        """Bits in one answer to *was the step kept?*, from how often it was yes: at most 1."""
        kept = (self.better + self.same) / self.looks
        return sum(-p * math.log2(p) for p in (kept, 1 - kept) if p > 0)


class Climb(NamedTuple):
    """``path`` (K, D): the start and each place the climb moved to; ``when`` (K,): after how many evaluations.

    ``tried`` (E, D) are all the places looked at, ``scores`` (E,) their scores, ``best`` (E,) the highest score so far
    after each look, and ``reached`` the number of looks it took to get to the goal, or None.
    """

    path: torch.Tensor
    when: torch.Tensor
    tried: torch.Tensor
    scores: torch.Tensor
    best: torch.Tensor
    reached: int | None

    @property
    def told(self) -> Told:
        """Compare the looks after the first with the best score so far, where a climb stays."""
        change = self.scores[1:] - self.best[:-1]
        return Told(*(int(found.sum()) for found in (change > 0, change == 0, change < 0)))


def climb(score: Score, start: torch.Tensor, step: float, goal: float = 1.0, evaluations: int = 1000, seed: int = 0,
          keep: bool = True, progress: Score | None = None) -> Climb:  # fmt: skip
    """Random search: try a Gaussian step from where we stand, take it unless the score falls, until the goal.

    ``score`` maps weights (D,) to a number and is called at most ``evaluations`` times, the start included. ``step`` is
    the standard deviation of each coordinate of a step. The climb ends where ``progress``, by default the score itself,
    is at least ``goal``. With ``keep=False`` the places are not recorded.

    Source: the (1+1) evolution strategy, Rechenberg (1973), with a fixed step.
    """
    if evaluations < 1 or not step > 0:
        raise ValueError(f"a climb needs at least one evaluation and a step above 0, got {evaluations} and {step}")
    generator = torch.Generator().manual_seed(seed)
    here, height = start, score(start)
    arrived = (progress(here) if progress else height) >= goal
    path, when, tried, scores, best = [start], [1], [start], [height], [height]
    while not arrived and len(best) < evaluations:
        there = here + step * torch.randn(here.shape, generator=generator, dtype=here.dtype)
        value = score(there)
        if value >= height:
            here, height = there, value
            arrived = (progress(here) if progress else height) >= goal
            if keep:
                path.append(here)
                when.append(len(best) + 1)
        if keep:
            tried.append(there)
        scores.append(value)
        best.append(height)
    places = torch.stack(path), torch.tensor(when), torch.stack(tried)
    return Climb(*places, torch.tensor(scores), torch.tensor(best), len(best) if arrived else None)


class Plane(NamedTuple):
    """Two weights of a linear model, all else held: logits (N,) are ``offset`` + ``slopes`` (N, 2) @ the pair."""

    offset: torch.Tensor
    slopes: torch.Tensor
    target: torch.Tensor

    def accuracy(self, pair: torch.Tensor) -> float:
        """Share read right with the two weights ``pair`` (2,)."""
        return ((self.offset + self.slopes @ pair > 0) == self.target.bool()).double().mean().item()

    def map(self, low: float, high: float, points: int = 61) -> torch.Tensor:
        """Accuracy on a square grid, (points, points): the first weight runs along the rows, the second down them."""
        side = torch.linspace(low, high, points, dtype=self.offset.dtype)
        second, first = torch.meshgrid(side, side, indexing="ij")
        logits = self.offset + torch.stack([first, second], -1) @ self.slopes.T
        return ((logits > 0) == self.target.bool()).double().mean(-1)


def two_weights(data: Digits, weight: torch.Tensor, bias: torch.Tensor, pixels: tuple[int, int]) -> Plane:
    """The plane on which two of the weights (64,) move, over the training pictures."""
    others = weight.detach().clone()
    others[list(pixels)] = 0
    return Plane(data.x_train @ others + bias.detach(), data.x_train[:, list(pixels)], data.y_train)


class HiddenRule(NamedTuple):
    """A problem in which each of D weights matters: ``x`` (N, D) already multiplied by its target's sign."""

    x: torch.Tensor

    def accuracy(self, weight: torch.Tensor) -> float:
        """Share of examples on the right side: weight (D,)."""
        return (self.x @ weight > 0).double().mean().item()

    def loss(self, weight: torch.Tensor) -> torch.Tensor:
        """Mean cross-entropy in nats: weight (D,), result ()."""
        return torch.nn.functional.softplus(-(self.x @ weight)).mean()

    def worth(self, weight: torch.Tensor) -> float:
        """Minus the loss: higher is better, as a climb wants it."""
        return -self.loss(weight).item()


def hidden_rule(size: int, examples: int = 1000, seed: int = 0) -> HiddenRule:
    """``examples`` pictures of ``size`` independent standard normal pixels, labelled by one random linear rule."""
    generator = torch.Generator().manual_seed(seed)
    x, rule = torch.randn(examples, size, generator=generator), torch.randn(size, generator=generator)
    return HiddenRule(x * torch.sign(x @ rule).unsqueeze(1))


class Needed(NamedTuple):
    """Looks at the data up to the goal on problems of ``size`` weights, a count for each repeat.

    ``climbs`` looked at accuracy (None: not within budget), ``priced`` at cross-entropy's value, and ``descents`` at
    its gradient. ``told`` is what the looks of ``climbs`` told, all repeats together.
    """

    size: int
    climbs: list[int | None]
    priced: list[int | None]
    descents: list[int]
    told: Told

    @property
    def middle(self) -> float:
        """The median climb on accuracy; infinite if that one did not arrive."""
        return _middle(self.climbs)

    @property
    def priced_middle(self) -> float:
        """The median climb on cross-entropy's value; infinite if that one did not arrive."""
        return _middle(self.priced)


def _middle(looks: list[int | None]) -> float:
    return statistics.median_high(math.inf if count is None else count for count in looks)


def evaluations_needed(sizes: list[int], goal: float = 0.9, repeats: int = 5, budget: int = 10_000, lr: float = 5.0,
                       step: float = 4.0) -> list[Needed]:  # fmt: skip
    """How often one must look at the data to reach accuracy ``goal`` on ``hidden_rule(size)``, for each of ``sizes``.

    Both climbs start on a random unit vector and take steps of standard deviation step/size in each coordinate: of the
    powers of two, 4 needs the fewest looks at accuracy where weights are many. Gradient descent on cross-entropy starts
    there too; each of its steps counts as three evaluations: one forward, and a backward of about twice that (Griewank
    & Walther, 2008).
    """
    rows = []
    for size in sizes:
        climbs, priced, descents = [], [], []
        for repeat in range(repeats):
            problem = hidden_rule(size, seed=repeat)
            start = torch.randn(size, generator=torch.Generator().manual_seed(1000 + repeat))
            start /= start.norm()
            climbs.append(climb(problem.accuracy, start, step / size, goal, budget, repeat, keep=False))
            priced.append(climb(problem.worth, start, step / size, goal, budget, repeat, False, problem.accuracy))
            descents.append(_descent(problem, start, goal, lr))
        told = Told(*(sum(column) for column in zip(*(found.told for found in climbs), strict=True)))
        by_accuracy, by_loss = ([found.reached for found in group] for group in (climbs, priced))
        rows.append(Needed(size, by_accuracy, by_loss, descents, told))
    return rows


def _descent(problem: HiddenRule, start: torch.Tensor, goal: float, lr: float) -> int:
    weight, steps = start.clone().requires_grad_(), 0
    while problem.accuracy(weight.detach()) < goal:
        (gradient,) = torch.autograd.grad(problem.loss(weight), weight)
        with torch.no_grad():
            weight -= lr * gradient
        steps += 1
        if steps > 1000:
            raise RuntimeError(f"gradient descent with lr={lr} did not reach accuracy {goal} in 1,000 steps")
    return 3 * steps


def grid_evaluations(weights: int, values: int = 10) -> float:
    """Decimal logarithm of the looks that trying every combination takes: ``values`` for each of ``weights``."""
    return weights * math.log10(values)
