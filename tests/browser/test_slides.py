"""The slides under a teacher's hands: turned by keys, buttons and fingers, heard, on a phone, in the dark, on paper."""

from __future__ import annotations

import io

import pytest
import questions as ask
from pypdf import PdfReader
from walk import visiting

from checkers import faults_of_access
from conftest import watch

ADDRESS = "book/slides.html"


@pytest.fixture
def slides(page, server):
    page.goto("about:blank")
    page.goto(f"{server}/{ADDRESS}")
    return page


def shown(page) -> list[str]:
    """The headings in sight."""
    return [heading.removesuffix("#") for heading in page.locator("article h2:visible").all_inner_texts()]


def title(page, number: int) -> str:
    return page.locator("article h2").nth(number).evaluate("(heading) => heading.firstChild.textContent")


def test_slides_stand_below_one_another_until_they_are_started(slides):
    count = slides.locator("article h2").count()
    assert len(shown(slides)) == count > 12
    assert slides.locator(".slides-answer:visible").count() == count - 1
    slides.keyboard.press("ArrowRight")
    assert len(shown(slides)) == count
    slides.get_by_role("button", name="One slide at a time").press("Enter")
    assert shown(slides) == [title(slides, 0)] and slides.locator(".slides-answer:visible").count() == 0


def test_keys_turn_slides_and_answers_wait(slides):
    slides.get_by_role("button", name="One slide at a time").click()
    said = slides.locator(".slides-said")
    slides.keyboard.press("ArrowRight")
    assert shown(slides) == [title(slides, 0)] and said.inner_text().startswith("Cross-entropy.")
    slides.keyboard.press("PageDown")
    assert shown(slides) == [title(slides, 1)] and said.inner_text().endswith(f": {title(slides, 1)}")
    slides.keyboard.press("ArrowLeft")
    assert shown(slides) == [title(slides, 0)] and slides.locator(".slides-answer:visible").count() == 1
    slides.keyboard.press("PageUp")
    assert shown(slides) == [title(slides, 0)]
    slides.keyboard.press("End")
    assert shown(slides) == ["What to take home"]
    slides.keyboard.press("ArrowRight")
    slides.reload()
    assert shown(slides) == ["What to take home"]  # the address says which slide it was
    slides.keyboard.press("Home")
    slides.keyboard.press("Escape")
    assert len(shown(slides)) > 12
    assert slides.evaluate("document.activeElement.firstChild.textContent") == title(slides, 0)


def test_a_figure_keeps_its_arrow_keys_and_a_remote_control_turns_on(slides, server):
    slides.goto("about:blank")
    slides.goto(f"{server}/{ADDRESS}#4")
    figure = slides.locator("[data-live-figure=nll-curve]")
    figure.and_(slides.locator("[data-ready]")).wait_for()
    slider = figure.locator("input[type=range]")
    slider.focus()
    before = slider.input_value()
    slides.keyboard.press("ArrowRight")
    assert slider.input_value() != before and shown(slides) == [title(slides, 3)]
    slides.keyboard.press("PageDown")
    slides.keyboard.press("PageDown")
    assert shown(slides) == [title(slides, 4)]
    # What had the focus is out of sight, so the new slide's heading has it.
    assert slides.evaluate("document.activeElement.firstChild.textContent") == title(slides, 4)


def test_only_the_figures_of_slides_that_were_shown_are_woken(slides, server):
    slides.goto("about:blank")
    slides.goto(f"{server}/{ADDRESS}#4")
    slides.locator("[data-live-figure=nll-curve][data-ready]").wait_for()
    assert slides.locator("[data-ready]").count() == 1


