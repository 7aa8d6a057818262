"""The exercises of the built book, with the JavaScript of its pages: right answers, named mistakes, and garbage."""

from __future__ import annotations

import re
from collections import Counter

from answers import replies, words
from chapters import chapters, is_notebook
from exercises import exercises


def answered(site, texts):
    """``(exercise, text, what is expected, reply)`` for each of the ``texts`` of each exercise, none after a hint."""
    cases = [(asked, text, expected) for asked in exercises(site) for text, expected in texts(asked)]
    said = replies([(asked.key, text, 0) for asked, text, _ in cases])
    assert len(cases) >= 20
    return [
        (asked.name, text[:40], expected, reply) for (asked, text, expected), reply in zip(cases, said, strict=True)
    ]


def test_right_answers_are_right_in_three_spellings(site):
    right = lambda asked: [(text, "shown" if asked.kind == "judge" else "right") for text in asked.right()]  # noqa: E731
    for name, text, state, reply in answered(site, right):
        assert reply.state == state, (name, text, reply)


def test_named_mistakes_get_their_own_replies(site):
    for name, text, own, reply in answered(site, lambda asked: asked.mistakes()):
        assert reply == ("wrong", own, 0), (name, text)


def test_garbage_is_refused_in_the_words_for_it_and_costs_no_hint(site):
    kinds = [re.escape(sentence).replace(r"\{\}", ".+") for sentence in words().values()]
    for name, text, _, reply in answered(site, lambda asked: [(junk, None) for junk in asked.garbage()]):
        assert reply.state is None and reply.given == 0, (name, text, reply)
        said = re.sub(r"^[a-z]\) ", "", reply.text)  # of several steps, which one
        assert re.fullmatch("|".join(kinds), said) and "{}" not in reply.text, (name, text, reply)


def test_chapters_ask_in_several_kinds(site):
    kinds: dict[str, Counter] = {}
    for asked in exercises(site):
        kinds.setdefault(asked.page, Counter())[asked.kind] += 1
    taught = [f"{chapter.name}.html" for chapter in chapters() if is_notebook(chapter.source)]
    assert len([page for page in taught if page in kinds]) > len(taught) / 2, "most chapters ask nothing"
    assert {page: found for page, found in kinds.items() if found.total() > 3 and len(found) < 2} == {}


def test_answers_are_not_to_be_read_in_a_page(site):
    for asked in exercises(site):
        text = (site / asked.page).read_text(encoding="utf-8")
        start = text.index(f'data-exercise="{asked.name}"')
        own = text[start : text.index("</script>", start)]
        for hint in asked.key["hints"]:
            assert hint not in own
        for _, reply in asked.mistakes():
            assert reply not in own, (asked.name, reply)
