"""Draw the small figures on the cards of the front page, one for each chapter, each with a single idea.

A thumbnail has no ticks and at most a word or two: it is about as large as a business card, and the chapter it leads to
draws the same curve in full. What it shows is computed here all the same, by the functions of that chapter.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch.nn import functional as F

from kernelfree import still
from kernelfree.draw.still import Still
from lossbook.accuracy.plots import steps_to_draw
from lossbook.accuracy.runs import Run, fit, random_start
from lossbook.accuracy.staircase import staircase, weight_line
from lossbook.confidence.metrics import reliability
from lossbook.confidence.network import ten_digits, train_network
from lossbook.data.digits import threes_and_sevens
from lossbook.other_losses.surrogates import cross_entropy, hinge, sigmoid_error, zero_one
from lossbook.practice.cliffs import cliff, reading
from lossbook.style import COLORS, FAINT, INK, line
from lossbook.table.scores import LOGITS, TARGET

#: Width and height of a thumbnail in inches: every card has the same.
SIZE = (3.2, 1.28)


def thumbnail(chapter: str) -> Still:
    """Draw the thumbnail of ``chapter``, named as its file is, with underscores: ``thumbnail("cross_entropy")``.

    Its description, for readers who cannot see it, is the docstring of the function that draws it. Raises ``KeyError``
    with the names there are if no thumbnail has that name.
    """
    if chapter not in THUMBNAILS:
        raise KeyError(f"no thumbnail for {chapter!r}: add a function to THUMBNAILS, which has {', '.join(THUMBNAILS)}")
    figure = Figure(figsize=SIZE)
    figure.set_layout_engine("none")
    ax = figure.add_axes((0.03, 0.05, 0.94, 0.9))
    ax.set(xticks=[], yticks=[])
    draw = THUMBNAILS[chapter]
    draw(ax)
    return still(figure, draw.__doc__ or "")


@functools.cache
def _training() -> Run:
    """Train the linear classifier of 3s and 7s that the first page's figure shows, too."""
    return fit(threes_and_sevens(), F.cross_entropy, random_start(1))


def _grid(low: float, high: float, points: int = 81) -> torch.Tensor:
    return torch.linspace(low, high, points, dtype=torch.float64)


def _only_below(ax: Axes) -> None:
    """Leave an axis only at the bottom: on it are bars or shares, whose height needs no second axis."""
    ax.spines["left"].set_visible(False)


def _loss_function(ax: Axes) -> None:
    """The loss of a real classifier falls, quickly and then slowly, over sixty steps of training."""
    loss = _training().train_loss
    ax.plot(loss, **line("loss"))
    ax.plot([0, len(loss) - 1], [loss[0], loss[-1]], "o", color=COLORS["loss"], markersize=5, clip_on=False)
    ax.set(xlim=(0, len(loss) - 1), ylim=(0, 1.05 * loss.max().item()))


def _negative_log_likelihood(ax: Axes) -> None:
    """The curve of minus log p, from very high at p near 0 down to 0 at p = 1, with three examples marked on it."""
    p = torch.logspace(-2, 0, 81, dtype=torch.float64)
    probs = LOGITS.softmax(1)[range(len(TARGET)), TARGET]
    ax.plot(p, -p.log(), **line("loss"))
    ax.plot(probs, -probs.log(), "o", color=COLORS["right"], markersize=6)
    ax.set(xlim=(0, 1), ylim=(0, 4.2))


def _cross_entropy(ax: Axes) -> None:
    """Five bars, what one step of descent does to an example's scores: the right class rises, and all others fall."""
    gradient = LOGITS[1].softmax(0) - F.one_hot(TARGET[1], LOGITS.shape[1])
    right = torch.arange(len(gradient)) == TARGET[1]
    ax.bar(
        range(len(gradient)),
        (-gradient).tolist(),
        0.62,
        color=[COLORS["right" if r else "other"] for r in right.tolist()],
    )
    ax.axhline(0, color=INK, linewidth=0.8)
    ax.set(xlim=(-0.7, len(gradient) - 0.3))
    ax.spines[["left", "bottom"]].set_visible(False)


def _why_not_accuracy(ax: Axes) -> None:
    """Over the value of one weight, accuracy is a staircase of level steps, while the loss is one smooth curve."""
    digits, (low, high) = threes_and_sevens(), (7.0, 8.2)
    moved = weight_line(digits.x_train, digits.y_train, *_training().final, pixel=36)
    w, stairs = steps_to_draw(staircase(moved), low, high)
    curve = moved.cross_entropy(_grid(low, high))
    # Each is given half of the height: what counts is the shape.
    ax.plot(w, 0.55 + 0.4 * _to_unit(stairs), **line("accuracy", linestyle="-"))
    ax.plot(_grid(low, high), 0.05 + 0.4 * _to_unit(curve), **line("loss"))
    ax.set(xlim=(low, high), ylim=(0, 1))


