"""Where floats end: cross-entropy of two classes in four float types, fused and as log of softmax, by torch."""

from __future__ import annotations

import functools
from typing import NamedTuple

import torch
from torch.nn import functional as F

DTYPES = ("bfloat16", "float16", "float32", "float64")


class Reading(NamedTuple):
    """Of one lead in one type: the fused loss, -log(softmax), and both derivatives in the right class's logit."""

    fused: float
    naive: float
    fused_slope: float
    naive_slope: float


@functools.cache
def reading(lead: float, dtype: str) -> Reading:
    """The logits [lead, 0] in this type with class 0 right; negative leads are mistakes. In nats."""
    kind = getattr(torch, dtype)
    z = torch.tensor([lead, 0.0], dtype=kind, requires_grad=True)
    fused, naive = F.cross_entropy(z, torch.tensor(0)), -z.softmax(dim=0).log()[0]
    slopes = [torch.autograd.grad(loss, z)[0][0].item() for loss in (fused, naive)]
    return Reading(fused.item(), naive.item(), *slopes)


class Cliff(NamedTuple):
    """The first whole leads at which one type fails: ``zero``, right by so much, the loss is exactly 0 and so is its
    slope in the right class's logit; ``infinite``, wrong by so much, log(softmax) is infinite."""

    zero: int
    infinite: int


@functools.cache
def cliff(dtype: str) -> Cliff:
    """Search for both edges, one whole number after the other."""
    zero = next(lead for lead in range(1, 100) if reading(lead, dtype).fused == 0)
    infinite = next(lead for lead in range(1, 1000) if reading(-lead, dtype).naive == float("inf"))
    return Cliff(zero, infinite)


def leads() -> list[int]:
    """Whole leads at which the figure stops: all near the edges, fewer where nothing happens."""
    far = [2000, 1800, 1500, 1200, 1000, *range(900, 740, -20), 747, 746, 745, 744, *range(740, 120, -20)]
    near = [*range(120, 30, -2), *range(30, 0, -1), 93, 103]
    return sorted({-lead for lead in far + near} | set(range(41)) | {45, 50, 60, 70, 80})
