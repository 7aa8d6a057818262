"""The stills of the chapter on information, and what they draw; each returns a matplotlib figure."""

from __future__ import annotations

import torch
from matplotlib.figure import Figure
from torch import Tensor

from lossbook.figures import new_figure
from lossbook.style import COLORS, line


def draw_both_ways(x: Tensor, q: Tensor, covering: Tensor, choosing: Tensor) -> Figure:
    """A law q (K,) with two bumps over x, and the one bump that each direction of the divergence likes best."""
    figure, panels = new_figure((6.4, 3.4), ["left", "right"], sharey=True)
    titles = {"left": "least KL(q ‖ p): cover all of q", "right": "least KL(p ‖ q): stay where q is"}
    top = 1.12 * max(law.max().item() for law in (q, covering, choosing))
    for name, p in (("left", covering), ("right", choosing)):
        ax = panels[name]
        ax.fill_between(x, q, color=COLORS["other"], alpha=0.25, linewidth=0)
        ax.plot(x, q, **line("other", linewidth=1.2))
        ax.plot(x, p, **line("loss"))
        ax.set_title(titles[name], fontsize=10)
        ax.set(xlabel="outcome", ylim=(0, top), xticks=[], yticks=[])
        ax.text(x[q.argmax()].item(), q.max().item() + 0.02 * top, "q", color=COLORS["other"], ha="center")
        ax.text(x[p.argmax()].item(), p.max().item() + 0.02 * top, "p", color=COLORS["loss"], ha="center")
    panels["left"].set_ylabel("probability")
    return figure


def two_bumps(outcomes: int = 41) -> tuple[Tensor, Tensor]:
    """Outcomes 0 to 40 and a law on them with two bumps, the second a little smaller. float64."""
    x = torch.arange(outcomes, dtype=torch.float64)
    q = 0.6 * bump(x, 11, 3.0) + 0.4 * bump(x, 30, 3.0)
    return x, q / q.sum()


def bump(x: Tensor, centre: float, width: float) -> Tensor:
    """A normal law's density on the outcomes ``x``, made to sum to 1."""
    p = torch.exp(-0.5 * ((x - centre) / width) ** 2)
    return p / p.sum()
