"""The stills of the chapter on other losses: each function takes what was computed and returns a matplotlib figure."""

from __future__ import annotations

import torch
from matplotlib.figure import Figure

from lossbook.accuracy.runs import Run
from lossbook.figures import new_figure
from lossbook.other_losses.climb import Needed
from lossbook.other_losses.counted import counts, soft_f1_loss
from lossbook.style import COLORS, INK, line


def draw_needed(rows: list[Needed], budget: int) -> Figure:
    """Plot the looks needed against the number of weights, log-log: two climbs, with their medians, and a descent."""
    figure, panels = new_figure((6.4, 4.2), ["needed"])
    ax = panels["needed"]
    marks = {"climbs": ("o", "accuracy"), "priced": ("D", "right"), "descents": ("s", "loss")}
    for name, middle in (("climbs", "middle"), ("priced", "priced_middle")):
        known = [(row.size, getattr(row, middle)) for row in rows if None not in getattr(row, name)]
        ax.plot(*zip(*known, strict=True), color=COLORS[marks[name][1]], linewidth=1, alpha=0.6)
    for row in rows:
        for name, (mark, meaning) in marks.items():
            counted = getattr(row, name)
            reached = [count for count in counted if count is not None]
            ax.plot([row.size] * len(reached), reached, mark, color=COLORS[meaning], markersize=5)
            if len(reached) < len(counted):
                ax.plot(row.size, budget, "^", color=COLORS[meaning], markerfacecolor="none", markersize=9)
    ax.axhline(budget, color=INK, linewidth=0.8, linestyle=":")
    sizes = [row.size for row in rows]
    ax.annotate("climbing on accuracy (circles)", (2, 900), color=COLORS["accuracy"])
    ax.annotate("climbing on the loss (diamonds)", (128, 45), color=COLORS["right"], ha="right")
    ax.annotate("descending by the slope (squares)", (128, 11), color=COLORS["loss"], ha="right")
    ax.annotate("where we stopped counting", (sizes[0], budget), (0, 4), textcoords="offset points")
    ax.set(xscale="log", yscale="log", ylim=(1, budget * 3), xlabel="number of weights that matter",
           ylabel="looks at all the data")  # fmt: skip
    ax.set_xticks(sizes, [f"{size:,}" for size in sizes], minor=False)
    ax.minorticks_off()
    return figure


def draw_counted(
    x: torch.Tensor, y: torch.Tensor, weight: torch.Tensor, pixel: int, at: float, reach: float = 8.0, near: float = 0.2
) -> Figure:
    """F1 as it is counted and as it is softened, over one weight of a linear model: from afar, and close to ``at``.

    x (N, D), y (N,), weight (D,). The close view, ``near`` to either side, shows the change since ``at``.
    """
    figure, panels = new_figure((6.4, 3.4), ["far", "near"])
    others = x @ weight - x[:, pixel] * weight[pixel]
    styles = {"counted": line("accuracy"), "soft": line("loss")}
    for view, side in (("far", reach), ("near", near)):
        values = torch.linspace(at - side, at + side, 401, dtype=x.dtype)
        logits = [others + x[:, pixel] * value for value in values]
        f1 = {"counted": [counts(z, y).f1 for z in logits], "soft": [1 - soft_f1_loss(z, y) for z in logits]}
        for name, numbers in f1.items():
            heights = torch.stack(numbers)
            panels[view].plot(values, heights - heights[200] * (view == "near"), **styles[name], label=name)
        panels[view].axvline(at, color=INK, linewidth=0.8, linestyle=":")
        panels[view].set(xlim=(at - side, at + side), xlabel="value of the weight")
    panels["far"].set_title("from afar")
    panels["near"].set_title("close up: change")
    panels["far"].set(ylabel="F1, 1 is best")
    panels["far"].legend(loc="lower left", fontsize=10)
    return figure


def draw_saturated(g: torch.Tensor, squared: torch.Tensor, log_loss: torch.Tensor, runs: dict[str, Run]) -> Figure:
    """Draw how two losses pull at a mistake, and two runs with them.

    Above: minus the slope of each loss in a logit ``g`` (K,) on the wrong side. Below: accuracy on held-out pictures.
    """
    figure, panels = new_figure((6.4, 4.8), ["pull"], ["runs"])
    ax, below = panels["pull"], panels["runs"]
    styles = {"cross-entropy": line("loss"), "squared error": line("gradient")}
    ax.plot(g, log_loss, **styles["cross-entropy"])
    ax.plot(g, squared, **styles["squared error"])
    ax.annotate("cross-entropy", (3.2, 0.82), color=COLORS["loss"])
    ax.annotate("squared error", (2.2, 0.24), color=COLORS["gradient"])
    ax.set(
        ylim=(0, 1.05),
        xlim=(float(g[0]), float(g[-1])),
        xlabel="logit on the wrong side by",
        ylabel="pull",
    )
    for name, run in runs.items():
        below.plot(run.held_accuracy, **styles[name])
        below.annotate(name, (38, float(run.held_accuracy[-1]) + (-0.09 if run.held_accuracy[-1] > 0.5 else 0.05)),
                       color=styles[name]["color"])  # fmt: skip
    below.set(ylim=(0, 1.05), xlim=(0, len(run.held_accuracy) - 1), xlabel="steps", ylabel="accuracy")
    return figure
