"""Keep the state of one build: the pages that Sphinx wrote, and those whose formulas are left to MathJax."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging

from . import upstream

logger = logging.getLogger(__name__)

#: Builders that write pages for a browser.
PAGE_BUILDERS = ("html", "dirhtml", "singlehtml")


class Build:
    """The state of one run of Sphinx; `build_of(app)` returns it."""

    def __init__(self, app: Sphinx):
        self.app = app
        #: Paths, from the site's root, of the pages that Sphinx wrote in this build.
        self.pages: set[str] = set()
        #: Documents whose formulas MathJax draws.
        self.left_to_mathjax: set[str] = set()

    @property
    def config(self) -> Config:
        return self.app.config

    @property
    def folder(self) -> Path:
        return Path(self.app.outdir)

    @property
    def writes_pages(self) -> bool:
        return self.app.builder.name in PAGE_BUILDERS

    def page_path(self, docname: str) -> str:
        """Return the path of a document's page from the site's root."""
        return Path(upstream.page_file(self.app, docname)).relative_to(self.folder).as_posix()

    def notice(self, subtype: str, message: str, location: str | nodes.Node | None = None) -> None:
        """Log one line: a warning if the book sets ``leanpage_strict``, else information.

        A book that builds with ``-W`` without leanpage must build with it, so nothing else here logs a warning.
        ``suppress_warnings: [leanpage.SUBTYPE]`` silences either form.
        """
        if self.config.leanpage_strict:
            logger.warning(message, type="leanpage", subtype=subtype, location=location)
        elif not logging.is_suppressed_warning("leanpage", subtype, self.config.suppress_warnings):
            logger.info("leanpage.%s: %s", subtype, message, location=location)

    # Events, in the order in which Sphinx emits them.

    def choose_pages(self, env: Any) -> list[str]:
        """Return all documents, to be written: pages share one style sheet and one math font."""
        if not self.writes_pages:
            return []
        self.pages |= {self.page_path(docname) for docname in env.found_docs}  # other processes may write them
        return sorted(env.found_docs)

    def note_page(self, pagename: str, templatename: str, *context: object) -> None:
        if self.writes_pages and templatename.endswith(".html"):
            self.pages.add(self.page_path(pagename))


_BUILDS: WeakKeyDictionary[Sphinx, Build] = WeakKeyDictionary()


def build_of(app: Sphinx) -> Build:
    """Return the state of the build that `app` runs."""
    return _BUILDS.setdefault(app, Build(app))


def write_file(folder: Path, path: str, content: bytes) -> None:
    """Write a file at `path`, relative to an output folder."""
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
