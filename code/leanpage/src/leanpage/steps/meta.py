"""Complete each page's head: description, icon, social card, canonical address; add a site map and a 404 page."""

from __future__ import annotations

import html
import logging
import re
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import quote

from sphinx.config import Config

from .. import upstream
from ..build import Build
from ..site import Site
from ..tree import attribute

ICON, REDIRECT = (Path(__file__).parent.parent / "static" / name for name in ("favicon.svg", "redirect.html"))
#: The mark of a redirect that leanpage wrote, in an earlier build perhaps.
GENERATOR = '<meta name="generator" content="leanpage">'
#: Pages that a search engine need not know.
NOT_IN_SITEMAP = ["404.html", "search.html", "genindex.html"]


def configure(build: Build, config: Config) -> None:
    """Give sphinxext-opengraph, sphinx-sitemap and sphinx-notfound-page the settings that the author left open."""
    config.ogp_site_url = config.ogp_site_url or config.html_baseurl
    config.ogp_site_name = config.ogp_site_name or site_name(config) or False
    if config.ogp_social_cards is None:  # a card needs a full address, and the name of a site
        drawn = bool(config.html_baseurl and config.ogp_site_name)
        config.ogp_social_cards = {"enable": drawn, "leanpage": drawn}
    # Of every card matplotlib reports a weight that its font lacks, sphinxext-opengraph a logo that is no bitmap.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    if "sphinxext.opengraph" not in config.extensions:
        logging.getLogger("sphinx.sphinxext.opengraph").setLevel(logging.ERROR)
    if not config.html_baseurl and "sitemap.configuration" not in config.suppress_warnings:
        config.suppress_warnings = [*config.suppress_warnings, "sitemap.configuration"]
    if upstream.is_default(config, "sitemap_url_scheme"):
        config.sitemap_url_scheme = "{link}"
    config.sitemap_excludes = [*config.sitemap_excludes, *NOT_IN_SITEMAP]
    if upstream.is_default(config, "notfound_urls_prefix"):
        config.notfound_urls_prefix = Site.base_path(config.html_baseurl)
    if config.html_search_scorer:  # Sphinx looks for it in the working directory
        config.html_search_scorer = str(Path(build.app.confdir, config.html_search_scorer))


def choose_card(build: Build, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Let a page have a card only if the font of sphinxext-opengraph's cards has the letters of its first words."""
    cards = build.config.ogp_social_cards or {}
    if doctree is not None and cards.get("leanpage"):
        said = site_name(build.config) + context["title"] + doctree.astext()[:300]
        cards["enable"] = all(ord(letter) in upstream.letters_of_cards() for letter in said if letter.isalpha())


def site_name(config: Config) -> str:
    """Return the site's title, or "" if the author gave none."""
    return str(config.html_title or ("" if upstream.is_default(config, "project") else config.project))


def fix_missing_contents(build: Build, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Let the theme draw the 404 page of a book with a single page, which has no table of contents."""
    if pagename == build.config.notfound_pagename and "toctree" in context:
        contents = context["toctree"]
        context["toctree"] = lambda **options: contents(**options) or ""


def complete_heads(site: Site, build: Build) -> None:
    """Add the missing icon and description to each page, and write the icon and the redirect to the first page."""
    icon = Path(build.config.html_favicon or "leanpage-favicon.svg").name
    for name, page in site.edit():
        title = page.first("title")
        if title is None:
            continue
        about, card = page.first('meta[name="description"]'), page.first('meta[property="og:description"]')
        if about is None:
            content = re.sub(r"\s+", " ", title.text()).strip()
            title.insert_after(page.element("meta", name="description", content=content))
        elif card is not None and (content := attribute(about, "content").strip()):
            card.attrs["content"] = content  # what the author wrote is better than the page's first words
        if page.first('link[rel~="icon"]') is None:  # or each visit asks for /favicon.ico in vain
            title.insert_after(page.element("link", rel="icon", href=f"{site.root(name)}_static/{icon}"))
            if not build.config.html_favicon:
                site.write(f"_static/{icon}", ICON.read_bytes())
        if not build.config.html_baseurl:
            for node in page.find('meta[property="og:url"]'):
                node.decompose()
    write_redirect(site, build)


def write_redirect(site: Site, build: Build) -> None:
    """Complete an index.html that only redirects to the first page, for browsers that do not follow by themselves."""
    path = site.folder / "index.html"
    text = path.read_bytes().decode("utf-8", "replace") if path.is_file() and "index.html" not in site.names else ""
    if upstream.TOC_REDIRECT.fullmatch(text) or GENERATOR in text:
        root = build.config.root_doc
        title = site_name(build.config) or build.app.env.titles[root].astext()
        address, base = quote(build.page_path(root)), build.config.html_baseurl
        canonical = f'<link rel="canonical" href="{html.escape(base + address)}">\n' if base else ""
        words = {"address": address, "title": html.escape(title), "language": build.config.language or "en"}
        page = Template(REDIRECT.read_text("utf-8")).substitute(words, head=canonical + GENERATOR)
        site.write("index.html", page.encode())
