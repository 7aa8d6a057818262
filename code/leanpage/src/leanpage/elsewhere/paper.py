"""The whole book as one PDF, made of its built pages: `python -m leanpage.elsewhere.paper _build/html`.

Cover, contents with page numbers, every chapter with stills in place of figures that move, the solutions of the
exercises at the end, bookmarks, links that work. Headless Chromium prints it, and the site's download menus then offer
it. Needs playwright, pypdf and beautifulsoup4 (`pip install "leanpage[paper]"`).
"""

from __future__ import annotations

import argparse
import io
import logging
import os
import posixpath
import re
import shutil
import sys
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pypdf import PdfReader

STYLE = Path(__file__).parent / "static" / "paper.css"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
#: Attributes that hold ids of the same page.
ID_LISTS = ("aria-labelledby", "aria-describedby", "aria-controls", "for", "headers")
#: What answers only on a screen: `d-print-none` is the class by which the theme's Bootstrap keeps a thing off paper.
SCREEN_ONLY = "script, button, form, a.headerlink, .d-print-none, .toctree-wrapper, details.hide"


# --- the pages as one document ---------------------------------------------------------------------------------------


class Book:
    """The site's pages in reading order, made one document. `published` is the site's address, or "" if it has none."""

    def __init__(self, site: Path):
        self.site = site
        self.root = first_page(site)
        soup = read(site, self.root)
        self.pages = reading_order(soup, self.root)
        self.title = text(soup.select_one("article h1"))
        self.language = value(the(soup, "html"), "lang") or "en"
        self.author = text(soup.select_one(".component-author")).removeprefix("By ")
        self.about = text(soup.select_one("article section > p"))
        canonical = soup.select_one("link[rel=canonical]")
        address = value(canonical, "href") if canonical else ""
        self.published = address.removesuffix(self.root) if address.endswith(self.root) else ""
        links = [(page, link) for page in self.pages for link in read(site, page).select("link[rel=stylesheet]")]
        sheets = [(page, value(link, "href")) for page, link in links]
        self.styles = list(dict.fromkeys(beside(page, urlsplit(sheet).path) for page, sheet in sheets))

    @property
    def file_name(self) -> str:
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-") + ".pdf"

    def html(self) -> str:
        """The document. `<span class="paper-page" data-of="id">` stands where the page number of `id` belongs."""
        contents, chapters, solutions = [], [], []
        for page in self.pages:
            article = self.article(page)
            heading = the(article, "h1")
            moved = take_solutions(article)
            if moved:
                solutions.append(f'<h2 class="paper-keep">{heading.decode_contents()}</h2>{"".join(map(str, moved))}')
            below = "".join(f"<li>{entry(part)}</li>" for part in article.select("section > section[id]"))
            contents.append(f"<li>{entry(the(article, '[id]:has(> h1)'))}<ol>{below}</ol></li>")
            chapters.append(f'<div class="paper-part">{article.decode_contents()}</div>')
        if solutions:
            end = BeautifulSoup(
                f'<section class="paper-part" id="solutions"><h1>Solutions</h1>{"".join(solutions)}</section>',
                "html.parser",
            )
            contents.append(f"<li>{entry(the(end, 'section'))}</li>")
            chapters.append(str(end))
        links = "".join(f'<link rel="stylesheet" href="{style}">' for style in self.styles)
        place = f'<p><a href="{self.published}">{self.published}</a></p>' if self.published else ""
        return f"""<!DOCTYPE html>
<html lang="{self.language}" data-theme="light" data-mode="light"><head><meta charset="utf-8">
<title>{escape(self.title)}</title>{links}<style>{STYLE.read_text("utf-8")}</style></head><body>
<div class="paper-cover"><p class="paper-title">{escape(self.title)}</p><p>{escape(self.about)}</p>
<p class="paper-author">{escape(self.author)}</p>{place}</div>
<div class="paper-part paper-contents"><p class="paper-title">Contents</p><ol>{"".join(contents)}</ol></div>
<article class="bd-article">{"".join(chapters)}</article></body></html>
"""

    def article(self, page: str) -> Tag:
        """The page's article: no scripts, every id led by the page's name, every link one that works on paper."""
        article = the(read(self.site, page), "article")
        for node in article.select(SCREEN_ONLY):
            node.decompose()
        for node in article.select("details"):
            node["open"] = ""
        seen: dict[str, int] = {}
        for node in article.find_all(True):
            for name in ("href", "xlink:href", "src"):
                if node.has_attr(name):
                    self.lead(node, name, page)
            if node.has_attr("id"):
                own = value(node, "id")
                seen[own] = seen.get(own, 0) + 1
                node["id"] = anchor(page, own) + (f"--{seen[own]}" if seen[own] > 1 else "")
            for name in ID_LISTS:
                if node.has_attr(name):
                    node[name] = " ".join(anchor(page, one) for one in value(node, name).split())
            for name in [name for name in node.attrs if "url(#" in value(node, name)]:
                there = value(node, name)
                node[name] = re.sub(r"url\(#([^)]+)\)", lambda found: f"url(#{anchor(page, found[1])})", there)
        the(article, "[id]").insert(0, BeautifulSoup(f'<span id="{anchor(page)}"></span>', "html.parser"))
        return article

    def lead(self, node: Tag, name: str, page: str) -> None:
        parts = urlsplit(value(node, name))
        if parts.scheme or parts.netloc:
            return
        target = beside(page, parts.path) if parts.path else page
        if name == "src":
            node[name] = target
        elif target in self.pages:
            node[name] = f"#{anchor(target, unquote(parts.fragment))}"
        elif self.published:
            node[name] = urljoin(self.published, target) + (f"#{parts.fragment}" if parts.fragment else "")
        else:
            del node[name]


