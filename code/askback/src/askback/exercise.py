"""Build an exercise: the form for an answer, and the sealed answer key that the browser checks it against."""

from __future__ import annotations

import codecs
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from traitlets import Enum, Int, Unicode, default

from askback.questions import ExerciseError, Gaps, Number, Question, Shape, plain, rich
from kernelfree import Explorable
from kernelfree.building import is_building
from kernelfree.deliver.html import name_by_content
from kernelfree.deliver.modules import load_modules

STATIC = Path(__file__).parent / "static"
TYPED = (Number, Shape, Gaps)
DIFFICULTIES = ("easy", "medium", "hard")
#: How many variants a page holds, the first one included.
DEALT = 5
#: With ROT13: a cipher that anybody can read who wants to, and that leaves a text as compressible as it was.
_TURNED = str.maketrans("0123456789", "5678901234")


class Exercise(Explorable):
    """A widget that asks one question and checks the answer in the browser. Made by ``ask``.

    With a kernel, ``answer`` holds the reader's text, and ``state``, which belongs to the latest reply, is ``open``,
    ``wrong``, ``right`` or ``shown``.
    """

    _esm = STATIC / "ask.js"
    _css = STATIC / "askback.css"
    title = "Exercise"
    description = "A form for an answer, which is checked."

    answer = Unicode().tag(sync=True)
    state = Enum(("open", "wrong", "right", "shown"), default_value="open").tag(sync=True)
    reply = Unicode().tag(sync=True)
    #: The number of hints given so far.
    given = Int(0).tag(sync=True)
    #: The answer key, sealed.
    key = Unicode(read_only=True).tag(sync=True, data=True)
    #: The form as HTML, for notebooks; on a page it is part of the HTML.
    form = Unicode(read_only=True).tag(sync=True, data=True)

    def __init__(self, name: str, variants: Sequence[Variant], **about: str) -> None:
        self.name = name
        self.about = about
        self.question = variants[0].question
        first, *others = (variant.key() for variant in variants)
        key = {**first, "variants": others} if others else first
        self.set_trait("key", seal({"kind": self.question.kind, **key}))
        self.varied = bool(others)
        if is_building():
            self._own_css = ""  # askback.sphinx puts the style sheet on the page, for readers without JavaScript too
        else:
            self.set_trait("form", self.form_html())
        super().__init__()

    def form_html(self) -> str:
        """Return the form, disabled until the front end runs."""
        judged = self.question.kind == "judge"

        def button(part: str, text: str, hidden: bool = True) -> str:
            return f'<button type="button" class="askback-{part}"{" hidden" if hidden else ""}>{text}</button>'

        other = '<p class="askback-other" aria-live="polite"></p>' if self.varied else ""
        steps = [
            f'<button type="submit" class="askback-check">{"Compare" if judged else "Check"}</button>',
            button("hint", "Hint", hidden=False),
            button("show", "Show the answer"),
            button("solve", "Solution"),
        ]
        if self.varied:
            steps.append(button("again", "Again with other numbers"))
        if judged:
            verdict = button("had", "I had it", hidden=False) + button("missed", "I missed something", hidden=False)
            steps.append(f'<span class="askback-judged" hidden>{verdict}</span>')
        return (
            f'<form class="askback-form" data-kind="{self.question.kind}" autocomplete="off" novalidate>'
            f'<fieldset disabled><legend class="kf-unseen">Your answer</legend>{other}<div class="askback-ask">'
            f'{self.question.form()}<span class="askback-steps">{"".join(steps)}</span></div></fieldset>'
            '<p class="askback-reply" role="status"></p><div class="askback-hints" aria-live="polite"></div></form>'
        )

    def root_attributes(self) -> dict[str, str]:
        about = {f"data-{name}": text for name, text in self.about.items() if text}
        if isinstance(self.question, TYPED):
            about["data-reader"] = reader()[0]
        return {"class": "kernelfree askback", "data-exercise": self.name, "data-state": "open", **about}

    @default("_about")
    def _describe(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "title": self.title,
            "root": self.root_attributes(),
            "trouble": "This exercise can’t be checked here",
            "limits": {},  # nothing of an exercise is taken from a shared link
            "start": {},
        }

    def _picture(self) -> Fallback:
        return Fallback(self)


class TypedExercise(Exercise):
    """An exercise whose answer is typed, in a notebook: its front end brings what reads the answer, ``reader()``."""

    _esm = STATIC / "typed.js"
    _css = STATIC / "askback.css"


@cache
def reader() -> tuple[str, str]:
    """Return the name of the script that a page loads when a first answer is typed, and its content."""
    content = f"window.askback.numbers = {load_modules(STATIC / 'numbers.js')[-1].function()};\n"
    return f"{name_by_content('numbers', content)}.js", content


