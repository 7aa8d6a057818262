"""Call ``draw`` once for each combination of values, and build trees of one shape from what the calls show."""

from __future__ import annotations

import io
import itertools
import os
import sys
import textwrap
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from kernelfree.building import PROGRESS_FILE, is_building
from kernelfree.draw.node import Node
from kernelfree.draw.rasters import RasterEncoder
from kernelfree.draw.still import close, png, set_label
from kernelfree.draw.svg import Drawing, draw_figure, dress
from kernelfree.record import outputs
from kernelfree.record.recording import Item, Recording, display, is_figure, record_call
from kernelfree.record.reused import ReusedFigures

#: A part of what a call shows: a figure, or an element that text and rich output became.
Part = Drawing | Node


class FigureError(RuntimeError):
    """Raised for what ``interact`` cannot turn into a figure."""


class FrameError(FigureError):
    """Raised where ``draw`` fails, or shows what no frame can hold. Names the values that did it."""


@dataclass
class Frame:
    """Holds what one call showed: parts in order, or the error that it raised instead."""

    parts: list[Part] = field(default_factory=list)
    error: str = ""
    #: Its first figure as PNG in base64, if that was asked for and there is one.
    png: str | None = None

    @property
    def drawings(self) -> list[Drawing]:
        return [part for part in self.parts if isinstance(part, Drawing)]

    def embedded_media(self) -> Iterator[str]:
        """Yield the ``data:`` addresses of sounds and films, which have no coarser form as images have."""
        for node in (node for part in self.parts if isinstance(part, Node) for node in part.walk()):
            if node.tag in outputs.MEDIA and "src" in node.attributes:
                yield node.attributes["src"]


@dataclass
class RecordedFrames:
    """Holds a figure's frames as trees of one shape, and what the build should know of them."""

    trees: list[Node] = field(default_factory=list)
    #: The first figure of the starting frame, for readers that take no SVG.
    png: str | None = None
    notes: list[str] = field(default_factory=list)
    #: Set where sounds and films exceed the budget, and recording stopped: how many frames fit.
    fitting: int | None = None


class FrameRecorder:
    """Calls ``draw`` for every combination of ``values`` (argument -> its values; the last argument varies fastest).

    ``start`` is the number of the frame that the page shows first, ``label`` what a screen reader says of a picture.
    """

    def __init__(
        self,
        draw: Callable[..., Any],
        values: Mapping[str, Sequence[Any]],
        *,
        start: int,
        name: str,
        label: str,
        strict: bool,
        max_bytes: int,
    ) -> None:
        self.draw = draw
        self.calls = [
            dict(zip(values, combination, strict=True)) for combination in itertools.product(*values.values())
        ]
        self.start, self.name, self.label = start, name, label
        self.strict, self.max_bytes = strict, max_bytes
        self.rasters = RasterEncoder(frames=len(self.calls), budget=max_bytes)
        # Dictionaries as sets that keep their order.
        self.notes: dict[str, None] = {}
        self.errors: dict[str, None] = {}
        self.reused = ReusedFigures(draw)

    def record(self) -> RecordedFrames:
        """Record all frames.

        Raises ``FrameError`` where a call fails and ``strict`` is set, or where all calls fail, and ``FigureError``
        where nothing is shown at all.
        """
        if is_building():
            self._show_unrelated_figures()
        frames: list[Frame] = []
        media: set[str] = set()
        with _progress(self.name, len(self.calls)) as tick:
            for frame in self._frames():
                frames.append(frame)
                media.update(frame.embedded_media())
                if sum(map(len, media)) > self.max_bytes:
                    return RecordedFrames(fitting=len(frames) - 1)
                tick(len(frames))
        for line in self.errors:
            print(line, file=sys.stderr)
        self._check(frames)
        for figure in self.reused.touched():
            close(figure)  # Jupyter would show it once more, below the frames
        if self.rasters.coarse:
            self._note(
                f"its images are kept coarser than they were drawn, to stay within max_bytes={self.max_bytes:,}: fewer "
                "frames, a smaller figure or fewer shades keep them sharp"
            )
        return RecordedFrames(_trees_of(frames, self.label), frames[self.start].png, list(self.notes))

    def _show_unrelated_figures(self) -> None:
        """Show the open figures that ``draw`` does not name first, as Jupyter does."""
        for figure in self.reused.unrelated():
            display(figure)
            close(figure)
        self.reused = ReusedFigures(self.draw)

    def _frames(self) -> Iterator[Frame]:
        for number, arguments in enumerate(self.calls):
            self.rasters.drawn = number
            try:
                with record_call(self.draw, arguments, self.reused) as recording:
                    frame = self._frame(recording, with_png=number == self.start)
                self.errors |= dict.fromkeys(recording.errors.getvalue().splitlines())
                self.notes |= recording.notes
            except Exception as error:
                given = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
                said = f"{_name_of(self.draw)}({given}) failed: {type(error).__name__}: {error}".removesuffix(": ")
                if self.strict:
                    raise FrameError(said) from error
                frame = Frame(error=said)
            yield frame

    def _frame(self, recording: Recording, with_png: bool) -> Frame:
        parts = [part for item in recording.items for part in self._parts(item, recording.notes)]
        figure = next((item for item in recording.items if is_figure(item)), None)
        return Frame(parts, png=png(figure) if with_png and figure is not None else None)

    def _parts(self, item: Item, notes: dict[str, None]) -> Sequence[Part]:
        if isinstance(item, str):
            return outputs.text(item)
        if isinstance(item, dict):
            return outputs.rich(item, self.rasters, notes)
        return [draw_figure(item, self.rasters)]

    def _check(self, frames: Sequence[Frame]) -> None:
        """Raise for frames that make no figure, and note those that failed."""
        failures = [frame.error for frame in frames if frame.error]
        if len(failures) == len(frames):
            raise FrameError(failures[0])
        nothing_shown = not any(frame.parts for frame in frames)
        if self.notes and (self.strict or nothing_shown):
            raise FigureError(f"{self.name}: {next(iter(self.notes))}")
        if nothing_shown:
            raise FigureError(
                f"{self.name}: {_name_of(self.draw)} shows nothing, no figure and no text. If it updates an existing "
                "figure, it must refer to it by name, or the figure must be open in pyplot; otherwise return the figure"
            )
        if failures:
            self._note(f"{len(failures)} of {len(frames)} frames say that they failed, the first: {failures[0]}")

    def _note(self, text: str) -> None:
        self.notes[text] = None


