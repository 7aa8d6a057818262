"""Accuracy along a straight line in weight space, exactly: where it steps, how high it is, and what a tie does.

For a linear model with two classes, moving one weight w moves each example's logit along a line of its own,
z_i(w) = offset_i + slope_i * w. The model reads "7" where z > 0 and "3" where z <= 0 (class 3 has the fixed logit 0
and comes first, so argmax gives it the ties). Each reading flips at one point, w = -offset_i / slope_i, and nowhere
else: those points are all the steps that accuracy has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch.nn.functional import softplus

#: One position on a line, or many.
Positions = torch.Tensor | float


class Line(NamedTuple):
    """Logits of class 1 along a line, z_i(w) = offset_i + slope_i * w, with targets 0 or 1; each of shape (N,)."""

    offset: torch.Tensor
    slope: torch.Tensor
    target: torch.Tensor

    def logits(self, w: Positions) -> torch.Tensor:
        """Class 1's logits at the positions ``w`` (...): shape (..., N)."""
        w = torch.as_tensor(w, dtype=self.offset.dtype)
        return self.offset + w.unsqueeze(-1) * self.slope

    def cross_entropy(self, w: Positions) -> torch.Tensor:
        """Mean cross-entropy in nats at ``w`` (...): log(1 + e^z) - y z, averaged over the examples."""
        z = self.logits(w)
        return (softplus(z, threshold=700) - self.target * z).mean(-1)

    def cross_entropy_slope(self, w: Positions) -> torch.Tensor:
        """Derivative of ``cross_entropy`` at ``w`` (...), nats per unit of w: the mean of (p - y) * slope."""
        return ((self.logits(w).sigmoid() - self.target) * self.slope).mean(-1)


def weight_line(x: torch.Tensor, target: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, pixel: int) -> Line:
    """The line on which only ``weight[pixel]`` moves; w is its value. x (N, D), target (N,), weight (D,), bias ()."""
    if not 0 <= pixel < x.shape[1]:
        raise IndexError(f"pixel {pixel} is not one of the {x.shape[1]} weights, 0 to {x.shape[1] - 1}")
    others = weight.detach().clone()
    others[pixel] = 0
    return Line(x @ others + bias.detach(), x[:, pixel], target)


@dataclass(frozen=True)
class Staircase:
    """Accuracy on a line, as K edges and what holds between and at them.

    ``edges`` (K,): rising, each a position where at least one reading flips. ``between`` (K + 1,): accuracy on the
    open intervals before, between and after the edges. ``at`` (K,): accuracy on each edge itself, where the flipping
    examples have logit exactly 0 and are read as class 0. The derivative is 0 on the intervals; at an edge where
    accuracy jumps there is none.
    """

    edges: torch.Tensor
    between: torch.Tensor
    at: torch.Tensor

    def __call__(self, w: Positions) -> torch.Tensor:
        """Accuracy at the positions ``w`` (...), looked up on the staircase: no logit is computed."""
        w = torch.as_tensor(w, dtype=self.edges.dtype)
        below = torch.searchsorted(self.edges, w)
        through = torch.searchsorted(self.edges, w, right=True)
        if not len(self.edges):
            return self.between[below]
        return torch.where(below == through, self.between[below], self.at[below.clamp(max=len(self.at) - 1)])

    def midpoints(self) -> torch.Tensor:
        """One position inside each of the K + 1 intervals; the two outer ones lie 1 beyond the outermost edges."""
        if not len(self.edges):
            return torch.zeros(1, dtype=self.edges.dtype)
        ends = torch.cat([self.edges[:1] - 2, self.edges, self.edges[-1:] + 2])
        return (ends[1:] + ends[:-1]) / 2


def staircase(line: Line) -> Staircase:
    """Accuracy over all positions on a ``Line``, in closed form: every step, none sampled, in O(N log N).

    An example whose slope is 0 (a blank pixel) never flips and adds no edge. Examples that flip at the same position
    share an edge.
    """
    if not torch.isfinite(line.offset).all() or not torch.isfinite(line.slope).all():
        raise ValueError("the line's offsets and slopes must be finite")
    moving = line.slope != 0
    slope, seven = line.slope[moving], line.target[moving] == 1
    edges, owner = torch.unique(-line.offset[moving] / slope, return_inverse=True)

    def gathered(change: torch.Tensor) -> torch.Tensor:
        return torch.zeros(len(edges), dtype=torch.long).index_add_(0, owner, change.long())

    # Left of its edge an example is read "7" if its slope is negative, right of it if positive, on it never.
    right_before = (slope < 0) == seven
    right_after = (slope > 0) == seven
    still = (line.offset[~moving] > 0) == (line.target[~moving] == 1)
    first = still.sum() + right_before.sum()
    climbs = gathered(right_after) - gathered(right_before)
    between = torch.cat([first.view(1), first + climbs.cumsum(0)])
    at = between[:-1] + gathered(~seven) - gathered(right_before)
    examples = len(line.offset)
    return Staircase(edges, between.double() / examples, at.double() / examples)
