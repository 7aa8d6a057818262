"""Collect everything that leanpage uses of other libraries without their promise to keep it.

Each function says what it uses, of which version, and what happens where that is missing. Selectors of a theme's HTML
are not here but in `steps/theme.py`. No issue is open upstream unless a link says so: these are details that their
owners are free to change.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx
from sphinx.config import Config

# Checked with Sphinx 7 to 9, pydata-sphinx-theme 0.17, sphinx-book-theme 1.3, MyST-NB 1.4 and MyST-Parser 3.0.

# --- Sphinx 7 to 9 ---


def page_file(app: Sphinx, docname: str) -> str:
    """Return the file of a document's page (`get_outfilename`, which only the builders of HTML have)."""
    return str(app.builder.get_outfilename(docname))  # type: ignore[attr-defined]


def is_default(config: Config, name: str) -> bool:
    """Return whether a setting has its default value (`Config.values`, whose items were tuples before Sphinx 7.3)."""
    option = config.values[name]
    return getattr(config, name) == getattr(option, "default", option[0] if isinstance(option, tuple) else None)


def theme_options(app: Sphinx) -> frozenset[str]:
    """Return the names of the theme's options (`builder.theme`); none for a builder without a theme."""
    theme = getattr(app.builder, "theme", None)
    return frozenset(theme.get_options({})) if theme is not None else frozenset()


def visit_with_mathjax(translator: Any, node: nodes.Element) -> None:
    """Write a formula as MathJax's renderer does, with MyST-Parser's changes to it (the registry's renderers)."""
    registry = translator.builder.app.registry
    inline, block = registry.html_inline_math_renderers, registry.html_block_math_renderers
    visit, _ = (inline if isinstance(node, nodes.math) else block)["mathjax"]
    visit(translator, node)


def other_renderer(app: Sphinx) -> str | None:
    """Return the renderer of formulas, such as imgmath, that an extension of the author's adds (the registry's)."""
    return next((name for name in app.registry.html_inline_math_renderers if name not in ("mathjax", "mathml")), None)


def install_mathjax(app: Sphinx, *event: Any) -> None:
    """Add MathJax's scripts to a page (`sphinx.ext.mathjax.install_mathjax`, which asks for the chosen renderer)."""
    from sphinx.ext import mathjax

    chosen = app.config.html_math_renderer
    app.config.html_math_renderer = "mathjax"
    try:
        mathjax.install_mathjax(app, *event)
    finally:
        app.config.html_math_renderer = chosen


# --- sphinxext-opengraph, sphinx-external-toc 1 and the themes ---


@cache
def letters_of_cards() -> frozenset[int]:
    """Return the characters of the font that sphinxext-opengraph draws cards with (its file, Roboto Flex)."""
    folder = Path(str(files("sphinxext.opengraph"))) / "_static"
    return frozenset(code for path in folder.glob("*.ttf") for code in TTFont(path).getBestCmap())


#: The page that a book whose first page is not called index gets from sphinx-external-toc, to the last byte.
TOC_REDIRECT = re.compile(r'<meta http-equiv="Refresh" content="0; url=([^"]*)" />\n')


def header_buttons(context: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return sphinx-book-theme's groups of buttons by label (`header_buttons`, filled before priority 900)."""
    return {button.get("label", ""): button for button in context.get("header_buttons", [])}


# --- MyST-Parser, MyST-NB, jupyter-cache, sphinx-exercise ---


def set_equation_label(make: Callable[[Any], str]) -> None:
    """Replace the random labels of equations (`SphinxRenderer._random_label`); nothing without MyST-Parser."""
    with suppress(ImportError):
        from myst_parser.mdit_to_docutils.sphinx_ import SphinxRenderer

        if hasattr(SphinxRenderer, "_random_label"):
            setattr(SphinxRenderer, "_random_label", lambda renderer: make(renderer.sphinx_env))  # noqa: B010


def notebook_folders(app: Sphinx) -> tuple[Path, Path | None] | None:
    """Return where MyST-NB puts the notebooks that it read, and the cache of their outputs (`env.mystnb_config`).

    None without MyST-NB; the cache is None if none is used.
    """
    settings = getattr(app.env, "mystnb_config", None)
    if settings is None:
        return None
    cached = settings.execution_mode == "cache"
    return Path(settings.output_folder), Path(settings.execution_cache_path) if cached else None


def executed_notebook(app: Sphinx, docname: str) -> Any | None:
    """Return the notebook that a page was made from, with its outputs; None for a page made from none."""
    folders = notebook_folders(app)
    if folders is None or "kernelspec" not in app.env.metadata[docname]:
        return None
    notebooks, cache = folders
    source = notebooks / f"{docname}.ipynb"
    if not source.is_file():
        return None
    found = nbformat.read(source, 4)
    if cache and cache.exists():  # MyST-NB writes a chapter from the cache without its outputs
        from jupyter_cache import get_cache

        with suppress(KeyError):  # a chapter whose front matter turns execution off is not in the cache
            _, found = get_cache(cache).merge_match_into_notebook(found)
    return found


def add_to_cache_project(app: Sphinx, docname: str, cache: Any) -> bool:
    """Add a document with cells to a jupyter-cache project; False for one that has none, or settings of its own.

    MyST-NB executes the others when it reads them (`create_nb_reader`, `nb_config`, and the key ``mystnb``).
    """
    from myst_nb.core.read import create_nb_reader

    env: Any = app.env
    path, config = Path(env.doc2path(docname)), env.mystnb_config
    if any(path.match(pattern) for pattern in config.execution_excludepatterns):
        return False
    text = path.read_text(encoding="utf-8-sig")
    reader = create_nb_reader(str(path), env.myst_config, config, text)
    with suppress(Exception):  # whatever is wrong, Sphinx reports it, with its place, when it reads the document
        if reader is not None and config.metadata_key not in reader.read(text).metadata:
            cache.add_nb_to_project(str(path), read_data=reader.read_fmt)
            return True
    return False


def exercise_kind(node: nodes.Node) -> str:
    """Return "exercise" or "solution" for a node of sphinx-exercise that holds one (by its class's name), else ""."""
    name = type(node).__name__
    kind = next((kind for kind in ("exercise", "solution") if name.startswith(kind)), "")
    return "" if name.endswith("_title") or isinstance(node, (nodes.title, nodes.Inline)) else kind
