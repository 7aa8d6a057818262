"""``interact`` and its family: a function that draws under sliders, with a kernel behind the page or with none."""

from __future__ import annotations

import functools
import inspect
import os
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from html import escape
from itertools import product
from typing import Any

from kernelfree import capture, controls, drawing, frames, modules, page, stock
from kernelfree.controls import Control
from kernelfree.drawing import FigureError, FrameError
from kernelfree.picture import Still, unique_prefix

__all__ = ["FigureError", "FrameError", "Interact", "interact", "interact_manual", "interactive", "interactive_output"]

Draw = Callable[..., Any]


@dataclass(frozen=True)
class Options:
    """What a figure may be told beside its controls."""

    #: What links call it (default: ``draw``'s name).
    name: str | None = None
    #: What stands above it.
    title: str | None = None
    #: What it shows, for readers who cannot see it (default: ``draw``'s docstring).
    description: str | None = None
    #: Tasks for the reader: what to reach, and for which values it is (a function of them).
    goals: Mapping[str, Callable[..., bool]] | None = None
    #: How many frames, and bytes of images, are too many.
    max_frames: int = 1000
    max_bytes: int = 3_000_000
    #: Whether what is otherwise a warning of the build is an error (default: the book's ``kernelfree_strict``).
    strict: bool | None = None
    # ipywidgets' own, which a page without a kernel has no use for.
    manual: bool = False
    manual_name: str = "Run Interact"
    auto_display: bool = True


_OWN = frozenset(field.name for field in fields(Options)) - {"manual", "manual_name", "auto_display"}


class Interact:
    """``ipywidgets.interact``, and on the page of a book the same without a kernel.

    ``interact(draw, x=(0, 9))``, ``@interact(x=(0, 9))`` and ``@interact`` show what ``draw(x=...)`` shows under a
    control for each of its arguments; ``interact.options(title="...")`` is an ``interact`` with these options. The
    options ``name``, ``title``, ``description``, ``max_frames``, ``max_bytes`` and ``strict`` may also stand among the
    controls, unless ``draw`` has an argument of that name.

    While a book is built, every combination of the controls' values is drawn once. Raises ``FigureError`` for what
    cannot become a figure, and ``FrameError``, which names the values, where ``draw`` fails and the figure is strict.
    """

    def __init__(self, options: Options | None = None, *, as_ipywidgets: bool = False) -> None:
        self._options = options or Options()
        #: Then no keyword is an option, and what kernelfree can't do is left to ipywidgets.
        self._as_ipywidgets = as_ipywidgets

    def options(self, **options: Any) -> Interact:
        """An ``interact`` with these options."""
        return Interact(replace(self._options, **options), as_ipywidgets=self._as_ipywidgets)

    def __call__(self, draw: Any = None, /, **given: Any) -> Any:
        """Show ``draw`` under controls, and return it; without ``draw``, a decorator that does."""
        if draw is None:
            return functools.partial(self, **given)
        options, abbreviations = self.told_apart(draw, given)
        if page.building():
            self._draw(draw, abbreviations, options)
        else:
            _display(_live(draw, abbreviations, options))
        _hush(draw)
        return draw

    def told_apart(self, draw: Draw, given: Mapping[str, Any]) -> tuple[Options, dict[str, Any]]:
        """What of the keywords are options, and what are controls."""
        try:
            arguments = set(inspect.signature(draw).parameters)
        except (TypeError, ValueError):
            arguments = set()
        ours = set() if self._as_ipywidgets else (_OWN & given.keys()) - arguments
        options = replace(self._options, **{key: given[key] for key in ours})
        return options, {key: value for key, value in given.items() if key not in ours}

    def _draw(self, draw: Draw, abbreviations: Mapping[str, Any], options: Options) -> None:
        try:
            panel = stock.panel(draw, abbreviations)
            made = {stock.argument(widget): widget for widget in panel.kwargs_widgets}
            if (shown := capture.current()) is not None:
                show_start(draw, made, shown)
                return
            bundle = Figure(draw, made, options).bundle()
        except Exception as error:
            if self._as_ipywidgets and page.may_leave():
                _leave(draw, abbreviations, options, error)
                return
            raise _named(draw, options, error) from error
        _display(bundle)


