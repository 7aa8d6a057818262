"""``ShapePicker``: shapes and dtypes of logits and target are chosen, and PyTorch's own answer appears."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from traitlets import Enum, Int, List, Unicode

from kernelfree import Explorable
from lossbook.figures import new_figure
from lossbook.practice.captured import FUNCTIONS, LOGITS_DTYPES, LOGITS_SHAPES, TARGET_DTYPES, TARGET_SHAPES, ask_all
from lossbook.style import COLORS

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class ShapePicker(Explorable):
    """A map of all pairings of shapes for a function and two dtypes; of the one that is chosen, what torch answers.

    ``answers`` holds, for every combination in the order of ``captured.ask_all``, an index into ``texts``, a list of
    what torch said and what to make of it.
    """

    _esm = Path(__file__).with_name("shape_picker.js")
    _css = Path(__file__).with_name("practice.css")
    name = "shape-picker"
    title = "Which shapes and dtypes fit?"
    description = (
        "A map of eight shapes of logits by eight shapes of targets: a tick where PyTorch returns a number, a cross "
        "where it raises. For class indices one target shape fits each shape of logits: the same without axis 1."
    )
    space = ("46rem", "25.5rem")

    function = Enum(list(FUNCTIONS), default_value="cross_entropy").tag(sync=True)
    logits = Enum(list(LOGITS_SHAPES), default_value="N, d1, C").tag(sync=True)
    logits_dtype = Enum(list(LOGITS_DTYPES), default_value="float32").tag(sync=True)
    target = Enum(list(TARGET_SHAPES), default_value="N, d1").tag(sync=True)
    target_dtype = Enum(list(TARGET_DTYPES), default_value="int64").tag(sync=True)
    shapes = List(List(Unicode()), read_only=True).tag(sync=True, data=True)
    texts = List(List(), read_only=True).tag(sync=True, data=True)
    answers = List(Int(), read_only=True).tag(sync=True, data=True)

    def __init__(self, **state: Any) -> None:
        self.all = ask_all()
        distinct = list(dict.fromkeys(self.all.values()))
        self.set_trait("texts", [[answer.said, answer.fine, answer.note] for answer in distinct])
        index = {answer: i for i, answer in enumerate(distinct)}
        self.set_trait("answers", [index[answer] for answer in self.all.values()])
        sizes = (LOGITS_SHAPES.values(), [shape or () for shape in TARGET_SHAPES.values()])
        self.set_trait("shapes", [[str(tuple(shape)) for shape in part] for part in sizes])
        super().__init__(**state)

    def still(self) -> Figure:
        figure, panels = new_figure((6.4, 4.2), ["map"])
        ax = panels["map"]
        for row, logits in enumerate(LOGITS_SHAPES):
            for column, target in enumerate(TARGET_SHAPES):
                fine = self.all[self.function, logits, self.logits_dtype, target, self.target_dtype].fine
                color = COLORS["right" if fine else "other"]
                ax.text(
                    column,
                    row,
                    "✓" if fine else "×",
                    ha="center",
                    va="center",
                    color=color,
                    fontweight="bold" if fine else "normal",
                    fontsize=13,
                )
        ax.set(xlim=(-0.5, len(TARGET_SHAPES) - 0.5), ylim=(len(LOGITS_SHAPES) - 0.5, -0.5))
        ax.set_xticks(range(len(TARGET_SHAPES)), list(TARGET_SHAPES), rotation=35, ha="right")
        ax.set_yticks(range(len(LOGITS_SHAPES)), list(LOGITS_SHAPES))
        ax.set(xlabel=f"target, {self.target_dtype}", ylabel=f"logits, {self.logits_dtype}", title=f"F.{self.function}")
        ax.tick_params(length=0)
        for spine in ax.spines.values():
            spine.set_visible(False)
        return figure