def read(site: Path, page: str) -> BeautifulSoup:
    return BeautifulSoup((site / page).read_text("utf-8"), "html.parser")


def first_page(site: Path) -> str:
    """The book's first page: index.html, or the page it leads to."""
    page = (site / "index.html").read_text("utf-8")
    refresh = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page, re.IGNORECASE)
    return refresh[1] if refresh else "index.html"


def reading_order(soup: BeautifulSoup, root: str) -> list[str]:
    links = [value(link, "href") for link in soup.select("nav.bd-links a.reference.internal")]
    return list(dict.fromkeys([root, *(beside(root, urlsplit(link).path) for link in links if link[0] != "#")]))


def beside(page: str, path: str) -> str:
    """The path, from the site's root, of what `page` calls `path`."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(path)))


def anchor(page: str, name: str = "") -> str:
    """The id, in the document, of what a page calls `name`; of the page itself without one."""
    stem = page.removesuffix(".html").replace("/", "-")
    return f"{stem}--{name}" if name else stem


def entry(section: Tag) -> str:
    """A line of the contents."""
    name, title = value(section, "id"), the(section, "h1, h2, h3").decode_contents()
    return f'<a href="#{name}"><span>{title}</span>{page_of(name)}</a>'


def page_of(name: str) -> str:
    return f'<span class="paper-page" data-of="{name}"></span>'


def take_solutions(article: Tag) -> list[Tag]:
    """Take the solutions out of a chapter, leaving the page number of each behind."""
    solutions = article.select("div.solution[id]")
    for solution in solutions:
        name = value(solution, "id")
        note = f'<p class="paper-note">Solution on <a href="#{name}">page {page_of(name)}</a></p>'
        solution.replace_with(BeautifulSoup(note, "html.parser"))
        solution["class"] = " ".join(kind for kind in value(solution, "class").split() if kind != "dropdown")
    return list(solutions)


def the(node: Tag, selector: str) -> Tag:
    """The first element there is of that kind; every page of this theme has it."""
    found = node.select_one(selector)
    if found is None:
        raise ValueError(f"a page without {selector!r}: this makes paper of what sphinx-book-theme writes")
    return found


def value(node: Tag, name: str) -> str:
    """An attribute's text, "" where there is none; Beautiful Soup makes lists of some."""
    found = node.get(name) or ""
    return found if isinstance(found, str) else " ".join(found)


