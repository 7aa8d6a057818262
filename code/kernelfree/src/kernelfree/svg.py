"""matplotlib figure -> a small tree of SVG elements that can stand inside a page.

What matplotlib writes is a file of its own: it names fonts and hex colours, styles every SVG around it, and uses the
same ids each time. Here that becomes a fragment which takes its ink and colours from the page, scales with it, and
clashes with nothing.
"""

from __future__ import annotations

import io
import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Hex colour -> CSS value for figures of authors who never call ``use_theme``: matplotlib's own black and white.
_PLAIN = {
    "#000000": "currentColor",
    "#ffffff": "var(--pst-color-background, var(--jp-layout-color0, #ffffff))",
}
_theme: dict[str, str] = dict(_PLAIN)

_HEX = re.compile(r"#[0-9a-fA-F]{6}\b")
_PAINTED = {"style", "fill", "stroke", "stop-color", "color"}
_NUMBER = re.compile(r"-?\d+\.\d+(?:e[+-]?\d+)?")
#: A raster that needs more rectangles of even colour than this is left a raster.
_RECTANGLES = 2000
_TICK = re.compile(r"M 0 0 L (-?[\d.]+) (-?[\d.]+)")
_FONT = re.compile(r"font-family: [^;]*,[^;]*;? ?")
_GLYPH_FONT = "font-family: 'DejaVu Sans', Verdana, sans-serif"


def use_theme(colors: dict[str, str]) -> None:
    """Let every figure drawn after this call take its colours from the page.

    ``colors`` maps six-digit hex colours, as matplotlib is told them, to CSS values: ``{"#1d2129": "currentColor",
    "#b84a00": "var(--loss, #b84a00)"}``. Later calls replace earlier ones. Without a theme, black becomes the page's
    ink and white its background.
    """
    for color in colors:
        if not _HEX.fullmatch(color):
            raise ValueError(f"use_theme wants six-digit hex colours such as '#1d2129', got {color!r}")
    _theme.clear()
    _theme.update(_PLAIN)
    _theme.update({color.lower(): css for color, css in colors.items()})


@dataclass
class Node:
    """One SVG element: tag, attributes, own text, children. Comments and white space are not kept."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def walk(self) -> Iterator[Node]:
        """This node and all below it, in document order: the order of ``querySelectorAll("*")``."""
        yield self
        for child in self.children:
            yield from child.walk()

    def __str__(self) -> str:
        attributes = "".join(f' {name}="{escape(value)}"' for name, value in self.attributes.items())
        inside = escape(self.text, quote=False) + "".join(map(str, self.children))
        return f"<{self.tag}{attributes}>{inside}</{self.tag}>" if inside else f"<{self.tag}{attributes}/>"


def draw(figure: Figure) -> Node:
    """The figure as a tree whose root is a responsive ``<svg>`` with no name, ids as matplotlib hashed them.

    The same drawing always gives the same tree, and equal ids always mean equal content.
    """
    import matplotlib

    buffer = io.BytesIO()
    settings = {"svg.fonttype": "none", "svg.hashsalt": "kernelfree", "savefig.bbox": None}
    with matplotlib.rc_context(settings):
        figure.savefig(buffer, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    root = _node(ElementTree.fromstring(buffer.getvalue()))
    root.children = [child for child in root.children if not (child.tag == "defs" and _holds_style(child))]
    _draw_pixels(root)
    _draw_ticks(root, {})
    _keep_used_ids(root)
    root.children = [small for child in root.children for small in _without_wrappers(child)]
    _, _, width, height = root.attributes["viewBox"].split()
    root.attributes = {
        "class": "kf-picture",
        "viewBox": root.attributes["viewBox"],
        # 4/3: matplotlib's points are 1/72 inch, CSS pixels 1/96.
        # Its size does not hang on what is in it, so while it is far out of sight it need not be drawn.
        "style": f"display:block;width:100%;max-width:{float(width) * 4 / 3:.0f}px;height:auto;margin:0 auto;"
        f"aspect-ratio:{width}/{height};content-visibility:auto",
        "font-family": "inherit",
        # matplotlib leaves out what SVG takes for granted: that ink is black.
        "fill": _theme["#000000"],
        # matplotlib says this in a style sheet, which would reach every other SVG of the page.
        "stroke-linejoin": "round",
        "stroke-linecap": "butt",
    }
    return root


def rename_ids(root: Node, names: dict[str, str]) -> None:
    """Rename every id, and every reference to it, after ``names`` (old id -> new id)."""
    for node in root.walk():
        for key, value in node.attributes.items():
            node.attributes[key] = names.get(value, value) if key == "id" else point_to(value, names)


def ids(root: Node) -> list[str]:
    """The ids in the tree, each once, in order of appearance."""
    return list(dict.fromkeys(node.attributes["id"] for node in root.walk() if "id" in node.attributes))


def point_to(value: str, names: dict[str, str]) -> str:
    """An attribute's value with its ``#id`` or ``url(#id)`` renamed after ``names``."""
    if value.startswith("#"):
        return "#" + names.get(value[1:], value[1:])
    return re.sub(r"url\(#([^)]+)\)", lambda match: f"url(#{names.get(match[1], match[1])})", value)


