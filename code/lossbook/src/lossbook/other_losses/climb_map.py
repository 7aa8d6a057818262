"""A climb on the map of accuracy over two weights, under a slider."""

from __future__ import annotations

import torch
from matplotlib import colormaps
from matplotlib.figure import Figure

from lossbook.figures import Draw, new_figure, settle
from lossbook.other_losses.climb import Climb
from lossbook.style import COLORS, INK


def climb_map(found: Climb, heights: torch.Tensor, low: float, high: float) -> Draw:
    """``draw(looks)``: a climb over two weights as far as it came, on the map of accuracy ``heights`` (G, G)."""
    figure, panels = new_figure((5.0, 4.4), ["map"])
    ax = panels["map"]
    shades = colormaps["Blues"].resampled(8)  # steps of 0.1
    image = ax.imshow(heights.numpy(), origin="lower", extent=(low, high, low, high), cmap=shades, vmin=0.3, vmax=1.1,
                      aspect="auto", interpolation="none")  # fmt: skip
    bar = figure.colorbar(image, ax=ax)
    bar.ax.set_ylim(0.3, 1.0)
    bar.set_label("accuracy", labelpad=9)  # a phone makes the ticks' numbers larger
    (tried,) = ax.plot([], [], "o", color=INK, markeredgecolor="white", markeredgewidth=0.8, markersize=5)
    (path,) = ax.plot([], [], color=COLORS["loss"], marker="o", markersize=4, linewidth=1.5)
    (here,) = ax.plot([], [], "o", color=COLORS["loss"], markersize=9)
    ax.set(xlim=(low, high), ylim=(low, high), xlabel="first weight", ylabel="second weight")
    settle(figure)

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
