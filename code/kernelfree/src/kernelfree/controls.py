"""The controls of ``interact``: what ipywidgets makes of an abbreviation, as a finite list of values for the page."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import Any

import ipywidgets as widgets

#: The kinds of widget that have a finite set of values, for error messages.
KINDS = "sliders, drop-downs, radio buttons, toggles and checkboxes"


@dataclass(frozen=True)
class Control:
    """One control: its values in order, the texts that stand for them, and the number of the one it starts with.

    ``kind`` is ``range``, ``menu``, ``radio``, ``check``, or ``fixed`` for ``ipywidgets.fixed``, which is not shown.
    """

    name: str
    label: str
    kind: str
    values: list[Any]
    labels: list[str]
    start: int
    #: For ranges: the least value and the step.
    grid: tuple[float, float] | None = None

    def card(self) -> dict[str, Any]:
        """What ``static/frames.js`` needs to know."""
        if self.grid:
            low, step = self.grid
            card = {"name": self.name, "count": len(self.values), "min": low, "step": step, "labels": self.labels}
            return {**card, "digits": self.digits}
        return {"name": self.name, "count": len(self.values), "values": self.states}

    @property
    def states(self) -> list[Any]:
        """The values as the page and its links name them: numbers, booleans, or the texts of options."""
        return self.values if self.grid or self.kind == "check" else self.labels

    @property
    def digits(self) -> int:
        """Decimals of a range's values, at most 6: those of its step and of its least value."""
        return max(-Decimal(repr(round(number, 6))).normalize().as_tuple().exponent for number in (*self.grid, 0))

    def limits(self) -> dict[str, Any]:
        if self.grid:
            return {"kind": "number", "min": self.values[0], "max": self.values[-1]}
        return {"kind": "choice", "values": self.states}

    def html(self, group: str) -> str:
        """The control as HTML, in its starting position. ``group`` sets its radio buttons apart from other figures'."""
        label, name = escape(self.label), escape(self.name)
        title = f'<span class="kf-label">{label}</span>'
        box = f'<div class="kf-control" data-control="{name}">'
        if self.kind == "range":
            low, step = self.grid
            value = f"{self.values[self.start]:.{self.digits}f}"
            ends = f'min="{low}" max="{self.values[-1]}" step="{step}" value="{value}" autocomplete="off"'
            return (
                f'{box}<label>{title}<span class="kf-track">'
                f'<input type="range" {ends} aria-valuetext="{escape(self.labels[self.start])}"></span></label>'
                f'<span class="kf-field">'
                f'<input type="number" class="kf-number" {ends} aria-label="{label}, as a number"></span></div>'
            )
        if self.kind == "menu":
            options = "".join(
                f"<option{' selected' if number == self.start else ''}>{escape(text)}</option>"
                for number, text in enumerate(self.labels)
            )
            return f'{box}<label>{title} <select autocomplete="off">{options}</select></label></div>'
        if self.kind == "check":
            checked = " checked" if self.values[self.start] else ""
            tick = f'<input type="checkbox" autocomplete="off"{checked}>'
            return f'{box}<label class="kf-toggle">{tick} {title}</label></div>'
        radios = "".join(
            f'<label><input type="radio" autocomplete="off" name="{group}-{name}"'
            f"{' checked' if number == self.start else ''}>{escape(text)}</label>"
            for number, text in enumerate(self.labels)
        )
        return (
            f'<fieldset class="kf-control kf-choice" data-control="{name}"><legend class="kf-label">{label}</legend>'
            f"{radios}</fieldset>"
        )


def controls(draw: Callable[..., Any], abbreviations: dict[str, Any]) -> list[Control]:
    """What ``ipywidgets.interact(draw, **abbreviations)`` would show, as controls with finitely many values.

    Raises ``TypeError`` or ``ValueError`` that names a control without such a set.
    """
    with _unseen():
        panel = widgets.interactive(lambda **_: None)
        panel.f = draw  # read for its signature only: it is not to be called yet
        made = panel.widgets_from_abbreviations(panel.find_abbreviations(dict(abbreviations)))
        return [_control(widget._kwarg, widget) for widget in made]


@contextmanager
def _unseen() -> Iterator[None]:
    # A widget announces itself to the notebook when it is made; these are only asked what they would be.
    announce = widgets.Widget.open
    widgets.Widget.open = lambda self: None
    try:
        yield
    finally:
        widgets.Widget.open = announce


def _control(name: str, widget: Any) -> Control:
    label = getattr(widget, "description", "") or name
    if isinstance(widget, widgets.fixed):
        return Control(name, label, "fixed", [widget.value], [str(widget.value)], 0)
    if isinstance(widget, (widgets.SelectionSlider, widgets.Dropdown, widgets.Select)):
        return _choice(name, label, "menu", widget)
    if isinstance(widget, (widgets.RadioButtons, widgets.ToggleButtons)):
        return _choice(name, label, "radio", widget)
    if isinstance(widget, (widgets.Checkbox, widgets.ToggleButton)):
        return Control(name, label, "check", [False, True], ["False", "True"], int(widget.value))
    if isinstance(widget, (widgets.IntSlider, widgets.FloatSlider, widgets.BoundedIntText, widgets.BoundedFloatText)):
        return _range(name, label, widget)
    raise TypeError(
        f"control {name!r} is a {type(widget).__name__}, which has no finite list of values to draw; use {KINDS}"
    )


def _choice(name: str, label: str, kind: str, widget: Any) -> Control:
    labels, values = list(widget._options_labels), list(widget._options_values)
    if not values:
        raise ValueError(f"control {name!r} has no options")
    if len(set(labels)) < len(labels):
        raise ValueError(f"control {name!r} has two options of the same name: {labels}")
    return Control(name, label, kind, values, labels, widget.index or 0)


def _range(name: str, label: str, widget: Any) -> Control:
    low, high, step = widget.min, widget.max, widget.step
    whole = isinstance(widget.value, int)
    step = step or (1 if whole else 0.1)
    count = math.floor((high - low) / step + 1e-9) + 1
    values = [low + number * step if whole else round(low + number * step, 10) for number in range(count)]
    start = min(range(count), key=lambda number: abs(values[number] - widget.value))
    readout = getattr(widget, "readout_format", "d" if whole else "g")
    try:
        labels = [format(value, readout) for value in values]
    except ValueError:
        raise ValueError(f"control {name!r}: Python cannot write numbers in the read-out format {readout!r}") from None
    return Control(name, label, "range", values, labels, start, (low, step))
