"""Tasks that figures set: open at first, reached by a reader's hand, and noticed."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.timeout(300)


def figure_on(page, address: str, name: str):
    page.goto("about:blank")
    page.goto(address)
    figure = page.locator(f'[data-live-figure="{name}"]').first
    figure.scroll_into_view_if_needed()
    figure.and_(page.locator("[data-ready]")).wait_for()
    return figure


def states(figure) -> list[str]:
    return figure.locator("[data-goal]").evaluate_all("(goals) => goals.map((goal) => goal.dataset.goal)")


def test_goals_of_the_scale_of_logits(page, server):
    scale = figure_on(page, f"{server}/book/confidence.html", "logit-scale")
    assert states(scale) == ["open", "open"]
    slider = scale.get_by_role("slider").first
    slider.press("Home")
    for _ in range(40):
        slider.press("ArrowRight")
    assert states(scale) == ["reached", "reached"]