def text(node: Tag | None) -> str:
    return re.sub(r"\s+", " ", node.get_text()).strip().removesuffix("#") if node else ""


# --- printing --------------------------------------------------------------------------------------------------------


def chromium_path() -> str | None:
    """$CHROMIUM or a Chromium on PATH; None leaves it to Playwright's own."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)


def print_pdf(site: Path, html: str) -> bytes:
    """Print a document whose addresses are relative to the site's root, its page numbers filled in."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        page = browser.new_page()
        draft = numbered(html, {})
        for _ in range(3):
            show(page, site, draft)
            pdf = page.pdf(prefer_css_page_size=True, print_background=True, outline=True, tagged=True)
            final = numbered(html, destinations(pdf))
            if final == draft:
                break
            draft = final
        else:
            raise RuntimeError("the page numbers do not settle")
        browser.close()
    return pdf


def show(page: Page, site: Path, document: str) -> None:
    """Open a document as if it lay at the site's root, where nothing is written: others may be reading there."""
    address = (site.resolve() / "paper.html").as_uri()
    page.unroute(address)
    page.route(address, lambda route: route.fulfill(body=document, content_type="text/html; charset=utf-8"))
    page.goto(address)
    page.evaluate("() => document.fonts.ready.then(() => true)")


def numbered(html: str, numbers: dict[str, int]) -> str:
    span = re.compile(r'<span class="paper-page" data-of="([^"]+)"></span>')
    return span.sub(lambda found: f'<span class="paper-page">{numbers.get(found[1], "")}</span>', html)


def destinations(pdf: bytes) -> dict[str, int]:
    """On which page, from 1, each anchor that something links to stands."""
    reader = parsed(pdf)
    found = {name: reader.get_destination_page_number(place) for name, place in reader.named_destinations.items()}
    return {unquote(name.removeprefix("/")): number + 1 for name, number in found.items() if number is not None}


def parsed(pdf: bytes) -> PdfReader:
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(
        logging.ERROR
    )  # it remarks on the number of objects, which is Chromium's affair
    return PdfReader(io.BytesIO(pdf))


def settled(pdf: bytes, book: Book) -> bytes:
    """The same PDF with the book's name in it, and without the hour of its making."""
    from pypdf import PdfWriter

    writer = PdfWriter(clone_from=parsed(pdf))
    writer.metadata = None
    writer.add_metadata({"/Title": book.title, "/Author": book.author, "/Subject": book.about})
    writer.page_mode = "/UseOutlines"
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


# --- among the downloads ---------------------------------------------------------------------------------------------


def offer(site: Path, name: str) -> int:
    """Put the PDF into the download menu of every page; return how many pages have one."""
    offered = 0
    for path in sorted(site.rglob("*.html")):
        page = path.read_text("utf-8")
        root = "../" * (len(path.relative_to(site).parts) - 1)
        item = (
            f'<li class="paper-download"><a href="{root}{name}" class="btn btn-sm dropdown-item" download>'
            '<span class="btn__icon-container"><i class="fas fa-file-pdf"></i></span>'
            '<span class="btn__text-container">The whole book (.pdf)</span></a></li>'
        )
        page = re.sub(r'<li class="paper-download">.*?</li>', "", page)
        menu = re.search(r'<div class="dropdown dropdown-download-buttons">.*?(\s*</ul>)', page, re.DOTALL)
        if menu and path.name != "404.html":
            offered += 1
            path.write_text(page[: menu.start(1)] + item + page[menu.start(1) :], "utf-8")
    return offered


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m leanpage.elsewhere.paper", description=__doc__.split("\n")[0])
    parser.add_argument("site", type=Path, help="the built site, say _build/html")
    site = parser.parse_args(arguments).site
    if not (site / "index.html").is_file():
        parser.error(f"{site} holds no built book: there is no index.html in it")
    book = Book(site)
    pdf = settled(print_pdf(site, book.html()), book)
    (site / book.file_name).write_bytes(pdf)
    menus = offer(site, book.file_name)
    print(f"{site / book.file_name}: {len(pdf) / 1e6:.1f} MB, offered by {menus} pages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
