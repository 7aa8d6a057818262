"""``OneWeight``: accuracy and cross-entropy over any one weight of a real model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from traitlets import Bool, Float, Int, List, Unicode

from kernelfree import Explorable
from lossbook.accuracy.plots import draw_one_weight
from lossbook.accuracy.staircase import Line, weight_line
from lossbook.data.digits import SIDE, Digits

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: The values of a weight that the figure shows, and the longest and shortest step.
LOW, HIGH = -10.0, 12.0
LONGEST, SHORTEST = 4.0, 1e-6


def pack(x: torch.Tensor) -> list[str]:
    """Pictures (N, 64) of sixteenths as N texts, one letter a pixel, "a" to "q": small on its way to the browser."""
    levels = (x * 16).round().long()
    if not torch.equal(levels.to(x.dtype) / 16, x) or levels.min() < 0 or levels.max() > 16:
        raise ValueError("pictures must hold sixteenths from 0 to 1, as threes_and_sevens gives them")
    return ["".join(chr(97 + level) for level in row) for row in levels.tolist()]


class OneWeight(Explorable):
    """Any of the 64 weights of a linear model, moved by hand; all others held where training left them.

    ``pixel`` is the weight's index, ``w_old`` its value, ``h`` the step's length
    (``w_new = w_old + h``), ``close_up`` whether the plots show a narrow window around the two points.
    """

    _esm = Path(__file__).with_name("one_weight.js")
    _css = Path(__file__).with_name("one_weight.css")
    name = "one-weight"
    title = "One weight of a model that tells 3s from 7s"
    description = (
        "A picture of the model's weights, one a pixel, one of them chosen. Above, accuracy over its value, a "
        "staircase of level pieces; below, cross-entropy over the same values, a smooth bowl. Two points on each, x "
        "old and w new, are joined by a line: level on the staircase unless a step lies between them, "
        "tilted on the curve. A table gives rise, run, rise over run and the derivative."
    )
    space = ("79rem", "55.5rem")

    pixel = Int(36, min=0, max=SIDE * SIDE - 1).tag(sync=True)
    w_old = Float(2.25, min=-8.0, max=8.0).tag(sync=True)
    h = Float(0.25, min=SHORTEST, max=LONGEST).tag(sync=True)
    close_up = Bool(False).tag(sync=True)

    pictures = List(Unicode(), read_only=True).tag(sync=True, data=True)
    target = List(Int(), read_only=True).tag(sync=True, data=True)
    weight = List(Float(), read_only=True).tag(sync=True, data=True)
    bias = Float(0.0, read_only=True).tag(sync=True, data=True)
    blank = List(Int(), read_only=True).tag(sync=True, data=True)
    reach = List(Float(), default_value=[LOW, HIGH], read_only=True).tag(sync=True, data=True)

    def __init__(self, digits: Digits, weight: torch.Tensor, bias: torch.Tensor, **state: Any) -> None:
        """``weight`` (64,) and ``bias`` () are the model, ``digits.x_train`` the pictures it is judged on."""
        self._model = (digits.x_train, digits.y_train, weight.detach(), bias.detach())
        self.set_trait("pictures", pack(digits.x_train))
        self.set_trait("target", digits.y_train.tolist())
        self.set_trait("weight", weight.tolist())
        self.set_trait("bias", float(bias))
        self.set_trait("blank", digits.blank_pixels())
        super().__init__(**state)

    @property
    def w_new(self) -> float:
        """Where the step ends."""
        return self.w_old + self.h

    @property
    def line(self) -> Line:
        """The line in weight space that the figure shows."""
        return weight_line(*self._model, self.pixel)

    def still(self) -> Figure:
        return draw_one_weight(self.line, self.w_old, self.w_new, LOW, HIGH)
