"""The chapter on other losses under a reader's keys: the numbers that its figures show are torch's."""

from __future__ import annotations

import math
import re

import torch

from lossbook.other_losses.stray import best_weight, mean_loss
from lossbook.other_losses.surrogates import cross_entropy, hinge


def words(figure):
    return re.sub(r"\s+", " ", figure.inner_text())


def test_stand_ins_change_margin_and_unit(page, figure):
    found = figure("stand-ins")
    found.get_by_role("slider").focus()
    page.keyboard.press("End")
    nats = math.log1p(math.exp(-4.0))
    assert f"cross-entropy: {nats:.3f} nats" in words(found) and "right or wrong: 0.000" in words(found)
    page.keyboard.press("Home")
    assert "hinge: 5.000, slope −1.000" in words(found)
    found.get_by_role("combobox").select_option("bits")
    bits = math.log1p(math.exp(4.0)) / math.log(2)
    assert f"cross-entropy: {bits:.3f} bits" in words(found) and "hinge: 5.000, slope −1.000" in words(found)


def test_the_stray_turns_the_best_weight_round(page, figure):
    found = figure("stray")
    found.get_by_role("slider").focus()
    for key, distance in (("Home", 0.5), ("End", 9.0)):
        page.keyboard.press(key)
        said = words(found)
        for loss in (cross_entropy, hinge):
            best = best_weight(loss, distance)
            error = 0.25 if best > 0 else 0.75
            assert f"w = {best:.2f}: error {error:.2f}".replace("= -", "= −") in said
    least = mean_loss(cross_entropy, torch.tensor(best_weight(cross_entropy, 9.0), dtype=torch.float64), 9.0).item()
    assert f"{least / math.log(2):.3f} bits" in words(found)


def test_the_climb_is_followed_look_by_look(page, figure):
    found = figure("climb")
    found.get_by_role("slider").focus()
    page.keyboard.press("Home")
    assert "looks at the data: 1" in words(found) and "steps kept: 0" in words(found)
    page.keyboard.press("End")
    assert float(re.search(r"accuracy ([\d.]+)", words(found)).group(1)) >= 0.99
