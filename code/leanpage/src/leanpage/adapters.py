"""What leanpage leans on in other packages and is no promise of theirs: each place in this one file."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from jupyter_cache import get_cache
from sphinx.application import Sphinx


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
