"""``ask``: an exercise that answers, one more figure computed in the browser."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Sequence
from typing import Any

import traitlets
from traitlets import Enum, Int, Unicode

from kernelfree import page
from kernelfree.exercises import replies
from kernelfree.exercises.questions import Choice, ExerciseError, Judge, Order, Question, rich
from kernelfree.exercises.replies import Reply
from kernelfree.explorable import Explorable
from kernelfree.modules import STATIC

STATES = ("open", "wrong", "right", "shown")


class Exercise(Explorable):
    """One exercise: a form to answer in, and what is replied. Made by ``ask``.

    ``answer`` is what the reader typed or chose, ``state`` is ``open``, ``wrong``, ``right`` or ``shown``.
    """

    _esm = STATIC / "ask.js"
    title = "Exercise"
    description = "A form for an answer, which is checked."

    answer = Unicode().tag(sync=True)
    state = Enum(STATES, default_value="open").tag(sync=True)
    #: What was replied last.
    reply = Unicode().tag(sync=True)
    #: How many hints were given.
    given = Int(0).tag(sync=True)
    key = Unicode(read_only=True).tag(sync=True, data=True)
    #: The form as HTML, where no page holds it.
    form = Unicode(read_only=True).tag(sync=True, data=True)

    def __init__(self, name: str, question: Question, hints: Sequence[str] = ()) -> None:
        self.name = name
        self.question = question
        self._key = {"kind": question.kind, "hints": [*hints] or [replies.WORDS["reread"]], **question.key()}
        self._last: tuple[str, Reply] | None = None
        self.set_trait("key", seal(name, self._key))
        if not page.building():
            self.set_trait("form", self.as_form())
        super().__init__()

    # --- in Python ---

    def check(self, answer: Any) -> Reply:
        """The reply to an answer: a text such as ``"ln 5"``, a number, or the letters or texts of what is chosen.

        ``exercise.check("0.94")`` says what the page says. A wrong answer without a name gets one hint after another,
        then the answer.
        """
        text = self._spelled(answer)
        if self._last and self._last[0] == text and self._last[1].state:
            return self._last[1]
        return self._take(text, replies.respond(self._key, text, self.given))

    def hint(self) -> Reply:
        """The next hint or, after the last, the answer."""
        return self._take("", replies.help_with(self._key, self.given))

    def judge(self, right: bool) -> Reply:
        """For an open question: how your own answer stands beside the model answer."""
        if not isinstance(self.question, Judge):
            raise TypeError("only an open question is judged by its reader; use check(answer)")
        state = "right" if right else "wrong"
        return self._take("", Reply(state, replies.WORDS[f"judged_{state}"], self.given))

    def _take(self, text: str, reply: Reply) -> Reply:
        self._last = (text, reply)
        self.given, self.reply = reply.given, reply.text
        self.state = reply.state or self.state
        return reply

    def _spelled(self, answer: Any) -> str:
        lines = {}
        if isinstance(self.question, Choice):
            lines = {text: chr(97 + number) for number, (text, _, _) in enumerate(self.question.options)}
        elif isinstance(self.question, Order):
            lines = {self.question.items[place]: chr(97 + number) for number, place in enumerate(self.question.shown)}
        if isinstance(answer, (list, tuple)):
            joined = ", ".join(lines.get(str(part), str(part)) for part in answer)
            return f"({joined})" if self.question.kind == "shape" else joined
        return lines.get(str(answer), str(answer))

    # --- on the page ---

    def as_form(self) -> str:
        question = self.question
        verb = "Compare" if question.kind == "judge" else "Check"
        judged = (
            '<span class="kf-judged" hidden><button type="button" class="kf-had">I had it</button>'
            '<button type="button" class="kf-missed">I missed something</button></span>'
            if question.kind == "judge"
            else ""
        )
        return (
            f'<form class="kf-form" data-kind="{question.kind}" autocomplete="off" novalidate><fieldset disabled>'
            '<legend class="kf-unseen">Your answer</legend>'
            f'<div class="kf-ask">{question.form()}<span class="kf-steps">'
            f'<button type="submit" class="kf-check">{verb}</button>'
            f'<button type="button" class="kf-hint">Hint</button>{judged}</span></div></fieldset>'
            '<p class="kf-reply" role="status"></p></form>'
        )

    @traitlets.default("_about")
    def _describe(self) -> dict[str, Any]:
        # Nothing of an exercise is taken from a link, and it has no Reset.
        return {"name": self.name, "title": self.title, "exercise": True, "limits": {}, "start": {}}

    def _picture(self) -> Sheet:
        return Sheet(self)

    def _payload(self, **common: Any) -> page.Payload:
        return page.Form(**common)


class Sheet:
    """What stands where an exercise cannot answer, on paper and with JavaScript off: room to write, boxes to tick."""

    def __init__(self, exercise: Exercise) -> None:
        self._exercise = exercise

    def svg(self) -> str:
        """The form, asleep until the front end comes, and the sheet that takes its place on paper."""
        paper = self._exercise.question.paper()
        return f'{self._exercise.as_form()}<div class="kf-paper">{paper}</div>'

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        text = self._exercise.question.text()
        lines = "<br>".join(rich(line) for line in text.replace("[ ]", "☐").splitlines())
        return {"text/html": f"<p>{lines}</p>\n<p><em>Run this cell, and it answers.</em></p>", "text/plain": text}


def seal(name: str, key: dict[str, Any]) -> str:
    """A key as a text that nobody reads at a glance. It hides, it does not protect."""
    plain = json.dumps(key, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    return base64.b64encode(_mixed(name, plain)).decode()


def unseal(name: str, text: str) -> dict[str, Any]:
    """The key behind ``seal(name, key)``."""
    return dict(json.loads(_mixed(name, base64.b64decode(text))))


def _mixed(name: str, data: bytes) -> bytes:
    return bytes(byte ^ pad for byte, pad in zip(data, itertools.cycle(name.encode()), strict=False))


def ask(name: str, question: Question, *, hints: Sequence[str] = ()) -> Exercise:
    """An exercise that answers. End a cell with it, inside the ``{exercise-start}`` of that name.

    ``question`` is made by ``number``, ``choice``, ``order``, ``shape`` or ``judge``. A wrong answer that is a named
    mistake is told which; any other gets the ``hints`` one after another, then the answer. On a page with the
    exercise's ``{solution-start}`` that opens too.

    Raises ``ExerciseError`` where a mistake coincides with the answer or with another mistake.
    """
    if isinstance(hints, str):
        raise ExerciseError("hints is a list of texts: hints=['first', 'second']")
    try:
        return Exercise(name, question, [str(hint) for hint in hints])
    except ExerciseError as error:
        raise ExerciseError(f"{name}: {error}") from None
