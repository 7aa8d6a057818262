"""Outputs as elements of the page: what ``draw`` shows, in trees that ``frames.py`` packs."""

from __future__ import annotations

import io
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import numpy as np
from PIL import Image

from kernelfree import mathematics, page, svg
from kernelfree.rasters import LOSSLESS, Rasters
from kernelfree.svg import Node

_BOLD = {f"h{level}": ("div", {"style": "font-weight:600"}) for level in range(1, 7)}
#: HTML elements that a browser leaves where they stand, so that both sides count them alike.
_TAGS = frozenset(
    "a abbr audio b blockquote br caption code col colgroup dd del div dl dt em hr i img kbd li mark ol pre s small "
    "span strong sub sup table tbody td tfoot th thead tr u ul var video".split()
)
_VOID = frozenset(("br", "col", "hr", "img"))
MEDIA = ("audio", "video")
_ATTRIBUTES = frozenset("alt class colspan controls href loop rowspan scope src style title width height".split())
_FORMULA = re.compile("\ue000(\\d+)\ue001")


@dataclass
class Picture:
    """A figure, drawn but not yet dressed: that takes all frames."""

    drawing: svg.Drawing


Part = Picture | Node


def text(content: str) -> list[Node]:
    """A printed or returned text, in a box whose room does not change with it."""
    content = _rewound(content).strip("\n")
    if not content.strip():
        return []
    return [Node("div", {"class": "kf-room"}, "", [Node("output", {"class": "kf-words"}, content)])]


def _rewound(content: str) -> str:
    """What a terminal shows: after a carriage return, a line is written anew."""
    lines = [line.rstrip("\r").rpartition("\r")[2] for line in content.split("\n")]
    return re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(lines))


def rich(data: dict[str, Any], rasters: Rasters, notes: dict[str, None]) -> list[Node]:
    """A display's data, in the richest form that can be taken from frame to frame. Adds to ``notes`` what is lost."""
    if html := data.get("text/html"):
        nodes = from_html(_joined(html))
        if nodes is not None:
            return [Node("div", {"class": "kf-output"}, "", nodes)]
    if tex := data.get("text/latex"):
        return [Node("div", {"class": "kf-output kf-formula"}, "", _latex(_joined(tex)))]
    if source := data.get("text/markdown"):
        return [Node("div", {"class": "kf-output"}, "", _markdown(_joined(source)))]
    if source := data.get("image/svg+xml"):
        return [_from_svg(_joined(source))]
    for kind in ("image/png", "image/jpeg"):
        if content := data.get(kind):
            image = _image(kind, _joined(content).strip(), rasters)
            return [Node("div", {"class": "kf-output"}, "", [Node("img", image)])]
    plain = _joined(data.get("text/plain", ""))
    if not data.keys() - {"text/plain"}:
        return text(plain)
    name = re.match(r"<?(?:\w+\.)*(\w*)", plain)[1]  # type: ignore[index]
    silent = page.WIDGET in data or re.match(r"<[\w.]+ (object|at 0x)", plain) is not None
    notes[
        f"what it displays as {name} {'is left out' if silent else 'is there as plain text'}: frames take text, "
        "tables, pictures, and sound and films that are embedded. Display it in a cell of its own"
    ] = None
    return [] if silent else text(plain)


def _image(kind: str, content: str, rasters: Rasters) -> dict[str, str]:
    if len(content) <= LOSSLESS:
        return {"src": f"data:{kind};base64,{content}", "alt": ""}
    picture = Image.open(io.BytesIO(b64decode(content)))
    # Its size is told, since it may be kept with fewer pixels.
    size = {"width": str(picture.width), "height": str(picture.height)}
    return {"src": rasters.encode(np.asarray(picture.convert("RGBA"))), "alt": "", **size}


def _joined(value: Any) -> str:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return value if isinstance(value, str) else "".join(map(str, value))


# --- LaTeX and Markdown ----------------------------------------------------------------------------------------------


def _latex(source: str) -> list[Node]:
    tex = source.strip()
    for start, end in (("$$", "$$"), (r"\[", r"\]"), ("$", "$"), (r"\begin{equation*}", r"\end{equation*}")):
        if tex.startswith(start) and tex.endswith(end) and len(tex) > len(start) + len(end):
            tex = tex[len(start) : -len(end)]
            break
    return [mathematics.drawn(tex) or Node("code", {}, tex)]


