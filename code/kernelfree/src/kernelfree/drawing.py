"""Every combination of the controls' values, drawn once: the frames of a figure."""

from __future__ import annotations

import io
import itertools
import os
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from kernelfree import capture, outputs, page, picture, svg
from kernelfree.controls import Control, count
from kernelfree.rasters import Rasters
from kernelfree.svg import Node


class FigureError(RuntimeError):
    """``interact`` was given what cannot become a figure."""


class FrameError(FigureError):
    """``draw`` failed, or showed what cannot be a figure's frame. Names the values that did it."""


class TooHeavyError(Exception):
    """What ``draw`` displays takes more bytes than allowed. ``fitting`` frames fit."""

    def __init__(self, fitting: int) -> None:
        super().__init__(f"{fitting} frames fit")
        self.fitting = fitting


@dataclass
class Frame:
    """What one call showed: parts in order, or the error it raised instead."""

    parts: list[outputs.Part]
    error: str = ""

    @property
    def pictures(self) -> list[outputs.Picture]:
        return [part for part in self.parts if isinstance(part, outputs.Picture)]


@dataclass
class Frames:
    """A figure's frames as trees of one shape, and what the build should know of them."""

    trees: list[Node]
    start: int
    #: The first picture of the starting frame, for readers that take no SVG.
    png: str | None
    notes: list[str] = field(default_factory=list)


def start_of(controls: Sequence[Control]) -> int:
    """The starting frame's number: the last control's values follow one another."""
    number = 0
    for control in controls:
        number = number * len(control.values) + control.start
    return number


def draw_all(
    draw: Callable[..., Any],
    controls: Sequence[Control],
    *,
    name: str,
    label: str,
    strict: bool,
    max_bytes: int,
    tick: Callable[[int, int], None],
) -> Frames:
    """Call ``draw`` for every combination of the controls' values. ``label`` is what a screen reader says of a picture.

    Raises ``TooHeavyError`` where sounds and films that it displays take more than ``max_bytes``,
    ``FrameError`` where a call fails and ``strict`` is set, where all fail, and where nothing is shown at all.
    """
    total, start = count(controls), start_of(controls)
    standing = capture.Standing(draw)
    if page.building():
        for figure in standing.pending():
            capture.display(figure)
            picture.close(figure)
        standing = capture.Standing(draw)
    rasters = Rasters(frames=total, budget=max_bytes)
    frames: list[Frame] = []
    said: dict[str, None] = {}
    notes: dict[str, None] = {}
    png = None
    displayed: set[str] = set()
    for number, values in enumerate(itertools.product(*(control.values for control in controls))):
        named = dict(zip((control.name for control in controls), values, strict=True))
        rasters.drawn = number
        try:
            with capture.call(draw, named, standing) as shown:
                frames.append(Frame([part for item in shown.items for part in _parts(item, rasters, shown.notes)]))
                first = next((item for item in shown.items if capture.is_figure(item)), None)
                if number == start and first is not None:
                    png = picture.png(first)
            said |= dict.fromkeys(shown.errors.getvalue().splitlines())
            notes |= shown.notes
        except Exception as error:
            failed = f"{_called(draw)}({', '.join(f'{key}={value!r}' for key, value in named.items())}) failed: "
            failed += f"{type(error).__name__}: {error}".removesuffix(": ")
            if strict:
                raise FrameError(failed) from error
            frames.append(Frame([], failed))
        displayed |= set(_addresses(frames[-1]))
        if sum(map(len, displayed)) > max_bytes:
            raise TooHeavyError(number)
        tick(number + 1, total)
    for line in said:
        import sys

        print(line, file=sys.stderr)
    failures = [frame.error for frame in frames if frame.error]
    if len(failures) == total:
        raise FrameError(failures[0])
    if notes and (strict or not any(frame.parts for frame in frames)):
        raise FigureError(f"{name}: {next(iter(notes))}")
    if not any(frame.parts for frame in frames):
        raise FigureError(
            f"{name}: {_called(draw)} shows nothing, no figure and no text. A figure that it only changes must be one "
            "that it names, or one that is open in pyplot; a figure that it makes elsewhere can be returned"
        )
    for figure in standing.figures:
        if id(figure) in standing.ever:
            picture.close(figure)  # it stands in the frames, and not a second time below them
    if failures:
        notes[f"{len(failures)} of {total} frames say that they failed, the first: {failures[0]}"] = None
    if rasters.coarse:
        notes[
            f"its images are kept coarser than they were drawn, to stay within max_bytes={max_bytes:,}: fewer frames, "
            "a smaller figure or fewer shades keep them sharp"
        ] = None
    return Frames(_trees(frames, label), start, png, list(notes))


