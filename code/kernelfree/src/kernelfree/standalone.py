"""``save``: a figure as one HTML file that needs nothing else, to be mailed, shown among slides or in a frame."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from kernelfree import markup, modules, page, stock
from kernelfree.interaction import Figure, interact

_STYLE = """
h1 { margin: 0 0 .5rem; font: inherit; font-weight: 600; }
h1.unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); }
body { margin: 1rem auto; max-width: 48rem; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif;
  color: var(--pst-color-text-base); background: var(--pst-color-background); }
:root { color-scheme: light dark; --pst-color-text-base: #1d2129; --pst-color-background: #ffffff; }
@media (prefers-color-scheme: dark) { :root { --pst-color-text-base: #e6e8ec; --pst-color-background: #14181e; } }
"""


@dataclass(frozen=True)
class Saved:
    """A page that was saved. As the output of a cell it stands in a frame, also in what ``nbconvert`` makes."""

    path: Path
    html: str

    def _repr_html_(self) -> str:
        # What the frame holds is a page of its own: nothing of the notebook's reaches it, nor the other way.
        return (
            f'<iframe srcdoc="{escape(self.html)}" title="{escape(self.path.stem)}" '
            'style="width:100%;height:36rem;border:0"></iframe>'
        )


def save(path: str | os.PathLike[str], draw: Callable[..., Any], /, **given: Any) -> Saved:
    """Draw ``draw`` for all values of its controls, as ``interact`` does in a book, into one HTML file at ``path``.

    Script and style stand inside the file, so ``default-src 'self'`` cannot hold for it: serve it where ``script-src
    'unsafe-inline'`` may hold, or from disk. Raises what ``interact`` raises in a book.
    """
    options, abbreviations = interact.told_apart(draw, given)
    panel = stock.panel(draw, abbreviations)
    figure = Figure(draw, {stock.argument(widget): widget for widget in panel.kwargs_widgets}, options)
    payload = page.read(figure.bundle()[page.MIME])
    assert isinstance(payload, page.Frames)
    for note in payload.notes:
        print(f"{payload.name}: {note}")
    target = Path(path)
    html = document(payload)
    target.write_text(html, encoding="utf-8")
    return Saved(target, html)


def document(payload: page.Payload) -> str:
    """A page that holds the figure and everything it needs."""
    html, scripts = markup.figure(payload, inline=10**9)
    html = re.sub(r'"files":\[[^]]*\]', '"files":[]', html, count=1)
    loader = (modules.STATIC / "loader.js").read_text(encoding="utf-8")
    code = "\n".join([loader, *scripts.values()]).replace("</script", "<\\/script")
    style = (modules.STATIC / "kernelfree.css").read_text(encoding="utf-8") + _STYLE
    title = escape(payload.title or payload.name)
    # A page wants a heading, also where nobody is to see one: the figure's own title, which then stands there.
    html = html.replace(f'<p class="kf-title">{title}</p>', "", 1)
    seen = "" if payload.title else ' class="unseen"'
    heading = f"<h1{seen}>{title}</h1>"
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{style}</style></head>\n<body><main>{heading}{html}</main>\n<script>{code}</script></body></html>\n"
    )
