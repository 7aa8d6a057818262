"""``FloatCliff``: in four float types, where the loss is exactly 0 and where log(softmax) is infinite."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from traitlets import Dict, Int, List, Unicode

from kernelfree import Explorable
from lossbook.figures import new_figure
from lossbook.practice.cliffs import DTYPES, Reading, cliff, leads, reading
from lossbook.style import COLORS, FAINT

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LEADS = leads()


def place(lead: float) -> float:
    """Map a lead to its place on the axis: one unit for each doubling of its distance from 0."""
    return math.copysign(math.log2(1 + abs(lead)), lead)


class FloatCliff(Explorable):
    """A lead dragged over ``LEADS``; each type's loss and slope, fused and as log of softmax, as torch has them."""

    _esm = Path(__file__).with_name("float_cliff.js")
    _css = Path(__file__).with_name("practice.css")
    name = "float-cliff"
    title = "Where floats end"
    description = (
        f"Four lanes, one a float type, over the lead of the right class from wrong by {-LEADS[0]} to right by "
        f"{LEADS[-1]}. At the left end of each lane log of softmax is infinite; at the right end the loss is exactly 0."
        " float64 has the widest stretch between; bfloat16 is wide on the left and narrow on the right."
    )
    space = ("33rem", "36.5rem")

    step = Int(LEADS.index(-104), min=0, max=len(LEADS) - 1).tag(sync=True)
    leads = List(Int(), default_value=LEADS, read_only=True).tag(sync=True, data=True)
    cliffs = Dict(read_only=True).tag(sync=True, data=True)
    readings = List(List(List(Unicode())), read_only=True).tag(sync=True, data=True)

    def __init__(self, **state: Any) -> None:
        self.set_trait("cliffs", {dtype: list(cliff(dtype)) for dtype in DTYPES})
        self.set_trait("readings", [[_short(reading(lead, dtype)) for dtype in DTYPES] for lead in LEADS])
        super().__init__(**state)

    def still(self) -> Figure:
        figure, panels = new_figure((6.4, 3.4), ["lanes"])
        ax = panels["lanes"]
        low, high = place(LEADS[0]), place(LEADS[-1])
        for row, dtype in enumerate(DTYPES):
            zero, infinite = cliff(dtype)
            left, right = place(-infinite), place(zero)
            for start, end, meaning, hatch in (
                (left, right, "right", ""),
                (low, left, "gradient", "////"),
                (right, high, "other", "...."),
            ):
                ax.barh(row, end - start, 0.55, left=start, color="none", edgecolor=COLORS[meaning], hatch=hatch)
            ax.text(0, row, dtype, ha="center", va="center")
            ax.text(place(-infinite), row - 0.32, f"−{infinite}", ha="center", va="bottom", fontsize=9)
            ax.text(place(zero), row - 0.32, str(zero), ha="center", va="bottom", fontsize=9)
        ax.text(low, -0.75, "−log(softmax) = ∞", ha="left", fontsize=9)
        ax.text(high, -0.75, "loss = 0", ha="right", fontsize=9)
        ax.axvline(place(LEADS[self.step]), color=FAINT, linewidth=1.5)
        ticks = [-1000, -100, -10, 0, 10, 40]
        ax.set(
            xlim=(low, high), ylim=(3.5, -1), yticks=[], xlabel="lead of the right class’s logit (a doubling a step)"
        )
        ax.set_xticks([place(t) for t in ticks], [str(t).replace("-", "−") for t in ticks])
        ax.spines["left"].set_visible(False)
        return figure


def _short(numbers: Reading) -> list[str]:
    """Three digits of each; "inf" and "nan" by their names."""
    return [f"{x + 0.0:.3g}" for x in numbers]
