"""The stills of the chapter on other losses: each function takes what was computed and returns a matplotlib figure."""

from __future__ import annotations

from matplotlib.figure import Figure

from lossbook.figures import new_figure
from lossbook.other_losses.climb import Needed
from lossbook.style import COLORS, INK


def draw_needed(rows: list[Needed], budget: int) -> Figure:
    """Looks at the data until the goal against the number of weights, log-log: climbing, and descending."""
    figure, panels = new_figure((6.4, 3.8), ["needed"])
    ax = panels["needed"]
    for row in rows:
        reached = [count for count in row.climbs if count is not None]
        ax.plot([row.size] * len(reached), reached, "o", color=COLORS["accuracy"], markersize=5, alpha=0.7)
        if len(reached) < len(row.climbs):
            ax.plot(row.size, budget, "^", color=COLORS["accuracy"], markerfacecolor="white", markersize=9)
        ax.plot([row.size] * len(row.descents), row.descents, "s", color=COLORS["loss"], markersize=5, alpha=0.7)
    ax.axhline(budget, color=INK, linewidth=0.8, linestyle=":")
    sizes = [row.size for row in rows]
    ax.annotate("climbing accuracy", (sizes[len(sizes) // 3], 250), color=COLORS["accuracy"], ha="center")
    ax.annotate("descending cross-entropy", (sizes[len(sizes) // 2], 9), color=COLORS["loss"], ha="center")
    ax.annotate("where we stopped counting", (sizes[0], budget), (0, 4), textcoords="offset points")
    ax.set(xscale="log", yscale="log", ylim=(1, budget * 3), xlabel="number of weights that matter",
           ylabel="looks at all the data")  # fmt: skip
    ax.set_xticks(sizes, [f"{size:,}" for size in sizes], minor=False)
    ax.minorticks_off()
    return figure
