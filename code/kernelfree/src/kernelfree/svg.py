"""matplotlib figure -> a small tree of SVG elements that can stand inside a page.

What matplotlib writes is a file of its own: it names fonts and hex colours, styles every SVG around it, and uses the
same ids each time. Here that becomes a fragment which takes its ink and colours from the page, scales with it, and
clashes with nothing.
"""

from __future__ import annotations

import gc
import io
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import numpy as np

from kernelfree.backend import Written
from kernelfree.rasters import RECTANGLES, Pixels, Rasters, patches

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
_TOO_LONG = re.compile(r"\.\d{3}")
_MINUS_NOTHING = re.compile(r"-0(?![\d.])")
_TICK = re.compile(r"M 0 0 L (-?[\d.]+) (-?[\d.]+)")
_FONT = re.compile(r"font-family: [^;]*,[^;]*;? ?")


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


#: Elements of HTML that must be closed by a tag of their own, also with nothing in them.
_NEVER_EMPTY = frozenset(
    "a audio b code div em i output pre span strong sub sup table tbody td tfoot th thead tr video".split()
)


@dataclass(slots=True)
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

    def copy(self) -> Node:
        """This node and all below it, anew."""
        return Node(self.tag, dict(self.attributes), self.text, [child.copy() for child in self.children])

    def __str__(self) -> str:
        attributes = "".join(f' {name}="{escape(value)}"' for name, value in self.attributes.items())
        inside = escape(self.text, quote=False) + "".join(map(str, self.children))
        if inside or self.tag in _NEVER_EMPTY:
            return f"<{self.tag}{attributes}>{inside}</{self.tag}>"
        return f"<{self.tag}{attributes}/>"


@dataclass
class Drawing:
    """One figure as it was drawn: the elements in matplotlib's own colours, and what the page must know of them."""

    root: Node
    #: Width and height in points, and the box of all that is drawn: left, top, right, bottom.
    size: tuple[float, float]
    box: tuple[float, float, float, float]
    #: The box of texts and lines alone, which may be smaller than the canvas.
    ink: tuple[float, float, float, float]
    #: The colour behind the figure where its colours can't be told in the page's ink; else None.
    paper: str | None


def read(figure: Figure, rasters: Rasters | None = None) -> Drawing:
    """Draw ``figure``. The same figure always gives the same tree, and equal ids always mean equal content."""
    import matplotlib

    settings: Any = {"svg.fonttype": "none", "svg.hashsalt": "kernelfree"}
    with matplotlib.rc_context(settings), _heavy_parts_as_pixels(figure):
        canvas: Any = figure.canvas
        written: Written = canvas.print_figure(
            io.BytesIO(), format="svg", backend="module://kernelfree.backend", bbox_inches=None, dpi=figure.dpi
        )
    with uncollected():
        root = _node(ElementTree.fromstring(written.svg))
        root.children = [child for child in root.children if not (child.tag == "defs" and _holds_style(child))]
        _draw_pixels(root, iter(written.images), rasters or Rasters())
        _draw_ticks(root, {})
        _keep_used_ids(root)
        root.children = [small for child in root.children for small in _without_wrappers(child)]
        _, _, width, height = map(float, root.attributes["viewBox"].split())
        root.attributes = {}
        return Drawing(root, (width, height), _box(written.ink, width, height), written.ink, _paper(figure, root))


