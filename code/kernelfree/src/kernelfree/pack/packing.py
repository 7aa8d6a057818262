"""Pack a figure's frames: one SVG for the page, and for each frame what differs from it.

Applying a frame's values to the SVG gives that frame exactly. ``static/frames.js`` does that on the page, and the tests
run it on the frames of any figure.
"""

from __future__ import annotations

import gzip
import itertools
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kernelfree.draw.node import Node, garbage_collection_paused, ids, rename_ids, renamed
from kernelfree.draw.still import set_label
from kernelfree.draw.svg import picture_attributes
from kernelfree.pack.encode import compressed_size, encode, to_json
from kernelfree.pack.merge import TEXT, Column, Merged


@dataclass(frozen=True)
class Packed:
    """Holds the tree that shows the starting frame, and the frames as ``static/frames.js`` reads them.

    Either the differences, in which columns that change together share a pattern, their list of ``which``::

        {"columns": [[node, name, pattern, values], ...], "patterns": [which, ...]}

    or whole frames, for drawings that have too little in common: all lines of markup, and for each frame the numbers of
    its lines::

        {"lines": ["<g>", ...], "frames": [[0, 1, 5], ...]}
    """

    base: Node
    frames: dict[str, Any]


def pack(merged: Merged, start: int = 0, prefix: str = "") -> Packed:
    """Pack the merged frames of one figure; ``start`` is shown first, and ids get ``prefix``.

    Whole frames are stored where the differences would exceed 1.5 times their size.
    """
    with garbage_collection_paused():
        _shorten_ids(merged, prefix)
        differences = _pack_columns(merged.columns)
        # The base holds few elements that not every frame has: then the differences are what changes, and no more.
        if sum(1 for _ in merged.base.walk()) <= 1.5 * merged.largest:
            return Packed(merged.base, differences)
        first = merged.frame(start)
        whole = _pack_whole(merged.frame(number) for number in range(merged.frames))
        if compressed_size([str(merged.base), differences]) > 1.5 * compressed_size([str(first), whole]) + 512:
            return Packed(first, whole)
        return Packed(merged.base, differences)


def share_room(merged: Merged, label: str) -> None:
    """Give pictures in one place one size and background, and texts the room that the longest of them needs.

    ``label`` is what a screen reader says of a picture.
    """
    columns = {(column.node, column.name): column.values for column in merged.columns}
    pictures = 0
    for number, node in enumerate(merged.base.walk()):

        def values(name: str, own: str | None, number: int = number) -> list[str]:
            return [value for value in columns.get((number, name), [own]) if value]

        if node.attributes.get("class") == "kf-picture":
            boxes = [json.loads(box) for box in values("data-box", node.attributes.pop("data-box"))]
            paper = values("data-paper", node.attributes.pop("data-paper", None))
            node.attributes |= picture_attributes(boxes, paper[0] if paper else None)
            pictures += 1
            set_label(node, label if pictures == 1 else f"{label} ({pictures})")
        elif node.attributes.get("class") == "kf-room":
            node.attributes["data-longest"] = _longest_lines(values(TEXT, node.children[0].text, number + 1))
    merged.columns = [column for column in merged.columns if column.name not in ("data-box", "data-paper")]


def _longest_lines(texts: Sequence[str]) -> str:
    r"""Return a text that takes as much room as any of ``texts``: ``["aa\nb", "a\nbbb"]`` -> ``"aa\nbbb"``."""
    lines = itertools.zip_longest(*(text.split("\n") for text in texts), fillvalue="")
    return "\n".join(max(same, key=len) for same in lines)


def _shorten_ids(merged: Merged, prefix: str) -> None:
    """Replace ids by such as ``k1f2e3a-0``. Equal ids mean equal content in all drawings of one figure."""
    columns = [value for column in merged.columns if column.name == "id" for value in column.values if value]
    names = {name: f"{prefix}{number}" for number, name in enumerate(dict.fromkeys([*ids(merged.base), *columns]))}
    rename_ids(merged.base, names)
    for column in merged.columns:
        if column.name != TEXT:
            column.values[:] = [value and renamed(column.name, value, names) for value in column.values]


def _pack_columns(columns: Sequence[Column]) -> dict[str, Any]:
    patterns: dict[tuple[int, ...], int] = {}
    packed = []
    for column in columns:
        pattern = patterns.setdefault(tuple(column.which), len(patterns))
        values = column.values if column.name == TEXT else encode(column.values)
        packed.append([column.node, column.name, pattern, values])
    return {"columns": packed, "patterns": [list(pattern) for pattern in patterns]}


def _pack_whole(frames: Iterable[Node]) -> dict[str, Any]:
    numbers: dict[str, int] = {}
    packed = []
    for frame in frames:
        lines = re.split("(?<=>)(?=<)", "".join(map(str, frame.children)))
        packed.append([numbers.setdefault(line, len(numbers)) for line in lines])
    return {"lines": list(numbers), "frames": packed}


def gzip_size(content: Any) -> int:
    """Return the bytes of ``content`` as JSON, as sent with gzip."""
    return len(gzip.compress(to_json(content), mtime=0))
