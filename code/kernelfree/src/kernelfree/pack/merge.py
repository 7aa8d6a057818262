"""Merge the trees of all frames into one tree that has a slot for every element of every frame.

Frames 0, 1 and 2 of a figure, and the tree that they become::

    0:  g            1:  g            2:  g              merged:  g
        |- line          |- line          |- line                 |- line
        `- text          |- dot           `- text                 |- dot    (in frame 1 alone)
                         `- text                                  `- text

An element is matched with the slot whose latest element looks alike (``signature``), else with a slot of its tag, else
it gets a new slot. What differs between frames becomes a ``Column``: one attribute of one element, its text, or
whether it is there. If the line has ``d="M 0 0"``, ``"M 0 1"``, ``"M 0 1"`` and is element 1 in document order, that is
``Column(node=1, name="d", values=["M 0 0", "M 0 1"], which=[0, 1, 1])``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from kernelfree.draw.node import Node

#: The name of a column that holds an element's own text, which is no attribute.
TEXT = "#text"
#: Run difflib only while len(old) * len(new) is at most this; beyond it, match just the common prefix and suffix.
#: Surfaces have thousands of facets that all change their colours.
_MAX_DIFFLIB = 10_000
#: The attributes that hide what a frame does not have: elements inside a drawing, whole drawings (whose room stays),
#: and texts.
_HIDDEN_ELEMENT, _HIDDEN_DRAWING, _HIDDEN_TEXT = ("display", "none"), ("visibility", "hidden"), ("hidden", "")


@dataclass(frozen=True)
class Column:
    """One thing that differs: ``name`` of element ``node`` is ``values[which[n]]`` in frame ``n``.

    ``None`` among the values means that the attribute is missing, -1 in ``which`` that the element is.
    """

    node: int
    name: str
    values: list[str | None]
    which: list[int]


def merge(frames: Sequence[Node], start: int) -> tuple[Node, list[Column]]:
    """Merge trees into one that shows frame ``start``, and the columns that turn it into any other frame."""
    root = _Slot(frames[0].tag)
    for number, frame in enumerate(frames):
        _add(root, frame, number)
    flattener = _Flattener(len(frames), start)
    tree = flattener.flatten(root, list(range(len(frames))), inside=frames[0].tag != "div", defined=False)
    return tree, flattener.columns


# --- from many trees to slots ----------------------------------------------------------------------------------------

#: Distinguishes siblings: the tag, the tags right below, and the first style at or below.
Signature = tuple[str, tuple[str, ...], str]


def signature(node: Node) -> Signature:
    """Return what distinguishes ``node``, such as ``("g", ("path",), "fill: none; stroke: #b84a00")``."""
    style = next((below.attributes["style"] for below in node.walk() if "style" in below.attributes), "")
    return node.tag, tuple(child.tag for child in node.children), style


@dataclass
class _Slot:
    """One element of the merged tree: the frames' own elements that were matched with it, by frame."""

    tag: str
    nodes: dict[int, Node] = field(default_factory=dict)
    children: list[_Slot] = field(default_factory=list)
    #: The signature of the element that came last.
    signature: Signature | None = None


def _add(slot: _Slot, node: Node, number: int) -> None:
    """Match ``node`` of frame ``number`` with ``slot``, and all below it with slots below; add the slots it lacks."""
    slot.nodes[number] = node
    signatures = [signature(child) for child in node.children]
    matched = _match(slot, node, signatures)
    for child, child_slot, looks in zip(node.children, matched, signatures, strict=True):
        child_slot.signature = looks
        _add(child_slot, child, number)


