"""The built pages, all at once: what the other parts change in them when everything is written."""

import posixpath
from pathlib import Path
from urllib.parse import urlsplit


class Site:
    """The pages of a built site, by their path from its root, as text that may be changed before it is saved."""

    def __init__(self, folder: Path, base: str = "/"):
        self.folder, self.base = folder, base
        paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))
        self.pages = {path: (folder / path).read_text("utf-8") for path in paths if not path.startswith("_static/")}

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
        path = posixpath.normpath(posixpath.join(start, parts.path.removeprefix(self.base) if absolute else parts.path))
        return path if (self.folder / path).is_file() else None

    def read(self, path: str) -> str:
        return (self.folder / path).read_text("utf-8")

    def write(self, path: str, content: bytes) -> None:
        (self.folder / path).write_bytes(content)


def finish(app, exception: Exception | None) -> None:
    if exception or app.builder.format != "html":
        return
    site = Site(Path(app.outdir), Site.base_of(app.config.html_baseurl))
    app.emit("leanpage-site", site)
    for path, text in site.pages.items():
        site.write(path, text.encode())


def setup(app) -> dict:
    app.add_event("leanpage-site")
    # Pages share their styles and fonts, so that a change of one page is a change of all.
    app.connect("env-updated", lambda app, env: env.found_docs)
    app.connect("build-finished", finish, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
