"""Pack a figure's frames: one SVG for the page, and for each frame what differs from it."""

import gzip
import itertools
import json
from collections.abc import Sequence
from typing import Any

from kernelfree.draw.node import ids, rename_ids, renamed
from kernelfree.draw.still import set_label
from kernelfree.draw.svg import picture_attributes
from kernelfree.pack.encode import encode, to_json
from kernelfree.pack.merge import TEXT, Column, Merged


def pack(merged: Merged, prefix: str = "") -> dict[str, Any]:
    """Return the frames as ``static/frames.js`` reads them, to turn the base into any of them; ids get ``prefix``."""
    _shorten_ids(merged, prefix)
    return _pack_columns(merged.columns)


def share_room(merged: Merged, label: str) -> None:
    """Give pictures in one place one size, background and ``label``, and texts the room that the longest needs."""
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
            node.attributes["data-longest"] = longest = _longest_lines(values(TEXT, node.children[0].text, number + 1))
            if len(longest) > 800 or longest.count("\n") > 12:  # it may scroll, by the keyboard too
                node.attributes["data-scrolls"] = ""
                node.children[0].attributes["tabindex"] = "0"
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


def gzip_size(content: Any) -> int:
    """Return the bytes of ``content`` as JSON, as sent with gzip."""
    return len(gzip.compress(to_json(content), mtime=0))