def _markdown(source: str) -> list[Node]:
    formulas: list[str] = []

    def keep(match: re.Match[str]) -> str:
        formulas.append(match[1])
        return f"\ue000{len(formulas) - 1}\ue001"

    source = re.sub(r"\$\$(.+?)\$\$", keep, source, flags=re.DOTALL)
    words = mathematics.split(source)
    for k in range(1, len(words), 2):
        formulas.append(words[k])
        words[k] = f"\ue000{len(formulas) - 1}\ue001"
    source = "".join(words)
    try:
        from markdown_it import MarkdownIt
    except ImportError:
        return text(source)
    nodes = from_html(MarkdownIt("commonmark").enable("table").render(source)) or text(source)
    return [_with_formulas(node, formulas) for node in nodes]


def _with_formulas(node: Node, formulas: list[str]) -> Node:
    children = [_with_formulas(child, formulas) for child in node.children]
    if not _FORMULA.search(node.text):
        node.children = children
        return node
    parts = _FORMULA.split(node.text)
    pieces: list[Node] = []
    for k, part in enumerate(parts):
        if k % 2:
            tex = formulas[int(part)]
            pieces.append(mathematics.drawn(tex) or Node("code", {}, tex))
        elif part:
            pieces.append(Node("span", {}, part))
    node.text, node.children = "", pieces + children
    return node


# --- HTML and SVG ----------------------------------------------------------------------------------------------------


class _Reader(HTMLParser):
    """HTML as nodes whose text stands before their children, which is all that frames know."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("div")
        self.open = [self.root]
        self.odd = False
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("style", "script"):
            self.odd |= tag == "script"
            self.silent += 1
            return
        own = {name: value or "" for name, value in attrs if name in _ATTRIBUTES}
        if (above := self.open[-1]).tag in MEDIA:
            if tag == "source":  # which a browser reads once; the address of the element itself may change
                above.attributes.setdefault("src", own.get("src", ""))
            return
        tag, more = _BOLD.get(tag, ("div" if tag in ("p", "section", "center") else tag, {}))
        self.odd |= tag not in _TAGS
        node = Node(tag, {**more, **own})
        if tag == "tr" and self.open[-1].tag == "table":
            self.handle_starttag("tbody", [])  # as browsers do
        self.open[-1].children.append(node)
        if tag not in _VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "script"):
            self.silent -= 1
            return
        tag = _BOLD.get(tag, ("div" if tag in ("p", "section", "center") else tag, {}))[0]
        if self.open[-1].tag in MEDIA and tag not in MEDIA:
            return
        if tag == "table" and self.open[-1].tag == "tbody":
            self.open.pop()
        if tag in _VOID:
            return
        if self.open[-1].tag != tag or len(self.open) == 1:
            self.odd = True
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        at = self.open[-1]
        if self.silent or not data.strip() or at.tag in MEDIA:
            return
        if at.tag in ("table", "tbody", "thead", "tr", "ul", "ol"):
            self.odd = True
        elif at.children or at is self.root:
            at.children.append(Node("span", {}, data))
        else:
            at.text += data


def from_html(source: str) -> list[Node] | None:
    """HTML as nodes; ``None`` for what a browser would read in another way, or what needs a script."""
    reader = _Reader()
    reader.feed(source)
    reader.close()
    if reader.odd or len(reader.open) > 1 or not reader.root.children:
        return None
    for node in _all(reader.root.children):
        if node.tag in MEDIA:
            if not node.attributes.get("src", "").startswith(("data:", "https:", "http:")):
                return None  # a file beside the notebook, which does not come with the page
            node.attributes["controls"] = ""
        if node.tag == "th" and not node.text and not node.children:
            node.tag = "td"  # a corner heads nothing
        if node.text and node.children:
            node.children.insert(0, Node("span", {}, node.text))
            node.text = ""
    return reader.root.children


def _all(nodes: Iterable[Node]) -> list[Node]:
    return [below for node in nodes for below in node.walk()]


def _from_svg(source: str) -> Node:
    def made(element: ElementTree.Element) -> Node:
        own = {name.rpartition("}")[2]: value for name, value in element.attrib.items()}
        text = (element.text or "") if not len(element) else ""
        return Node(element.tag.rpartition("}")[2], own, text.strip("\n"), [made(child) for child in element])

    root = made(ElementTree.fromstring(source))
    if "viewBox" not in root.attributes and "width" in root.attributes and "height" in root.attributes:
        size = [re.sub(r"[^\d.]", "", root.attributes[name]) for name in ("width", "height")]
        root.attributes["viewBox"] = f"0 0 {size[0]} {size[1]}"
    return Node("div", {"class": "kf-output"}, "", [root])
