"""A page as a tree: parsed once as browsers parse it, changed by the parts, written once.

The parser (selectolax's lexbor) is one of HTML's own rules, so that what is written is read by a browser as the same
tree; nothing is changed by having been parsed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from html import escape

from selectolax.lexbor import LexborHTMLParser, LexborNode

Node = LexborNode

#: Elements whose first line break the parser drops, as browsers do: another one stands for it when they are written.
LEADING_BREAK = ("pre", "textarea", "listing")
#: What a browser with scripts reads as text, though it looks like elements: kept out of the tree's sight.
NOSCRIPT = re.compile(r"<noscript\b[^>]*>.*?</noscript\s*>", re.DOTALL | re.IGNORECASE)
#: Where text is text, whatever it looks like, and the empty elements that may be said in fewer bytes inside drawings.
VERBATIM = re.compile(r"(<(script|style|textarea|title|xmp)\b.*?</\2\s*>|<!--.*?-->)", re.DOTALL | re.IGNORECASE)
FOREIGN = re.compile(r"<(svg|math)\b.*?</\1>", re.DOTALL)
EMPTY = re.compile(
    r"(<(path|use|rect|circle|line|ellipse|polyline|polygon|stop|image|mspace|mprescripts)\b(?:[^<>\"]|\"[^\"]*\")*)></\2>"
)


#: White space between two tags with a line break in it, which says no more than the break; not where it is text.
BLANK = re.compile(r">\s*\n\s*<")
PRE = re.compile(r"(<pre\b.*?</pre\s*>)", re.DOTALL | re.IGNORECASE)


class Tree:
    """An HTML page that parts may change; `str` of it is the page as it is to be written."""

    def __init__(self, text: str):
        self._kept: list[str] = []
        self.parser = LexborHTMLParser(NOSCRIPT.sub(self._keep, text))
        self.source = text

    def _keep(self, match: re.Match[str]) -> str:
        self._kept.append(match[0])
        return f"<!--leanpage:noscript:{len(self._kept) - 1}-->"

    def __str__(self) -> str:
        for node in self.parser.css(", ".join(LEADING_BREAK)):
            first = node.first_child
            if first is not None and (first.text_content or "").startswith("\n"):
                first.insert_before("\n")
        blank = False
        for node in list(self.head.iter(include_text=True)):  # what was taken out leaves its white space
            space = node.text_content is not None and not node.text_content.strip()
            if space and blank:
                node.decompose()
            elif space:
                node.replace_with("\n")
            blank = space
        text = compact(self.parser.html or "")
        text = re.sub(r"<!--leanpage:noscript:(\d+)-->", lambda match: self._kept[int(match[1])], text)
        # One that stood in an attribute's value or in a text area is written as such.
        return re.sub(r"&lt;!--leanpage:noscript:(\d+)--&gt;", lambda match: escape(self._kept[int(match[1])]), text)

    @property
    def unscripted(self) -> str:
        """What the page holds for readers without scripts."""
        return "\n".join(self._kept)

    def find(self, selector: str) -> list[Node]:
        return self.parser.css(selector)

    def first(self, selector: str) -> Node | None:
        return self.parser.css_first(selector)

    @property
    def head(self) -> Node:
        head = self.parser.head
        assert head is not None  # the parser makes one where there is none
        return head

    def element(self, tag: str, /, **attributes: str | None) -> Node:
        """A new element; an underscore in an attribute's name stands for a hyphen."""
        node = self.parser.create_node(tag)
        for key, value in attributes.items():
            node.attrs[key.strip("_").replace("_", "-")] = value
        return node


def compact(html: str) -> str:
    """Return a written page, the empty elements of drawings closed in place, white space between tags one break."""

    def closed(part: str) -> str:
        part = FOREIGN.sub(lambda drawing: EMPTY.sub(r"\1/>", drawing[0]), part)
        pieces = PRE.split(part)
        return "".join(piece if i % 2 else BLANK.sub(">\n<", piece) for i, piece in enumerate(pieces))

    parts = VERBATIM.split(html)
    # Each match brings two groups: the text itself and the element's name.
    return "".join(closed(part) if i % 3 == 0 else part for i, part in enumerate(parts) if i % 3 != 2)


def attribute(node: Node, name: str, default: str = "") -> str:
    """The value of an attribute, "" for one without a value, `default` where it has none of that name."""
    attributes = node.attributes
    return (attributes[name] or "") if name in attributes else default


def has(node: Node, name: str) -> bool:
    return name in node.attributes


def classes(node: Node) -> list[str]:
    return attribute(node, "class").split()


def remove(nodes: Iterable[Node]) -> int:
    """Take nodes out of their page; return how many."""
    count = 0
    for node in nodes:
        node.decompose()
        count += 1
    return count


def renamed(tree: Tree, node: Node, name: str) -> Node:
    """Give an element another name; what it holds and its attributes stay."""
    other = tree.parser.create_node(name)
    for key, value in node.attributes.items():
        other.attrs[key] = value
    for child in list(node.iter(include_text=True)):
        other.insert_child(child)
    node.insert_before(other, move=True)
    node.decompose()
    return other


def inside(node: Node, test: Callable[[Node], bool]) -> bool:
    """Whether an ancestor of `node` passes `test`."""
    parent = node.parent
    while parent is not None:
        if test(parent):
            return True
        parent = parent.parent
    return False
