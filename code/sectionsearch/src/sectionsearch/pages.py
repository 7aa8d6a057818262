"""Read a written page: its sections, and the figures, exercises and terms in them, each with its own text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
#: Elements and classes that hold nothing to find. In a formula, `annotation` is the TeX of the MathML beside it.
_SKIPPED = frozenset("annotation button nav noscript script select style svg template textarea".split())
_SKIPPED_CLASSES = frozenset("eqno headerlink lineno linenos section-number toctree-wrapper".split())
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_BLOCKS = frozenset(
    "blockquote dd details div dl fieldset figcaption figure form label legend li ol p section summary table td th tr "
    "ul".split()
)
#: What makes most of many pages and is skipped without a look.
_BULK = re.compile(r"(<(svg|script|style)\b[^>]*>).*?(</\2>)", re.DOTALL)
#: What of a formula's TeX is no part of what it says, where no MathML is written.
_TEX = re.compile(
    r"\\(?:begin|end)\{\w+\*?\}|\\(?:d?frac|left|right|text\w*|math\w+|operatorname)\b|\\[()\[\],;]|[\\{}$&]"
)


@dataclass
class Document:
    """A place that a search can lead to."""

    anchor: str
    #: "section", "figure", "term", or the class of the box: "exercise", "note", ...
    kind: str
    #: The document around it; None for a page's title.
    parent: Document | None
    title: str = ""
    text: str = ""
    code: str = ""
    #: The entries of the index that lead to it.
    entries: list[str] = field(default_factory=list)


@dataclass
class _Element:
    tag: str
    classes: frozenset[str]
    #: Where its text goes: the document, and "title", "text" or "code" of it, or "" for nowhere.
    document: Document | None = None
    target: str = "text"
    #: The id of a section whose heading is still to come, and the anchors before that.
    section: str = ""
    anchors: list[str] = field(default_factory=list)
    #: The last term of a list of definitions.
    term: Document | None = None


class Page(HTMLParser):
    """The documents of a page in their order, and for each anchor the document that it is in."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.documents: list[Document] = []
        self.anchors: dict[str, Document] = {}
        self._open = [_Element("", frozenset())]
        self.feed(_BULK.sub(r"\1\3", html))
        for document in self.documents:
            document.title = " ".join(document.title.split())
            if document.kind == "figure":  # it is named by the first sentence of its caption
                document.text += document.title
                document.title = re.sub(r"(.{10}.*?[.:?!])\s.*", r"\1", document.title)[:120]
            lines = (" ".join(line.split()) for line in document.text.split("\n"))
            document.text = "\n".join(filter(None, lines))
            document.code = document.code.strip()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        around = self._open[-1]
        if tag in _VOID:
            self._add(f" {given.get('alt', '')} " if tag == "img" else "\n" if tag in ("br", "hr") else "")
            return
        new = _Element(tag, frozenset(given.get("class", "").split()), around.document, around.target)
        self._open.append(new)
        if tag in _SKIPPED or new.classes & _SKIPPED_CLASSES or (tag == "summary" and "hide" in around.classes):
            if tag == "svg":  # the description of a picture
                self._add(f"\n{given.get('aria-label', '')}\n")
            new.target = ""
        elif new.target:
            self._place(new, around, given.get("id", ""))
            if tag in _BLOCKS:
                self._add("\n")

    def _place(self, new: _Element, around: _Element, anchor: str) -> None:
        """Find out which document an element begins or belongs to."""
        section = next((element for element in reversed(self._open) if element.tag == "section"), None)
        if new.tag == "section":
            new.section = anchor
        elif new.tag in _HEADINGS and section and section.section:
            self._begin(section.section, "section", *self._open[self._open.index(section) :])
            self.anchors |= dict.fromkeys(section.anchors, self.documents[-1])
            section.section, new.target = "", "title"
        elif new.tag == "dt" and anchor:
            around.term = self._begin(anchor, "term", new)
            new.target = "title"
        elif new.tag == "dd":
            new.document = around.term or new.document
        elif anchor and (new.tag in ("figure", "table") or "admonition" in new.classes):
            kind = next((name for name in sorted(new.classes) if name in ("exercise", "solution")), new.tag)
            self._begin(anchor, kind, new)
        elif new.tag in ("caption", "figcaption") or "admonition-title" in new.classes:
            if new.document and not new.document.title:
                new.target = "title"
        elif new.tag == "pre":
            new.target = "code"
        if anchor and section and section.section:
            section.anchors.append(anchor)
        elif anchor and new.document:
            self.anchors.setdefault(anchor, new.document)

    def _begin(self, anchor: str, kind: str, *elements: _Element) -> Document:
        document = Document(anchor, kind, elements[0].document)
        self.documents.append(document)
        for element in elements:
            element.document = document
        return document

    def handle_endtag(self, tag: str) -> None:
        if any(element.tag == tag for element in self._open):
            while self._open.pop().tag != tag:
                pass
            if tag in _BLOCKS:
                self._add("\n")

    def handle_data(self, data: str) -> None:
        if "math" in self._open[-1].classes:
            data = _TEX.sub(" ", data)
        document = self._open[-1].document
        if data[:1].isupper() and document and document.text.endswith((".", "?", "!")):
            data = f"\n{data}"  # elements that only their style keeps apart
        self._add(data)

    def _add(self, text: str) -> None:
        element = self._open[-1]
        if element.document and element.target:
            setattr(element.document, element.target, getattr(element.document, element.target) + text)
