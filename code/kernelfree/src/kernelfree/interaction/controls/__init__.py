"""Turn the widgets of ``interact`` into controls with finitely many values, and make these fewer where needed.

A kind is a class in ``sliders.py`` or ``choices.py``, and an object of the same name in ``static/controls.js``.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import ipywidgets as widgets

from kernelfree.interaction import originals
from kernelfree.interaction.controls.choices import Checkbox, Menu, Radio
from kernelfree.interaction.controls.control import Control, Fixed
from kernelfree.interaction.controls.sliders import NumberSlider, RangeSlider, TextSlider

__all__ = ["Control", "Fixed", "coarsen", "controls_for", "count_frames", "starting_frame"]

KINDS: tuple[type[Control], ...] = (NumberSlider, TextSlider, RangeSlider, Menu, Radio, Checkbox)


def controls_for(widgets_by_argument: Mapping[str, Any]) -> tuple[list[Control], list[str]]:
    """Return a control for each widget, and notes on widgets that cannot move.

    Raises ``TypeError`` or ``ValueError`` that names a widget which is no control.
    """
    notes: list[str] = []
    return [_control_for(name, widget, notes) for name, widget in widgets_by_argument.items()], notes


def _control_for(name: str, widget: Any, notes: list[str]) -> Control:
    """Return the control of a widget's kind, or ``Fixed`` for a widget that cannot move; ``notes`` gets the reason."""
    if isinstance(widget, widgets.fixed):
        return Fixed.from_widget(name, widget)
    for observer in originals.observers_of(widget):
        notes.append(
            f"{name!r} is observed by {observer}, which does not run on the page: other controls do not follow it there"
        )
    if widget.layout.display == "none" or getattr(widget, "disabled", False):
        return Fixed.from_widget(name, widget)
    for kind in KINDS:
        if isinstance(widget, kind.widget_types):
            return kind.from_widget(name, widget)
    if isinstance(widget, widgets.ValueWidget):
        value = widget.get_interact_value()
        notes.append(
            f"{name!r} is a {type(widget).__name__}, which has no finite list of values to draw: it stands still at "
            f"{value!r}. A slider, drop-down, radio buttons, toggles or a checkbox would move"
        )
        return Fixed.from_widget(name, widget)
    raise TypeError(f"control {name!r} is a {type(widget).__name__}, which has no value")


def count_frames(controls: Sequence[Control]) -> int:
    """Return how many frames there are to draw: one for each combination of values."""
    return math.prod(len(control.values) for control in controls)


def starting_frame(controls: Sequence[Control]) -> int:
    """Return the number of the frame that is shown first; the last control's values vary fastest."""
    number = 0
    for control in controls:
        number = number * len(control.values) + control.start
    return number


def coarsen(controls: Sequence[Control], most: int) -> tuple[list[Control], list[str]]:
    """Leave out values until there are at most ``most`` frames, and say which; both ends and the start stay.

    Sliders become coarser, the one with most values first, down to about five values each; where that does not
    suffice, the last controls stand still. One menu alone may still have more than ``most``.
    """
    still: dict[int, Control] = {}
    while True:
        coarse = [still.get(k, control) for k, control in enumerate(controls)]
        sizes = [control.positions for control in coarse]
        moving = [k for k, control in enumerate(coarse) if len(control.values) > 1]
        fewest = 3 if len(moving) > 1 else 2
        while count_frames(coarse) > most:
            sliders = [k for k in moving if sizes[k] > fewest and (fewest == 2 or len(coarse[k].values) > 5)]
            if not sliders:
                break
            widest = max(sliders, key=lambda k: len(coarse[k].values))
            sizes[widest] = int(0.97 * sizes[widest])
            coarse[widest] = controls[widest].coarser(sizes[widest])
        if count_frames(coarse) <= most or len(moving) < 2:
            break
        control = controls[moving[-1]]
        still[moving[-1]] = Fixed.of(control.name, control.label, control.values[control.start])
    notes = [
        f"{now.name!r} stands still at {now.values[0]!r}"
        if isinstance(now, Fixed)
        else f"{now.name!r} has {len(now.values)} of its {len(was.values)} values"
        for was, now in zip(controls, coarse, strict=True)
        if now is not was
    ]
    return coarse, notes
