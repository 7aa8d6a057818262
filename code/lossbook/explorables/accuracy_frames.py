"""The chapter on accuracy under sliders: each function takes what was computed and returns a ``draw`` for ``interact``.

A figure is set up once; ``draw`` only moves what depends on the slider, which keeps a frame at a few hundredths of a
second and what differs between frames small.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from matplotlib import colormaps
from matplotlib.figure import Figure

from ..accuracy_plots import new_figure
from ..climb import Climb
from ..digits import SIDE
from ..metrics import reliability, report
from ..runs import Run, two_logits
from ..steps import Shares, expected_flips
from ..style import COLORS, INK, line
from ..surrogates import SURROGATES, slope

Draw = Callable[..., tuple[Figure, str]]
_SHADES = 15  # of a weight, an odd number so that 0 has its own: one path each, whatever the number of pixels
_BAND = {"color": COLORS["gradient"], "linewidth": 5, "alpha": 0.35}


def _settle(figure: Figure) -> None:
    """Lay the figure out once; frames keep the places, and are drawn in half the time."""
    figure.get_layout_engine().execute(figure)
    figure.set_layout_engine("none")


def step_length(shares: Shares, trained: Shares, safe: float, x: torch.Tensor) -> Draw:
    """``draw(power)``: shares of steps that change accuracy, one length marked; ``safe`` from ``safe_distance``."""
    figure, panels = new_figure((5.6, 4.4), ["shares"])
    ax = panels["shares"]
    floor = 0.1 / shares.pairs
    ceiling = expected_flips(x, shares.h).clamp(max=1)
    ax.plot(shares.h, ceiling, color=INK, linewidth=1, linestyle=":", label="expected flips, closed form")
    ax.plot(shares.h, shares.changed, **line("accuracy", marker="o", markersize=5), label="random models")
    seen = trained.changed > 0
    ax.plot(trained.h[seen], trained.changed[seen], **line("right", marker="s", markersize=5), label="a trained model")
    zeros = trained.h[~seen]
    ax.plot(zeros, torch.full_like(zeros, floor), "s", color=COLORS["right"], markerfacecolor="#ffffff", markersize=5)
    ax.axvline(safe, color=COLORS["right"], linewidth=1)
    ax.annotate(
        "its smallest margin", (safe, 1e-3), rotation=90, ha="right", va="center", color=COLORS["right"], fontsize=10
    )
    mark = ax.axvline(1, **_BAND)
    ax.set(xscale="log", yscale="log", xlim=(5e-7, 2), ylim=(floor / 2, 2), xlabel="length h of the step",
           ylabel="share that changes accuracy")  # fmt: skip
    ax.set_xticks([1e-6, 1e-4, 1e-2, 1], ["10⁻⁶", "10⁻⁴", "10⁻²", "1"])
    ax.set_yticks([floor, 1e-6, 1e-4, 1e-2, 1], ["0", "10⁻⁶", "10⁻⁴", "10⁻²", "1"])
    ax.minorticks_off()
    ax.legend(loc="lower left", bbox_to_anchor=(0.22, 0.08), fontsize=10)
    _settle(figure)

    def draw(power: float = -3.0) -> tuple[Figure, str]:
        """The share of random steps that change accuracy, against the length of the step from one millionth to 1.

        Both axes are logarithmic. For random models the points lie on a straight line of slope one that bends below
        one near its right end. For one trained model the share is exactly 0 for steps shorter than its smallest margin.
        """
        k = int((shares.h.log10() - power).abs().argmin())
        h = shares.h[k].item()
        mark.set_xdata([h, h])
        changed, own = (round((s.changed[k] * s.pairs).item()) for s in (shares, trained))
        return figure, (
            f"h = {h:.2g}   random models: {changed:,} of {shares.pairs:,} steps change accuracy"
            f"   the trained model: {own:,} of {trained.pairs:,}"
        )

    return draw


def contact_sheet(x: torch.Tensor, columns: int = 6) -> tuple[np.ndarray, torch.Tensor]:
    """All pictures of ``x`` (M, 64) on one sheet, and the (M, 2) pixel positions of their centres, x before y."""
    rows, cell = -(-len(x) // columns), SIDE + 2
    sheet = torch.zeros(rows * columns, cell, cell)
    sheet[: len(x), 1:-1, 1:-1] = x.reshape(-1, SIDE, SIDE)
    sheet = sheet.reshape(rows, columns, cell, cell).permute(0, 2, 1, 3).reshape(rows * cell, columns * cell)
    index = torch.arange(len(x))
    centres = torch.stack([index % columns, index // columns], 1) * cell + (cell - 1) / 2
    return sheet.numpy(), centres


def training_runs(runs: dict[str, Run], x: torch.Tensor, target: torch.Tensor, shown: torch.Tensor) -> Draw:
    """``draw(step)``: weights, misread pictures and both metrics of each run at one step.

    ``x`` (M, 64) and ``target`` (M,) are the held-out pictures, of which those with indices ``shown`` are drawn.
    """
    names = list(runs)
    figure, panels = new_figure((5.6, 6.6), *[[f"{part} {name}" for name in names] for part in ("weights", "digits")],
                                ["accuracy"] * len(names), ["loss"] * len(names),
                                height_ratios=[1, 1, 0.7, 0.7])  # fmt: skip
    limit = max(run.weight.abs().max().item() for run in runs.values())
    sheet, centres = contact_sheet(x[shown])
    misread = {
        name: torch.stack([two_logits(x, w, b).argmax(1) != target for w, b in zip(run.weight, run.bias, strict=True)])
        for name, run in runs.items()
    }
    images, crosses, dots = {}, {}, {}
    for name in names:
        weights, pictures = panels[f"weights {name}"], panels[f"digits {name}"]
        images[name] = weights.imshow(
            np.zeros((SIDE, SIDE)),
            cmap=colormaps["PuOr"].resampled(_SHADES),
            vmin=-limit,
            vmax=limit,
            interpolation="none",
        )
        pictures.imshow(sheet, cmap="gray_r", vmax=1.5, interpolation="none")
        (crosses[name],) = pictures.plot([], [], "x", color=COLORS["loss"], markersize=8, markeredgewidth=2)
        weights.set_title(name)
        for ax in (weights, pictures):
            ax.set(xticks=[], yticks=[])
            ax.spines[:].set_visible(False)
    panels[f"weights {names[0]}"].set_ylabel("weights")
    panels[f"digits {names[0]}"].set_ylabel("held-out pictures")
    marks = []
    for metric in ("accuracy", "loss"):
        ax = panels[metric]
        for name, width, size in zip(names, (6, 2, 2), (9, 6, 6), strict=True):
            values = getattr(runs[name], f"held_{metric}")
            ax.plot(values, **line(metric, linewidth=width, alpha=0.35 if width > 2 else 1))
            (dots[metric, name],) = ax.plot([0], [0], "o", color=COLORS[metric], markersize=size)
        marks.append(ax.axvline(0, **_BAND))
        ax.set_xlim(0, len(values) - 1)
    panels["accuracy"].set(ylim=(0, 1.05), ylabel="accuracy", xticklabels=[])
    panels["loss"].set(ylim=(0, None), ylabel="loss (nats)", xlabel="steps of gradient descent")
    _settle(figure)

    def draw(step: int = len(values) - 1) -> tuple[Figure, str]:
        """Weights, misread held-out pictures, accuracy and loss of three runs from the same random start.

        For argmax and for rounded accuracy nothing changes from the first step to the last: the same random weights,
        about half of the pictures misread, level curves. For cross-entropy the weights take a shape, almost no picture
        stays misread, accuracy rises to nearly 1 and the loss falls to nearly 0.
        """
        said = []
        for name, run in runs.items():
            images[name].set_data(run.weight[step].reshape(SIDE, SIDE))
            crosses[name].set_data(*centres[misread[name][step][shown]].T)
            for metric in ("accuracy", "loss"):
                dots[metric, name].set_data([step], [getattr(run, f"held_{metric}")[step].item()])
            said.append(
                f"{name}: accuracy {run.held_accuracy[step]:.3f}, loss {run.held_loss[step]:.3f} nats, "
                f"{int(misread[name][step].sum())} of {len(target)} misread"
            )
        for mark in marks:
            mark.set_xdata([step, step])
        return figure, f"step {step}\n" + "\n".join(said)

    return draw


def logit_scale(logits: torch.Tensor, target: torch.Tensor) -> Draw:
    """``draw(power)``: what a factor on all logits (N, 2) does to accuracy, confidence, loss and calibration."""
    figure, panels = new_figure((5.6, 6.0), ["shares"], ["loss"], ["bins"], height_ratios=[1, 1, 1.2])
    scales = torch.logspace(-1, 2, 61, dtype=torch.float64)
    reports = [report(logits * s, target) for s in scales.tolist()]
    panels["shares"].plot(scales, [r.accuracy for r in reports], **line("accuracy"))
    panels["shares"].plot(scales, [r.confidence for r in reports], **line("right"))
    panels["shares"].annotate("accuracy", (0.11, 0.90), color=COLORS["accuracy"])
    panels["shares"].annotate("mean confidence", (0.2, 0.6), color=COLORS["right"])
    panels["loss"].plot(scales, [r.nll for r in reports], **line("loss"))
    panels["shares"].set(ylim=(0.45, 1.05), ylabel="share")
    panels["loss"].set(ylim=(0, 0.55), ylabel="NLL (nats)", xlabel="factor on every logit")
    dots, marks = {}, []
    for name in ("shares", "loss"):
        panels[name].set(xscale="log", xlim=(0.1, 100))
        panels[name].set_xticks([0.1, 1, 10, 100], ["0.1", "1", "10", "100"] if name == "loss" else [])
        panels[name].minorticks_off()
        marks.append(panels[name].axvline(1, **_BAND))
        (dots[name],) = panels[name].plot([], [], "o", color=INK, markersize=5)
    ax = panels["bins"]
    ax.plot([0.5, 1], [0.5, 1], color=INK, linewidth=1, linestyle=":")
    (gaps,) = ax.plot([], [], color=COLORS["gradient"], linewidth=2)
    (groups,) = ax.plot([], [], "o", color=COLORS["accuracy"], markersize=8)
    ax.set(xlim=(0.48, 1.02), ylim=(-0.05, 1.1), xlabel="confidence of a group of predictions", ylabel="right")
    _settle(figure)

    def draw(power: float = 0.0) -> tuple[Figure, str]:
        """Accuracy, mean confidence and loss over a factor on the logits from a tenth to a hundred, and calibration.

        Accuracy is level. Mean confidence climbs from about 0.6 past it to 1. The negative log-likelihood falls, has
        its minimum near a factor of 3, and rises again. Below, the predictions in groups of like confidence: above the
        dotted line they are right more often than they are sure, below it less often.
        """
        factor = 10**power
        now, bins = report(logits * factor, target), reliability(logits * factor, target)
        for mark in marks:
            mark.set_xdata([factor, factor])
        dots["shares"].set_data([factor, factor], [now.accuracy, now.confidence])
        dots["loss"].set_data([factor], [now.nll])
        groups.set_data(bins.confidence, bins.accuracy)
        blank = torch.full_like(bins.confidence, torch.nan)
        gaps.set_data(
            torch.stack([bins.confidence, bins.confidence, blank], 1).flatten(),
            torch.stack([bins.confidence, bins.accuracy, blank], 1).flatten(),
        )
        return figure, (
            f"factor {factor:.3g}\naccuracy {now.accuracy:.3f}   mean confidence {now.confidence:.3f}   "
            f"calibration error {now.calibration_error:.3f}\n"
            f"NLL {now.nll:.4f} nats = {now.bits:.4f} bits   perplexity {now.perplexity:.4f}"
        )

    return draw


_STYLES = {
    "right or wrong": line("accuracy"),
    "sigmoid": line("right", linestyle="-."),
    "hinge": line("other"),
    "cross-entropy": line("loss"),
}


def stand_ins() -> Draw:
    """``draw(margin)``: accuracy's own loss and its smooth stand-ins over one example's margin, with tangents."""
    figure, panels = new_figure((5.6, 4.0), ["losses"])
    ax = panels["losses"]
    left, right = torch.linspace(-4, 0, 81, dtype=torch.float64), torch.linspace(0, 4, 81, dtype=torch.float64)[1:]
    dots, tangents = {}, {}
    for name, loss in SURROGATES.items():
        for part in (left, right) if name == "right or wrong" else (torch.cat([left, right]),):
            ax.plot(part, loss(part), **_STYLES[name], label=name if part[0] < 0 else None)
        (tangents[name],) = ax.plot([], [], color=COLORS["gradient"], linewidth=1.5)
        (dots[name],) = ax.plot([], [], "o", color=_STYLES[name]["color"], markersize=6)
    ax.axvline(0, color=INK, linewidth=0.8)
    ax.set(xlim=(-4, 4), ylim=(-0.3, 6), xlabel="margin (below 0: misread)", ylabel="loss of one example")
    ax.legend(loc="upper right", bbox_to_anchor=(0.93, 1), fontsize=10)
    _settle(figure)

    def draw(margin: float = -2.0) -> tuple[Figure, str]:
        """Four losses of one example against its margin from minus 4 to 4, with a tangent on each.

        Right or wrong is 1 below zero and 0 above, level on both sides. Sigmoid is the same step made smooth: far from
        zero it is nearly level too. Hinge falls in a straight line to 0 at a margin of 1. Cross-entropy, in bits,
        passes through 1 at margin 0, steep on the left and ever flatter on the right.
        """
        at, said = torch.tensor([margin], dtype=torch.float64), []
        for name, loss in SURROGATES.items():
            height, tilt = loss(at).item(), slope(loss, at).item()
            ends = [margin - 0.7, margin + 0.7]
            tangents[name].set_data(ends, [height + tilt * (end - margin) for end in ends])
            dots[name].set_data([margin], [height])
            said.append(f"{name}: {height:.3f}, slope {tilt + 0.0:.3f}".replace(" -", " −"))
        return figure, f"margin {margin:.2f}\n".replace("-", "−") + "\n".join(said)

    return draw


def climb_map(found: Climb, heights: torch.Tensor, low: float, high: float) -> Draw:
    """``draw(looks)``: a climb over two weights as far as it came, on the map of accuracy ``heights`` (G, G)."""
    figure, panels = new_figure((5.0, 4.4), ["map"])
    ax = panels["map"]
    shades = colormaps["Blues"].resampled(15)  # steps of 0.05
    image = ax.imshow(heights.numpy(), origin="lower", extent=(low, high, low, high), cmap=shades, vmin=0.3, vmax=1.05,
                      aspect="auto", interpolation="none")  # fmt: skip
    figure.colorbar(image, ax=ax, label="accuracy")
    (tried,) = ax.plot([], [], ".", color="#1d2129", markersize=5)
    (path,) = ax.plot([], [], color=COLORS["loss"], marker="o", markersize=4, linewidth=1.5)
    (here,) = ax.plot([], [], "o", color=COLORS["loss"], markersize=9)
    ax.set(xlim=(low, high), ylim=(low, high), xlabel="first weight", ylabel="second weight")
    _settle(figure)

    def draw(looks: int = len(found.best)) -> tuple[Figure, str]:
        """A map of accuracy over two weights, highest on a plateau near the middle, and a climb on it.

        A path of random steps, those that were kept, leads from the upper right onto the plateau; steps that were
        tried and given up lie beside it.
        """
        kept = found.path[found.when <= looks]
        tried.set_data(*found.tried[:looks].T.numpy())
        path.set_data(*kept.T.numpy())
        here.set_data(*kept[-1:].T.numpy())
        return (
            figure,
            f"looks at the data: {looks}   steps kept: {len(kept) - 1}   accuracy {found.best[looks - 1]:.3f}",
        )

    return draw
