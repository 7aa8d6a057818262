"""A factor on all logits, under a slider: what it does to accuracy, confidence, loss and calibration."""

from __future__ import annotations

import torch
from matplotlib.figure import Figure

from lossbook.confidence.metrics import reliability, report
from lossbook.figures import BAND, Draw, new_figure, settle
from lossbook.style import COLORS, INK, line


def logit_scale(logits: torch.Tensor, target: torch.Tensor) -> Draw:
    """``draw(power)``: what a factor on all logits (N, 2) does to accuracy, confidence, loss and calibration."""
    figure, panels = new_figure((5.6, 6.0), ["shares"], ["loss"], ["bins"], height_ratios=[1, 1, 1.2])
    scales = torch.logspace(-1, 2, 61, dtype=torch.float64)
    reports = [report(logits * s, target) for s in scales.tolist()]
    panels["shares"].plot(scales, [r.accuracy for r in reports], **line("accuracy"))
    panels["shares"].plot(scales, [r.confidence for r in reports], **line("right"))
    panels["shares"].annotate("accuracy", (0.11, 0.90), color=COLORS["accuracy"])
    panels["shares"].annotate("mean confidence", (0.2, 0.6), color=COLORS["right"])
    panels["loss"].plot(scales, [r.nll for r in reports], **line("loss"))
    panels["shares"].set(ylim=(0.45, 1.05), ylabel="share")
    panels["loss"].set(ylim=(0, 0.55), ylabel="NLL (nats)", xlabel="factor on every logit")
    dots, marks = {}, []
    for name in ("shares", "loss"):
        panels[name].set(xscale="log", xlim=(0.1, 100))
        panels[name].set_xticks([0.1, 1, 10, 100], ["0.1", "1", "10", "100"] if name == "loss" else [])
        panels[name].minorticks_off()
        marks.append(panels[name].axvline(1, **BAND))
        (dots[name],) = panels[name].plot([], [], "o", color=INK, markersize=5)
    ax = panels["bins"]
    ax.plot([0.5, 1], [0.5, 1], color=INK, linewidth=1, linestyle=":")
    (gaps,) = ax.plot([], [], color=COLORS["gradient"], linewidth=2)
    (groups,) = ax.plot([], [], "o", color=COLORS["accuracy"], markersize=8)
    ax.set(xlim=(0.48, 1.02), ylim=(-0.05, 1.1), xlabel="confidence of a group of predictions", ylabel="right")
    settle(figure)

    def draw(power: float = 0.0) -> tuple[Figure, str]:
        """Accuracy, mean confidence and loss over a factor on the logits from a tenth to a hundred, and calibration.

        Accuracy is level. Mean confidence climbs from about 0.6 past it to 1. The negative log-likelihood falls, has
        its minimum near a factor of 3, and rises again. Below, the predictions in groups of like confidence: above the
        dotted line they are right more often than they are sure, below it less often.
        """
        factor = 10**power
        now, bins = report(logits * factor, target), reliability(logits * factor, target)
        for mark in marks:
            mark.set_xdata([factor, factor])
        dots["shares"].set_data([factor, factor], [now.accuracy, now.confidence])
        dots["loss"].set_data([factor], [now.nll])
        groups.set_data(bins.confidence, bins.accuracy)
        blank = torch.full_like(bins.confidence, torch.nan)
        gaps.set_data(
            torch.stack([bins.confidence, bins.confidence, blank], 1).flatten(),
            torch.stack([bins.confidence, bins.accuracy, blank], 1).flatten(),
        )
        return figure, (
            f"factor {factor:.3g}\naccuracy {now.accuracy:.3f}   mean confidence {now.confidence:.3f}   "
            f"calibration error {now.calibration_error:.3f}\n"
            f"NLL {now.nll:.4f} nats = {now.bits:.4f} bits   perplexity {now.perplexity:.4f}"
        )

    return draw
