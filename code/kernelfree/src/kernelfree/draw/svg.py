"""Turn a matplotlib figure into a small tree of SVG that takes colours from a page, and clashes with nothing there."""

import io
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

import matplotlib
import numpy as np
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.figure import Figure

from kernelfree.draw import theme
from kernelfree.draw.node import Node, keep_used_ids
from kernelfree.draw.rasters import MAX_RECTANGLES, Pixels, RasterEncoder, rectangles_of

_NUMBER = re.compile(r"-?\d+\.\d+(?:e[+-]?\d+)?")
_MINUS_ZERO = re.compile(r"-0(?![\d.])")
_FONT = re.compile(r"font-family: [^;]*,[^;]*;? ?")

#: Left, top, right, bottom, in points.
Box = tuple[float, float, float, float]


@dataclass
class Drawing:
    """Holds a figure as elements in the page's colours, light or dark, and what the page must know of them."""

    root: Node
    #: The box of all that is drawn.
    box: Box
    #: The box of texts and lines alone, which may be smaller than the canvas.
    ink: Box
    #: The background that the figure brings along where its colours do not suit a dark page; else None.
    paper: str | None


def draw_figure(figure: Figure, rasters: RasterEncoder | None = None) -> Drawing:
    """Draw ``figure`` as a tree. The same figure gives the same tree, and equal ids always mean equal content."""
    settings: Any = {"svg.fonttype": "none", "svg.hashsalt": "kernelfree"}
    with matplotlib.rc_context(settings), _heavy_artists_rasterized(figure):
        canvas: Any = figure.canvas
        svg, images, ink = canvas.print_figure(
            io.BytesIO(), format="svg", backend="module://kernelfree.draw.backend", bbox_inches=None, dpi=figure.dpi
        )
    root = _to_node(ElementTree.fromstring(svg))
    root.children = [child for child in root.children if "style" not in [below.tag for below in child.children]]
    _draw_images(root, iter(images), rasters or RasterEncoder())
    keep_used_ids(root)
    root.children = [kept for child in root.children for kept in _without_wrappers(child)]
    _, _, width, height = map(float, root.attributes["viewBox"].split())
    root.attributes = {}
    paper = theme.paper_of(figure, root)
    theme.paint(root)
    return Drawing(root, _box_of_all(ink, width, height), ink, paper)


def responsive_svg(figure: Figure) -> Node:
    """Draw one figure as a responsive ``<svg>`` tree, its ids as matplotlib hashed them."""
    drawing = draw_figure(figure)
    drawing.root.attributes = picture_attributes([drawing.box], drawing.paper)
    return drawing.root


def picture_attributes(boxes: Sequence[Box], paper: str | None) -> dict[str, str]:
    """Return the attributes of an ``<svg>`` in which nothing in any of the boxes is cut off."""
    left, top = (min(box[side] for box in boxes) for side in (0, 1))
    right, bottom = (max(box[side] for box in boxes) for side in (2, 3))
    width, height = right - left, bottom - top
    style = (
        # 4/3: matplotlib's points are 1/72 inch, CSS pixels 1/96.
        # content-visibility: far out of sight it need not be drawn, since its size does not depend on its content.
        f"display:block;width:100%;max-width:{width * 4 / 3:.0f}px;height:auto;margin:0 auto;"
        f"aspect-ratio:{width:g}/{height:g};content-visibility:auto"
    )
    return {
        "class": "kf-picture",
        "viewBox": f"{left:g} {top:g} {width:g} {height:g}",
        # On paper of its own a picture has matplotlib's own black and white back.
        "style": style + f";background:{paper};color:#000000;--pst-color-background:#ffffff" if paper else style,
        "font-family": "inherit",
        # matplotlib leaves out the default fill of SVG, which is black.
        "fill": theme.colors_of_page()["#000000"],
        # matplotlib sets these in a style sheet, which would reach every other SVG of the page.
        "stroke-linejoin": "round",
        "stroke-linecap": "butt",
    }


def _box_of_all(ink: Box, width: float, height: float) -> Box:
    """Return the box of the canvas and of what lies outside, at most three canvas sizes away in each direction."""

    def margin(distance: float, most: float) -> float:
        # A quarter more, since kernelfree.css makes texts larger on a phone.
        return min(math.ceil(1.25 * distance) + 4, 3 * most) if distance > 0.5 else 0

    left, top, right, bottom = ink
    return (
        -margin(-left, width),
        -margin(-top, height),
        width + margin(right - width, width),
        height + margin(bottom - height, height),
    )


