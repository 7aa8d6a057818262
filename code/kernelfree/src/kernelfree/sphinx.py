"""The Sphinx part: turns figures in cell outputs into HTML that moves with no kernel, and writes the site's scripts.

Add ``kernelfree.sphinx`` to the extensions. Settings:

- ``kernelfree_ipywidgets`` (default false): in the book's build ``from ipywidgets import interact`` is kernelfree's.
- ``kernelfree_strict`` (default false): what is otherwise a warning is an error: a figure without a description, frames
  that fail, too many of them.
- ``kernelfree_timeout`` (default 3600): seconds that a cell of a notebook with ``interact`` in it may take, at least.
- ``kernelfree_html_manager`` (default false) keeps the stock html-manager of ipywidgets for pages with plain widgets;
  without it such a page fails the build, since its widgets would lie dead.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util import logging

from kernelfree import frames, markup, page

logger = logging.getLogger(__name__)

FOLDER = "_static/kernelfree"
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
#: The last line of a traceback, where it is kernelfree that refused.
_FAILED = re.compile(r"^(?:kernelfree[.\w]*\.)?((?:Frame|Figure)Error: .+)$", re.MULTILINE)


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_config_value("kernelfree_html_manager", False, "env", [bool])
    app.add_config_value("kernelfree_ipywidgets", False, "env", [bool])
    app.add_config_value("kernelfree_strict", False, "env", [bool])
    app.add_config_value("kernelfree_timeout", 3600, "", [int])
    app.connect("source-read", _give_time)
    app.connect("builder-inited", _start_progress)
    app.connect("env-purge-doc", lambda app, env, name: _files(env).pop(name, None))
    app.connect("env-merge-info", _merge)
    app.connect("doctree-read", _check_page)
    app.connect("html-page-context", _add_scripts)
    app.connect("builder-inited", _write_own_files)
    app.connect("build-finished", _write_files)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


# --- a figure's output -> HTML ---------------------------------------------------------------------------------------


class Renderer:
    """myst-nb's plug-in for figures, found through the entry point group ``myst_nb.mime_renderers``."""

    mime_priority_overrides = [
        (builder, page.MIME, 1)
        for builder in ("html", "dirhtml", "singlehtml", "readthedocs", "readthedocsdirhtml", "readthedocssinglehtml")
    ]

    @staticmethod
    def handle_mime(renderer: Any, data: Any, inline: bool) -> list[nodes.Element] | None:
        if data.mime_type != page.MIME:
            return None
        env: BuildEnvironment | None = renderer.renderer.sphinx_env
        if env is None or inline:
            return []
        place = f"{env.doc2path(env.docname)}:{data.line}"
        try:
            figure = page.read(data.content)
        except page.PayloadError as error:
            raise ExtensionError(f"{place}: {error}") from error
        if isinstance(figure, page.Left):
            _files(env).setdefault(env.docname, {"names": {}, "scripts": {}})["left"] = True
            logger.warning(
                "%s: interact is left to ipywidgets here, and does nothing without a kernel: %s",
                *(figure.name, figure.reason),
                location=place,
                type="kernelfree",
                subtype="left",
            )
            return []
        for note in figure.notes if isinstance(figure, page.Frames) else ():
            logger.warning("%s: %s", figure.name, note, location=place, type="kernelfree", subtype="figure")
        return [nodes.raw("", _figure(env, figure, place), format="html", classes=["output"])]


def _figure(env: BuildEnvironment, figure: page.Payload, place: str) -> str:
    files = _files(env).setdefault(env.docname, {"names": {}, "scripts": {}})
    known = files["names"].setdefault(figure.name, figure.instance)
    if known != figure.instance:
        raise ExtensionError(f"{place}: a second figure of this page is called {figure.name!r}; give it another name")
    html, scripts = markup.figure(figure)
    files["scripts"] |= scripts
    if isinstance(figure, page.Frames):
        _report(figure, place)
    return html


