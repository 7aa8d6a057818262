"""``WeightSlope``: from the slopes of the scores to the slope of the weight that feeds them, for the lesson's table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor
from traitlets import Float, Int, List

from kernelfree import Explorable
from lossbook.functional import cross_entropy, softmax
from lossbook.style import COLORS, RC, line
from lossbook.table import LOGITS, TARGET

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

EXAMPLES, CLASSES = LOGITS.shape
#: The ends of the weight's slider and of the inputs' sliders.
WEIGHT, INPUT = 4.0, 3.0


class Slopes(NamedTuple):
    """How the loss of N examples depends on one weight w, which adds w * x_i to the score of one class.

    ``probs`` (N,): softmax probability of that class. ``right`` (N,): 1 where it is the right class, else 0.
    ``score`` (N,): slope of each example's loss in its score, p - y. ``pulls`` (N,): slope of each example's loss in w,
    (p - y) * x. ``weight`` (): slope of the mean loss in w, the mean of ``pulls``. ``loss`` (): the mean loss in nats.
    """

    probs: Tensor
    right: Tensor
    score: Tensor
    pulls: Tensor
    weight: Tensor
    loss: Tensor


def weighted_logits(logits: Tensor, x: Tensor, class_index: int, w: float | Tensor) -> Tensor:
    """Add w * x_i to the score of one class: logits (N, C), x (N,), result (N, C)."""
    column = torch.zeros(logits.shape[1], dtype=x.dtype)
    column[class_index] = 1
    return logits + w * x[:, None] * column


def weight_slopes(logits: Tensor, target: Tensor, x: Tensor, class_index: int, w: float) -> Slopes:
    """Compute the gradient of the mean cross-entropy in one weight by the chain rule, step by step.

    dL/dw = 1/N sum_i (p_i - y_i) x_i, since the score z_i = logits_i + w x_i rises by x_i when w rises by 1.
    ``logits`` (N, C), ``target`` (N,) class indices, ``x`` (N,) the inputs that the weight multiplies. Autograd is not
    used.
    """
    z = weighted_logits(logits, x, class_index, w)
    probs = softmax(z, dim=1)[:, class_index]
    right = (target == class_index).to(probs.dtype)
    score = probs - right
    pulls = score * x
    return Slopes(probs, right, score, pulls, pulls.mean(), cross_entropy(z, target))


class WeightSlope(Explorable):
    """The table's scores with one weight added: z_ic = LOGITS[i, c] + w x_i for one class c. Move w, the x_i, and c.

    ``w``: the weight, -4 to 4; at 0 the scores are the table's. ``x``: one input for each of the three examples, -3 to
    3. ``class_index``: the class whose score the weight feeds.
    """

    _esm = Path(__file__).with_name("weight_slope.js")
    _css = Path(__file__).with_name("weight_slope.css")
    name = "weight-slope"
    title = "From the slope of a score to the slope of a weight"
    description = (
        "Three examples, each with an input x that one weight w multiplies and adds to the score of one class. For "
        "each example: the probability p of that class, y (1 if it is the right class), the score's slope p minus y, "
        "and that times x, which is the example's pull on w. The mean of the three pulls is the slope of the mean "
        "loss in w. Below, the curve of the mean loss over w, and its tangent at the present w, which has that slope."
    )
    space = ("54rem", "35.5rem")

    w = Float(0.0, min=-WEIGHT, max=WEIGHT).tag(sync=True)
    x = List(Float(min=-INPUT, max=INPUT), [1.0, 2.0, -0.5], minlen=EXAMPLES, maxlen=EXAMPLES).tag(sync=True)
    class_index = Int(3, min=0, max=CLASSES - 1).tag(sync=True)

    logits = List(List(Float()), read_only=True).tag(sync=True, data=True)
    target = List(Int(), read_only=True).tag(sync=True, data=True)

    def __init__(self, **state: Any) -> None:
        self.set_trait("logits", [[round(z, 4) for z in row] for row in LOGITS.tolist()])
        self.set_trait("target", TARGET.tolist())
        super().__init__(**state)

    def slopes(self, w: float | None = None) -> Slopes:
        """Compute the slopes at the weight ``w`` (default: as it is now)."""
        logits, x = (torch.tensor(numbers, dtype=torch.float64) for numbers in (self.logits, self.x))
        return weight_slopes(logits, torch.tensor(self.target), x, self.class_index, self.w if w is None else w)

    def still(self) -> Figure:
        import matplotlib
        import matplotlib.pyplot as plt

        now = self.slopes()
        with matplotlib.rc_context({**RC, "font.size": 10}):
            figure, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.4), width_ratios=(1, 1.15))
            _draw_pulls(left, now, self.x)
            weights = torch.linspace(-WEIGHT, WEIGHT, 161, dtype=torch.float64).tolist()
            right.plot(weights, [self.slopes(w).loss.item() for w in weights], **line("loss"))
            ends = [self.w - 1.5, self.w + 1.5]
            heights = [now.loss.item() + now.weight.item() * (end - self.w) for end in ends]
            right.plot(ends, heights, **line("gradient"))
            right.plot(self.w, now.loss, "o", color=COLORS["loss"])
            right.set(xlabel="weight w", ylabel="mean loss (nats)", xlim=(-WEIGHT, WEIGHT))
            right.set_ylim(bottom=0)
            right.set_title(_plain(f"loss {now.loss:.4f}, slope {now.weight:.3f}"), fontsize=10)
        return figure


def _draw_pulls(ax: Axes, now: Slopes, x: list[float]) -> None:
    """Draw each example's pull on the weight and their mean as bars from 0, with the arithmetic beside them."""
    pulls = [*now.pulls.tolist(), now.weight.item()]
    names = [
        f"example {i}\n({p:.3f} − {y:.0f}) × {x_i:g}"
        for i, (p, y, x_i) in enumerate(zip(now.probs.tolist(), now.right.tolist(), x, strict=True))
    ]
    ax.barh(range(len(pulls)), pulls, 0.5, color=COLORS["gradient"], alpha=0.75)
    most = max(0.1, *map(abs, pulls))
    for k, pull in enumerate(pulls):
        ax.text(1.15 * most, k, _plain(f"{pull:+.3f}"), va="center", fontweight="bold" if k == len(x) else "normal")
    ax.axvline(0, color=RC["axes.edgecolor"], linewidth=0.8)
    ax.set_yticks(range(len(pulls)), [*map(_plain, names), "mean"])
    ax.set(xlim=(-1.1 * most, 1.7 * most), ylim=(len(pulls) - 0.5, -0.5), xlabel="pull on w, (p − y) x")
    ax.spines["left"].set_visible(False)


def _plain(text: str) -> str:
    return text.replace("-", "−")
