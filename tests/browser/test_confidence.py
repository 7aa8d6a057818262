"""The chapter on confidence under a reader's keys and hands: the numbers that its figures show are Python's."""

from __future__ import annotations

import functools
import math
import re

import pytest
import torch
from torch.nn import functional as F

from lossbook.confidence.calibrate import fit_temperature
from lossbook.confidence.costs import expected_costs
from lossbook.confidence.metrics import brier_score, report
from lossbook.confidence.network import ten_digits, train_network


@pytest.fixture(scope="module")
def parts():
    digits = ten_digits()
    run = train_network(digits)
    return (run.val[-1], digits.y_val), (run.test[-1], digits.y_test)


@pytest.fixture
def figure(awake):
    """Opens the chapter and wakes a figure of it."""
    return functools.partial(awake, "confidence")


def rows(found):
    """The figure's table: first cell -> the others' texts."""
    texts = found.locator(".cf-numbers tbody tr").evaluate_all(
        "(rows) => rows.map((row) => [...row.cells].map((cell) => cell.innerText.trim()))"
    )
    return {name: cells for name, *cells in texts}


def number(text):
    return float(text.replace("−", "-").replace("∞", "inf").removesuffix(" nats"))


def state(found, *names):
    return found.evaluate("(root, names) => names.map((name) => root.model.get(name))", list(names))


def reached(found):
    """Which of the figure's tasks are reached."""
    return found.locator("[data-goal]").evaluate_all("(nodes) => nodes.map((node) => node.dataset.goal === 'reached')")


def test_the_betting_game_shows_pythons_costs_wherever_the_keys_lead(page, figure):
    game = figure("betting-game")

    def check():
        q, p = state(game, "q", "p")
        wanted, shown = expected_costs(q, p), rows(game)
        for name, label in (("log", "log loss"), ("brier", "Brier"), ("distance", "|p − y|"), ("error", "share wrong")):
            cost, best = next(cells for row, cells in shown.items() if row.startswith(label))
            assert number(cost) == pytest.approx(getattr(wanted, name).item(), abs=6e-4)
            if name in ("log", "brier"):
                assert number(best) == pytest.approx(q, abs=6e-3)
        ends = next(cells for row, cells in shown.items() if row.startswith("|p − y|"))[1]
        assert ends == ("any" if q == 0.5 else f"{float(q > 0.5):.2f}")

    check()
    for name in ("the stated p", "the truth q"):
        game.get_by_role("slider", name=name).focus()
        for key in ("PageDown", "ArrowLeft", "PageUp", "End", "ArrowLeft", "Home", "PageUp"):
            page.keyboard.press(key)
            check()


def test_both_knobs_of_the_betting_game_are_dragged(page, figure):
    game = figure("betting-game")
    for name, trait in (("the truth q", "q"), ("the stated p", "p")):
        box = game.get_by_role("slider", name=name).bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        (before,) = state(game, trait)
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x - 80, y, steps=4)
        page.mouse.up()
        (after,) = state(game, trait)
        assert after < before - 0.1


def test_the_games_tasks_are_noticed(page, figure):
    game = figure("betting-game")
    assert reached(game) == [False, False]
    game.get_by_role("slider", name="the stated p").focus()
    page.keyboard.press("End")
    assert reached(game) == [True, False]
    game.get_by_role("slider", name="the truth q").focus()
    page.keyboard.press("Home")
    for _ in range(5):
        page.keyboard.press("PageUp")
    assert reached(game) == [True, True]


