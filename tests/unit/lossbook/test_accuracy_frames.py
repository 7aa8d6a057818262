"""The chapter's figures under sliders: what they say and draw, against numbers worked out another way."""

import re

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from lossbook.accuracy.runs import hardest_first, three_runs, two_logits
from lossbook.accuracy.staircase import staircase, weight_line
from lossbook.accuracy.step_length import step_length
from lossbook.accuracy.steps import safe_distance, step_shares
from lossbook.accuracy.three_runs import contact_sheet, training_runs


def numbers(text):
    return [float(n.replace(",", "").replace("−", "-")) for n in re.findall(r"[−-]?\d[\d,]*(?:\.\d+)?(?:e-\d+)?", text)]


def test_step_length_counts_the_steps_that_were_measured(digits, model):
    h = torch.logspace(-6, 0, 13)
    shares = step_shares(digits.x_train, digits.y_train, h, pairs=4000, seed=1)
    at = torch.cat([model[0], model[1].view(1)])
    trained = step_shares(digits.x_train, digits.y_train, h, pairs=2000, seed=1, weights=at)
    draw = step_length(shares, trained, safe_distance(digits.x_train, *model), digits.x_train)
    for k, power in enumerate(np.arange(-6, 0.1, 0.5)):
        figure, text = draw(h=10.0**power)
        changed, own = (round(s.changed[k].item() * s.pairs) for s in (shares, trained))
        assert numbers(text)[1:] == [changed, 4000, own, 2000]
        assert figure.axes[0].lines[-1].get_xdata()[0] == pytest.approx(10**power, rel=1e-3)


def test_training_runs_show_each_step(digits):
    runs = three_runs(digits, seed=1, steps=4)
    shown = hardest_first(runs["cross-entropy"], digits.x_held, digits.y_held)
    draw = training_runs(runs, digits.x_held, digits.y_held, shown)
    for step in range(5):
        figure, text = draw(step=step)
        lines = text.split("\n")
        assert lines[0] == f"step {step}" and len(lines) == 4
        for line, (name, run) in zip(lines[1:], runs.items(), strict=True):
            logits = two_logits(digits.x_held, run.weight[step], run.bias[step])
            wrong = (logits.argmax(1) != digits.y_held).sum().item()
            loss = F.cross_entropy(logits, digits.y_held).item()
            assert line.startswith(f"{name}: ")
            assert numbers(line)[-4:] == pytest.approx([1 - wrong / 121, loss, wrong, 121], abs=6e-4)
        images = [ax.images[0].get_array() for ax in figure.axes[:3]]
        assert np.allclose(images[2].ravel(), runs["cross-entropy"].weight[step])
        crosses = [len(ax.lines[0].get_xdata()) for ax in figure.axes[3:6]]
        wrong = logits.argmax(1) != digits.y_held
        assert crosses[2] == wrong[shown].sum()


def test_contact_sheet_holds_each_picture_where_its_centre_says(digits):
    sheet, centres = contact_sheet(digits.x_held[:10])
    for picture, (x, y) in zip(digits.x_held, centres.tolist(), strict=False):
        left, top = int(x - 3.5), int(y - 3.5)
        assert np.allclose(sheet[top : top + 8, left : left + 8], picture.reshape(8, 8))


def test_stills_of_the_chapter_are_drawn(digits, model):
    from lossbook.accuracy.plots import draw_stairs, steps_to_draw

    stairs = staircase(weight_line(digits.x_train, digits.y_train, *model, 36))
    x, y = steps_to_draw(stairs, 2, 4)
    inside = stairs.edges[(stairs.edges > 2) & (stairs.edges < 4)]
    assert len(x) == 2 * (len(inside) + 1) and torch.equal(y[::2], y[1::2])
    dots = draw_stairs(stairs, 2, 4).axes[0].lines[-1]
    assert dots.get_ydata().tolist() == stairs(inside).tolist()
