"""Call ``draw`` once for each combination of values, and make of what each call shows a tree."""

import io
import itertools
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from matplotlib.figure import Figure

from kernelfree.building import PROGRESS_FILE, is_building
from kernelfree.draw.node import Node
from kernelfree.draw.rasters import RasterEncoder
from kernelfree.draw.still import close, png
from kernelfree.draw.svg import draw_figure
from kernelfree.record import outputs
from kernelfree.record.recording import Item, display, record_call
from kernelfree.record.reused import ReusedFigures


class FigureError(RuntimeError):
    """Raised for what ``interact`` cannot turn into a figure."""


class FrameError(FigureError):
    """Raised where ``draw`` fails, or shows what no frame can hold. Names the values that did it."""


@dataclass
class FrameRecorder:
    """Calls ``draw`` with each of ``calls``, its arguments by name, and makes of what a call shows a tree.

    ``said`` is each call's arguments as a message names them, ``start`` the number of the frame that is shown first.
    """

    draw: Callable[..., Any]
    calls: Sequence[dict[str, Any]]
    said: Sequence[str]
    start: int
    name: str
    strict: bool
    max_bytes: int
    #: How many, where sounds and films exceed the budget.
    frames_that_fit: int | None = None
    #: The first figure of the starting frame as PNG in base64, for readers that take no SVG.
    png: str | None = None
    #: What the author should hear.
    notes: dict[str, None] = field(default_factory=dict)
    #: How often the calls wrote each line to stderr, its numbers, which differ from frame to frame, as ``#``.
    errors: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.rasters = RasterEncoder(frames=len(self.calls), budget=self.max_bytes)
        self.media, self._failures = set[str](), list[str]()
        self._nothing_shown, self._reused = True, ReusedFigures(self.draw)

    def trees(self) -> Iterator[tuple[int, Node]]:
        """Draw all frames, the starting one first, and yield number and tree of each. Raises as ``_check`` says.

        Stops early, with ``frames_that_fit`` set, where sounds and films exceed the budget.
        """
        if is_building():  # Jupyter shows the figures that ``draw`` does not name first
            for figure in self._reused.unrelated:
                display(figure)
                close(figure)
            self._reused = ReusedFigures(self.draw)
        with _progress(self.name, len(self.calls)) as tick:
            others = (number for number in range(len(self.calls)) if number != self.start)
            for done, number in enumerate(itertools.chain([self.start], others)):
                self.rasters.drawn = done
                tree = self._tree(number)
                self.media.update(node.attributes["src"] for node in tree.walk() if node.tag in outputs.MEDIA)
                if sum(map(len, self.media)) > self.max_bytes:
                    self.frames_that_fit = done
                    return
                yield number, tree
                tick(done + 1)
        self._check()
        for figure in self._reused.ever_changed:
            close(figure)  # Jupyter would show it once more, below the frames

    def _tree(self, number: int) -> Node:
        try:
            with record_call(self.draw, self.calls[number], self._reused) as recording:
                parts = [part for item in recording.items for part in self._parts(item, recording.notes)]
                if number == self.start:
                    self.png = next((png(item) for item in recording.items if isinstance(item, Figure)), None)
            written = outputs.as_on_a_terminal(recording.stderr.getvalue()).split("\n")
            self.errors.update(re.sub(r"\d+(\.\d+)?", "#", line) for line in written if line.strip())
            self.notes |= recording.notes
            self._nothing_shown &= not parts
        except (Exception, SystemExit) as error:
            said = f"{name_of(self.draw)}({self.said[number]}) failed: {type(error).__name__}: {error}"
            self._failures.append(re.sub(r" at 0x[0-9a-f]+", "", said).removesuffix(": "))
            if self.strict:
                raise FrameError(self._failures[0]) from error
            parts = [Node("output", {"class": "kf-words kf-failed"}, self._failures[-1])]
        return Node("div", {"class": "kf-still"}, "", parts)

    def _parts(self, item: Item, notes: dict[str, None]) -> Sequence[Node]:
        """Turn one thing that was shown into elements. Adds to ``notes`` what is lost."""
        if isinstance(item, str):
            return outputs.text(item)
        if isinstance(item, dict):
            return outputs.rich(item, self.rasters, notes)
        drawing = draw_figure(item, self.rasters)
        # pack/packing.py replaces these, when it knows those of all frames.
        drawing.root.attributes = {"class": "kf-picture", "data-box": json.dumps(drawing.box)}
        if drawing.paper:
            drawing.root.attributes["data-paper"] = drawing.paper
        return [drawing.root]

    def _check(self) -> None:
        """Raise for frames that make no figure, and note those that failed."""
        failed, count = self._failures, len(self.calls)
        if len(failed) == count:
            raise FrameError(failed[0])
        if self.notes and (self.strict or self._nothing_shown):
            raise FigureError(f"{self.name}: {next(iter(self.notes))}")
        if self._nothing_shown:
            raise FigureError(
                f"{self.name}: {name_of(self.draw)} shows nothing, no figure and no text. If it updates an existing "
                "figure, it must refer to it by name, or the figure must be open in pyplot; otherwise return the figure"
            )
        if failed:
            self.notes[f"{len(failed)} of {count} frames say that they failed, the first: {failed[0]}"] = None
        if self.rasters.level > 0:
            self.notes[
                f"its images are kept coarser than they were drawn, to stay within max_bytes={self.max_bytes:,}: fewer "
                "frames, a smaller figure or fewer shades keep them sharp"
            ] = None


def name_of(draw: Callable[..., Any]) -> str:
    """Return the name of a function, of the function in a partial, or of an object's class."""
    function = getattr(draw, "func", draw)
    return str(getattr(function, "__name__", type(function).__name__))


@contextmanager
def _progress(name: str, total: int) -> Iterator[Callable[[int], None]]:
    """Yield a function that tells the build how many frames are drawn: ``name done total`` in ``PROGRESS_FILE``."""
    path = os.environ.get(PROGRESS_FILE)
    with open(path, "a", encoding="utf-8") if path else io.StringIO() as channel:
        yield lambda done: print(name, done, total, file=channel, flush=True)
