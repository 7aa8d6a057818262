"""``StandStill``: the first page's figure, one weight and two lines, one of which does not move."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch.nn.functional import cross_entropy
from traitlets import Float, Int, List

from kernelfree import Explorable
from lossbook.accuracy.plots import draw_one_weight
from lossbook.accuracy.runs import fit, random_start
from lossbook.accuracy.staircase import Line, staircase, weight_line
from lossbook.data.digits import Digits, threes_and_sevens

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class StandStill(Explorable):
    """Show accuracy and cross-entropy over one weight, between two steps of accuracy's staircase."""

    _esm = Path(__file__).with_name("stand_still.js")
    _css = Path(__file__).with_name("one_weight.css")
    name = "stand-still"
    title = "Move the weight. Which number changes?"
    description = (
        "Accuracy and cross-entropy of a trained model over the value of one of its weights. Accuracy is a level line: "
        "no answer changes. Cross-entropy is a shallow bowl whose lowest point lies inside the range."
    )
    space = ("21rem", "26.3rem")

    w = Float(0.0, min=-0.5, max=0.72).tag(sync=True)
    offset = List(Float(), read_only=True).tag(sync=True, data=True)
    slope = List(Float(), read_only=True).tag(sync=True, data=True)
    target = List(Int(), read_only=True).tag(sync=True, data=True)

    def __init__(self, line: Line, low: float = -0.5, high: float = 0.72, **state: Any) -> None:
        """Show ``line``, as from ``weight_line``; ``ValueError`` if an answer changes from ``low`` to ``high``."""
        edges = staircase(line).edges
        if ((edges >= low) & (edges <= high)).any():
            raise ValueError(f"accuracy does not stand still from {low} to {high}: choose two ends between its edges")
        self.line = line
        # A millionth off a logit moves no digit that is shown, and the figure is a third as large.
        self.set_trait("offset", [round(z, 6) for z in line.offset.tolist()])
        self.set_trait("slope", line.slope.tolist())
        self.set_trait("target", line.target.tolist())
        super().__init__(**state)

    def still(self) -> Figure:
        limits = self.traits()["w"]
        return draw_one_weight(self.line, self.w, self.w, limits.min, limits.max, size=(6.4, 3.6))


def stand_still(digits: Digits | None = None, seed: int = 1, pixel: int = 36) -> StandStill:
    """Train the model of chapter 4 (well under a second) and show the weight of ``pixel`` around its trained value."""
    digits = digits or threes_and_sevens()
    weight, bias = fit(digits, cross_entropy, random_start(seed)).final
    return StandStill(weight_line(digits.x_train, digits.y_train, weight, bias, pixel))
