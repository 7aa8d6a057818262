"""Make a Sphinx site's search answer with the section that helps, from any of the words that a reader types.

Add ``sectionsearch`` to the extensions. It takes the place of Sphinx's own search: when all pages are written, it reads
them, writes an index and the texts of the pages, and lists all headings on the search page.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.locale import _
from sphinx.search import IndexBuilder
from sphinx.util import logging

from .index import make_index
from .pages import Document, Page
from .words import ASKING

logger = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"
#: Scripts of Sphinx's own search, which themes load on the search page or on all pages, and what calls them.
_STOCK = re.compile(
    r'\s*<script[^>]* src="[^"]*(?:searchtools|language_data|searchindex)\.js[^"]*"[^>]*></script>'
    r"|\s*<script\b[^>]*>[^<]*\bSearch\.loadIndex\([^<]*</script>"
)
#: Where the search page says that it needs JavaScript, and where it shows its results.
_NOSCRIPT = re.compile(r'<noscript>\s*<div class="admonition .*?</noscript>', re.DOTALL)
_RESULTS = '<div id="search-results">'


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_config_value("sectionsearch_synonyms", "", "html", [str])
    app.connect("builder-inited", _replace_search)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def _replace_search(app: Sphinx) -> None:
    if not getattr(app.builder, "search", False) or app.builder.name == "singlehtml":
        return
    app.builder.search = False  # type: ignore[attr-defined]
    for options in (app.config.html_theme_options, getattr(app.builder, "theme_options", {})):
        if "search_as_you_type" in options:  # of pydata-sphinx-theme; it would call Sphinx's scripts
            options["search_as_you_type"] = False
    folder = _folder(app)
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "texts").mkdir(parents=True)
    shutil.copyfile(STATIC / "results.css", folder / "results.css")
    scripts = ((STATIC / name).read_text("utf-8") for name in ("rank.js", "results.js"))
    (folder / "search.js").write_text("".join(scripts), "utf-8")
    # Before any page is written, since Sphinx puts a checksum of what it finds there into the pages.
    shutil.copyfile(STATIC / "searchbox.js", folder.parent / "searchbox.js")
    app.add_js_file("searchbox.js", loading_method="defer")
    app.connect("html-collect-pages", lambda app: [("search", {}, "search.html")])
    app.connect("build-finished", _finish, priority=400)  # before extensions that change the written pages


def _folder(app: Sphinx) -> Path:
    return Path(app.outdir, "_static", "sectionsearch")


def _finish(app: Sphinx, exception: Exception | None) -> None:
    if exception:
        return
    builder: Any = app.builder
    pages = []
    for name in _in_order(app):
        path = Path(builder.get_outfilename(name))
        html = _without_stock_scripts(path)
        if "nosearch" not in app.env.metadata[name]:
            page = Page(html)
            _add_entries(app, name, page)
            pages.append((builder.get_target_uri(name), page.documents))
    # Pages that are no documents.
    for path in {*Path(app.outdir).glob("*.html"), Path(builder.get_outfilename("search"))}:
        _without_stock_scripts(path)
    _write_index(app, pages)
    _list_headings(app, pages)


def _without_stock_scripts(path: Path) -> str:
    """Return a page, from which it takes the scripts of Sphinx's own search."""
    html = path.read_text("utf-8")
    kept = _STOCK.sub("", html)
    if kept != html:
        path.write_text(kept, "utf-8")
    return kept


def _in_order(app: Sphinx) -> Iterator[str]:
    """Yield the documents in the order of the table of contents, then those that are not in it."""
    env, seen = app.env, set()

    def below(name: str) -> Iterator[str]:
        if name not in seen:
            seen.add(name)
            yield name
            for child in env.toctree_includes.get(name, []):
                yield from below(child)

    yield from below(app.config.root_doc)
    yield from sorted(env.found_docs - seen)


def _add_entries(app: Sphinx, name: str, page: Page) -> None:
    """Give each document of a page the entries of the index that lie in it."""
    for kind, value, anchor, *_rest in app.env.domaindata["index"]["entries"].get(name, []):
        if not kind.startswith("see") and anchor in page.anchors:
            page.anchors[anchor].entries.append(" ".join(part.strip() for part in value.split(";")))


def _write_index(app: Sphinx, pages: list[tuple[str, list[Document]]]) -> None:
    config = app.config
    language = config.html_search_language or config.language
    sphinx: Any = IndexBuilder(app.env, language, config.html_search_options, "")
    stopwords = {*sphinx.lang.stopwords, *(ASKING if sphinx.lang.lang == "en" else ())}
    index = make_index(pages, sphinx.lang.stem, stopwords)
    # In the words that Sphinx has in the site's language: of the second text the first sentence.
    none = _(
        "Your search did not match any documents. Please make sure that all words are spelled correctly and that "
        "you've selected enough categories."
    )
    said = {"found": _("Search Results"), "none": re.split(r"(?<=[.。])\s*", none)[0]}
    index |= {"synonyms": _synonyms(app), "said": said}
    # Sphinx's stemmer is called Stemmer, in its scope or in `window`.
    stemmer = f"((window) => {{\n{sphinx.get_js_stemmer_code()}\nreturn new (window.Stemmer ?? Stemmer)();\n}})({{}})"
    _write_script(app, "index", f"data = {_json(index)};\nsectionsearch.stemmer = {stemmer};")
    for number, (_address, documents) in enumerate(pages):
        texts = [f"{document.text}\n{document.code}".strip() for document in documents]
        _write_script(app, f"texts/{number}", f"texts[{number}] = {_json(texts)};")


def _write_script(app: Sphinx, name: str, content: str) -> None:
    (_folder(app) / f"{name}.js").write_text(f"sectionsearch.{content}\n", "utf-8")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _synonyms(app: Sphinx) -> list[list[str]]:
    """Return the lines of the author's file, each what readers type and then what the site calls it."""
    if not app.config.sectionsearch_synonyms:
        return []
    path = Path(app.confdir, app.config.sectionsearch_synonyms)
    if not path.is_file():
        raise ExtensionError(f"sectionsearch_synonyms: there is no file {path}")
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        typed, colon, others = line.partition("#")[0].partition(":")
        if colon and typed.strip() and others.strip():
            found.append([typed.strip(), *(other.strip() for other in others.split(","))])
        elif typed.strip() or colon:
            raise ExtensionError(f"{path}:{number}: a line is 'what readers type: what the site calls it, ...'")
    return found


def _list_headings(app: Sphinx, pages: list[tuple[str, list[Document]]]) -> None:
    """Put links to all sections on the search page, for readers without JavaScript and until something is typed."""
    path = Path(app.builder.get_outfilename("search"))  # type: ignore[attr-defined]
    html = path.read_text("utf-8")
    if _RESULTS not in html:
        logger.warning("sectionsearch: the theme's search page has no place for results")
        return
    root = "../" * app.builder.get_target_uri("search").count("/")
    listed = "".join(_headings(f"{root}{address}", documents, None) for address, documents in pages)
    path.write_text(_NOSCRIPT.sub("", html).replace(_RESULTS, f"{_RESULTS}{listed}"), "utf-8")


def _headings(address: str, documents: list[Document], parent: Document | None) -> str:
    """Return a list of links to the sections directly in `parent`, with those in them; "" if there are none."""
    items = []
    for document in documents:
        if document.kind == "section" and document.parent is parent:
            link = f"{address}#{document.anchor}" if parent else address
            inside = _headings(address, documents, document)
            items.append(f'<li><a href="{escape(link)}">{escape(document.title)}</a>{inside}</li>')
    return f"<ul>{''.join(items)}</ul>" if items else ""
