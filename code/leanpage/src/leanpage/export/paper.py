"""Print a whole built book as one PDF: `python -m leanpage.export.paper _build/html`.

Cover, contents with page numbers, every chapter with stills in place of interactive figures, the solutions of the
exercises at the end, bookmarks, and links that work. Headless Chromium prints it, and the site's download menus then
offer it. Needs playwright and pypdf (`pip install "leanpage[paper]"`).
"""

from __future__ import annotations

import io
import logging
import os
import posixpath
import re
import shutil
import sys
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

from ..tree import Node, Tree, attribute, has

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pypdf import PdfReader

STYLE, DOCUMENT = (Path(__file__).parent / "static" / name for name in ("paper.css", "paper.html"))
PROGRAMS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge"]
PROGRAMS += ["chromium-headless-shell", "chrome-headless-shell"]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
#: Attributes that hold ids of the same page.
ID_LISTS = ("aria-labelledby", "aria-describedby", "aria-controls", "for", "headers")
#: What only works on a screen; `d-print-none` is Bootstrap's class for it.
SCREEN_ONLY = "script, button, form, input, a.headerlink, .d-print-none, .toctree-wrapper, details.hide"


# --- the pages as one document ---


class Book:
    """Join the site's pages, in reading order, into one document; `published` is the site's address or ""."""

    def __init__(self, site: Path):
        self.site = site
        self.root = first_page(site)
        page = read(site, self.root)
        links = [attribute(link, "href") for link in page.find("nav.bd-links a.reference.internal")]
        paths = (resolve(self.root, urlsplit(link).path) for link in links if link[0] != "#")
        self.pages = [p for p in dict.fromkeys([self.root, *paths]) if not read(site, p).first("meta[name=no-paper]")]
        self.title = text(page.first("article h1"))
        self.language = attribute(required(page, "html"), "lang") or "en"
        self.author = text(page.first(".component-author")).removeprefix("By ")
        self.about = text(page.first("article section > p"))
        canonical = page.first("link[rel=canonical]")
        address = attribute(canonical, "href") if canonical is not None else ""
        self.published = address.removesuffix(self.root) if address.endswith(self.root) else ""
        sheets = [(name, link) for name in self.pages for link in read(site, name).find("link[rel=stylesheet]")]
        self.styles = list(dict.fromkeys(resolve(name, urlsplit(attribute(s, "href")).path) for name, s in sheets))

    @property
    def file_name(self) -> str:
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-") + ".pdf"

    def html(self) -> str:
        """Return the document; `<span class="paper-page" data-of="id">` marks where the page number of `id` goes."""
        contents, chapters, solutions = [], [], []
        for name in self.pages:
            page, article = self.article(name)
            heading = inner(required(page, "article h1"))
            moved = take_solutions(page)
            if moved:
                solutions.append(f'<h2 class="paper-keep">{heading}</h2>{"".join(moved)}')
            below = "".join(f"<li>{entry(part)}</li>" for part in article.css("section > section[id]"))
            contents.append(f"<li>{entry(required(page, 'article [id]:has(> h1)'))}<ol>{below}</ol></li>")
            chapters.append(f'<div class="paper-part">{inner(article)}</div>')
        if solutions:
            contents.append(f'<li><a href="#solutions"><span>Solutions</span>{page_number("solutions")}</a></li>')
            end = f'<section class="paper-part" id="solutions"><h1>Solutions</h1>{"".join(solutions)}</section>'
            chapters.append(end)
        links = "".join(f'<link rel="stylesheet" href="{style}">' for style in self.styles)
        place = f'<a href="{self.published}">{self.published}</a>' if self.published else ""
        return Template(DOCUMENT.read_text("utf-8")).substitute(
            {"language": self.language, "styles": links, "style": STYLE.read_text("utf-8"), "place": place}
            | {"title": escape(self.title), "about": escape(self.about), "author": escape(self.author)},
            contents="".join(contents),
            chapters="".join(chapters),
        )

    def article(self, name: str) -> tuple[Tree, Node]:
        """Return a page and its article: without scripts, with ids that name the page, and links that work on paper."""
        page = read(self.site, name)
        article = required(page, "article")
        for node in article.css(SCREEN_ONLY):
            node.decompose()
        for node in article.css("details"):
            node.attrs["open"] = ""
        seen: dict[str, int] = {}
        for node in article.css("*"):
            for key in ("href", "xlink:href", "src"):
                if has(node, key):
                    self.change_link(node, key, name)
            if has(node, "id"):
                own = attribute(node, "id")
                seen[own] = seen.get(own, 0) + 1
                node.attrs["id"] = anchor(name, own) + (f"--{seen[own]}" if seen[own] > 1 else "")
            for key, value in node.attributes.items():
                if key in ID_LISTS:
                    node.attrs[key] = " ".join(anchor(name, one) for one in (value or "").split())
                elif value and "url(#" in value:
                    node.attrs[key] = re.sub(r"url\(#([^)]+)\)", lambda m: f"url(#{anchor(name, m[1])})", value)
        first = required(page, "article [id]").first_child
        if first is not None:
            first.insert_before(page.element("span", id=anchor(name)))
        return page, article

    def change_link(self, node: Node, key: str, page: str) -> None:
        parts = urlsplit(attribute(node, key))
        if parts.scheme or parts.netloc:
            return
        target = resolve(page, parts.path) if parts.path else page
        if key == "src":
            node.attrs[key] = target
        elif target in self.pages:
            node.attrs[key] = f"#{anchor(target, unquote(parts.fragment))}"
        elif self.published:
            node.attrs[key] = urljoin(self.published, target) + (f"#{parts.fragment}" if parts.fragment else "")
        else:
            del node.attrs[key]


