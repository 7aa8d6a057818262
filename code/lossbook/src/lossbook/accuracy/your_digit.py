"""``YourDigit``: draw a 3 or a 7, see how the chapter's model scores it, and nudge one weight."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch.nn import functional as F
from traitlets import Bool, Dict, Enum, Float, Int, List, Unicode

from kernelfree import Explorable
from lossbook.accuracy.one_weight import pack
from lossbook.accuracy.runs import fit, random_start, two_logits
from lossbook.data.digits import CLASSES, SIDE, Digits, threes_and_sevens
from lossbook.figures import new_figure
from lossbook.style import COLORS, INK, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PIXELS = SIDE * SIDE
#: Full ink on a pixel, in the units of ``YourDigit.ink``.
FULL = 16
#: How far a weight can be moved from its trained value. The surest picture has a score of about 6, so this can flip it.
NUDGE = 6.0
#: The pixel whose weight is nudged on an empty drawing: one in the middle.
MIDDLE = 36


class Answer(NamedTuple):
    """What a two-class model makes of one picture.

    ``score``: the score z of class 1; class 0's score is 0. ``probs``: softmax of both scores. ``costs``: cross-entropy
    in nats if the picture is of class 0, and if it is of class 1. ``predicted``: the class with the larger score; a tie
    goes to class 0, as with ``argmax``.
    """

    score: float
    probs: tuple[float, float]
    costs: tuple[float, float]
    predicted: int


def answer(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> Answer:
    """Compute the model's answer to one picture and its cost under either label: x (D,), weight (D,), bias ()."""
    logits = two_logits(x[None], weight, bias)
    costs = F.cross_entropy(logits.expand(2, 2), torch.tensor([0, 1]), reduction="none")
    no, yes = logits.softmax(1)[0].tolist()
    if_no, if_yes = costs.tolist()
    return Answer(logits[0, 1].item(), (no, yes), (if_no, if_yes), int(logits.argmax(1)))


def strongest_pixel(x: torch.Tensor, weight: torch.Tensor) -> int:
    """Find the pixel that moves the score most, the largest \\|weight * ink\\|: x (64,), weight (64,).

    An empty picture has none; there it is the pixel in the middle.
    """
    pulls = (x * weight).abs()
    return int(pulls.argmax()) if pulls.any() else MIDDLE


