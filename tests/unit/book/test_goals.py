"""What a chapter promises at its beginning is trained by its exercises, line by line."""

from __future__ import annotations

import re

import pytest

from chapters import Chapter, chapters

ASKED = re.compile(r'^ask\("(ex-[a-z0-9-]+)".*?^ *trains="([^"]+)"', re.MULTILINE | re.DOTALL)


def promised(chapter: Chapter) -> list[str]:
    """The lines of the box "After this chapter you can", as plain text."""
    box = re.search(r"^:class: goals\n(.*?)^:::", chapter.source, re.MULTILINE | re.DOTALL)
    lines = re.findall(r"^- (.*?)(?=^- |\Z)", box[1], re.MULTILINE | re.DOTALL) if box else []
    return [plain(line) for line in lines]


def plain(text: str) -> str:
    text = re.sub(r"\{term\}`([^`<]*?)(?: <[^`]*)?`", r"\1", " ".join(text.split()))
    return re.sub(r"[*`$;.]", "", text).replace("^2", "²")


def trained(chapter: Chapter) -> dict[str, str]:
    """Exercise -> what its ``trains`` says, as plain text."""
    return {name: plain(goal) for name, goal in ASKED.findall("\n".join(chapter.cells))}


CHAPTERS = [chapter for chapter in chapters() if promised(chapter)]


def test_nine_chapters_promise_something():
    assert len(CHAPTERS) == 9


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_each_promise_is_trained_and_each_exercise_trains_one(chapter):
    goals, says = promised(chapter), trained(chapter)
    assert [name for name, goal in says.items() if not any(goal in line for line in goals)] == []
    assert [line for line in goals if not any(goal in line for goal in says.values())] == []


@pytest.mark.parametrize("chapter", chapters(), ids=lambda chapter: chapter.name)
def test_each_exercise_has_a_title_a_solution_and_says_what_it_trains(chapter):
    labels = re.findall(r"\{exercise-start\} (\S[^\n]*)\n:label: (ex-[a-z0-9-]+)", chapter.source)
    assert len(labels) == chapter.source.count("{exercise-start}")
    for title, name in labels:
        assert name in trained(chapter) and f"{{solution-start}} {name}\n" in chapter.source, name
        (asked,) = [cell for cell in chapter.cells if f'ask("{name}"' in cell]
        assert ("(hard)" in title) == ('difficulty="hard"' in asked), name
