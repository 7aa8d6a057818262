"""The slope of one weight: the chain rule in Python and JavaScript against autograd, the traits, and the still."""

from __future__ import annotations

import random

import matplotlib.pyplot as plt
import pytest
import torch
from torch.nn import functional as F
from traitlets import TraitError

from javascript import run_node
from lossbook.table import LOGITS, TARGET
from lossbook.table.weight_slope import CLASSES, EXAMPLES, WeightSlope, weight_slopes
from project import source

SCRIPT = """
import { readFileSync } from "node:fs";
const { lossAt, weightSlopes } = await import(process.env.MODULE);
const cases = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(cases.map((given) => ({ ...weightSlopes(...given), again: lossAt(...given) }))));
"""


def drawn_cases():
    """(logits, target, x, class_index, w), among them inputs of 0 and a sure model."""
    draw = random.Random(12)
    cases = []
    for number in range(800):
        rows, classes = draw.randint(1, 5), draw.randint(2, 7)
        scale = (1.0, 4.0, 40.0)[number % 3]
        logits = [[draw.gauss(0, scale) for _ in range(classes)] for _ in range(rows)]
        x = [draw.choice([0.0, draw.uniform(-3, 3)]) for _ in range(rows)]
        target = [draw.randrange(classes) for _ in range(rows)]
        cases.append((logits, target, x, draw.randrange(classes), draw.uniform(-4, 4)))
    return cases


def by_autograd(logits, target, x, class_index, w):
    """The mean loss, its slope in w, each example's own slope in w, and each score's slope, all from torch."""
    logits, x = (torch.tensor(numbers, dtype=torch.float64) for numbers in (logits, x))
    weight = torch.tensor(w, dtype=torch.float64, requires_grad=True)
    z = logits.clone()
    z[:, class_index] += weight * x
    losses = F.cross_entropy(z, torch.tensor(target), reduction="none")
    pulls = [torch.autograd.grad(loss, weight, retain_graph=True)[0].item() for loss in losses]
    (scores,) = torch.autograd.grad(losses.sum(), z, retain_graph=True)
    (slope,) = torch.autograd.grad(losses.mean(), weight)
    return losses.mean().item(), slope.item(), pulls, scores[:, class_index].tolist()


@pytest.fixture(scope="module")
def browser():
    return run_node(SCRIPT, drawn_cases(), source("lossbook") / "table" / "pulls.js")


def test_the_chain_rule_is_autograds_gradient():
    for logits, target, x, class_index, w in drawn_cases():
        tensors = torch.tensor(logits, dtype=torch.float64), torch.tensor(target), torch.tensor(x, dtype=torch.float64)
        ours = weight_slopes(*tensors, class_index, w)
        loss, slope, pulls, scores = by_autograd(logits, target, x, class_index, w)
        assert ours.loss.item() == pytest.approx(loss, rel=1e-10, abs=1e-13)
        assert ours.weight.item() == pytest.approx(slope, rel=1e-9, abs=1e-13)
        assert ours.pulls.tolist() == pytest.approx(pulls, rel=1e-9, abs=1e-13)
        assert ours.score.tolist() == pytest.approx(scores, rel=1e-9, abs=1e-13)


def test_the_browsers_is_pythons(browser):
    assert len(browser) == 800
    for (logits, target, x, class_index, w), answer in zip(drawn_cases(), browser, strict=True):
        tensors = torch.tensor(logits, dtype=torch.float64), torch.tensor(target), torch.tensor(x, dtype=torch.float64)
        wanted = weight_slopes(*tensors, class_index, w)
        for name, value in wanted._asdict().items():
            assert answer[name] == pytest.approx(value.tolist(), rel=1e-9, abs=1e-13), name
        assert answer["again"] == answer["loss"]


def test_at_weight_zero_it_is_the_chapters_table():
    figure = WeightSlope()
    assert f"{figure.slopes().loss:.4f}" == "2.4373"
    probs = LOGITS.double().softmax(1)[:, figure.class_index]
    assert figure.slopes().probs.tolist() == pytest.approx(probs.tolist(), abs=1e-6)
    assert figure.slopes().right.tolist() == (TARGET == figure.class_index).double().tolist()


def test_the_first_picture_has_pulls_both_ways_and_a_lowest_point_in_sight():
    figure = WeightSlope()
    pulls = figure.slopes().pulls
    assert pulls.min() < 0 < pulls.max()
    assert figure.slopes(-4).weight < 0 < figure.slopes(4).weight


def test_an_input_of_zero_does_not_pull():
    figure = WeightSlope(x=[0.0, 1.0, 0.0])
    assert figure.slopes().pulls[0] == figure.slopes().pulls[2] == 0
    assert figure.slopes(3).probs[0] == figure.slopes(-3).probs[0]


def test_steps_lead_down():
    figure = WeightSlope()
    losses = []
    for _ in range(20):
        losses.append(figure.slopes().loss.item())
        figure.w = figure.w - figure.slopes().weight.item()
    assert losses == sorted(losses, reverse=True) and abs(figure.slopes().weight) < 1e-3


@pytest.mark.parametrize(
    ("name", "bad"), [("w", 4.1), ("x", [1.0, 2.0]), ("x", [1.0, 2.0, 3.1]), ("class_index", 5), ("class_index", -1)]
)
def test_other_states_are_refused(name, bad):
    with pytest.raises(TraitError):
        setattr(WeightSlope(), name, bad)


def test_every_class_can_be_fed():
    for c in range(CLASSES):
        assert WeightSlope(class_index=c).slopes().pulls.shape == (EXAMPLES,)


def test_the_still_is_of_the_present_state():
    figure = WeightSlope(w=1.5, x=[0.0, 2.0, -1.0], class_index=4)
    now = figure.slopes()
    drawn = figure.still()
    try:
        words = " ".join(text.get_text() for text in drawn.findobj(plt.Text)).replace("−", "-")
        for number in (*now.pulls.tolist(), now.weight.item()):
            assert f"{number:+.3f}" in words
        assert f"loss {now.loss:.4f}, slope {now.weight:.3f}" in words
        assert [bar.get_width() for bar in drawn.axes[0].patches] == [*now.pulls.tolist(), now.weight.item()]
    finally:
        plt.close(drawn)
