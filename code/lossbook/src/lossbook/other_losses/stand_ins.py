"""Accuracy's own loss and what can stand in for it, over the margin of one example, under a slider."""

from __future__ import annotations

from typing import Any

import torch
from matplotlib.figure import Figure

from lossbook.figures import Draw, new_figure, settle
from lossbook.other_losses.surrogates import LOGARITHMIC, SURROGATES, in_bits, slope
from lossbook.style import COLORS, INK, line

#: Told apart by line style and by mark, so that no colour is needed.
_STYLES: dict[str, dict[str, Any]] = {
    "right or wrong": line("accuracy"),
    "sigmoid": line("right", linestyle="-."),
    "squared error": line("right", linestyle="-", linewidth=1.2, marker="x", markevery=(4, 16), markersize=6),
    "hinge": line("other"),
    "focal": line("loss", linestyle="--", linewidth=1.4, marker="s", markevery=(12, 16), markersize=4),
    "cross-entropy": line("loss"),
}


def stand_ins() -> Draw:
    """``draw(margin, unit)``: accuracy's own loss and its stand-ins over one example's margin, with tangents."""
    figure, panels = new_figure((5.6, 4.4), ["losses"])
    ax = panels["losses"]
    left, right = torch.linspace(-4, 0, 81, dtype=torch.float64), torch.linspace(0, 4, 81, dtype=torch.float64)[1:]
    everywhere = torch.cat([left, right])
    dots, tangents, curves = {}, {}, {}
    for name, loss in SURROGATES.items():
        for part in (left, right) if name == "right or wrong" else (everywhere,):
            (curves[name],) = ax.plot(part, loss(part), **_STYLES[name], label=name if part[0] < 0 else None)
        (tangents[name],) = ax.plot([], [], color=COLORS["gradient"], linewidth=1.5)
        (dots[name],) = ax.plot([], [], "o", color=_STYLES[name]["color"], markersize=6)
    ax.axvline(0, color=INK, linewidth=0.8)
    ax.set(xlim=(-4, 4), ylim=(-0.3, 6), xlabel="margin (below 0: wrong)", ylabel="loss of one example")
    ax.legend(loc="upper right", bbox_to_anchor=(0.92, 1), fontsize=10)
    settle(figure)

    def draw(margin: float = -2.0, unit: str = "nats") -> tuple[Figure, str]:
        """Six losses of one example against its margin from far below 0 to far above, with a tangent on each.

        Right or wrong is 1 below zero and 0 above, level on both sides. Sigmoid is the same step made smooth, and
        squared error its square: far below zero both are nearly level too. Hinge falls in a straight line to 0 at a
        margin of 1. Cross-entropy is steep on the left and ever flatter on the right; focal runs beside it on the left
        and drops to 0 much sooner on the right.
        """
        at, said = torch.tensor([margin], dtype=torch.float64), []
        for name, plain in SURROGATES.items():
            loss = in_bits(plain) if name in LOGARITHMIC and unit == "bits" else plain
            height, tilt = loss(at).item(), slope(loss, at).item()
            if name in LOGARITHMIC:
                curves[name].set_ydata(loss(everywhere))
            ends = [margin - 0.7, margin + 0.7]
            tangents[name].set_data(ends, [height + tilt * (end - margin) for end in ends])
            dots[name].set_data([margin], [height])
            of = f" {unit}" if name in LOGARITHMIC else ""
            said.append(f"{name}: {height:.3f}{of}, slope {tilt + 0.0:.3f}".replace(" -", " −"))
        return figure, f"margin {margin:.2f}\n".replace("-", "−") + "\n".join(said)

    return draw
