"""The reader's own digit in a browser: drawn by mouse, finger and keys, and each number it shows, against torch."""

from __future__ import annotations

import random

import pytest
import torch
from engines import serve

from checkers import faults_of_access
from lonepages import DARK, POLICY, lone_page
from lossbook.accuracy.your_digit import FULL, YourDigit, answer

torch.set_num_threads(1)

FIGURE = "[data-live-figure=your-digit]"
READ = """(figure) => {
  const number = (node) => Number(node.textContent.replace("−", "-"));
  const rows = [...figure.querySelectorAll(".yd-answer tbody tr")];
  const cells = [...figure.querySelectorAll("[role=gridcell]")];
  return {
    answer: figure.querySelector(".yd-answer b").textContent,
    score: number(figure.querySelector(".yd-answer p .yd-number")),
    probs: rows.map((row) => number(row.cells[1])),
    costs: rows.map((row) => number(row.cells[2])),
    marked: rows.map((row) => "answer" in row.dataset),
    moved: figure.querySelector(".yd-moved").textContent,
    chosen: cells.findIndex((cell) => cell.ariaSelected === "true"),
    cells: cells.map((cell) => parseFloat(cell.style.getPropertyValue("--ink"))),
    ink: figure.model.get("ink"), nudge: figure.model.get("nudge"), start: figure.model.get("_about").start.ink,
  };
}"""


@pytest.fixture(scope="module")
def python(digits, model):
    return YourDigit(digits, *model)


@pytest.fixture
def address(python, tmp_path, monkeypatch):
    lone_page(python, tmp_path, monkeypatch)
    server = serve(tmp_path, policy=POLICY)
    yield f"{server.address}/index.html"
    server.shutdown()


@pytest.fixture
def figure(page, address):
    page.goto(address)
    page.wait_for_selector(f"{FIGURE}[data-ready]")
    return page.locator(FIGURE)


def checked(figure, python):
    """What the figure shows, each number of which is torch's for the drawing and the nudge that it shows."""
    seen = figure.evaluate(READ)
    weight = torch.tensor(python.weight, dtype=torch.float64)
    weight[seen["chosen"]] += seen["nudge"]
    x = torch.tensor(seen["ink"], dtype=torch.float64) / FULL
    wanted = answer(x, weight, torch.tensor(python.bias, dtype=torch.float64))
    assert seen["answer"] == "37"[wanted.predicted]
    assert seen["marked"] == [wanted.predicted == 0, wanted.predicted == 1]
    assert seen["score"] == pytest.approx(wanted.score, abs=5.1e-4)
    assert seen["probs"] == pytest.approx(wanted.probs, abs=5.1e-5)
    assert seen["costs"] == pytest.approx(wanted.costs, abs=5.1e-5)
    assert seen["cells"] == pytest.approx([100 * level / FULL for level in seen["ink"]], abs=0.01)
    return seen


def button(figure, name):
    return figure.get_by_role("button", name=name, exact=True)


def place(figure, column, row):
    """Where a point of the drawing is in the window, in pixels of the drawing from its upper left corner."""
    box = figure.locator(".yd-board").bounding_box()
    return box["x"] + box["width"] * column / 8, box["y"] + box["height"] * row / 8


SEVEN = [(1.5, 1), (6, 1), (4.8, 4), (3.2, 7.5)]
THREE = [(1.5, 0.8), (4.5, 0.8), (4.6, 3.5), (3, 3.7), (5.5, 4.5), (5.3, 7), (2, 7.4)]


@pytest.mark.parametrize(("strokes", "said"), [(SEVEN, "7"), (THREE, "3")])
def test_drawn_with_the_mouse(figure, python, page, strokes, said):
    button(figure, "Empty paper").click()
    empty = checked(figure, python)
    assert sum(empty["ink"]) == 0 and "nothing can move" in empty["moved"]
    page.mouse.move(*place(figure, *strokes[0]))
    page.mouse.down()
    for point in strokes[1:]:
        page.mouse.move(*place(figure, *point), steps=6)
        checked(figure, python)
    page.mouse.up()
    seen = checked(figure, python)
    assert seen["answer"] == said and sum(seen["ink"]) > 100
    assert {0, FULL} < set(seen["ink"]), "some pixels are soft"
    page.mouse.move(*place(figure, 0.5, 7.5))
    assert checked(figure, python)["ink"] == seen["ink"], "the pen is lifted"
    figure.get_by_role("radio", name="erases").check()
    for row in range(8):
        page.mouse.move(*place(figure, 0.1, row + 0.5))
        page.mouse.down()
        page.mouse.move(*place(figure, 7.9, row + 0.5), steps=3)
        page.mouse.up()
    assert sum(checked(figure, python)["ink"]) == 0


def test_drawn_with_a_finger_and_the_page_stays(chromium, python, address):
    from conftest import watch

    context = chromium.new_context(viewport={"width": 390, "height": 500}, has_touch=True, is_mobile=True)
    try:
        page = context.new_page()
        slips = watch(page)
        page.goto(address)
        page.wait_for_selector(f"{FIGURE}[data-ready]")
        figure = page.locator(FIGURE)
        button(figure, "Empty paper").tap()
        figure.locator(".yd-board").evaluate("(node) => node.scrollIntoView({ block: 'center' })")
        top = page.evaluate("scrollY")
        cdp = context.new_cdp_session(page)

        def touch(kind, *points):
            places = [place(figure, *point) for point in points]
            cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in places]})

        touch("touchStart", SEVEN[0])
        for (x0, y0), (x1, y1) in zip(SEVEN, SEVEN[1:], strict=False):
            for k in range(1, 7):
                touch("touchMove", (x0 + (x1 - x0) * k / 6, y0 + (y1 - y0) * k / 6))
        touch("touchEnd")
        assert checked(figure, python)["answer"] == "7"
        assert page.evaluate("scrollY") == top, "the page stays while a finger draws"
        assert slips == []
    finally:
        context.close()