@contextmanager
def uncollected() -> Iterator[None]:
    """Spare Python the search for garbage in trees of thousands of nodes, which has none to find."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def draw(figure: Figure) -> Node:
    """The figure as a tree whose root is a responsive ``<svg>`` with no name, ids as matplotlib hashed them."""
    return dress([read(figure)])[0]


def dress(drawings: Sequence[Drawing]) -> list[Node]:
    """Drawings of one figure as ``<svg>`` trees of one size, in which nothing that any of them draws is cut off.

    They take their ink and colours from the page, light or dark. Where a drawing has colours that would be lost on a
    dark page, all of them stand on paper of their own colour instead, as matplotlib drew them.
    """
    left, top = (min(drawing.box[side] for drawing in drawings) for side in (0, 1))
    right, bottom = (max(drawing.box[side] for drawing in drawings) for side in (2, 3))
    width, height = right - left, bottom - top
    paper = next((drawing.paper for drawing in drawings if drawing.paper), None)
    theme = {} if paper else _theme
    style = (
        # 4/3: matplotlib's points are 1/72 inch, CSS pixels 1/96.
        # Its size does not hang on what is in it, so while it is far out of sight it need not be drawn.
        f"display:block;width:100%;max-width:{width * 4 / 3:.0f}px;height:auto;margin:0 auto;"
        f"aspect-ratio:{width:g}/{height:g};content-visibility:auto"
    )
    for drawing in drawings:
        _paint(drawing.root, theme)
        drawing.root.attributes = {
            "class": "kf-picture",
            "viewBox": f"{left:g} {top:g} {width:g} {height:g}",
            "style": f"{style};background:{paper}" if paper else style,
            "font-family": "inherit",
            # matplotlib leaves out what SVG takes for granted: that ink is black.
            "fill": theme.get("#000000", "#000000"),
            # matplotlib says this in a style sheet, which would reach every other SVG of the page.
            "stroke-linejoin": "round",
            "stroke-linecap": "butt",
        }
    return [drawing.root for drawing in drawings]


def _box(ink: tuple[float, float, float, float], width: float, height: float) -> tuple[float, float, float, float]:
    """The canvas, with room around what stands outside of it; nobody's text is miles away."""

    def beyond(distance: float, far: float) -> float:
        # A phone makes texts a quarter larger.
        return min(math.ceil(1.25 * distance) + 4, far) if distance > 0.5 else 0

    left, top, right, bottom = ink
    return (
        -beyond(-left, width),
        -beyond(-top, height),
        width + beyond(right - width, width),
        height + beyond(bottom - height, height),
    )


@contextmanager
def _heavy_parts_as_pixels(figure: Figure) -> Iterator[None]:
    """Let meshes and clouds of thousands of elements be drawn as pixels, each the artist's own affair otherwise."""
    from matplotlib.collections import Collection, PathCollection, QuadMesh

    # Not findobj, which looks into every tick and takes as long as the drawing of some figures.
    all_axes = [*figure.axes, *(inset for axes in figure.axes for inset in axes.child_axes)]
    heavy: list[Collection] = [
        part
        for axes in all_axes
        for part in axes.collections
        if part.get_rasterized() is not True
        and (
            (isinstance(part, QuadMesh) and np.size(_array(part)) > RECTANGLES)
            or (isinstance(part, PathCollection) and len(part.get_offsets()) > RECTANGLES)  # type: ignore[arg-type]
        )
    ]
    for part in heavy:
        part.set_rasterized(True)
    try:
        yield
    finally:
        for part in heavy:
            part.set_rasterized(False)


def _array(mesh: Any) -> Any:
    values = mesh.get_array()
    return () if values is None else values


# --- colours ---------------------------------------------------------------------------------------------------------

#: The darkest that a page's paper is, and how much a colour must differ from it to be seen: relative luminances.
_NIGHT, _SEEN = 0.009, 2.5
_INK = re.compile(r"(fill|stroke): (#[0-9a-f]{6})")


