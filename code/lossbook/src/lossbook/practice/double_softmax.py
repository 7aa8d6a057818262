"""``DoubleSoftmax``: the loss with softmax taken once and twice, and how hard each pulls on the right class's logit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import torch
from traitlets import Enum, Float

from kernelfree import Explorable
from lossbook.figures import new_figure
from lossbook.practice.twice import floor, losses_and_slopes
from lossbook.style import COLORS, line

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: The ends of the lead in both pictures.
LOWEST, HIGHEST = -10.0, 10.0
CLASSES = [2, 3, 5, 10, 100, 1000]


class DoubleSoftmax(Explorable):
    """Loss and pull over the lead of the right class, for softmax once and twice; the number of classes is chosen."""

    _esm = Path(__file__).with_name("double_softmax.js")
    _css = Path(__file__).with_name("practice.css")
    name = "double-softmax"
    title = "Softmax once, and softmax twice"
    description = (
        "Above, the loss over the lead of the right class's logit: taken of the logits it falls towards 0; taken of "
        "their probabilities it falls from one level to another, the floor, and no further. Below, how hard each loss "
        "pulls that logit up: the first almost fully where the example is badly wrong, the second not at all."
    )
    space = ("43rem", "44.2rem")

    lead = Float(-8.0, min=LOWEST, max=HIGHEST).tag(sync=True)
    classes = Enum(CLASSES, default_value=2).tag(sync=True)

    def still(self) -> Figure:
        lead = torch.linspace(LOWEST, HIGHEST, 81, dtype=torch.float64)
        curves = losses_and_slopes(lead, self.classes)
        figure, panels = new_figure((6.4, 5.6), ["loss"], ["pull"], height_ratios=[3, 2])
        top, below = panels["loss"], panels["pull"]
        for name, meaning, style in (("once", "loss", "-"), ("twice", "other", (0, (5, 2)))):
            loss, slope = curves[name]
            top.plot(lead, loss, **line(meaning, linestyle=style))
            below.plot(lead, -slope, **line(meaning, linestyle=style))
            here = losses_and_slopes(torch.tensor([self.lead], dtype=torch.float64), self.classes)[name]
            top.plot(self.lead, here[0], "o", color=COLORS[meaning], markersize=7)
            below.plot(self.lead, -here[1], "o", color=COLORS[meaning], markersize=7)
        level = floor(self.classes)
        for ax, text, place, lift in (
            (top, f"floor {level:.3f}", (6.5, level), 4),
            (top, "softmax once", (-2.5, curves["once"][0][30]), 6),
            (below, "once", (-5, 1), -14),
            (below, "twice", (-5, 0), 4),
        ):
            ax.annotate(text, place, (0, lift), textcoords="offset points")
        top.set(ylabel="loss (nats)", ylim=(0, None), xlim=(LOWEST, HIGHEST))
        below.set(ylabel="pull on the\nright logit", ylim=(-0.05, 1.1), xlim=(LOWEST, HIGHEST))
        below.set_xlabel(f"lead of the right class's logit over the other{'s' if self.classes > 2 else ''}")
        return figure
