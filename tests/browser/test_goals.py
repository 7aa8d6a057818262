"""Tasks that figures set: open at first, reached by a reader's hand, and noticed."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

pytestmark = pytest.mark.timeout(300)

# Moves one trait through many values, as a hand would, until the goal is reached.
SWEEP = """async (figure, [goal, trait, from, to, step]) => {
  const open = () => figure.querySelectorAll("[data-goal]")[goal].dataset.goal === "open";
  for (let x = from; x <= to && open(); x += step) {
    figure.model.set(trait, Number(x.toFixed(6)));
    await new Promise((done) => setTimeout(done));
  }
  return !open();
}"""


def figure_on(page, address: str, name: str):
    page.goto("about:blank")
    page.goto(address)
    figure = page.locator(f'[data-live-figure="{name}"]').first
    figure.scroll_into_view_if_needed()
    figure.and_(page.locator("[data-ready]")).wait_for()
    return figure


def states(figure) -> list[str]:
    return figure.locator("[data-goal]").evaluate_all("(goals) => goals.map((goal) => goal.dataset.goal)")


def test_goals_of_the_loss_table(page, server):
    table = figure_on(page, f"{server}/book/cross-entropy.html", "loss-table")
    assert states(table) == ["open", "open"]
    table.get_by_role("button", name="Confident and right").click()
    assert states(table) == ["open", "open"]
    table.get_by_role("button", name="Right with doubt").click()
    assert states(table) == ["open", "reached"]
    logits = [[1.0, 1.1, 0, 0, 0], [1.1, 0, 0, 1.0, 0], [1.1, 0, 0, 0, 1.0]]
    link = f"{server}/book/cross-entropy.html#loss-table?logits={quote(json.dumps(logits))}"
    table = figure_on(page, link, "loss-table")
    assert states(table) == ["reached", "open"]
    assert table.get_by_text("Reached.").is_visible()


def test_goals_of_one_weight(page, server):
    one = figure_on(page, f"{server}/book/why-not-accuracy.html", "one-weight")
    assert states(one) == ["open", "open"]
    assert one.evaluate(SWEEP, [1, "w_old", -8, 8, 0.05])
    one.evaluate("(figure) => figure.model.set('h', 0.0794)")
    assert one.evaluate(SWEEP, [0, "w_old", -8, 8, 0.05])


def test_goals_of_the_scale_of_logits(page, server):
    scale = figure_on(page, f"{server}/book/confidence.html", "logit-scale")
    assert states(scale) == ["open", "open"]
    slider = scale.get_by_role("slider").first
    slider.press("Home")
    for _ in range(40):
        slider.press("ArrowRight")
    assert states(scale) == ["reached", "reached"]