@contextmanager
def _heavy_artists_rasterized(figure: Figure) -> Iterator[None]:
    """Have meshes and scatter plots of thousands of elements drawn as pixels."""
    # Not findobj: it looks into every tick, which takes as long as drawing some figures.
    all_axes = [*figure.axes, *(inset for axes in figure.axes for inset in axes.child_axes)]

    def elements(part: Any) -> int:
        if isinstance(part, QuadMesh):
            return np.size(part.get_array())  # type: ignore[arg-type]
        return len(part.get_offsets()) if isinstance(part, PathCollection) else 0  # type: ignore[arg-type]

    parts = [part for axes in all_axes for part in axes.collections if not part.get_rasterized()]
    heavy = [part for part in parts if elements(part) > MAX_RECTANGLES]
    for part in heavy:
        part.set_rasterized(True)
    try:
        yield
    finally:
        for part in heavy:
            part.set_rasterized(False)


def _draw_images(node: Node, images: Iterator[Pixels], rasters: RasterEncoder) -> None:
    """Draw small images as one path a colour, sharp at any size and forbidden by no policy; photographs stay images."""
    for k, child in enumerate(node.children):
        _draw_images(child, images, rasters)
        if child.tag != "image":
            continue
        pixels = next(images)
        by_color = rectangles_of(pixels)
        if by_color is None:
            child.attributes["href"] = rasters.encode(pixels)
            child.attributes.pop("id", None)
            child.attributes["preserveAspectRatio"] = "none"  # the encoder may have left out pixels
            continue
        x, y, width, height = (float(child.attributes.get(name, 0)) for name in ("x", "y", "width", "height"))
        moves = [child.attributes.get("transform", "")]
        if x or y:
            moves.append(f"translate({x:g} {y:g})")
        if (height, width) != pixels.shape[:2]:
            moves.append(f"scale({width / pixels.shape[1]:.6g} {height / pixels.shape[0]:.6g})")
        paths = []
        for (red, green, blue, alpha), rectangles in by_color.items():
            ink = f"fill: rgb({red},{green},{blue})" + (f"; fill-opacity: {alpha / 255:.3g}" if alpha < 255 else "")
            outline = "".join(f"M{left} {top}h{wide}v{tall}h-{wide}z" for left, top, wide, tall in rectangles)
            paths.append(Node("path", {"d": outline, "style": ink}))
        kept = {name: value for name, value in child.attributes.items() if name in ("clip-path", "opacity")}
        node.children[k] = Node(
            "g", {**kept, "transform": " ".join(moves).strip(), "shape-rendering": "crispEdges"}, "", paths
        )


def _without_wrappers(node: Node) -> list[Node]:
    """Return what remains of ``node`` without bare groups, as in ``<g><path/></g>``, and unused definitions."""
    node.children = [kept for child in node.children for kept in _without_wrappers(child)]
    if node.tag == "defs":
        node.children = [child for child in node.children if any("id" in below.attributes for below in child.walk())]
        return [node] if node.children else []
    return node.children if node.tag == "g" and not node.attributes and len(node.children) < 2 else [node]


def _to_node(element: ElementTree.Element) -> Node:
    """Convert what ElementTree read, with numbers shortened."""
    node = Node(element.tag.rpartition("}")[2])
    node.text = (element.text or "") if len(element) == 0 and node.tag in ("text", "tspan", "style") else ""
    for key, value in element.attrib.items():
        name = key.rpartition("}")[2]
        value = _MINUS_ZERO.sub("0", " ".join(value.split())) if name == "d" else _shorten(name, value)
        if value:
            node.attributes[name] = value
    node.children = [_to_node(child) for child in element]
    return node


@lru_cache(maxsize=50_000)
def _shorten(name: str, value: str) -> str:
    """Shorten an attribute's value; empty where the attribute can go."""
    if name == "transform":
        # Most labels have a rotation by 0. Other transforms keep their precision, since they may scale.
        value = re.sub(r"rotate\(-?0(?:\.0+)?(?: [^)]*)?\)", "", value)
        return re.sub(r"translate\([^)]*\)", lambda match: _round(match[0]), value).strip()
    if name == "space":
        return ""
    if name in theme.PAINTED:
        # The page may enlarge texts, for phones, where a picture and so its labels are small.
        return _FONT.sub("", re.sub(r"font-size: ([\d.]+)px", r"font-size: calc(\1px*var(--kf-text,1))", value))
    if name in ("x", "y", "width", "height", "x1", "x2", "y1", "y2"):
        return _round(re.sub(r"\s+", " ", value).strip())
    return value


def _round(value: str) -> str:
    """Round numbers to a hundredth of a point, which is less than a screen can show."""
    return _NUMBER.sub(_to_hundredth, value)


def _to_hundredth(match: re.Match[str]) -> str:
    text = f"{float(match[0]):.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
