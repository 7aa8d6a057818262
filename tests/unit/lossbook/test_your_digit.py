"""The reader's own digit: JavaScript against torch on random drawings, the pen, the Python side, what is refused."""

from __future__ import annotations

import random

import pytest
import torch
from torch.nn import functional as F
from traitlets import TraitError

from javascript import run_node
from lossbook.accuracy.runs import two_logits
from lossbook.accuracy.your_digit import FULL, MIDDLE, PIXELS, YourDigit, answer, strongest_pixel, your_digit
from project import source

SCRIPT = """
import { readFileSync } from "node:fs";
const d = await import(process.env.MODULE);
const { drawings, weight, bias, strokes } = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify({
  answers: drawings.map((ink) => d.answerTo(d.scoreOf(ink, weight, bias))),
  strongest: drawings.map((ink) => d.strongestPixel(ink, weight)),
  strokes: strokes.map(([ink, from, to, erase]) => d.stroke(ink, from, to, erase)),
}));
"""


def drawn():
    draw = random.Random(3)
    drawings = [[0] * PIXELS, [FULL] * PIXELS]
    drawings += [[draw.choice([0, draw.randint(0, FULL)]) for _ in range(PIXELS)] for _ in range(1000)]
    return drawings


def drawn_strokes():
    draw = random.Random(8)

    def point():
        return {"x": draw.uniform(-1, 9), "y": draw.uniform(-1, 9)}

    return [([draw.randint(0, FULL) for _ in range(PIXELS)], point(), point(), n % 2 == 1) for n in range(300)]


@pytest.fixture(scope="module")
def figure(digits, model):
    return YourDigit(digits, *model)


@pytest.fixture(scope="module")
def browser(figure):
    """What the figure's JavaScript answers, from one Node process."""
    asked = {"drawings": drawn(), "weight": figure.weight, "bias": figure.bias, "strokes": drawn_strokes()}
    return run_node(SCRIPT, asked, source("lossbook") / "accuracy" / "drawing.js")


def test_a_thousand_drawings_get_torchs_answer(figure, browser):
    x = torch.tensor(drawn(), dtype=torch.float64) / FULL
    weight, bias = (torch.tensor(numbers, dtype=torch.float64) for numbers in (figure.weight, figure.bias))
    logits = two_logits(x, weight, bias)
    costs = torch.stack([F.cross_entropy(logits, torch.full((len(x),), y), reduction="none") for y in (0, 1)], 1)
    answers = browser["answers"]
    assert len(answers) == len(x) == 1002
    assert [a["score"] for a in answers] == pytest.approx(logits[:, 1].tolist(), rel=1e-12, abs=1e-12)
    assert [a["predicted"] for a in answers] == logits.argmax(1).tolist()
    assert {0, 1} == {a["predicted"] for a in answers}
    for name, wanted in (("probs", logits.softmax(1)), ("costs", costs)):
        ours = torch.tensor([a[name] for a in answers], dtype=torch.float64)
        torch.testing.assert_close(ours, wanted, rtol=1e-10, atol=1e-14)
    assert browser["strongest"] == [strongest_pixel(row, weight) for row in x]
    assert browser["strongest"][0] == MIDDLE


def covered(j, start, end):
    """How much of a pixel's width the pen covers, from the distance of its middle to many points of the stroke."""
    x, y = j % 8 + 0.5, j // 8 + 0.5
    points = [k / 2000 for k in range(2001)]
    away = min(
        ((start["x"] + t * (end["x"] - start["x"]) - x) ** 2 + (start["y"] + t * (end["y"] - start["y"]) - y) ** 2)
        ** 0.5
        for t in points
    )
    return min(max(0.62 + 0.5 - away, 0), 1) * FULL


def test_strokes_ink_what_the_pen_covers_and_erase_it_again(browser):
    for (before, start, end, erase), after in list(zip(drawn_strokes(), browser["strokes"], strict=True))[:40]:
        for j, (old, new) in enumerate(zip(before, after, strict=True)):
            cover = covered(j, start, end)
            wanted = min(old, FULL - cover) if erase else max(old, cover)
            assert isinstance(new, int) and 0 <= new <= FULL
            assert new == pytest.approx(wanted, abs=0.51), (j, start, end, erase)


def test_the_first_drawing_is_the_surest_seven_and_the_stamps_are_held_out_pictures(figure, digits, model):
    scores = digits.x_held @ model[0] + model[1]
    pictures = {
        name: torch.tensor([ord(c) - 97 for c in text], dtype=torch.float64) / FULL
        for name, text in figure.stamps.items()
    }
    clear3, clear7, doubtful = pictures.values()
    assert torch.equal(figure.x, clear7) and torch.equal(clear7, digits.x_held[scores.argmax()])
    assert torch.equal(clear3, digits.x_held[scores.argmin()])
    nearest = scores.abs().argmin()
    assert torch.equal(doubtful, digits.x_held[nearest])
    assert list(figure.stamps)[2] == f"A doubtful {'37'[digits.y_held[nearest]]}"
    assert figure.answer().predicted == 1 and answer(clear3, *model).predicted == 0


def test_rounded_weights_give_the_models_own_answers(figure, digits, model):
    for x in digits.x_held:
        figure.ink = (x * FULL).int().tolist()
        ours, wanted = figure.answer(), answer(x, *model)
        assert ours.predicted == wanted.predicted
        assert ours.costs == pytest.approx(wanted.costs, abs=2e-5)
    figure.ink = figure._about["start"]["ink"]


def test_a_nudge_moves_the_costs_and_the_answer_only_across_zero(digits, model):
    figure = YourDigit(digits, *model)
    level = figure.x[figure.chosen].item()
    flip = -figure.answer(0).score / level
    assert figure.answer(flip + 0.01).predicted == 1 and figure.answer(flip - 0.01).predicted == 0
    assert figure.answer(-1).costs[1] > figure.answer(0).costs[1] > figure.answer(1).costs[1]
    figure.ink = [0] * PIXELS
    assert figure.answer(6) == figure.answer(-6) and figure.answer().score == pytest.approx(model[1].item(), abs=1e-6)


def test_a_tie_is_answered_with_a_three():
    assert answer(torch.zeros(4), torch.ones(4), torch.tensor(0.0)).predicted == 0


@pytest.mark.parametrize(
    ("name", "bad"),
    [("ink", [0] * 63), ("ink", [17] + [0] * 63), ("ink", [0.5] * 64), ("pixel", 64), ("nudge", 6.1), ("tool", "pen")],
)
def test_other_states_are_refused(figure, name, bad):
    with pytest.raises(TraitError):
        setattr(figure, name, bad)


def drawing_title(figure):
    ax = figure.still().axes[0]
    return ax.get_title("left") or ax.get_title("center")


def test_the_still_is_of_the_present_state():
    figure = your_digit()
    assert drawing_title(figure) == "answer: 7, score 5.52"
    figure.nudge = -6.0
    assert drawing_title(figure) == "answer: 3, score −0.48"


def test_a_link_can_carry_the_drawing(figure):
    assert figure._about["limits"]["ink"] == {"kind": "list", "items": {"kind": "integer", "min": 0, "max": FULL}}
