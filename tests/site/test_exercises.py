"""The exercises of the built book, in Python: each right answer, each named mistake in its words, garbage refused."""

from __future__ import annotations

from collections import Counter

from chapters import chapters, is_notebook
from exercises import exercises
from kernelfree import ask, judge
from kernelfree.exercises.replies import WORDS


def check(asked, text):
    """What ``.check`` of an exercise with this key says, asked for the first time."""
    exercise = ask(asked.name, judge("-"))
    exercise._key = asked.key
    return exercise.check(text)


def test_right_answers_are_right_in_three_spellings(site):
    for asked in exercises(site):
        for text in asked.right():
            assert check(asked, text).state == ("shown" if asked.kind == "judge" else "right"), (asked.name, text)


def test_named_mistakes_are_told_in_their_own_words(site):
    for asked in exercises(site):
        for text, reply in asked.mistakes():
            assert (check(asked, text).state, str(check(asked, text))) == ("wrong", reply), (asked.name, text)


def test_garbage_is_refused_and_costs_nothing(site):
    for asked in exercises(site):
        for text in asked.garbage():
            reply = check(asked, text)
            assert reply.state is None and reply.text in WORDS.values() or "{}" not in reply.text, (asked.name, text)
            assert reply.state is None and reply.given == 0, (asked.name, text[:30])


def test_each_chapter_from_the_price_of_a_guess_on_has_five_of_several_kinds(site):
    kinds: dict[str, Counter] = {}
    for asked in exercises(site):
        kinds.setdefault(asked.page, Counter())[asked.kind] += 1
    taught = [chapter.name for chapter in chapters() if is_notebook(chapter.source)]
    for page in taught[taught.index("book/negative-log-likelihood") :]:
        found = kinds.get(f"{page}.html", Counter())
        assert found.total() >= 5 and len(found) >= 2, (page, found)


def test_answers_are_not_to_be_read_in_a_page(site):
    for asked in exercises(site):
        text = (site / asked.page).read_text(encoding="utf-8")
        start = text.index(f'data-exercise="{asked.name}"')
        own = text[start : text.index("</script>", start)]
        for hint in asked.key["hints"]:
            assert hint not in own
        for _, reply in asked.mistakes():
            assert reply not in own, (asked.name, reply)
