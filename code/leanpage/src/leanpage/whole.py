"""Pages that are whole: description, social card, canonical address, site map, 404 page, icon, sizes of pictures."""

import html
import re
from pathlib import Path

from .pages import Site

STATIC = Path(__file__).parent / "static"
#: Pages that a search engine need not know.
APART = ["404.html", "search.html", "genindex.html"]


def configure(app, config) -> None:
    config.ogp_site_url = config.ogp_site_url or config.html_baseurl
    config.ogp_site_name = config.ogp_site_name or config.html_title or None
    if not config.html_baseurl:  # a card's address must be absolute
        config.ogp_social_cards = {"enable": False}
    config.sitemap_url_scheme = "{link}"
    config.sitemap_excludes = [*config.sitemap_excludes, *APART]
    config.notfound_urls_prefix = Site.base_of(config.html_baseurl)


def without_empty_map(app) -> None:
    """Spare those whose site has no address yet a warning of the site map's."""
    if not app.config.html_baseurl:
        for listeners in app.events.listeners.values():
            listeners[:] = [one for one in listeners if one.handler.__module__ != "sphinx_sitemap"]


def without_contents(app, pagename, templatename, context, doctree) -> None:
    """Let the theme draw a 404 page for a book of one page, which has no table of contents."""
    if pagename == app.config.notfound_pagename:
        contents = context["toctree"]
        context["toctree"] = lambda **options: contents(**options) or ""


def complete(app, site: Site) -> None:
    title = app.config.html_title or app.config.project
    if not app.config.html_favicon:  # without one, each visit asks for one in vain
        site.write("_static/favicon.svg", (STATIC / "favicon.svg").read_bytes())
    icon = Path(app.config.html_favicon or "favicon.svg").name
    for name, page in site.pages.items():
        if leads := re.search(r'<meta http-equiv="Refresh" content="0; url=([^"]*)" />\s*$', page):
            page = leading_to(leads[1], title, app.config.language or "en", app.config.html_baseurl)
        head = []
        if not re.search(r'<link\b[^>]*\brel="icon"', page):
            head.append(f'<link rel="icon" href="{site.root(name)}_static/{icon}" />')
        if not re.search(r'<meta\b[^>]*\bname="description"', page):
            about = re.sub(r"\s+", " ", re.search(r"<title>(.*?)</title>", page, re.DOTALL)[1]).strip()
            head.append(f'<meta name="description" content="{about}" />')
        if not app.config.html_baseurl:
            page = re.sub(r'\s*<meta property="og:url"[^>]*>', "", page)
        site.pages[name] = page.replace("</title>", "\n    ".join(["</title>", *head]), 1)


def leading_to(address: str, title: str, language: str, base: str) -> str:
    """Return a page that leads to another: whole, for those whose browser does not follow by itself."""
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


def setup(app) -> dict:
    app.setup_extension("leanpage.pages")
    for extension in ("sphinxext.opengraph", "sphinx_sitemap", "notfound.extension"):
        app.setup_extension(extension)
    app.connect("config-inited", configure, priority=200)
    app.connect("builder-inited", without_empty_map, priority=100)
    app.connect("html-page-context", without_contents, priority=401)
    app.connect("leanpage-site", complete, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
