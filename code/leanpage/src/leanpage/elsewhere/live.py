"""Live code on the page, by Thebe on Binder: offered in the launch menu, asked for by a press and a yes, never before.

An author asks for it by ``leanpage_live: true``, or by naming this extension. It is there where Binder is among the
``launch_buttons``, the theme's own live code is not, and the repository is known.
Until the reader says yes the page asks no other host for anything; then it loads Thebe and runs the page's cells, with
those that the page leaves out in their places.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from docutils import nodes
from sphinx.application import Sphinx

from . import notebooks
from .markdown import Markdown

#: Where each page's card stands, which live.js fetches when it is asked for.
FOLDER = "_static/live"
STATIC = Path(__file__).parent / "static"
#: Thebe as its makers publish it, and what its entry must be to the last bit.
THEBE = "https://cdn.jsdelivr.net/npm/thebe@0.9.3/lib/"
INTEGRITY = "sha384-jD7u+icBMbuPUkzq2VCHol9Rd0VnPVjvTI8ZHQsQEZdbmH9gWMdD732B8Dli6Gej"


def wanted(app: Sphinx) -> bool:
    """Whether Binder can run the cells, and the author has not asked for the theme's own way of doing so."""
    launch = app.config.html_theme_options.get("launch_buttons") or {}
    return bool(app.config.leanpage_live and launch.get("binderhub_url") and not launch.get("thebe"))


def card(app: Sphinx, docname: str, doctree: nodes.document) -> dict[str, Any] | None:
    """What live.js must know of a page, or None where there is nothing to run or nobody to run it."""
    options = app.config.html_theme_options
    binder = (options.get("launch_buttons") or {}).get("binderhub_url")
    address = options.get("repository_url") or ""
    provider = {"github.com": "github", "gitlab.com": "gitlab"}.get(urlsplit(address).netloc)
    executed = notebooks.executed(app, docname)
    if not (wanted(app) and provider and executed):
        return None
    hidden: dict[int, list[str]] = {}
    shown = done = 0
    cells = list(doctree.findall(notebooks.is_cell))
    sources = [cell.source if cell.cell_type == "code" else "" for cell in executed.cells]
    sources = notebooks.without_glue(sources) or sources
    placed = {cell["cell_index"] for cell in cells}
    sourceless = {cell["cell_index"] for cell in cells if not has_source(cell)}
    for part in notebooks.parts(doctree.children, Markdown(lambda link: None)):
        if not notebooks.is_cell(part) or not has_source(part) or in_a_solution(part):
            continue
        for number in range(done, part["cell_index"]):
            inside_a_solution = number in placed and number not in sourceless
            if sources[number].strip() and not inside_a_solution:
                hidden.setdefault(shown, []).append(sources[number])
        done, shown = part["cell_index"] + 1, shown + 1
    if not shown:
        return None
    folder = options.get("path_to_docs") or ""
    return {
        "thebe": THEBE,
        "integrity": INTEGRITY,
        "binder": binder,
        "repo": urlsplit(address).path.strip("/"),
        "ref": options.get("repository_branch") or "main",
        "provider": provider,
        "folder": "/".join(filter(None, [folder, docname.rpartition("/")[0]])),
        "hidden": hidden,
    }


def in_a_solution(node: nodes.Node | None) -> bool:
    return node is not None and (notebooks.exercise_kind(node) == "solution" or in_a_solution(node.parent))


def has_source(cell: nodes.Element) -> bool:
    return any(child.get("nb_element") == "cell_code_source" for child in cell.children)


def offer(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    groups = {button.get("label"): button for button in context.get("header_buttons", [])}
    launch = groups.get("launch-buttons")
    if not launch:
        return
    for button in launch["buttons"]:
        button["icon"] = launch["icon"]  # the hosts' logos would be a request each
    known = card(app, pagename, doctree) if doctree is not None else None
    if not known:
        return
    launch["buttons"].append(
        {
            "type": "javascript",
            "text": "Live code",
            "tooltip": "Run the cells on this page; asks other hosts, once you say yes",
            "javascript": "liveCode()",
            "icon": "fas fa-play",
            "label": "live-code-button",
        }
    )
    path = Path(app.outdir, FOLDER, f"{pagename}.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(known, ensure_ascii=False, sort_keys=True), encoding="utf-8")


def add_files(app: Sphinx) -> None:
    if app.builder.name != "html" or not wanted(app) or not app.config.html_theme_options.get("repository_url"):
        return
    Path(app.outdir, "_static").mkdir(parents=True, exist_ok=True)
    for name in ("live.js", "live.css"):
        shutil.copy(STATIC / name, Path(app.outdir, "_static", name))
    app.add_js_file("live.js")  # on every page, so that it is a part of the site's one script


def setup(app: Sphinx) -> dict[str, bool]:
    app.setup_extension(notebooks.__name__)
    app.add_config_value("leanpage_live", lambda config: __name__ in config.extensions, "html", types=[bool])
    app.connect("builder-inited", add_files)
    app.connect("html-page-context", offer, priority=901)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
