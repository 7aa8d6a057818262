"""Put figures from cell outputs on the pages of a book, with no kernel behind them, and write the files they need.

docs/pages.md has the settings.
"""

import re
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util import logging

from kernelfree.again import FigureAgain, FigureList, FromOtherPages, outdated
from kernelfree.building import DROP_IN, MAX_BYTES, MAX_FRAMES, STRICT
from kernelfree.deliver.html import figure_html, own_file
from kernelfree.deliver.kernels import announce_build
from kernelfree.deliver.payload import MIME, FallbackNotice, FramesPayload, Payload, PayloadError, read_payload
from kernelfree.pack.packing import gzip_size
from kernelfree.record.outputs import WIDGET_MIME, as_on_a_terminal

logger = logging.getLogger(__name__)

#: The last line of a traceback, where kernelfree raised the error.
_FAILED = re.compile(r"^(?:kernelfree[.\w]*\.)?((?:Frame|Figure)Error: .+)$", re.MULTILINE)


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_config_value("kernelfree_html_manager", False, "env", [bool])
    app.add_config_value("kernelfree_ipywidgets", False, "env", [bool])
    app.add_config_value("kernelfree_strict", False, "env", [bool])
    app.add_config_value("kernelfree_max_frames", 1000, "env", [int])
    app.add_config_value("kernelfree_max_bytes", 3_000_000, "env", [int])
    app.add_config_value("kernelfree_timeout", 3600, "", [int])
    app.add_directive("figure-again", FigureAgain)
    app.add_directive("figure-list", FigureList)
    app.add_post_transform(FromOtherPages)
    app.connect("builder-inited", _announce_build)
    app.connect("builder-inited", _begin_files)
    app.connect("source-read", _raise_timeout)
    app.connect("env-get-outdated", outdated)
    app.connect("env-purge-doc", lambda app, env, name: _pages(env).pop(name, None))
    app.connect("env-merge-info", _merge)
    for check in (_fail_with_figures, _weigh_page, _check_widgets):
        app.connect("doctree-read", check)
    app.connect("html-page-context", _add_scripts)
    # Raise env_version with every change of what pages and the environment keep, so that old builds are read again.
    return {"version": "2", "env_version": 4, "parallel_read_safe": True, "parallel_write_safe": True}


# --- a figure's output -> HTML ---------------------------------------------------------------------------------------


class Renderer:
    """Renders payloads for myst-nb, which finds it through the entry point group ``myst_nb.mime_renderers``."""

    mime_priority_overrides = [
        (builder, MIME, 1)
        for builder in ("html", "dirhtml", "singlehtml", "readthedocs", "readthedocsdirhtml", "readthedocssinglehtml")
    ]

    @staticmethod
    def handle_mime(renderer: Any, data: Any, inline: bool) -> list[nodes.Element] | None:
        """Return a figure's nodes, with its warnings logged; ``None`` leaves other outputs to myst-nb."""
        if data.mime_type != MIME:
            return None
        env: BuildEnvironment | None = renderer.renderer.sphinx_env
        if env is None or inline:
            return []
        place = f"{env.doc2path(env.docname)}:{data.line}"
        try:
            payload = read_payload(data.content)
        except PayloadError as error:
            raise ExtensionError(f"{place}: {error}") from error
        if isinstance(payload, FallbackNotice):
            _page(env)["fell_back"].add(data.line)
            said = "%s: interact is left to ipywidgets here, and does nothing without a kernel: %s"
            logger.warning(said, payload.name, payload.reason, location=place, type="kernelfree", subtype="left")
            return []
        for note in payload.notes if isinstance(payload, FramesPayload) else ():
            logger.warning("%s: %s", payload.name, note, location=place, type="kernelfree", subtype="figure")
        return [nodes.raw("", add_figure(env, payload, place), format="html", classes=["output"])]


def add_figure(env: BuildEnvironment, payload: Payload, place: str) -> str:
    """Note a figure's name and files for its page, and return its HTML."""
    page = _page(env)
    known = page["names"].setdefault(payload.name, payload.instance)
    if known != payload.instance:
        raise ExtensionError(f"{place}: a second figure of this page is called {payload.name!r}; give it another name")
    if isinstance(payload, FramesPayload):  # singlehtml has the figures of all pages on one
        controls = [{**one, "shared": f"{env.docname} {one['shared']}"} for one in payload.state["controls"]]
        payload = replace(payload, state={**payload.state, "controls": controls})
        size = gzip_size(payload.data) / 1000
        page["megabytes"] += size / 1000
        logger.info("%s: %s: %d frames, %.1f kB gz", place, payload.name, payload.frames, size)
        for line in payload.errors:
            logger.info("%s: %s: on stderr: %s", place, payload.name, line)
    html, files = figure_html(payload)
    page["files"] |= files
    return html


# --- pages and files -------------------------------------------------------------------------------------------------


def _pages(env: BuildEnvironment) -> dict[str, dict[str, Any]]:
    """Return page -> its figures' names and files, and the lines where ``interact`` fell back; kept between builds."""
    pages: dict[str, dict[str, Any]] = env.__dict__.setdefault("kernelfree_pages", {})
    return pages


def _page(env: BuildEnvironment) -> dict[str, Any]:
    """Return the entry of the page that is being read."""
    return _pages(env).setdefault(env.docname, {"names": {}, "files": {}, "fell_back": set(), "megabytes": 0.0})


def _merge(app: Sphinx, env: BuildEnvironment, names: list[str], other: BuildEnvironment) -> None:
    _pages(env).update({name: page for name, page in _pages(other).items() if name in names})


