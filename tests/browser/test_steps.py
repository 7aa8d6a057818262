"""The guided steps of the table and of the one weight: all of them by keyboard, noticed, lit, and taken up again."""

from __future__ import annotations

import importlib.util
import re

import pytest
import torch
from engines import serve

from checkers import faults_of_access
from lonepages import DARK, POLICY, lone_page
from lossbook.accuracy.one_weight import OneWeight
from lossbook.accuracy.staircase import staircase, weight_line
from lossbook.table.loss_table import LossTable
from project import ROOT

torch.set_num_threads(1)
pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def opened(page, tmp_path, monkeypatch):
    """Gives a function that opens a figure on a page of its own, and returns it awake."""
    servers = []

    def show(explorable):
        lone_page(explorable, tmp_path, monkeypatch)
        servers.append(serve(tmp_path, policy=POLICY))
        page.goto(f"{servers[0].address}/index.html")
        return awake(page)

    yield show
    for server in servers:
        server.shutdown()


def awake(page):
    figure = page.locator("[data-live-figure]")
    figure.and_(page.locator("[data-ready]")).wait_for()
    return figure


class Guide:
    """The steps of a figure, as a reader at the keyboard has them."""

    def __init__(self, figure):
        self.figure, self.page = figure, figure.page
        self.section = figure.get_by_role("region", name="Guided steps")

    def button(self, name):
        return self.section.get_by_role("button", name=name, exact=True)

    @property
    def heading(self):
        return self.section.get_by_role("heading").inner_text()

    @property
    def asked(self):
        return self.section.locator("p.kf-step-ask").inner_text()

    @property
    def seen(self):
        return self.section.locator("p.kf-step-seen").inner_text()

    @property
    def lit(self):
        return self.figure.locator("[data-lit]").count()

    def open_step(self, number, of=7):
        """Check that this step is asked for: something is lit, nothing is said yet."""
        assert self.heading.startswith(f"Step {number} of {of}")
        assert self.asked and self.seen == "" and self.lit > 0
        assert self.button("Skip").is_visible()

    def done(self):
        """Check that the step is noticed and that its words have room, then go on with the keyboard."""
        assert self.seen and self.lit == 0
        words = self.section.locator("[aria-live=polite]")
        assert words.inner_text().startswith("Step ") and self.seen in words.inner_text()
        assert words.evaluate("(node) => node.scrollHeight <= node.clientHeight + 1"), self.seen
        assert not self.section.evaluate("(node) => node.contains(document.activeElement)"), "the focus stays"
        following = self.button("Next")
        following.focus()
        self.page.keyboard.press("Enter")
        assert following.or_(self.button("Skip")).evaluate("(node) => node === document.activeElement")

    def press(self, role, name, *keys):
        node = self.figure.get_by_role(role, name=name, exact=True)
        node.focus()
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, name, text):
        field = self.figure.get_by_role("spinbutton", name=f"{name}, as a number", exact=True)
        field.fill(text)
        field.press("Enter")


def through_the_table(guide):
    guide.open_step(1)
    guide.press("slider", "Example 0, class 1: logit", "ArrowDown", "ArrowDown")
    guide.open_step(1)
    guide.press("slider", "Example 0, class 0: logit", "PageUp")
    guide.done()
    guide.open_step(2)
    guide.press("slider", "Example 0, class 1: logit", "PageUp")
    guide.done()
    guide.open_step(3)
    guide.type("Example 1, class 3: logit", "4")
    guide.open_step(3)  # right, but with no doubt
    guide.type("Example 1, class 3: logit", "1.8")
    guide.done()
    guide.open_step(4)
    guide.type("Example 1, class 3: logit", "1.7")
    guide.type("Example 0, class 0: logit", "1.9")
    guide.type("Example 2, class 4: logit", "2")
    guide.done()
    guide.open_step(5)
    guide.press("button", "Confident and right", "Enter")
    guide.open_step(5)  # right, but the mean is too low
    guide.press("button", "Right with doubt", "Space")
    guide.done()
    guide.open_step(6)
    guide.press("button", "The lesson’s table", "Enter")
    guide.open_step(6)
    guide.press("button", "Take a gradient step", "Enter")
    guide.done()
    guide.open_step(7)
    for _ in range(15):
        guide.press("button", "Take a gradient step", "Enter")
        if guide.seen:
            break
    guide.done()
    assert guide.heading.startswith("Step 7 of 7") and guide.seen


