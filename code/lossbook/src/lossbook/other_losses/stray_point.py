"""Three examples and a stray, one weight, and where each mean loss is least; the stray's distance under a slider."""

from __future__ import annotations

import torch
from matplotlib.figure import Figure

from lossbook.figures import Draw, new_figure, settle
from lossbook.other_losses.stray import TOGETHER, best_weight, mean_loss
from lossbook.other_losses.surrogates import cross_entropy, hinge, in_bits, zero_one
from lossbook.style import COLORS, INK, line

_STYLES = {"error": line("accuracy"), "cross-entropy": line("loss"), "hinge": line("other")}
_LOSSES = {"error": zero_one, "cross-entropy": in_bits(cross_entropy), "hinge": hinge}


def stray_point() -> Draw:
    """``draw(distance)``: the four examples, and error, cross-entropy (bits) and hinge over the one weight."""
    figure, panels = new_figure((5.6, 4.8), ["examples"], ["losses"], height_ratios=[1, 4])
    ax, strip = panels["losses"], panels["examples"]
    weights = torch.linspace(-1, 2.5, 141, dtype=torch.float64)
    below, above = weights[weights < 0], weights[weights > 0]
    strip.plot([1] * TOGETHER, [0.25, 0.5, 0.75], "o", color=COLORS["right"], markersize=7)
    (stray,) = strip.plot([], [], "x", color=COLORS["loss"], markersize=9, markeredgewidth=2)
    strip.axvline(0, color=INK, linewidth=0.8)
    strip.set(xlim=(-0.6, 9.6), ylim=(0, 1), yticks=[], xlabel="x (circles: class 1, cross: class 0)")
    strip.spines["left"].set_visible(False)
    steps = [ax.plot([], [], **_STYLES["error"], label=label)[0] for label in ("error", None)]
    curves = {
        name: ax.plot([], [], **_STYLES[name], label=label)[0]
        for name, label in (("cross-entropy", "cross-entropy"), ("hinge", "hinge"))
    }
    dots = {name: ax.plot([], [], mark, color=_STYLES[name]["color"], markersize=8)[0]
            for name, mark in (("cross-entropy", "o"), ("hinge", "D"))}  # fmt: skip
    ax.axvline(0, color=INK, linewidth=0.8)
    ax.set(xlim=(-1, 2.5), ylim=(0, 3), xlabel="the one weight w", ylabel="mean of the four")
    ax.legend(loc="upper right", bbox_to_anchor=(0.9, 1), fontsize=10)
    settle(figure)

    def draw(distance: float = 1.0) -> tuple[Figure, str]:
        """Mean losses of four examples over one weight, and the least of each.

        The error is a step: three of four wrong below a weight of zero, one of four above it. Cross-entropy and hinge
        are valleys. With the stray near, their lowest points lie above zero, with the stray far off below zero.
        """
        stray.set_data([distance], [0.5])
        for part, drawn in zip((below, above), steps, strict=True):
            drawn.set_data(part, mean_loss(zero_one, part, distance))
        said = [f"stray at x = {distance:.2f}"]
        for name, curve in curves.items():
            curve.set_data(weights, mean_loss(_LOSSES[name], weights, distance))
            best = torch.tensor(best_weight(_LOSSES[name], distance), dtype=torch.float64)
            least = mean_loss(_LOSSES[name], best, distance).item()
            dots[name].set_data([best], [least])
            where = f"{best:.2f}: error {mean_loss(zero_one, best, distance):.2f}"
            if distance == TOGETHER:  # where the pulls cancel: a tie of all four, and a level floor
                where = "0: four ties" if name == "cross-entropy" else f"{-1 / distance:.2f} to 1: either error"
            unit = " bits" if name == "cross-entropy" else ""
            said.append(f"{name} is least, {least:.3f}{unit}, at w = {where}".replace("= -", "= −"))
        return figure, "\n".join(said)

    return draw
