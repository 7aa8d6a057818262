"""``StandStill``: one weight, two lines, one of them standing still; the first page's figure."""

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
    """One weight, two lines, one of them standing still: the weight moves between two steps of accuracy's staircase."""

    _esm = Path(__file__).with_name("stand_still.js")
    _css = Path(__file__).with_name("one_weight.css")
    name = "stand-still"
    title = "Move the weight. Which of the two notices?"
    description = (
        "Accuracy and cross-entropy of a real model over the value of one of its weights. Accuracy is a level line: "
        "not one of the pictures is read differently. Cross-entropy rises from left to right."
    )
    space = ("21rem", "25.5rem")

    w = Float(2.3, min=2.0, max=2.95).tag(sync=True)
    offset = List(Float(), read_only=True).tag(sync=True, data=True)
    slope = List(Float(), read_only=True).tag(sync=True, data=True)
    target = List(Int(), read_only=True).tag(sync=True, data=True)

    def __init__(self, line: Line, low: float = 2.0, high: float = 2.95, **state: Any) -> None:
        """``line`` as from ``weight_line``, on which no reading may change from ``low`` to ``high``."""
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
    """The small figure: the chapter's own digits, model and weight, trained anew in well under a second."""
    digits = digits or threes_and_sevens()
    weight, bias = fit(digits, cross_entropy, random_start(seed)).final
    return StandStill(weight_line(digits.x_train, digits.y_train, weight, bias, pixel))
