"""``Spread``: how far apart the logits of an untrained network lie, and what its first loss is then."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from traitlets import Enum, Float

from kernelfree import Explorable
from lossbook.information.start import ROWS, row_losses
from lossbook.style import COLORS, INK, line

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Numbers of classes to choose from, the largest spread, and the highest loss that there is room for, in nats.
CLASSES = (2, 10, 100)
WIDEST = 5.0
HIGHEST = 20


class Spread(Explorable):
    """Two hundred rows of logits that know nothing, of standard deviation ``spread``, over ``classes`` classes."""

    _esm = Path(__file__).with_name("spread.js")
    _css = Path(__file__).with_name("spread.css")
    name = "spread"
    title = "A network that knows nothing: how loudly does it say so?"
    description = (
        "Above, how many of two hundred random rows of logits have which loss, with their mean and ln C marked. Below, "
        "the mean loss over the spread of the logits: it starts at ln C, rises like half the square of the spread, and "
        "then along a straight line."
    )
    space = ("44rem", "48rem")

    spread = Float(0.0, min=0.0, max=WIDEST).tag(sync=True)
    classes = Enum(list(CLASSES), default_value=10).tag(sync=True)

    def still(self) -> Figure:
        import matplotlib.pyplot as plt
        import torch

        figure, (above, below) = plt.subplots(2, 1, figsize=(6.0, 5.2))
        losses = row_losses(self.spread, self.classes)
        mean, guess = losses.mean().item(), math.log(self.classes)
        heights = torch.histc(losses.clamp(max=HIGHEST - 1e-9), HIGHEST, 0, HIGHEST)
        above.bar([k + 0.5 for k in range(HIGHEST)], heights.tolist(), 0.9, color=COLORS["other"], alpha=0.45)
        above.axvline(guess, color=INK, linestyle=":", linewidth=1.5)
        above.axvline(mean, **line("loss"))
        above.set(xlim=(0, HIGHEST), ylim=(0, ROWS), xlabel="loss of a row (nats)", ylabel="rows")
        above.set_title(f"spread {self.spread:.1f}: mean loss {mean:.3f}, ln {self.classes} = {guess:.3f} nats")
        spreads = [WIDEST * k / 25 for k in range(26)]
        below.plot(spreads, [row_losses(s, self.classes).mean().item() for s in spreads], **line("loss"))
        below.axhline(guess, color=INK, linestyle=":", linewidth=1.5)
        below.plot(self.spread, mean, "o", color=COLORS["loss"], markersize=8)
        below.set(xlim=(0, WIDEST), ylim=(0, 15), xlabel="spread of the logits", ylabel="mean loss (nats)")
        return figure