def _draw_pixels(node: Node) -> None:
    """Draw small rasters as one path a colour: sharp at any size, and no ``data:`` address for a policy to forbid.

    A raster of more than ``_RECTANGLES`` even patches, such as a photograph, stays what it is.
    """
    for k, child in enumerate(node.children):
        _draw_pixels(child)
        if child.tag != "image" or not child.attributes.get("href", "").startswith("data:image/png;base64,"):
            continue
        pixels = _pixels(child.attributes["href"])
        patches = _patches(pixels)
        if sum(map(len, patches.values())) > _RECTANGLES:
            continue
        x, y, width, height = (float(child.attributes.get(name, 0)) for name in ("x", "y", "width", "height"))
        moves = [child.attributes.get("transform", "")]
        if x or y:
            moves.append(f"translate({x:g} {y:g})")
        if (height, width) != pixels.shape[:2]:
            moves.append(f"scale({width / pixels.shape[1]:.6g} {height / pixels.shape[0]:.6g})")
        paths = []
        for (red, green, blue, alpha), rectangles in patches.items():
            ink = f"fill: rgb({red},{green},{blue})" + (f"; fill-opacity: {alpha / 255:.3g}" if alpha < 255 else "")
            outline = "".join(f"M{left} {top}h{wide}v{tall}h-{wide}z" for left, top, wide, tall in rectangles)
            paths.append(Node("path", {"d": outline, "style": ink}))
        kept = {name: value for name, value in child.attributes.items() if name in ("clip-path", "opacity")}
        node.children[k] = Node(
            "g", {**kept, "transform": " ".join(moves).strip(), "shape-rendering": "crispEdges"}, "", paths
        )


def _pixels(address: str) -> np.ndarray:
    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(b64decode(address.partition(",")[2]))).convert("RGBA"))


def _patches(pixels: np.ndarray) -> dict[tuple[int, ...], list[tuple[int, int, int, int]]]:
    """Colour -> rectangles (left, top, width, height) that cover the pixels of that colour, the invisible left out."""
    colors = [tuple(color) for color in np.unique(pixels.reshape(-1, 4), axis=0).tolist()]
    found: dict[tuple[int, ...], list[tuple[int, int, int, int]]] = {color: [] for color in colors if color[3]}
    above: dict[tuple, int] = {}  # a run of one colour that could go on in this row -> the row where it began
    for top, row in enumerate([*pixels.tolist(), []]):
        ends = [left for left in range(1, len(row)) if row[left] != row[left - 1]]
        edges = zip([0, *ends], [*ends, len(row)], strict=True) if row else ()
        runs = {(left, right, tuple(row[left])): top for left, right in edges}
        for run, since in above.items():
            if run not in runs and run[2] in found:
                found[run[2]].append((run[0], since, run[1] - run[0], top - since))
        above = {run: above.get(run, since) for run, since in runs.items()}
    return found


