"""Every page of the book at a desk, in Chromium: opened once, and asked all that a reader there leans on."""

from __future__ import annotations

import pytest
import questions as ask
from walk import visiting

DESK = {"viewport": {"width": 1280, "height": 900}}
ACTIONS = 10_000


@pytest.mark.timeout(600)
def test_page_at_a_desk(chromium, site, server, asked, live, page_name):
    with visiting(chromium, site, server, page_name, asked, **DESK) as visit:
        if visit.is_chapter:
            visit.ask(ask.first_visit_is_light)
        visit.ask(
            ask.figures_are_light_when_they_come_near,
            ask.nothing_moves_when_figures_wake,
            ask.does_not_scroll_sideways,
            ask.axis_labels_keep_clear_of_other_texts,
            ask.headings_go_down_one_level_at_a_time,
            ask.wakes_its_exercises,
            ask.solutions_open_and_shut,
            ask.unfolds,
            ask.no_judge_of_access_finds_a_fault,
            ask.every_slider_and_handle_moves_picture_and_numbers,
            ask.typed_numbers_come_back_into_range,
            ask.no_move_makes_a_figure_higher,
            ask.random_actions(-(-ACTIONS // len(live))),
            ask.printed_stills_and_captions_stand,
            ask.exercises_answer_as_their_keys_say,
            ask.no_judge_finds_a_fault_in_any_state_of_an_exercise,
        )
        if visit.is_chapter:
            visit.ask(ask.a_picture_of_the_whole_page_shows_every_drawing, ask.links_bring_states_back)


def test_page_for_what_is_not_there(chromium, site, server):
    with visiting(chromium, site, server, "404.html", [], **DESK) as visit:
        visit.ask(ask.does_not_scroll_sideways, ask.no_judge_of_access_finds_a_fault)