def _called(draw: Callable[..., Any]) -> str:
    function = getattr(draw, "func", draw)
    return str(getattr(function, "__name__", type(function).__name__))


def _parts(item: capture.Item, rasters: Rasters, notes: dict[str, None]) -> list[outputs.Part]:
    if isinstance(item, str):
        return list(outputs.text(item))
    if isinstance(item, dict):
        return list(outputs.rich(item, rasters, notes))
    return [outputs.Picture(svg.read(item, rasters))]


def _addresses(frame: Frame) -> Iterator[str]:
    """What the parts of a frame that are no figures hold as data: sounds and films; pictures have coarser forms."""
    for part in frame.parts:
        if isinstance(part, Node):
            yield from (
                node.attributes["src"] for node in part.walk() if node.tag in outputs.MEDIA and "src" in node.attributes
            )


# --- frames of one shape ---------------------------------------------------------------------------------------------


def _trees(frames: Sequence[Frame], label: str) -> list[Node]:
    """Frames as trees: pictures that stand in the same place have one size, texts have the room that any needs."""
    roots: dict[int, Node] = {}  # picture -> its dressed root
    models: list[Node] = []  # for each place, what a picture there looks like
    for place in range(max((len(frame.pictures) for frame in frames), default=0)):
        here = [frame.pictures[place] for frame in frames if len(frame.pictures) > place]
        for one, root in zip(here, svg.dress([one.drawing for one in here]), strict=True):
            picture.name_node(root, label if place == 0 else f"{label} ({place + 1})")
            roots[id(one)] = root
        models.append(roots[id(here[0])])
    trees = [_tree(frame, roots, models) for frame in frames]
    _give_room(trees)
    return trees


def _tree(frame: Frame, roots: dict[int, Node], models: Sequence[Node]) -> Node:
    children = [roots[id(part)] if isinstance(part, outputs.Picture) else part for part in frame.parts]
    if frame.error and models:
        children = [_sign(models[0], frame.error)]
    elif frame.error:
        children = list(outputs.text(frame.error))
    return Node("div", {"class": "kf-still"}, "", children)


def _sign(model: Node, message: str) -> Node:
    """A picture of the model's size that says ``message``."""
    left, top, width, _ = map(float, model.attributes["viewBox"].split())
    lines = textwrap.wrap(message, max(20, round(width / 6.5)))
    style = "font-size: calc(12px*var(--kf-text,1))"
    words = [
        Node("text", {"x": f"{left + 12:g}", "y": f"{top + 24 + 18 * k:g}", "style": style}, line)
        for k, line in enumerate(lines)
    ]
    return Node("svg", dict(model.attributes), "", words)


def _give_room(trees: Sequence[Node]) -> None:
    rooms = [[node for node in tree.children if node.attributes.get("class") == "kf-room"] for tree in trees]
    for place in range(max(map(len, rooms), default=0)):
        here = [own[place] for own in rooms if len(own) > place]
        longest = _longest([room.children[0].text for room in here])
        for room in here:
            room.attributes["data-longest"] = longest


def _longest(texts: Sequence[str]) -> str:
    """A text that takes at least as much room as any of ``texts``: line by line the longest of all."""
    lines = itertools.zip_longest(*(text.split("\n") for text in texts), fillvalue="")
    return "\n".join(max(same, key=len) for same in lines)


# --- progress --------------------------------------------------------------------------------------------------------


@contextmanager
def progress(name: str) -> Iterator[Callable[[int, int], None]]:
    """Tell the building terminal how far the drawing is and how long it takes; the cell's output stays free of it."""
    began = time.monotonic()
    path = os.environ.get(page.BUILD)
    with open(path, "a", encoding="utf-8") if path else io.StringIO() as channel:

        def tick(done: int, total: int) -> None:
            passed = time.monotonic() - began
            if done == min(3, total - 1) and passed / done * total > 20:
                print(name, "takes", f"{passed / done * total:.0f}", total, file=channel, flush=True)
            print(name, done, total, file=channel, flush=True)

        yield tick
