"""What a frame of a figure costs beside matplotlib's own `savefig` of it, for figures of nine kinds.

Both sides call the same function for the same values: ours makes a page's figure of all frames, packed and ready;
matplotlib's writes each as SVG into memory. Times are this process' own, which other work on the machine hardly
touches; the two sides take turns, and the ratio is the median of the turns'.
"""

from __future__ import annotations

import io
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
import numpy as np

from kernelfree.interaction.figure import InteractFigure, Options
from kernelfree.interaction.originals import make_panel, widgets_by_argument

FRAMES, TURNS, MOST = 20, 5, 1.3
GRID = np.meshgrid(*[np.linspace(-2, 2, 40)] * 2)


def lines(k: int = 1) -> Any:
    figure, ax = plt.subplots()
    x = np.linspace(0, 6, 200)
    for j in range(3):
        ax.plot(x, np.sin(x * (j + k / 10)), label=f"line {j}")
    ax.legend()
    ax.set(title=r"$\sin kx$", xlabel="x")
    return figure


def bars(k: int = 1) -> Any:
    figure, axes = plt.subplots(2, 2)
    for ax in axes.flat:
        ax.hist(np.random.default_rng(k).normal(size=1000), 40)
    return figure


def points(k: int = 1) -> Any:
    figure, ax = plt.subplots()
    x, y, c = np.random.default_rng(0).random((3, 300))
    ax.scatter(k * x, y, c=c)
    return figure


def mesh(k: int = 1) -> Any:
    figure, ax = plt.subplots()
    figure.colorbar(ax.pcolormesh(*GRID, np.exp(-(GRID[0] ** 2) * k / 10 - GRID[1] ** 2)))
    return figure


def contours(k: int = 1) -> Any:
    figure, ax = plt.subplots()
    figure.colorbar(ax.contourf(*GRID, np.sin(3 * GRID[0] + k / 10) * GRID[1], 20))
    return figure


def arrows(k: int = 1) -> Any:
    figure, ax = plt.subplots()
    x, y = (part[::2, ::2] for part in GRID)
    ax.quiver(x, y, np.cos(y * k / 5), x)
    return figure


def image(k: int = 1) -> Any:
    figure, ax = plt.subplots()
    ax.imshow(np.random.default_rng(k).random((200, 200)))
    return figure


def surface(k: int = 1) -> Any:
    figure = plt.figure()
    height = np.exp(-(GRID[0] ** 2) * k / 10 - GRID[1] ** 2)
    figure.add_subplot(projection="3d").plot_surface(*GRID, height, cmap="viridis")
    return figure


def wires(k: int = 1) -> Any:
    figure = plt.figure()
    ax = figure.add_subplot(projection="3d")
    ax.plot_wireframe(*GRID, np.sin(GRID[0] * k / 5) * GRID[1])
    ax.view_init(30, 6 * k)
    return figure


def ours(draw: Callable[..., Any]) -> None:
    widgets = widgets_by_argument(make_panel(draw, {"k": (1, FRAMES)}))
    InteractFigure(draw, widgets, Options()).output()


def theirs(draw: Callable[..., Any]) -> None:
    for k in range(1, FRAMES + 1):
        figure = draw(k)
        figure.savefig(io.BytesIO(), format="svg")
        plt.close(figure)


def milliseconds(work: Callable[[], None]) -> float:
    began = time.process_time()
    work()
    return 1000 * (time.process_time() - began) / FRAMES


def main() -> None:
    every = (lines, bars, points, mesh, contours, arrows, image, surface, wires)
    chosen = [draw for draw in every if draw.__name__ in sys.argv[1:]] or every
    print(f"{'a frame':10} {'ours, ms':>9} {'savefig':>9} {'ratio':>6}")
    for draw in chosen:
        ours(draw)
        turns = [(milliseconds(lambda: ours(draw)), milliseconds(lambda: theirs(draw))) for _ in range(TURNS)]  # noqa: B023
        mine, yours = (statistics.median(side) for side in zip(*turns, strict=True))
        ratio = statistics.median(a / b for a, b in turns)
        over = "  more than it should" if ratio > MOST else ""
        print(f"{draw.__name__:10} {mine:9.1f} {yours:9.1f} {ratio:6.2f}{over}", flush=True)


if __name__ == "__main__":
    main()