def show_start(draw: Draw, made: Mapping[str, Any], shown: capture.Shown) -> None:
    """Show what ``draw`` starts with as a part of another figure, whose frame is being drawn; say what that lacks."""
    found, _ = controls.from_widgets(made)
    if any(control.kind != "fixed" for control in found):
        name = default_name(draw)
        shown.notes[
            f"{name}, an interact that it calls, is shown as it starts, without its controls: offer them with the "
            f"outer function's own, or call {name}'s interact in a cell of its own"
        ] = None
    shown.result(draw(**{control.name: control.values[control.start] for control in found}))


def _named(draw: Draw, options: Options, error: Exception) -> FigureError:
    if isinstance(error, FigureError):
        return error
    name = options.name or getattr(draw, "__name__", type(draw).__name__)
    return FigureError(f"{name}: {error}" if not isinstance(error, KeyError) else f"{name}: {error!r}")


interact = Interact()
interact_manual = Interact(Options(manual=True))


def interactive(draw: Draw, /, *args: Any, **abbreviations: Any) -> Any:
    """``ipywidgets.interactive``: a widget that is shown by displaying it, or boxes with its children in them."""
    if not page.building():
        return stock.interactive(draw, *args, **abbreviations)
    panel = stock.panel(draw, abbreviations, announced=True)
    made = {stock.argument(widget): widget for widget in panel.kwargs_widgets}
    from kernelfree import arrangement

    arrangement.register(Figure(draw, made, Options()), panel, panel.out, *made.values())
    return panel


def interactive_output(draw: Draw, made: Mapping[str, Any], /) -> Any:
    """``ipywidgets.interactive_output``: the output of ``draw``, whose controls the author arranges in boxes."""
    if not page.building():
        return stock.interactive_output(draw, made)
    import ipywidgets

    from kernelfree import arrangement

    out = ipywidgets.Output()
    arrangement.register(Figure(draw, dict(made), Options()), out, *made.values())
    return out


# --- with a kernel ---------------------------------------------------------------------------------------------------


def _live(draw: Draw, abbreviations: Mapping[str, Any], options: Options) -> dict[str, Any]:
    description = describe(draw, options) or "A figure."
    first: list[dict[str, Any]] = []
    standing = capture.Standing(draw)

    @functools.wraps(draw)
    def shown(**values: Any) -> None:
        with capture.call(draw, values, standing) as made:
            bundles = [_live_bundle(item, description, options.title, saved=not first) for item in made.items]
        first.extend(bundle for bundle in bundles if "image/png" in bundle)
        for item, bundle in zip(made.items, bundles, strict=True):
            if isinstance(item, str):
                print(item, end="" if item.endswith("\n") else "\n")
            else:
                capture.display(bundle, raw=True)
        for task, reached in (options.goals or {}).items():
            print(f"{'✓' if reached(**values) else '○'} {task}")

    manual = {"manual": options.manual, "manual_name": options.manual_name}
    panel = stock.interactive(shown, manual, **abbreviations)
    data = panel._repr_mimebundle_()
    data = data[0] if isinstance(data, tuple) else data
    # The still is for those who read the saved notebook without a kernel.
    return {**(first[0] if first else {}), **data, "text/plain": description}


def _live_bundle(item: capture.Item, description: str, title: str | None, saved: bool) -> dict[str, Any]:
    if isinstance(item, str):
        return {}
    if isinstance(item, dict):
        return item
    still = Still(item, description, title)
    # Only the first picture goes into the saved notebook; nobody sees the PNG of a move.
    return dict(still._repr_mimebundle_()) if saved else {"text/html": still.svg(), "text/plain": description}


# --- with none -------------------------------------------------------------------------------------------------------


