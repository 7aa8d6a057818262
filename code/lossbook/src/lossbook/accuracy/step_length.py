"""The share of small steps that change accuracy at all, over the length of the step, under a slider."""

from __future__ import annotations

import math

import torch
from matplotlib.figure import Figure

from lossbook.accuracy.steps import Shares, expected_flips
from lossbook.figures import BAND, Draw, new_figure, settle
from lossbook.style import COLORS, INK, line


def step_length(shares: Shares, trained: Shares, safe: float, x: torch.Tensor) -> Draw:
    """``draw(h)``: shares of steps that change accuracy, one length marked; ``safe`` from ``safe_distance``."""
    figure, panels = new_figure((5.6, 4.4), ["shares"])
    ax = panels["shares"]
    floor = 0.1 / shares.pairs
    ceiling = expected_flips(x, shares.h).clamp(max=1)
    ax.plot(shares.h, ceiling, color=INK, linewidth=1, linestyle=":", label="expected flips, closed form")
    ax.plot(shares.h, shares.changed, **line("accuracy", marker="o", markersize=5), label="random models")
    seen = trained.changed > 0
    ax.plot(trained.h[seen], trained.changed[seen], **line("right", marker="s", markersize=5), label="a trained model")
    zeros = trained.h[~seen]
    ax.plot(zeros, torch.full_like(zeros, floor), "s", color=COLORS["right"], markerfacecolor="#ffffff", markersize=5)
    ax.axvline(safe, color=COLORS["right"], linewidth=1)
    ax.annotate(
        "its safe distance", (safe, 1e-3), rotation=90, ha="right", va="center", color=COLORS["right"], fontsize=10
    )
    mark = ax.axvline(1, **BAND)
    ax.set(xscale="log", yscale="log", xlim=(5e-7, 2), ylim=(floor / 2, 2), xlabel="length h of the step",
           ylabel="share that changes accuracy")  # fmt: skip
    ax.set_xticks([1e-6, 1e-4, 1e-2, 1], ["10⁻⁶", "10⁻⁴", "10⁻²", "1"])
    ax.set_yticks([floor, 1e-6, 1e-4, 1e-2, 1], ["0", "10⁻⁶", "10⁻⁴", "10⁻²", "1"])
    ax.minorticks_off()
    ax.legend(loc="lower left", bbox_to_anchor=(0.22, 0.08), fontsize=10)
    settle(figure)

    def draw(h: float = 0.001) -> tuple[Figure, str]:
        """The share of random steps that change accuracy, against the length of the step from one millionth to 1.

        Both axes are logarithmic. For random models the points lie on a straight line of slope one that bends below
        one near its right end. For one trained model the share is exactly 0 for steps shorter than its safe distance.
        """
        k = int((shares.h.log10() - math.log10(h)).abs().argmin())
        mark.set_xdata([h, h])
        changed, own = (round((s.changed[k] * s.pairs).item()) for s in (shares, trained))
        return figure, (
            f"h = {h:.2g}   random models: {changed:,} of {shares.pairs:,} steps change accuracy"
            f"   the trained model: {own:,} of {trained.pairs:,}"
        )

    return draw