def quiet_descent(line):
    """A place w, half a unit times so many above -8, and a step h: a tenth off the loss, accuracy the same."""
    stairs = staircase(line)
    for k in range(33):
        for h in (2.0, 1.0, 0.5, 0.25, 0.1):
            w = -8 + k / 2
            still = ((stairs.edges >= w) & (stairs.edges <= w + h)).sum() == 0
            if still and line.cross_entropy(w + h) < 0.89 * line.cross_entropy(w):
                return k, h
    raise AssertionError("no such step from these places")


def through_the_one_weight(guide, line):
    h = "h, length of the step"
    guide.open_step(1)
    guide.type(h, "1.9")
    guide.open_step(1)
    guide.type(h, "2")
    guide.done()
    guide.open_step(2)
    guide.type(h, "0.1")
    for _ in range(60):
        guide.press("slider", "w old, value of the weight", "ArrowLeft")
        if guide.seen:
            break
    guide.done()
    guide.open_step(3)
    for halving in range(1, 12):
        guide.type(h, f"{0.1 / 2**halving:.6f}")
        if guide.seen:
            break
    guide.done()
    guide.open_step(4)
    places, length = quiet_descent(line)
    guide.type(h, str(length))
    guide.press("slider", "w old, value of the weight", "Home", *["PageUp"] * places)
    guide.done()
    guide.open_step(5)
    checked = guide.figure.get_by_role("radio", checked=True)
    checked.focus()
    for _ in range(3):
        guide.page.keyboard.press("ArrowRight")
    guide.done()
    guide.open_step(6)
    guide.press("button", "w old to the trained value", "Enter")
    guide.open_step(6)  # the pixel is still blank
    checked.focus()
    guide.page.keyboard.press("ArrowLeft")
    guide.press("button", "w old to the trained value", "Enter")
    guide.done()
    guide.open_step(7)
    guide.press("checkbox", "close-up", "Space")
    guide.type(h, "0.001")
    guide.done()
    assert guide.heading.startswith("Step 7 of 7") and guide.seen


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_all_steps_of_the_table_by_keyboard(opened, page, width):
    page.set_viewport_size({"width": width, "height": 844})
    through_the_table(Guide(opened(LossTable())))


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_all_steps_of_the_one_weight_by_keyboard(opened, page, digits, model, width):
    page.set_viewport_size({"width": width, "height": 844})
    line = weight_line(digits.x_train, digits.y_train, *model, 36)
    through_the_one_weight(Guide(opened(OneWeight(digits, *model))), line)


def test_skip_back_close_and_go_on(opened, page):
    guide = Guide(opened(LossTable()))
    assert guide.button("Back").get_attribute("aria-disabled") == "true"
    guide.button("Back").press("Enter")
    guide.open_step(1)
    guide.button("Skip").press("Enter")
    guide.button("Skip").press("Enter")
    guide.open_step(3)
    guide.button("Back").press("Enter")
    guide.open_step(2)
    guide.press("slider", "Example 0, class 1: logit", "PageUp")
    said = guide.seen
    assert said
    guide.button("Close the steps").press("Enter")
    resume = guide.button("Guided steps: 1 of 7 done")
    assert resume.evaluate("(node) => node === document.activeElement") and guide.lit == 0
    assert not guide.section.get_by_role("heading").is_visible()
    # Another visit in the same tab goes on where this one was.
    page.reload()
    guide = Guide(awake(page))
    guide.button("Guided steps: 1 of 7 done").press("Enter")
    assert guide.heading.startswith("Step 2 of 7") and guide.seen == said
    assert guide.button("Close the steps").evaluate("(node) => node === document.activeElement")
    guide.button("Next").press("Enter")
    guide.open_step(3)


