"""``BettingGame``: a truth q, a stated p, four ways to pay, and where each of them is cheapest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from traitlets import Float

from kernelfree import Explorable
from lossbook.confidence.plots import draw_betting

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class BettingGame(Explorable):
    """Expected cost of stating ``p`` where the truth is ``q``, for four ways to pay; both are dragged."""

    _esm = Path(__file__).with_name("betting.js")
    _css = Path(__file__).with_name("confidence.css")
    name = "betting-game"
    title = "What does it pay to say?"
    description = (
        "Four curves of expected cost over the stated probability p from 0 to 1. Log loss and Brier score are bowls, "
        "lowest where p is the truth q. The mean of |p - y| is a straight line, lowest at an end. The share wrong is a "
        "step: level on both sides of one half."
    )
    space = ("36rem", "22rem")

    q = Float(0.7, min=0.0, max=1.0).tag(sync=True)
    p = Float(0.4, min=0.0, max=1.0).tag(sync=True)

    def still(self) -> Figure:
        return draw_betting(self.q, self.p)
