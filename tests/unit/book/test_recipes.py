"""Exercises with other numbers: a thousand seeds each, against what torch makes of the numbers in the question."""

from __future__ import annotations

import ast
import math
import re
from functools import cache

import pytest
import torch
import torch.nn.functional as F

from answers import replies
from askback import ExerciseError, choice, gaps, number, variant
from askback.exercise import drawing
from chapters import chapters
from exercises import Asked
from lossbook.confidence.metrics import calibration_error


def wide(*x):
    return torch.tensor(x, dtype=torch.float64)


def slope_of(loss, *scores):
    z = wide(*scores).requires_grad_()
    return torch.autograd.grad(loss(z), z)[0]


def of_two_rows(p, x, r, y):
    """The slope in w of two examples: class 1 has p and is right, has r and is wrong, with the inputs x and y."""
    z = wide(p, r).logit()
    pull = lambda w: F.binary_cross_entropy_with_logits(z + w * wide(x, y), wide(1, 0))  # noqa: E731
    return slope_of(lambda w: pull(w[0]), 0.0)[0]


def price(often, said):
    return F.cross_entropy(wide(*said).log(), wide(*often))


def entry(n, k, *_):
    n = int(n)
    z = torch.zeros(n, 2, dtype=torch.float64)
    z[0, 1] = math.log(k)
    z.requires_grad_()
    return torch.autograd.grad(F.cross_entropy(z, torch.zeros(n).long()), z)[0][0, 1]


def groups(n, high, right, _rest, low):
    n, right = int(n), int(right)
    sure = wide(*[high] * n, *[low] * (10 - n))
    target = torch.tensor([0] * right + [1] * (n - right) + [0] * (10 - n))
    return calibration_error(torch.stack([sure, 1 - sure], 1).log(), target, 10)


def weighted(first, p, weight, *_):
    rows = torch.stack([wide(first, 1 - first), wide(1 - p, p)]).log().requires_grad_()
    loss = F.cross_entropy(rows, torch.tensor([0, 1]), weight=wide(1, weight))
    return torch.autograd.grad(loss, rows)[0][1, 1]


def saved(scores, times):
    """By how much the loss falls if the probability of class 1 is multiplied."""
    p = scores.softmax(0)[1]
    return F.nll_loss(p.log()[None, None], torch.tensor([0])) - F.nll_loss(
        (times * p).log()[None, None], torch.tensor([0])
    )


def margin(wrong, right):
    return F.multi_margin_loss(wide(wrong, right)[None], torch.tensor([1])) * 2


def threshold(times):
    """The probability at which silence and an alarm cost the same, found by halving."""
    low, high = 0.0, 1.0
    for _ in range(60):
        p = (low + high) / 2
        low, high = (low, p) if times * p > 1 - p else (p, high)
    return low


def learned(positives, negatives):
    """The probability that fits so many positives and negatives best."""
    return positives / (positives + negatives)


def stated(kept, weight, cost):
    """What a model states where the honest odds are 1 to ``cost``, if it saw one no in ``kept``, and a weight."""
    return learned(weight * 1, cost / kept)


def rained(p):
    """What three rainy days come to: the likelihood, the bits of all, the bits of a day, and the nats."""
    nats = F.nll_loss(p.log()[:, None], torch.zeros(3).long())
    return [p.prod(), 3 * nats / math.log(2), nats / math.log(2), nats]


def cheapest(cost):
    """The statement that costs least on average, found on a grid, and what it costs."""
    p = torch.linspace(0, 1, 10_001, dtype=torch.float64)
    at = cost(p).argmin()
    return p[at], cost(p)[at]


def distance(q):
    return lambda p: q * (1 - p) + (1 - q) * p


def logs(q):
    return lambda p: -torch.xlogy(wide(q), p) - torch.xlogy(wide(1 - q), 1 - p)


def squares(q):
    return lambda p: q * (1 - p) ** 2 + (1 - q) * p**2


def slope_at(temperature):
    """The size of a student's slopes where temperatures are a million times as high."""
    student, teacher = wide(1.0, -2.0, 0.5)[None].requires_grad_(), wide(0.3, 1.0, -1.0)[None]
    t = 1e6 * temperature
    loss = F.kl_div((student / t).log_softmax(1), (teacher / t).softmax(1), reduction="batchmean")
    return torch.autograd.grad(loss, student)[0].norm()


