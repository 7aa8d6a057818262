"""What a figure hands to the page: the one place that both the kernel's side and the Sphinx side know.

A figure travels in a cell's output, and so through the execution cache, as JSON under the MIME type ``MIME``. It is
made by ``Payload.to_json`` and read by ``read``, and by nothing else.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

from kernelfree import modules as _modules

#: The MIME type under which a figure's page form travels in a cell's output, and in the execution cache.
MIME = "application/vnd.kernelfree.figure+json"

#: The one under which a widget of ipywidgets does.
WIDGET = "application/vnd.jupyter.widget-view+json"

#: The form of the payload. Raise it with every change that an older or newer Sphinx side would misread.
VERSION = 3

#: Set by the Sphinx part before cells are executed: the file that takes the progress of drawing.
BUILD = "KERNELFREE_BUILD"

#: Set to 1 likewise where the book wants errors instead of warnings (``kernelfree_strict``).
STRICT = "KERNELFREE_STRICT"

#: Set to 1 likewise where ``from ipywidgets import interact`` is to be ours (``kernelfree_ipywidgets``).
AS_IPYWIDGETS = "KERNELFREE_IPYWIDGETS"

#: Numbers the figures of one kernel, and so of one page: views of one figure share a number.
instances = count(1)

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


class PayloadError(ValueError):
    """A figure in a cell's output has a form that this version of kernelfree does not read."""


@dataclass(frozen=True, kw_only=True)
class Payload:
    """What the page needs of any figure. The two kinds below say what is theirs."""

    kind: ClassVar[str]

    #: What links call it.
    name: str
    title: str | None
    #: Figures of one name on one page are views of one figure if they share this number.
    instance: int
    #: The front end's modules, as ``modules`` below gives them.
    modules: list[dict[str, Any]]
    #: Limits and starting values of the state, and texts, for the kit.
    about: dict[str, Any]
    #: The traits that the front end starts with.
    state: dict[str, Any]
    #: Constants of the front end, which may wait in a file of their own until the figure comes near.
    data: dict[str, Any]
    #: What stands on the page until the front end runs, and where it never does: HTML.
    still: str

    def to_json(self) -> dict[str, Any]:
        """What goes into the cell's output."""
        return _to_json(self)


@dataclass(frozen=True, kw_only=True)
class Frames(Payload):
    """A figure of ``interact``: its controls move through drawn frames."""

    kind: ClassVar[str] = "frames"

    #: The controls as HTML, in their starting positions.
    controls: str
    #: How many frames there are.
    frames: int
    #: What the build is to say of it: what was left out, and what its author should mend.
    notes: list[str]


@dataclass(frozen=True, kw_only=True)
class Computed(Payload):
    """An ``Explorable``: its front end computes what it shows."""

    kind: ClassVar[str] = "explorable"

    #: The figure's own style sheet.
    css: str
    #: CSS heights of the view on a phone and on a desk.
    space: list[str] | None


@dataclass(frozen=True, kw_only=True)
class Left:
    """No figure: word that the next output was left to ipywidgets, and why."""

    kind: ClassVar[str] = "left"

    name: str
    reason: str

    def to_json(self) -> dict[str, Any]:
        return _to_json(self)


def may_leave() -> bool:
    """Whether what cannot become a figure is left to ipywidgets: in a book with the line for it that is not strict."""
    return bool(os.environ.get(AS_IPYWIDGETS)) and os.environ.get(STRICT) != "1"


def left(name: str, error: Exception) -> dict[str, Any]:
    """The output that says so."""
    return {MIME: Left(name=name, reason=str(error)).to_json(), "text/plain": ""}


def _to_json(sent: Payload | Left) -> dict[str, Any]:
    # Not dataclasses.asdict, which copies thousands of frames that are JSON already.
    own = {field.name: getattr(sent, field.name) for field in fields(sent)}
    return {"kernelfree": VERSION, "kind": sent.kind, **own}


Sent = Frames | Computed | Left
_KINDS: dict[str, type[Sent]] = {kind.kind: kind for kind in (Frames, Computed, Left)}


def read(content: Mapping[str, Any]) -> Sent:
    """The payload in a cell's output. Raises ``PayloadError`` where another version of kernelfree made it."""
    version, kind = content.get("kernelfree", 1), content.get("kind")
    if version != VERSION or kind not in _KINDS:
        raise PayloadError(
            f"the figure {content.get('name', '')!r} comes from an execution cache that another version of kernelfree "
            f"wrote (form {version}, this one reads {VERSION}): clear the cache, so that its cell runs again. "
            "In Jupyter Book: jupyter-book clean --all, or delete _build"
        )
    own = _KINDS[kind]
    return own(**{field.name: content[field.name] for field in fields(own)})


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
