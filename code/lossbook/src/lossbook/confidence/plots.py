"""The static figures of the chapter on confidence: each function draws numbers that were computed elsewhere."""

from __future__ import annotations

import math
from typing import Any

import torch
from matplotlib.figure import Figure
from matplotlib.patches import Polygon
from torch import Tensor

from lossbook.confidence.costs import expected_costs
from lossbook.confidence.metrics import reliability
from lossbook.figures import new_figure
from lossbook.style import COLORS, FAINT, INK, line

#: The four ways to pay: a label and how its curve is drawn. Brier borrows a dash of its own.
WAYS = {
    "log": ("log loss", line("loss")),
    "brier": ("Brier", line("gradient")),
    "distance": ("|p − y|", line("other")),
    "error": ("share wrong", line("accuracy")),
}


def draw_run(
    step: Tensor, train_loss: Tensor, loss: Tensor, accuracy: Tensor, confidence: Tensor, least: int
) -> Figure:
    """Draw a run over its steps, all (R,): loss above, accuracy and confidence below, dotted at the least loss."""
    figure, panels = new_figure((6.4, 4.8), ["loss"], ["shares"])
    top, below = panels["loss"], panels["shares"]
    top.plot(step, loss, **line("loss"))
    top.plot(step, train_loss, **line("loss", linewidth=1, alpha=0.8))
    below.plot(step, accuracy, **line("accuracy"))
    below.plot(step, confidence, **line("right"))
    last = float(step[-1])
    for ax, text, height, meaning in (
        (top, "validation", float(loss[-1]) + 0.12, "loss"),
        (top, "training", 0.06, "loss"),
        (below, "mean confidence", float(confidence[-1]) + 0.012, "right"),
        (below, f"accuracy, from {accuracy[0]:.2f}", float(accuracy[-1]) - 0.04, "accuracy"),
    ):
        ax.annotate(text, (last, height), xytext=(-4, 0), textcoords="offset points", ha="right", color=COLORS[meaning])
    for ax in (top, below):
        ax.axvline(float(step[least]), color=INK, linewidth=1, linestyle=":")
        ax.set_xscale("symlog", linthresh=10, linscale=0.5)
        ax.set_xlim(0, last)
        ax.set_xticks([0, 10, 100, last], ["0", "10", "100", f"{last:.0f}"] if ax is below else [])
        ax.minorticks_off()
    top.annotate("least", (float(step[least]), 1.8), xytext=(5, 0), textcoords="offset points")
    top.set(ylim=(0, 2.4), ylabel="loss (nats)")
    below.set(ylim=(0.75, 1.0), ylabel="share of pictures", xlabel="steps of training (log scale from 10 on)")
    return figure


def draw_betting(q: float, p: float) -> Figure:
    """Expected cost over the stated probability, four ways to pay, each minimum marked; rods at q and p."""
    figure, panels = new_figure((6.4, 4.2), ["costs"])
    ax = panels["costs"]
    x = torch.linspace(0, 1, 101, dtype=torch.float64)
    costs, here = expected_costs(q, x), expected_costs(q, p)
    for name, (label, style) in WAYS.items():
        y = getattr(costs, name)
        parts = [x <= 0.5, x > 0.5] if name == "error" else [torch.isfinite(y)]
        for part in parts:
            ax.plot(x[part], y[part], **style, label=label if part is parts[0] else None)
        ax.plot(p, float(getattr(here, name)), "o", color=style["color"], markerfacecolor="white", markersize=6)
    for name, best, marker in (("log", q, "o"), ("brier", q, "s"), ("distance", float(q > 0.5), "D")):
        value = float(getattr(expected_costs(q, best), name))
        ax.plot(best, value, marker, color=WAYS[name][1]["color"], markersize=8, clip_on=False)
    flat = (0.5, 1) if q > 0.5 else (0, 0.5)
    ax.plot(flat, [min(q, 1 - q)] * 2, color=COLORS["accuracy"], linewidth=8, alpha=0.3)
    for at, name in ((q, "q"), (p, "p")):
        ax.axvline(at, color=INK, linewidth=0.8)
        ax.annotate(name, (at, 1.5), xytext=(4, 0), textcoords="offset points")
    ax.set(xlim=(0, 1), ylim=(0, 1.6), xlabel="stated probability p", ylabel="expected cost")
    ax.legend(loc="upper left", bbox_to_anchor=(0.41, 1), fontsize=9)
    return figure


_CORNERS = torch.tensor([[0.5, math.sqrt(0.75)], [0.0, 0.0], [1.0, 0.0]], dtype=torch.float64)


