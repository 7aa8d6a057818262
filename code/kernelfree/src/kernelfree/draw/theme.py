"""Choose the colours of a picture: the page's own, or the figure's own background where a dark page would swallow it.

A figure takes the page's ink, light or dark, unless it has a colour nearly as dark as a dark page (navy), a light fill
under text, white letters or lines, marks on cells, or a tinted background, and its author never calls ``use_theme``.
"""

import re
from typing import Any

import numpy as np
from matplotlib.colors import to_hex, to_rgb, to_rgba
from matplotlib.figure import Figure

from kernelfree.draw.node import Node
from kernelfree.state import state

#: Hex colour -> CSS value until an author calls ``use_theme``: matplotlib's own black and white.
PLAIN = {"#000000": "currentColor", "#ffffff": "var(--pst-color-background, var(--jp-layout-color0, #ffffff))"}
#: The attributes that hold colours.
PAINTED = {"style", "fill", "stroke", "stop-color", "color"}
#: Relative luminance (WCAG 2) of the darkest background in dark modes, and the contrast ratio seen on it.
_DARK_BACKGROUND, _LEAST_CONTRAST = 0.009, 2.5
#: Relative luminance above which a fill is paper for the text on it.
_LIGHT_FILL = 0.45

_HEX = re.compile(r"#[0-9a-fA-F]{6}\b")
_FILL_OR_STROKE = re.compile(r"(fill|stroke): (#[0-9a-f]{6})")


def use_theme(colors: dict[str, str]) -> None:
    """Map the hex colours of your matplotlib style to CSS values, for every figure drawn until the next call.

    An example is ``{"#1d2129": "currentColor"}``. Raises ``ValueError`` for a key that is no six-digit hex colour.
    """
    for color in colors:
        if not _HEX.fullmatch(color):
            raise ValueError(f"use_theme wants six-digit hex colours such as '#1d2129', got {color!r}")
    state.theme = {color.lower(): css for color, css in colors.items()}


def colors_of_page() -> dict[str, str]:
    """Return hex colour -> CSS value, matplotlib's black and white and the author's theme."""
    return {**PLAIN, **state.theme}


def paint(root: Node) -> None:
    """Replace the hex colours of a tree by the page's CSS values."""
    colors = colors_of_page()
    for node in root.walk():
        for name in PAINTED & node.attributes.keys():
            value = node.attributes[name]
            if "#" in value:
                node.attributes[name] = _HEX.sub(lambda match: colors.get(match[0].lower(), match[0]), value)


def paper_of(figure: Figure, root: Node) -> str | None:
    """Return the background that ``figure`` needs to be seen on a dark page, or ``None`` if the page's own will do."""
    if state.theme:  # the author said which colours follow the page
        return None
    backgrounds = [figure.get_facecolor(), *(axes.get_facecolor() for axes in figure.axes if axes.axison)]
    tinted = any(to_rgba(color)[3] > 0 and to_hex(color) != "#ffffff" for color in backgrounds)
    has_texts = any(axes.texts for axes in figure.axes)
    has_marks = has_texts or any(map(_has_marks, figure.axes))
    if tinted or _is_lost_on_dark_page(root, has_texts, has_marks):
        color = to_rgba(figure.get_facecolor())
        return to_hex(color) if color[3] else "#ffffff"
    return None


def _has_marks(axes: Any) -> bool:
    """Return whether axes have lines or arrows, which may lie over cells; the edges of a colour bar are none."""
    marks = [*axes.lines, *(part for part in axes.collections if part.get_array() is None)]
    return bool(marks) and axes.get_label() != "<colorbar>"


def _is_lost_on_dark_page(root: Node, has_texts: bool, has_marks: bool) -> bool:
    """Return whether a dark page would swallow a colour of a tree, whose axes have texts, or texts, lines or arrows."""
    waiting: list[tuple[Node, bool]] = [(root, False)]
    while waiting:
        node, in_cells = waiting.pop()
        in_cells = in_cells or node.attributes.get("shape-rendering") == "crispEdges"
        if has_marks and (in_cells or node.tag == "image"):
            return True
        is_text = node.tag in ("text", "tspan") or "data-text" in node.attributes
        for what, color in _FILL_OR_STROKE.findall(node.attributes.get("style", "")):
            # Black takes the page's ink and a white fill its background; white letters and lines need paper.
            if in_cells or color == "#000000" or (color == "#ffffff" and what == "fill" and not is_text):
                continue
            luminance = _luminance(color)
            contrast = (luminance + 0.05) / (_DARK_BACKGROUND + 0.05)
            is_paper = has_texts and what == "fill" and luminance > _LIGHT_FILL
            if color == "#ffffff" or contrast < _LEAST_CONTRAST or is_paper:
                return True
        waiting += [(child, in_cells) for child in node.children]
    return False


def _luminance(color: str) -> float:
    """Return the relative luminance of a hex colour, as WCAG 2 defines it."""
    channels = np.array(to_rgb(color))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))
