"""The figures of the chapter on confidence: what they say is what was computed, and their stills follow their state."""

import math
import re

import matplotlib.pyplot as plt
import pytest
import torch
from torch.nn import functional as F
from traitlets import TraitError

from lossbook.confidence.betting import BettingGame
from lossbook.confidence.calibrate import fit_temperature
from lossbook.confidence.logit_scale import logit_scale
from lossbook.confidence.plots import draw_run
from lossbook.confidence.simplex import Simplex
from lossbook.confidence.temperature import STEP, Temperature, pack

torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def parts():
    generator = torch.Generator().manual_seed(2)
    found = []
    for rows in (300, 120):
        logits = 6 * torch.randn(rows, 10, generator=generator, dtype=torch.float64)
        found.append((logits, torch.multinomial((logits / 2).softmax(1), 1, generator=generator)[:, 0]))
    return found


def numbers(text):
    return [float(x) for x in re.findall(r"-?\d+(?:\.\d+)?", text)]


def test_logit_scale_reports_the_scaled_model(parts):
    draw = logit_scale(*parts)
    accuracies = set()
    for power in (-1.0, 0.0, 0.5, 1.0):
        _, text = draw(factor=10**power)
        factor, accuracy, sure, val, test = numbers(text)
        logits, target = parts[1]
        assert factor == pytest.approx(10**power, rel=5e-3)
        assert sure == pytest.approx((10**power * logits).softmax(1).amax(1).mean().item(), abs=6e-4)
        assert test == pytest.approx(F.cross_entropy(10**power * logits, target).item(), abs=6e-4)
        assert val == pytest.approx(F.cross_entropy(10**power * parts[0][0], parts[0][1]).item(), abs=6e-4)
        accuracies.add(accuracy)
    assert len(accuracies) == 1


def test_the_temperature_figure_holds_the_fit_and_both_curves(parts):
    figure = Temperature(*parts)
    assert figure.fitted == pytest.approx(fit_temperature(*parts[0]), abs=STEP / 2 + 1e-9)
    for name, (logits, target) in zip(("val_curve", "test_curve"), parts, strict=True):
        curve = getattr(figure, name)
        for k in (0, 15, len(curve) - 1):
            T = 0.25 + STEP * k
            assert curve[k] == pytest.approx(F.cross_entropy(logits / T, target).item(), abs=6e-5)
    with pytest.raises(TraitError):
        figure.T = 0


def test_a_packed_picture_by_hand():
    """Gaps 0, 1.25 and 36 below the largest, in hundredths and base 36: 0, 3h, 2s0."""
    logits = torch.tensor([[36.0, 34.75, 0.0]])
    assert pack(logits, torch.tensor([0])) == "+0,3h,2s0"
    assert pack(logits, torch.tensor([2])) == "2s0,0,3h"


def test_stills_follow_the_state(parts):
    low, high = BettingGame(q=0.2, p=0.9).still(), BettingGame(q=0.8, p=0.1).still()
    assert [line.get_xdata()[0] for line in low.axes[0].lines if line.get_marker() == "s"] == [0.2]
    assert [line.get_xdata()[0] for line in high.axes[0].lines if line.get_marker() == "D"] == [1.0]
    title = Simplex(right=0.5, share=0.5).still().axes[0].get_title()
    assert numbers(title) == pytest.approx([math.log(2), 0.375], abs=6e-4)
    assert "inf" in Simplex(right=0.0).still().axes[0].get_title()
    warm = Temperature(*parts, T=2.0, bins=5).still()
    assert len(warm.axes[0].collections[0].get_offsets()) <= 5


def test_stills_of_runs_are_drawn():
    step = torch.arange(0, 10, 2)
    line = torch.linspace(1, 0.5, 5)
    figure = draw_run(step, line / 2, line, 1 - line, line, least=3)
    assert figure.axes[0].lines[0].get_xdata().tolist() == step.tolist()
    assert figure.axes[0].lines[2].get_xdata() == [6, 6]