def test_what_was_kept_by_another_version_is_left_alone(opened, page):
    opened(LossTable())
    page.evaluate("Object.keys(sessionStorage).forEach((key) => sessionStorage.setItem(key, '{\"at\": 99}'))")
    page.reload()
    Guide(awake(page)).open_step(1)


@pytest.mark.parametrize("width", [390, 1280])
def test_judges_of_access_find_no_fault_in_any_state_of_the_steps(opened, page, width):
    page.set_viewport_size({"width": width, "height": 844})
    figure = opened(LossTable())
    guide = Guide(figure)
    found = []
    for theme in ("light", "dark"):
        if theme == "dark":
            page.evaluate(DARK)
        found += faults_of_access(page, "[data-live-figure]")
        guide.press("slider", "Example 0, class 0: logit", "PageUp")
        found += faults_of_access(page, "[data-live-figure]")
        guide.button("Close the steps").press("Enter")
        found += faults_of_access(page, "[data-live-figure]")
        guide.section.get_by_role("button").press("Enter")
    assert found == []


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_steps_stay_in_sight_and_nothing_below_moves_when_one_is_done(opened, page, width):
    page.set_viewport_size({"width": width, "height": 844})
    guide = Guide(opened(LossTable()))
    last = guide.figure.get_by_role("slider", name="Example 2, class 4: logit", exact=True)
    last.scroll_into_view_if_needed()
    below = "document.querySelector('#below').getBoundingClientRect().top + scrollY"
    height = guide.section.bounding_box()["height"]
    place = page.evaluate(below)
    last.press("PageUp")
    assert guide.seen and page.evaluate(below) == place
    buttons = guide.section.locator(".kf-buttons > button").all()
    tops, right = {button.bounding_box()["y"] for button in buttons}, buttons[-1].bounding_box()
    assert len(tops) == 1 and right["x"] + right["width"] <= width, "one row, inside of the page"
    box = guide.section.bounding_box()
    assert box["height"] == height and 0 <= box["y"] and box["y"] + box["height"] < 844
    assert last.bounding_box()["y"] > box["y"] + box["height"], "what has the focus is not covered"


@pytest.mark.parametrize("size", [(390, 844), (1280, 900)])
def test_in_the_book_they_stay_below_the_pages_header(page, server, figure, size):
    page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
    found = figure("loss-table")
    knob = found.get_by_role("slider", name="Example 2, class 4: logit", exact=True)
    knob.focus()
    knob.evaluate("(node) => node.scrollIntoView({ block: 'center' })")
    header, steps = (page.locator(part).first.bounding_box() for part in (".bd-header-article", ".kf-guide"))
    assert header["y"] + header["height"] <= steps["y"] + 1
    assert steps["y"] + steps["height"] < knob.bounding_box()["y"]
    mean = found.locator(".lt-mean").bounding_box()
    assert knob.bounding_box()["y"] < mean["y"] < size[1] - 40, "the mean stays in sight too"


def test_print_and_pages_without_scripts_show_the_still_alone(opened, page):
    guide = Guide(opened(LossTable()))
    page.emulate_media(media="print")
    assert not guide.section.is_visible()
    assert guide.figure.locator(".kf-still svg").is_visible()


def test_the_figure_to_copy_from_the_documentation_leads_through_its_steps(opened, tmp_path):
    text = (ROOT / "code" / "kernelfree" / "docs" / "steps.md").read_text(encoding="utf-8")
    for name, ending in (("python", "py"), ("js", "js")):
        (tmp_path / f"wave.{ending}").write_text(re.search(rf"```{name}\n(.*?)```", text, re.S)[1], encoding="utf-8")
    spec = importlib.util.spec_from_file_location("wave", tmp_path / "wave.py")
    wave = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(wave)
    guide = Guide(opened(wave.Wave()))
    guide.open_step(1, of=2)
    guide.type("frequency", "1.9")
    guide.open_step(1, of=2)
    guide.type("frequency", "2")
    guide.done()
    guide.open_step(2, of=2)
    guide.type("frequency", "4")
    assert guide.seen
