"""The Sphinx extension: the exercises' style, the reader's progress, and the directive ``{exercise-list}``.

Add ``askback.sphinx`` to the extensions; it loads ``kernelfree.sphinx``, which puts the exercises on their pages. Only
the reader's browser knows which of them are answered; ``static/progress.js`` keeps and shows that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape
from pathlib import Path
from typing import Any, NamedTuple

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from askback.directive import Ask
from askback.exercise import STATIC, reader
from kernelfree.deliver.html import remove_css_comments
from kernelfree.deliver.rewrite import remove_comments

#: The files that pages load, in ``_static/askback/``.
FILES = ("askback.css", "progress.js", "overview.js")
#: The name of an exercise that is listed, in its outermost tag.
_NAME = re.compile(r'data-exercise="([a-z0-9-]+)"(?![^>]*data-unlisted)')
#: What a kind asks for, where that is not "a" and its name.
_KINDS = {"order": "an order", "judge": "in your own words", "gaps": "several steps", "match": "pairs"}


class exercise_list(nodes.General, nodes.Element):
    """Placeholder for the list until all pages are read."""


class ExerciseList(SphinxDirective):
    """``{exercise-list}``: the exercises of all pages, in the order of the table of contents."""

    def run(self) -> list[nodes.Node]:
        _lists(self.env).add(self.env.docname)
        return [exercise_list()]


def setup(app: Sphinx) -> dict[str, Any]:
    app.setup_extension("kernelfree.sphinx")
    app.add_css_file("askback/askback.css", priority=501)  # right after kernelfree.css
    app.add_node(exercise_list)
    app.add_directive("exercise-list", ExerciseList)
    app.add_directive("ask", Ask)
    app.connect("builder-inited", _copy_files)
    app.connect("env-purge-doc", _purge)
    app.connect("env-merge-info", _merge)
    app.connect("doctree-read", _collect)
    app.connect("env-updated", _outdated)
    app.connect("doctree-resolved", _fill)
    app.connect("html-page-context", _add_script)
    return {"version": "3", "env_version": 3, "parallel_read_safe": True, "parallel_write_safe": True}


def _copy_files(app: Sphinx) -> None:
    # Before any page is written, since Sphinx puts a checksum of what it finds there into the pages.
    if app.builder.format == "html":
        folder = Path(app.outdir, "_static", "askback")
        folder.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            text = STATIC.joinpath(name).read_text(encoding="utf-8")
            text = remove_comments(text) if name.endswith(".js") else remove_css_comments(text)
            folder.joinpath(name).write_text(text, encoding="utf-8")
        folder.joinpath(reader()[0]).write_text(reader()[1], encoding="utf-8")


def _add_script(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    if app.env is None:
        return
    # singlehtml puts every document into one page.
    documents = app.env.found_docs if app.builder.name.endswith("singlehtml") else {pagename}
    if documents & (_exercises(app.env).keys() | _lists(app.env)):
        app.add_js_file("askback/progress.js", loading_method="defer")
    if documents & _lists(app.env):
        app.add_js_file("askback/overview.js", loading_method="defer", priority=501)


def _lists(env: BuildEnvironment) -> set[str]:
    """Return the names of the pages with a list."""
    return env.__dict__.setdefault("askback_lists", set())


class Listed(NamedTuple):
    """Holds what the list says of an exercise; ``varied``: it can be asked again with other numbers."""

    name: str
    title: str
    kind: str
    difficulty: str
    trains: str
    varied: bool

    def html(self) -> str:
        said = [_KINDS.get(self.kind, f"a {self.kind}"), self.difficulty, *["other numbers"] * self.varied]
        about = f'data-kind="{said[0]}" data-difficulty="{self.difficulty}"'
        mark = f'<span class="askback-mark" data-exercise-mark="{self.name}" {about}></span>'
        trains = f'<span class="askback-trains">{escape(self.trains)}</span>' if self.trains else ""
        return f'<span class="askback-kind">{", ".join(said)}</span>{mark}{trains}'


def _exercises(env: BuildEnvironment) -> dict[str, list[Listed]]:
    """Return page -> its exercises."""
    return env.__dict__.setdefault("askback_exercises", {})


def _outdated(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Return the pages to write again: those with a list, if any page was read or is gone."""
    changed: bool = env.__dict__.pop("askback_changed", False)
    return sorted(_lists(env)) if changed else []


def _purge(app: Sphinx, env: BuildEnvironment, page: str) -> None:
    env.__dict__["askback_changed"] = True
    _exercises(env).pop(page, None)
    _lists(env).discard(page)


def _merge(app: Sphinx, env: BuildEnvironment, pages: list[str], other: BuildEnvironment) -> None:
    env.__dict__["askback_changed"] = True
    _exercises(env).update({page: found for page, found in _exercises(other).items() if page in pages})
    _lists(env).update(_lists(other) & set(pages))


def _collect(app: Sphinx, doctree: nodes.document) -> None:
    app.env.__dict__["askback_changed"] = True
    found = []
    for node in doctree.findall(nodes.raw):
        html = node.astext()
        if node.get("format") == "html" and (match := _NAME.search(html)):
            about = {key: unescape(text) for key, text in re.findall(r' data-(\w+)="([^"]*)"', html)}
            varied = "askback-again" in html
            title = _title(node, match[1]).removesuffix(" (hard)")  # which its difficulty says
            found.append(Listed(match[1], title, about["kind"], about["difficulty"], about.get("trains", ""), varied))
    if found:
        _exercises(app.env)[app.env.docname] = found


def _title(node: nodes.Node, name: str) -> str:
    """Return the title, without its number, of the ``{exercise-start}`` around ``node``; empty without one."""
    around: nodes.Node | None = node
    while around is not None and not (isinstance(around, nodes.Element) and name in around["ids"]):
        around = around.parent
    subtitle = next(iter(around.findall(nodes.subtitle)), None) if around is not None else None
    return " ".join(subtitle.astext().split()) if subtitle is not None else ""


def _fill(app: Sphinx, doctree: nodes.document, page: str) -> None:
    overview = STATIC.joinpath("overview.html").read_text(encoding="utf-8")
    for place in list(doctree.findall(exercise_list)):
        place.replace_self([nodes.raw("", overview, format="html"), *_listed(app, page)])


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
        for one in exercises:
            number = ".".join(map(str, numbers.get(one.name, ())))
            said = f"Exercise {number}".rstrip() + (f": {one.title}" if one.title else "")
            link = _link(said, f"{address}#{one.name}")
            items += nodes.list_item("", nodes.paragraph("", "", link, nodes.raw("", one.html(), format="html")))
        yield items


def _link(text: str, address: str) -> nodes.reference:
    return nodes.reference("", text, internal=True, refuri=address)


def _in_order(env: BuildEnvironment, page: str) -> Iterator[str]:
    yield page
    for child in env.toctree_includes.get(page, []):
        yield from _in_order(env, child)