class Fallback:
    """The stand-in for an exercise where no front end runs: a form for paper, and a text for notebook viewers."""

    def __init__(self, exercise: Exercise) -> None:
        self._exercise = exercise

    def svg(self) -> str:
        """Return the page's HTML: the form, and what replaces it in print and with JavaScript off."""
        return f'{self._exercise.form_html()}<div class="askback-paper">{self._exercise.question.paper()}</div>'

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        text = plain(self._exercise.question.paper())
        lines = "<br>".join(rich(line) for line in text.replace("[ ]", "☐").splitlines())
        return {"text/html": f"<p>{lines}</p>\n<p><em>Run this cell, and it answers.</em></p>", "text/plain": text}


def seal(key: dict[str, Any]) -> str:
    """Encode an answer key so that nobody reads it at a glance. This is no encryption."""
    text = json.dumps(key, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return codecs.encode(text, "rot13").translate(_TURNED)


def unseal(text: str) -> dict[str, Any]:
    """Decode what ``seal(key)`` returned."""
    return dict(json.loads(codecs.encode(text, "rot13").translate(_TURNED)))


@dataclass(frozen=True)
class Variant:
    """A question with one choice of its numbers. Made by ``variant``."""

    asked: str
    question: Question
    hints: Sequence[str] = ()
    insight: str = ""

    def key(self) -> dict[str, Any]:
        own = {"asked": self.asked, "insight": self.insight}
        return {**{name: text for name, text in own.items() if text}, "hints": [*self.hints], **self.question.key()}


Draw = Callable[..., Any]
Recipe = Callable[[Draw], Variant]


def drawing(seed: int) -> Draw:
    """Return the ``draw`` of a recipe, which for the seed 0 takes the first of what it is offered."""
    chance = random.Random(seed)
    return lambda first, *others: chance.choice((first, *others)) if seed else first


def variant(asked: str, question: Question, *, hints: Sequence[str] = (), insight: str = "") -> Variant:
    """Return what a recipe makes of its numbers: the whole question as plain text, and the rest as in ``ask``."""
    return Variant(" ".join(asked.split()), question, _texts(asked, hints), insight)


def deal(recipe: Recipe, seeds: Sequence[int]) -> list[Variant]:
    """Return the different variants that ``recipe`` makes of ``seeds``, without those whose mistakes coincide."""
    dealt: dict[str, Variant] = {}
    for seed in seeds:
        try:
            made = recipe(drawing(seed))
        except ExerciseError:
            if not seed:
                raise
            continue
        dealt.setdefault(made.asked, made)
        first = next(iter(dealt.values()))
        if made.question.form() != first.question.form():
            raise ExerciseError(
                f"all variants must have the same form, and these differ: {first.asked!r}, {made.asked!r}"
            )
    return list(dealt.values())


def ask(
    name: str,
    question: Question | Recipe,
    *,
    hints: Sequence[str] = (),
    insight: str = "",
    trains: str = "",
    difficulty: str = "medium",
) -> Exercise:
    """Return an exercise to end a cell with, inside the ``{exercise-start}`` whose label is ``name``.

    ``question`` comes from ``number``, ``choice``, ``order``, ``shape`` or ``judge``. A wrong answer that is a named
    mistake gets that mistake's reply, any other the next of ``hints``. After three wrong answers or the last hint, the
    reader may see the answer. ``insight`` is added to the reply to a right answer. ``{exercise-list}`` says what the
    exercise ``trains``, in a few words, and its ``difficulty``: ``easy``, ``medium`` or ``hard``.

    A recipe in place of a question is a function of ``draw``, which returns a ``variant``. Where the text has 0.3,
    ``draw(0.3, 0.2, 0.4)`` is 0.3 at first, and one of the three when the reader asks for other numbers.

    Raises ``ExerciseError`` if a mistake coincides with the answer or with another mistake, and ``ValueError`` if
    ``name`` is not made of lower-case letters, digits and hyphens.
    """
    if difficulty not in DIFFICULTIES:
        raise ExerciseError(f"{name}: difficulty is one of {', '.join(DIFFICULTIES)}, not {difficulty!r}")
    return _made(name, question, hints, insight, trains=trains, difficulty=difficulty)


def guess(name: str, question: Question | Recipe, *, hints: Sequence[str] = (), insight: str = "") -> Exercise:
    """Return a question for the running text, which ``{exercise-list}`` does not list and the contents do not count."""
    return _made(name, question, hints, insight, unlisted="yes")


def _made(name: str, question: Question | Recipe, hints: Sequence[str], insight: str, **about: str) -> Exercise:
    if callable(question):
        first, *others = deal(question, range(20 * DEALT))
        variants = [replace(first, asked=""), *others[: DEALT - 1]]  # the text asks the first one itself
    else:
        variants = [Variant("", question, _texts(name, hints), insight)]
    typed = isinstance(variants[0].question, TYPED) and not is_building()
    return (TypedExercise if typed else Exercise)(name, variants, **about)


def _texts(name: str, hints: Sequence[str]) -> list[str]:
    if isinstance(hints, str):
        raise ExerciseError(f"{name}: hints is a list of strings, such as hints=['first', 'second']")
    return [str(hint) for hint in hints]
