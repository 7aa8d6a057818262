"""Turn the widgets of ``interact`` into controls with finitely many values, and make these fewer where needed.

A kind is a class in ``sliders.py`` or ``choices.py``, and an object of the same name in ``static/controls.js``.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import ipywidgets as widgets

from kernelfree.interaction.controls.choices import Checkbox, Menu, Radio
from kernelfree.interaction.controls.control import Control, Fixed
from kernelfree.interaction.controls.following import ALONE, Following
from kernelfree.interaction.controls.sliders import NumberSlider, RangeSlider, TextSlider

KINDS: tuple[type[Control], ...] = (NumberSlider, TextSlider, RangeSlider, Menu, Radio, Checkbox)


def controls_for(widgets_by_argument: Mapping[str, Any]) -> tuple[list[Control], list[str]]:
    """Return a control for each widget, and notes on those that cannot move. Raises for one that is no control."""
    notes: list[str] = []
    return [_control_for(name, widget, notes) for name, widget in widgets_by_argument.items()], notes


def _control_for(name: str, widget: Any, notes: list[str]) -> Control:
    """Return the control of a widget's kind, or ``Fixed`` for a widget that cannot move; ``notes`` gets the reason."""
    if isinstance(widget, widgets.fixed) or widget.layout.display == "none" or getattr(widget, "disabled", False):
        return Fixed.from_widget(name, widget)
    for kind in KINDS:
        if isinstance(widget, kind.widget_types):
            return kind.from_widget(name, widget)
    if isinstance(widget, widgets.ValueWidget):
        notes.append(
            f"{name!r} ({type(widget).__name__}) has no finite list of values to draw: it stays at "
            f"{widget.get_interact_value()!r}. A slider, drop-down, radio buttons, toggles or a checkbox would move"
        )
        return Fixed.from_widget(name, widget)
    raise TypeError(f"control {name!r} is a {type(widget).__name__}, which has no value")


def combinations(controls: Sequence[Control], following: Following) -> list[dict[str, int]]:
    """Return the positions of the controls in each frame; the last control's vary fastest."""
    free = [control for control in controls if control.name not in following.names]
    names = [*following.names, *(control.name for control in free)]
    others = list(itertools.product(*(range(len(control.values)) for control in free)))
    return [dict(zip(names, (*own, *rest), strict=True)) for own in following.states for rest in others]


def count_frames(controls: Sequence[Control], following: Following = ALONE) -> int:
    """Return how many frames there are to draw: one for each combination of values that can be reached."""
    free = (len(control.values) for control in controls if control.name not in following.names)
    return len(following.states) * math.prod(free)


def coarsen(controls: Sequence[Control], most: int, following: Following = ALONE) -> tuple[list[Control], list[str]]:
    """Leave out values until there are at most ``most`` frames, and say which; both ends and the start stay.

    Sliders become coarser, the widest first, down to about five values; then the last controls stay where they are. One
    menu alone may still have more than ``most``, and so may controls that follow each other.
    """
    still: dict[int, Control] = {}
    while True:
        coarse = [still.get(k, control) for k, control in enumerate(controls)]
        sizes = [control.stops for control in coarse]
        moving = [k for k, one in enumerate(coarse) if len(one.values) > 1 and one.name not in following.names]
        alone = len(moving) == 1  # then it may shrink to its ends
        while count_frames(coarse, following) > most:
            sliders = [k for k in moving if sizes[k] > (2 if alone else 3) and (alone or len(coarse[k].values) > 5)]
            if not sliders:
                break
            widest = max(sliders, key=lambda k: len(coarse[k].values))
            sizes[widest] = int(0.97 * sizes[widest])
            coarse[widest] = controls[widest].coarser(sizes[widest])
        if count_frames(coarse, following) <= most or len(moving) < 2:
            break
        control = controls[moving[-1]]
        still[moving[-1]] = Fixed.of(control.name, control.label, control.values[control.start])
    notes = [
        f"{now.name!r} stays at {now.values[0]!r}"
        if isinstance(now, Fixed)
        else f"{now.name!r} has {len(now.values)} of its {len(was.values)} values"
        for was, now in zip(controls, coarse, strict=True)
        if now is not was
    ]
    return coarse, notes
