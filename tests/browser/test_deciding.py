"""The chapter on deciding under a reader's keys: the numbers that its figure shows are torch's."""

from __future__ import annotations

import re

import pytest

from lossbook.deciding.rare import eights, logits, train_logistic
from lossbook.other_losses.counted import counts


@pytest.mark.parametrize(("key", "weight"), [(None, 1.0), ("Home", 1 / 8), ("End", 128.0)])
def test_weights_walk_along_the_thresholds(page, figure, key, weight):
    found, data = figure("weight-walk"), eights(1)
    if key:
        found.get_by_role("slider").focus()
        page.keyboard.press(key)
    judged = counts(logits(data.x_judge, train_logistic(data, weight)), data.y_judge)
    said = re.sub(r"\s+", " ", found.inner_text())
    assert f"weight of an 8: {weight:g} " in said
    assert f"recall {judged.recall:.2f} precision {judged.precision:.2f} F1 {judged.f1:.2f}" in said