def _name_of(draw: Callable[..., Any]) -> str:
    function = getattr(draw, "func", draw)
    return str(getattr(function, "__name__", type(function).__name__))


# --- trees of one shape ----------------------------------------------------------------------------------------------


def _trees_of(frames: Sequence[Frame], label: str) -> list[Node]:
    """Build a tree for each frame: pictures in one position get one size, texts the room that the longest needs."""
    roots: dict[int, Node] = {}  # id of a drawing -> its <svg>
    samples: list[Node] = []  # for each position, one <svg> of those that appear there
    for position in range(max((len(frame.drawings) for frame in frames), default=0)):
        here = [frame.drawings[position] for frame in frames if len(frame.drawings) > position]
        for drawing, root in zip(here, dress(here), strict=True):
            set_label(root, label if position == 0 else f"{label} ({position + 1})")
            roots[id(drawing)] = root
        samples.append(roots[id(here[0])])
    trees = [Node("div", {"class": "kf-still"}, "", _children_of(frame, roots, samples)) for frame in frames]
    _reserve_room(trees)
    return trees


def _children_of(frame: Frame, roots: Mapping[int, Node], samples: Sequence[Node]) -> list[Node]:
    if frame.error and samples:
        return [_picture_of_text(samples[0], frame.error)]
    if frame.error:
        return outputs.text(frame.error)
    return [roots[id(part)] if isinstance(part, Drawing) else part for part in frame.parts]


def _picture_of_text(sample: Node, message: str) -> Node:
    """Return an ``<svg>`` of the size of ``sample`` that says ``message``."""
    left, top, width, _ = map(float, sample.attributes["viewBox"].split())
    style = "font-size: calc(12px*var(--kf-text,1))"
    lines = [
        Node("text", {"x": f"{left + 12:g}", "y": f"{top + 24 + 18 * k:g}", "style": style}, line)
        for k, line in enumerate(textwrap.wrap(message, max(20, round(width / 6.5))))
    ]
    return Node("svg", dict(sample.attributes), "", lines)


def _reserve_room(trees: Sequence[Node]) -> None:
    """Give texts in the same position the room that the longest of them needs, so that nothing below them moves."""
    boxes = [[node for node in tree.children if node.attributes.get("class") == "kf-room"] for tree in trees]
    for position in range(max(map(len, boxes), default=0)):
        here = [own[position] for own in boxes if len(own) > position]
        longest = _longest_lines([box.children[0].text for box in here])
        for box in here:
            box.attributes["data-longest"] = longest


def _longest_lines(texts: Sequence[str]) -> str:
    r"""Return a text that takes as much room as any of ``texts``: ``["aa\nb", "a\nbbb"]`` -> ``"aa\nbbb"``."""
    lines = itertools.zip_longest(*(text.split("\n") for text in texts), fillvalue="")
    return "\n".join(max(same, key=len) for same in lines)


# --- progress --------------------------------------------------------------------------------------------------------


@contextmanager
def _progress(name: str, total: int) -> Iterator[Callable[[int], None]]:
    """Yield a function that reports how many frames are drawn to the build, through ``PROGRESS_FILE``.

    A line is ``name done total``, or ``name takes seconds total`` once, for a figure that will take long.
    """
    began = time.monotonic()
    path = os.environ.get(PROGRESS_FILE)
    with open(path, "a", encoding="utf-8") if path else io.StringIO() as channel:

        def tick(done: int) -> None:
            seconds = (time.monotonic() - began) / done * total
            if done == min(3, total - 1) and seconds > 20:
                print(name, "takes", f"{seconds:.0f}", total, file=channel, flush=True)
            print(name, done, total, file=channel, flush=True)

        yield tick
