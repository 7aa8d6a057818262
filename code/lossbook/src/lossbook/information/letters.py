"""What each letter of a sentence costs while a model learns: the length of its codeword, under a slider."""

from __future__ import annotations

import math

from matplotlib.figure import Figure

from lossbook.data.text import ALPHABET
from lossbook.figures import Draw, new_figure, settle
from lossbook.information.characters import CharacterModel, pairs, prices
from lossbook.information.measures import bits, perplexity
from lossbook.style import COLORS, INK

#: The highest price that the picture has room for, in bits.
TALL = 9.0


def letter_prices(kept: dict[int, CharacterModel], sentence: str) -> Draw:
    """``draw(steps)``: the price in bits of each letter of ``sentence``, after so many steps of training."""
    data = pairs([sentence])
    costs = {steps: bits(prices(model, data)) for steps, model in kept.items()}
    half = (len(sentence) + 1) // 2
    figure, panels = new_figure((6.4, 4.2), ["first"], ["second"])
    bars = []
    for name, part in (("first", sentence[:half]), ("second", sentence[half:])):
        ax = panels[name]
        bars += list(ax.bar(range(len(part)), [1.0] * len(part), 0.8, color=COLORS["loss"]))
        ax.set_xticks(range(len(part)), [letter.replace(" ", "␣") for letter in part])
        ax.tick_params(axis="x", length=0)
        ax.set(xlim=(-0.7, half - 0.3), ylim=(0, TALL), ylabel="bits", yticks=[0, 3, 6, 9])
        ax.axhline(math.log2(len(ALPHABET)), color=INK, linestyle=":", linewidth=1)
    settle(figure)

    def draw(steps: int = 0) -> tuple[Figure, str]:
        """The price of each letter of a sentence that the model was never shown, in bits, as it learns.

        At the start every letter costs nearly what knowing nothing costs, the dotted line. In the end the first letters
        of words are expensive and their last ones cheap.
        """
        now = costs[steps]
        for bar, cost in zip(bars, now.tolist(), strict=True):
            bar.set_height(min(cost, TALL))
        total = now.sum().item()
        nats = prices(kept[steps], data).sum().item()
        return figure, (
            f"after {steps} steps: {total:.0f} bits for {len(now)} characters, {total / len(now):.2f} each"
            f"   perplexity {perplexity(nats, len(now)):.1f}"
        )

    return draw
