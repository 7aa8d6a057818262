"""How the book's figures look: one quiet style, and one colour and one line style for each meaning.

The colours themselves stand in static/palette.css, which the pages load too; nothing else names a colour.
"""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

_CSS = (files("lossbook") / "static" / "palette.css").read_text(encoding="utf-8")
_LIGHT, _DARK = (dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", block)) for block in _CSS.split("}")[:2])

#: Meaning -> hex colour on a light page: right, other, loss, accuracy, gradient.
COLORS: dict[str, str] = _LIGHT
#: The same on a dark page.
DARK_COLORS: dict[str, str] = _DARK
#: Meaning -> matplotlib line style, so that no figure needs colour to be read.
LINESTYLES = {"loss": "-", "accuracy": (0, (5, 2)), "gradient": (0, (6, 2, 1, 2)), "right": "-", "other": ":"}
#: Text, axes and ticks. Stills carry it as ``currentColor``, so it follows the page's own text.
INK = "#1d2129"
#: Grid and guide lines; ``currentColor`` at low opacity on the page.
FAINT = "#c9ced6"

#: matplotlib settings for every figure: no box, small ink, real text in SVG, the same bytes from the same data.
RC: dict[Any, Any] = {
    "figure.figsize": (6.4, 3.6),
    "figure.facecolor": "none",
    "figure.constrained_layout.use": True,
    "savefig.facecolor": "none",
    "axes.facecolor": "none",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.labelsize": 11,
    "axes.prop_cycle": f"cycler('color', {[COLORS[k] for k in ('loss', 'accuracy', 'right', 'gradient', 'other')]})",
    "font.size": 11,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "lines.linewidth": 2.0,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "svg.fonttype": "none",
    "svg.hashsalt": "price-of-surprise",
}


def use_style() -> None:
    """Make the book's style the default of every figure drawn after this call, its colours the page's own."""
    import matplotlib

    from kernelfree import use_theme

    matplotlib.rcParams.update(RC)
    use_theme(themed_colors())


def line(meaning: str, **overrides: Any) -> dict[str, Any]:
    """Keyword arguments for ``Axes.plot`` that draw a line of this meaning: ``ax.plot(x, y, **line("loss"))``."""
    if meaning not in COLORS:
        raise ValueError(f"no meaning {meaning!r} in the book's palette; it has {', '.join(COLORS)}")
    return {"color": COLORS[meaning], "linestyle": LINESTYLES[meaning], **overrides}


def themed_colors() -> dict[str, str]:
    """Hex colour -> CSS value, to make a light still follow its page: ``#b84a00`` -> ``var(--loss, #b84a00)``."""
    table = {color: f"var(--{meaning}, {color})" for meaning, color in COLORS.items()}
    return {**table, INK: "currentColor", FAINT: f"var(--faint, {FAINT})"}
