"""ipywidgets' own ``interact`` and what belongs to it, as they are before ``ipywidgets`` may have been made ours.

Written for ipywidgets 8.1. What kernelfree leans on beyond its documented names is asked for here, once.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from typing import Any

import ipywidgets as widgets
from ipywidgets.widgets import interaction as _interaction

interactive: Any = _interaction.interactive
interact: Any = _interaction.interact
interact_manual: Any = _interaction.interact_manual
interactive_output: Any = _interaction.interactive_output

for _name in ("find_abbreviations", "widgets_from_abbreviations"):
    if not hasattr(interactive, _name):
        raise ImportError(f"kernelfree was written for ipywidgets 8.1, whose interactive has {_name}; this one has not")


class _Panel(interactive):
    """``interactive`` that makes its controls, and calls its function only when somebody asks for the result."""

    _result: Any = None

    def update(self, *args: Any) -> None:
        self.kwargs = {widget._kwarg: widget.get_interact_value() for widget in self.kwargs_widgets}

    @property
    def result(self) -> Any:
        """What the function returns for the values that the controls have; nothing of what it shows is shown."""
        from kernelfree import capture

        if self._result is None:
            with suppress(Exception), capture.call(self.f, self.kwargs, capture.Standing(self.f)) as shown:
                self._result = shown.value
        return self._result

    @result.setter
    def result(self, value: Any) -> None:
        self._result = value


def panel(function: Callable[..., Any], abbreviations: Mapping[str, Any], *, announced: bool = False) -> Any:
    """What ``interactive(function, **abbreviations)`` gives, with the function not called.

    Its ``children[-1]`` is its output. Unless ``announced``, the notebook hears nothing of the widgets made for it.
    """
    with nullcontext() if announced else _unheard():
        return _Panel(_named(function), {}, **abbreviations)


def _named(function: Callable[..., Any]) -> Callable[..., Any]:
    """``function``, as one that ipywidgets can ask for a name: partials and objects have none."""
    if hasattr(function, "__name__"):
        return function

    def call(**values: Any) -> Any:
        return function(**values)

    call.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]
    return call


@contextmanager
def _unheard() -> Iterator[None]:
    # A widget announces itself to the notebook when it is made; these are only asked what they would be.
    announce = widgets.Widget.open
    widgets.Widget.open = lambda self: None
    try:
        yield
    finally:
        widgets.Widget.open = announce


def argument(widget: Any) -> str:
    """Which argument of the function a control of a panel stands for."""
    name: str = widget._kwarg
    return name


def options(widget: Any) -> tuple[list[str], list[Any]]:
    """The texts and the values of a selection."""
    return list(widget._options_labels), list(widget._options_values)


def is_ranged(widget: Any) -> bool:
    return isinstance(widget, (widgets.IntRangeSlider, widgets.FloatRangeSlider, widgets.SelectionRangeSlider))
