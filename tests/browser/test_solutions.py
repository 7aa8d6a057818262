"""Solutions stay shut until the reader opens them, by mouse or by keyboard."""

from __future__ import annotations


def test_solutions_open_when_asked(page, server, site):
    seen = 0
    for chapter in sorted((site / "book").glob("*.html")):
        if 'class="solution dropdown' not in chapter.read_text(encoding="utf-8"):
            continue
        page.goto(f"{server}/book/{chapter.name}")
        for solution in page.locator("div.solution.dropdown").all():
            text, button = (
                solution.locator(":scope > section, :scope > div, :scope > p:not(.admonition-title)").first,
                (solution.locator("button.toggle-button")),
            )
            assert not text.is_visible(), f"{chapter.name}: a solution stands open"
            button.focus()
            page.keyboard.press("Enter")
            text.wait_for()
            button.click()
            text.wait_for(state="hidden")
            seen += 1
    assert seen, "no page of the book holds a solution"