def _report(figure: page.Frames, place: str) -> None:
    packed = figure.data["frames"]
    size = frames.weight(packed) / 1000
    if "lines" in packed:
        logger.info(
            "%s: %s: %d frames kept whole, %.1f kB gz and slower to show: too little in common for differences",
            *(place, figure.name, figure.frames, size),
        )
    else:
        logger.info("%s: %s: %d frames, %.1f kB gz", place, figure.name, figure.frames, size)


# --- pages and files -------------------------------------------------------------------------------------------------


def _files(env: BuildEnvironment) -> dict[str, dict[str, Any]]:
    """Page -> the figures' names on it and the scripts they need; kept between builds with the environment."""
    kept: dict[str, dict[str, Any]] = env.__dict__.setdefault("kernelfree_files", {})
    return kept


def _merge(app: Sphinx, env: BuildEnvironment, names: list[str], other: BuildEnvironment) -> None:
    _files(env).update({name: files for name, files in _files(other).items() if name in names})


def _check_page(app: Sphinx, doctree: nodes.document) -> None:
    """Fail on what would lie dead on the page, and drop the stock scripts where nothing needs them."""
    env = app.env
    metadata = getattr(env, "nb_metadata", {}).get(env.docname, {})
    trace = _ANSI.sub("", (metadata.get("exec_data") or {}).get("traceback") or "")
    shown = [node.astext() for node in doctree.findall(nodes.literal_block) if "traceback" in node["classes"]]
    if failed := next((match for text in (trace, *shown) for match in _FAILED.findall(text)), None):
        raise ExtensionError(f"{env.doc2path(env.docname)}: {' '.join(failed.split())}")
    plain = list(doctree.findall(_is_plain_widget))
    if plain and _files(env).get(env.docname, {}).get("left") or plain and app.config.kernelfree_ipywidgets:
        return
    if plain and not app.config.kernelfree_html_manager:
        line = plain[0].line or plain[0].parent.line
        raise ExtensionError(
            f"{env.doc2path(env.docname)}:{line}: this cell shows an ipywidgets widget, which does nothing on a page "
            "without a kernel. Use kernelfree.interact for a function under sliders, or kernelfree.Explorable; or set "
            "kernelfree_html_manager: true under sphinx: config: to load Jupyter Book's html-manager for it."
        )
    if not plain:
        for key in [key for key in metadata.get("js_files", {}) if key.startswith("ipywidgets_")]:
            del metadata["js_files"][key]


def _is_plain_widget(node: nodes.Node) -> bool:
    if not (isinstance(node, nodes.container) and node.get("nb_element") == "mime_bundle"):
        return False
    kinds = {child.get("mime_type") for child in node.children}
    return page.WIDGET in kinds and page.MIME not in kinds