def read(site: Path, page: str) -> Tree:
    return Tree((site / page).read_text("utf-8"))


def first_page(site: Path) -> str:
    """Return the book's first page: index.html, or the page it redirects to."""
    page = (site / "index.html").read_text("utf-8")
    refresh = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page, re.IGNORECASE)
    return refresh[1] if refresh else "index.html"


def resolve(page: str, path: str) -> str:
    """Return the path, from the site's root, of what `page` calls `path`."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(path)))


def anchor(page: str, name: str = "") -> str:
    """Return the id, in the document, of what a page calls `name`; of the page itself without a name."""
    stem = page.removesuffix(".html").replace("/", "-")
    return f"{stem}--{name}" if name else stem


def entry(section: Node) -> str:
    """Return a line of the contents."""
    name, title = attribute(section, "id"), section.css_first("h1, h2, h3")
    return f'<a href="#{name}"><span>{inner(title)}</span>{page_number(name)}</a>'


def page_number(name: str) -> str:
    return f'<span class="paper-page" data-of="{name}"></span>'


def take_solutions(page: Tree) -> list[str]:
    """Replace each solution of a chapter by a note with its page number; return the solutions' HTML."""
    taken = []
    for solution in page.find("article div.solution[id]"):
        name = attribute(solution, "id")
        note = page.element("p", class_="paper-note")
        note.inner_html = f'Solution on <a href="#{name}">page {page_number(name)}</a>'
        solution.attrs["class"] = " ".join(kind for kind in attribute(solution, "class").split() if kind != "dropdown")
        taken.append(solution.html or "")
        solution.insert_before(note)
        solution.decompose()
    return taken


def required(page: Tree, selector: str) -> Node:
    """Return the first element that matches; every page of sphinx-book-theme has one."""
    found = page.first(selector)
    if found is None:
        raise ValueError(f"a page without {selector!r}: only pages of sphinx-book-theme can be printed")
    return found


def inner(node: Node | None) -> str:
    return (node.inner_html or "") if node is not None else ""


def text(node: Node | None) -> str:
    return re.sub(r"\s+", " ", node.text()).strip().removesuffix("#") if node is not None else ""


# --- printing ---


def chromium_path() -> str | None:
    """Return $CHROMIUM or a Chromium on PATH; None leaves the choice to Playwright."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)


def print_pdf(site: Path, html: str) -> bytes:
    """Print a document whose addresses are relative to the site's root, with its page numbers filled in."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        page = browser.new_page()

        def printed(document: str) -> bytes:
            show(page, site, document)
            return page.pdf(prefer_css_page_size=True, print_background=True, outline=True, tagged=True)

        return printed(numbered(html, destinations(printed(numbered(html, {})))))


def show(page: Page, site: Path, document: str) -> None:
    """Open a document as if it were at the site's root, without writing it there, where others may be reading."""
    address = (site.resolve() / "paper.html").as_uri()
    page.unroute(address)
    page.route(address, lambda route: route.fulfill(body=document, content_type="text/html; charset=utf-8"))
    page.goto(address)
    page.evaluate("() => document.fonts.ready.then(() => true)")


def numbered(html: str, numbers: dict[str, int]) -> str:
    """Return `html` with its page numbers; those that are unknown take as much room."""
    span = re.compile(r'<span class="paper-page" data-of="([^"]+)"></span>')
    return span.sub(lambda found: f'<span class="paper-page">{numbers.get(found[1], 100)}</span>', html)


def destinations(pdf: bytes) -> dict[str, int]:
    """Return the page, from 1, of each anchor that something links to."""
    reader = parsed(pdf)
    found = {name: reader.get_destination_page_number(place) for name, place in reader.named_destinations.items()}
    return {unquote(name.removeprefix("/")): number + 1 for name, number in found.items() if number is not None}


def parsed(pdf: bytes) -> PdfReader:
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.ERROR)  # it remarks on how Chromium numbers its objects
    return PdfReader(io.BytesIO(pdf))


def with_metadata(pdf: bytes, book: Book) -> bytes:
    """Return a PDF with the book's title and author, and without the time at which it was printed."""
    from pypdf import PdfWriter

    writer, buffer = PdfWriter(clone_from=parsed(pdf)), io.BytesIO()
    writer.metadata = {"/Title": book.title, "/Author": book.author, "/Subject": book.about}
    writer.page_mode = "/UseOutlines"
    writer.write(buffer)
    return buffer.getvalue()


def add_to_menus(site: Path, name: str) -> int:
    """Add the PDF to the download menu of every page; return how many pages have one."""
    changed = 0
    for path in sorted(site.rglob("*.html")):
        page = Tree(path.read_text("utf-8"))
        menu = page.first(".dropdown-download-buttons ul")
        if menu is None or path.name == "404.html":
            continue
        for old in menu.css(".paper-download"):
            old.decompose()
        item = page.element("li", class_="paper-download")
        root = "../" * (len(path.relative_to(site).parts) - 1)
        item.inner_html = (
            f'<a href="{root}{name}" class="btn btn-sm dropdown-item" download>'
            '<span class="btn__icon-container"><i class="fas fa-file-pdf"></i></span>'
            '<span class="btn__text-container">The whole book (.pdf)</span></a>'
        )
        menu.insert_child(item, move=True)
        path.write_text(str(page), "utf-8")
        changed += 1
    return changed


def main(site: Path) -> None:
    if not (site / "index.html").is_file():
        sys.exit(f"{site} contains no built book: it has no index.html")
    book = Book(site)
    pdf = with_metadata(print_pdf(site, book.html()), book)
    (site / book.file_name).write_bytes(pdf)
    print(f"{site / book.file_name}: {len(pdf) / 1e6:.1f} MB, offered by {add_to_menus(site, book.file_name)} pages")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "_build/html"))
