"""Represent elements of SVG and HTML as a small tree, and rename the ids in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape

#: HTML elements that need a closing tag even when they are empty.
_CLOSED_BY_TAG = frozenset(
    "a audio b code div em i output pre span strong sub sup table tbody td tfoot th thead tr video".split()
)


@dataclass(slots=True)
class Node:
    """Holds one element: tag, attributes, own text, children. Comments and white space are not kept.

    ``str(Node("text", {"x": "1"}, "a < b"))`` is ``<text x="1">a &lt; b</text>``.
    """

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def walk(self) -> Iterator[Node]:
        """Yield this node and all below it in document order, the order of ``querySelectorAll("*")``."""
        yield self
        for child in self.children:
            yield from child.walk()

    def __str__(self) -> str:
        attributes = "".join(f' {name}="{escape(value)}"' for name, value in self.attributes.items())
        inside = escape(self.text, quote=False) + "".join(map(str, self.children))
        if inside or self.tag in _CLOSED_BY_TAG:
            return f"<{self.tag}{attributes}>{inside}</{self.tag}>"
        return f"<{self.tag}{attributes}/>"


def ids(root: Node) -> list[str]:
    """List the ids in the tree, each once, in order of appearance."""
    return list(dict.fromkeys(node.attributes["id"] for node in root.walk() if "id" in node.attributes))


def rename_ids(root: Node, names: dict[str, str]) -> None:
    """Rename every id, and every reference to it, after ``names`` (old id -> new id)."""
    for node in root.walk():
        for name, value in node.attributes.items():
            node.attributes[name] = renamed(name, value, names)


def renamed(attribute: str, value: str, names: dict[str, str]) -> str:
    """Return an attribute's value with the ids in it renamed after ``names``."""
    if attribute == "id":
        return names.get(value, value)
    if value.startswith("#"):
        return "#" + names.get(value[1:], value[1:])
    if "url(#" in value:
        return re.sub(r"url\(#([^)]+)\)", lambda match: f"url(#{names.get(match[1], match[1])})", value)
    return value


def keep_used_ids(root: Node) -> None:
    """Remove every id that nothing in the tree refers to; matplotlib gives one to each group."""
    values = (value for node in root.walk() for value in node.attributes.values() if "#" in value)
    used = {name for value in values for name in re.findall(r"(?:^#|url\(#)([^)]+)", value)}
    for node in root.walk():
        if node.attributes.get("id") not in used:
            node.attributes.pop("id", None)
