"""What a figure hands to the page: the one place that both the kernel's side and the Sphinx side know."""

from __future__ import annotations

import os
import re
from itertools import count
from pathlib import Path
from typing import Any

from kernelfree import modules as _modules

#: The MIME type under which a figure's page form travels in a cell's output, and in the execution cache.
MIME = "application/vnd.kernelfree.figure+json"

#: Set by the Sphinx part before cells are executed: the file that takes the progress of drawing.
BUILD = "KERNELFREE_BUILD"

#: Numbers the figures of one kernel, and so of one page: views of one figure share a number.
instances = count(1)

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


def building() -> bool:
    """Whether this kernel runs the cells of a book that is being built, so that nobody will be behind the page."""
    return bool(os.environ.get(BUILD))


def check_name(name: str, what: str = "name") -> str:
    """``name``, if it can stand in an address: lower-case letters, digits, hyphens, starting with a letter."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{what} must be lower-case letters, digits and hyphens, such as 'nll-curve', got {name!r}")
    return name


def modules(front_end: Path) -> list[dict[str, Any]]:
    """The rewritten modules behind ``front_end``, imported ones first; kernelfree's own only by file name.

    The sources travel with the output, so that a page made from the execution cache needs nothing else.
    """
    loaded = _modules.load(front_end)
    numbers = {module.path: number for number, module in enumerate(loaded)}
    return [
        {"own": module.path.name}
        if module.path.parent == _modules.STATIC
        else {
            "name": module.name,
            "imports": [numbers[imported] for imported in module.imports],
            "function": module.function(),
        }
        for module in loaded
    ]