#: Exercise -> what the numbers in its question lead to; of an exercise in steps, for each number asked.
COMPUTED = {
    "ex-coin": lambda _one, a, _two, b, _three, c: rained(wide(1 / a, 1 / b, 1 / c)),
    "ex-softmax-by-hand": lambda _zero, *n: [*wide(1, *n).log().softmax(0), (wide(1, *n).log() + 10).softmax(0)[0]],
    "ex-geometric": lambda loss: wide(-loss).exp(),
    "ex-tenth": lambda classes, p: -10 * wide(1 / classes).log() + 9 * wide(p).log(),
    "ex-entry": lambda n, _zero, k, *_: entry(n, k),
    "ex-weight-slope": lambda _class, x, _same, p, _right, y, _again, r, *_: of_two_rows(p, x, r, y),
    "ex-twice": lambda classes: F.cross_entropy(torch.eye(int(classes)).double()[0], torch.tensor(0)),
    "ex-extra": lambda *n: price(n[:3], n[3:]) - price(n[:3], n[:3]),
    "ex-slope": lambda ink, more, _seven, p, _too, r, _three: of_two_rows(p, ink, r, more),
    "ex-looks": lambda size: 2 * size,
    "ex-safe-step": lambda z, *pixels: z / wide(*pixels, 1).norm(),
    "ex-lse-shift": lambda lse, added, n: (wide(*[lse - math.log(n)] * int(n)) + added).logsumexp(0),
    "ex-sure": lambda p, right: F.binary_cross_entropy(wide(p), wide(right / 10)),
    "ex-gap": groups,
    "ex-honesty": lambda q: [q * (1 - q) * 2, *cheapest(distance(q)), cheapest(logs(q))[0], cheapest(squares(q))[0]],
    "ex-likelihood": lambda heads: torch.distributions.Bernoulli(wide(heads / 10)).entropy(),
    "ex-two-batches": lambda n, a, m, b, _all: wide(*[a] * int(n), *[b] * int(m)).mean().exp(),
    "ex-hinge-price": lambda _one, wrong, _zero, right, _again: margin(wrong, right),
    # Dice is 2 IoU / (1 + IoU), so hits h and errors 2 h (1 - D) / D
    "ex-f1-iou": lambda dice: 1 / (1 + 2 * (1 - dice) / dice),
    "ex-seven-two": lambda many, _class, _x, few, *_: many / few,
    "ex-price-threshold": threshold,
    "ex-twice-weighted": lambda one_in, times, *_: learned(times * times, one_in - 1),
    "ex-odds": lambda kept, weight, cost, _alarm: stated(kept, weight, cost),
    "ex-smoothed-share": lambda n, eps: 1 / n - slope_of(
        lambda z: F.cross_entropy(z[None], torch.tensor([0]), label_smoothing=eps), *[0.0] * int(n))[0],
    "ex-hotter": lambda before, after: slope_at(after) / slope_at(before),
    "ex-doubled": lambda _zero, a, b, _class, _again, times: saved(wide(1, a, b).log(), times),
    "ex-weighted-slope": lambda _zero, first, _one, p, _class, weight, *_: weighted(first, p, weight),
    "ex-at-most": lambda n, loss: next(k for k in range(int(n), 0, -1) if k * math.log(2) <= n * loss),
}  # fmt: skip


@cache
def recipes():
    """Exercise -> the recipe that its cell makes."""
    found = {}
    for chapter in chapters():
        for cell in chapter.cells:
            asked = re.search(r'^ask\("(ex-[a-z0-9-]+)", ([a-z_]+),$', cell, re.MULTILINE)
            if asked:
                nodes = [node for node in ast.parse(cell).body if isinstance(node, ast.FunctionDef)]
                names = {"math": math, "choice": choice, "gaps": gaps, "number": number, "variant": variant}
                exec(compile(ast.Module(nodes, []), chapter.name, "exec"), names)
                found[asked[1]] = names[asked[2]]
    return found


def numbers_in(text):
    plain = re.sub(r"\d,(?=\d{3}\b)", lambda digit: digit[0][0], text.replace("−", "-"))
    return [float(digits) for digits in re.findall(r"(?<![\d.])-?\d+(?:\.\d+)?", plain)]


def made(recipe, seeds=range(1000)):
    """Question -> its variant. A seed whose mistakes coincide makes none."""
    found = {}
    for seed in seeds:
        try:
            one = recipe(drawing(seed))
        except ExerciseError:
            assert seed, "the numbers of the text"
            continue
        found[one.asked] = one
    return found


def test_every_recipe_is_computed_here_and_there_are_many():
    assert recipes().keys() == COMPUTED.keys() and len(COMPUTED) >= 20


@pytest.mark.parametrize("name", COMPUTED)
def test_a_thousand_seeds_agree_with_an_independent_computation(name):
    variants = made(recipes()[name])
    assert len(variants) >= 4
    cases, wanted = [], []
    for asked, one in variants.items():
        exercise = Asked(name, name, {"kind": one.question.kind, **one.key()})
        computed = COMPUTED[name](*numbers_in(asked))
        answers = [part["answer"] for part in exercise.key.get("parts", [exercise.key]) if "answer" in part]
        expected = list(map(float, computed if isinstance(computed, list) else [computed]))
        assert answers == pytest.approx(expected, rel=1e-6, abs=1e-9), asked
        assert one.hints and all(hint.strip() for hint in one.hints)
        cases += [(exercise.key, text, 0) for text in (exercise.right()[0], *(text for text, _ in exercise.mistakes()))]
        wanted += ["right"] + [reply for _, reply in exercise.mistakes()]
    for (key, text, _), want, reply in zip(cases, wanted, replies(cases), strict=True):
        assert (reply.state if want == "right" else reply.text) == want, (key, text, reply)
