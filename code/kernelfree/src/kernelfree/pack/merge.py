"""Merge the trees of all frames into one tree that has a slot for every element of every frame.

Frames 0, 1 and 2 of a figure, and the tree that they become::

    0:  g            1:  g            2:  g              merged:  g
        |- line          |- line          |- line                 |- line
        `- text          |- dot           `- text                 |- dot    (in frame 1 alone)
                         `- text                                  `- text

Where the tags are the same, elements are matched in order. Else an element is matched with the slot whose latest
element looks alike (``signature``), else with a slot of its tag, else it gets a new slot. What differs between frames
becomes a ``Column``: one attribute of one element, its text, or whether it is there.
"""

from __future__ import annotations

import itertools
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from kernelfree.draw.node import Node

#: The name of a column that holds an element's own text, which is no attribute.
TEXT = "#text"
#: Beyond this len(old) * len(new) (surfaces of thousands of facets) only the common prefix and suffix are matched.
_MAX_DIFFLIB = 10_000
#: What hides elements inside a drawing, whole drawings (whose room stays), and texts.
_HIDDEN_ELEMENT, _HIDDEN_DRAWING, _HIDDEN_TEXT = ("display", "none"), ("visibility", "hidden"), ("hidden", "")


@dataclass(frozen=True)
class Column:
    """Holds one thing that differs: ``name`` of element ``node`` is ``values[which[n]]`` in frame ``n``.

    ``None`` among the values means that the attribute is missing, -1 in ``which`` that the element is.
    """

    node: int
    name: str
    values: list[str | None]
    which: list[int]


@dataclass
class Merged:
    """Holds the tree that shows the starting frame, and the columns that turn it into any other frame."""

    base: Node
    columns: list[Column]


#: Distinguishes siblings: the tag, the tags right below, and the first style at or below.
Signature = tuple[str, tuple[str, ...], str]


def signature(node: Node) -> Signature:
    """Return what distinguishes ``node``, such as ``("g", ("path",), "fill: none; stroke: #b84a00")``."""
    style = next((below.attributes["style"] for below in node.walk() if "style" in below.attributes), "")
    return node.tag, tuple(child.tag for child in node.children), style


class _Values:
    """Holds one attribute of one element: its different values, and for each frame the number of its value or -1."""

    __slots__ = ("numbers", "which")

    def __init__(self, frames: int) -> None:
        self.numbers: dict[str | None, int] = {}
        self.which = array("i", [-1]) * frames

    def add(self, frame: int, value: str | None) -> None:
        self.which[frame] = self.numbers.setdefault(value, len(self.numbers))

    def add_to(self, columns: list[Column], node: int, name: str) -> None:
        """Add a column with the values in the order of the frames, unless all frames have the same value."""
        if len(self.numbers) > 1:
            order = dict.fromkeys(number for number in self.which if number >= 0)
            numbers = {number: new for new, number in enumerate(order)}
            known, which = list(self.numbers), [numbers.get(number, -1) for number in self.which]
            columns.append(Column(node, name, [known[number] for number in order], which))


@dataclass(slots=True)
class _Slot:
    """Holds one element of the merged tree, with the values that its attributes and its text have in the frames."""

    tag: str
    attributes: dict[str, _Values] = field(default_factory=dict)
    children: list[_Slot] = field(default_factory=list)
    #: The signature of the element that came last.
    signature: Signature | None = None


