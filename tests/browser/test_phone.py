"""Every page of the book on a phone, in Chromium: opened once on a small one, then as wide as a larger one."""

from __future__ import annotations

import pytest
import questions as ask
from walk import visiting

PHONE = {"viewport": {"width": 320, "height": 800}, "has_touch": True, "is_mobile": True}


@pytest.mark.timeout(600)
def test_page_on_a_phone(chromium, site, server, asked, page_name):
    with visiting(chromium, site, server, page_name, asked, **PHONE) as visit:
        visit.ask(
            ask.figures_are_light_when_they_come_near,
            ask.nothing_moves_when_figures_wake,
            ask.no_move_makes_a_figure_higher,
            ask.wakes_its_exercises,
        )
        for size in {"width": 320, "height": 800}, {"width": 390, "height": 844}:
            visit.page.set_viewport_size(size)
            visit.ask(
                ask.does_not_scroll_sideways,
                ask.axis_labels_keep_clear_of_other_texts,
                ask.targets_are_24_pixels_for_a_finger,
            )
        visit.ask(
            ask.unfolds,
            ask.no_judge_of_access_finds_a_fault,
            ask.no_judge_finds_a_fault_in_any_state_of_an_exercise,
        )


def test_page_for_what_is_not_there(chromium, site, server):
    with visiting(chromium, site, server, "404.html", [], **PHONE) as visit:
        visit.ask(ask.does_not_scroll_sideways, ask.no_judge_of_access_finds_a_fault)
