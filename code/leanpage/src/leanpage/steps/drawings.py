"""Write the paths of drawings that cells made in relative coordinates, which takes fewer bytes.

An author's own drawings are left alone, and so is a path of any other form than plotting libraries write.
"""

from __future__ import annotations

import re
from decimal import Decimal

from ..build import Build
from ..site import Site
from ..tree import attribute

#: Paths in the outputs of cells.
DRAWN = ".cell_output svg path[d], .output svg path[d]"
NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
#: The number of points that each command takes.
POINTS = {"M": 1, "L": 1, "Q": 2, "C": 3, "Z": 0}
COMMAND = re.compile(rf"\s*([MLCQZz])((?:[\s,]*{NUMBER})*)\s*")


def shorten(site: Site, build: Build) -> None:
    for page in site.pages.values():
        for node in page.find(DRAWN):
            path = attribute(node, "d")
            shorter = relative(path)
            if shorter and len(shorter) < len(path):
                node.attrs["d"] = shorter


def relative(path: str) -> str | None:
    """Return `path` (SVG's M, L, Q, C and Z, absolute) in relative coordinates, without rounding.

    Returns None for a path of any other form.

    >>> relative("M 10 10 L 12.5 11 L 12.5 9 Z")
    'M10 10l2.5 1l0-2z'
    """
    out: list[str] = []
    here = start = (Decimal(0), Decimal(0))
    end = 0
    for part in COMMAND.finditer(path):
        if part.start() != end or not out and part[1] != "M":
            return None
        end = part.end()
        command = part[1].upper()
        numbers = [Decimal(number) for number in re.findall(NUMBER, part[2])]
        size = POINTS[command]
        if len(numbers) % (2 * size or 1) or bool(numbers) != bool(size) or (numbers and not size):
            return None
        if not size:
            out.append("z")
            here = start
        for at in range(0, len(numbers), 2 * size or 1):
            points = list(zip(numbers[at : at + 2 * size : 2], numbers[at + 1 : at + 2 * size : 2], strict=True))
            if at == 0:
                out.append(command.lower() if out else "M")
            elif command == "M" and at == 2:
                out.append("l")  # further points of a move are drawn to
            out += [f"{number:f}" for x, y in points for number in (x - here[0], y - here[1])]
            here = points[-1]
            if command == "M" and at == 0:
                start = here
    if end != len(path) or len(out) < 4:
        return None
    text = " ".join(number.rstrip("0").rstrip(".") if "." in number else number for number in out)
    return re.sub(r" ?([mMlcqz]) ?", r"\1", text.replace("-0.", "-.").replace(" 0.", " .")).replace(" -", "-")