def test_buttons_turn_slides_and_the_tab_key_reaches_nothing_behind_them(slides):
    slides.get_by_role("button", name="One slide at a time").click()
    bar = slides.get_by_role("navigation", name="Slides")
    assert slides.evaluate("document.activeElement.ariaLabel") == "Next"
    for _ in range(2):
        bar.get_by_role("button", name="Next").click()
    assert "2 / " in bar.inner_text() and shown(slides) == [title(slides, 1)]
    for _ in range(12):
        slides.keyboard.press("Tab")
        inside = (
            "document.activeElement.closest('.slides-current, .slides-bar') || document.activeElement === document.body"
        )
        assert slides.evaluate(f"!!({inside})"), slides.evaluate("document.activeElement.outerHTML")
    bar.get_by_role("button", name="All slides").click()
    assert len(shown(slides)) > 12


def test_a_link_to_a_state_of_a_figure_opens_its_slide(slides, server):
    slides.goto("about:blank")
    slides.goto(f"{server}/{ADDRESS}#nll-curve?p=0.1")
    figure = slides.locator("[data-live-figure=nll-curve][data-ready]")
    figure.wait_for()
    assert shown(slides) == [title(slides, 3)] and figure.locator("input[type=number]").input_value() == "0.10"


def test_a_swipe_on_a_phone_turns_and_each_slide_can_be_read(chromium, site, server):
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    with visiting(chromium, site, server, ADDRESS, [], **phone) as visit:
        page = visit.page
        page.wait_for_load_state("networkidle")
        # More than a chapter may weigh, since it has all the pictures; the figures' own files come with their slides.
        assert visit.traffic.weight() < 120_000 and len(visit.traffic.asked) <= 15
        assert not [address for address in visit.traffic.asked if "/frames." in address or "/kit." in address]
        visit.ask(ask.does_not_scroll_sideways)
        page.get_by_role("button", name="One slide at a time").tap()
        hand = page.context.new_cdp_session(page)
        for _ in range(2):
            for kind, x in ("touchStart", 300), ("touchMove", 200), ("touchEnd", None):
                points = [] if x is None else [{"x": x, "y": 60}]
                hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        assert shown(page) == [title(page, 1)]
        for number in range(1, page.locator("article h2").count()):
            page.evaluate("(number) => { location.hash = number; }", number + 1)
            page.locator(".slides-current").filter(has_text=title(page, number)).wait_for()
            visit.ask(ask.does_not_scroll_sideways)
            wide = page.evaluate(
                "(({scrollWidth, clientWidth}) => scrollWidth - clientWidth)(document.querySelector('.slides-current'))"
            )
            assert wide <= 0, title(page, number)


def test_no_judge_of_access_finds_a_fault_on_a_slide(slides):
    slides.get_by_role("button", name="One slide at a time").click()
    slides.keyboard.press("ArrowRight")
    for theme in "light", "dark":
        slides.emulate_media(color_scheme=theme, reduced_motion="reduce")
        slides.wait_for_function("(theme) => document.documentElement.dataset.theme === theme", arg=theme)
        slides.evaluate("Promise.allSettled(document.getAnimations().map((animation) => animation.finished))")
        assert faults_of_access(slides, ".slides-current, .slides-bar") == []
    slides.emulate_media(forced_colors="active")
    button = slides.locator(".slides-bar button").first
    assert button.evaluate("(button) => getComputedStyle(button).borderStyle") == "solid"


def test_without_javascript_and_on_paper_every_slide_is_there(chromium, server):
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=False)
    page = context.new_page()
    slips = watch(page)
    page.goto(f"{server}/{ADDRESS}")
    titles = [title.removesuffix("#") for title in shown(page)]
    assert (
        page.locator(".slides-answer:visible").count() == len(titles) - 1
        and page.locator("article button:visible").count() == 0
    )
    pdf = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    pages = [" ".join(sheet.extract_text().split()) for sheet in pdf.pages]
    assert len(pages) == 1 + len(titles)
    for said, sheet in zip(titles, pages[1:], strict=True):
        assert sheet.startswith(said), sheet
    assert pdf.pages[0].mediabox.width > pdf.pages[0].mediabox.height
    context.close()
    assert slips == []
