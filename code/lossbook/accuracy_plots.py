"""What the chapter on accuracy draws: each function takes what was computed and returns a matplotlib figure."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .climb import Climb, Needed
from .digits import SIDE
from .metrics import reliability, report
from .runs import Run, two_logits
from .staircase import Line, Staircase, staircase
from .steps import Shares, expected_flips
from .style import COLORS, INK, line
from .surrogates import SURROGATES, slope


def new_figure(size: tuple[float, float], *rows, **ratios) -> tuple[Figure, dict[str, Axes]]:
    """A cleared figure with named panels, reused from frame to frame so that drawing one is cheap."""
    figure = plt.figure(num="accuracy " + "/".join(map(str, rows)), figsize=size, clear=True)
    return figure, figure.subplot_mosaic([list(row) for row in rows], **ratios)


def steps_to_draw(stairs: Staircase, low: float, high: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Corner points of the staircase from ``low`` to ``high``, ready for ``Axes.plot``: both (2 K + 2,)."""
    inside = stairs.edges[(stairs.edges > low) & (stairs.edges < high)]
    ends = torch.cat([inside.new_tensor([low]), inside, inside.new_tensor([high])])
    heights = stairs((ends[1:] + ends[:-1]) / 2)
    return torch.stack([ends[:-1], ends[1:]], 1).flatten(), heights.repeat_interleave(2)


def draw_one_weight(moved: Line, old: float, new: float, low: float = -10, high: float = 10) -> Figure:
    """Accuracy's staircase above cross-entropy's curve over one weight, and a secant on both."""
    figure, panels = new_figure((6.4, 5.2), ["accuracy"], ["loss"])
    w = torch.linspace(low, high, 401, dtype=torch.float64)
    curves = {
        "accuracy": (*steps_to_draw(staircase(moved), low, high), staircase(moved)),
        "loss": (w, moved.cross_entropy(w), moved.cross_entropy),
    }
    for name, (x, y, f) in curves.items():
        ax, ends = panels[name], torch.tensor([old, new], dtype=torch.float64)
        ax.plot(x, y, **line(name, linestyle="-"))
        heights = f(ends)
        ax.plot(ends, heights, **line("gradient"), marker="o", markersize=6)
        rise = (heights[1] - heights[0]).item()
        ax.set_title(f"{name if name == 'accuracy' else 'cross-entropy'}: rise {rise:+.4f}, run {new - old:+.4f}")
    panels["accuracy"].set(ylim=(0.45, 1.03), ylabel="share right", xticklabels=[])
    panels["loss"].set(ylim=(0, None), ylabel="nats", xlabel="value of the weight")
    for ax in panels.values():
        ax.set_xlim(low, high)
    return figure


def draw_stairs(stairs: Staircase, low: float, high: float) -> Figure:
    """A close look at a few steps: open ends on the treads, a full dot for the value on each edge itself."""
    figure, panels = new_figure((6.4, 3.0), ["stairs"])
    ax = panels["stairs"]
    inside = stairs.edges[(stairs.edges > low) & (stairs.edges < high)]
    ends = [low, *inside.tolist(), high]
    for left, right in zip(ends, ends[1:], strict=False):
        height = stairs((left + right) / 2).item()
        ax.plot([left, right], [height, height], **line("accuracy", linestyle="-"))
        for end in (left, right):
            if low < end < high:
                ax.plot(end, height, "o", color=COLORS["accuracy"], markerfacecolor="white", markersize=6)
    ax.plot(inside, stairs(inside), "o", color=COLORS["accuracy"], markersize=6, label="value on the edge itself")
    ax.set(xlim=(low, high), xlabel="value of the weight", ylabel="accuracy, share right")
    return figure