def _to_unit(y: torch.Tensor) -> torch.Tensor:
    """Stretch values to the range from 0 to 1."""
    return (y - y.min()) / (y.max() - y.min())


def _confidence(ax: Axes) -> None:
    """A reliability diagram: groups of a network's answers lie below the line on which confidence would be deserved."""
    digits = ten_digits()
    groups = reliability(train_network(digits, every=600).test[-1], digits.y_test, bins=10)
    ax.plot([0, 1], [0, 1], color=INK, linewidth=1, linestyle=":")
    ax.vlines(groups.confidence, groups.accuracy, groups.confidence, color=COLORS["gradient"], linewidth=1.5)
    ax.plot(groups.confidence, groups.accuracy, "o", color=COLORS["accuracy"], markersize=6, clip_on=False)
    ax.set(xlim=(0.15, 1.02), ylim=(0.1, 1.02))


def _deciding(ax: Axes) -> None:
    """The expected costs of acting and of waiting are two lines over the probability; they cross at the threshold."""
    miss, alarm = 3.0, 1.0
    p, threshold = _grid(0, 1, 2), alarm / (miss + alarm)
    ax.plot(p, miss * p, **line("loss"))
    ax.plot(p, alarm * (1 - p), **line("accuracy"))
    ax.axvline(threshold, color=INK, linewidth=1, linestyle=":")
    ax.plot(threshold, miss * threshold, "o", color=INK, markersize=6)
    ax.set(xlim=(0, 1), ylim=(0, 1.5))


def _information(ax: Axes) -> None:
    """A strip is halved, and its rest is halved again, three times: each halving costs one bit more."""
    left = 0.0
    for bits in range(1, 4):
        width = 0.5**bits
        ax.barh(0, width, 0.6, left, facecolor="none", edgecolor=COLORS["loss"], linewidth=1.6)
        ax.text(left + width / 2, -0.02, f"{bits}", ha="center", va="center", color=COLORS["loss"], fontsize=10)
        left += width
    ax.barh(0, 1 - left, 0.6, left, color=COLORS["loss"], edgecolor=COLORS["loss"], linewidth=1.6)
    ax.set(xlim=(-0.01, 1.01), ylim=(-0.55, 0.55))
    ax.spines[["left", "bottom"]].set_visible(False)


def _soft_targets(ax: Axes) -> None:
    """The loss over the lead of the right class: with a hard target it only falls, with a soft one it rises again."""
    lead = _grid(-1, 9)
    logits = torch.cat([lead[:, None], torch.zeros(len(lead), 4, dtype=lead.dtype)], 1)
    target = torch.zeros(len(lead), dtype=torch.long)
    hard, soft = (F.cross_entropy(logits, target, label_smoothing=e, reduction="none") for e in (0.0, 0.2))
    ax.plot(lead, hard, **line("other", linewidth=1.5))
    ax.plot(lead, soft, **line("loss"))
    ax.plot(lead[soft.argmin()], soft.min(), "o", color=COLORS["loss"], markersize=6)
    ax.set(xlim=(-1, 9), ylim=(0, 2.2))


def _other_losses(ax: Axes) -> None:
    """Over the margin of an example, accuracy is one step; cross-entropy, the hinge and the sigmoid slope beside it."""
    margin = _grid(-3, 3, 61)
    for loss, style in (
        (hinge, line("gradient", linewidth=1.5)),
        (sigmoid_error, line("other", linewidth=1.5)),
        (cross_entropy, line("loss")),
    ):
        ax.plot(margin, loss(margin), **style)
    edges = torch.tensor([-3.0, -1e-9, 1e-9, 3.0], dtype=torch.float64)
    ax.plot(edges, zero_one(edges), **line("accuracy"))
    ax.set(xlim=(-3, 3), ylim=(0, 2.6))


def _in_practice(ax: Axes) -> None:
    """The log of a softmax in 32 bits: the loss grows with the mistake, and at a hundred and more it is infinite."""
    end, last = cliff("float32").infinite, 150
    wrong = range(0, last, 2)
    ax.plot(wrong, [reading(-lead, "float32").fused for lead in wrong], color=FAINT, linewidth=2)
    seen = [lead for lead in wrong if lead < end]
    ax.plot(seen, [reading(-lead, "float32").naive for lead in seen], **line("loss"))
    ax.plot(end, reading(-end, "float32").fused, "X", color=COLORS["loss"], markersize=9)
    ax.annotate("inf", (end, end), (0, 9), textcoords="offset points", ha="right", color=COLORS["loss"], fontsize=10)
    ax.set(xlim=(0, last), ylim=(0, last))


def _summary(ax: Axes) -> None:
    """The losses of three examples as bars, and a line at their mean: the one number that all of it comes to."""
    losses = F.cross_entropy(LOGITS, TARGET, reduction="none")
    ax.bar(range(len(losses)), losses.tolist(), 0.5, facecolor="none", edgecolor=COLORS["loss"], linewidth=1.6)
    ax.axhline(losses.mean().item(), **line("loss"))
    ax.set(xlim=(-0.8, len(losses) - 0.2), ylim=(0, 3.2))
    _only_below(ax)


