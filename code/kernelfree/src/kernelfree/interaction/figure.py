"""Build the payload of a figure of ``interact``: its controls, its frames, and what other readers get."""

import gc
import inspect
import itertools
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from kernelfree.building import MAX_BYTES, MAX_FRAMES, is_strict, limit_of_book
from kernelfree.deliver.modules import modules_for_payload
from kernelfree.deliver.payload import MIME, FramesPayload, check_name
from kernelfree.deliver.rewrite import STATIC
from kernelfree.draw.node import Node
from kernelfree.draw.still import join_label, unique_prefix
from kernelfree.interaction.controls import coarsen, combinations, controls_for, count_frames
from kernelfree.interaction.controls.control import Control, Fixed
from kernelfree.interaction.controls.following import ALONE, follow
from kernelfree.pack.merge import Merger
from kernelfree.pack.packing import gzip_size, pack, share_room
from kernelfree.record.frames import FigureError, FrameRecorder, name_of
from kernelfree.record.recording import Recording
from kernelfree.state import state

Draw = Callable[..., Any]
#: A function that joins the HTML of the controls, given by argument.
Arrange = Callable[[Mapping[str, str]], str]


@dataclass(frozen=True)
class Options:
    """Holds the options of ``interact`` that are no controls."""

    #: The name that links use (default: the name of ``draw``).
    name: str | None = None
    #: The heading above the figure.
    title: str | None = None
    #: What the figure shows, for readers who cannot see it (default: the docstring of ``draw``).
    description: str | None = None
    #: Tasks for the reader: text -> function of the values that tells whether the task is done.
    goals: Mapping[str, Callable[..., bool]] | None = None
    #: How many frames, and bytes of them, are too many (default: the book's ``kernelfree_max_frames``, ...).
    max_frames: int | None = None
    max_bytes: int | None = None
    #: Whether warnings about this figure are errors (default: the book's ``kernelfree_strict``).
    strict: bool | None = None
    # ipywidgets' own, which a page without a kernel has no use for.
    manual: bool = False
    manual_name: str = "Run Interact"
    auto_display: bool = True


