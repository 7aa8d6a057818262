"""One page with all exercises of a book: the directive ``{exercise-list}``, by page, each with a link.

Which of them are answered is known to the reader's browser alone, and shown there by ``static/loader.js``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

_NAME = re.compile(r'data-exercise="([a-z0-9-]+)"')
_KEPT = (
    '<p class="kf-kept" hidden>What you have answered is kept in this browser and nowhere else. '
    '<button type="button" class="kf-forget">Clear it</button></p>'
)


class exercise_list(nodes.General, nodes.Element):
    """Stands for the list until all pages are read."""


class ExerciseList(SphinxDirective):
    """``{exercise-list}``: the exercises of all pages, in the order of the table of contents."""

    def run(self) -> list[nodes.Node]:
        _lists(self.env).add(self.env.docname)
        return [exercise_list()]


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_node(exercise_list)
    app.add_directive("exercise-list", ExerciseList)
    app.connect("env-purge-doc", _purge)
    app.connect("env-merge-info", _merge)
    app.connect("doctree-read", _collect)
    app.connect("env-updated", _outdated)
    app.connect("doctree-resolved", _fill)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def has_list(env: BuildEnvironment, page: str) -> bool:
    """Whether the page holds a list of all exercises."""
    return page in _lists(env)


def _lists(env: BuildEnvironment) -> set[str]:
    if not hasattr(env, "kernelfree_exercise_lists"):
        env.kernelfree_exercise_lists = set()  # type: ignore[attr-defined]
    lists: set[str] = env.kernelfree_exercise_lists  # type: ignore[attr-defined]
    return lists


def _exercises(env: BuildEnvironment) -> dict[str, list[tuple[str, str]]]:
    """Page -> its exercises, each a name and what its title says beside the number."""
    if not hasattr(env, "kernelfree_exercises"):
        env.kernelfree_exercises = {}  # type: ignore[attr-defined]
    exercises: dict[str, list[tuple[str, str]]] = env.kernelfree_exercises  # type: ignore[attr-defined]
    return exercises


def _outdated(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """The pages with a list, where any page was read or is gone."""
    changed: bool = env.__dict__.pop("kernelfree_exercises_changed", False)
    return sorted(_lists(env)) if changed else []


def _note_change(env: BuildEnvironment) -> None:
    env.__dict__["kernelfree_exercises_changed"] = True


def _purge(app: Sphinx, env: BuildEnvironment, page: str) -> None:
    _note_change(env)
    _exercises(env).pop(page, None)
    _lists(env).discard(page)


def _merge(app: Sphinx, env: BuildEnvironment, pages: list[str], other: BuildEnvironment) -> None:
    _note_change(env)
    _exercises(env).update({page: found for page, found in _exercises(other).items() if page in pages})
    _lists(env).update(_lists(other) & set(pages))


def _collect(app: Sphinx, doctree: nodes.document) -> None:
    _note_change(app.env)
    found = [
        (match[1], _title(node, match[1]))
        for node in doctree.findall(nodes.raw)
        for match in [_NAME.search(node.astext())]
        if match and node.get("format") == "html"
    ]
    if found:
        _exercises(app.env)[app.env.docname] = found


def _title(node: nodes.Node, name: str) -> str:
    """What the exercise around ``node`` is called beside its number; empty where it has no name of its own."""
    around: nodes.Node | None = node
    while around is not None and not (isinstance(around, nodes.Element) and name in around["ids"]):
        around = around.parent
    subtitle = next(iter(around.findall(nodes.subtitle)), None) if around is not None else None
    return " ".join(subtitle.astext().split()) if subtitle is not None else ""


def _fill(app: Sphinx, doctree: nodes.document, page: str) -> None:
    for place in list(doctree.findall(exercise_list)):
        place.replace_self([nodes.raw("", _KEPT, format="html"), *_listed(app, page)])


def _listed(app: Sphinx, page: str) -> Iterator[nodes.Node]:
    env = app.env
    for chapter in dict.fromkeys(_in_order(env, env.config.root_doc)):
        if not (exercises := _exercises(env).get(chapter)):
            continue
        address = app.builder.get_relative_uri(page, chapter)
        title = env.titles[chapter].astext() if chapter in env.titles else chapter
        yield nodes.paragraph("", "", nodes.strong("", "", _link(title, address)))
        numbers = env.toc_fignumbers.get(chapter, {}).get("exercise", {})
        items = nodes.bullet_list()
        for name, words in exercises:
            number = ".".join(map(str, numbers.get(name, ())))
            said = f"Exercise {number}".rstrip() + (f": {words}" if words else "")
            mark = f'<span class="kf-mark" data-exercise-mark="{name}"></span>'
            link = _link(said, f"{address}#{name}")
            items += nodes.list_item("", nodes.paragraph("", "", link, nodes.raw("", mark, format="html")))
        yield items


def _link(text: str, address: str) -> nodes.reference:
    return nodes.reference("", text, internal=True, refuri=address)


def _in_order(env: BuildEnvironment, page: str) -> Iterator[str]:
    yield page
    for child in env.toctree_includes.get(page, []):
        yield from _in_order(env, child)