def draw_shares(shares: Shares, trained: Shares, safe: float, x: torch.Tensor, h: float) -> Figure:
    """Share of steps that change accuracy against their length, log-log, with one length marked."""
    figure, panels = new_figure((6.4, 4.4), ["shares"])
    ax = panels["shares"]
    floor = 0.1 / shares.pairs
    ceiling = expected_flips(x, shares.h).clamp(max=1)
    ax.plot(shares.h, ceiling, color=INK, linewidth=1, linestyle=":", label="at most: expected flips, closed form")
    ax.plot(shares.h, shares.changed, **line("accuracy"), marker="o", markersize=5, label="random weights, measured")
    seen = trained.changed > 0
    ax.plot(
        trained.h[seen], trained.changed[seen], **line("right"), marker="s", markersize=5, label="one trained model"
    )
    ax.plot(trained.h[~seen], torch.full_like(trained.h[~seen], floor), "s", color=COLORS["right"], markersize=5,
            markerfacecolor="white", label="trained model: exactly 0")  # fmt: skip
    ax.axvline(safe, color=COLORS["right"], linewidth=1)
    ax.annotate("its smallest margin", (safe, 1e-4), rotation=90, ha="right", va="center", color=COLORS["right"])
    ax.axvline(h, color=COLORS["gradient"], linewidth=4, alpha=0.35)
    ax.set(xscale="log", yscale="log", ylim=(floor / 2, 2), xlabel="length h of the step",
           ylabel="share of steps that change accuracy")  # fmt: skip
    ax.set_yticks([floor, 1e-6, 1e-4, 1e-2, 1], ["0", "1e-6", "1e-4", "1e-2", "1"])
    ax.legend(loc="upper left", fontsize=9)
    return figure


def draw_runs(runs: dict[str, Run], x: torch.Tensor, target: torch.Tensor, shown: torch.Tensor, step: int) -> Figure:
    """Three runs at one step: weights, misread ones among the pictures ``shown`` of ``x`` (M, 64), both metrics."""
    figure, panels = new_figure((6.4, 7.2), *[[f"{part} {name}" for name in runs] for part in ("weights", "digits")],
                                ["accuracy"] * len(runs), ["loss"] * len(runs),
                                height_ratios=[1, 1, 0.8, 0.8])  # fmt: skip
    limit = max(run.weight.abs().max().item() for run in runs.values())
    sheet, centres = contact_sheet(x[shown])
    for name, run in runs.items():
        ax = panels[f"weights {name}"]
        ax.imshow(run.weight[step].reshape(SIDE, SIDE), cmap="PuOr", vmin=-limit, vmax=limit)
        ax.set_title(name)
        misread = two_logits(x, run.weight[step], run.bias[step]).argmax(1) != target
        ax = panels[f"digits {name}"]
        ax.imshow(sheet, cmap="gray_r", vmax=1.6)
        crosses = centres[misread[shown]]
        ax.plot(crosses[:, 0], crosses[:, 1], "x", color=COLORS["loss"], markersize=5, markeredgewidth=1.5)
        ax.set_title(f"{int(misread.sum())} of {len(target)} misread", fontsize=10)
        for part in ("weights", "digits"):
            panels[f"{part} {name}"].set(xticks=[], yticks=[])
            panels[f"{part} {name}"].spines[:].set_visible(False)
    for metric in ("accuracy", "loss"):
        ax = panels[metric]
        for run, width in zip(runs.values(), (5, 2, 2), strict=True):
            values = getattr(run, f"held_{metric}")
            ax.plot(values, **line(metric, linewidth=width, alpha=0.35 if width == 5 else 1))
            ax.plot(step, values[step], "o", color=COLORS[metric], markersize=6)
        ax.axvline(step, color=COLORS["gradient"], linewidth=4, alpha=0.35)
        ax.set_xlim(0, len(values) - 1)
    panels["accuracy"].set(ylim=(0, 1.05), ylabel="accuracy", xticklabels=[])
    panels["loss"].set(ylim=(0, None), ylabel="loss, nats", xlabel="steps of gradient descent")
    return figure


