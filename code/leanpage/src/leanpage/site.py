"""Open the pages of a built site as trees, and find, read and write the site's other files."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from .build import write_file
from .tree import Tree, attribute

#: The names of scripts that leanpage wrote, in this build or in an earlier one.
COMBINED = re.compile(r"(site|inline)-[0-9a-f]{10}\.js")


class Site:
    """The pages of a built site, by their paths from its root.

    Only pages that Sphinx wrote are opened: HTML of the author's own, and pages of documents that are gone, are left
    as they are.
    """

    def __init__(self, folder: Path, names: Iterable[str], base: str = "/"):
        self.folder, self.base = folder, base
        self.pages = {name: Tree((folder / name).read_text("utf-8")) for name in sorted(names)}
        #: Scripts that a step took out of all pages.
        self.removed: set[str] = set()

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

    def linked(self, selector: str, name: str) -> dict[str, str]:
        """Return the texts of the site's files that elements of any page name in an attribute, by path."""
        addresses = {
            path
            for page, tree in self.pages.items()
            for node in tree.find(selector)
            if (path := self.file(page, attribute(node, name))) and path != "searchindex.js"
        }
        return {path: (self.folder / path).read_bytes().decode("utf-8", "replace") for path in sorted(addresses)}

    def scripts(self) -> dict[str, str]:
        """Return the scripts that pages load, and those beside them, which they may import, by path."""
        texts = self.linked("script[src]", "src")
        folders = {posixpath.dirname(path) for path in texts}
        for path in sorted(path for folder in folders for path in (self.folder / folder).glob("*.*js")):
            name = path.relative_to(self.folder).as_posix()
            if name not in self.removed and not COMBINED.fullmatch(path.name):
                texts.setdefault(name, path.read_bytes().decode("utf-8", "replace"))
        return texts

    def write(self, path: str, content: bytes) -> None:
        write_file(self.folder, path, content)

    def write_hashed(self, stem: str, suffix: str, content: bytes) -> str:
        """Write a file to _static/ with its digest in its name, so that caches may keep it; return its path."""
        path = f"_static/{stem}-{hashlib.sha256(content).hexdigest()[:10]}{suffix}"
        self.write(path, content)
        return path

    def styled(self) -> dict[str, Tree]:
        """Return the pages that have a style sheet, which leaves out bare redirects."""
        return {
            name: page
            for name, page in self.pages.items()
            if any(self.file(name, attribute(link, "href")) for link in page.find('link[rel~="stylesheet"]'))
        }

    def save(self) -> None:
        for name, page in self.pages.items():
            (self.folder / name).write_bytes(str(page).encode())
