"""Parse an HTML page, change its elements, and write it back.

The parser (selectolax with lexbor) follows the HTML standard, so a browser reads the written page as the same tree.
"""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode

Node = LexborNode

#: Elements whose first line break every parser drops; another one is written in its place.
DROPS_FIRST_BREAK = "pre, textarea, listing"


class Tree:
    """An HTML page that steps may change; `str` returns the HTML to write."""

    def __init__(self, text: str):
        self.parser = LexborHTMLParser(text, scripting=True)  # as browsers that run scripts read <noscript>
        self.source = text

    def __str__(self) -> str:
        for node in self.parser.css(DROPS_FIRST_BREAK):
            first = node.first_child
            if first is not None and (first.text_content or "").startswith("\n"):
                first.insert_before("\n")
        return self.parser.html or ""

    def find(self, selector: str) -> list[Node]:
        return self.parser.css(selector)

    def first(self, selector: str) -> Node | None:
        return self.parser.css_first(selector)

    def element(self, tag: str, /, **attributes: str | None) -> Node:
        """Create an element; an underscore in an attribute's name becomes a hyphen, a trailing one is dropped."""
        node = self.parser.create_node(tag)
        for key, value in attributes.items():
            node.attrs[key.strip("_").replace("_", "-")] = value
        return node


def attribute(node: Node, name: str, default: str = "") -> str:
    """Return an attribute's value: "" if it has none, `default` if the element lacks the attribute."""
    attributes = node.attributes
    return (attributes[name] or "") if name in attributes else default


def has(node: Node, name: str) -> bool:
    return name in node.attributes


def rename(tree: Tree, node: Node, name: str) -> Node:
    """Replace an element by one of another name with the same attributes and children; return the new one."""
    other = tree.parser.create_node(name)
    for key, value in node.attributes.items():
        other.attrs[key] = value
    for child in list(node.iter(include_text=True)):
        other.insert_child(child)
    node.insert_before(other, move=True)
    node.decompose()
    return other
