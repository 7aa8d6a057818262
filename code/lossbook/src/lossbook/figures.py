"""What the book's figures share: panels by name, a layout that settles once, and the mark of a slider's value.

A figure under a slider is set up once; its ``draw`` only moves what depends on the slider, which keeps a frame at a few
hundredths of a second and what differs between frames small.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lossbook.style import COLORS

#: What the makers of figures return for ``kernelfree.interact``: values of sliders -> the figure, and what it says.
Draw = Callable[..., tuple[Figure, str]]
#: ``Axes.axvline`` at a slider's value: ``ax.axvline(1, **BAND)``.
BAND: dict[str, Any] = {"color": COLORS["gradient"], "linewidth": 5, "alpha": 0.35}


def new_figure(size: tuple[float, float], *rows: list[str], **ratios: Any) -> tuple[Figure, dict[str, Axes]]:
    """A figure with named panels, a list of names a row. pyplot does not know it, so it is shown only where asked."""
    figure = Figure(figsize=size, layout="constrained")
    panels = figure.subplot_mosaic([list(row) for row in rows], **ratios)
    for ax in panels.values():
        ax.yaxis.labelpad = 9  # on a phone the page sets text larger than matplotlib reckoned with
    return figure, panels


def settle(figure: Figure) -> None:
    """Lay the figure out once; frames keep the places, and are drawn in half the time."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        figure.set_layout_engine("none")
