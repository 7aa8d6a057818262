"""The teacher's page and the slides: the plans add up, every exercise has its line, and every figure is a file."""

from __future__ import annotations

import functools
import re
import xml.etree.ElementTree as ElementTree

import pytest
from bs4 import BeautifulSoup

from chapters import Chapter
from sitepages import chapters

TAUGHT = ["loss-function", "negative-log-likelihood", "cross-entropy", "why-not-accuracy", "confidence", "deciding"]
TAUGHT += ["information", "soft-targets", "other-losses"]


@functools.cache
def opened(site, name: str) -> BeautifulSoup:
    return Chapter(f"book/{name}").page(site)


@pytest.fixture(scope="module")
def page(site) -> BeautifulSoup:
    return opened(site, "teaching")


def test_each_plan_fills_two_hours(page):
    plans = [table for table in page.select("article table") if table.th.get_text() == "Min."]
    minutes = [[int(row.td.get_text()) for row in plan.select("tbody tr")] for plan in plans]
    assert [sum(plan) for plan in minutes] == [120, 120]
    assert max(map(max, minutes)) <= 20


def test_each_step_of_a_plan_asks_a_question(page):
    rows = [row.select("td") for row in page.select("article tbody tr") if row.td.get_text().isdigit()]
    assert len(rows) > 10
    assert [str(row) for row in rows if not row[1].em.get_text().endswith("?") or not row[2].select("a")] == []


def test_every_exercise_of_the_chapters_has_one_line_under_its_title(page, site):
    asked = {
        f"{name}.html#{box['id']}": box.select_one(".admonition-title").get_text()
        for name in TAUGHT
        for box in opened(site, name).select(".exercise[id]")
    }
    tables = [table for table in page.select("article table") if table.th.get_text() == "Exercise"]
    lines = {row.a["href"]: row.a.get_text() for table in tables for row in table.select("tbody tr")}
    assert len(asked) > 40 and list(lines) == list(asked)
    # This title has results in it, which no page types.
    assert lines.pop("soft-targets.html#ex-mixed-accuracy") == "Training accuracy below validation accuracy"
    assert [(said, asked[address]) for address, said in lines.items() if said not in asked[address]] == []


def test_every_figure_with_a_picture_is_an_svg_file_that_any_program_can_draw(page, site):
    named = [
        figure[1]
        for name in chapters(site)
        for figure in re.finditer(r'<figure[^>]* id="([^"]+)".*?</figure>', (site / name).read_text("utf-8"), re.DOTALL)
        if 'class="kf-picture"' in figure[0]
    ]
    listed = [link["href"].split("#")[-1] for link in page.select(".kf-figures a[href*='.html#']")]
    assert len(listed) > 20 and sorted(listed) == sorted(named)
    for image in page.select(".kf-figures img"):
        file = (site / "book" / image["src"]).resolve()
        text = file.read_text("utf-8")
        root = ElementTree.fromstring(text)
        assert root.tag == "{http://www.w3.org/2000/svg}svg" and root.get("width") == image["width"]
        assert not re.search(r"var\(|calc\(|currentColor|inherit|#[0-9a-f]{4}\b(?![0-9a-f])", text), file.name
        assert image["alt"] == root.get("aria-label")


def test_each_slide_has_a_question_a_figure_and_an_answer(site):
    *slides, last = opened(site, "slides").select("article section section")
    assert 12 <= len(slides) < 20 and not last.select("figure")
    for slide in slides:
        title = slide.h2.get_text()
        assert slide.p.get_text().endswith("?"), title
        assert len(slide.select("figure")) == 1 and len(slide.select(".slides-answer")) == 1, title
        assert len((slide.p.get_text() + slide.select_one(".slides-answer").get_text()).split()) <= 55, title


def test_figures_on_slides_are_those_of_their_pages(site):
    for figure in opened(site, "slides").select("article figure"):
        address, name = figure.figcaption.a["href"].split("#")
        (own,) = opened(site, address.removesuffix(".html")).select(f"figure#{name}")
        assert figure["id"] == f"{name}-again"
        for part in (".kf-manifest", ".kf-still", ".kf-controls"):
            assert [str(node) for node in figure.select(part)] == [str(node) for node in own.select(part)], name
        assert own.figcaption.select_one(".caption-text").get_text()[:40] in figure.figcaption.get_text()


def test_the_search_leads_to_the_chapters_and_not_to_the_slides(site):
    assert "slides.html" not in (site / "_static" / "sectionsearch" / "index.js").read_text("utf-8")