def test_moving_the_wrong_classes_mass_leaves_the_loss_alone(page, figure):
    triangle = figure("simplex")
    triangle.get_by_role("slider", name="of the rest, to B").focus()
    losses, scores, verdicts = set(), set(), set()
    for key in ("Home", "PageUp", "PageUp", "PageUp", "PageUp", "PageUp", "End"):
        page.keyboard.press(key)
        right, share = state(triangle, "right", "share")
        probs = torch.tensor([[right, (1 - right) * share, (1 - right) * (1 - share)]], dtype=torch.float64)
        shown = rows(triangle)
        (loss,), (score,) = (
            next(cells for row, cells in shown.items() if row.startswith(label)) for label in ("loss", "Brier")
        )
        assert number(loss) == pytest.approx(-math.log(right), abs=6e-4)
        assert number(score) == pytest.approx(brier_score(probs, torch.tensor([0])), abs=6e-4)
        losses.add(loss)
        scores.add(score)
        verdicts.add(triangle.locator(".cf-says").inner_text())
        assert triangle.locator(".cf-says").inner_text().startswith("Right") == (int(probs.argmax()) == 0)
    assert len(losses) == 1 and len(scores) > 2 and len(verdicts) == 3


def test_the_point_is_dragged_anywhere_in_the_triangle(page, figure):
    triangle = figure("simplex")
    box = triangle.get_by_role("slider", name="probability of the right class A").bounding_box()
    svg = triangle.locator(".cf-picture > svg").bounding_box()
    scale = svg["width"] / 400
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    # Halfway from A to C: probabilities 1/2, 0, 1/2.
    page.mouse.move(svg["x"] + 290 * scale, svg["y"] + 181.9 * scale, steps=5)
    page.mouse.up()
    right, share = state(triangle, "right", "share")
    assert right == pytest.approx(0.5, abs=0.02) and share == pytest.approx(0, abs=0.03)
    for name, wanted in (("Right, in doubt", (0.34, 0.5)), ("Wrong, with less to pay", (0.49, 1))):
        triangle.get_by_role("button", name=name).click()
        assert tuple(state(triangle, "right", "share")) == wanted
    assert reached(triangle) == [False, True]
    triangle.get_by_role("button", name="Right, in doubt").click()
    triangle.get_by_role("slider", name="of the rest, to B").focus()
    page.keyboard.press("End")
    assert reached(triangle) == [True, True]


def test_the_temperature_shows_pythons_calibration_and_losses(page, figure, parts):
    found = figure("temperature")
    val, (logits, target) = parts

    def check():
        T, bins = state(found, "T", "bins")
        wanted, shown = report(logits / T, target, bins), rows(found)
        # The pictures travel in hundredths of a logit.
        assert number(shown["accuracy"][0]) == pytest.approx(wanted.accuracy, abs=6e-4)
        assert number(shown["mean confidence"][0]) == pytest.approx(wanted.confidence, abs=1.5e-3)
        assert number(shown["calibration error"][0]) == pytest.approx(wanted.calibration_error, abs=5e-3)
        assert number(shown["loss, judged on"][0]) == pytest.approx(wanted.nll, abs=1.5e-3)
        assert number(shown["loss, fitted on"][0]) == pytest.approx(
            F.cross_entropy(val[0] / T, val[1]).item(), abs=6e-4
        )

    check()
    found.get_by_role("button", name="As fitted").click()
    assert state(found, "T")[0] == pytest.approx(fit_temperature(*val), abs=0.026)
    check()
    found.get_by_role("slider", name="groups").focus()
    page.keyboard.press("End")
    assert reached(found) == [False, True]
    for name in ("temperature T", "groups"):
        found.get_by_role("slider", name=name).focus()
        for key in ("Home", "PageUp", "End", "ArrowLeft"):
            page.keyboard.press(key)
            check()


def test_logit_scale_shows_the_same_accuracy_and_another_loss(page, figure, parts):
    found = figure("logit-scale")
    _, (logits, target) = parts
    found.get_by_role("slider").focus()
    losses = set()
    for key, power in (("Home", -1.0), ("End", 1.0), ("ArrowLeft", 0.95), ("ArrowLeft", 0.9)):
        page.keyboard.press(key)
        wanted = report(10**power * logits, target)
        said = found.locator(".kf-words").inner_text()
        assert f"accuracy {wanted.accuracy:.3f}" in said and f"{wanted.nll:.3f} on test pictures" in said
        assert f"mean confidence {wanted.confidence:.3f}" in said
        losses.add(round(wanted.nll, 3))
    assert len(losses) == 4 and re.search(r"factor \d", said)
