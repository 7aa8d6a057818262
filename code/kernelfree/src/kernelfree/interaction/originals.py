"""Keep the original ``interact`` family of ipywidgets, as it was before ``dropin/boxes.py`` may have replaced it.

Written for ipywidgets 8.1. All private names of ipywidgets that kernelfree uses are in this file: ``_kwarg``,
``_options_labels``, ``_options_values``, ``_instances``, ``_send``, and traitlets' ``_trait_notifiers`` and
``_trait_values``. There is no public way to ask for an argument's name, a selection's pairs, or who observes a widget.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import Any

import ipywidgets as widgets
import traitlets
from IPython.utils.capture import capture_output
from ipywidgets.widgets import interaction as _interaction
from ipywidgets.widgets.widget import _instances

from kernelfree.draw.still import close
from kernelfree.record.recording import record_call
from kernelfree.record.reused import ReusedFigures, open_figures, replaced

interactive: Any = _interaction.interactive
interact: Any = _interaction.interact
interactive_output: Any = _interaction.interactive_output
_LINKS = (traitlets.link, traitlets.directional_link, widgets.widget_link.Link)


@dataclass
class Rehearsal:
    """Tells what has happened in a ``rehearsal`` so far: whether anything was shown, and which widgets changed."""

    has_shown: Callable[[], bool]
    moved: Any = None  # the control that is being moved, set by who moves it
    changed: dict[Any, None] = field(default_factory=dict)  # in order, but not by being the one that is moved


class _Panel(interactive):
    """Makes the controls of ``interactive``, but calls the function only when somebody asks for the result."""

    _result: Any = None

    def update(self, *args: Any) -> None:
        self.kwargs = {widget._kwarg: widget.get_interact_value() for widget in self.kwargs_widgets}

    @property
    def result(self) -> Any:
        """Return what the function returns for the present values of the controls; what it shows is not shown."""
        if self._result is None:
            with suppress(Exception), record_call(self.f, self.kwargs, ReusedFigures(self.f)) as recording:
                self._result = recording.value
        return self._result

    @result.setter
    def result(self, value: Any) -> None:
        self._result = value


def make_panel(function: Callable[..., Any], abbreviations: Mapping[str, Any], *, announce: bool = False) -> Any:
    """Return what ``interactive(function, **abbreviations)`` returns, without calling the function.

    Unless ``announce``, the notebook hears nothing of the widgets made for it.
    """
    with nullcontext() if announce else _without_announcement():
        return _Panel(_with_name(function), {}, **abbreviations)


def _with_name(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function with a ``__name__``, which ipywidgets wants: partials and objects have none."""
    if hasattr(function, "__name__"):
        return function

    def call(**values: Any) -> Any:
        return function(**values)

    call.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]
    return call


def _without_announcement() -> AbstractContextManager[None]:
    """Create widgets inside that open no connection to the notebook: they are only asked for their values."""
    return replaced(widgets.Widget, "open", lambda self: None)


def widgets_by_argument(panel: Any) -> dict[str, Any]:
    """Return the controls of a panel: argument of the function -> widget."""
    return {widget._kwarg: widget for widget in panel.kwargs_widgets}


def options_of(widget: Any) -> tuple[list[str], list[Any]]:
    """Return the texts and the values of a selection's options."""
    return list(widget._options_labels), list(widget._options_values)


def _observers(widget: Any) -> list[Any]:
    """List the functions and methods that run when the value of a widget changes, except those of ipywidgets."""
    named = [widget._trait_notifiers.get(name, {}) for name in ("value", "index", "label", traitlets.All)]
    observers = [one for own in named for kind in ("change", traitlets.All) for one in own.get(kind, [])]
    return [one for one in observers if hasattr(one, "__qualname__") and not one.__module__.startswith("ipywidgets")]


def _linked_with(widget: Any) -> list[Any]:
    """List the widgets that ``jslink``, ``link`` or one of their kind moves with a widget."""
    links = [one for one in _instances.values() if isinstance(one, widgets.widget_link.Link)]
    links += [getattr(one, "__self__", None) for one in _observers(widget)]
    ends = [(one.source[0], one.target[0]) for one in links if isinstance(one, _LINKS) and one.source and one.target]
    return [target if source is widget else source for source, target in ends if widget in (source, target)]


def observers_of(widget: Any) -> list[str]:
    """List what runs when the value of a widget changes: names of the author's functions, and links."""
    own = [
        one for one in _observers(widget) if not isinstance(getattr(one, "__self__", None), (widgets.Widget, *_LINKS))
    ]
    links = [one for one in _linked_with(widget) if not isinstance(one, widgets.Play)]
    return [one.__qualname__ for one in own] + ["a link"] * (bool(links) and not isinstance(widget, widgets.Play))


def play_of(slider: Any) -> Any:
    """Return the ``Play`` that is linked with a slider, or ``None``."""
    plays = [one for one in list(_instances.values()) if isinstance(one, widgets.Play)]
    return next((play for play in plays if slider in _linked_with(play) or play in _linked_with(slider)), None)


@contextmanager
def rehearsal(controls: list[Any]) -> Iterator[Rehearsal]:
    """Let controls be moved unseen, and restore all that observers change in widgets."""
    before: dict[tuple[Any, str], Any] = {}
    start, figures, notify = save_traits(controls), open_figures(), widgets.Widget.notify_change

    def note(widget: Any, change: Any) -> None:
        if widget is not told.moved and not isinstance(widget, (widgets.Play, _Panel)):
            told.changed[widget] = None
        before.setdefault((widget, change["name"]), change["old"])
        notify(widget, change)

    with ExitStack() as stack:
        stack.enter_context(_without_announcement())
        stack.enter_context(replaced(widgets.Widget, "_send", lambda *_, **__: None))
        stack.enter_context(replaced(widgets.Widget, "notify_change", note))
        shown = stack.enter_context(capture_output())
        told = Rehearsal(lambda: bool(shown.outputs or shown.stdout or len(open_figures()) > len(figures)))
        for one in [link for link in _instances.values() if isinstance(link, widgets.widget_link.Link)]:
            if one.source[0] in controls or one.target[0] in controls:
                is_one_way = isinstance(one, widgets.widget_link.DirectionalLink)
                kind = traitlets.directional_link if is_one_way else traitlets.link
                stack.callback(kind(one.source, one.target).unlink)
        yield told
    for (widget, name), value in before.items():
        widget._trait_values[name] = value
    restore_traits(controls, start)
    for figure in open_figures()[len(figures) :]:
        close(figure)


def save_traits(controls: list[Any]) -> list[Any]:
    return [({**vars(widget)}, {**widget._trait_values}) for widget in controls]


def restore_traits(controls: list[Any], saved: list[Any]) -> None:
    for widget, (own, values) in zip(controls, saved, strict=True):
        vars(widget).update(own)
        widget._trait_values.clear()
        widget._trait_values.update(values)
