"""``Simplex``: three probabilities as a point in a triangle, with the lines on which the loss does not change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from traitlets import Float

from kernelfree import Explorable
from lossbook.confidence.plots import draw_simplex

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Simplex(Explorable):
    """``right`` is the probability of the right class A; of the rest, ``share`` goes to B and what is left to C."""

    _esm = Path(__file__).with_name("simplex.js")
    _css = Path(__file__).with_name("confidence.css")
    name = "simplex"
    title = "Three probabilities, one point"
    description = (
        "A triangle with the right class A at the top. A point represents three probabilities that sum to one. The "
        "line of equal loss through it runs level from side to side: only A's share counts. The line of equal Brier "
        "score is a circle around A. Dashed lines divide the triangle by the answer: A near the top, B or C below."
    )
    space = ("43.5rem", "27.5rem")

    right = Float(0.34, min=0.0, max=1.0).tag(sync=True)
    share = Float(0.5, min=0.0, max=1.0).tag(sync=True)

    def still(self) -> Figure:
        return draw_simplex(self.right, self.share)
