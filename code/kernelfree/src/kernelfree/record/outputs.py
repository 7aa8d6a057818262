"""Convert what ``draw`` shows (texts, HTML, LaTeX, Markdown, images, SVG) to elements that the frames can hold."""

import io
import re
from base64 import b64decode, b64encode
from html import escape
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import numpy as np
from PIL import Image

from kernelfree.draw.mathematics import draw_math
from kernelfree.draw.node import Node
from kernelfree.draw.rasters import LOSSLESS, RasterEncoder

#: The MIME type of a widget of ipywidgets in a cell's output.
WIDGET_MIME = "application/vnd.jupyter.widget-view+json"

#: Headings would enter the page's outline: they become bold lines. Paragraphs close by themselves, in a browser.
_RENAMED: dict[str, tuple[str, dict[str, str]]] = {
    **{f"h{level}": ("div", {"style": "font-weight:600"}) for level in range(1, 7)},
    **dict.fromkeys(("p", "section", "center"), ("div", {})),
}
#: HTML elements that a browser's parser leaves in place, so that Python and the page count elements alike.
_TAGS = frozenset(
    "a abbr audio b blockquote br caption code col colgroup dd del div dl dt em hr i img kbd li mark ol pre s small "
    "span strong sub sup table tbody td tfoot th thead tr u ul var video".split()
)
_VOID, MEDIA = frozenset(("br", "col", "hr", "img")), ("audio", "video")
_ATTRIBUTES = frozenset("alt class colspan controls href loop rowspan scope src style title width height".split())


def text(content: str) -> list[Node]:
    """Convert a printed or returned text to a box that keeps its size when the text changes."""
    content = as_on_a_terminal(content).strip("\n")
    if not content.strip():
        return []
    return [Node("div", {"class": "kf-room"}, "", [Node("output", {"class": "kf-words"}, content)])]


def as_on_a_terminal(content: str) -> str:
    """Apply carriage returns, which overwrite a line, and remove the codes of colours."""
    lines = [line.rstrip("\r").rpartition("\r")[2] for line in content.split("\n")]
    return re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(lines))


def rich(data: dict[str, Any], rasters: RasterEncoder, notes: dict[str, None]) -> list[Node]:
    """Convert a display's data in the richest form that frames can hold. Adds to ``notes`` what is lost."""
    html, plain = (_joined(data.get(kind, "")) for kind in ("text/html", "text/plain"))
    if html and (nodes := from_html(html)) is not None:
        return [Node("div", {"class": "kf-output"}, "", nodes)]
    if tex := data.get("text/latex"):
        return [Node("div", {"class": "kf-output kf-formula"}, "", _from_latex(_joined(tex)))]
    if source := data.get("text/markdown"):
        return [Node("div", {"class": "kf-output"}, "", _from_markdown(_joined(source)))]
    if source := data.get("image/svg+xml"):
        return [_from_svg(_joined(source))]
    for kind in ("image/png", "image/jpeg"):
        if content := data.get(kind):
            image = _image(kind, _joined(content).strip(), rasters)
            return [Node("div", {"class": "kf-output"}, "", [Node("img", image)])]
    charts = [kind for kind in data if kind not in ("text/plain", "text/html")]
    charts += re.findall(r"vega|bokeh|plotly|leaflet", html.lower())[:1]
    is_empty_place = not plain and "<script" not in html  # where the script of another output draws
    if not charts and (not html or is_empty_place):
        return text(plain)
    without_text = bool(charts) or not plain or re.match(r"<[\w.]+ (object|at 0x)", plain) is not None
    name = re.match(r"<?(?:\w+\.)*(\w*)", plain)[1]  # type: ignore[index]
    library = f" ({charts[0]})" if charts and charts[0] != WIDGET_MIME else ""
    lost = "is left out" if without_text else "is there as plain text"
    notes[
        f"what it displays as {name or 'a chart'}{library} {lost}: frames take text, "
        "tables, pictures, and sound and films that are embedded. Display it in a cell of its own"
    ] = None
    return [] if without_text else text(plain)


def _image(kind: str, content: str, rasters: RasterEncoder) -> dict[str, str]:
    """Return the attributes of an ``<img>``: the image as it came if it is small, else encoded within the budget."""
    if len(content) <= LOSSLESS:
        return {"src": f"data:{kind};base64,{content}", "alt": ""}
    picture = Image.open(io.BytesIO(b64decode(content)))
    # The size is set, since the encoder may keep fewer pixels.
    size = {"width": str(picture.width), "height": str(picture.height)}
    return {"src": rasters.encode(np.asarray(picture.convert("RGBA"))), "alt": "", **size}


def _joined(value: Any) -> str:
    """Return a MIME bundle's content as text: it may be lines or bytes."""
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return value if isinstance(value, str) else "".join(map(str, value))


def _from_latex(source: str) -> list[Node]:
    tex = source.strip()
    for start, end in (("$$", "$$"), (r"\[", r"\]"), ("$", "$"), (r"\begin{equation*}", r"\end{equation*}")):
        if tex.startswith(start) and tex.endswith(end) and len(tex) > len(start) + len(end):
            tex = tex[len(start) : -len(end)]
            break
    return [draw_math(tex) or Node("code", {}, tex)]


