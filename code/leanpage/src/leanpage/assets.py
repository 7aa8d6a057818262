"""Styles and scripts: one file of each for the whole site, cut to what its pages use and named after its content."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

from . import scripts, styles
from .pages import Site


def authors_scripts(config: Config) -> set[str]:
    """The scripts that the book's own configuration adds: paths from the site's root, and texts of inline ones."""
    found: set[str] = set()
    for entry in config.html_js_files:
        name, options = (entry, {}) if isinstance(entry, str) else entry
        found.add(f"_static/{name}" if name else str(options.get("body", "")).strip())
    return found


def join(app: Sphinx, site: Site) -> None:
    styles.join(site, app.config.leanpage_cut_styles)
    scripts.join(site, authors_scripts(app.config))


def setup(app: Sphinx) -> dict[str, Any]:
    app.setup_extension("leanpage.pages")
    app.add_config_value("leanpage_cut_styles", True, "html", types=[bool])
    app.connect("leanpage-site", join, priority=800)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
