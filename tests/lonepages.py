"""One figure on a page of its own, for browser tests that need no built book."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from kernelfree.building import PROGRESS_FILE
from kernelfree.deliver.html import figure_html
from kernelfree.deliver.payload import MIME, read_payload
from kernelfree.deliver.rewrite import STATIC
from lossbook import style
from project import ROOT, source

if TYPE_CHECKING:
    from kernelfree import Explorable

#: What the book's own pages keep to: nothing from elsewhere, and styles inside pages for the still pictures alone.
POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'"
#: JavaScript that makes such a page dark, as the book's theme would.
DARK = """() => {
  document.documentElement.dataset.theme = "dark";
  document.documentElement.style.setProperty("--pst-color-background", "#14181e");
  Object.assign(document.body.style, { background: "#14181e", color: "#e6e8ec" });
}"""
_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="favicon.svg">
<link rel="stylesheet" href="palette.css"><link rel="stylesheet" href="kernelfree.css">
<style>body {{ max-width: 47rem; margin: 1rem auto; padding: 0 1rem; font: 17px/1.65 system-ui, sans-serif; }}</style>
</head><body><main><h1>{title}</h1>
{figure}
<p id="below">What stands below the figure.</p></main><script src="loader.js"></script></body></html>
"""


def lone_page(figure: Explorable, folder: Path, monkeypatch) -> Path:
    """Write ``index.html`` and the files of ``figure``, as a book's page would have them, into ``folder``."""
    monkeypatch.setenv(PROGRESS_FILE, str(folder / "progress"))
    style.use_style()
    html, files = figure_html(read_payload(figure._repr_mimebundle_()[MIME]))
    palette, icon = source("lossbook") / "static" / "palette.css", ROOT / "book" / "_static" / "favicon.svg"
    for path in (STATIC / "loader.js", STATIC / "kernelfree.css", palette, icon):
        shutil.copy(path, folder)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    target = folder / "index.html"
    target.write_text(_PAGE.format(title=figure.title, figure=html), encoding="utf-8")
    return target
