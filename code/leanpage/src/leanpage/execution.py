"""Executing a book's cells: a cache that knows the code behind them, progress one can read, failures one can find.

myst-nb keys its cache on the cells alone, so that an edit to a module they import leaves stale outputs on the
pages. Here the cache also depends on ``leanpage_execution_inputs`` (the project's own code and its pins) and on the
Python that runs it: a change gives a new, empty cache, and Sphinx reads every page again. What the cache does not know
is executed before the pages are read, as many chapters at a time as there are cores (``leanpage_execution_jobs``).

Caches of former states are kept, the three newest, and older ones are taken away: those that this module made, known by
a file that it leaves in each, and in them only what jupyter-cache wrote.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util import logging

from . import adapters

logger = logging.getLogger(__name__)

#: Caches kept, newest first, so that going back to a branch does not execute the book again.
KEPT_CACHES = 3
#: The file by which this module knows a cache that it made, and what it says.
MARK = "made-by-leanpage"
SAYS = "leanpage.execution made this folder: a cache of executed cells, which it may take away again.\n"
#: What jupyter-cache writes into a cache.
CACHED = ("executed", "global.db", "__version__.txt")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_config_value("leanpage_execution_inputs", [], "", [list])
    # Before myst-nb reads the path (builder-inited), and early enough to count as a change of configuration.
    app.connect("config-inited", _choose_cache)
    app.add_config_value("leanpage_execution_jobs", 0, "", [int])
    app.connect("env-before-read-docs", _execute)
    app.connect("env-before-read-docs", _count_chapters)
    app.connect("source-read", _announce_chapter)
    app.connect("build-finished", _explain_failure)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def inputs_digest(srcdir: Path, inputs: list[str]) -> str:
    """16 hex digits over the names and bytes of ``inputs`` (files, or folders and all below) and the Python version.

    Paths are relative to ``srcdir``. Hidden and compiled files do not count. A missing path raises FileNotFoundError.
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


def _choose_cache(app: Sphinx, config: Config) -> None:
    if config.nb_execution_mode != "cache":
        return
    caches = Path(config.nb_execution_cache_path or app.outdir.parent / ".jupyter_cache")
    chosen = caches / inputs_digest(Path(app.srcdir), config.leanpage_execution_inputs)
    if not chosen.exists():
        chosen.mkdir(parents=True)
        (chosen / MARK).write_text(SAYS, encoding="utf-8")
    chosen.touch()
    take_away_old_caches(caches)
    config.nb_execution_cache_path = str(chosen)


def take_away_old_caches(caches: Path) -> None:
    """Of the caches that this module made in ``caches``, keep the newest; of the others take away what is cache."""
    made = [folder for folder in caches.iterdir() if _is_made_here(folder)]
    for old in sorted(made, key=lambda folder: folder.stat().st_mtime, reverse=True)[KEPT_CACHES:]:
        for name in (*CACHED, MARK):
            path = old / name
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        if not any(old.iterdir()):  # else somebody keeps something of their own in it
            old.rmdir()


def _is_made_here(folder: Path) -> bool:
    mark = folder / MARK
    return not folder.is_symlink() and mark.is_file() and mark.read_text(encoding="utf-8", errors="replace") == SAYS


def _execute(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Execute what the cache does not know, side by side: a kernel is a process of its own, and a thread waits for it.

    A chapter alone is left to its reading, and so is one that fails where failures do not end the build.
    """
    jobs = app.config.leanpage_execution_jobs or os.cpu_count() or 1
    settings = adapters.executed_notebooks(app)
    if jobs < 2 or len(docnames) < 2 or settings is None or settings.cache is None:
        return
    # The longest first, so that none is still at work when all others are done.
    names = sorted(docnames, key=lambda name: Path(env.doc2path(name)).stat().st_size, reverse=True)
    work = {name: run for name in names if (run := adapters.execution(app, name))}
    if len(work) < 2:
        return
    logger.info("\nexecuting %d chapters, %d at a time", len(work), min(jobs, len(work)))
    with ThreadPoolExecutor(jobs) as pool:
        running = {pool.submit(run): name for name, run in work.items()}
        for done, future in enumerate(as_completed(running), 1):
            if error := future.exception():
                pool.shutdown(wait=False, cancel_futures=True)
                raise ExtensionError(failure(error)) from error
            logger.info("executed %s; %d left", running[future], len(work) - done)


def _count_chapters(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    setattr(app, "_chapters_to_read", sorted(docnames))  # noqa: B010  # the order in which Sphinx reads them


def _announce_chapter(app: Sphinx, docname: str, content: list[str]) -> None:
    chapters = getattr(app, "_chapters_to_read", [])
    if docname in chapters:
        done = chapters.index(docname) + 1
        left = len(chapters) - done
        cells = len(re.findall(r"^\s*[`:]{3,}\s*\{code-cell", content[0], re.MULTILINE))
        what = f"{cells} cells" if cells else "no cells"
        logger.info("\nchapter %d of %d: %s (%s; %d left after it)", done, len(chapters), docname, what, left)


def _explain_failure(app: Sphinx, exception: Exception | None) -> None:
    if type(exception).__name__ == "ExecutionError" and exception and exception.__cause__:
        logger.error("%s", failure(exception))


def failure(error: BaseException) -> str:
    """Chapter, line and last words of MyST-NB's ExecutionError."""
    path, said = Path(str(error)), str(error.__cause__)
    last = _ANSI.sub("", said).strip().splitlines()[-1]
    line = failing_line(path.read_text(encoding="utf-8"), said)
    return f"{path}:{line or '?'}: a cell of this chapter failed: {last}"


def failing_line(text: str, traceback: str) -> int | None:
    """The line (from 1) of the chapter ``text`` at which a cell failed, given nbclient's message, or None if not found.

    nbclient quotes the failed cell's source between two rules of dashes, then IPython's traceback with the line in it.
    """
    plain = _ANSI.sub("", traceback)
    quoted = re.search(r"-{10,}\n(.*?)\n-{10,}", plain, re.DOTALL)
    if not quoted or not quoted.group(1).strip():
        return None
    start = text.find(quoted.group(1).strip("\n"))
    if start < 0:
        return None
    within = re.search(
        r"(?:Cell In\[\d+\], line|File .*?<ipython-input[^>]*>.*?line|^---->) ?(\d+)", plain, re.MULTILINE
    )
    return text.count("\n", 0, start) + (int(within.group(1)) if within else 1)
