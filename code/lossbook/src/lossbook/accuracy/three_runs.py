"""Draw three runs from one start under a slider: weights, wrong answers, accuracy and loss at each step."""

from __future__ import annotations

import numpy as np
import torch
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lossbook.accuracy.runs import Run, two_logits
from lossbook.data.digits import SIDE
from lossbook.figures import BAND, Draw, new_figure, settle
from lossbook.style import COLORS, line

_SHADES = 15  # of a weight, an odd number so that 0 has its own: one path each, whatever the number of pixels


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
    last = len(runs[names[0]].weight) - 1
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
        marks.append(ax.axvline(0, **BAND))
        ax.set_xlim(0, last)
    panels["accuracy"].set(ylim=(0, 1.05), ylabel="accuracy", xticklabels=[])
    panels["loss"].set(ylim=(0, None), ylabel="loss (nats)", xlabel="steps of gradient descent")
    for metric in ("accuracy", "loss"):
        lines = {name: getattr(run, f"held_{metric}") for name, run in runs.items()}
        _name_lines(panels[metric], lines, COLORS[metric])
    settle(figure)

    def draw(step: int = last) -> tuple[Figure, str]:
        """Weights, misread held-out pictures, accuracy and loss of three runs from the same random start.

        For argmax and for rounded accuracy nothing changes from the first step to the last: the same weights, the same
        pictures wrong, level curves. For cross-entropy the weights take a shape, hardly a picture stays wrong,
        accuracy rises and the loss falls.
        """
        said = []
        for name, run in runs.items():
            images[name].set_data(run.weight[step].reshape(SIDE, SIDE))
            crosses[name].set_data(*centres[misread[name][step][shown]].T)
            for metric in ("accuracy", "loss"):
                dots[metric, name].set_data([step], [getattr(run, f"held_{metric}")[step].item()])
            said.append(
                f"{name}: accuracy {run.held_accuracy[step]:.3f}, loss {run.held_loss[step]:.3f} nats, "
                f"{int(misread[name][step].sum())} of {len(target)} wrong"
            )
        for mark in marks:
            mark.set_xdata([step, step])
        return figure, f"step {step}\n" + "\n".join(said)

    return draw


def _name_lines(ax: Axes, lines: dict[str, torch.Tensor], color: str) -> None:
    """Write at its right end which run each line is, on the side with more room; lines that are one share the words."""
    bottom, top = ax.get_ylim()
    groups: dict[bytes, list[str]] = {}
    for name, values in lines.items():
        groups.setdefault(values.numpy().tobytes(), []).append(name)
    for names in groups.values():
        values = lines[names[0]]
        high = values[-1] > (bottom + top) / 2
        ax.annotate(
            " and ".join(names), (len(values) - 1, values[-1].item()), (-4, -4 if high else 4),
            textcoords="offset points", ha="right", va="top" if high else "bottom", color=color, fontsize=10,
        )  # fmt: skip
