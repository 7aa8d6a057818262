"""Many drawings of one figure as one SVG and, for each frame, what differs from it.

All frames are laid over one another into one tree that has a place for every element of every frame. A column is one
attribute of one element, or its text, or whether it is there; only columns that differ somewhere are kept. Applying a
frame's column values to the tree gives that frame exactly, which the tests hold for any figure.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from itertools import accumulate, chain
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernelfree.svg import Node, ids, rename_ids, uncollected

_DECIMAL = re.compile(r"(-?\d+(?:\.\d+)?)", re.ASCII)
#: In numbers with a space before and after each, one that ``_hundredths`` would write otherwise.
_ODD = re.compile(r" (?:-?0\d|-0 |-?\.)", re.ASCII), re.compile(r"\.(?:\d{3}|\d?0 | )", re.ASCII)
#: From so many numbers of a column is told which way of packing it is shorter.
_TOLD = 60

_JSON = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)
#: A column whose name is no attribute: an element's own text. Its values are strings.
TEXT = "#text"
#: The matrix of siblings up to which the best alignment is looked for, which takes time in proportion to it; above it
#: only their common beginning and end are: thousands of facets of a surface that all change their colours.
_ALIGNED = 10_000
#: Elements that are not in a frame are hidden: inside a drawing, as a whole drawing (whose room stays), and as text.
_HIDDEN_INSIDE, _HIDDEN_DRAWING, _HIDDEN_TEXT = ("display", "none"), ("visibility", "hidden"), ("hidden", "")


@dataclass(frozen=True)
class Column:
    """One thing that differs: ``name`` of element ``node`` has ``values[which[n]]`` in frame ``n``; -1: it has none."""

    node: int
    name: str
    values: list[str | None]
    which: list[int]


@dataclass(frozen=True)
class Differences:
    """Frames as what differs from the base. Columns that change together share a pattern, their list of ``which``."""

    columns: list[Column]

    def to_json(self) -> dict[str, Any]:
        """``columns`` of ``[node, name, pattern, values]``, and the ``patterns``."""
        return self._packed

    @cached_property
    def _packed(self) -> dict[str, Any]:
        patterns: dict[tuple[int, ...], int] = {}
        packed = []
        for column in self.columns:
            pattern = patterns.setdefault(tuple(column.which), len(patterns))
            values = column.values if column.name == TEXT else _coded(column.values)
            packed.append([column.node, column.name, pattern, values])
        return {"columns": packed, "patterns": [list(pattern) for pattern in patterns]}


@dataclass(frozen=True)
class Whole:
    """Frames that have too little in common: all their lines, and for each frame the numbers of its lines."""

    lines: list[str]
    frames: list[list[int]]

    def to_json(self) -> dict[str, Any]:
        return {"lines": self.lines, "frames": self.frames}


@dataclass(frozen=True)
class Packed:
    """The tree that shows the starting frame, and the frames as ``static/frames.js`` reads them."""

    base: Node
    frames: Differences | Whole


def pack(drawings: Sequence[Node], start: int = 0, prefix: str = "") -> Packed:
    """Pack drawings of one figure; the base shows number ``start``, and its ids start with ``prefix``.

    Where differences would weigh more than half again as much as the frames themselves, these are kept whole.
    """
    with uncollected():
        drawings = _short_ids(drawings, prefix)
        base, columns = _differences(drawings, start)
        differences = Differences(columns)
        # Differences have in them what changes, and no more, unless most elements come and go.
        if _count(base) <= 1.5 * max(map(_count, drawings)):
            return Packed(base, differences)
        whole = _whole(drawings)
        first = drawings[start].copy()
        if _roughly([str(base), differences.to_json()]) > 1.5 * _roughly([str(first), whole.to_json()]) + 512:
            return Packed(first, whole)
        return Packed(base, differences)


def frame(base: Node, packed: dict[str, Any], number: int) -> Node:
    """The executable specification of ``static/frames.js``: the drawing of frame ``number``, without what is hidden.

    Nothing but tests calls it. ``packed`` is ``Differences.to_json()``.
    """
    tree = base.copy()
    nodes = list(tree.walk())
    for node, name, pattern, values in packed["columns"]:
        at = packed["patterns"][pattern][number]
        if at < 0:
            continue
        value = unpacked(values)[at]
        if name == TEXT:
            nodes[node].text = value or ""
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
    texts = [value for value in values if value is not None]
    if len(texts) < 3 or len(texts) < len(values):
        return values
    split = _split(texts)
    if split is None:
        return values
    parts, rows = split
    numbers = _numbers(rows)
    if numbers is None:
        return values
    if len(parts) <= _TOLD:
        told, sample = _series(parts, numbers), texts
    else:
        told = _series(parts[:_TOLD], numbers[:, : _TOLD - 1])
        sample = ["".join(chain(*zip(parts[:_TOLD], row, strict=False))) for row in rows]
    if _roughly(told) >= _roughly(sample):
        return values
    return told if sample is texts else _series(parts, numbers)


def _split(texts: Sequence[str]) -> tuple[list[str], list[Sequence[str]]] | None:
    """What texts have in common, and each one's numbers in between; ``None`` if they differ in more than numbers."""
    # Outlines are numbers and letters with a space between them, which takes no regular expression for each number.
    words = [text.split(" ") for text in texts]
    places = [k for k, word in enumerate(words[0]) if _DECIMAL.fullmatch(word)]
    others = [k for k, word in enumerate(words[0]) if not _DECIMAL.fullmatch(word)]
    if len(places) > 1 and len(others) > 1 and len({len(own) for own in words}) == 1:
        numbers, letters = itemgetter(*places), itemgetter(*others)
        wanted = letters(words[0])
        if not any(map(_DECIMAL.search, wanted)) and all(letters(own) == wanted for own in words[1:]):
            common = list(words[0])
            for k in places:
                common[k] = "\0"
            return " ".join(common).split("\0"), [*map(numbers, words)]
    pieces = [_DECIMAL.split(text) for text in texts]
    if any(own[::2] != pieces[0][::2] for own in pieces):
        return None
    return pieces[0][::2], [own[1::2] for own in pieces]


