"""Execute a book's cells with a cache that depends on the code behind them, and report failures with their place.

MyST-NB keys its cache on the cells alone, so an edit to a module that they import leaves stale outputs on the pages.
Here the cache also depends on ``leanpage_execution_inputs`` and on the Python version: a change gives a new cache, and
Sphinx reads every page again. Chapters that the cache lacks are executed side by side, by jupyter-cache's executor,
before they are read. The three newest caches are kept; older ones are deleted, if this module created them.
"""

from __future__ import annotations

import hashlib
import logging as standard_logging
import re
import shutil
import sys
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from . import upstream

logger = logging.getLogger(__name__)

#: How many caches to keep, so that returning to a branch does not execute the book again.
KEPT_CACHES = 3
#: The file by which this module recognizes a cache that it created.
MARK = "made-by-leanpage"
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_config_value("leanpage_execution_inputs", [], "", [list])
    app.add_config_value("leanpage_execution_parallel", True, "", [bool])
    # Before MyST-NB reads the path (builder-inited), and early enough to count as a change of configuration.
    app.connect("config-inited", choose_cache)
    app.connect("env-before-read-docs", execute_in_parallel)
    app.connect("build-finished", explain_failure)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def inputs_digest(srcdir: Path, inputs: list[str]) -> str:
    """Return 16 hex digits over the names and bytes of `inputs` (files, or folders and all below) and Python's version.

    Paths are relative to `srcdir`. Hidden and compiled files do not count. A missing path raises FileNotFoundError.
    """
    digest = hashlib.sha256(f"python {sys.version_info.major}.{sys.version_info.minor}".encode())
    for name in inputs:
        root = srcdir / name
        if not root.exists():
            raise FileNotFoundError(f"leanpage_execution_inputs names {name!r}, which is not in {srcdir}")
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            relative = path.relative_to(srcdir)
            skipped = any(p.startswith((".", "__pycache__")) or p.endswith(".egg-info") for p in relative.parts)
            if path.is_file() and not skipped and path.suffix not in {".pyc", ".md"}:
                digest.update(f"\0{relative.as_posix()}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def choose_cache(app: Sphinx, config: Config) -> None:
    """Set MyST-NB's cache to one for the present inputs, and delete old caches."""
    if config.nb_execution_mode != "cache":
        return
    caches = Path(config.nb_execution_cache_path or app.outdir.parent / ".jupyter_cache")
    chosen = caches / inputs_digest(Path(app.srcdir), config.leanpage_execution_inputs)
    if not chosen.exists():
        chosen.mkdir(parents=True)
        (chosen / MARK).write_text("A cache of executed cells, which leanpage.execution made and may delete.\n")
    chosen.touch()
    delete_old_caches(caches)
    config.nb_execution_cache_path = str(chosen)


def delete_old_caches(caches: Path) -> None:
    """Delete all but the newest of the caches that this module created in `caches`."""
    ours = [folder for folder in caches.iterdir() if (folder / MARK).is_file() and not folder.is_symlink()]
    for old in sorted(ours, key=lambda folder: folder.stat().st_mtime, reverse=True)[KEPT_CACHES:]:
        shutil.rmtree(old)


def execute_in_parallel(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Fill the cache with jupyter-cache's parallel executor, as many chapters at a time as there are cores.

    MyST-NB executes a chapter that fails here again, when it is read: its own timeout and its error message hold.
    """
    _, folder = upstream.notebook_folders(app) or (None, None)
    if not app.config.leanpage_execution_parallel or folder is None:
        return
    from jupyter_cache import get_cache
    from jupyter_cache.executors import load_executor

    cache = get_cache(folder)
    # The longest first, so that none is still running when all others are done.
    longest_first = sorted(docnames, key=lambda name: Path(env.doc2path(name)).stat().st_size, reverse=True)
    paths = [str(env.doc2path(name)) for name in longest_first if upstream.add_to_cache_project(app, name, cache)]
    if len(cache.list_unexecuted(paths)) > 1:
        executor = load_executor("local-parallel", cache, standard_logging.getLogger(f"{__name__}.parallel"))
        executor.logger.setLevel(standard_logging.INFO)
        logger.info("\nexecuting %d chapters, as many at a time as there are cores", len(cache.list_unexecuted(paths)))
        executor.run_and_cache(filter_uris=paths, timeout=app.config.nb_execution_timeout)


def explain_failure(app: Sphinx, exception: Exception | None) -> None:
    """Log chapter, line and last words of MyST-NB's ExecutionError."""
    if type(exception).__name__ == "ExecutionError" and exception and exception.__cause__:
        path, message = Path(str(exception)), str(exception.__cause__)
        last = _ANSI.sub("", message).strip().splitlines()[-1]
        line = failing_line(path.read_text(encoding="utf-8"), message)
        logger.error("%s:%s: a cell of this chapter failed: %s", path, line or "?", last)


def failing_line(text: str, traceback: str) -> int | None:
    """Return the line (from 1) of the chapter `text` at which a cell failed, given nbclient's message; None if unknown.

    nbclient quotes the failed cell's source between two rules of dashes, then IPython's traceback with the line in it.
    """
    plain = _ANSI.sub("", traceback)
    quoted = re.search(r"-{10,}\n(.*?)\n-{10,}", plain, re.DOTALL)
    if not quoted or not quoted.group(1).strip():
        return None
    start = text.find(quoted.group(1).strip("\n"))
    if start < 0:
        return None
    place = r"(?:Cell In\[\d+\], line|File .*?<ipython-input[^>]*>.*?line|^---->) ?(\d+)"
    within = re.search(place, plain, re.MULTILINE)
    return text.count("\n", 0, start) + (int(within.group(1)) if within else 1)
