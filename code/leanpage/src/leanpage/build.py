"""Keep the state of one build: the pages that Sphinx wrote, and the files that leanpage wrote."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property
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

    @cached_property
    def manifest(self) -> Manifest:
        return Manifest(self.folder)

    def page_path(self, docname: str) -> str:
        """Return the path of a document's page from the site's root."""
        return Path(upstream.page_file(self.app, docname)).relative_to(self.folder).as_posix()

    def notice(
        self, subtype: str, message: str, location: str | nodes.Node | None = None, *, warn: bool = False
    ) -> None:
        """Log one line: a warning if `warn` or the book sets ``leanpage_strict``, else information.

        A book that builds with ``-W`` without leanpage must build with it, so nothing else here logs a warning.
        ``suppress_warnings: [leanpage.SUBTYPE]`` silences either form.
        """
        if warn or self.config.leanpage_strict:
            logger.warning(message, type="leanpage", subtype=subtype, location=location)
        elif not logging.is_suppressed_warning("leanpage", subtype, self.config.suppress_warnings):
            logger.info("%sleanpage.%s: %s", place(location), subtype, message)

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

    def save(self, exception: Exception | None) -> None:
        """Write the manifest and delete files of earlier builds that nothing needs any more."""
        if exception is None and self.pages:
            self.manifest.save(self.pages)


_BUILDS: WeakKeyDictionary[Sphinx, Build] = WeakKeyDictionary()


def build_of(app: Sphinx) -> Build:
    """Return the state of the build that `app` runs."""
    return _BUILDS.setdefault(app, Build(app))


def place(location: str | nodes.Node | None) -> str:
    """Return "file:line: " for a node, "name: " for a document, "" for None."""
    if isinstance(location, nodes.Node):
        source, line = upstream.source_line(location)
        return f"{source}:{line or ''}: "
    return f"{location}: " if location else ""


class Manifest:
    """The files that leanpage wrote into an output folder, with their digests, so that it deletes no other file.

    The list is kept in that folder, beside Sphinx's own ``.buildinfo``.
    """

    def __init__(self, folder: Path):
        self.folder, self.file = folder, folder / ".leanpage.json"
        self.previous: dict[str, str] = {}
        self.current: dict[str, str] = {}
        with suppress(OSError, ValueError, TypeError):
            self.previous = dict(json.loads(self.file.read_text("utf-8")))

    def write(self, path: str, content: bytes) -> None:
        """Write a file at `path`, relative to the output folder, and list it; skip a file with the same bytes."""
        target = self.folder / path
        if not target.is_file() or target.read_bytes() != content:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        self.current[path] = _digest(content)

    def keep(self, path: str) -> None:
        """Keep a file from an earlier build that this build did not need to rewrite."""
        if path in self.previous:
            self.current.setdefault(path, self.previous[path])

    def is_ours(self, path: str) -> bool:
        """Return whether the file at `path` has exactly the bytes that leanpage wrote."""
        known = {self.current.get(path), self.previous.get(path)}
        target = self.folder / path
        return target.is_file() and not target.is_symlink() and _digest(target.read_bytes()) in known

    def save(self, pages: Iterable[str] = ()) -> None:
        """Delete unchanged files that only earlier builds wrote, and write the list.

        A page of an earlier build that is not among `pages` keeps the files that it names.
        """
        unused = sorted(path for path in set(self.previous) - set(self.current) if self.is_ours(path))
        if unused:
            ours = {self.folder / page for page in pages}
            others = [page.read_bytes() for page in self.folder.rglob("*.html") if page not in ours]
            for path in unused:
                if any(Path(path).name.encode() in page for page in others):
                    self.keep(path)
                else:
                    (self.folder / path).unlink()
        self.file.write_text(json.dumps(dict(sorted(self.current.items())), indent=1), encoding="utf-8")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
