"""The figures of the chapter on other losses: what they say and draw, against numbers worked out another way."""

import math
import re

import pytest
import torch
from torch.nn import functional as F

from lossbook.accuracy.runs import fit, random_start
from lossbook.data.digits import threes_and_sevens
from lossbook.deciding.rare import eights, train_logistic
from lossbook.other_losses.climb import climb, evaluations_needed, two_weights
from lossbook.other_losses.climb_map import climb_map
from lossbook.other_losses.counted import counts
from lossbook.other_losses.plots import draw_counted, draw_needed, draw_saturated
from lossbook.other_losses.stand_ins import stand_ins
from lossbook.other_losses.stray_point import stray_point


@pytest.fixture(scope="module")
def eight():
    return eights(1)


def numbers(text):
    return [float(n.replace(",", "").replace("−", "-")) for n in re.findall(r"[−-]?\d[\d,]*(?:\.\d+)?", text)]


@pytest.mark.parametrize("unit", ["nats", "bits"])
@pytest.mark.parametrize("margin", [-4.0, -2.0, 0.5, 3.0])
def test_stand_ins_say_height_and_slope(margin, unit):
    _, text = stand_ins()(margin=margin, unit=unit)
    p = 1 / (1 + math.exp(-margin))
    base = math.log(2) if unit == "bits" else 1
    bend = 2 * p * (1 - p) ** 2 * math.log(p) - (1 - p) ** 3  # of -(1 - p)^2 log p, by the margin
    wanted = {
        "right or wrong": (float(margin <= 0), 0),
        "sigmoid": (1 - p, -p * (1 - p)),
        "squared error": ((1 - p) ** 2, -2 * p * (1 - p) ** 2),
        "hinge": (max(0, 1 - margin), -1.0 if margin < 1 else 0),
        "focal": (-((1 - p) ** 2) * math.log(p) / base, bend / base),
        "cross-entropy": (-math.log(p) / base, (p - 1) / base),
    }
    said = dict(line.split(": ") for line in text.split("\n")[1:])
    assert all((unit in said[name]) == (name in ("focal", "cross-entropy")) for name in said)
    assert {name: pytest.approx(values, abs=6e-4) for name, values in wanted.items()} == {
        name: tuple(numbers(line)) for name, line in said.items()
    }


def test_no_two_lines_of_the_stand_ins_look_alike_without_colour():
    figure, _ = stand_ins()()
    legend = figure.axes[0].get_legend().legend_handles
    looks = {(line.get_linestyle(), line.get_marker(), str(line._dash_pattern)) for line in legend}
    assert len(looks) == len(legend) == 6


@pytest.mark.parametrize("distance", [1.0, 2.5, 4.0, 9.0])
def test_the_stray_says_where_each_loss_is_least(distance):
    figure, text = stray_point()(distance)
    grid = torch.linspace(-3, 3, 60_001, dtype=torch.float64)
    margins = grid[:, None] * torch.tensor([1.0, 1, 1, -distance], dtype=torch.float64)
    each = {"cross-entropy": F.softplus(-margins).mean(1) / math.log(2), "hinge": (1 - margins).clamp(min=0).mean(1)}
    for line, (name, height) in zip(text.split("\n")[1:], each.items(), strict=True):
        assert line.startswith(name)
        best = height.argmin()
        error = 0.25 if grid[best] > 0 else 0.75
        assert numbers(line) == pytest.approx([height[best].item(), grid[best].item(), error], abs=6e-3)


def test_the_stray_says_a_tie_where_the_pulls_cancel():
    _, text = stray_point()(3.0)
    assert "four ties" in text and "−0.33 to 1: either error" in text


def test_climb_map_follows_the_climb():
    digits = threes_and_sevens()
    plane = two_weights(digits, *fit(digits, F.cross_entropy, random_start(1), steps=60).final, pixels=(36, 60))
    found = climb(plane.accuracy, torch.tensor([6.0, 6.0], dtype=torch.float64), step=1.5, goal=0.99, seed=2)
    assert found.reached and found.tried.abs().max() < 10, "the climb of the chapter leaves its map"
    draw = climb_map(found, plane.map(-10, 10, points=11), -10, 10)
    for looks in (1, 5, found.reached):
        _, text = draw(looks=looks)
        kept = int((found.when <= looks).sum()) - 1
        best = max(plane.accuracy(pair) for pair in found.tried[:looks])
        assert numbers(text) == pytest.approx([looks, kept, best], abs=6e-4)


def test_stills_of_the_chapter_are_drawn(eight):
    rows = evaluations_needed([2, 4], repeats=2, budget=50)
    assert draw_needed(rows, 50).axes[0].get_xscale() == "log"
    run = fit(threes_and_sevens(), F.cross_entropy, random_start(1), steps=5)
    g = torch.linspace(0, 8, 5)
    pulls = draw_saturated(g, g / 9, g / 8, {"cross-entropy": run, "squared error": run})
    assert pulls.axes[0].lines[1].get_ydata().tolist() == (g / 9).tolist()
    assert pulls.axes[1].lines[0].get_ydata().tolist() == run.held_accuracy.tolist()
    w = train_logistic(eight)
    far, near = draw_counted(eight.x_train, eight.y_train, w, pixel=36, at=4.0).axes
    moved = w.clone()
    moved[36] = 4.0
    height = counts(eight.x_train @ moved, eight.y_train).f1.item()
    assert far.lines[0].get_ydata()[200] == pytest.approx(height) and near.lines[0].get_ydata()[200] == 0
