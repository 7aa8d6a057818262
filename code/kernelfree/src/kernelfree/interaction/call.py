"""Provide ``interact``, which shows what a function draws under controls, and ``save``."""

import functools
import inspect
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Self

from kernelfree.building import is_building, may_fall_back
from kernelfree.deliver.payload import MIME, FallbackNotice, FramesPayload, read_payload
from kernelfree.deliver.save import SavedFile, write_html_file
from kernelfree.interaction import originals
from kernelfree.interaction.figure import Draw, InteractFigure, Options, name_after, show_start_inside
from kernelfree.interaction.live import live_output
from kernelfree.record.frames import FigureError, name_of
from kernelfree.record.recording import display
from kernelfree.state import state

#: The options that may be given among the controls.
_KEYWORDS = frozenset(field.name for field in fields(Options)) - {"manual", "manual_name", "auto_display"}


class Interact:
    """Does what ``ipywidgets.interact`` does, and on the page of a book the same without a kernel.

    ``interact.options(title="...")`` is an ``interact`` with these options, which may also be given among the controls,
    unless ``draw`` has an argument of that name.

    While a book is built, every combination of the controls' values is drawn once. Raises ``FigureError`` for what
    cannot become a figure, and ``FrameError``, which names the values, where ``draw`` fails and the figure is strict.
    """

    def __init__(self, options: Options | None = None, *, is_drop_in: bool = False) -> None:
        self._options = options or Options()
        #: Whether it replaces ipywidgets' own: no keyword is an option, and ipywidgets gets what kernelfree cannot do.
        self._is_drop_in = is_drop_in

    def options(self, **options: Any) -> Self:
        return type(self)(replace(self._options, **options), is_drop_in=self._is_drop_in)

    def __call__(self, draw: Any = None, /, **keywords: Any) -> Any:
        """Show ``draw`` under controls, and return it; without ``draw``, return a decorator that does."""
        if draw is None:
            return functools.partial(self, **keywords)
        draw = draw.function if isinstance(draw, Shown) else draw
        options, abbreviations = self.split_keywords(draw, keywords)
        if is_building():
            panel = self._show_without_kernel(draw, abbreviations, options)
        else:
            panel, output = live_output(draw, abbreviations, options)
            display(output, raw=True)
        return Shown(draw, panel)

    def split_keywords(self, draw: Draw, keywords: Mapping[str, Any]) -> tuple[Options, dict[str, Any]]:
        """Split keywords into options and controls; an argument of ``draw`` is always a control."""
        try:
            arguments = set(inspect.signature(draw).parameters)
        except (TypeError, ValueError):
            arguments = set()
        names = set() if self._is_drop_in else (_KEYWORDS & keywords.keys()) - arguments
        options = replace(self._options, **{name: keywords[name] for name in names})
        return options, {name: value for name, value in keywords.items() if name not in names}

    def _show_without_kernel(self, draw: Draw, abbreviations: Mapping[str, Any], options: Options) -> Any:
        """Display the figure, and return the widget that ipywidgets would have displayed."""
        try:
            panel = originals.make_panel(draw, abbreviations)
            widgets = originals.widgets_by_argument(panel)
            if state.recording is not None:
                show_start_inside(state.recording, draw, widgets)
            else:
                display(InteractFigure(draw, widgets, options).output(), raw=True)
        except Exception as error:
            if not (self._is_drop_in and may_fall_back()):
                if isinstance(error, FigureError):
                    raise
                said = repr(error) if isinstance(error, KeyError) else error
                raise FigureError(f"{options.name or name_of(draw)}: {said}") from error
            display(FallbackNotice(name=name_after(draw), reason=str(error)).to_output(), raw=True)
            return originals.interact.options(manual=options.manual)(draw, **abbreviations).widget
        return panel


class Shown:
    """Wraps the function that ``interact`` returns: called as before, displayed as nothing, with its ``widget``."""

    def __init__(self, function: Draw, widget: Any) -> None:
        self.function, self.widget = function, widget
        functools.update_wrapper(self, function, updated=())
        with suppress(AttributeError):
            function.widget = widget  # type: ignore[attr-defined]  # as ipywidgets does

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(object.__getattribute__(self, "function"), name)

    def _ipython_display_(self) -> None:
        """Display nothing."""


interact = Interact()
interact_manual = Interact(Options(manual=True))


def save(path: str | os.PathLike[str], draw: Callable[..., Any], /, **keywords: Any) -> SavedFile:
    """Draw ``draw`` for all values of its controls, as ``interact`` does in a book, into one HTML file at ``path``."""
    options, abbreviations = interact.split_keywords(draw, keywords)
    widgets = originals.widgets_by_argument(originals.make_panel(draw, abbreviations))
    payload = read_payload(InteractFigure(draw, widgets, options).output()[MIME])
    assert isinstance(payload, FramesPayload)
    for note in payload.notes:
        print(f"{payload.name}: {note}")
    return write_html_file(payload, Path(path))
