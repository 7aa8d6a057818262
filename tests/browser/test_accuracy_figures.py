"""The chapter on accuracy under a reader's keys: the numbers that its figures show are Python's."""

from __future__ import annotations

import re

import pytest

from lossbook.accuracy.runs import three_runs
from lossbook.accuracy.staircase import staircase, weight_line


def number(text):
    """A number as the figures write it: a real minus sign, powers of ten in superscripts."""
    text = text.translate(str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789"))
    return float(re.sub(r" × 10(-?\d+)", r"e\1", text).replace(",", ""))


def table(one_weight):
    rows = one_weight.locator(".ow-numbers tbody tr").evaluate_all(
        "(rows) => rows.map((row) => [...row.cells].map((cell) => cell.innerText))"
    )
    return {name.strip(): [number(cell) for cell in cells] for name, *cells in rows}


def check_table(one_weight, line):
    old, h = one_weight.evaluate("(root) => [root.model.get('w_old'), root.model.get('h')]")
    shown, stairs = table(one_weight), staircase(line)
    new = old + h
    run = new - old
    for column, f in enumerate((stairs, line.cross_entropy)):
        rise = (f(new) - f(old)).item()
        assert shown["at w old"][column] == pytest.approx(f(old).item(), abs=6e-7)
        assert shown["at w new"][column] == pytest.approx(f(new).item(), abs=6e-7)
        assert shown["run h"][column] == pytest.approx(run, rel=1e-3, abs=6e-6)
        # A rise at the shortest steps is a difference of two losses near 1e-1: float64 leaves it ten digits.
        assert shown["rise"][column] == pytest.approx(rise, rel=1e-3, abs=6e-6 if abs(rise) > 1e-3 else 1e-15)
        assert shown["rise / run"][column] == pytest.approx(rise / run, rel=1e-3, abs=6e-6)
    assert shown["derivative at w old"] == [
        0,
        pytest.approx(line.cross_entropy_slope(old).item(), rel=1e-3, abs=6e-6),
    ]


def test_one_weight_shows_torchs_numbers_wherever_the_keys_lead(page, figure, digits, model):
    one = figure("one-weight")
    check_table(one, weight_line(digits.x_train, digits.y_train, *model, 36))
    one.get_by_role("slider", name="w old").focus()
    for key in ("PageDown", "PageDown", "ArrowRight", "PageUp", "Home", "PageUp", "End"):
        page.keyboard.press(key)
        check_table(one, weight_line(digits.x_train, digits.y_train, *model, 36))
    one.get_by_role("slider", name="w new").focus()
    for key in ("PageUp", "ArrowLeft", "Home"):
        page.keyboard.press(key)
        check_table(one, weight_line(digits.x_train, digits.y_train, *model, 36))
    one.get_by_role("slider", name="h, length of the step").focus()
    for key in ("End", "PageDown", "PageDown", "ArrowLeft"):
        page.keyboard.press(key)
        check_table(one, weight_line(digits.x_train, digits.y_train, *model, 36))


def test_the_length_of_the_step_is_a_number_on_a_logarithmic_track(page, figure):
    one = figure("one-weight")
    slider = one.get_by_role("slider", name="h, length of the step")
    field = one.get_by_role("spinbutton", name="h, length of the step, as a number")

    def told():
        return field.input_value(), one.evaluate("(root) => root.model.get('h')")

    assert told() == ("0.25", 0.25)
    slider.press("Home")
    assert told() == ("1e-6", 1e-6)
    slider.press("ArrowRight")
    assert told() == ("1.26e-6", 1.26e-6)
    slider.press("End")
    assert told() == ("3.98", 3.98)
    field.fill("0.001")
    field.press("Tab")
    assert told() == ("0.001", 0.001) and float(slider.input_value()) == -3
    assert slider.get_attribute("aria-valuetext") == "h = 0.001"
    field.fill("7")
    field.press("Tab")
    assert told() == ("4", 4)


def test_other_weights_are_chosen_by_arrows_and_by_a_click(page, figure, digits, model):
    one = figure("one-weight")
    one.get_by_role("radio", checked=True).focus()
    pixel = 36
    for key, step in (("ArrowDown", 8), ("ArrowDown", 8), ("ArrowLeft", -1), ("ArrowUp", -8), ("ArrowRight", 1)):
        page.keyboard.press(key)
        pixel += step
        assert one.evaluate("(root) => root.model.get('pixel')") == pixel
        assert one.get_by_role("radio", checked=True).evaluate("(node) => node === document.activeElement")
        check_table(one, weight_line(digits.x_train, digits.y_train, *model, pixel))
    one.get_by_role("radio").nth(20).click()
    check_table(one, weight_line(digits.x_train, digits.y_train, *model, 20))
    one.get_by_role("button", name="w old to the trained value").click()
    assert one.evaluate("(root) => root.model.get('w_old')") == pytest.approx(model[0][20].item(), abs=6e-4)
    check_table(one, weight_line(digits.x_train, digits.y_train, *model, 20))


def test_blank_pixels_are_marked_and_move_nothing(figure, digits):
    one = figure("one-weight")
    radios = one.get_by_role("radio")
    assert radios.count() == 64
    marked = [j for j in range(64) if "blank" in radios.nth(j).get_attribute("aria-label")]
    assert marked == digits.blank_pixels()
    for j in marked:
        radios.nth(j).click()
        shown = table(one)
        assert shown["rise"] == [0, 0] and shown["derivative at w old"] == [0, 0]
        assert "blank pixel" in one.locator(".ow-verdict").inner_text()


def test_close_up_keeps_the_numbers_and_levels_the_staircase(page, figure, digits, model):
    one = figure("one-weight")
    before = table(one)
    one.get_by_role("checkbox", name="close-up").check()
    assert table(one) == before
    one.get_by_role("slider", name="h, length of the step").focus()
    page.keyboard.press("Home")
    check_table(one, weight_line(digits.x_train, digits.y_train, *model, 36))
    assert one.locator(".ow-curve.ow-accuracy").get_attribute("d").count("M") == 1
    assert "exactly 0" in one.locator(".ow-verdict").inner_text()


def words(found):
    return found.locator(".kf-words").inner_text()


def test_three_runs_show_each_steps_accuracy_and_loss(page, figure, digits):
    runs, found = three_runs(digits, seed=1, steps=30), figure("three-runs")
    found.get_by_role("slider").focus()
    for key, step in (("Home", 0), ("ArrowRight", 1), ("ArrowRight", 2), ("End", 30)):
        page.keyboard.press(key)
        said = words(found)
        assert said.startswith(f"step {step}\n")
        for name, run in runs.items():
            accuracy, loss = run.held_accuracy[step].item(), run.held_loss[step].item()
            misread = round((1 - accuracy) * len(digits.y_held))
            assert f"{name}: accuracy {accuracy:.3f}, loss {loss:.3f} nats, {misread} of 121 wrong" in said


def test_shrinking_the_step_shrinks_the_share_to_zero_for_the_trained_model(page, figure):
    found = figure("step-length")
    found.get_by_role("slider").focus()
    page.keyboard.press("End")
    random, trained = [], []
    for _ in range(13):
        found_counts = re.findall(r"([\d,]+)\s+of\s+[\d,]+", words(found))
        assert len(found_counts) == 2, words(found)
        for counts, text in zip((random, trained), found_counts, strict=True):
            counts.append(int(text.replace(",", "")))
        page.keyboard.press("ArrowLeft")
    assert random == sorted(random, reverse=True) and random[0] > 10_000 * max(random[-1], 1)
    assert trained[0] > 0 and trained[-10:] == [0] * 10


def test_a_longer_step_leaves_the_accuracy_where_it_was(page, figure, digits, model):
    found = figure("stand-still")
    line = weight_line(digits.x_train, digits.y_train, *model, 36)
    found.get_by_role("slider").focus()
    accuracies, losses = set(), []
    for key in ("Home", "PageUp", "PageUp", "ArrowRight", "End"):
        page.keyboard.press(key)
        w = found.evaluate("(root) => root.model.get('w')")
        said = [number(text) for text in found.locator(".ow-line b").all_inner_texts()]
        assert said == pytest.approx([staircase(line)(w).item(), line.cross_entropy(w).item()], abs=6e-5)
        accuracies.add(said[0])
        losses.append(said[1])
    assert len(accuracies) == 1 and len(set(losses)) == len(losses), "accuracy stands still, the loss does not"
