"""The Sphinx extension: the exercises' style, the reader's progress, and the directive ``{exercise-list}``.

Add ``askback.sphinx`` to the extensions; it loads ``kernelfree.sphinx``, which puts the exercises on their pages. The
directive lists the exercises of all pages, with links. Only the reader's browser knows which of them are answered;
``static/progress.js`` keeps and shows that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from askback.directive import Ask
from kernelfree.deliver.html import remove_css_comments
from kernelfree.deliver.rewrite import remove_comments

#: The files that pages load, in ``_static/askback/``.
FILES = ("askback.css", "progress.js", "overview.js")
#: The name of an exercise that is listed, in its outermost tag.
_NAME = re.compile(r'data-exercise="([a-z0-9-]+)"(?![^>]*data-unlisted)')
_KIND = re.compile(r'class="askback-form" data-kind="([a-z]+)"')
#: What a kind asks for, where that is not "a" and its name.
_KINDS = {"order": "an order", "judge": "in your own words", "gaps": "several steps"}
_OVERVIEW = (
    '<div class="askback-overview"><p><span class="askback-total"></span> <span class="askback-next"></span></p>'
    '<section class="askback-review" hidden aria-label="Review"><p><strong>Review</strong>: what you missed, '
    "and what you solved some days ago, mixed.</p><ol></ol></section>"
    '<p class="askback-kept" hidden>What you have answered is kept in this browser and nowhere else. '
    '<button type="button" class="askback-save">Save it to a file</button> '
    '<button type="button" class="askback-forget">Clear it</button></p>'
    '<p><label>Load it from a file: <input type="file" class="askback-load" accept=".json"></label> '
    '<span class="askback-said" role="status"></span></p><form class="askback-sheet"><label>A sheet to print, with the '
    'answers on a page of their own: <select><option value="">all pages</option></select></label> '
    "<button>Make the sheet</button></form></div>"
)


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
    return {"version": "3", "env_version": 2, "parallel_read_safe": True, "parallel_write_safe": True}


# --- files ----------------------------------------------------------------------------------------------------------


def _copy_files(app: Sphinx) -> None:
    # Before any page is written, since Sphinx puts a checksum of what it finds there into the pages.
    if app.builder.format == "html":
        folder = Path(app.outdir, "_static", "askback")
        folder.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            text = Path(__file__).with_name("static").joinpath(name).read_text(encoding="utf-8")
            text = remove_comments(text) if name.endswith(".js") else remove_css_comments(text)
            folder.joinpath(name).write_text(text, encoding="utf-8")


def _add_script(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    if app.env is None:
        return
    # singlehtml puts every document into one page.
    documents = app.env.found_docs if app.builder.name.endswith("singlehtml") else {pagename}
    if documents & (_exercises(app.env).keys() | _lists(app.env)):
        app.add_js_file("askback/progress.js", loading_method="defer")
    if documents & _lists(app.env):
        app.add_js_file("askback/overview.js", loading_method="defer", priority=501)


# --- the list -------------------------------------------------------------------------------------------------------


def _lists(env: BuildEnvironment) -> set[str]:
    """Return the names of the pages with a list."""
    lists: set[str] = env.__dict__.setdefault("askback_lists", set())
    return lists


def _exercises(env: BuildEnvironment) -> dict[str, list[tuple[str, str, str]]]:
    """Return page -> its exercises, each a name, its title without the number, and what it asks for."""
    exercises: dict[str, list[tuple[str, str, str]]] = env.__dict__.setdefault("askback_exercises", {})
    return exercises


def _outdated(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Return the pages to write again: those with a list, if any page was read or is gone."""
    changed: bool = env.__dict__.pop("askback_changed", False)
    return sorted(_lists(env)) if changed else []


def _note_change(env: BuildEnvironment) -> None:
    env.__dict__["askback_changed"] = True


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
        (match[1], _title(node, match[1]), _asked_for(node.astext()))
        for node in doctree.findall(nodes.raw)
        for match in [_NAME.search(node.astext())]
        if match and node.get("format") == "html"
    ]
    if found:
        _exercises(app.env)[app.env.docname] = found


def _title(node: nodes.Node, name: str) -> str:
    """Return the title, without its number, of the ``{exercise-start}`` around ``node``; empty without one."""
    around: nodes.Node | None = node
    while around is not None and not (isinstance(around, nodes.Element) and name in around["ids"]):
        around = around.parent
    subtitle = next(iter(around.findall(nodes.subtitle)), None) if around is not None else None
    return " ".join(subtitle.astext().split()) if subtitle is not None else ""


def _asked_for(html: str) -> str:
    kind = _KIND.search(html)
    words = _KINDS.get(kind[1], f"a {kind[1]}") if kind else ""
    return f"{words}, again with other numbers" if "askback-again" in html else words


def _fill(app: Sphinx, doctree: nodes.document, page: str) -> None:
    for place in list(doctree.findall(exercise_list)):
        place.replace_self([nodes.raw("", _OVERVIEW, format="html"), *_listed(app, page)])


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
        for name, words, asked in exercises:
            number = ".".join(map(str, numbers.get(name, ())))
            said = f"Exercise {number}".rstrip() + (f": {words}" if words else "")
            kind = f'<span class="askback-kind">{asked}</span>'
            mark = f'<span class="askback-mark" data-exercise-mark="{name}"></span>'
            link = _link(said, f"{address}#{name}")
            items += nodes.list_item("", nodes.paragraph("", "", link, nodes.raw("", kind + mark, format="html")))
        yield items


def _link(text: str, address: str) -> nodes.reference:
    return nodes.reference("", text, internal=True, refuri=address)


def _in_order(env: BuildEnvironment, page: str) -> Iterator[str]:
    yield page
    for child in env.toctree_includes.get(page, []):
        yield from _in_order(env, child)
