"""``TwoCodes``: p against q, by hand. Areas are lengths of codewords times how often they are sent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import torch
from traitlets import Int, List

from kernelfree import Explorable
from lossbook.information.measures import bits, cross_entropy_of, divergence, entropy
from lossbook.style import COLORS, INK

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Shares are counted in parts of this many, so that halves, tenths and eighths are all exact.
PARTS = 80
#: What is sent.
LETTERS = "ABCD"
#: The longest codeword that the picture has room for, in bits.
TALL = 7


def shares(cuts: list[int]) -> torch.Tensor:
    """The lengths of the pieces into which cuts divide a ruler of ``PARTS``, as probabilities."""
    ends = torch.tensor([0, *sorted(cuts), PARTS], dtype=torch.float64)
    return ends.diff() / PARTS


class TwoCodes(Explorable):
    """Four letters, sent as often as ``q`` says, in a code that was made for ``p``.

    ``q`` and ``p`` are where each ruler is cut, in eightieths: ``[40, 60, 70]`` is one half, one quarter, two eighths.
    """

    _esm = Path(__file__).with_name("two_codes.js")
    _css = Path(__file__).with_name("two_codes.css")
    name = "two-codes"
    title = "Letters come as q says; the code was made for p"
    description = (
        "Two rulers, each cut into four pieces, A to D. The upper one, p, is what a code was made for: a short piece "
        "gets a long codeword. The lower one, q, is how often each letter is sent. Between them four columns, as wide "
        "as q and as high as the codewords, minus log p in bits: their area is the cross-entropy. A dashed line marks "
        "the heights minus log q, whose area is the entropy; what lies between is the divergence."
    )
    space = ("43.75rem", "48.35rem")

    q = List(Int(min=0, max=PARTS), default_value=[40, 60, 70], minlen=3, maxlen=3).tag(sync=True)
    p = List(Int(min=0, max=PARTS), default_value=[16, 32, 64], minlen=3, maxlen=3).tag(sync=True)

    def still(self) -> Figure:
        import matplotlib.pyplot as plt
        from matplotlib.patches import Rectangle

        q, p = shares(self.q), shares(self.p)
        figure, (ruler, plot) = plt.subplots(2, 1, figsize=(6.4, 5.2), height_ratios=[1, 8])
        left = 0.0
        for letter, share in zip(LETTERS, p.tolist(), strict=True):
            ruler.add_patch(Rectangle((left, 0), share, 1, facecolor="none", edgecolor=INK, linewidth=1))
            if share:
                ruler.text(left + share / 2, 0.5, letter, ha="center", va="center")
            left += share
        ruler.set(xlim=(0, 1), ylim=(0, 1), yticks=[], xticks=[])
        ruler.set_ylabel("p", rotation=0, labelpad=12, va="center")
        left = 0.0
        for letter, often, told in zip(LETTERS, q.tolist(), p.tolist(), strict=True):
            if often:
                paid, due = (min(float(bits(-torch.tensor(x).log())), TALL) for x in (told, often))
                low, high = min(paid, due), max(paid, due)
                wasted = paid > due
                plot.bar(left, low, often, align="edge", color=COLORS["other"], alpha=0.25)
                plot.bar(
                    left,
                    high - low,
                    often,
                    bottom=low,
                    align="edge",
                    facecolor=COLORS["loss"] if wasted else "none",
                    edgecolor=COLORS["loss" if wasted else "right"],
                    hatch=None if wasted else "////",
                    linewidth=0,
                )
                plot.plot([left, left + often], [paid, paid], color=COLORS["loss"], linewidth=2.5)
                plot.plot([left, left + often], [due, due], color=INK, linestyle=(0, (4, 2)), linewidth=1.5)
                plot.text(left + often / 2, 0.12, letter, ha="center")
            left += often
        plot.set(xlim=(0, 1), ylim=(0, TALL), xlabel="q: how often each letter is sent", ylabel="bits")
        paid, due, extra = (float(bits(x)) for x in (cross_entropy_of(q, p), entropy(q), divergence(q, p)))
        plot.set_title(f"cross-entropy {paid:.3f} = entropy {due:.3f} + divergence {extra:.3f} bits")
        return figure
