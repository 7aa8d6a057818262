"""Entropy, cross-entropy and Kullback-Leibler divergence of distributions, in nats, and what follows from them.

Probabilities are tensors whose last axis holds the outcomes. An outcome that never comes costs nothing, whatever its
price: 0 log 0 counts as 0. One that comes and was given no probability costs infinitely much.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable
from typing import overload

import torch
from torch import Tensor


def entropy(q: Tensor) -> Tensor:
    r"""The mean surprise of someone who knows q: :math:`-\sum_c q_c \log q_c` (Shannon 1948)."""
    return cross_entropy_of(q, q)


def cross_entropy_of(q: Tensor, p: Tensor) -> Tensor:
    r"""The mean surprise of someone who believes p where q holds: :math:`-\sum_c q_c \log p_c`."""
    return 0.0 - torch.xlogy(q, p).sum(-1)  # from 0, so that a sure thing costs 0 and not -0


def divergence(q: Tensor, p: Tensor) -> Tensor:
    r"""What p costs beyond what q would: :math:`\sum_c q_c \log(q_c / p_c)` (Kullback, Leibler 1951)."""
    return (torch.xlogy(q, q) - torch.xlogy(q, p)).sum(-1)


@overload
def bits(nats: Tensor) -> Tensor: ...
@overload
def bits(nats: float) -> float: ...
def bits(nats: Tensor | float) -> Tensor | float:
    """The same amount in bits: divided by ln 2."""
    return nats / math.log(2)


def perplexity(total_nats: float, count: int) -> float:
    """e to the power of the mean surprise of ``count`` outcomes that cost ``total_nats`` together."""
    return math.exp(total_nats / count)


def cheapest(price: Callable[[Tensor], Tensor], q: Tensor, steps: int = 20) -> list[float]:
    """The p, in steps of ``1 / steps``, whose expected ``price`` of what happens is least where q holds.

    ``price`` maps the probability that was given to what happened to its cost, elementwise. Every p of the grid is
    tried; of several equally cheap ones the first is returned.
    """
    grid = torch.tensor(
        [p for p in itertools.product(range(steps + 1), repeat=len(q)) if sum(p) == steps], dtype=torch.float64
    )
    p = grid / steps
    cost = price(p) * q.double()
    # What never happens is never paid for, even where its price is infinite.
    expected = torch.where(q > 0, cost, 0.0).sum(1)
    return p[expected.argmin()].tolist()


def huffman_length(probs: Tensor) -> float:
    """Compute the mean codeword length in bits of the best code whose words have whole numbers of digits.

    ``probs`` is (K,), K >= 2. Source: Huffman (1952), A Method for the Construction of Minimum-Redundancy Codes.
    """
    heap = probs.tolist()
    heapq.heapify(heap)
    length = 0.0
    while len(heap) > 1:  # the two rarest get one more digit each, and go on as one
        both = heapq.heappop(heap) + heapq.heappop(heap)
        length += both
        heapq.heappush(heap, both)
    return length


def smoothed(classes: int, epsilon: float, right: int = 0) -> Tensor:
    """A label-smoothed target (Szegedy et al. 2016): ``1 - epsilon + epsilon / classes`` on the right class."""
    q = torch.full((classes,), epsilon / classes, dtype=torch.float64)
    q[right] += 1 - epsilon
    return q
