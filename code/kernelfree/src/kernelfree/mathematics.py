"""Mathematics in labels and outputs, as matplotlib's mathtext draws it: outlines in the page's ink, no script."""

from __future__ import annotations

import re
from html import escape

from kernelfree import svg

_DOLLARS = re.compile(r"(?<![\\$])\$(?!\$)([^$\n]+?)(?<!\\)\$(?!\$)")
_SIZE = 12.0
#: What LaTeX printers write and mathtext does not know, for what it does know.
_SPELLINGS = (
    (r"\\displaystyle\s*", ""),
    (r"\\(?:left|right)\.", ""),
    (r"\\operatorname\*?", r"\\mathrm"),
    (r"\\text\{", r"\\mathrm{"),
    (r"\\[dt]frac\b", r"\\frac"),
    (r"\\(?:big|Big|bigg|Bigg)[lr]?\b", ""),
    (r"\\[lr]vert\b", "|"),
    (r"\\limits\b", ""),
    (r"\\label\{[^}]*\}", ""),
)


def drawn(tex: str) -> svg.Node | None:
    """``tex`` (with no dollars around it) as an inline ``<svg>``, or ``None`` where mathtext cannot set it."""
    from matplotlib.figure import Figure

    for pattern, spelling in _SPELLINGS:
        tex = re.sub(pattern, spelling, tex)
    figure = Figure(figsize=(20 / 72, 20 / 72))
    figure.patch.set_visible(False)
    figure.text(0, 0, f"${tex.strip()}$", fontsize=_SIZE)
    try:
        drawing = svg.read(figure)
    except ValueError:
        return None
    left, top, right, bottom = drawing.ink
    if right <= left or bottom <= top:
        return None
    width, height, below = right - left, bottom - top, bottom - 20
    root = svg.dress([drawing])[0]
    root.attributes = {
        "class": "kf-math",
        "role": "img",
        "aria-label": tex.strip(),
        "viewBox": f"{left:.2f} {top:.2f} {width:.2f} {height:.2f}",
        "style": f"height:{height / _SIZE:.3f}em;width:{width / _SIZE:.3f}em;vertical-align:{-below / _SIZE:.3f}em",
        "fill": "currentColor",
    }
    return root


def text_to_html(text: str) -> str:
    """Plain text with ``$...$`` in it as HTML; what mathtext cannot set stays as it was written."""
    parts = _DOLLARS.split(text)
    return "".join(escape(part) if k % 2 == 0 else _inline(part) for k, part in enumerate(parts))


def _inline(tex: str) -> str:
    from kernelfree.picture import unique_prefix

    root = drawn(tex)
    if root is None:
        return escape(f"${tex}$")
    prefix = unique_prefix(root)
    svg.rename_ids(root, {name: f"{prefix}{number}" for number, name in enumerate(svg.ids(root))})
    return str(root)


def split(text: str) -> list[str]:
    """``text`` at its ``$...$``: words and formulas in turn, words first."""
    return _DOLLARS.split(text)
