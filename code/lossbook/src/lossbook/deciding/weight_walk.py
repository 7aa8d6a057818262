"""What class weights buy beside what a threshold buys: recall and precision of both, under a slider."""

from __future__ import annotations

import math

import torch
from matplotlib.figure import Figure

from lossbook.deciding.rare import Rare, judge, logits, train_logistic
from lossbook.figures import Draw, new_figure, settle
from lossbook.other_losses.counted import counts
from lossbook.style import COLORS, INK, line


def weight_walk(data: Rare, doublings: range = range(-3, 8)) -> Draw:
    """``draw(weight)``: the model trained with this weight on 8s, beside the plain model at every threshold.

    The weights are 2^k for ``doublings`` k. All of it is judged on the third part of ``data``; each model keeps its own
    threshold at a probability of one half.
    """
    z_of = {2.0**k: logits(data.x_judge, train_logistic(data, 2.0**k)) for k in doublings}
    edges = z_of[1].unique()
    curve = counts(z_of[1], data.y_judge, torch.cat([edges[:1] - 1, (edges[1:] + edges[:-1]) / 2]))
    judged = {weight: judge(z, data.y_judge) for weight, z in z_of.items()}
    figure, panels = new_figure((5.6, 4.2), ["plane"])
    ax = panels["plane"]
    ax.plot(curve.recall, curve.precision, **line("accuracy"), label="no weights, every threshold")
    ax.plot([j.recall for j in judged.values()], [j.precision for j in judged.values()], "o", color=COLORS["other"],
            markersize=4, label="weights, threshold one half")  # fmt: skip
    (here,) = ax.plot([], [], "D", color=COLORS["loss"], markersize=10, markeredgecolor=INK)
    ax.set(xlim=(0, 1.03), ylim=(0, 1.03), xlabel="recall, share of the 8s found",
           ylabel="precision, share of finds that are 8s")  # fmt: skip
    ax.legend(loc="lower left", fontsize=10)
    settle(figure)

    def draw(weight: float = 1.0) -> tuple[Figure, str]:
        """Precision against recall. A dashed line runs from the upper left to the lower right.

        It is the model without weights at every threshold. The marks of models with weights lie close to it.
        """
        nearest = min(judged, key=lambda known: abs(math.log(known / weight)))
        now = judged[nearest]
        here.set_data([now.recall], [now.precision])
        return figure, (
            f"weight of an 8: {nearest:g}\n"
            f"recall {now.recall:.2f}   precision {now.precision:.2f}   F1 {now.f1:.2f}\n"
            f"mean probability of an 8: {now.said:.3f} (share of 8s: {data.y_judge.mean():.3f})"
        )

    return draw


def above_the_curve(y: torch.Tensor, plain: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """Compare precision at equal recall: how much more precise ``other`` is than ``plain``, both logits (S, N), on y.

    Each is judged at its highest threshold that finds as many as ``other`` does at a probability of 1/2. Result (S,).
    """
    gaps = []
    for right, *both in zip(y, plain, other, strict=True):
        wanted = counts(both[1], right).recall
        precision = []
        for z in both:
            edges = z.unique()
            curve = counts(z, right, (edges[1:] + edges[:-1]) / 2)
            precision.append(curve.precision[curve.recall >= wanted][-1])
        gaps.append(precision[1] - precision[0])
    return torch.stack(gaps)