def _exactly(ax: Axes) -> None:
    """Accuracy at a single step, close up: an open end above, and below a full dot for the value on the edge itself."""
    digits = threes_and_sevens()
    stairs = staircase(weight_line(digits.x_train, digits.y_train, *_training().final, pixel=36))
    edge = int((stairs.between[1:] - stairs.between[:-1]).abs().argmax())
    style: dict[str, Any] = {"color": COLORS["accuracy"], "markersize": 6}
    for x, height in (((-1.0, 0.0), stairs.between[edge]), ((0.0, 1.0), stairs.between[edge + 1])):
        ax.plot(x, [height, height], **line("accuracy", linestyle="-"))
        ax.plot(0, height, "o", markerfacecolor="none", markeredgewidth=1.6, **style)
    ax.plot(0, stairs.at[edge], "o", **style)
    ax.set(xlim=(-1, 1))
    ax.margins(y=0.35)


def _exercises(ax: Axes) -> None:
    """The first steps of a falling loss, and a question mark where the rest of the curve belongs: guess, then look."""
    loss, seen = _training().train_loss, 14
    ax.plot(loss[:seen], **line("loss"))
    ax.plot(seen - 1, loss[seen - 1], "o", color=COLORS["loss"], markersize=5)
    ax.annotate("?", (0.62, 0.42), xycoords="axes fraction", ha="center", va="center", fontsize=20, color=INK)
    ax.set(xlim=(0, len(loss) - 1), ylim=(0, 1.05 * loss.max().item()))


def _teaching(ax: Axes) -> None:
    """Five prices as bars, each of a probability half as large as the one before: they rise by equal steps."""
    halved = 0.8 / 2.0 ** torch.arange(5, dtype=torch.float64)
    ax.bar(range(len(halved)), (-halved.log()).tolist(), 0.6, color=COLORS["loss"])
    ax.set(xlim=(-0.7, len(halved) - 0.3), ylim=(0, 3.2))
    _only_below(ax)


def _notation(ax: Axes) -> None:
    """Three signs: an example's scores z become probabilities p, and the right class's p becomes the loss l."""
    z = LOGITS[1].double()
    p = z.softmax(0)
    right = int(TARGET[1])
    colors = [COLORS["right" if c == right else "other"] for c in range(len(z))]
    for left, values, sign in ((0, z / z.max(), "z"), (7, p / p.max(), "p")):
        ax.bar([left + c for c in range(len(values))], values.tolist(), 0.6, color=colors)
        ax.text(left + 2, -0.5, sign, ha="center", va="center", style="italic", fontsize=12, color=INK)
        ax.annotate("", (left + 6, 0.3), (left + 5, 0.3), arrowprops={"arrowstyle": "->", "color": INK})
    ax.bar(14.5, 1, 0.9, color=COLORS["loss"])
    ax.text(14.5, -0.5, "ℓ", ha="center", va="center", style="italic", fontsize=12, color=INK)
    ax.set(xlim=(-0.6, 15.6), ylim=(-0.75, 1.1))
    ax.spines[["left", "bottom"]].set_visible(False)


def _sources(ax: Axes) -> None:
    """A number line with the edge between two roundings, and the table's mean loss just to the right of that edge."""
    mean = F.cross_entropy(LOGITS, TARGET).item()
    edge = round(mean * 1e4 - 0.5) / 1e4 + 0.5e-4
    ax.axvline(edge, color=INK, linewidth=1, linestyle=":")
    ax.plot(mean, 0, "o", color=COLORS["loss"], markersize=7)
    for value in (edge - 0.5e-4, edge + 0.5e-4):
        ax.plot([value, value], [-0.12, 0.12], color=INK, linewidth=1)
        ax.text(value, -0.45, f"{value:.4f}", ha="center", va="center", fontsize=10, color=INK)
    ax.axhline(0, color=INK, linewidth=0.8, zorder=0)
    ax.set(xlim=(edge - 1e-4, edge + 1e-4), ylim=(-1, 1))
    ax.spines[["left", "bottom"]].set_visible(False)


#: Chapter, named as its file with underscores -> the function that draws its thumbnail onto axes that have no ticks.
THUMBNAILS: dict[str, Callable[[Axes], None]] = {
    "loss_function": _loss_function,
    "negative_log_likelihood": _negative_log_likelihood,
    "cross_entropy": _cross_entropy,
    "why_not_accuracy": _why_not_accuracy,
    "confidence": _confidence,
    "deciding": _deciding,
    "information": _information,
    "soft_targets": _soft_targets,
    "other_losses": _other_losses,
    "in_practice": _in_practice,
    "summary": _summary,
    "exactly": _exactly,
    "exercises": _exercises,
    "teaching": _teaching,
    "notation": _notation,
    "sources": _sources,
}
