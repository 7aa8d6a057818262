"""Many drawings of one figure as one SVG and, for each frame, what differs from it.

All frames are laid over one another into one tree that has a place for every element of every frame. A column is one
attribute of one element, or its text, or whether it is there; only columns that differ somewhere are kept. Applying a
frame's column values to the tree gives that frame exactly, which the tests hold for any figure.
"""

from __future__ import annotations

import copy
import gzip
import json
import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import accumulate
from typing import Any

from kernelfree.svg import Node, ids, rename_ids

_DECIMAL = re.compile(r"-?\d+(?:\.\d+)?")

#: A column whose name is no attribute: an element's own text. Its values are strings.
TEXT = "#text"
#: Elements that are not in a frame are hidden by this attribute, which matplotlib never writes.
HIDDEN = "display"


def pack(
    drawings: Sequence[Node], words: Sequence[str] | None = None, start: int = 0, prefix: str = ""
) -> tuple[Node | None, dict[str, Any]]:
    """Pack drawings, and the text that goes with each, for ``static/frames.js``; either may be missing.

    Returns the SVG that shows frame ``start``, its ids starting with ``prefix``, and the frames. These are
    ``columns`` of differences, each ``[node, name, pattern, values]``: frame ``n`` has
    ``unpacked(values)[patterns[pattern][n]]``, and -1 there means that it does not matter; node -1 is the text. Where
    that would weigh more than half again as much as the frames themselves, there are ``lines`` instead, and for each
    frame the numbers of its lines.
    """
    drawings = _short_ids(drawings, prefix)
    base, columns = _differences(drawings, start) if drawings else (None, [])
    if words is not None:
        columns.append((-1, TEXT, *_numbered(words)))
    patterns: dict[tuple[int, ...], int] = {}
    packed = [
        [node, name, patterns.setdefault(tuple(which), len(patterns)), values if name == TEXT else _coded(values)]
        for node, name, values, which in columns
    ]
    differences = {"columns": packed, "patterns": [list(pattern) for pattern in patterns]}
    if not drawings:
        return None, differences
    whole = _whole(drawings, words)
    first = copy.deepcopy(drawings[start])
    if weight([str(base), differences]) > 1.5 * weight([str(first), whole]) + 512:
        return first, whole
    return base, differences


def frame(base: Node, packed: dict[str, Any], number: int) -> Node:
    """The drawing of frame ``number`` as ``static/frames.js`` makes it from differences, hidden elements left out."""
    tree = copy.deepcopy(base)
    nodes = list(tree.walk())
    for node, name, pattern, values in packed["columns"]:
        at = packed["patterns"][pattern][number]
        if node < 0 or at < 0:
            continue
        value = unpacked(values)[at]
        if name == TEXT:
            nodes[node].text = value
        elif value is None:
            nodes[node].attributes.pop(name, None)
        else:
            nodes[node].attributes[name] = value
    _drop_hidden(tree)
    return tree


def unpacked(values: list[str | None] | dict[str, Any]) -> list[str | None]:
    """A column's values as strings, whichever way they are packed."""
    if isinstance(values, list):
        return values
    numbers = [accumulate(accumulate(series)) for series in values["series"]]
    return [_joined(values["parts"], row) for row in zip(*numbers, strict=True)]


def _coded(values: list[str | None]) -> list[str | None] | dict[str, Any]:
    """Values that differ in nothing but numbers of hundredths, as second differences of these, if that is shorter.

    A curve that a control bends smoothly has second differences near 0, which compress to a bit or two each.
    """
    if len(values) < 3 or None in values:
        return values
    parts = _DECIMAL.split(values[0])
    numbers = [[round(float(number) * 100) for number in _DECIMAL.findall(value)] for value in values]
    if any(
        len(row) != len(parts) - 1 or _joined(parts, row) != value for row, value in zip(numbers, values, strict=True)
    ):
        return values
    kept, series = [parts[0]], []
    for slot, part in zip(zip(*numbers, strict=True), parts[1:], strict=True):
        if len(set(slot)) == 1:
            kept[-1] += _hundredths(slot[0]) + part
        else:
            kept.append(part)
            series.append(_differences_of(_differences_of(slot)))
    coded = {"parts": kept, "series": series}
    return coded if weight(coded) < weight(values) else values


def _differences_of(numbers: Sequence[int]) -> list[int]:
    return [number - before for before, number in zip([0, *numbers[:-1]], numbers, strict=True)]


def _joined(parts: Sequence[str], numbers: Sequence[int]) -> str:
    return parts[0] + "".join(_hundredths(number) + part for number, part in zip(numbers, parts[1:], strict=True))


def _hundredths(number: int) -> str:
    """What JavaScript writes for ``number / 100``."""
    return f"{number / 100:.2f}".rstrip("0").rstrip(".")


def weight(content: Any) -> int:
    """Bytes of ``content`` as JSON, as sent with gzip."""
    return len(gzip.compress(json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode(), mtime=0))


