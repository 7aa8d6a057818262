"""Pages that are whole: description, social card, canonical address, site map, 404 page, icon."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging

from . import cards, made
from .pages import Site
from .tree import attribute

logger = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"
#: Pages that a search engine need not know.
APART = ["404.html", "search.html", "genindex.html"]
#: The page that a book without a page called index gets from sphinx-external-toc, to the last byte.
LEADS = re.compile(r'<meta http-equiv="Refresh" content="0; url=([^"]*)" />\n')


def configure(app: Sphinx, config: Config) -> None:
    config.ogp_site_url = config.ogp_site_url or config.html_baseurl
    config.ogp_site_name = config.ogp_site_name or config.html_title or config.project or None
    if config.ogp_social_cards is None:  # leanpage draws them: see cards.py
        config.ogp_social_cards = {"enable": False}
    if not config.html_baseurl and "sitemap.configuration" not in config.suppress_warnings:
        config.suppress_warnings = [*config.suppress_warnings, "sitemap.configuration"]
    config.sitemap_url_scheme = "{link}"
    config.sitemap_excludes = [*config.sitemap_excludes, *APART]
    config.notfound_urls_prefix = Site.base_of(config.html_baseurl)
    if config.html_search_scorer:  # Sphinx would look for it where the command was given, not where the book is
        config.html_search_scorer = str(Path(app.confdir, config.html_search_scorer))


def without_contents(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Let the theme draw a 404 page for a book of one page, which has no table of contents."""
    if pagename == app.config.notfound_pagename and "toctree" in context:
        contents = context["toctree"]
        context["toctree"] = lambda **options: contents(**options) or ""


def complete(app: Sphinx, site: Site) -> None:
    icon = Path(app.config.html_favicon or "leanpage-favicon.svg").name
    wants_icon = False
    for name, page in site.pages.items():
        title = page.first("title")
        if title is None:
            continue
        head = []
        if page.first('link[rel~="icon"]') is None:  # without one, each visit asks for one in vain
            wants_icon = True
            head.append(page.element("link", rel="icon", href=f"{site.root(name)}_static/{icon}"))
        if page.first('meta[name="description"]') is None:
            about = re.sub(r"\s+", " ", title.text()).strip()
            head.append(page.element("meta", name="description", content=about))
        for node in reversed(head):
            title.insert_after(node)
        if not app.config.html_baseurl:
            for node in page.find('meta[property="og:url"]'):
                node.decompose()
        describe_alike(page)
    cards.add(app, site)
    if wants_icon and not app.config.html_favicon:
        site.write(f"_static/{icon}", (STATIC / "favicon.svg").read_bytes())
    lead_in(app, site)


def describe_alike(page: Any) -> None:
    """The social card says the page's own description, where its author wrote one."""
    about = page.first('meta[name="description"]')
    card = page.first('meta[property="og:description"]')
    if about is not None and card is not None and attribute(about, "content").strip():
        card.attrs["content"] = attribute(about, "content").strip()


def lead_in(app: Sphinx, site: Site) -> None:
    """Make the page that only leads to the first chapter a whole one, for browsers that do not follow by themselves."""
    page = site.folder / "index.html"
    if "index.html" in site.pages or not page.is_file():
        return
    leads = LEADS.fullmatch(page.read_bytes().decode("utf-8", "replace"))
    if leads or site.made.is_ours("index.html"):
        root = app.config.root_doc
        address = leads[1] if leads else f"{root}/index.html" if app.builder.name == "dirhtml" else f"{root}.html"
        title = app.config.html_title or app.config.project
        whole = leading_to(address, title, app.config.language or "en", app.config.html_baseurl)
        site.write("index.html", whole.encode())


def leading_to(address: str, title: str, language: str, base: str) -> str:
    """Return a page that leads to another."""
    canonical = f'<link rel="canonical" href="{html.escape(base + address)}">\n' if base else ""
    return f"""<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html.escape(title)}</title>
{canonical}<meta http-equiv="refresh" content="0; url={address}">
</head>
<body><main><h1><a href="{address}">{html.escape(title)}</a></h1></main></body>
</html>
"""


def setup(app: Sphinx) -> dict[str, Any]:
    app.setup_extension("leanpage.pages")
    app.setup_extension(made.__name__)
    for extension in ("sphinxext.opengraph", "sphinx_sitemap", "notfound.extension"):
        app.setup_extension(extension)
    app.add_config_value("leanpage_cards", True, "html", types=[bool])
    app.connect("config-inited", configure, priority=200)
    app.connect("html-page-context", without_contents, priority=401)
    app.connect("leanpage-site", complete, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
