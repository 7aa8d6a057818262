"""Keep the original ``interact`` family of ipywidgets, as it was before ``dropin/boxes.py`` may have replaced it.

Written for ipywidgets 8.1. All private names of ipywidgets that kernelfree uses are in this file: ``_kwarg``,
``_options_labels``, ``_options_values``, ``_instances``, and traitlets' ``_trait_notifiers``. There is no public way to
ask for an argument's name, a selection's pairs, or who observes a widget.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from typing import Any

import ipywidgets as widgets
import traitlets
from ipywidgets.widgets import interaction as _interaction
from ipywidgets.widgets.widget import _instances

from kernelfree.record.recording import record_call
from kernelfree.record.reused import ReusedFigures

interactive: Any = _interaction.interactive
interact: Any = _interaction.interact
interactive_output: Any = _interaction.interactive_output

for _name in ("find_abbreviations", "widgets_from_abbreviations"):
    if not hasattr(interactive, _name):
        raise ImportError(f"kernelfree was written for ipywidgets 8.1, whose interactive has {_name}; this one has not")


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

    Its ``children[-1]`` is its output. Unless ``announce``, the notebook hears nothing of the widgets made for it.
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


@contextmanager
def _without_announcement() -> Iterator[None]:
    """Create widgets that open no connection to the notebook: they are only asked for their values."""
    open_connection = widgets.Widget.open
    widgets.Widget.open = lambda self: None
    try:
        yield
    finally:
        widgets.Widget.open = open_connection


def widgets_by_argument(panel: Any) -> dict[str, Any]:
    """Return the controls of a panel: argument of the function -> widget."""
    return {widget._kwarg: widget for widget in panel.kwargs_widgets}


def options_of(widget: Any) -> tuple[list[str], list[Any]]:
    """Return the texts and the values of a selection's options."""
    return list(widget._options_labels), list(widget._options_values)


def _observers(widget: Any) -> list[Any]:
    """List the functions and methods that run when the value of a widget changes, except those of ipywidgets."""
    observers = widget._trait_notifiers.get("value", {}).get("change", [])
    return [one for one in observers if hasattr(one, "__qualname__") and not one.__module__.startswith("ipywidgets")]


def observers_of(widget: Any) -> list[str]:
    """List the names of the author's own functions that run when the value of a widget changes."""
    owners = (widgets.Widget, traitlets.link, traitlets.directional_link)
    own = [one for one in _observers(widget) if not isinstance(getattr(one, "__self__", None), owners)]
    return [one.__qualname__ for one in own]


def play_of(slider: Any) -> Any:
    """Return the ``Play`` that ``jslink``, ``link`` or one of their kind links with a slider, or ``None``."""
    known = list(_instances.values())
    plays = [one for one in known if isinstance(one, widgets.Play)]
    links = [one for one in known if isinstance(one, widgets.widget_link.Link)]
    owners = [getattr(one, "__self__", None) for play in plays for one in _observers(play)]
    links += [one for one in owners if isinstance(one, (traitlets.link, traitlets.directional_link))]
    ends = [[link.source[0], link.target[0]] for link in links]
    return next((play for play in plays if [play, slider] in ends or [slider, play] in ends), None)
