"""The chapter on information under a reader's keys and hands: the numbers that its figures show are Python's."""

from __future__ import annotations

import math
import re

import pytest

from lossbook.information.measures import cross_entropy_of, divergence, entropy
from lossbook.information.start import row_losses
from lossbook.information.two_codes import shares
from sitepages import page_of


def number(text):
    return float(text.strip().replace("−", "-").replace("∞", "inf"))


def check_codes(codes):
    q, p = (shares(codes.evaluate(f"(root) => root.model.get('{name}')")) for name in "qp")
    cells = codes.locator(".tc-numbers tbody td").all_inner_texts()
    measures = (cross_entropy_of(q, p), entropy(q), divergence(q, p), divergence(p, q))
    wanted = [x for nats in measures for x in (nats.item() / math.log(2), nats.item())]
    assert [number(cell) for cell in cells] == pytest.approx(wanted, abs=6e-4)
    return wanted


def test_two_codes_show_pythons_numbers_wherever_the_keys_lead(page, figure):
    codes = figure("two-codes")
    check_codes(codes)
    for name, keys in (
        ("p, cut between A and B", ("ArrowRight", "PageUp", "PageUp", "PageUp")),
        ("p, cut between C and D", ("End", "Home", "PageUp")),
        ("q, cut between B and C", ("ArrowLeft", "PageDown", "Home", "End")),
    ):
        codes.get_by_role("slider", name=name).focus()
        for key in keys:
            page.keyboard.press(key)
            check_codes(codes)


def test_a_cut_stops_at_its_neighbours(page, figure):
    codes = figure("two-codes")
    codes.get_by_role("slider", name="p, cut between A and B").focus()
    page.keyboard.press("End")
    cuts = codes.evaluate("(root) => root.model.get('p')")
    assert cuts[0] == cuts[1] < cuts[2]


def test_presets_and_what_they_say(figure):
    codes = figure("two-codes")
    said = codes.locator(".tc-verdict")
    codes.get_by_role("button", name="p = q").click()
    assert check_codes(codes)[4] == 0 and "The code fits" in said.inner_text()
    codes.get_by_role("button", name="p forgets D").click()
    assert check_codes(codes)[0] == math.inf and "infinitely expensive" in said.inner_text()
    codes.get_by_role("button", name="Swap them").click()
    wanted = check_codes(codes)
    assert math.isfinite(wanted[4]) and wanted[6] == math.inf and "finite one" in said.inner_text()
    assert codes.locator('[data-goal="reached"]').count() >= 1


def test_a_cut_is_dragged(page, figure):
    codes = figure("two-codes")
    box = codes.get_by_role("slider", name="q, cut between A and B").locator(".tc-knob").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y, steps=4)
    page.mouse.up()
    assert codes.evaluate("(root) => root.model.get('q')")[0] < 40
    check_codes(codes)


def test_an_unordered_link_is_read_in_order(figure):
    check_codes(figure("two-codes", "#two-codes?q=[70,40,60]"))


def test_the_spread_shows_torchs_mean(page, figure):
    spread = figure("spread")
    words = spread.locator(".sp-words")
    for classes in (10, 2, 100):
        spread.get_by_role("radio", name=str(classes), exact=True).check()
        spread.get_by_role("slider", name="spread of the logits").focus()
        for key in ("Home", "PageUp", "End", "ArrowLeft"):
            page.keyboard.press(key)
            value = spread.evaluate("(root) => root.model.get('spread')")
            mean = float(re.search(r"Mean loss ([\d.]+) nats", words.inner_text())[1])
            assert mean == pytest.approx(row_losses(value, classes).mean().item(), abs=6e-4)
    assert f"ln 100 = {math.log(100):.3f}" in words.inner_text()


def test_the_letters_get_cheaper_as_the_model_learns(page, figure):
    found = figure("letter-prices")
    found.get_by_role("slider").focus()
    totals = []
    for key in ("Home", "ArrowRight", "End"):
        page.keyboard.press(key)
        words = found.locator(".kf-words").inner_text()
        totals.append(int(re.search(r"(\d+) bits for", words)[1]))
    assert totals[0] > totals[1] > totals[2]
    assert words.startswith("after 1000 steps")


@pytest.mark.parametrize(
    ("name", "answer", "reply"),
    [
        ("ex-likelihood", "0.8813", "bits"),
        ("ex-wrong-code", "2", "what is paid"),
        ("ex-two-batches", "4.4817", "mean of two means"),
    ],
)
def test_exercises_name_the_mistake(page, server, site, name, answer, reply):
    page.goto(f"{server}/{page_of(site, name)}")
    exercise = page.locator(f'[data-exercise="{name}"]')
    exercise.scroll_into_view_if_needed()
    field = exercise.get_by_role("textbox")
    field.fill(answer)
    field.press("Enter")
    exercise.and_(page.locator('[data-state="wrong"]')).wait_for()
    assert reply in exercise.get_by_role("status").inner_text()