class Figure:
    """A function and the widgets for its arguments, and what the page gets of them."""

    def __init__(self, draw: Draw, widgets: Mapping[str, Any], options: Options) -> None:
        self.draw = draw
        self.widgets = dict(widgets)
        self.options = options
        self.instance = next(page.instances)
        self.name = page.check_name(options.name) if options.name else _names.given(default_name(draw))
        if options.name:
            _names.taken.add(options.name)
        self._payload: tuple[page.Frames, str | None] | None = None

    def bundle(self, arrange: Callable[[Mapping[str, str]], str] | None = None) -> dict[str, Any]:
        """The output that the page is made from. ``arrange`` joins the controls' HTML, given by argument."""
        found, notes = controls.from_widgets(self.widgets)
        most = self.options.max_frames
        found, left_out = self._fitting(found, most, f"more than max_frames={most:,}", "max_frames")
        description = describe(self.draw, self.options)
        if not description:
            notes.append(
                "it has no description for readers who cannot see it: give draw a docstring, or interact a description"
            )
        strict = self.options.strict
        strict = os.environ.get(page.STRICT) == "1" if strict is None else strict
        if strict and (notes or left_out):
            raise FigureError(f"{self.name}: {(left_out + notes)[0]}")
        label = _label(self.options.title, description or self.name)
        drawn = None
        while drawn is None:
            try:
                drawn = self._drawn(found, label, strict)
            except drawing.TooHeavyError as heavy:
                over = f"whose sounds and films take more than max_bytes={self.options.max_bytes:,}"
                found, more = self._fitting(found, heavy.fitting, over, "max_bytes")
                left_out += more
                if strict:
                    raise FigureError(f"{self.name}: {left_out[0]}") from heavy
        packed = frames.pack(drawn.trees, drawn.start, unique_prefix(drawn.trees[drawn.start]))
        shown = [control for control in found if control.kind != "fixed"]
        html = {control.name: control.html(f"{self.name}-{self.instance}") for control in shown}
        payload = page.Frames(
            name=self.name,
            title=self.options.title,
            instance=self.instance,
            modules=_front_end(),
            about={
                "name": self.name,
                "title": self.options.title or description or self.name,
                "limits": {control.name: control.limits() for control in shown},
                "start": _starts(shown),
                **({"goals": self._goals(found)} if self.options.goals else {}),
            },
            state={**_starts(shown), "controls": [control.card() for control in shown]},
            data={"frames": packed.frames.to_json()},
            still="".join(map(str, packed.base.children)),
            controls=arrange(html) if arrange else "".join(html.values()) + _tasks(self.options.goals or {}),
            frames=len(drawn.trees),
            notes=left_out + notes + drawn.notes,
        )
        return {page.MIME: payload.to_json(), **_elsewhere(payload, drawn, description)}

    def _drawn(self, found: list[Control], label: str, strict: bool) -> drawing.Frames:
        with drawing.progress(self.name) as tick:
            return drawing.draw_all(
                self.draw,
                found,
                name=self.name,
                label=label,
                strict=strict,
                max_bytes=self.options.max_bytes,
                tick=tick,
            )

    def _goals(self, found: list[Control]) -> list[list[Any]]:
        """Each task with the numbers of the frames in which it is reached."""
        names = [control.name for control in found]
        calls = [dict(zip(names, values, strict=True)) for values in product(*(control.values for control in found))]
        goals: list[list[Any]] = []
        for task, reached in (self.options.goals or {}).items():
            goals.append([task, [number for number, values in enumerate(calls) if reached(**values)]])
            if not goals[-1][1]:
                raise FigureError(f"{self.name}: the goal {task!r} is reached for no values of the controls")
        return goals

    def _fitting(self, found: list[Control], most: int, over: str, option: str) -> tuple[list[Control], list[str]]:
        """The controls with at most so many values together, and what was left out of them, if ``over`` that."""
        count = controls.count(found)
        if count <= most:
            return found, []
        sizes = " x ".join(f"{control.name}: {len(control.values)}" for control in found if len(control.values) > 1)
        said = f"{count:,} frames to draw ({sizes}), {over}"
        coarse, left_out = controls.coarsened(found, most)
        if controls.count(coarse) > most:
            raise FigureError(f"{self.name}: {said}, of one control that cannot be made coarser: offer fewer options")
        return coarse, [f"{said}: {', '.join(left_out)}. Give these a larger step, or raise {option}"]


