"""Define the payload: the JSON in which a figure travels from a cell's output to the Sphinx extension."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

#: The MIME type of a payload in a cell's output, and in the execution cache.
MIME = "application/vnd.kernelfree.figure+json"

#: The version of the payload's form. Raise it with every change that an older or newer Sphinx side would misread.
VERSION = 5

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


class PayloadError(ValueError):
    """Raised for a payload of a form that this version of kernelfree does not read."""


@dataclass(frozen=True, kw_only=True)
class _Sent:
    """Writes itself as JSON for a cell's output."""

    kind: str

    def to_json(self) -> dict[str, Any]:
        # Not dataclasses.asdict, which would copy thousands of frames that are JSON already.
        return {"kernelfree": VERSION, **{field.name: getattr(self, field.name) for field in fields(self)}}


@dataclass(frozen=True, kw_only=True)
class Payload(_Sent):
    """Holds what the page needs of any figure. The two kinds below add what is theirs."""

    name: str
    title: str | None
    #: Outputs of one page with the same name are views of one figure if they share this number, else an error.
    instance: int
    #: The front end's modules, as ``modules_for_payload`` returns them.
    modules: list[dict[str, Any]]
    #: For the kit: limits and starting values of the state, and texts.
    about: dict[str, Any]
    state: dict[str, Any]
    #: Constants of the front end, which may wait in a file of their own until the reader comes near the figure.
    data: dict[str, Any]
    #: The HTML that the page shows until the front end runs, and where it never does.
    still: str


@dataclass(frozen=True, kw_only=True)
class FramesPayload(Payload):
    """Holds a figure of ``interact``, whose controls choose among drawn frames.

    A *position*, in Python and in JavaScript, is a value's number among all values of its control. Frames are numbered
    first by the state of the controls that follow each other, then by the positions of the others, the last of which
    changes fastest.

    ``state`` has each control's present value, and under ``controls`` its ``to_json()`` with the key that it shares
    with the other controls of one widget. ``data`` has the frames, and how controls follow each other where they do::

        {"frames": {"columns": [[3, "d", 0, ["M 0 0", "M 0 1"]], ...],  # element, attribute, pattern, values
                    "patterns": [[0, 1, 1], ...]},                      # which value each frame has
         "following": {"names": ["n", "k"],                             # as in ``Following``
                       "states": [[4, 2], [4, 3], ...],
                       "moves": {"n": [[None, 1, ...], ...], ...}}}
    """

    kind: str = "frames"

    #: The controls as HTML, in their starting positions.
    controls: str
    frames: int
    #: Warnings for the build: what was left out, and what the author should fix.
    notes: list[str]
    #: What the frames wrote to stderr, each kind of line once, for the build's log.
    errors: list[str]


@dataclass(frozen=True, kw_only=True)
class ExplorablePayload(Payload):
    """Holds an ``Explorable``, whose front end computes what it shows."""

    kind: str = "explorable"

    css: str
    #: CSS heights of the view on a phone and on a desk.
    space: list[str] | None


@dataclass(frozen=True, kw_only=True)
class FallbackNotice(_Sent):
    """Marks a cell whose ``interact`` fell back to plain ipywidgets, with the reason. The widget is the next output."""

    kind: str = "fallback"

    name: str
    reason: str

    def to_output(self) -> dict[str, Any]:
        return {MIME: self.to_json(), "text/plain": ""}


_KINDS: dict[str, type[FramesPayload | ExplorablePayload | FallbackNotice]] = {
    kind.kind: kind for kind in (FramesPayload, ExplorablePayload, FallbackNotice)
}


def read_payload(content: Mapping[str, Any]) -> FramesPayload | ExplorablePayload | FallbackNotice:
    """Read the payload in a cell's output. Raises ``PayloadError`` if another version of kernelfree wrote it."""
    version, kind = content.get("kernelfree", 1), content.get("kind")
    if version != VERSION or kind not in _KINDS:
        raise PayloadError(
            f"the figure {content.get('name', '')!r} comes from an execution cache that another version of kernelfree "
            f"wrote (form {version}, this one reads {VERSION}): clear the cache, so that its cell runs again. "
            "In Jupyter Book: jupyter-book clean --all, or delete _build"
        )
    own = _KINDS[kind]
    return own(**{field.name: content[field.name] for field in fields(own)})


def check_name(name: str, what: str = "name") -> str:
    """Return ``name`` if it suits an address, else raise ``ValueError``, which calls it ``what``."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{what} must be lower-case letters, digits and hyphens, such as 'nll-curve', got {name!r}")
    return name