def _luminance(color: str) -> float:
    parts = [int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _paper(figure: Figure, root: Node) -> str | None:
    """The figure's own background, where its colours would not be seen in the page's ink on a dark page."""
    from matplotlib.colors import to_hex, to_rgba

    if set(_theme) - set(_PLAIN):  # the author said which colours follow the page
        return None
    backs = [figure.get_facecolor(), *(axes.get_facecolor() for axes in figure.axes if axes.axison)]
    tinted = any(to_rgba(back)[3] > 0 and to_hex(back) != "#ffffff" for back in backs)
    written = any(axes.texts for axes in figure.axes)
    if tinted or _lost_at_night(root, written, marked=written or any(map(_marked, figure.axes))):
        back = to_rgba(figure.get_facecolor())
        return to_hex(back) if back[3] else "#ffffff"
    return None


def _marked(axes: Any) -> bool:
    """Whether axes have lines or arrows in inks of their own, which may lie over cells; a colour bar's edges do not."""
    inks = [*axes.lines, *(part for part in axes.collections if part.get_array() is None)]
    return bool(inks) and axes.get_label() != "<colorbar>"


def _lost_at_night(root: Node, written: bool, marked: bool) -> bool:
    """Whether there are colours that a dark page swallows. There is text inside the axes, or there are other marks."""
    stack: list[tuple[Node, bool]] = [(root, False)]
    while stack:
        node, flat = stack.pop()
        flat = flat or node.attributes.get("shape-rendering") == "crispEdges"
        if marked and (flat or node.tag == "image"):
            return True  # on cells of any colour, ink must stay what the author chose
        for what, color in _INK.findall(node.attributes.get("style", "")):
            if color == "#000000" or flat:
                continue
            light = _luminance(color)
            if color == "#ffffff":
                if what == "stroke" or node.tag in ("text", "tspan") or "data-text" in node.attributes:
                    return True
            elif (light + 0.05) / (_NIGHT + 0.05) < _SEEN or (written and what == "fill" and light > 0.45):
                return True
        stack += [(child, flat) for child in node.children]
    return False


def _paint(root: Node, theme: dict[str, str]) -> None:
    if not theme:
        return
    for node in root.walk():
        for name in _PAINTED & node.attributes.keys():
            value = node.attributes[name]
            if "#" in value:
                node.attributes[name] = _HEX.sub(lambda match: theme.get(match[0].lower(), match[0]), value)


# --- ids -------------------------------------------------------------------------------------------------------------


def rename_ids(root: Node, names: dict[str, str]) -> None:
    """Rename every id, and every reference to it, after ``names`` (old id -> new id)."""
    for node in root.walk():
        for key, value in node.attributes.items():
            if key == "id":
                node.attributes[key] = names.get(value, value)
            elif value.startswith("#") or "url(#" in value:
                node.attributes[key] = point_to(value, names)


def ids(root: Node) -> list[str]:
    """The ids in the tree, each once, in order of appearance."""
    return list(dict.fromkeys(node.attributes["id"] for node in root.walk() if "id" in node.attributes))


def point_to(value: str, names: dict[str, str]) -> str:
    """An attribute's value with its ``#id`` or ``url(#id)`` renamed after ``names``."""
    if value.startswith("#"):
        return "#" + names.get(value[1:], value[1:])
    return re.sub(r"url\(#([^)]+)\)", lambda match: f"url(#{names.get(match[1], match[1])})", value)


# --- elements --------------------------------------------------------------------------------------------------------


def _draw_pixels(node: Node, images: Iterator[Pixels], rasters: Rasters) -> None:
    """Draw small rasters as one path a colour: sharp at any size, and no ``data:`` address for a policy to forbid.

    A raster of more than ``RECTANGLES`` even patches, such as a photograph, becomes an image.
    """
    for k, child in enumerate(node.children):
        _draw_pixels(child, images, rasters)
        if child.tag != "image":
            continue
        pixels = next(images)
        even = patches(pixels)
        if even is None:
            child.attributes["href"] = rasters.encode(pixels)
            child.attributes.pop("id", None)
            child.attributes["preserveAspectRatio"] = "none"  # it may have fewer pixels than matplotlib's
            continue
        x, y, width, height = (float(child.attributes.get(name, 0)) for name in ("x", "y", "width", "height"))
        moves = [child.attributes.get("transform", "")]
        if x or y:
            moves.append(f"translate({x:g} {y:g})")
        if (height, width) != pixels.shape[:2]:
            moves.append(f"scale({width / pixels.shape[1]:.6g} {height / pixels.shape[0]:.6g})")
        paths = []
        for (red, green, blue, alpha), rectangles in even.items():
            ink = f"fill: rgb({red},{green},{blue})" + (f"; fill-opacity: {alpha / 255:.3g}" if alpha < 255 else "")
            outline = "".join(f"M{left} {top}h{wide}v{tall}h-{wide}z" for left, top, wide, tall in rectangles)
            paths.append(Node("path", {"d": outline, "style": ink}))
        kept = {name: value for name, value in child.attributes.items() if name in ("clip-path", "opacity")}
        node.children[k] = Node(
            "g", {**kept, "transform": " ".join(moves).strip(), "shape-rendering": "crispEdges"}, "", paths
        )


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
        value = _outline(value) if name == "d" else _tidy(name, value)
        if value:
            node.attributes[name] = value
    node.children = [_node(child) for child in element]
    return node


def _outline(value: str) -> str:
    value = " ".join(value.split())
    return _round(value) if _TOO_LONG.search(value) else _MINUS_NOTHING.sub("0", value)


@lru_cache(maxsize=50_000)
def _tidy(name: str, value: str) -> str:
    if name == "transform":
        # A rotation by nothing stands on most labels; the other transforms keep their precision, since they may scale.
        value = re.sub(r"rotate\(-?0(?:\.0+)?(?: [^)]*)?\)", "", value)
        return re.sub(r"translate\([^)]*\)", lambda match: _round(match[0]), value).strip()
    if name == "space":
        return ""
    if name in _PAINTED:
        return _FONT.sub("", _scaled(value))
    if name in ("points", "x", "y", "width", "height", "x1", "x2", "y1", "y2", "cx", "cy"):
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
        for value in node.attributes.values():
            if value.startswith("#"):
                used.add(value[1:])
            elif "url(#" in value:
                used.update(re.findall(r"url\(#([^)]+)\)", value))
    for node in root.walk():
        if node.attributes.get("id") not in used:
            node.attributes.pop("id", None)