def _from_markdown(source: str) -> list[Node]:
    try:
        from markdown_it import MarkdownIt
        from mdit_py_plugins.dollarmath import dollarmath_plugin
    except ImportError:
        return text(source)
    parser = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin, renderer=lambda tex, _: escape(tex))
    nodes = from_html(parser.render(source)) or text(source)
    for node in (below for top in nodes for below in top.walk()):
        if node.attributes.get("class", "").startswith("math "):
            node.children, node.text = _from_latex(node.text), ""
    return nodes


class _HTMLTree(HTMLParser):
    """Builds nodes; their text comes before their children: ``a<b>c</b>d`` becomes ``a<b>c</b><span>d</span>``."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("div")
        #: The elements that are not closed yet, outermost first.
        self.open = [self.root]
        #: Whether there was something that a browser might read in another way, or a script.
        self.unsafe = False
        #: How many style and script elements are open, whose content is skipped.
        self.skipping = 0
        #: The style sheet, and the elements that it may name: a table's cells that pandas' Styler colours.
        self.style = ""
        self.by_id: dict[str, Node] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("style", "script"):
            self.unsafe |= tag == "script"
            self.skipping += 1
            return
        own = {name: value or "" for name, value in attrs if name in _ATTRIBUTES}
        if (parent := self.open[-1]).tag in MEDIA:
            if tag == "source":  # a browser reads it once; the src of the media element may change
                parent.attributes.setdefault("src", own.get("src", ""))
            return
        tag, more = _RENAMED.get(tag, (tag, {}))
        self.unsafe |= tag not in _TAGS
        node = Node(tag, {**more, **own})
        if own_id := dict(attrs).get("id"):
            self.by_id[own_id] = node
        if tag == "tr" and self.open[-1].tag == "table":
            self.handle_starttag("tbody", [])  # as browsers do
        self.open[-1].children.append(node)
        if tag not in _VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "script"):
            self.skipping -= 1
            return
        tag, _ = _RENAMED.get(tag, (tag, {}))
        if tag in _VOID or (self.open[-1].tag in MEDIA and tag not in MEDIA):
            return
        if tag == "table" and self.open[-1].tag == "tbody":
            self.open.pop()
        if self.open[-1].tag != tag or len(self.open) == 1:
            self.unsafe = True
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        at = self.open[-1]
        if self.skipping:
            self.style += data
        if self.skipping or not data.strip() or at.tag in MEDIA:
            return
        if at.tag in ("table", "tbody", "thead", "tr", "ul", "ol"):
            self.unsafe = True
        elif at.children or at is self.root:
            at.children.append(Node("span", {}, data))
        else:
            at.text += data

    def apply_style(self) -> None:
        """Give elements the declarations of the style sheet that name their ids; its other rules are left out."""
        for selectors, declarations in re.findall(r"([^{}]+)\{([^{}]*)\}", self.style):
            for selector in selectors.split(","):
                if node := self.by_id.get(selector.strip().removeprefix("#")):
                    style = f"{node.attributes.get('style', '')};{' '.join(declarations.split())}"
                    node.attributes["style"] = style.strip("; ")


def from_html(source: str) -> list[Node] | None:
    """Convert HTML to nodes; return ``None`` for what a browser might read in another way, or what needs a script."""
    tree = _HTMLTree()
    tree.feed(source)
    tree.close()
    shown = any(node.text or node.tag in ("img", *MEDIA) for node in tree.root.walk())
    if tree.unsafe or len(tree.open) > 1 or not shown:
        return None
    tree.apply_style()
    for node in (below for child in tree.root.children for below in child.walk()):
        if node.tag in MEDIA:
            if not node.attributes.get("src", "").startswith(("data:", "https:", "http:")):
                return None  # a file beside the notebook, which does not come with the page
            node.attributes["controls"] = ""
        if node.tag == "th" and not node.text and not node.children:
            node.tag = "td"  # an empty corner is no header
        if node.text and node.children:
            node.children.insert(0, Node("span", {}, node.text))
            node.text = ""
    return tree.root.children


def _from_svg(source: str) -> Node:
    """Convert an SVG file, with a ``viewBox`` so that it can be scaled."""

    def convert(element: ElementTree.Element) -> Node:
        own = {name.rpartition("}")[2]: value for name, value in element.attrib.items()}
        text = (element.text or "") if not len(element) else ""
        return Node(element.tag.rpartition("}")[2], own, text.strip("\n"), [convert(child) for child in element])

    root = convert(ElementTree.fromstring(source))
    if "viewBox" not in root.attributes and "width" in root.attributes and "height" in root.attributes:
        size = [re.sub(r"[^\d.]", "", root.attributes[name]) for name in ("width", "height")]
        root.attributes["viewBox"] = f"0 0 {size[0]} {size[1]}"
    return Node("div", {"class": "kf-output"}, "", [root])
