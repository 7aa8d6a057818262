"""The stills of the chapter on accuracy: each function takes what was computed and returns a matplotlib figure."""

from __future__ import annotations

from collections.abc import Callable

import torch
from matplotlib.figure import Figure

from lossbook.accuracy.staircase import Line, Staircase, staircase
from lossbook.figures import new_figure
from lossbook.style import COLORS, line


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
    curves: dict[str, tuple[torch.Tensor, torch.Tensor, Callable[[torch.Tensor], torch.Tensor]]] = {
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
