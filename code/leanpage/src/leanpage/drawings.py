"""Drawings that cells drew, said in fewer bytes: each point of a path as its distance from the point before it.

An author's own drawings are left alone, and so is a path of any other form than plotting libraries write.
"""

from __future__ import annotations

import re
from decimal import Decimal

from sphinx.application import Sphinx

from .pages import Site
from .tree import attribute

#: Where the drawings stand that cells drew.
DRAWN = ".cell_output svg path[d], .output svg path[d]"
NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
PART = re.compile(rf"[MLCQZz]|{NUMBER}|[\s,]+")
POINTS = {"M": 1, "L": 1, "Q": 2, "C": 3}


def relative(path: str) -> str | None:
    """Return `path` (SVG's M, L, Q, C and Z, absolute) with relative points; no rounding, so the same drawing.

    None for a path of any other form.
    """
    out: list[str] = []
    command, numbers = "", list[Decimal]()
    here = start = (Decimal(0), Decimal(0))
    end = 0
    for part in PART.finditer(path):
        if part.start() != end:
            return None
        end, text = part.end(), part[0]
        if not text.strip(" \t\r\n\f,"):
            continue
        if text in POINTS or text in "Zz":
            if numbers or not out and text != "M":
                return None
            if text in "Zz":
                out.append("z")
                here, command = start, ""
            else:
                command = text
                out.append(text.lower() if out else "M")
            continue
        if not command:
            return None
        if command == "after a move":  # as SVG has it: what follows a move is drawn to
            command = "L"
            out.append("l")
        numbers.append(Decimal(text))
        if len(numbers) == 2 * POINTS[command]:
            points = list(zip(numbers[::2], numbers[1::2], strict=True))
            out += [f"{number:f}" for x, y in points for number in (x - here[0], y - here[1])]
            here, numbers = points[-1], []
            if command == "M":
                start, command = here, "after a move"
    if not out or end != len(path) or numbers or out[-1:] in (["m"], ["l"], ["q"], ["c"], ["M"]):
        return None
    written = " ".join(number.rstrip("0").rstrip(".") if "." in number else number for number in out)
    return re.sub(r" ?([mMlcqz]) ?", r"\1", written.replace("-0.", "-.").replace(" 0.", " .")).replace(" -", "-")


def shorten(app: Sphinx, site: Site) -> None:
    for page in site.pages.values():
        for node in page.find(DRAWN):
            path = attribute(node, "d")
            shorter = relative(path)
            if shorter and len(shorter) < len(path):
                node.attrs["d"] = shorter


def setup(app: Sphinx) -> dict[str, bool]:
    app.setup_extension("leanpage.pages")
    app.connect("leanpage-site", shorten, priority=150)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