class Merger:
    """Takes the trees of ``frames`` frames one by one, in any order, and keeps of each only what is new in it."""

    def __init__(self, frames: int) -> None:
        self.frames = frames
        self._root = _Slot("div")
        self._columns: list[Column] = []
        #: The numbers of the merged elements in document order.
        self._numbers = itertools.count()

    def add(self, number: int, tree: Node) -> None:
        self._root.tag = tree.tag
        self._add(self._root, tree, number)

    def _add(self, slot: _Slot, node: Node, number: int) -> None:
        """Match ``node`` with ``slot``, and all below it with slots below; add those that are missing."""
        for name, value in ((TEXT, node.text), *node.attributes.items()):
            if name not in slot.attributes:
                slot.attributes[name] = _Values(self.frames)
            slot.attributes[name].add(number, value)
        signatures = [signature(child) for child in node.children]
        matched = _match(slot, signatures)
        for child, child_slot, looks in zip(node.children, matched, signatures, strict=True):
            child_slot.signature = looks
            self._add(child_slot, child, number)

    def merge(self, start: int) -> Merged:
        """Return the tree that shows frame ``start``, and the columns for the others; to be called once."""
        inside = self._root.tag != "div"  # a figure's root is a div around its drawings; tests merge drawings alone
        return Merged(self._flatten(self._root, start, range(self.frames), inside, False), self._columns)

    def _flatten(self, slot: _Slot, start: int, parents: Sequence[int], inside: bool, defined: bool) -> Node:
        """Return the element of the merged tree for ``slot``, add columns where frames differ, and so on below it.

        ``parents`` are the frames that have the slot's parent; ``inside`` says whether that is part of a drawing,
        ``defined`` whether it is a definition for others to use.
        """
        text, position = slot.attributes.pop(TEXT), next(self._numbers)
        # Every element has a text, if only an empty one: so the text also tells which frames have the element.
        frames = [frame for frame in parents if text.which[frame] >= 0]
        shown = start if start in frames else frames[0]
        node = Node(slot.tag, text=list(text.numbers)[text.which[shown]] or "")
        for name, values in slot.attributes.items():
            for frame in frames:
                if values.which[frame] < 0:
                    values.add(frame, None)
            value = list(values.numbers)[values.which[shown]]
            if value is not None:
                node.attributes[name] = value
            values.add_to(self._columns, position, name)
        text.add_to(self._columns, position, TEXT)
        # A definition is never drawn itself; hidden, it would be hidden where others use it.
        if not defined and len(frames) < len(parents):
            name, hidden = _HIDDEN_ELEMENT if inside else _HIDDEN_DRAWING if slot.tag == "svg" else _HIDDEN_TEXT
            values = _Values(len(text.which))
            for frame in parents:
                values.add(frame, hidden if text.which[frame] < 0 else None)
            values.add_to(self._columns, position, name)
            if shown != start:
                node.attributes[name] = hidden
        inside, defined = inside or slot.tag == "svg", defined or slot.tag == "defs"
        for child in slot.children:
            node.children.append(self._flatten(child, start, frames, inside, defined))
        return node


# --- which element goes into which slot -------------------------------------------------------------------------------


def _match(slot: _Slot, wanted: Sequence[Signature]) -> list[_Slot]:
    """Return a slot below ``slot`` for each child of an element; ``wanted`` are the children's signatures.

    A match says: this is the same element as in earlier frames, and only what differs in it is to be kept. For a child
    that matches none, a new slot is put among those that are there::

        slots below: line, text       children: line, dot, text
        returned:    line, dot, text  of which dot is new
        slots below: line, dot, text  from now on
    """
    slots = slot.children
    tags, wanted_tags = [one.tag for one in slots], [tag for tag, *_ in wanted]
    if tags == wanted_tags:
        return slots
    looks = [one.signature for one in slots]
    parts = _align(looks, wanted)  # first by look
    alike = sum(len(looks[old]) for old, new in parts if looks[old] == wanted[new])
    if 2 * alike < min(len(slots), len(wanted)):  # nothing but tags in common
        parts = [(slice(len(slots)), slice(len(wanted)))]
    merged: list[_Slot] = []
    matched: list[_Slot] = []
    for old, new in parts:
        for old_part, new_part in _align(tags[old], wanted_tags[new]):  # then, inside of each part, by tag alone
            there, needed = slots[old][old_part], wanted_tags[new][new_part]
            is_match = tags[old][old_part] == needed
            added = [] if is_match else [_Slot(tag) for tag in needed]
            merged += there + added  # slots without a child here stay, for other frames
            matched += there if is_match else added
    slot.children = merged
    return matched


def _align(old: Sequence[Any], new: Sequence[Any]) -> list[tuple[slice, slice]]:
    """Cut both sequences into slices: each pair ``old[a]``, ``new[b]`` is either identical or shares no element."""
    shorter = min(len(old), len(new))
    head = next((k for k in range(shorter) if old[k] != new[k]), shorter)
    tail = next((k for k in range(shorter - head) if old[-1 - k] != new[-1 - k]), shorter - head)
    old_end, new_end = len(old) - tail, len(new) - tail
    slices = [(slice(head), slice(head))] if head else []
    if (old_end - head) * (new_end - head) > _MAX_DIFFLIB:
        slices.append((slice(head, old_end), slice(head, new_end)))
    else:
        matcher = SequenceMatcher(None, old[head:old_end], new[head:new_end], autojunk=False)
        codes = matcher.get_opcodes()
        slices += [(slice(head + a, head + b), slice(head + c, head + d)) for _, a, b, c, d in codes]
    return slices + ([(slice(old_end, None), slice(new_end, None))] if tail else [])
