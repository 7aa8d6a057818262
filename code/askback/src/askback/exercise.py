"""Build an exercise: the form for an answer, and the sealed answer key that the browser checks it against."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import traitlets
from traitlets import Enum, Int, Unicode

from askback.questions import ExerciseError, Question, rich
from kernelfree import Explorable
from kernelfree.building import is_building

STATIC = Path(__file__).parent / "static"
STATES = ("open", "wrong", "right", "shown")


class Exercise(Explorable):
    """A widget that asks one question and checks the answer in the browser. Made by ``ask``.

    With a kernel, ``answer`` holds the reader's text and ``state`` is ``open``, ``wrong``, ``right`` or ``shown``.
    """

    _esm = STATIC / "ask.js"
    _css = STATIC / "askback.css"
    title = "Exercise"
    description = "A form for an answer, which is checked."

    answer = Unicode().tag(sync=True)
    state = Enum(STATES, default_value="open").tag(sync=True)
    #: The latest reply.
    reply = Unicode().tag(sync=True)
    #: The number of hints given so far.
    given = Int(0).tag(sync=True)
    #: The answer key, sealed.
    key = Unicode(read_only=True).tag(sync=True, data=True)
    #: The form as HTML, for notebooks; on a page it is part of the HTML.
    form = Unicode(read_only=True).tag(sync=True, data=True)

    def __init__(self, name: str, question: Question, hints: Sequence[str] = (), listed: bool = True) -> None:
        self.name = name
        self.listed = listed
        self.question = question
        self.set_trait("key", seal(name, {"kind": question.kind, "hints": [*hints], **question.key()}))
        if is_building():
            self._own_css = ""  # askback.sphinx puts the style sheet on the page, for readers without JavaScript too
        else:
            self.set_trait("form", self.form_html())
        super().__init__()

    def form_html(self) -> str:
        """Return the form, disabled until the front end runs."""
        judged = self.question.kind == "judge"
        verdict = (
            '<span class="askback-judged" hidden><button type="button" class="askback-had">I had it</button>'
            '<button type="button" class="askback-missed">I missed something</button></span>'
        )
        return (
            f'<form class="askback-form" data-kind="{self.question.kind}" autocomplete="off" novalidate>'
            '<fieldset disabled><legend class="kf-unseen">Your answer</legend>'
            f'<div class="askback-ask">{self.question.form()}<span class="askback-steps">'
            f'<button type="submit" class="askback-check">{"Compare" if judged else "Check"}</button>'
            '<button type="button" class="askback-hint">Hint</button>'
            f"{verdict if judged else ''}</span></div></fieldset>"
            '<p class="askback-reply" role="status"></p></form>'
        )

    def root_attributes(self) -> dict[str, str]:
        mark = {} if self.listed else {"data-unlisted": ""}
        return {"class": "kernelfree askback", "data-exercise": self.name, "data-state": "open", **mark}

    @traitlets.default("_about")
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


class Fallback:
    """The stand-in for an exercise where no front end runs: a form for paper, and a text for notebook viewers."""

    def __init__(self, exercise: Exercise) -> None:
        self._exercise = exercise

    def svg(self) -> str:
        """Return the page's HTML: the form, and what replaces it in print and with JavaScript off."""
        return f'{self._exercise.form_html()}<div class="askback-paper">{self._exercise.question.paper()}</div>'

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        text = self._exercise.question.text()
        lines = "<br>".join(rich(line) for line in text.replace("[ ]", "☐").splitlines())
        return {"text/html": f"<p>{lines}</p>\n<p><em>Run this cell, and it answers.</em></p>", "text/plain": text}


def seal(name: str, key: dict[str, Any]) -> str:
    """Encode an answer key so that nobody reads it at a glance. This is no encryption: the name is the password."""
    plain = json.dumps(key, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    return base64.b64encode(_xor(name, plain)).decode()


def unseal(name: str, text: str) -> dict[str, Any]:
    """Decode what ``seal(name, key)`` returned."""
    return dict(json.loads(_xor(name, base64.b64decode(text))))


def _xor(name: str, data: bytes) -> bytes:
    return bytes(byte ^ pad for byte, pad in zip(data, itertools.cycle(name.encode()), strict=False))


def ask(name: str, question: Question, *, hints: Sequence[str] = ()) -> Exercise:
    """Return an exercise to end a cell with, inside the ``{exercise-start}`` whose label is ``name``.

    ``question`` comes from ``number``, ``choice``, ``order``, ``shape`` or ``judge``. A wrong answer that is a named
    mistake gets that mistake's reply. Any other wrong answer gets the next of ``hints`` and, after the last, the right
    answer; the exercise's ``{solution-start}`` on the same page then opens as well.

    Raises ``ExerciseError`` if a mistake coincides with the answer or with another mistake, and ``ValueError`` if
    ``name`` is not made of lower-case letters, digits and hyphens.
    """
    return Exercise(name, question, _texts(name, hints))


def guess(name: str, question: Question, *, hints: Sequence[str] = ()) -> Exercise:
    """Return a question for the running text, to be guessed before the text answers it.

    It answers like ``ask``, with the same arguments and errors, but ``{exercise-list}`` does not list it and the
    contents do not count it.
    """
    return Exercise(name, question, _texts(name, hints), listed=False)


def _texts(name: str, hints: Sequence[str]) -> list[str]:
    if isinstance(hints, str):
        raise ExerciseError(f"{name}: hints is a list of strings, such as hints=['first', 'second']")
    return [str(hint) for hint in hints]
