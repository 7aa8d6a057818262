"""The pages that Sphinx writes, each a tree: what the other parts change in them when everything is written.

Only pages that Sphinx itself wrote in this build are touched, as it told while it wrote them. What else lies in the
output (a removed chapter's page, HTML of the author's own, other builders' files) is left as it is.
"""

from __future__ import annotations

import hashlib
import posixpath
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from . import adapters
from . import made as records
from .made import Made
from .tree import Tree, attribute

#: The builders whose pages are for reading in a browser, a file each.
BUILDERS = ("html", "dirhtml", "singlehtml")


class Site:
    """The pages of a built site, by their path from its root, as trees that may be changed before they are saved."""

    def __init__(self, folder: Path, names: Iterable[str], made: Made, base: str = "/"):
        self.folder, self.made, self.base = folder, made, base
        self.pages = {name: Tree((folder / name).read_text("utf-8")) for name in sorted(names)}
        #: Scripts and style sheets of the output as leanpage changed them, by path, until they are joined or written.
        self.changed: dict[str, str] = {}
        #: What scripts and style sheets of the output are known to be without effect, since no page asks for them.
        self.unused: set[str] = set()

    @staticmethod
    def base_of(address: str) -> str:
        """Return the path under which a site of this address is published: "/" or "/repository/"."""
        return f"/{urlsplit(address).path.strip('/')}/".replace("//", "/")

    def root(self, page: str) -> str:
        """Return the way from `page` to the site's root; absolute for a 404 page, which is shown anywhere."""
        return self.base if page == "404.html" else "../" * page.count("/")

    def file(self, page: str, address: str) -> str | None:
        """Return the path of the file that `page` means by `address`, or None if it is no file of this site."""
        parts = urlsplit(address)
        if parts.scheme or parts.netloc or not parts.path:
            return None
        absolute = parts.path.startswith("/")
        start = "" if absolute else posixpath.dirname(page)
        path = unquote(parts.path.removeprefix(self.base) if absolute else parts.path)
        path = posixpath.normpath(posixpath.join(start, path))
        return path if not path.startswith("..") and (self.folder / path).is_file() else None

    def read(self, path: str) -> str | None:
        """Return the text of a file, as leanpage changed it; None for one that is not UTF-8."""
        if path in self.changed:
            return self.changed[path]
        try:
            return (self.folder / path).read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError:
            return None

    def words(self, suffix: str) -> dict[str, str]:
        """Return the texts of all files of a kind that may have an effect on a page, by path; any encoding will do."""
        found = {path.relative_to(self.folder).as_posix(): path for path in sorted(self.folder.rglob(f"*{suffix}"))}
        return {
            name: self.changed.get(name) or path.read_bytes().decode("utf-8", "replace")
            for name, path in found.items()
            if name not in self.unused and not self.made.is_ours(name) and path.is_file()
        }

    def write(self, path: str, content: bytes) -> None:
        self.made.write(path, content)


def themed(site: Site) -> dict[str, Tree]:
    """Return the pages that have styles at all, and so not the bare ones that only lead elsewhere."""
    return {
        name: page
        for name, page in site.pages.items()
        if any(site.file(name, attribute(link, "href")) for link in page.find('link[rel~="stylesheet"]'))
    }


def note(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    if app.builder.name in BUILDERS and templatename.endswith(".html"):
        name = Path(app.builder.get_outfilename(pagename))  # type: ignore[attr-defined]
        written(app).add(name.relative_to(app.outdir).as_posix())


def written(app: Sphinx) -> set[str]:
    """The pages that Sphinx wrote in this build, by their paths."""
    if not hasattr(app, "leanpage_written"):
        app.leanpage_written = set()  # type: ignore[attr-defined]
    found: set[str] = app.leanpage_written  # type: ignore[attr-defined]
    return found


def finish(app: Sphinx, exception: Exception | None) -> None:
    if exception or app.builder.name not in BUILDERS:
        return
    if not written(app):
        return
    folder = Path(app.outdir)
    write_others(app)
    names = {name for name in written(app) if (folder / name).is_file()}
    site = Site(folder, names, records.made(app), Site.base_of(app.config.html_baseurl))
    app.emit("leanpage-site", site)
    for name, page in site.pages.items():
        (folder / name).write_bytes(str(page).encode())
    if adapters.warnings(app):  # they are to be said again
        records.made(app).state = ""


def write_others(app: Sphinx) -> None:
    """Let Sphinx write the pages that it left standing, where another extension had it write only some."""
    page = app.builder.get_outfilename  # type: ignore[attr-defined]
    standing = {
        name for name in app.env.found_docs if Path(page(name)).relative_to(app.outdir).as_posix() not in written(app)
    }
    if standing and app.builder.name != "singlehtml":
        app.builder.write(sorted(standing), [], "specific")


def state(app: Sphinx) -> str:
    """A digest of all that pages are made of beside their sources: settings, and the files of extensions and themes."""
    config = [(value.name, repr(value.value)) for value in app.config if value.name != "nb_execution_cache_path"]
    modules = (sys.modules.get(name.partition(".")[0]) for name in app.extensions)
    # A package with all that is in it; a module by itself may stand beside anything, the output among it.
    code = {
        Path(file).parent if hasattr(module, "__path__") else Path(file)
        for module in modules
        if (file := getattr(module, "__file__", None))
    }
    named = [*app.config.html_static_path, *app.config.html_extra_path, *app.config.templates_path]
    single = [app.config.html_search_scorer, app.config.html_logo, app.config.html_favicon]
    roots = code | {Path(app.confdir, name) for name in (*named, *single) if name}
    files = {
        (path.as_posix(), path.stat().st_mtime_ns, path.stat().st_size)
        for root in roots
        for path in (root.rglob("*") if root.is_dir() else [root])
        if path.is_file() and path.suffix != ".pyc"
    }
    return hashlib.sha256(repr([config, sorted(files)]).encode()).hexdigest()


def to_write(app: Sphinx, env: BuildEnvironment) -> set[str]:
    """Pages share their styles and fonts, so that a change of one page is a change of all; without one, all stand."""
    made = records.made(app)
    before, made.state = made.state, state(app)
    outdated: Iterable[str] = app.builder.get_outdated_docs()
    changed = getattr(app, "leanpage_read", True) or any(True for _ in outdated) or before != made.state
    app.leanpage_all_stand = not changed and made.stands()  # type: ignore[attr-defined]
    return set() if all_stand(app) else set(env.found_docs)


def all_stand(app: Sphinx) -> bool:
    """Whether all pages of an earlier build are what this one would write."""
    return bool(getattr(app, "leanpage_all_stand", False))


def note_reading(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    app.leanpage_read = bool(docnames) or getattr(app, "leanpage_purged", False)  # type: ignore[attr-defined]


def note_purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    app.leanpage_purged = True  # type: ignore[attr-defined]


def setup(app: Sphinx) -> dict[str, bool]:
    app.setup_extension(records.__name__)
    app.add_event("leanpage-site")
    app.connect("env-purge-doc", note_purge)
    app.connect("env-before-read-docs", note_reading)
    app.connect("env-updated", to_write)
    app.connect("html-page-context", note, priority=999)
    app.connect("build-finished", finish, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