def _draw_ticks(node: Node, marks: dict[str, tuple[float, float]]) -> None:
    """Draw ticks where they stand: matplotlib uses one mark many times, and each use costs a browser three elements."""
    for child in node.children:
        line = _TICK.fullmatch(child.attributes.get("d", ""))
        if node.tag == "defs" and line:
            marks[f"#{child.attributes['id']}"] = float(line[1]), float(line[2])
        elif child.tag == "use" and (reach := marks.get(child.attributes["href"])):
            x, y = float(child.attributes.get("x", 0)), float(child.attributes.get("y", 0))
            child.tag, child.attributes = (
                "path",
                {
                    "d": _round(f"M {x:.6f} {y:.6f} L {x + reach[0]:.6f} {y + reach[1]:.6f}"),
                    "style": child.attributes["style"],
                },
            )
        _draw_ticks(child, marks)


def _without_wrappers(node: Node) -> list[Node]:
    """The node without groups that say nothing of the one element in them, and without definitions nobody uses."""
    node.children = [small for child in node.children for small in _without_wrappers(child)]
    if node.tag == "defs":
        node.children = [child for child in node.children if any("id" in below.attributes for below in child.walk())]
        return [node] if node.children else []
    return node.children if node.tag == "g" and not node.attributes and len(node.children) < 2 else [node]


def _node(element: ElementTree.Element) -> Node:
    node = Node(element.tag.rpartition("}")[2])
    node.text = (element.text or "") if len(element) == 0 and node.tag in ("text", "tspan", "style") else ""
    for key, value in element.attrib.items():
        name = key.rpartition("}")[2]
        value = _tidy(name, value, node.tag)
        if value:
            node.attributes[name] = value
    node.children = [_node(child) for child in element]
    return node


def _tidy(name: str, value: str, tag: str) -> str:
    if name == "transform":
        # A rotation by nothing stands on most labels; the other transforms keep their precision, since they may scale.
        value = re.sub(r"rotate\(-?0(?:\.0+)?(?: [^)]*)?\)", "", value)
        return re.sub(r"translate\([^)]*\)", lambda match: _round(match[0]), value).strip()
    if name == "space":
        return ""
    if name in _PAINTED:
        value = _HEX.sub(lambda match: _theme.get(match[0].lower(), match[0]), value)
        if tag == "tspan":  # mathematics is set glyph by glyph, to one font's widths at one size
            return re.sub(r"font-family: [^;]*", _GLYPH_FONT, value)
        return _FONT.sub("", _scaled(value))
    if name in ("d", "points", "x", "y", "width", "height", "x1", "x2", "y1", "y2", "cx", "cy"):
        return _round(re.sub(r"\s+", " ", value).strip())
    return value


def _scaled(style: str) -> str:
    # A picture made narrow makes its labels small: the page may set --kf-text to make up for that.
    return re.sub(r"font-size: ([\d.]+)px", r"font-size: calc(\1px*var(--kf-text,1))", style)


def _round(value: str) -> str:
    """Numbers to a hundredth of a point, which is less than a screen can show."""
    return _NUMBER.sub(_hundredth, value)


def _hundredth(match: re.Match[str]) -> str:
    text = f"{float(match[0]):.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _holds_style(node: Node) -> bool:
    return any(child.tag == "style" for child in node.children)


def _keep_used_ids(root: Node) -> None:
    """matplotlib numbers every group; only what something refers to keeps its id."""
    used = set()
    for node in root.walk():
        for key, value in node.attributes.items():
            if key != "id":
                used.update(re.findall(r"^#(.+)$|url\(#([^)]+)\)", value))
    used = {name for pair in used for name in pair if name}
    for node in root.walk():
        if node.attributes.get("id") not in used:
            node.attributes.pop("id", None)
