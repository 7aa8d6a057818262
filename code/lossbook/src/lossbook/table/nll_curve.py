"""The curve of -log p under a slider: what a right answer costs when it was given probability p."""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from lossbook.style import line


def draw_nll(p: float = 0.5) -> tuple[Figure, str]:
    """The curve of -log p, the loss at one p as a point on it, and its slope there.

    The loss falls from infinity at p = 0 to 0 at p = 1; the tangent at the point has slope -1/p, so it is steepest
    where the right class was thought least likely.
    """
    nats, slope = -math.log(p), -1 / p
    figure, ax = plt.subplots(figsize=(6.4, 3.8))
    grid = np.geomspace(1e-3, 1, 300)
    ax.plot(grid, -np.log(grid), **line("loss"))
    ends = np.array([-1.0, 2.0])
    ax.plot(ends, nats + slope * (ends - p), **line("gradient", linewidth=1.5))
    ax.plot([p, p], [0, nats], **line("other", linewidth=1.2))
    ax.plot([p], [nats], "o", **line("loss", markersize=9))
    ax.set(xlim=(0, 1.02), ylim=(0, 5), xlabel="probability of the right class, p", ylabel="loss (nats)")
    bits = nats / math.log(2)
    return figure, f"p = {p:.2f}   loss −log p = {nats:.3f} nats = {bits:.3f} bits   slope −1/p = −{-slope:.2f}"
