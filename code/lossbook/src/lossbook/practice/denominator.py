"""``Denominator``: a batch of six rows, its weights and ignored rows chosen, and what its mean is divided by."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn import functional as F
from traitlets import Bool, Enum, Float, Int, List

from kernelfree import Explorable
from lossbook.figures import new_figure
from lossbook.style import COLORS, INK

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KINDS = ["class indices", "probabilities"]
#: Six rows of three classes. The last class is the rare one, and the hardest.
ROWS = torch.tensor([[2.0, 0, 0], [1.0, 0, 0], [0.5, 0, 0], [0, 1.5, 0], [0, 0.2, 0], [1.0, 0, -0.5]])
CLASSES = torch.tensor([0, 0, 0, 1, 1, 2])


def batch_loss(rows: slice | list[int], weight: Tensor, ignored: Tensor, kind: str, reduction: str = "mean") -> Tensor:
    """``F.cross_entropy`` of some of the rows: weights (3,), ``ignored`` (6,) booleans, ``kind`` one of ``KINDS``.

    Probabilities are one-hot; an ignored row of them is all zeros.
    """
    logits, target, left_out = ROWS[rows], CLASSES[rows], ignored[rows]
    if kind == "class indices":
        return F.cross_entropy(logits, target.masked_fill(left_out, -100), weight=weight, reduction=reduction)
    onehot = F.one_hot(target, 3).float().masked_fill(left_out[:, None], 0)
    return F.cross_entropy(logits, onehot, weight=weight, reduction=reduction)


class Denominator(Explorable):
    """Weights, ignored rows, the kind of target and a cut in two batches; numerator, denominator and their quotient.

    Each row is a bar: its width is what the row counts in the denominator, its area what it adds to the numerator, so
    that the mean is the height of a level line.
    """

    _esm = Path(__file__).with_name("denominator.js")
    _css = Path(__file__).with_name("practice.css")
    name = "denominator"
    title = "What is the mean divided by?"
    description = (
        "Six rows as bars. A bar's width is what its row counts in the denominator, its area what it adds to the "
        "numerator; a level line at the mean. With a cut, each of the two batches has a line of its own, and the mean "
        "of these two differs from the mean of the whole."
    )
    space = ("57rem", "36rem")

    weight = List(Float(min=0.0, max=4.0), default_value=[1.0, 1.0, 1.0]).tag(sync=True)
    ignored = List(Bool(), default_value=[False] * 6).tag(sync=True)
    kind = Enum(KINDS, default_value=KINDS[0]).tag(sync=True)
    reduction = Enum(["mean", "sum", "none"], default_value="mean").tag(sync=True)
    cut = Int(0, min=0, max=5).tag(sync=True)
    losses = List(Float(), read_only=True).tag(sync=True, data=True)
    target = List(Int(), read_only=True).tag(sync=True, data=True)

    def __init__(self, **state: Any) -> None:
        self.set_trait("losses", [round(x, 6) for x in F.cross_entropy(ROWS, CLASSES, reduction="none").tolist()])
        self.set_trait("target", CLASSES.tolist())
        super().__init__(**state)

    def still(self) -> Figure:
        weight, ignored = torch.tensor(self.weight), torch.tensor(self.ignored)
        figure, panels = new_figure((6.4, 3.6), ["rows"])
        ax = panels["rows"]
        left = 0.0
        for i, loss in enumerate(self.losses):
            factor = 0.0 if self.ignored[i] else self.weight[self.target[i]]
            width = factor if self.kind == "class indices" else 1.0
            if not width:
                continue
            height = factor * loss / width
            hatch = "/\\-"[self.target[i]] * 3
            ax.bar(left, height, width, align="edge", color="none", edgecolor=COLORS["other"], hatch=hatch)
            place = (left + width / 2, height)
            name = f"row {i}\nclass {self.target[i]}"
            ax.annotate(name, place, (0, 3), textcoords="offset points", ha="center", va="bottom", fontsize=9)
            left += width
        mean = batch_loss(slice(None), weight, ignored, self.kind).item()
        if left:
            ax.hlines(mean, 0, left, color=COLORS["loss"], linewidth=2.5)
            ax.annotate(f"mean {mean:.3f}", (left, mean), (4, 0), textcoords="offset points", va="center", color=INK)
        ax.set(xlim=(0, max(left, 1) * 1.3), ylim=(0, 2.6), xlabel="counted in the denominator", ylabel="loss (nats)")
        return figure
