"""Tasks that figures set: open at first, reached by a reader's hand, and noticed."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.timeout(300)


def states(figure) -> list[str]:
    return figure.locator("[data-goal]").evaluate_all("(goals) => goals.map((goal) => goal.dataset.goal)")


def test_goals_of_the_scale_of_logits(figure):
    scale = figure("logit-scale")
    assert states(scale) == ["open", "open"]
    slider = scale.get_by_role("slider").first
    slider.press("Home")
    for _ in range(40):
        slider.press("ArrowRight")
    assert states(scale) == ["reached", "reached"]