def test_drawn_with_keys(figure, python, page):
    button(figure, "Empty paper").click()
    figure.get_by_role("gridcell").first.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("5")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("9")
    page.keyboard.press("End")
    page.keyboard.press("4")
    page.keyboard.press("0")
    seen = checked(figure, python)
    assert {j: level for j, level in enumerate(seen["ink"]) if level} == {8: 16, 10: 9, 11: 16}
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert checked(figure, python)["chosen"] == 7
    named = figure.get_by_role("gridcell", name="row 2, column 3: ink 9 of 16")
    assert named.count() == 1
    assert figure.evaluate("(root) => root.querySelectorAll('[role=gridcell][tabindex=\"0\"]').length") == 1


def test_a_nudge_moves_the_costs_at_once_and_the_answer_only_across_zero(figure, python):
    slider = figure.get_by_role("slider", name="nudge")
    before = checked(figure, python)
    slider.press("ArrowRight")
    small = checked(figure, python)
    assert small["nudge"] == 0.05 and small["answer"] == before["answer"]
    assert small["costs"][0] > before["costs"][0] and "did not change" in small["moved"]
    slider.press("Home")
    far = checked(figure, python)
    assert far["answer"] == "3" and far["moved"].endswith("The answer changed to 3.")
    # Another weight: the first one goes back to where training left it.
    figure.get_by_role("radio", name="chooses a weight").check()
    figure.get_by_role("gridcell").nth(13).click()
    other = checked(figure, python)
    assert (other["chosen"], other["nudge"]) == (13, 0) and other["score"] == before["score"]
    assert other["ink"] == before["ink"], "choosing draws nothing"
    figure.get_by_role("gridcell").nth(0).click()
    slider.press("End")
    blank = checked(figure, python)
    assert blank["score"] == before["score"] and "multiplied by 0" in blank["moved"]


def test_stamps_and_a_link(figure, python, page, address):
    for name in python.stamps:
        button(figure, name).click()
        said = checked(figure, python)
        assert "clear" not in name or said["answer"] == name[-1]
    doubtful = said["probs"][1]
    assert 0.3 < doubtful < 0.7
    figure.get_by_role("slider", name="nudge").press("PageUp")
    state = figure.evaluate("(root) => JSON.stringify(root.model.state)")
    button(figure, "Copy link").click()
    link = page.evaluate("location.href")
    assert len(link) - len(address) < 500
    page.goto("about:blank")
    page.goto(link)
    page.wait_for_selector(f"{FIGURE}[data-ready]")
    assert page.locator(FIGURE).evaluate("(root) => JSON.stringify(root.model.state)") == state
    button(page.locator(FIGURE), "Reset").click()
    seen = checked(page.locator(FIGURE), python)
    assert seen["ink"] == seen["start"] and seen["nudge"] == 0


def test_many_random_acts_leave_every_number_true(figure, python, page):
    draw = random.Random(2)
    figure.get_by_role("gridcell").first.focus()
    keys = [*"0123456789", "Space", "Enter", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"]
    for _ in range(120):
        act = draw.randrange(5)
        if act == 0:
            figure.get_by_role("slider", name="nudge").press(draw.choice(["Home", "End", "PageUp", "ArrowLeft"]))
            figure.locator('[role=gridcell][tabindex="0"]').focus()
        elif act == 1:
            figure.get_by_role("gridcell").nth(draw.randrange(64)).click()
        elif act == 2:
            figure.get_by_role("radio", name=draw.choice(["draws", "erases", "chooses a weight"])).check()
            figure.locator('[role=gridcell][tabindex="0"]').focus()
        elif act == 3 and draw.randrange(4) == 0:
            button(figure, draw.choice([*python.stamps, "Empty paper", "Reset"])).click()
            figure.locator('[role=gridcell][tabindex="0"]').focus()
        else:
            page.keyboard.press(draw.choice(keys))
        checked(figure, python)


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_moves_below_it_and_no_judge_finds_a_fault(page, address, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(address)
    page.wait_for_selector(f"{FIGURE}[data-ready]")
    figure = page.locator(FIGURE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert faults_of_access(page, FIGURE) == []
    page.evaluate(DARK)
    assert faults_of_access(page, FIGURE) == []
    reserved = figure.evaluate("(root) => parseFloat(getComputedStyle(root.querySelector('.kf-spaced')).minHeight)")
    assert reserved * 0.85 < figure.locator(".your-digit").bounding_box()["height"] <= reserved
    below = "document.querySelector('#below').getBoundingClientRect().top + scrollY"
    place = page.evaluate(below)
    figure.get_by_role("checkbox", name="show weights").check()
    for name in ("A clear 3", "A doubtful 3", "Empty paper"):
        button(figure, name).click()
        figure.get_by_role("slider", name="nudge").press("Home")
        clipped = figure.evaluate(
            "(root) => [...root.querySelectorAll('.yd-about, .yd-moved, .yd-number')]"
            ".filter((n) => n.scrollHeight > n.clientHeight + 1 && n.clientHeight).map((n) => n.textContent)"
        )
        assert clipped == []
    assert page.evaluate(below) == place