def _match(slot: _Slot, node: Node, wanted: Sequence[Signature]) -> list[_Slot]:
    """Return a slot below ``slot`` for each child of ``node``; new ones are put among those that are there."""
    present = [child.signature for child in slot.children]
    if present == wanted:
        return slot.children
    merged: list[_Slot] = []
    matched: list[_Slot] = []
    for i1, i2, j1, j2 in _align(present, wanted):
        old, new = slot.children[i1:i2], node.children[j1:j2]
        if present[i1:i2] == wanted[j1:j2]:
            merged += old
            matched += old
            continue
        old_tags, new_tags = [child.tag for child in old], [child.tag for child in new]
        for k1, k2, m1, m2 in _align(old_tags, new_tags):
            merged += old[k1:k2]
            if old_tags[k1:k2] == new_tags[m1:m2]:
                matched += old[k1:k2]
            else:
                fresh = [_Slot(child.tag) for child in new[m1:m2]]
                merged += fresh
                matched += fresh
    slot.children = merged
    return matched


def _align(old: Sequence[Any], new: Sequence[Any]) -> list[tuple[int, int, int, int]]:
    """Cut both sequences into slices ``old[a:b]``, ``new[c:d]``: each pair is either identical or shares no element.

    ``_align("abxd", "abyyd")`` is ``[(0, 2, 0, 2), (2, 3, 2, 4), (3, 4, 4, 5)]``.
    """
    shorter = min(len(old), len(new))
    head = next((k for k in range(shorter) if old[k] != new[k]), shorter)
    tail = next((k for k in range(shorter - head) if old[-1 - k] != new[-1 - k]), shorter - head)
    old_end, new_end = len(old) - tail, len(new) - tail
    slices = [(0, head, 0, head)] if head else []
    if (old_end - head) * (new_end - head) > _MAX_DIFFLIB:
        slices.append((head, old_end, head, new_end))
    else:
        matcher = SequenceMatcher(None, old[head:old_end], new[head:new_end], autojunk=False)
        slices += [(head + a, head + b, head + c, head + d) for _, a, b, c, d in matcher.get_opcodes()]
    return slices + ([(old_end, len(old), new_end, len(new))] if tail else [])


# --- from slots to one tree and its columns --------------------------------------------------------------------------


class _Flattener:
    """Walks the slots once, numbers their elements in document order, and collects columns where frames differ."""

    def __init__(self, frames: int, start: int) -> None:
        self.frames = frames
        self.start = start
        self.columns: list[Column] = []
        self.count = 0

    def flatten(self, slot: _Slot, parents: list[int], inside: bool, defined: bool) -> Node:
        """Return the element of the merged tree for ``slot``.

        ``parents`` are the frames that have its parent; ``inside`` says whether that is part of a drawing, ``defined``
        whether it is a definition for others to use.
        """
        position = self.count
        self.count += 1
        shown = slot.nodes.get(self.start) or slot.nodes[min(slot.nodes)]
        node = Node(slot.tag, dict(shown.attributes), shown.text)
        for name in dict.fromkeys(name for own in slot.nodes.values() for name in own.attributes):
            self._add_column(position, name, {n: own.attributes.get(name) for n, own in slot.nodes.items()})
        self._add_column(position, TEXT, {n: own.text for n, own in slot.nodes.items()})
        # A definition is never drawn itself; hidden, it would be hidden where others use it.
        if not defined and len(slot.nodes) < len(parents):
            name, value = _HIDDEN_ELEMENT if inside else _HIDDEN_DRAWING if slot.tag == "svg" else _HIDDEN_TEXT
            self._add_column(position, name, {n: None if n in slot.nodes else value for n in parents})
            if self.start not in slot.nodes:
                node.attributes[name] = value
        inside, defined = inside or slot.tag == "svg", defined or slot.tag == "defs"
        node.children = [self.flatten(child, list(slot.nodes), inside, defined) for child in slot.children]
        return node

    def _add_column(self, position: int, name: str, by_frame: Mapping[int, str | None]) -> None:
        """Add a column, unless all frames have the same value."""
        numbers = {value: number for number, value in enumerate(dict.fromkeys(by_frame.values()))}
        if len(numbers) > 1:
            which = [numbers[by_frame[frame]] if frame in by_frame else -1 for frame in range(self.frames)]
            self.columns.append(Column(position, name, list(numbers), which))
