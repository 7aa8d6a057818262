"""Every page of the book in Chromium as some readers have it: from disk, without scripts, under a strict policy."""

from __future__ import annotations

import pytest
import questions as ask
from engines import serve
from walk import Traffic, Visit

from conftest import watch
from lonepages import POLICY
from sitepages import chapters, pages, start_figures


@pytest.fixture
def tour(chromium, site, server):
    """Gives what opens pages one after another in one window, and asks: `tour(address, names, questions, options)`."""

    def go(address, names, questions=(), **options):
        context = chromium.new_context(viewport={"width": 1280, "height": 900}, **options)
        page = context.new_page()
        slips, faults = watch(page), []
        traffic = Traffic(page, site, root="/some/book/")
        for name in names:
            visit = Visit(page, site, address, name, [], traffic, slips, faults)
            start = len(traffic.asked)
            page.goto(f"{address}/{name}")
            visit.ask(*questions)
            yield visit, start
        context.close()
        assert not [*faults, *slips], "\n".join([*faults, *slips])

    return go


def test_pages_work_from_disk(tour, site):
    for visit, _ in tour(site.as_uri(), pages(site)):
        visit.ask(ask.every_figure_moves)


def test_stills_captions_and_text_stand_without_scripts(tour, server, site):
    questions = (ask.text_stands_and_no_script_is_offered, ask.stills_and_captions_stand)
    assert [visit for visit, _ in tour(server, chapters(site), questions, java_script_enabled=False)]


def test_pages_work_under_any_path_and_a_strict_policy_and_the_second_chapter_is_lighter(tour, site, tmp_path):
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "book").symlink_to(site, target_is_directory=True)
    httpd = serve(tmp_path, policy=POLICY)
    first = chapters(site)[0]
    for visit, start in tour(f"{httpd.address}/some/book", [first, *(n for n in pages(site) if n != first)]):
        if visit.is_chapter and visit.name != first:
            visit.page.wait_for_load_state("networkidle")
            weight = visit.traffic.weight(start=start)
            assert weight <= 50_000, (visit.name, visit.traffic.asked[start:])
        start_figures(visit.page)
    httpd.shutdown()