def _metadata(env: BuildEnvironment) -> dict[str, Any]:
    """Return what MyST-NB notes of the page that is being read; nothing for a page without cells."""
    return getattr(env, "nb_metadata", {}).get(env.docname, {})


def _fail_with_figures(app: Sphinx, doctree: nodes.document) -> None:
    """Fail on an error of a figure, in the traceback of the notebook or in one that is shown on the page."""
    trace = as_on_a_terminal((_metadata(app.env).get("exec_data") or {}).get("traceback") or "")
    shown = [node.astext() for node in doctree.findall(nodes.literal_block) if "traceback" in node["classes"]]
    if failed := _FAILED.search("\n".join([trace, *shown])):
        raise ExtensionError(f"{app.env.doc2path(app.env.docname)}: {' '.join(failed[1].split())}")


def _weigh_page(app: Sphinx, doctree: nodes.document) -> None:
    """Warn of figures that are heavy together."""
    megabytes = _pages(app.env).get(app.env.docname, {}).get("megabytes", 0)
    if megabytes > app.config.kernelfree_max_bytes / 1e6:
        said = "its figures take %.2g MB together, more than kernelfree_max_bytes: part it, or draw less"
        logger.warning(said, megabytes, location=app.env.docname, type="kernelfree", subtype="page")


def _check_widgets(app: Sphinx, doctree: nodes.document) -> None:
    """Fail on widgets that would do nothing on the page, or warn; drop the stock scripts where nothing needs them."""
    env, metadata = app.env, _metadata(app.env)
    plain = list(doctree.findall(_is_plain_widget))
    fell_back = _pages(env).get(env.docname, {}).get("fell_back", set())
    for node in plain if not app.config.kernelfree_html_manager else ():
        line = node.line or node.parent.line
        if line in fell_back:  # which has its own warning
            continue
        place = f"{env.doc2path(env.docname)}:{line}"
        if not (fell_back or app.config.kernelfree_ipywidgets):
            raise ExtensionError(
                f"{place}: this cell shows an ipywidgets widget, which does nothing on a page without a kernel. Use "
                "kernelfree.interact for a function under sliders, or kernelfree.Explorable; or set "
                "kernelfree_html_manager: true under sphinx: config: to load Jupyter Book's html-manager for it."
            )
        texts = [child.astext() for child in node.children if child["mime_type"] == "text/plain"] or ["this widget"]
        saved = ", since its output was saved and not computed in this build (execute_notebooks: force runs it)"
        said = f"{texts[0].partition('(')[0]} does nothing on a page without a kernel"
        said += "" if metadata.get("exec_data") else saved
        logger.warning("%s", said, location=place, type="kernelfree", subtype="left")
    if not plain:
        for key in [key for key in metadata.get("js_files", {}) if key.startswith("ipywidgets_")]:
            del metadata["js_files"][key]


def _is_plain_widget(node: nodes.Node) -> bool:
    if not (isinstance(node, nodes.container) and node.get("nb_element") == "mime_bundle"):
        return False
    kinds = {child.get("mime_type") for child in node.children}
    return WIDGET_MIME in kinds and MIME not in kinds


def _add_scripts(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    body = context.get("body", "")
    if 'class="kf-manifest"' in body:
        app.add_js_file(f"kernelfree/{own_file('loader.js')[0]}", loading_method="defer", priority=100)
    if 'class="kf-' in body:
        app.add_css_file(f"kernelfree/{own_file('kernelfree.css')[0]}")


def _begin_files(app: Sphinx) -> None:
    """Write the loader and the style sheet, and note which files the last build wrote."""
    # Before any page is written: Sphinx puts a checksum of what it finds there into the pages.
    if app.builder.format == "html":
        _write(app, dict(own_file(name) for name in ("loader.js", "kernelfree.css")))
    last_build = {name for page in _pages(app.env).values() for name in page["files"]}
    app.connect("build-finished", partial(_write_files, last_build=last_build))


def _write(app: Sphinx, files: dict[str, str]) -> Path:
    folder = Path(app.outdir, "_static", "kernelfree")
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def _write_files(app: Sphinx, error: Exception | None, last_build: set[str]) -> None:
    """Write the files of all figures, and delete those that only the last build needed."""
    if error or app.builder.format != "html":
        return
    written = {name: content for page in _pages(app.env).values() for name, content in page["files"].items()}
    folder = _write(app, written)
    # A file's name carries a digest of its content: what the last build wrote and this one did not is out of date.
    for name in last_build - written.keys():
        (folder / name).unlink(missing_ok=True)


def _announce_build(app: Sphinx) -> None:
    settings = {STRICT: "strict", DROP_IN: "ipywidgets", MAX_FRAMES: "max_frames", MAX_BYTES: "max_bytes"}
    stop = announce_build({name: int(app.config[f"kernelfree_{own}"]) for name, own in settings.items()})
    app.connect("build-finished", lambda app, error: stop())


def _raise_timeout(app: Sphinx, name: str, source: list[str]) -> None:
    """Raise the timeout for notebooks that draw figures (https://github.com/executablebooks/jupyter-cache/issues/39)."""
    config = getattr(app.env, "mystnb_config", None)
    if config is None:
        return
    usual = app.config.nb_execution_timeout
    wanted = max(usual, app.config.kernelfree_timeout) if usual > 0 and "interact" in source[0] else usual
    if config.execution_timeout != wanted:
        setattr(app.env, "mystnb_config", config.copy(execution_timeout=wanted))  # noqa: B010
