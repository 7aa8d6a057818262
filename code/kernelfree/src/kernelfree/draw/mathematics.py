"""Draw mathematics in labels and outputs with matplotlib's mathtext: outlines in the page's ink, no script."""

import re
from html import escape

from matplotlib.figure import Figure

from kernelfree.draw.node import Node
from kernelfree.draw.still import with_own_ids
from kernelfree.draw.svg import draw_figure

_DOLLARS = re.compile(r"(?<![\\$])\$(?!\$)([^$\n]+?)(?<!\\)\$(?!\$)")
#: Font size in points, to which heights and widths in ``em`` refer.
_SIZE = 12.0
#: Commands that LaTeX printers write and mathtext does not know -> ones that it does know.
_SPELLINGS = (
    (r"\\displaystyle\s*|\\(?:left|right)\.|\\(?:big|Big|bigg|Bigg)[lr]?\b|\\limits\b|\\label\{[^}]*\}", ""),
    (r"\\operatorname\*?|\\text(?=\{)", r"\\mathrm"),
    (r"\\[dt]frac\b", r"\\frac"),
    (r"\\[lr]vert\b", "|"),
)


def draw_math(tex: str) -> Node | None:
    """Draw ``tex`` (without dollars) as an inline ``<svg>``; return ``None`` where mathtext cannot set it."""
    for pattern, spelling in _SPELLINGS:
        tex = re.sub(pattern, spelling, tex)
    figure = Figure(figsize=(20 / 72, 20 / 72))
    figure.patch.set_visible(False)
    figure.text(0, 0, f"${tex.strip()}$", fontsize=_SIZE)
    try:
        drawing = draw_figure(figure)
    except ValueError:
        return None
    left, top, right, bottom = drawing.ink
    if right <= left or bottom <= top:
        return None
    width, height, below = right - left, bottom - top, bottom - 20
    root = drawing.root
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
    """Convert plain text with ``$...$`` in it to HTML; what mathtext cannot set stays as it was written."""
    parts = _DOLLARS.split(text)  # text, formula, text, ..., text
    for k in range(1, len(parts), 2):
        root = draw_math(parts[k])
        parts[k] = with_own_ids(root) if root else escape(f"${parts[k]}$")
    parts[::2] = map(escape, parts[::2])
    return "".join(parts)