class InteractFigure:
    """Turns a function and the widgets for its arguments into a cell's output."""

    def __init__(self, draw: Draw, widgets: Mapping[str, Any], options: Options) -> None:
        self.draw = draw
        self.widgets = dict(widgets)
        self.options = options
        self.instance = next(state.instances)
        wanted = name_after(draw)
        free = itertools.chain([wanted], (f"{wanted}-{number}" for number in itertools.count(2)))
        self.name = check_name(options.name) if options.name else next(name for name in free if name not in state.names)
        state.names.add(self.name)
        self.strict = is_strict() if options.strict is None else options.strict
        self.description = describe(draw, options)
        self.max_frames = options.max_frames or limit_of_book(MAX_FRAMES)
        self.max_bytes = options.max_bytes or limit_of_book(MAX_BYTES)
        #: How its controls follow each other.
        self.following = ALONE
        #: What the author should hear of the controls and the number of frames.
        self.notes: list[str] = []
        #: Why values of controls were left out, if any were.
        self.fewer: list[str] = []

    def output(
        self, arrange: Arrange = lambda html: "".join(html.values()), left_out: Sequence[str] = ()
    ) -> dict[str, Any]:
        """Draw the figure and return the cell's output. Raises ``FigureError`` for what cannot become a figure."""
        controls, self.notes = controls_for(self.widgets)
        controls, self.following, lost = follow(self.widgets, controls, self.max_frames)
        self.notes += [*lost, *left_out]
        if not self.description:
            self.notes.append(
                "it has no description for readers who cannot see it: give draw a docstring, or interact a description"
            )
        why = f"more than max_frames={self.max_frames:,}"
        coarse = self._at_most(self.max_frames, controls, why, "max_frames")
        recorder, base, frames = self._draw(coarse)
        # Drawn frames may turn out too heavy: then again, with fewer.
        while too_heavy := self._too_heavy(recorder, base, frames):
            most, why = too_heavy
            said = why if coarse is controls else f"{len(recorder.calls):,} of {why}"
            try:
                coarse = self._at_most(most, controls, said, "max_bytes")
            except FigureError:
                if base is None:  # sounds and films were too many to draw all frames: there is nothing to show
                    raise
                self.notes.append(f"it has frames {why}: draw fewer points, or offer fewer options")
                break
            recorder, base, frames = self._draw(coarse)
        assert base is not None  # or it would be too heavy
        self._check_notes()
        payload = self._payload(coarse, base, frames, recorder, arrange)
        return {MIME: payload.to_json(), **_for_other_readers(base, payload, recorder.png, self.description)}

    def _check_notes(self) -> None:
        """Raise the first note where notes are errors."""
        if self.strict and (self.fewer or self.notes):
            raise FigureError(f"{self.name}: {[*self.fewer, *self.notes][0]}")

    def _too_heavy(self, recorder: FrameRecorder, base: Node | None, frames: Any) -> tuple[int, str] | None:
        """Return how many frames may fit, and why not all do; ``None`` where they are within ``max_bytes``."""
        if base is None:
            why = f"which, with sounds and films, take more than max_bytes={self.max_bytes:,}"
            return recorder.frames_that_fit or 0, why
        embedded = recorder.rasters.spent + sum(map(len, recorder.media))  # these have budgets of their own
        weight = gzip_size(frames) - embedded
        if weight <= self.max_bytes:
            return None
        fitting = int(0.9 * len(recorder.calls) * self.max_bytes / weight)
        return fitting, f"which take {weight:,} bytes, more than max_bytes={self.max_bytes:,}"

    def _at_most(self, most: int, controls: list[Control], why: str, option: str) -> list[Control]:
        """Return controls with at most ``most`` frames, or raise; note ``why`` values were left out, if any were."""
        count = count_frames(controls, self.following)
        if count <= most:
            return controls
        sizes = " x ".join(f"{control.name}: {len(control.values)}" for control in controls if len(control.values) > 1)
        said = f"{count:,} frames to draw ({sizes}), {why}"
        coarse, left_out = coarsen(controls, most, self.following)
        if count_frames(coarse, self.following) > most:
            raise FigureError(f"{self.name}: {said}, of one control that cannot be made coarser: offer fewer options")
        advice = f"Give these a larger step, or raise {option} (kernelfree_{option} in the settings of the book)"
        self.fewer = [f"{said}: {', '.join(left_out)}. {advice}"]
        return coarse

    def _draw(self, controls: list[Control]) -> tuple[FrameRecorder, Node | None, dict[str, Any]]:
        """Draw all frames; return the base and what turns it into each, or nothing for too many sounds and films."""
        self._check_notes()  # before the work
        frames = combinations(controls, self.following)
        start = frames.index({control.name: control.start for control in controls})
        calls = [{control.name: control.values[at[control.name]] for control in controls} for at in frames]
        worded = {control.name: control.worded() for control in controls}
        said = [", ".join(f"{name}={worded[name][at[name]]}" for name in worded) for at in frames]
        recorder = FrameRecorder(self.draw, calls, said, start, self.name, self.strict, self.max_bytes)
        merger = Merger(len(frames))
        gc.freeze()  # or garbage is sought, time and again, in all that the kernel has loaded
        try:
            for number, tree in recorder.trees():
                merger.add(number, tree)
        finally:
            gc.unfreeze()
        if recorder.frames_that_fit is not None:
            return recorder, None, {}
        merged = merger.merge(start)
        share_room(merged, join_label(self.options.title, self.description or self.name))
        return recorder, merged.base, pack(merged, unique_prefix(merged.base))

    def _payload(
        self, controls: list[Control], base: Node, frames: Any, recorder: FrameRecorder, arrange: Arrange
    ) -> FramesPayload:
        """Put together what the page gets; ``FramesPayload`` says what is in ``state`` and ``data``."""
        shown = [control for control in controls if not isinstance(control, Fixed)]
        start = {control.name: control.page_values[control.start] for control in shown}
        # What the controls of one widget have in common: they move together in all figures of the page.
        shared = {c.name: state.shared.setdefault(self.widgets[c.name], f"{self.name}.{c.name}") for c in shown}
        settings = [control.to_json() | {"shared": shared[control.name]} for control in shown]
        html = {control.name: control.html(f"{self.name}-{self.instance}") for control in shown}
        about: dict[str, Any] = {
            "name": self.name,
            "title": self.options.title or self.description or self.name,
            "limits": {control.name: control.limits() for control in shown},
            "start": start,
        }
        if self.options.goals:
            about["goals"] = self._goals(recorder.calls)
        data: dict[str, Any] = {"frames": frames}
        if self.following.names:
            data["following"] = vars(self.following)
        return FramesPayload(
            name=self.name,
            title=self.options.title,
            instance=self.instance,
            modules=modules_for_payload(STATIC / "frames.js"),
            about=about,
            state=start | {"controls": settings},
            data=data,
            still="".join(map(str, base.children)),
            controls=arrange(html) + _goals_html(self.options.goals or {}),
            frames=len(recorder.calls),
            notes=[*self.fewer, *self.notes, *recorder.notes],
            errors=[f"{line} (written {count} times)" for line, count in recorder.errors.items()],
        )

    def _goals(self, calls: Sequence[dict[str, Any]]) -> list[list[Any]]:
        """Return each goal with the numbers of the frames in which it is reached."""
        tests = (self.options.goals or {}).items()
        goals = [[text, [n for n, values in enumerate(calls) if is_reached(**values)]] for text, is_reached in tests]
        for text, frames in goals:
            if not frames:
                raise FigureError(f"{self.name}: the goal {text!r} is reached for no values of the controls")
        return goals


