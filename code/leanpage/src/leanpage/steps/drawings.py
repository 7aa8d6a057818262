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
#: The count of numbers that each command takes, once or several times.
COUNTS = {"M": 2, "L": 2, "Q": 4, "C": 6, "Z": 0}


def shorten(site: Site, build: Build) -> None:
    for _, page in site.edit():
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
    tokens = re.findall(rf"[MLQCZ]|{NUMBER}", path.replace("z", "Z"))
    if "".join(tokens).upper() != re.sub(r"[\s,]+", "", path).upper() or tokens[:1] != ["M"]:
        return None
    out: list[str] = []
    here = start = [Decimal(0), Decimal(0)]
    for command, text in re.findall("([MLQCZ])([^MLQCZ]*)", " ".join(tokens)):
        numbers, count = [Decimal(number) for number in text.split()], COUNTS[command]
        if len(numbers) % (count or 1) or bool(numbers) != bool(count) or command == "M" and len(numbers) > 2:
            return None
        out.append(command.lower() if out else "M")
        for at in range(0, len(numbers), count or 1):
            points = numbers[at : at + count]
            out += [f"{number - here[n % 2]:f}" for n, number in enumerate(points)]
            here = points[-2:]
        if command == "M":
            start = here
        elif command == "Z":
            here = start
    text = " ".join(number.rstrip("0").rstrip(".") if "." in number else number for number in out)
    return re.sub(r" ?([mMlcqz]) ?", r"\1", text.replace("-0.", "-.").replace(" 0.", " .")).replace(" -", "-")