def _add_scripts(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    if app.env is None:
        return
    # singlehtml puts every document into one page.
    documents = app.env.found_docs if app.builder.name.endswith("singlehtml") else {pagename}
    figures = bool(documents & _files(app.env).keys())
    if figures:
        app.add_js_file(f"kernelfree/{markup.own_file('loader.js')[0]}", loading_method="defer", priority=100)
    if figures or 'class="kf-' in context.get("body", ""):
        app.add_css_file(f"kernelfree/{markup.own_file('kernelfree.css')[0]}")


def _write_own_files(app: Sphinx) -> None:
    # Before any page is written: Sphinx adds to their addresses what it finds in them, in a first build as in a second.
    if app.builder.format == "html":
        _write(app, dict(markup.own_file(name) for name in ("loader.js", "kernelfree.css")))


def _write(app: Sphinx, files: dict[str, str]) -> Path:
    folder = Path(app.outdir, *FOLDER.split("/"))
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def _write_files(app: Sphinx, error: Exception | None) -> None:
    if error or app.builder.format != "html":
        return
    written = dict(markup.own_file(name) for name in ("loader.js", "kernelfree.css"))
    for files in _files(app.env).values():
        written |= files["scripts"]
    folder = _write(app, written)
    _forget_old(folder, set(written))


def _forget_old(folder: Path, kept: set[str]) -> None:
    """Delete files of earlier builds: those alone whose names carry the digest of what is in them, as ours do."""
    for path in folder.iterdir():
        stem, digest, ending = (*path.name.rsplit(".", 2), "", "")[:3]
        if path.name in kept or ending not in ("js", "css") or not re.fullmatch("[0-9a-f]{8}", digest):
            continue
        if path.is_file() and digest in _digests(stem, path.read_text(encoding="utf-8", errors="replace")):
            path.unlink()


def _digests(stem: str, content: str) -> set[str]:
    """The digests that a file of ours may carry: of all of it, or of what it hands to the loader."""
    handed = re.fullmatch(r'kernelfree\.(?:define|data)\("[^"]+",(.*)\);\n', content, re.DOTALL)
    return {markup.named(stem, text).rpartition(".")[2] for text in (content, handed[1] if handed else content)}


def _give_time(app: Sphinx, name: str, source: list[str]) -> None:
    """Let the cells of a notebook that draws figures take the time they need."""
    config = getattr(app.env, "mystnb_config", None)
    if config is None:
        return
    usual = _usual_timeout.setdefault(app, config.execution_timeout)
    least = app.config.kernelfree_timeout
    wanted = max(usual, least) if usual > 0 and "interact" in source[0] else usual
    if config.execution_timeout != wanted:
        setattr(app.env, "mystnb_config", config.copy(execution_timeout=wanted))  # noqa: B010


_usual_timeout: WeakKeyDictionary[Sphinx, int] = WeakKeyDictionary()


# --- progress of drawing ---------------------------------------------------------------------------------------------


def _start_progress(app: Sphinx) -> None:
    """Tell kernels that a book is being built, and print what they say of their progress."""
    handle, path = tempfile.mkstemp(prefix="kernelfree-")
    os.close(handle)
    os.environ[page.BUILD] = path
    os.environ[page.STRICT] = str(int(app.config.kernelfree_strict))
    paths = os.environ.get("PYTHONPATH")
    if app.config.kernelfree_ipywidgets:
        os.environ[page.AS_IPYWIDGETS] = "1"
        os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).with_name("hook")), *([paths] if paths else [])])
    done = threading.Event()
    thread = threading.Thread(target=_print_progress, args=(path, done), daemon=True)
    thread.start()

    def stop(app: Sphinx, error: Exception | None) -> None:
        done.set()
        thread.join()
        for name in (page.BUILD, page.STRICT, page.AS_IPYWIDGETS):
            os.environ.pop(name, None)
        if app.config.kernelfree_ipywidgets:
            os.environ.pop("PYTHONPATH", None)
            os.environ.update({"PYTHONPATH": paths} if paths else {})
        Path(path).unlink(missing_ok=True)

    app.connect("build-finished", stop)


def _print_progress(path: str, done: threading.Event) -> None:
    terminal = sys.__stderr__
    if terminal is None:
        return
    pause = 0.5 if terminal.isatty() else 10  # a log wants few lines, a terminal rewrites one
    with open(path, encoding="utf-8") as channel:
        while not done.wait(pause):
            lines = [line.split() for line in channel.read().splitlines()]
            for name, _, seconds, total in (line for line in lines if len(line) == 4):
                print(f"drawing {name}: about {seconds} s for its {total} frames", file=terminal, flush=True)
            if drawn_lines := [line for line in lines if len(line) == 3]:
                name, drawn, total = drawn_lines[-1]
                end = "\r" if terminal.isatty() and drawn != total else "\n"
                print(f"drawing {name}: {drawn} of {total} frames", end=end, file=terminal, flush=True)