def _goals_html(goals: Mapping[str, Any]) -> str:
    """Return the list of goals as HTML, for the front end to mark."""
    lines = "".join(
        f'<li data-goal="open"><span>{escape(text)}</span><span class="kf-done" role="status"></span></li>'
        for text in goals
    )
    return f'<div class="kf-goals"><p>Can you reach these?</p><ul>{lines}</ul></div>' if goals else ""


def _for_other_readers(start: Node, payload: FramesPayload, png: str | None, description: str) -> dict[str, str]:
    """Return what notebook viewers, LaTeX and text builders get: still and PNG, or the texts of the starting frame."""
    if png:
        return {"text/plain": description or payload.name, "text/html": payload.still, "image/png": png}
    rooms = [part for part in start.children if part.attributes.get("class") == "kf-room"]
    words = [room.children[0].text for room in rooms if "hidden" not in room.attributes]
    return {"text/plain": "\n".join(words) or description or payload.name}


def describe(draw: Draw, options: Options) -> str:
    """Return the description that the author gave, in the options or as the docstring of ``draw``; else nothing."""
    function = getattr(draw, "func", draw)  # of a partial
    own = inspect.getdoc(function) if hasattr(function, "__name__") else None
    return " ".join((options.description or own or "").split())


def show_start_inside(recording: Recording, draw: Draw, widgets: Mapping[str, Any]) -> None:
    """Show what ``draw`` starts with in the frame of a figure that called this ``interact``; note the lost controls."""
    controls, _ = controls_for(widgets)
    if any(not isinstance(control, Fixed) for control in controls):
        name = name_after(draw)
        recording.notes[
            f"{name}, an interact that it calls, is shown as it starts, without its controls: offer them with the "
            f"outer function's own, or call {name}'s interact in a cell of its own"
        ] = None
    recording.add_result(draw(**{control.name: control.values[control.start] for control in controls}))


def name_after(draw: Callable[..., Any]) -> str:
    """Return a name for addresses: ``plot__x`` -> ``plot-x``, ``plot_σ`` -> ``plot-sigma``, a lambda -> ``figure``."""
    own = name_of(draw)
    ascii_letters = "".join(_to_ascii(letter) for letter in own)
    name = re.sub(r"[^a-z0-9]+", "-", ascii_letters.lower()).strip("-")
    if own == "<lambda>" or not name:
        return "figure"
    return name if name[0].isalpha() else f"figure-{name}"


def _to_ascii(letter: str) -> str:
    """Return a letter without its accent (``é`` -> ``e``), or the end of its Unicode name (``σ`` -> ``-SIGMA-``)."""
    if letter.isascii():
        return letter
    base = unicodedata.normalize("NFKD", letter)[0]
    return base if base.isascii() else f"-{unicodedata.name(letter, '').rpartition(' ')[2]}-"
