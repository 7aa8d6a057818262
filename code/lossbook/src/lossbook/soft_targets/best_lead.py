"""The loss with a smoothed target over the lead of the right logit, under a slider for the smoothing."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from matplotlib.figure import Figure

from lossbook.figures import Draw, new_figure, settle
from lossbook.information.measures import entropy, smoothed
from lossbook.style import COLORS, INK, line


def lead_losses(leads: torch.Tensor, classes: int, epsilon: float) -> torch.Tensor:
    """Compute the smoothed loss in nats of an example whose right logit leads all others by each of ``leads`` (K,)."""
    logits = F.pad(leads[:, None], (0, classes - 1))
    target = torch.zeros(len(leads), dtype=torch.long)
    return F.cross_entropy(logits, target, label_smoothing=epsilon, reduction="none")


def best_lead(classes: int, epsilon: float) -> float:
    """Compute the lead at which the smoothed loss is lowest: infinite without smoothing."""
    q = smoothed(classes, epsilon)
    return math.log(q[0] / q[1]) if epsilon else math.inf


def best_lead_figure(classes: int = 10) -> Draw:
    """``draw(smoothing)``: the smoothed loss over the lead, its lowest point and its floor."""
    figure, panels = new_figure((6.4, 3.8), ["loss"])
    ax = panels["loss"]
    leads = torch.linspace(-2, 10, 121, dtype=torch.float64)
    (curve,) = ax.plot(leads, leads, **line("loss"))
    (floor,) = ax.plot([-2, 10], [0, 0], **line("other", linewidth=1.2))
    (dot,) = ax.plot([], [], "o", color=COLORS["loss"], markersize=8)
    ax.axvline(0, color=INK, linewidth=0.8)
    ax.set(xlim=(-2, 10), ylim=(0, 5), xlabel="lead of the right logit over all the others", ylabel="loss (nats)")
    settle(figure)

    def draw(smoothing: float = 0.1) -> tuple[Figure, str]:
        """The loss of one example over the lead of its right logit, and a dotted line at the entropy of its target.

        Without smoothing the curve falls towards 0 all the way. With smoothing it has a lowest point, where it touches
        the dotted line, and rises again to the right of it; the more smoothing, the higher the line and the further to
        the left the point.
        """
        losses, lowest = lead_losses(leads, classes, smoothing), entropy(smoothed(classes, smoothing)).item()
        curve.set_ydata(losses)
        floor.set_ydata([lowest, lowest])
        lead = best_lead(classes, smoothing)
        dot.set_data(([lead], [lowest]) if math.isfinite(lead) else ([], []))
        where = f"at a lead of {lead:.2f}" if math.isfinite(lead) else "never reached"
        return figure, f"smoothing {smoothing:.2f}: floor {lowest:.3f} nats, {where}"

    return draw