def draw_simplex(right: float, share: float) -> Figure:
    """The triangle of three probabilities, A on top: lines of equal loss and of equal Brier score through one point."""
    figure, panels = new_figure((5.0, 4.6), ["triangle"])
    ax = panels["triangle"]

    def place(*probs: float) -> Tensor:
        return torch.tensor(probs, dtype=torch.float64) @ _CORNERS

    def level(p: float, **style: Any) -> None:
        ax.plot(*torch.stack([place(p, 1 - p, 0), place(p, 0, 1 - p)]).T, **style)

    outline = Polygon(_CORNERS.tolist(), closed=True, fill=False, edgecolor=INK, linewidth=1)
    ax.add_patch(outline)
    angle = torch.linspace(-math.pi / 6, math.pi / 6, 41, dtype=torch.float64)

    def circle(score: float, **style: Any) -> None:
        spots = _CORNERS[0] + math.sqrt(score / 2) * torch.stack([angle.sin(), -angle.cos()], 1)
        spots[spots[:, 1] < 0] = torch.nan
        ax.plot(*spots.T, **style)

    for p in (0.8, 0.6, 0.4, 0.2, 0.1):
        level(p, color=COLORS["loss"], linewidth=0.7, alpha=0.6)
    for score in (0.1, 0.3, 0.6, 1.0, 1.5):
        circle(score, **line("gradient", linewidth=0.7, alpha=0.6))
    middle = place(1 / 3, 1 / 3, 1 / 3)
    for half in (place(0.5, 0.5, 0), place(0.5, 0, 0.5)):
        ax.plot(*torch.stack([middle, half]).T, **line("accuracy"))
    ax.plot(*torch.stack([middle, place(0, 0.5, 0.5)]).T, color=FAINT, linewidth=1)
    probs = (right, (1 - right) * share, (1 - right) * (1 - share))
    brier = (1 - probs[0]) ** 2 + probs[1] ** 2 + probs[2] ** 2
    level(right, **line("loss"))
    circle(brier, **line("gradient"))
    ax.plot(*place(*probs), "o", color=INK, markersize=9, markerfacecolor="white", markeredgewidth=2)
    for text, spot in (("A, the right class", (0.5, 0.9)), ("B", (-0.04, -0.03)), ("C", (1.04, -0.03))):
        ax.annotate(text, spot, ha="center")
    for text, spot in (("A wins", (0.5, 0.62)), ("B wins", (0.17, 0.05)), ("C wins", (0.83, 0.05))):
        ax.annotate(text, spot, ha="center", color=COLORS["accuracy"])
    loss = -math.log(right) if right else math.inf
    ax.set_title(f"loss {loss:.3f} nats, Brier score {brier:.3f}")
    ax.set(xlim=(-0.1, 1.1), ylim=(-0.08, 0.96), aspect="equal")
    ax.axis("off")
    return figure


def draw_temperature(
    logits: Tensor, target: Tensor, T: float, bins: int, low: float, high: float, val: list[float], test: list[float]
) -> Figure:
    """Reliability of ``logits / T`` in ``bins`` groups beside the loss over the temperature on two sets of pictures."""
    figure, panels = new_figure((6.4, 3.4), ["groups", "loss"])
    ax, below = panels["groups"], panels["loss"]
    groups = reliability(logits / T, target, bins)
    ax.plot([0, 1], [0, 1], color=INK, linewidth=1, linestyle=":")
    for sure, right in zip(groups.confidence.tolist(), groups.accuracy.tolist(), strict=True):
        ax.plot([sure, sure], [sure, right], color=COLORS["gradient"], linewidth=2)
    sizes = (5 + 28 * (groups.count / groups.count.sum()).sqrt()) ** 2
    ax.scatter(groups.confidence, groups.accuracy, s=sizes, color=COLORS["accuracy"], alpha=0.6)
    ax.set(xlim=(0, 1.06), ylim=(0, 1.06), xlabel="confidence of a group", ylabel="share of it that is right")
    scale = torch.linspace(low, high, len(val), dtype=torch.float64)
    seen = torch.tensor(val) < 1.5  # what runs out of the frame is not drawn
    below.plot(scale[seen], torch.tensor(val)[seen], **line("loss"))
    below.plot(scale[seen], torch.tensor(test)[seen], **line("loss", linestyle=(0, (4, 2))))
    below.axvline(T, color=INK, linewidth=1)
    below.annotate("fitted on", (3.3, val[-1] - 0.3), color=COLORS["loss"])
    below.annotate("judged on", (1.7, 0.22), color=COLORS["loss"])
    below.set(xlim=(0, high), ylim=(0, 1.1), xlabel="temperature T", ylabel="loss (nats)")
    return figure
