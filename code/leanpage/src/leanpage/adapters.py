"""What leanpage leans on in other packages and is no promise of theirs: each place in this one file."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
from jupyter_cache import get_cache
from sphinx.application import Sphinx
from sphinx.errors import ThemeError
from sphinx.theming import HTMLThemeFactory


@dataclass(frozen=True)
class NotebookFolders:
    """Where MyST-NB leaves the notebooks that it read, and the cache of what they gave (None without one)."""

    notebooks: Path
    cache: Path | None


def executed_notebooks(app: Sphinx) -> NotebookFolders | None:
    """MyST-NB's folders (`env.mystnb_config`, written for 1.4), or None where it is not loaded."""
    settings = getattr(app.env, "mystnb_config", None)
    if settings is None:
        return None
    cached = settings.execution_mode == "cache"
    return NotebookFolders(Path(settings.output_folder), Path(settings.execution_cache_path) if cached else None)


#: The versions with which leanpage was written, where it leans on more than they promise.
WRITTEN_FOR = {
    "pydata_sphinx_theme": "pydata-sphinx-theme 0.17",
    "sphinx_book_theme": "sphinx-book-theme 1.3",
    "myst_nb": "MyST-NB 1.4",
    "myst_parser": "MyST-Parser 3.0",
}


def themes(app: Sphinx) -> list[str]:
    """The names of the theme of the pages and of those that it builds on, the nearest first."""
    theme = getattr(app.builder, "theme", None)
    folders = theme.get_theme_dirs() if theme is not None else []
    return [Path(folder).name for folder in folders]


def warnings(app: Sphinx) -> int:
    """How many warnings this build gave (`app._warncount`, written for Sphinx 7 to 9)."""
    return int(getattr(app, "_warncount", 1))


def record_settings(app: Sphinx, told: Callable[[Any], Any]) -> None:
    """Let a build's record of its settings hold `told` of each value (`builder.build_info`, as in Sphinx 7 to 9)."""
    info: Any = getattr(app.builder, "build_info", None)
    if info is None:  # not a builder of HTML
        return

    def settings(categories: Any) -> list[SimpleNamespace]:
        return [SimpleNamespace(name=own.name, value=told(own.value)) for own in app.config.filter(categories)]

    record: Any = type(info)
    app.builder.build_info = record(SimpleNamespace(filter=settings), app.tags, frozenset({"html"}))  # type: ignore[attr-defined]


def theme_options(app: Sphinx) -> frozenset[str]:
    """The options that the theme of the pages knows, before there is a builder to ask (Sphinx 7 to 9)."""
    wanted: dict[str, Any] = {"app": app, "confdir": app.confdir, "config": app.config, "registry": app.registry}
    takes = signature(HTMLThemeFactory).parameters
    factory = HTMLThemeFactory(**{name: value for name, value in wanted.items() if name in takes})
    try:
        return frozenset(factory.create(app.config.html_theme).get_options({}))
    except ThemeError:  # a builder of pages says so itself; others do without a theme
        return frozenset()


def notebook(folders: NotebookFolders, docname: str) -> Any:
    """The notebook that a page was made from, with what its cells gave; None for a page that was made from none."""
    source = folders.notebooks / f"{docname}.ipynb"
    if not source.is_file():
        return None
    found = nbformat.read(source, 4)
    if folders.cache and folders.cache.exists():  # a chapter from the cache is written without its outputs
        with suppress(KeyError):  # a chapter that says in its front matter that it is not executed is not in the cache
            _, found = get_cache(folders.cache).merge_match_into_notebook(found)
    return found


def execution(app: Sphinx, docname: str) -> Callable[[], None] | None:
    """What fills the cache with what a chapter's cells give, or None where it has none or the cache knows them.

    Sphinx's part of it (reading the source, as its other extensions change it) is done here, one chapter after another;
    what is returned may run in a thread of its own and raises MyST-NB's ExecutionError. These are the steps of
    ``myst_nb.sphinx_.Parser.parse`` (1.4) up to the client, so that the cache is asked for the same notebook later.
    """
    from myst_nb.core.execute import create_client  # the rest of leanpage can do without MyST-NB
    from myst_nb.core.execute.cache import NotebookClientCache
    from myst_nb.core.nb_to_tokens import nb_node_to_dict
    from myst_nb.core.read import create_nb_reader

    env: Any = app.env
    path = str(env.doc2path(docname))
    content = [Path(path).read_text(encoding="utf-8-sig")]
    env.prepare_settings(docname)
    app.emit("source-read", docname, content)
    env.temp_data.clear()
    config = env.mystnb_config  # only now: a listener may give a chapter more time
    reader = create_nb_reader(path, env.myst_config, config, content[0])
    if reader is None:
        return None
    try:
        notebook = reader.read(content[0])
        overrides = nb_node_to_dict(notebook.metadata.get(config.metadata_key, {}))
        overrides.pop("output_folder", None)
        config = config.copy(**overrides)
    except Exception:  # whatever it is, Sphinx says it of this chapter, and where, when it reads it
        return None
    kernel = notebook.metadata.get("kernelspec", {})
    for pattern, alias in config.kernel_rgx_aliases.items():
        if re.fullmatch(pattern, kernel.get("name") or ""):
            kernel["name"] = alias
            break
    client = create_client(notebook, path, config, _Silent(), reader.read_fmt)
    if not isinstance(client, NotebookClientCache):
        return None
    with suppress(KeyError):
        get_cache(config.execution_cache_path).match_cache_notebook(notebook)
        return None
    return client.start_client


class _Silent:
    """A logger for what is said again, with its place, when the chapter is read."""

    def debug(self, *words: object, **more: object) -> None:
        pass

    info = warning = error = debug
