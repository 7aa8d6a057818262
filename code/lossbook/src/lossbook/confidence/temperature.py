"""``Temperature``: one number on the logits of a real network; calibration and loss follow it live."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn import functional as F
from traitlets import Float, Int, List, Unicode

from kernelfree import Explorable
from lossbook.confidence.calibrate import fit_temperature
from lossbook.confidence.plots import draw_temperature

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: The temperatures of the slider.
LOW, HIGH, STEP = 0.25, 5.0, 0.05


def pack(logits: Tensor, target: Tensor) -> str:
    """Encode for the browser logits (N, C) and target (N,): the gaps below each picture's largest logit in hundredths.

    A picture is its gaps in base 36 with commas between, the right class's first, and a plus sign before it if the
    answer is right; pictures are separated by blanks. A hundredth changes no third digit of what is shown.
    """
    gaps = ((logits.amax(1, keepdim=True) - logits) * 100).round().long()
    pictures = []
    for row, y, z in zip(gaps.tolist(), target.tolist(), logits, strict=True):
        first = row.pop(y)
        sign = "+" if int(z.argmax()) == y else ""
        pictures.append(sign + ",".join(_base36(gap) for gap in (first, *sorted(row))))
    return " ".join(pictures)


def _base36(number: int) -> str:
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits


class Temperature(Explorable):
    """Logits divided by ``T``: reliability on test pictures in ``bins`` groups, and the loss there and on others."""

    _esm = Path(__file__).with_name("temperature.js")
    _css = Path(__file__).with_name("confidence.css")
    name = "temperature"
    title = "One number for all logits"
    description = (
        "Above, groups of test pictures of similar confidence: how sure the network is, and how often it is right; on "
        "the dotted line the two agree. As trained, nearly all groups lie below it. Below, the loss over the "
        "temperature, on the pictures the temperature was fitted on and on others: both lines fall and rise again."
    )
    space = ("49rem", "31rem")

    T = Float(1.0, min=LOW, max=HIGH).tag(sync=True)
    bins = Int(10, min=1, max=50).tag(sync=True)

    fitted = Float(1.0, read_only=True).tag(sync=True, data=True)
    pictures = Unicode("", read_only=True).tag(sync=True, data=True)
    val_curve = List(Float(), read_only=True).tag(sync=True, data=True)
    test_curve = List(Float(), read_only=True).tag(sync=True, data=True)

    def __init__(self, val: tuple[Tensor, Tensor], test: tuple[Tensor, Tensor], **state: Any) -> None:
        """``val`` and ``test`` are logits (N, C) and target (N,); the temperature is fitted on ``val``."""
        self._test = test
        steps = LOW + STEP * torch.arange(round((HIGH - LOW) / STEP) + 1)
        self.set_trait("fitted", round(round(fit_temperature(*val) / STEP) * STEP, 2))
        self.set_trait("pictures", pack(*test))
        for name, (logits, target) in (("val_curve", val), ("test_curve", test)):
            self.set_trait(name, [round(F.cross_entropy(logits / T, target).item(), 4) for T in steps.tolist()])
        super().__init__(**state)

    def still(self) -> Figure:
        return draw_temperature(*self._test, self.T, self.bins, LOW, HIGH, self.val_curve, self.test_curve)
