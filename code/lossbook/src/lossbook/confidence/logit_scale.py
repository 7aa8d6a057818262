"""A factor on all logits, under a slider: what it does to accuracy, confidence and loss."""

from __future__ import annotations

from collections.abc import Callable

import torch
from matplotlib.figure import Figure
from torch import Tensor

from lossbook.confidence.metrics import report
from lossbook.figures import BAND, Draw, new_figure, settle
from lossbook.style import COLORS, INK, line


def logit_scale(val: tuple[Tensor, Tensor], test: tuple[Tensor, Tensor]) -> Draw:
    """``draw(factor)``: a factor on all logits (N, C), on two sets of pictures with target (N,)."""
    figure, panels = new_figure((5.6, 4.6), ["shares"], ["loss"])
    scales = torch.logspace(-1, 1, 61, dtype=torch.float64)
    reports = {
        name: [report(logits * s, target) for s in scales.tolist()]
        for name, (logits, target) in {"val": val, "test": test}.items()
    }
    panels["shares"].plot(scales, [r.accuracy for r in reports["test"]], **line("accuracy"))
    panels["shares"].plot(scales, [r.confidence for r in reports["test"]], **line("right"))
    panels["shares"].annotate("accuracy", (0.11, 0.95), color=COLORS["accuracy"])
    panels["shares"].annotate("mean confidence", (0.27, 0.5), color=COLORS["right"])
    panels["loss"].plot(scales, [r.nll for r in reports["val"]], **line("loss", linewidth=1.2))
    panels["loss"].plot(scales, [r.nll for r in reports["test"]], **line("loss", linestyle=(0, (4, 2))))
    panels["loss"].annotate("validation", (1.05, 1.55), color=COLORS["loss"])
    panels["loss"].annotate("test (dashed)", (1.9, 0.3), color=COLORS["loss"])
    panels["shares"].set(ylim=(0, 1.05), ylabel="share, test")
    panels["loss"].set(ylim=(0, 2), ylabel="loss (nats)", xlabel="factor on every logit")
    dots, marks = {}, []
    for name in ("shares", "loss"):
        panels[name].set(xscale="log", xlim=(0.1, 10))
        panels[name].set_xticks([0.1, 1, 10], ["0.1", "1", "10"] if name == "loss" else [])
        panels[name].minorticks_off()
        marks.append(panels[name].axvline(1, **BAND))
        (dots[name],) = panels[name].plot([], [], "o", color=INK, markersize=5)
    settle(figure)

    def draw(factor: float = 1.0) -> tuple[Figure, str]:
        """Accuracy, mean confidence and loss over a factor on the logits from a tenth to ten.

        Accuracy is level. Mean confidence climbs past it towards 1. The loss falls, has its minimum at a
        factor below 1, and rises again, on the validation pictures as on the test pictures.
        """
        now = {name: report(logits * factor, target) for name, (logits, target) in {"val": val, "test": test}.items()}
        for mark in marks:
            mark.set_xdata([factor, factor])
        dots["shares"].set_data([factor, factor], [now["test"].accuracy, now["test"].confidence])
        dots["loss"].set_data([factor, factor], [now["val"].nll, now["test"].nll])
        return figure, (
            f"factor {factor:.3g}\naccuracy {now['test'].accuracy:.3f}   mean confidence {now['test'].confidence:.3f}\n"
            f"loss {now['val'].nll:.3f} nats on validation pictures, {now['test'].nll:.3f} on test pictures"
        )

    return draw


def scale_goals(val: tuple[Tensor, Tensor], test: tuple[Tensor, Tensor]) -> dict[str, Callable[[float], bool]]:
    """Tasks for the reader of ``logit_scale`` with these pictures: what to reach, and for which factor it is."""

    def within(factor: float) -> float:
        logits, target = val
        return report(logits * factor, target).nll

    def least(factor: float) -> bool:
        # No factor a fifth smaller or larger costs less; so it is for the two or three factors around the minimum.
        return within(factor) <= min(within(factor / 1.2), within(factor * 1.2))

    def meet(factor: float) -> bool:
        now = report(test[0] * factor, test[1])
        return abs(now.confidence - now.accuracy) < 0.02

    return {
        "Find where the loss on the validation pictures is least": least,
        "Make the mean confidence as high as the accuracy, within two in a hundred": meet,
    }
