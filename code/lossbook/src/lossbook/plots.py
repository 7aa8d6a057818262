"""The book's static figures. Each function computes nothing but what it draws, and returns a matplotlib Figure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor

from lossbook.style import COLORS, FAINT, INK, line

#: Points at which plot_function evaluates its function.
STEPS = 401


def plot_function(
    f: Callable[[Tensor], Tensor],
    tx: str | None = None,
    ty: str | None = None,
    title: str | None = None,
    min: float = -2,
    max: float = 2,
    figsize: tuple[float, float] = (6, 4),
) -> Figure:
    """Draw ``f`` from ``min`` to ``max``: a line where it is finite, and a mark where it is not.

    ``f`` takes a tensor of shape (401,) and returns one of the same shape. ``tx`` and ``ty`` label the axes. A point
    where ``f`` is infinite gets a dotted line to the edge it runs off, labelled; a stretch where it is no number at all
    or infinite is hatched. (A plotting library drops such points without a word, so that -log x seems to end at a
    finite height.) Raises ValueError if ``min`` is not below ``max`` or ``f`` returns another shape.
    """
    if not min < max:
        raise ValueError(f"plot_function draws from min up to max, so min must be the smaller; got {min=} and {max=}")
    # Not linspace, whose middle is off by a rounding error: a function may be infinite just there.
    x = min + (max - min) * torch.arange(STEPS, dtype=torch.float64) / (STEPS - 1)
    y = f(x)
    if y.shape != x.shape:
        raise ValueError(f"f was given a tensor of shape {tuple(x.shape)} and returned one of shape {tuple(y.shape)}")
    figure, axes = plt.subplots(figsize=figsize)
    finite = torch.isfinite(y)
    axes.plot(x, torch.where(finite, y, torch.nan), **line("loss"))
    axes.set(xlabel=tx, ylabel=ty, title=title or "", xlim=(min, max))
    for first, last in _runs(torch.isnan(y)):
        _hatch(axes, x[first].item(), x[last].item(), "not a number")
    for first, last in _runs(torch.isinf(y)):
        if first == last:
            _mark_pole(axes, x[first].item(), up=bool(y[first] > 0), on_left=bool(x[first] < x.mean()))
        else:
            _hatch(axes, x[first].item(), x[last].item(), "infinite")
    return figure


def _runs(flags: Tensor) -> Iterator[tuple[int, int]]:
    """First and last index of each run of True."""
    start = None
    for i, flag in enumerate([*flags.tolist(), False]):
        if flag and start is None:
            start = i
        elif not flag and start is not None:
            yield start, i - 1
            start = None


def _hatch(axes: Axes, left: float, right: float, text: str) -> None:
    axes.axvspan(left, right, facecolor="none", edgecolor=FAINT, hatch="///", linewidth=0)
    axes.text((left + right) / 2, 0.5, text, transform=axes.get_xaxis_transform(), ha="center", color=INK)


def _mark_pole(axes: Axes, x: float, up: bool, on_left: bool) -> None:
    axes.axvline(x, color=COLORS["loss"], linestyle=":", linewidth=1.5)
    axes.annotate(
        f"{'∞' if up else '−∞'} at {x:g}",
        xy=(x, 0.97 if up else 0.03),
        xycoords=("data", "axes fraction"),
        xytext=(6 if on_left else -6, 0),
        textcoords="offset points",
        ha="left" if on_left else "right",
        va="top" if up else "bottom",
        color=COLORS["loss"],
    )


def plot_pictures(files: Sequence[Path], labels: Sequence[str], columns: int = 6) -> Figure:
    """The picture files side by side, each with its file name above and its label below."""
    from PIL import Image

    rows = -(-len(files) // columns)
    figure, grid = plt.subplots(rows, columns, figsize=(1.25 * columns, 1.7 * rows), squeeze=False)
    for axes in grid.flat:
        axes.axis("off")
    for axes, file, label in zip(grid.flat, files, labels, strict=False):
        axes.imshow(Image.open(file).convert("RGB"), interpolation="nearest")
        axes.set_title(file.stem, fontsize=8, loc="center")
        axes.text(0.5, -0.05, label, transform=axes.transAxes, ha="center", va="top", fontsize=10)
    return figure


def plot_prices(probs: Tensor) -> Figure:
    """What guesses that give the truth ``probs`` (N,) of two classes cost: a row of three bars for each guess.

    The first bar is the probability, the second the error (1 if the probability is below one half), the third -log p.
    """
    columns = (
        ("probability", probs, 1.0, "right"),
        ("error", (probs < 0.5).double(), 1.0, "accuracy"),
        ("loss (nats)", -probs.log(), 2.5, "loss"),
    )
    figure, panels = plt.subplots(1, 3, figsize=(6.4, 0.42 * len(probs) + 0.6))
    for axes, (title, values, longest, meaning) in zip(panels, columns, strict=True):
        axes.barh(range(len(probs)), values.tolist(), 0.55, color=COLORS[meaning])
        digits = 0 if meaning == "accuracy" else 1
        axes.set_yticks(range(len(probs)), [f"{value:.{digits}f}" for value in values.tolist()])
        axes.set(title=title, xlim=(0, 1.15 * longest), xticks=[], ylim=(len(probs) - 0.5, -0.5))
        axes.tick_params(length=0)
        axes.spines["bottom"].set_visible(False)
    panels[0].axvline(0.5, color=INK, linestyle=":", linewidth=1)
    return figure


def plot_probabilities(probs: Tensor, target: Tensor) -> Figure:
    """Rows of ``probs`` (N, C) as bars, one panel an example, the bar of the right class filled and labelled."""
    n, classes = probs.shape
    figure, panels = plt.subplots(1, n, figsize=(2.2 * n, 2.8), sharey=True, squeeze=False)
    for i, axes in enumerate(panels.flat):
        right = int(target[i])
        for c in range(classes):
            p = probs[i, c].item()
            if c == right:
                axes.bar(c, p, width=0.7, color=COLORS["right"])
                axes.text(c, p, f"{p:.4f}", ha="center", va="bottom", color=COLORS["right"], fontsize=9)
            else:
                axes.bar(c, p, width=0.7, facecolor="none", edgecolor=COLORS["other"], linewidth=1.2)
        axes.set(title=f"example {i}", xlabel="class", xticks=range(classes), ylim=(0, 1))
    panels[0, 0].set_ylabel("probability")
    return figure


def plot_heatmap(values: Tensor, target: Tensor, title: str | None = None) -> Figure:
    """Numbers of shape (N, C) as coloured cells, written out, the cell of the right class framed.

    Positive values shade towards the gradient's colour, negative ones towards the right class's.
    """
    from matplotlib.colors import to_rgba

    n, classes = values.shape
    top = values.abs().max().item() or 1.0
    figure, axes = plt.subplots(figsize=(6.4, 0.62 * n + 0.9), layout="constrained")
    for i in range(n):
        for c in range(classes):
            v = values[i, c].item()
            shade = to_rgba(COLORS["gradient"] if v > 0 else COLORS["right"], 0.55 * abs(v) / top)
            framed = c == int(target[i])
            edge = INK if framed else "none"
            axes.add_patch(Rectangle((c - 0.47, i - 0.45), 0.94, 0.9, facecolor=shade, edgecolor=edge, lw=1.6))
            axes.text(c, i, f"{v:+.4f}", ha="center", va="center", fontsize=10)
    axes.set(xlim=(-0.55, classes - 0.45), ylim=(n - 0.45, -0.55), title=title or "")
    axes.set_xticks(range(classes), [f"class {c}" for c in range(classes)])
    axes.set_yticks(range(n), [f"example {i}" for i in range(n)])
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    # Room for the row labels where a phone shows its text larger than it was drawn.
    figure.set_layout_engine("constrained", w_pad=0.35)
    return figure


def plot_two_ways(gaps: Tensor, careful: Tensor, naive: Tensor) -> Figure:
    """Loss against the gap between a wrong logit and the right one, computed in two ways; marks where ``naive`` ends.

    All three of shape (K,); losses in nats.
    """
    figure, axes = plt.subplots()
    axes.plot(gaps, careful, **line("loss"))
    ok = torch.isfinite(naive)
    axes.plot(gaps[ok], naive[ok], color=INK, linestyle=(0, (1, 2)), linewidth=4)
    end = gaps[ok].max().item()
    axes.axvline(end, color=INK, linestyle=":", linewidth=1)
    axes.annotate(
        f"log(softmax) is infinite\nfrom a gap of {gaps[~ok].min().item():.0f}",
        xy=(end, careful.max().item() * 0.04),
        xytext=(-8, 0),
        textcoords="offset points",
        ha="right",
    )
    axes.annotate(
        "log_softmax",
        xy=(gaps[-1].item(), careful[-1].item()),
        xytext=(-4, -2),
        textcoords="offset points",
        ha="right",
        va="bottom",
        color=COLORS["loss"],
    )
    axes.set_xlabel("wrong logit minus right logit")
    axes.set_ylabel("loss (nats)", labelpad=8)  # clear of the ticks' numbers, which a phone makes a quarter larger
    return figure
