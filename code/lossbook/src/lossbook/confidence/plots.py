"""The stills of the chapter on confidence: each function takes what was computed and returns a matplotlib figure."""

from __future__ import annotations

from matplotlib.figure import Figure

from lossbook.accuracy.runs import Run
from lossbook.figures import new_figure
from lossbook.style import line


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
