"""Pack a figure's frames: one SVG for the page, and for each frame what differs from it.

Applying a frame's values to the SVG gives that frame exactly. ``static/frames.js`` does that on the page, and the tests
run it on the frames of any figure.
"""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kernelfree.draw.node import Node, garbage_collection_paused, ids, rename_ids
from kernelfree.pack.encode import compressed_size, encode, to_json
from kernelfree.pack.merge import TEXT, Column, merge


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


def pack(frames: Sequence[Node], start: int = 0, prefix: str = "") -> Packed:
    """Pack the frames of one figure, given as trees; ``start`` is shown first, and ids get ``prefix``.

    Whole frames are stored where the differences would exceed 1.5 times their size.
    """
    with garbage_collection_paused():
        frames = _with_short_ids(frames, prefix)
        base, columns = merge(frames, start)
        differences = _pack_columns(columns)
        # The base holds few elements that not every frame has: then the differences are what changes, and no more.
        if _count(base) <= 1.5 * max(map(_count, frames)):
            return Packed(base, differences)
        first, whole = frames[start].copy(), _pack_whole(frames)
        if compressed_size([str(base), differences]) > 1.5 * compressed_size([str(first), whole]) + 512:
            return Packed(first, whole)
        return Packed(base, differences)


def _with_short_ids(frames: Sequence[Node], prefix: str) -> list[Node]:
    """Return copies with ids such as ``k1f2e3a-0``. Equal ids mean equal content in all drawings of one figure."""
    names: dict[str, str] = {}
    frames = [frame.copy() for frame in frames]
    for frame in frames:
        for name in ids(frame):
            names.setdefault(name, f"{prefix}{len(names)}")
        rename_ids(frame, names)
    return frames


def _pack_columns(columns: Sequence[Column]) -> dict[str, Any]:
    patterns: dict[tuple[int, ...], int] = {}
    packed = []
    for column in columns:
        pattern = patterns.setdefault(tuple(column.which), len(patterns))
        values = column.values if column.name == TEXT else encode(column.values)
        packed.append([column.node, column.name, pattern, values])
    return {"columns": packed, "patterns": [list(pattern) for pattern in patterns]}


def _pack_whole(frames: Sequence[Node]) -> dict[str, Any]:
    markup = ["".join(map(str, frame.children)) for frame in frames]
    split = [text.replace("><", ">\n<").split("\n<") for text in markup]
    texts = [[text[0], *("<" + line for line in text[1:])] for text in split]
    numbers = {line: number for number, line in enumerate(dict.fromkeys(line for text in texts for line in text))}
    return {"lines": list(numbers), "frames": [[numbers[line] for line in text] for text in texts]}


def _count(root: Node) -> int:
    return 1 + sum(map(_count, root.children))


def gzip_size(content: Any) -> int:
    """Return the bytes of ``content`` as JSON, as sent with gzip."""
    return len(gzip.compress(to_json(content), mtime=0))
