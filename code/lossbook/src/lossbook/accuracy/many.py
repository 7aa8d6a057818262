"""Many pictures made of few: the same digits with a little noise, to see what a larger data set does to the stairs."""

from __future__ import annotations

import torch


def jittered(
    x: torch.Tensor, target: torch.Tensor, count: int, seed: int, noise: float = 0.05
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return ``count`` pictures (count, D) and their targets (count,): ``x`` (N, D) over and over, copies with noise.

    The first N are ``x`` itself. Each later pixel gets normal noise of standard deviation ``noise``, drawn from
    ``seed``, and is kept between 0 and 1.
    """
    if count < 1:
        raise ValueError(f"count must be at least 1, got {count}")
    index = torch.arange(count) % len(x)
    many = x[index].clone()
    if count > len(x):
        copies = many[len(x) :]
        drawn = torch.randn(copies.shape, generator=torch.Generator().manual_seed(seed), dtype=x.dtype)
        many[len(x) :] = (copies + noise * drawn).clamp(0, 1)
    return many, target[index]