def contact_sheet(x: torch.Tensor, columns: int = 6) -> tuple[np.ndarray, torch.Tensor]:
    """All pictures of ``x`` (M, 64) on one sheet, and the (M, 2) pixel positions of their centres, x before y."""
    rows = -(-len(x) // columns)
    cells = torch.zeros(rows * columns, SIDE, SIDE)
    cells[: len(x)] = x.reshape(-1, SIDE, SIDE)
    sheet = cells.reshape(rows, columns, SIDE, SIDE).permute(0, 2, 1, 3).reshape(rows * SIDE, columns * SIDE)
    index = torch.arange(len(x))
    centres = torch.stack([index % columns, index // columns], 1) * SIDE + (SIDE - 1) / 2
    return sheet.numpy(), centres


def draw_scaled(logits: torch.Tensor, target: torch.Tensor, scales: torch.Tensor, scale: float) -> Figure:
    """Accuracy, confidence and loss over a factor on the logits, one factor marked, and its reliability diagram."""
    figure, panels = new_figure((6.4, 6.4), ["shares"], ["loss"], ["bins"], height_ratios=[1, 1, 1.2])
    reports = [report(logits * s, target) for s in scales.tolist()]
    panels["shares"].plot(scales, [r.accuracy for r in reports], **line("accuracy"))
    panels["shares"].plot(scales, [r.confidence for r in reports], **line("right"))
    panels["shares"].annotate("accuracy", (scales[0], reports[0].accuracy), (0, -14), textcoords="offset points",
                              color=COLORS["accuracy"])  # fmt: skip
    panels["shares"].annotate("mean confidence", (scales[0], reports[0].confidence), (30, 2),
                              textcoords="offset points", color=COLORS["right"])  # fmt: skip
    panels["loss"].plot(scales, [r.nll for r in reports], **line("loss"))
    panels["shares"].set(ylim=(0.45, 1.05), ylabel="share", xticklabels=[], title="Over all factors")
    panels["loss"].set(ylim=(0, 0.75), ylabel="NLL, nats", xlabel="factor on every logit")
    now = report(logits * scale, target)
    for name, values in (("shares", (now.accuracy, now.confidence)), ("loss", (now.nll,))):
        panels[name].set(xscale="log", xlim=(scales[0], scales[-1]))
        panels[name].axvline(scale, color=COLORS["gradient"], linewidth=4, alpha=0.35)
        panels[name].plot([scale] * len(values), values, "o", color=INK, markersize=5)
    groups = reliability(logits * scale, target)
    ax = panels["bins"]
    ax.plot([0.5, 1], [0.5, 1], color=INK, linewidth=1, linestyle=":")
    ax.vlines(groups.confidence, groups.confidence, groups.accuracy, color=COLORS["gradient"], linewidth=2)
    ax.scatter(groups.confidence, groups.accuracy, s=20 + 3 * groups.count, color=COLORS["accuracy"], alpha=0.8)
    ax.set(xlim=(0.48, 1.02), ylim=(-0.05, 1.1), xlabel="confidence of a group of predictions",
           ylabel="share of it right", title=f"At factor {scale:.3g}")  # fmt: skip
    return figure


def draw_together(run: Run, first: int = 0) -> Figure:
    """Accuracy and loss of one run on held-out pictures from step ``first`` on, one above the other."""
    figure, panels = new_figure((6.4, 3.6), ["accuracy"], ["loss"])
    for metric, unit in (("accuracy", "accuracy"), ("loss", "loss, nats")):
        values = getattr(run, f"held_{metric}")[first:]
        panels[metric].plot(range(first, first + len(values)), values, **line(metric), marker="o", markersize=5)
        panels[metric].set(ylabel=unit)
    panels["accuracy"].set(ylim=(0.95, 1.0), xticklabels=[])
    panels["loss"].set(ylim=(0, None), xlabel="steps of gradient descent")
    return figure


STYLES = {
    "right or wrong": line("accuracy"),
    "sigmoid": line("right", linestyle="-."),
    "hinge": line("other"),
    "cross-entropy": line("loss"),
}


def draw_surrogates(margin: float) -> Figure:
    """Four losses over an example's margin, with the tangents of the smooth ones at one margin."""
    figure, panels = new_figure((6.4, 4.0), ["losses"])
    ax, at = panels["losses"], torch.tensor([margin], dtype=torch.float64)
    left, right = torch.linspace(-4, 0, 161, dtype=torch.float64), torch.linspace(0, 4, 161, dtype=torch.float64)[1:]
    for name, loss in SURROGATES.items():
        for part in (left, right) if name == "right or wrong" else (torch.cat([left, right]),):
            ax.plot(part, loss(part), **STYLES[name], label=name if part[0] < 0 else None)
        height, tilt = loss(at).item(), slope(loss, at).item()
        ends = np.array([margin - 0.6, margin + 0.6])
        ax.plot(ends, height + tilt * (ends - margin), color=COLORS["gradient"], linewidth=1.5)
        ax.plot(margin, height, "o", color=STYLES[name]["color"], markersize=6)
    ax.axvline(0, color=INK, linewidth=0.8)
    ax.set(
        xlim=(-4, 4), ylim=(-0.3, 6), xlabel="margin of one example (below 0: wrong)", ylabel="loss (bits, or as is)"
    )
    ax.legend(loc="upper right")
    return figure


def draw_climb(found: Climb, heights: torch.Tensor, extent: tuple[float, float, float, float], looks: int) -> Figure:
    """A climb over two weights on the map of accuracy (G, G), as far as it came in ``looks`` evaluations."""
    figure, panels = new_figure((5.0, 4.6), ["map"])
    ax = panels["map"]
    image = ax.imshow(heights, origin="lower", extent=extent, cmap="Blues", vmin=0.3, vmax=1.05, aspect="auto")
    figure.colorbar(image, ax=ax, label="accuracy, share right")
    path = found.path[found.when <= looks]
    tried = found.tried[:looks]
    ax.plot(tried[:, 0], tried[:, 1], ".", color=COLORS["other"], markersize=5)
    ax.plot(path[:, 0], path[:, 1], color=COLORS["gradient"], marker="o", markersize=4, linewidth=1.5)
    ax.plot(*path[-1], "o", color=COLORS["loss"], markersize=9)
    ax.set(xlim=extent[:2], ylim=extent[2:], xlabel="first weight", ylabel="second weight")
    return figure


def draw_needed(rows: list[Needed], budget: int) -> Figure:
    """Looks at the data until the goal against the number of weights, log-log: climbing, and descending."""
    figure, panels = new_figure((6.4, 3.8), ["needed"])
    ax = panels["needed"]
    for row in rows:
        reached = [count for count in row.climbs if count is not None]
        ax.plot([row.size] * len(reached), reached, "o", color=COLORS["accuracy"], markersize=5, alpha=0.7)
        if len(reached) < len(row.climbs):
            ax.plot(row.size, budget, "^", color=COLORS["accuracy"], markerfacecolor="white", markersize=9)
        ax.plot([row.size] * len(row.descents), row.descents, "s", color=COLORS["loss"], markersize=5, alpha=0.7)
    ax.axhline(budget, color=INK, linewidth=0.8, linestyle=":")
    sizes = [row.size for row in rows]
    ax.annotate("climbing accuracy", (sizes[2], 250), color=COLORS["accuracy"], ha="center")
    ax.annotate("descending cross-entropy", (sizes[3], 9), color=COLORS["loss"], ha="center")
    ax.annotate("where we stopped counting", (sizes[0], budget), (0, 4), textcoords="offset points")
    ax.set(xscale="log", yscale="log", ylim=(1, budget * 3), xlabel="number of weights that matter",
           ylabel="looks at all the data")  # fmt: skip
    ax.set_xticks(sizes, [f"{size:,}" for size in sizes], minor=False)
    ax.minorticks_off()
    return figure
