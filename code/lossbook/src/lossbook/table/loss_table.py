"""``LossTable``: the lesson's 3x5 table of logits, to be dragged: softmax, each row's loss, the mean, the gradient."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from traitlets import Dict, Float, Int, List, TraitError

from kernelfree import Explorable
from lossbook.functional import cross_entropy, softmax
from lossbook.style import COLORS, RC
from lossbook.table import LOGITS, TARGET

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

EXAMPLES, CLASSES = LOGITS.shape
#: The ends of every handle. Two scores this far apart make a loss of 10 nats, which the bars still show.
LOWEST, HIGHEST = -5.0, 5.0


def _plain(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value


class _Logits(List[Any]):
    """Rows of scores. Takes tensors and arrays too."""

    def validate(self, obj: Any, value: Any) -> Any:
        rows = [_plain(row) for row in value] if isinstance(value, (list, tuple)) else _plain(value)
        want = f"logits must be {EXAMPLES} rows of {CLASSES} numbers from {LOWEST:g} to {HIGHEST:g}"
        if not isinstance(rows, list) or len(rows) != EXAMPLES:
            got = f"{len(rows)} of them" if isinstance(rows, list) else repr(value)
            raise TraitError(f"{want}, got {got}")
        for n, row in enumerate(rows):
            if not isinstance(row, (list, tuple)) or len(row) != CLASSES:
                raise TraitError(f"{want}, got {row!r} as row {n}")
            for c, z in enumerate(row):
                if isinstance(z, bool) or not isinstance(z, (int, float)) or not LOWEST <= z <= HIGHEST:
                    raise TraitError(f"{want}, got {z!r} in row {n} for class {c}")
        return super().validate(obj, [[float(z) for z in row] for row in rows])


class _Target(List[Any]):
    """The right class of each row. Takes tensors and arrays too."""

    def validate(self, obj: Any, value: Any) -> Any:
        classes = list(value) if isinstance(value, tuple) else _plain(value)
        want = f"target must be {EXAMPLES} class indices from 0 to {CLASSES - 1}"
        if not isinstance(classes, list) or len(classes) != EXAMPLES:
            raise TraitError(f"{want}, got {value!r}")
        for n, y in enumerate(classes):
            if isinstance(y, bool) or not isinstance(y, int) or not 0 <= y < CLASSES:
                raise TraitError(f"{want}, got {y!r} for row {n}")
        return super().validate(obj, classes)


_START = {"logits": [[round(z, 4) for z in row] for row in LOGITS.tolist()], "target": TARGET.tolist()}


class LossTable(Explorable):
    """Drag any logit, choose the right classes; all that cross-entropy makes of them moves along.

    ``logits``: 3 rows of 5 numbers from -5 to 5; ``target``: 3 class indices. Both can be read after the reader moved
    something and set from a notebook cell, as lists, arrays or tensors. Anything else raises ``traitlets.TraitError``.
    """

    _esm = Path(__file__).with_name("loss_table.js")
    _css = Path(__file__).with_name("loss_table.css")
    name = "loss-table"
    title = "Three examples, five classes, one loss"
    description = (
        "Five logits for each of three examples, each on a handle. Under every logit stand its softmax probability and "
        "its gradient, p minus onehot(y); beside each row its loss, minus the logarithm of the right class's "
        f"probability; at the foot the mean of the three losses against ln {CLASSES}, the price of a uniform guess."
    )
    space = ("83rem", "64.1rem")

    logits = _Logits(List(Float(min=LOWEST, max=HIGHEST)), default_value=_START["logits"]).tag(sync=True)
    target = _Target(Int(min=0, max=CLASSES - 1), default_value=_START["target"]).tag(sync=True)
    lesson = Dict(default_value=_START, read_only=True).tag(sync=True, data=True)

    def still(self) -> Figure:
        import matplotlib
        import matplotlib.pyplot as plt

        logits, target = torch.tensor(self.logits, dtype=torch.float64), torch.tensor(self.target)
        probs = softmax(logits, dim=1)
        losses = cross_entropy(logits, target, reduction="none")
        gradient = probs - torch.eye(CLASSES, dtype=probs.dtype)[target]
        with matplotlib.rc_context({**RC, "font.size": 10, "axes.titlesize": 10}):
            figure, grid = plt.subplots(EXAMPLES, 3, figsize=(7.2, 5.6))
            for n, axes in enumerate(grid):
                y = self.target[n]
                _bars(axes[0], logits[n], y, (LOWEST, HIGHEST), "{:.2f}")
                _bars(axes[1], probs[n], y, (0, 1), "{:.3f}")
                _heat(axes[2], gradient[n])
                axes[0].set_ylabel(f"example {n}")
                cost = f"−ln {probs[n, y]:.4f} = {losses[n]:.4f} nats"
                axes[2].text(2, -0.35, cost, color=COLORS["loss"], ha="center", va="center")
            for axis, name in zip(grid[0], ("logits z", "softmax p", "gradient p − onehot(y)"), strict=True):
                axis.set_title(name)
            for axis in grid[-1]:
                axis.set_xlabel("class")
            mean = losses.mean().item()
            figure.suptitle(
                f"mean {mean:.4f} nats: {verdict(mean)}, ln {CLASSES} = {math.log(CLASSES):.4f} nats", fontsize=11
            )
        return figure


def verdict(mean: float) -> str:
    """Compare a mean loss in nats with that of a uniform guess, ln C."""
    difference = mean - math.log(CLASSES)
    if abs(difference) < 1e-9:
        return "the same as a uniform guess"
    return f"{'worse' if difference > 0 else 'better'} than a uniform guess"


def _bars(ax: Axes, values: torch.Tensor, y: int, limits: tuple[float, float], form: str) -> None:
    """One row as bars, the right class's solid and in its colour, the others' hatched."""
    low, high = limits
    room = 0.16 * (high - low)
    for c, value in enumerate(values.tolist()):
        right = c == y
        color = COLORS["right" if right else "other"]
        ax.bar(c, value, 0.62, color=color if right else "none", edgecolor=color, hatch=None if right else "////")
        ax.annotate(
            form.format(value).replace("-", "−"),
            (c, max(value, 0)),
            (0, 2),
            textcoords="offset points",
            ha="center",
            fontsize=8,
            fontweight="bold" if right else "normal",
        )
    ax.axhline(0, color=RC["axes.edgecolor"], linewidth=0.8)
    ax.set_ylim(low - (room if low < 0 else 0), high + room)
    ax.set_yticks([low, 0, high] if low < 0 else [0, 1])
    ax.set_xticks(range(len(values)))
    ax.spines["bottom"].set_visible(False)


def _heat(ax: Axes, gradient: torch.Tensor) -> None:
    """Draw one row of p - onehot(y) as shaded cells with their numbers: negative ones in another hue, and striped."""
    for c, g in enumerate(gradient.tolist()):
        color, hatch = (COLORS["right"], "////") if g < 0 else (COLORS["gradient"], None)
        ax.bar(c, 1, 0.96, color=color, alpha=HEAT * abs(g), hatch=hatch, linewidth=0)
        ax.text(c, 0.5, f"{g:.2f}".replace("-", "−"), ha="center", va="center", fontsize=8)
    ax.set_ylim(-0.7, 1.7)
    ax.set_yticks([])
    ax.set_xticks(range(len(gradient)))
    for spine in ax.spines.values():
        spine.set_visible(False)


#: Opacity of a heat cell at |gradient| = 1: as dark as the ink on it can bear at 4.5:1 in light and dark.
HEAT = 0.45