class _Place:
    """One element of the common tree, with the drawings' own elements that belong there, by frame."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.nodes: dict[int, Node] = {}
        self.children: list[_Place] = []

    def latest(self) -> Node:
        return next(reversed(self.nodes.values()))


def _short_ids(drawings: Sequence[Node], prefix: str) -> list[Node]:
    # Equal ids mean equal content in all drawings of one figure, so one table of short names serves them all.
    names: dict[str, str] = {}
    drawings = [copy.deepcopy(drawing) for drawing in drawings]
    for drawing in drawings:
        for name in ids(drawing):
            names.setdefault(name, f"{prefix}{len(names)}")
        rename_ids(drawing, names)
    return drawings


def _differences(drawings: Sequence[Node], start: int) -> tuple[Node, list[tuple]]:
    root = _Place(drawings[0].tag)
    for number, drawing in enumerate(drawings):
        _lay(root, drawing, number)
    columns: list[tuple] = []
    return _flatten(root, start, list(range(len(drawings))), len(drawings), False, columns, [0]), columns


def _lay(place: _Place, node: Node, number: int) -> None:
    """Find a place for ``node`` and everything in it, making room where there is none."""
    children = _fit(place, node) if place.children else [_Place(child.tag) for child in node.children]
    if not place.children:
        place.children = list(children)
    place.nodes[number] = node
    for child, at in zip(node.children, children, strict=True):
        _lay(at, child, number)


def _fit(place: _Place, node: Node) -> list[_Place]:
    """A place for each child of ``node`` in ``place``: one that looks alike, else one of its tag, else a new one."""
    looks = [_look(child.latest()) for child in place.children]
    wanted = [_look(child) for child in node.children]
    if looks == wanted:
        return place.children
    merged: list[_Place] = []
    found: list[_Place] = []
    for i1, i2, j1, j2 in _aligned(looks, wanted):
        old, new = place.children[i1:i2], node.children[j1:j2]
        if looks[i1:i2] == wanted[j1:j2]:
            merged += old
            found += old
            continue
        old_tags, new_tags = [at.tag for at in old], [child.tag for child in new]
        for k1, k2, m1, m2 in _aligned(old_tags, new_tags):
            merged += old[k1:k2]
            if old_tags[k1:k2] == new_tags[m1:m2]:
                found += old[k1:k2]
            else:
                fresh = [_Place(child.tag) for child in new[m1:m2]]
                merged += fresh
                found += fresh
    place.children = merged
    return found


def _aligned(old: Sequence[Any], new: Sequence[Any]) -> list[tuple[int, int, int, int]]:
    return [part[1:] for part in SequenceMatcher(None, old, new, autojunk=False).get_opcodes()]


def _look(node: Node) -> tuple:
    """What tells siblings apart: the tag, the tags right below, and the first style at or below."""
    style = next((below.attributes["style"] for below in node.walk() if "style" in below.attributes), "")
    return node.tag, tuple(child.tag for child in node.children), style


def _flatten(
    place: _Place, start: int, parents: list[int], frames: int, defined: bool, columns: list[tuple], counter: list[int]
) -> Node:
    """The element that stands at ``place`` in the page; adds its columns. ``parents``: frames that have its parent."""
    position = counter[0]
    counter[0] += 1
    shown = place.nodes.get(start) or place.nodes[min(place.nodes)]
    node = Node(place.tag, dict(shown.attributes), shown.text)
    names = dict.fromkeys(name for own in place.nodes.values() for name in own.attributes)
    for name in names:
        _add(columns, position, name, {n: own.attributes.get(name) for n, own in place.nodes.items()}, frames)
    _add(columns, position, TEXT, {n: own.text for n, own in place.nodes.items()}, frames)
    # What is defined for others to use is never drawn itself, and hiding it would hide it there too.
    if not defined and len(place.nodes) < len(parents):
        _add(columns, position, HIDDEN, {n: None if n in place.nodes else "none" for n in parents}, frames)
        if start not in place.nodes:
            node.attributes[HIDDEN] = "none"
    below = defined or place.tag == "defs"
    inside = list(place.nodes)
    node.children = [_flatten(child, start, inside, frames, below, columns, counter) for child in place.children]
    return node


def _add(columns: list[tuple], position: int, name: str, by_frame: dict[int, str | None], frames: int) -> None:
    if len(set(by_frame.values())) > 1:
        values, which = _numbered(list(by_frame.values()))
        at = dict(zip(by_frame, which, strict=True))
        columns.append((position, name, values, [at.get(number, -1) for number in range(frames)]))


def _numbered(items: Sequence[str | None]) -> tuple[list[str | None], list[int]]:
    """The distinct items in order of appearance, and each item's number among them."""
    numbers = {item: number for number, item in enumerate(dict.fromkeys(items))}
    return list(numbers), [numbers[item] for item in items]


def _drop_hidden(node: Node) -> None:
    node.children = [child for child in node.children if child.attributes.get(HIDDEN) != "none"]
    for child in node.children:
        _drop_hidden(child)


def _whole(drawings: Sequence[Node], words: Sequence[str] | None) -> dict[str, Any]:
    texts = ["".join(map(str, drawing.children)).replace("><", ">\n<").split("\n<") for drawing in drawings]
    texts = [[text[0], *("<" + line for line in text[1:])] for text in texts]
    lines, _ = _numbered([line for text in texts for line in text])
    numbers = {line: number for number, line in enumerate(lines)}
    whole = {"lines": lines, "frames": [[numbers[line] for line in text] for text in texts]}
    return whole if words is None else {**whole, "words": list(words)}
