"""The stills of the chapter on accuracy: each function takes what was computed and returns a matplotlib figure."""

from __future__ import annotations

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .climb import Needed
from .runs import Run
from .staircase import Line, Staircase, staircase
from .style import COLORS, INK, line


def new_figure(size: tuple[float, float], *rows, **ratios) -> tuple[Figure, dict[str, Axes]]:
    """A figure with named panels, a list of names a row. pyplot does not know it, so it is shown only where asked."""
    figure = Figure(figsize=size, layout="constrained")
    panels = figure.subplot_mosaic([list(row) for row in rows], **ratios)
    for ax in panels.values():
        ax.yaxis.labelpad = 9  # on a phone the page sets text larger than matplotlib reckoned with
    return figure, panels


def steps_to_draw(stairs: Staircase, low: float, high: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Corner points of the staircase from ``low`` to ``high``, ready for ``Axes.plot``: both (2 K + 2,)."""
    inside = stairs.edges[(stairs.edges > low) & (stairs.edges < high)]
    ends = torch.cat([inside.new_tensor([low]), inside, inside.new_tensor([high])])
    heights = stairs((ends[1:] + ends[:-1]) / 2)
    return torch.stack([ends[:-1], ends[1:]], 1).flatten(), heights.repeat_interleave(2)


def draw_one_weight(
    moved: Line, old: float, new: float, low: float = -10, high: float = 12, size: tuple[float, float] = (6.4, 5.2)
) -> Figure:
    """Accuracy's staircase above cross-entropy's curve over one weight, and on both the line between two points."""
    figure, panels = new_figure(size, ["accuracy"], ["loss"])
    w, stairs = torch.linspace(low, high, 401, dtype=torch.float64), staircase(moved)
    curves = {
        "accuracy": (*steps_to_draw(stairs, low, high), stairs),
        "loss": (w, moved.cross_entropy(w), moved.cross_entropy),
    }
    for name, (x, y, f) in curves.items():
        ax, ends = panels[name], torch.tensor([old, new], dtype=torch.float64)
        ax.plot(x, y, **line(name, linestyle="-"))
        heights = f(ends)
        ax.plot(ends, heights, **line("gradient"), marker="o", markersize=6)
        said = "accuracy" if name == "accuracy" else "cross-entropy"
        rise = (heights[1] - heights[0]).item() + 0.0
        ax.set_title(f"{said}: rise {rise:.4f}, run {new - old:.4f}" if new > old else f"{said}: {heights[0]:.4f}")
        room = max(0.15 * float(y.max() - y.min()), 0.002)
        ax.set(xlim=(low, high), ylim=(float(y.min()) - room, float(y.max()) + room))
    panels["accuracy"].set(ylabel="share right", xticklabels=[])
    panels["loss"].set(ylabel="nats", xlabel="value of the weight")
    return figure


def draw_stairs(stairs: Staircase, low: float, high: float) -> Figure:
    """A close look at a few steps: open ends on the treads, a full dot for the value on each edge itself."""
    figure, panels = new_figure((6.4, 3.0), ["stairs"])
    ax = panels["stairs"]
    inside = stairs.edges[(stairs.edges > low) & (stairs.edges < high)]
    ends = [low, *inside.tolist(), high]
    for left, right in zip(ends, ends[1:], strict=False):
        height = stairs((left + right) / 2).item()
        ax.plot([left, right], [height, height], **line("accuracy", linestyle="-"))
        for end in (left, right):
            if low < end < high:
                ax.plot(end, height, "o", color=COLORS["accuracy"], markerfacecolor="white", markersize=6)
    ax.plot(inside, stairs(inside), "o", color=COLORS["accuracy"], markersize=6, label="value on the edge itself")
    ax.set(xlim=(low, high), xlabel="value of the weight", ylabel="accuracy, share right")
    return figure


def draw_together(run: Run, first: int = 0) -> Figure:
    """Accuracy and loss of one run on held-out pictures from step ``first`` on, one above the other."""
    figure, panels = new_figure((6.4, 3.6), ["accuracy"], ["loss"])
    for metric, unit in (("accuracy", "accuracy"), ("loss", "loss, nats")):
        values = getattr(run, f"held_{metric}")[first:]
        panels[metric].plot(range(first, first + len(values)), values, **line(metric), marker="o", markersize=5)
        panels[metric].set(ylabel=unit)
    panels["accuracy"].set(ylim=(0.95, 1.0), xticklabels=[])
    panels["loss"].set(ylim=(0, None), xlabel="steps of gradient descent")
    return figure


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