def _numbers(rows: Sequence[Sequence[str]]) -> NDArray[np.int64] | None:
    """The numbers in hundredths, if ``_hundredths`` writes all of them so."""
    line = f" {' '.join(chain.from_iterable(rows))} "
    if line.strip("0123456789.- ") or any(odd.search(line) for odd in _ODD):
        return None
    try:
        numbers = np.array([list(map(float, row)) for row in rows])
    except ValueError:
        return None
    return np.rint(100 * numbers).astype(np.int64) if numbers.size and np.abs(numbers).max() < 1e12 else None


def _series(parts: Sequence[str], numbers: NDArray[np.int64]) -> dict[str, Any]:
    """The parts and, for each number between them that changes, its second differences; the others join the parts."""
    changes = (numbers != numbers[0]).any(axis=0).tolist()
    second = _steps(_steps(numbers)).T.tolist()
    kept, series = [parts[0]], []
    for k, (changing, part) in enumerate(zip(changes, parts[1:], strict=True)):
        if changing:
            kept.append(part)
            series.append(second[k])
        else:
            kept[-1] += _hundredths(int(numbers[0, k])) + part
    return {"parts": kept, "series": series}


def _steps(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each row's difference from the row before it; the first row stays."""
    steps = numbers.copy()
    steps[1:] -= numbers[:-1]
    return steps


def _joined(parts: Sequence[str], numbers: Sequence[int]) -> str:
    return parts[0] + "".join(_hundredths(number) + part for number, part in zip(numbers, parts[1:], strict=True))


def _hundredths(number: int) -> str:
    """What JavaScript writes for ``number / 100``."""
    return f"{number / 100:.2f}".rstrip("0").rstrip(".")


def weight(content: Any) -> int:
    """Bytes of ``content`` as JSON, as sent with gzip."""
    return len(gzip.compress(_bytes(content), mtime=0))


def _roughly(content: Any) -> int:
    """The same as the quickest compression has it, which tells the lighter of two forms as well."""
    return len(zlib.compress(_bytes(content), 1))


def _bytes(content: Any) -> bytes:
    return _JSON.encode(content).encode()


class _Place:
    """One element of the common tree, with the drawings' own elements that belong there, by frame."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.nodes: dict[int, Node] = {}
        self.children: list[_Place] = []
        #: What the element that came last looks like, once somebody asked.
        self.look: Look | None = None

    def latest(self) -> Node:
        return next(reversed(self.nodes.values()))


def _short_ids(drawings: Sequence[Node], prefix: str) -> list[Node]:
    # Equal ids mean equal content in all drawings of one figure, so one table of short names serves them all.
    names: dict[str, str] = {}
    drawings = [drawing.copy() for drawing in drawings]
    for drawing in drawings:
        for name in ids(drawing):
            names.setdefault(name, f"{prefix}{len(names)}")
        rename_ids(drawing, names)
    return drawings


def _differences(drawings: Sequence[Node], start: int) -> tuple[Node, list[Column]]:
    root = _Place(drawings[0].tag)
    for number, drawing in enumerate(drawings):
        _lay(root, drawing, number)
    packer = _Packer(len(drawings), start)
    base = packer.flatten(root, list(range(len(drawings))), inside=drawings[0].tag != "div", defined=False)
    return base, packer.columns


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
    looks = [child.look or _look(child.latest()) for child in place.children]
    wanted = [_look(child) for child in node.children]
    if looks == wanted:
        for child, look in zip(place.children, wanted, strict=True):
            child.look = look
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
    for at, look in zip(found, wanted, strict=True):
        at.look = look
    return found


def _aligned(old: Sequence[Any], new: Sequence[Any]) -> list[tuple[int, int, int, int]]:
    """Pieces of ``old`` and ``new`` in order, each pair equal or in nothing alike: ``old[a:b]`` and ``new[c:d]``."""
    same = min(len(old), len(new))
    head = next((k for k in range(same) if old[k] != new[k]), same)
    tail = next((k for k in range(same - head) if old[-1 - k] != new[-1 - k]), same - head)
    middle = old[head : len(old) - tail], new[head : len(new) - tail]
    pieces = [(0, head, 0, head)] if head else []
    if len(middle[0]) * len(middle[1]) > _ALIGNED:
        pieces.append((head, len(old) - tail, head, len(new) - tail))
    else:
        parts = SequenceMatcher(None, *middle, autojunk=False).get_opcodes()
        pieces += [(head + a, head + b, head + c, head + d) for _, a, b, c, d in parts]
    return pieces + ([(len(old) - tail, len(old), len(new) - tail, len(new))] if tail else [])


Look = tuple[str, tuple[str, ...], str]


def _look(node: Node) -> Look:
    """What tells siblings apart: the tag, the tags right below, and the first style at or below."""
    style = next((below.attributes["style"] for below in node.walk() if "style" in below.attributes), "")
    return node.tag, tuple(child.tag for child in node.children), style


class _Packer:
    """Walks the common tree once, numbers its elements in document order, and notes where they differ."""

    def __init__(self, frames: int, start: int) -> None:
        self.frames = frames
        self.start = start
        self.columns: list[Column] = []
        self.count = 0

    def flatten(self, place: _Place, parents: list[int], inside: bool, defined: bool) -> Node:
        """The element that stands at ``place`` in the page.

        ``parents`` are the frames that have its parent; ``inside`` says whether that is part of a drawing, ``defined``
        whether it is a definition for others to use.
        """
        position = self.count
        self.count += 1
        shown = place.nodes.get(self.start) or place.nodes[min(place.nodes)]
        node = Node(place.tag, dict(shown.attributes), shown.text)
        for name in dict.fromkeys(name for own in place.nodes.values() for name in own.attributes):
            self._note(position, name, {n: own.attributes.get(name) for n, own in place.nodes.items()})
        self._note(position, TEXT, {n: own.text for n, own in place.nodes.items()})
        # What is defined for others to use is never drawn itself, and hiding it would hide it there too.
        if not defined and len(place.nodes) < len(parents):
            name, value = _HIDDEN_INSIDE if inside else _HIDDEN_DRAWING if place.tag == "svg" else _HIDDEN_TEXT
            self._note(position, name, {n: None if n in place.nodes else value for n in parents})
            if self.start not in place.nodes:
                node.attributes[name] = value
        inside, defined = inside or place.tag == "svg", defined or place.tag == "defs"
        node.children = [self.flatten(child, list(place.nodes), inside, defined) for child in place.children]
        return node

    def _note(self, position: int, name: str, by_frame: Mapping[int, str | None]) -> None:
        if len(set(by_frame.values())) > 1:
            values, which = _numbered(list(by_frame.values()))
            at = dict(zip(by_frame, which, strict=True))
            self.columns.append(Column(position, name, values, [at.get(number, -1) for number in range(self.frames)]))


def _numbered(items: Sequence[str | None]) -> tuple[list[str | None], list[int]]:
    """The distinct items in order of appearance, and each item's number among them."""
    numbers = {item: number for number, item in enumerate(dict.fromkeys(items))}
    return list(numbers), [numbers[item] for item in items]


def _count(root: Node) -> int:
    return 1 + sum(map(_count, root.children))


def _drop_hidden(node: Node) -> None:
    hiding = (_HIDDEN_INSIDE, _HIDDEN_DRAWING, _HIDDEN_TEXT)
    node.children = [
        child for child in node.children if not any(child.attributes.get(name) == value for name, value in hiding)
    ]
    for child in node.children:
        _drop_hidden(child)


def _whole(drawings: Sequence[Node]) -> Whole:
    parts = ["".join(map(str, drawing.children)).replace("><", ">\n<").split("\n<") for drawing in drawings]
    texts = [[text[0], *("<" + line for line in text[1:])] for text in parts]
    lines = list(dict.fromkeys(line for text in texts for line in text))
    numbers = {line: number for number, line in enumerate(lines)}
    return Whole(lines, [[numbers[line] for line in text] for text in texts])
