"""Drawings inside pages, said in fewer bytes: each point of a path as its distance from the point before it."""

import re
from decimal import Decimal

from .pages import Site

#: A path of straight lines and curves between absolute points, as matplotlib and most plotting libraries write it.
PATH = re.compile(r'(?<=\sd=")M[-+\d.eE\sMLCQzZ,]+(?=")')
PART = re.compile(r"[MLCQZz]|-?\d+(?:\.\d+)?(?:e-?\d+)?", re.IGNORECASE)
POINTS = {"M": 1, "L": 1, "Q": 2, "C": 3}


def relative(path: str) -> str:
    """Return `path` (SVG's M, L, Q, C and Z, absolute) with relative points; no rounding, so the same drawing."""
    out, command, numbers = [], "", []
    here = start = (Decimal(0), Decimal(0))
    for part in PART.findall(path):
        if part in "Zz":
            out.append("z")
            here, command = start, ""
        elif part in POINTS:
            command, numbers = part, []
            out.append(part.lower() if out else "M")
        elif not command:
            raise ValueError(f"a number without a command in the path {path[:80]!r}")
        else:
            numbers.append(Decimal(part))
            if len(numbers) == 2 * POINTS[command]:
                points = list(zip(numbers[::2], numbers[1::2], strict=True))
                out += [f"{number:f}" for x, y in points for number in (x - here[0], y - here[1])]
                here, numbers = points[-1], []
                if command == "M":
                    start, command = here, "L"  # as SVG has it: what follows a move is drawn to
    text = " ".join(number.rstrip("0").rstrip(".") if "." in number else number for number in out)
    return re.sub(r" ?([mMlcqz]) ?", r"\1", text.replace("-0.", "-.").replace(" 0.", " .")).replace(" -", "-")


def shorten(app, site: Site) -> None:
    for name, page in site.pages.items():
        site.pages[name] = PATH.sub(lambda path: min(path[0], relative(path[0]), key=len), page)


def setup(app) -> dict:
    app.setup_extension("leanpage.pages")
    app.connect("leanpage-site", shorten, priority=150)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
