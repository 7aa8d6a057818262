"""The directive ``{ask}``: an exercise written in YAML, without Python and without a kernel."""

from __future__ import annotations

from typing import Any

import yaml  # type: ignore[import-untyped]
from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from askback.exercise import Exercise, ask
from askback.questions import ExerciseError, choice, judge, match, number, order, shape
from kernelfree.deliver.payload import MIME, read_payload
from kernelfree.sphinx import add_figure

KINDS = {"number": number, "choice": choice, "order": order, "shape": shape, "judge": judge, "match": match}


class Ask(SphinxDirective):
    """``{ask} NAME``: the exercise that its content describes."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        place = f"{self.env.doc2path(self.env.docname)}:{self.lineno}"
        try:
            exercise = described(self.arguments[0], yaml.safe_load("\n".join(self.content)))
        except (ExerciseError, TypeError, ValueError, yaml.YAMLError) as error:
            raise ExtensionError(f"{place}: {error}") from error
        payload: Any = read_payload(exercise._repr_mimebundle_()[MIME])
        return [nodes.raw("", add_figure(self.env, payload, place), format="html", classes=["output"])]


def described(name: str, given: Any) -> Exercise:
    """Return the exercise that ``given`` describes: one of ``KINDS`` with its answer, and its function's arguments.

    The options of a choice are ``{right: text}`` or ``{wrong: text, reply: why}``. Raises ``ExerciseError``.
    """
    kinds = [kind for kind in KINDS if isinstance(given, dict) and kind in given]
    if len(kinds) != 1:
        raise ExerciseError(f"{name}: give the answer under one of {', '.join(KINDS)}")
    answer = given.pop(kinds[0])
    if kinds[0] == "choice":
        answer = [(one.get("right", one.get("wrong")), "right" in one, one.get("reply", "")) for one in answer]
    ours = {word: given.pop(word) for word in ("hints", "insight", "trains", "difficulty") if word in given}
    make: Any = KINDS[kinds[0]]
    return ask(name, make(answer, **given), **ours)