@functools.cache
def _front_end() -> list[dict[str, Any]]:
    return page.modules(modules.STATIC / "frames.js")


def _tasks(goals: Mapping[str, Any]) -> str:
    """The list of tasks as HTML, for the front end to mark."""
    lines = "".join(
        f'<li data-goal="open"><span>{escape(task)}</span><span class="kf-done" role="status"></span></li>'
        for task in goals
    )
    return f'<div class="kf-goals"><p>Can you reach these?</p><ul>{lines}</ul></div>' if goals else ""


def _starts(shown: list[Control]) -> dict[str, Any]:
    return {control.name: control.states[control.start] for control in shown}


def _elsewhere(payload: page.Frames, drawn: drawing.Frames, description: str) -> dict[str, str]:
    """What readers other than the page get: notebook viewers, LaTeX, plain text."""
    words = "\n".join(
        node.text for node in drawn.trees[drawn.start].walk() if node.attributes.get("class") == "kf-words"
    )
    text = {"text/plain": words if words and not drawn.png else description or payload.name}
    return {**text, "text/html": payload.still, "image/png": drawn.png} if drawn.png else text


def describe(draw: Draw, options: Options) -> str:
    """What the figure shows, for readers who cannot see it, as far as its author says it."""
    own = options.description or (inspect.getdoc(draw) if hasattr(draw, "__name__") else None)
    if own is None and isinstance(draw, functools.partial):
        own = inspect.getdoc(draw.func)
    return " ".join((own or "").split())


def _label(title: str | None, description: str) -> str:
    return f"{title.rstrip('.')}. {description}" if title else description


# --- names -----------------------------------------------------------------------------------------------------------


class _Names:
    """The names of this kernel's figures: a second ``f`` is ``f-2``."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def given(self, wanted: str) -> str:
        name, number = wanted, 1
        while name in self.taken:
            number += 1
            name = f"{wanted}-{number}"
        self.taken.add(name)
        return name


_names = _Names()


def default_name(draw: Draw) -> str:
    """A name from that of ``draw``, whatever letters it has."""
    own = getattr(getattr(draw, "func", draw), "__name__", type(draw).__name__)
    letters = "".join(_plain(letter) for letter in own)
    name = re.sub(r"[^a-z0-9]+", "-", letters.lower()).strip("-")
    if own == "<lambda>" or not name:
        return "figure"
    return name if name[0].isalpha() else f"figure-{name}"


def _plain(letter: str) -> str:
    if letter.isascii():
        return letter
    base = unicodedata.normalize("NFKD", letter)[0]
    return base if base.isascii() else f"-{unicodedata.name(letter, '').rpartition(' ')[2]}-"


# --- the notebook ----------------------------------------------------------------------------------------------------


def _display(bundle: dict[str, Any]) -> None:
    capture.display(bundle, raw=True)


def _leave(draw: Draw, abbreviations: Mapping[str, Any], options: Options, error: Exception) -> None:
    """Leave a call to ipywidgets, with word of it for the build."""
    _display(page.left(default_name(draw), error))
    stock.interact.options(manual=options.manual)(draw, **abbreviations)


def _hush(draw: Draw) -> None:
    """A cell that ends in ``interact(draw, ...)`` shows the figure, not the function that it returns as well."""
    shell = capture.shell_of_kernel()
    if shell is None:
        return
    formatter = shell.display_formatter.ipython_display_formatter
    kind = type(draw)

    def show(value: Any) -> None:
        if value is not draw:
            from IPython.lib import pretty

            write: Any = pretty.pretty
            _display({"text/plain": write(value)})

    def stop(*args: Any) -> None:
        shell.events.unregister("post_execute", stop)
        capture.restore_printer(formatter, kind, before)

    before = formatter.for_type(kind)
    if before is None:
        formatter.for_type(kind, show)
        shell.events.register("post_execute", stop)