class YourDigit(Explorable):
    """An 8x8 grid to draw on, the trained linear model's answer to the drawing, and one of its weights to nudge.

    ``ink``: 64 integers from 0 (blank paper) to 16 (full ink), row by row. ``pixel``: whose weight is nudged, 0 to 63,
    or -1 for the one that moves this drawing's score most. ``nudge``: how far that weight is from its trained value.
    ``tool``: what the pointer does, "draw", "erase" or "choose" (a weight). ``weights``: whether the weights are shown.
    """

    _esm = Path(__file__).with_name("your_digit.js")
    _css = Path(__file__).with_name("your_digit.css")
    name = "your-digit"
    title = "Draw a 3 or a 7"
    description = (
        f"A grid of {SIDE} by {SIDE} pixels to draw on, with a real picture of a {CLASSES[1]} on it at first. "
        f"Beside it, what a trained linear model answers: its score, the probability of a {CLASSES[0]} and of a "
        f"{CLASSES[1]}, and the cross-entropy that either label would cost. Below, one of its weights can be moved: both costs move along "
        f"smooth curves, while the answer changes only where the score crosses 0, from {CLASSES[0]} to {CLASSES[1]}."
    )
    space = ("66rem", "35.5rem")

    ink = List(Int(min=0, max=FULL), minlen=PIXELS, maxlen=PIXELS).tag(sync=True)
    pixel = Int(-1, min=-1, max=PIXELS - 1).tag(sync=True)
    nudge = Float(0.0, min=-NUDGE, max=NUDGE).tag(sync=True)
    tool = Enum(["draw", "erase", "choose"], "draw").tag(sync=True)
    weights = Bool(False).tag(sync=True)

    weight = List(Float(), read_only=True).tag(sync=True, data=True)
    bias = Float(0.0, read_only=True).tag(sync=True, data=True)
    stamps = Dict(Unicode(), read_only=True).tag(sync=True, data=True)

    def __init__(self, digits: Digits, weight: torch.Tensor, bias: torch.Tensor, **state: Any) -> None:
        """Show the model ``weight`` (64,), ``bias`` (); pictures to start from are taken from ``digits.x_held``."""
        scores = (digits.x_held @ weight + bias).detach()
        chosen = {
            f"A clear {CLASSES[0]}": int(scores.argmin()),
            f"A clear {CLASSES[1]}": int(scores.argmax()),
        }
        doubtful = int(scores.abs().argmin())
        chosen[f"A doubtful {CLASSES[int(digits.y_held[doubtful])]}"] = doubtful
        self.set_trait("stamps", {name: pack(digits.x_held[[i]])[0] for name, i in chosen.items()})
        # A millionth off a weight changes no digit that is shown.
        self.set_trait("weight", [round(w, 6) for w in weight.tolist()])
        self.set_trait("bias", round(float(bias), 6))
        clear = digits.x_held[chosen[f"A clear {CLASSES[1]}"]]
        super().__init__(**{"ink": (clear * FULL).round().int().tolist(), **state})

    @property
    def x(self) -> torch.Tensor:
        """The drawing as the model takes it: shape (64,), from 0 to 1."""
        return torch.tensor(self.ink, dtype=torch.float64) / FULL

    @property
    def chosen(self) -> int:
        """The pixel whose weight is nudged."""
        trained = torch.tensor(self.weight, dtype=torch.float64)
        return self.pixel if self.pixel >= 0 else strongest_pixel(self.x, trained)

    def answer(self, nudge: float | None = None) -> Answer:
        """Compute the answer to the drawing with the chosen weight moved by ``nudge`` (default: as it is now)."""
        moved = torch.tensor(self.weight, dtype=torch.float64)
        moved[self.chosen] += self.nudge if nudge is None else nudge
        return answer(self.x, moved, torch.tensor(self.bias, dtype=torch.float64))

    def still(self) -> Figure:
        now = self.answer()
        figure, panels = new_figure((6.4, 3.6), ["drawing", "answer"], ["drawing", "loss"])
        _draw_ink(panels["drawing"], self.x)
        panels["drawing"].set_title(f"answer: {CLASSES[now.predicted]}, score {now.score:.2f}".replace("-", "−"))
        nudges = [k / 20 for k in range(round(-20 * NUDGE), round(20 * NUDGE) + 1)]
        answers = [self.answer(nudge) for nudge in nudges]
        top, below = panels["answer"], panels["loss"]
        top.step(nudges, [int(CLASSES[a.predicted]) for a in answers], **line("accuracy", linestyle="-"))
        top.plot(self.nudge, int(CLASSES[now.predicted]), "o", color=COLORS["accuracy"])
        top.set(
            ylabel="answer", ylim=(2, 8), yticks=[int(name) for name in CLASSES], xticks=range(-6, 7, 2), xticklabels=[]
        )
        for k, style in enumerate((":", "-")):
            below.plot(
                nudges, [a.costs[k] for a in answers], **line("loss", linestyle=style), label=f"if it is a {CLASSES[k]}"
            )
            below.plot(self.nudge, now.costs[k], "o", color=COLORS["loss"])
        below.set(xlabel=f"nudge of weight {self.chosen}", ylabel="cost (nats)", ylim=(0, 8), xticks=range(-6, 7, 2))
        below.legend(loc="upper left")
        top.set_title(f"p = {now.probs[1]:.4f} of a {CLASSES[1]}", fontsize=11)
        return figure


def _draw_ink(ax: Axes, x: torch.Tensor) -> None:
    """Draw a picture (64,) as squares of ink, which are dark on a light page and light on a dark one."""
    from matplotlib.patches import Rectangle

    for j, ink in enumerate(x.tolist()):
        if ink:
            square = Rectangle((j % SIDE, j // SIDE), 1, 1, facecolor=INK, alpha=ink, linewidth=0)
            ax.add_patch(square)
    ax.set(xlim=(0, SIDE), ylim=(SIDE, 0), aspect="equal", xticks=[], yticks=[])
    for spine in ax.spines.values():
        spine.set_visible(True)


def your_digit(digits: Digits | None = None, seed: int = 1) -> YourDigit:
    """Make the figure with the chapter's digits and model, trained again in well under a second."""
    digits = digits or threes_and_sevens()
    return YourDigit(digits, *fit(digits, F.cross_entropy, random_start(seed)).final)
