"""The chapter on soft targets under a reader's keys: the numbers that its figure shows are Python's."""

from __future__ import annotations

import re

from lossbook.information.measures import entropy, smoothed
from lossbook.soft_targets.best_lead import best_lead


def test_the_best_lead_moves_and_its_floor_rises(page, figure):
    found = figure("best-lead")
    found.get_by_role("slider").focus()

    def words():
        return re.sub(r"\s+", " ", found.inner_text())

    page.keyboard.press("Home")
    assert "smoothing 0.00: floor 0.000 nats, never reached" in words()
    page.keyboard.press("End")
    floor, lead = entropy(smoothed(10, 0.5)).item(), best_lead(10, 0.5)
    assert f"smoothing 0.50: floor {floor:.3f} nats, at a lead of {lead:.2f}" in words()


def test_two_labels_at_once_name_the_mistake(page, server):
    page.goto(f"{server}/book/soft-targets.html")
    exercise = page.locator('[data-exercise="ex-two-labels"]')
    exercise.scroll_into_view_if_needed()
    field = exercise.get_by_role("textbox")
    field.fill("0.6931")
    field.press("Enter")
    exercise.and_(page.locator('[data-state="wrong"]')).wait_for()
    assert "counts twice" in exercise.get_by_role("status").inner_text()
