"""``Detective``: a loss curve is shown, the reader names the fault, and is told what was run."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import Tensor
from traitlets import Enum, Float, Int, List, Unicode

from kernelfree import Explorable
from lossbook.figures import new_figure
from lossbook.practice.runs import Case, cases, ten_digits
from lossbook.style import FAINT, line

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LETTERS = "ABCDEFGH"
#: No axis of losses is higher than this; a curve may leave it.
HIGHEST = 16.0


class Detective(Explorable):
    """Eight executed runs, one shown at a time; ``guess`` is the fault that the reader named, -1 for none."""

    _esm = Path(__file__).with_name("detective.js")
    _css = Path(__file__).with_name("practice.css")
    name = "detective"
    title = "What is wrong with this run?"
    description = (
        "The loss of a run on training and on held-out pictures, and its accuracy below, over the steps; eight runs to "
        "choose from, and eight faults to name."
    )
    space = ("53rem", "30.6rem")

    shown = Enum(list(LETTERS), default_value="A").tag(sync=True)
    guess = Int(-1, min=-1, max=7).tag(sync=True)
    faults = List(Unicode(), read_only=True).tag(sync=True, data=True)
    seen = List(Unicode(), read_only=True).tag(sync=True, data=True)
    curves = List(List(List(Float())), read_only=True).tag(sync=True, data=True)

    def __init__(self, runs: list[Case] | None = None, **state: Any) -> None:
        """``runs`` as from ``cases``, which is called if there are none."""
        self.cases = cases(ten_digits()) if runs is None else runs
        self.set_trait("faults", [case.fault for case in self.cases])
        self.set_trait("seen", [case.seen for case in self.cases])
        self.set_trait("curves", [[_short(part) for part in case.curve] for case in self.cases])
        super().__init__(**state)

    def still(self) -> Figure:
        curve = self.cases[LETTERS.index(self.shown)].curve
        figure, panels = new_figure((6.4, 4.6), ["loss"], ["accuracy"], height_ratios=[3, 2])
        top, below = panels["loss"], panels["accuracy"]
        top.axhline(math.log(10), color=FAINT, linewidth=1)
        top.annotate(
            "ln 10",
            (len(curve.train_loss) - 1, math.log(10)),
            (0, 3),
            textcoords="offset points",
            ha="right",
            va="bottom",
        )
        top.plot(curve.train_loss, **line("loss"))
        top.plot(curve.held_loss, **line("loss", linestyle=(0, (4, 2))))
        below.plot(curve.held_accuracy, **line("accuracy"))
        highest = max(curve.train_loss.max().item(), curve.held_loss.max().item(), 2.62)
        lowest = min(curve.train_loss.min().item(), 0)
        top.set(xlim=(0, 100), ylim=(1.05 * lowest, min(1.05 * highest, HIGHEST)), ylabel="loss (nats)")
        top.set_title(f"Run {self.shown}: solid on training, dashed on held-out pictures")
        below.set(xlim=(0, 100), ylim=(0, 1), ylabel="accuracy,\nheld out", xlabel="step")
        return figure


def _short(numbers: Tensor) -> list[float]:
    """Four digits of each, which is more than a plot shows."""
    return [float(f"{x:.4g}") for x in numbers.tolist()]
