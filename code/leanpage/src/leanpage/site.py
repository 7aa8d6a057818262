"""Open the pages of a built site as trees, one after the other, and find, read and write the site's other files."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from .build import write_file
from .tree import Tree, attribute

#: The names of scripts that leanpage wrote, in this build or in an earlier one.
COMBINED = re.compile(r"(site|inline)-[0-9a-f]{10}\.js")


class Site:
    """The pages of a built site, by their paths from its root.

    Only pages that Sphinx wrote are opened: HTML of the author's own, and pages of documents that are gone, are left
    as they are. A page is a tree only while a step looks at it, since the trees of a large book would fill the memory.
    """

    def __init__(self, folder: Path, names: Iterable[str], base: str = "/"):
        self.folder, self.base = folder, base
        self.names = sorted(names)
        #: Scripts that a step took out of all pages.
        self.removed: set[str] = set()

    def page(self, name: str) -> Tree:
        return Tree((self.folder / name).read_text("utf-8"))

    def pages(self, *, styled: bool = False) -> Iterator[tuple[str, Tree]]:
        """Parse one page after the other; with `styled` only those with a style sheet, which are no bare redirects."""
        for name in self.names:
            page = self.page(name)
            if not styled or self.linked(name, page, 'link[rel~="stylesheet"]', "href"):
                yield name, page

    def edit(self, *, styled: bool = False) -> Iterator[tuple[str, Tree]]:
        """Parse the same pages, and write each when the caller has changed it and asks for the next one."""
        for name, page in self.pages(styled=styled):
            yield name, page
            self.write(name, str(page).encode())

    @staticmethod
    def base_path(address: str) -> str:
        """Return the path below which a site with this address is published: "/" or "/repository/"."""
        return f"/{urlsplit(address).path.strip('/')}/".replace("//", "/")

    def root(self, page: str) -> str:
        """Return the relative path from `page` to the site's root; absolute for 404.html, which any address shows."""
        return self.base if page == "404.html" else "../" * page.count("/")

    def file(self, page: str, address: str) -> str | None:
        """Return the path of the file that `page` calls `address`, or None if it is not a file of this site."""
        parts = urlsplit(address)
        if parts.scheme or parts.netloc or not parts.path:
            return None
        absolute = parts.path.startswith("/")
        start = "" if absolute else posixpath.dirname(page)
        path = unquote(parts.path.removeprefix(self.base) if absolute else parts.path)
        path = posixpath.normpath(posixpath.join(start, path))
        return path if not path.startswith("..") and (self.folder / path).is_file() else None

    def read(self, path: str) -> str | None:
        """Return a file's text, or None if it is not UTF-8."""
        try:
            return (self.folder / path).read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError:
            return None

    def linked(self, name: str, page: Tree, selector: str, key: str) -> set[str]:
        """Return the paths of the site's files that elements of a page name in an attribute."""
        paths = (self.file(name, attribute(node, key)) for node in page.find(selector))
        return {path for path in paths if path and path != "searchindex.js"}

    def scripts(self, loaded: set[str]) -> dict[str, str]:
        """Return the scripts that pages load, and those beside them, which they may import, by path."""
        folders = {posixpath.dirname(path) for path in loaded}
        beside = {path for folder in folders for path in (self.folder / folder).glob("*.*js")}
        names = {path.relative_to(self.folder).as_posix() for path in beside if not COMBINED.fullmatch(path.name)}
        return self.texts(loaded | names - self.removed)

    def texts(self, paths: Iterable[str]) -> dict[str, str]:
        return {path: (self.folder / path).read_bytes().decode("utf-8", "replace") for path in sorted(paths)}

    def write(self, path: str, content: bytes) -> None:
        write_file(self.folder, path, content)

    def write_hashed(self, stem: str, suffix: str, content: bytes) -> str:
        """Write a file to _static/ with its digest in its name, so that caches may keep it; return its path."""
        path = f"_static/{stem}-{hashlib.sha256(content).hexdigest()[:10]}{suffix}"
        self.write(path, content)
        return path
