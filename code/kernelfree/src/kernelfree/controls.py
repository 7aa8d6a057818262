"""The controls of ``interact``: what ipywidgets makes of an abbreviation, as a finite list of values for the page."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from html import escape
from typing import Any

import ipywidgets as widgets

from kernelfree import mathematics, stock

#: A number slider with more steps than this is made coarser before anything is counted.
_FINEST = 100_000


@dataclass(frozen=True)
class Control:
    """One control: its values in order, the texts that stand for them, and the number of the one it starts with.

    ``kind`` says how it looks: ``range``, a slider over an even grid of numbers; ``steps``, one over any numbers;
    ``options``, one over texts; ``pair``, one with two handles; ``menu``, ``radio``, ``check``; or ``fixed``, which is
    not shown.
    """

    name: str
    label: str
    kind: str
    values: list[Any]
    labels: list[str]
    start: int
    #: For a range: the least value and the step.
    grid: tuple[float, float] | None = None
    #: For a pair: what each of its two handles can stand on, with its texts; ``values`` are the pairs of these.
    ends: list[Any] | None = None
    #: Milliseconds between two values when a button runs the slider.
    play: int | None = None
    #: Whether the figure waits until the reader lets go.
    late: bool = False

    def card(self) -> dict[str, Any]:
        """What ``static/frames.js`` needs to know."""
        card: dict[str, Any] = {"name": self.name, "count": len(self.values), "kind": self.kind}
        if self.grid:
            low, step = self.grid
            card |= {"min": low, "step": step, "labels": self.labels, "digits": self.digits}
        elif self.ends is not None:
            card |= {"ends": self.ends, "labels": self.labels}
        elif self.kind == "steps":
            card |= {"values": self.values, "labels": self.labels}
        else:
            card["values"] = self.states
        return card | ({"play": self.play} if self.play else {}) | ({"late": True} if self.late else {})

    @property
    def states(self) -> list[Any]:
        """The values as the page and its links name them: numbers, booleans, pairs, or the texts of options."""
        if self.ends is not None:
            return [[self.ends[low], self.ends[high]] for low, high in _pairs(len(self.ends))]
        return self.values if self.kind in ("range", "steps", "check") else self.labels

    @property
    def digits(self) -> int:
        """Decimals of a range's values: those of its step and of its least value."""
        return max(_decimals(number) for number in (*(self.grid or ()), 0))

    def limits(self) -> dict[str, Any]:
        """What a link may ask of it."""
        if self.grid or self.kind == "steps":
            return {"kind": "number", "min": self.values[0], "max": self.values[-1]}
        if self.ends is not None:
            return {"kind": "list", "items": {"kind": "choice", "values": self.ends}}
        return {"kind": "choice", "values": self.states}

    def html(self, group: str) -> str:
        """The control as HTML, in its starting position. ``group`` sets its radio buttons apart from other figures'."""
        label, name = mathematics.text_to_html(self.label), escape(self.name)
        title = f'<span class="kf-label">{label}</span>'
        box = f'<div class="kf-control" data-control="{name}">'
        if self.kind == "menu":
            options = "".join(
                f"<option{' selected' if number == self.start else ''}>{escape(text)}</option>"
                for number, text in enumerate(self.labels)
            )
            return f'{box}<label>{title} <select autocomplete="off">{options}</select></label></div>'
        if self.kind == "check":
            checked = " checked" if self.values[self.start] else ""
            tick = f'<input type="checkbox"{checked}>'
            return f'{box}<label class="kf-toggle">{tick} {title}</label></div>'
        if self.kind == "radio":
            radios = "".join(
                f'<label><input type="radio" name="{group}-{name}"'
                f"{' checked' if number == self.start else ''}>{mathematics.text_to_html(text)}</label>"
                for number, text in enumerate(self.labels)
            )
            return (
                f'<fieldset class="kf-control kf-choice" data-control="{name}">'
                f'<legend class="kf-label">{label}</legend>{radios}</fieldset>'
            )
        return f"{box}{self._slider(title)}</div>"

    def _slider(self, title: str) -> str:
        """The one markup of all sliders: label and track, what tells the value, a button to run it."""
        if self.ends is not None:
            return self._two_handles(title)
        if self.kind == "range" and self.grid:
            ends = f'min="{self.grid[0]}" max="{self.values[-1]}" step="{self.grid[1]}"'
            value = _written(self.values[self.start], self.digits)
            field = _number_field(ends, value, self.label)
        else:  # the track counts the values, which may lie anywhere
            ends, value = f'min="0" max="{len(self.values) - 1}" step="1"', str(self.start)
            field = _text_field(self.labels[self.start])
            if self.kind == "steps":
                limits = f'min="{self.values[0]}" max="{self.values[-1]}" step="any"'
                field = _number_field(limits, _short(self.values[self.start]), self.label)
        button = '<button type="button" class="kf-play" aria-pressed="false">Play</button>' if self.play else ""
        track = _track(ends, value, self.labels[self.start])
        return f'<label>{title}<span class="kf-track">{track}</span></label>{field}{button}'

    def _two_handles(self, title: str) -> str:
        low, high = _pairs(len(self.ends or ()))[self.start]
        ends = f'min="0" max="{len(self.ends or ()) - 1}" step="1"'
        name = escape(self.label)
        tracks = "".join(
            _track(ends, str(at), self.labels[at], f' aria-label="{name}, {which}"')
            for at, which in ((low, "from"), (high, "to"))
        )
        text = f"{self.labels[low]} to {self.labels[high]}"
        return f'{title}<span class="kf-track kf-pair">{tracks}</span>{_text_field(text)}'


def _track(ends: str, value: str, text: str, more: str = "") -> str:
    return f'<input type="range" {ends} value="{value}" autocomplete="off" aria-valuetext="{escape(text)}"{more}>'


def _number_field(ends: str, value: str, label: str) -> str:
    name = f'aria-label="{escape(label)}, as a number"'
    field = f'<input type="number" class="kf-number" {ends} value="{value}" autocomplete="off" {name}>'
    return f'<span class="kf-field">{field}</span>'


def _text_field(text: str) -> str:
    return f'<span class="kf-field kf-text" aria-hidden="true">{escape(text)}</span>'


def _pairs(count: int) -> list[tuple[int, int]]:
    return [(low, high) for low in range(count) for high in range(low, count)]


def _decimals(number: float) -> int:
    exponent = Decimal(repr(number)).normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def _written(number: float, digits: int) -> str:
    """What JavaScript writes in a number field: decimals, or for the very small a power of ten."""
    return f"{number:.{digits}f}" if digits <= 6 else repr(float(f"{number:.{digits}f}"))


def _short(number: float) -> str:
    """What the kit's ``short`` writes: at most five digits, below 0.0001 with a power of ten."""
    return repr(float(f"{number:.5g}")).removesuffix(".0").replace("e-0", "e-")


# --- from widgets ----------------------------------------------------------------------------------------------------


def find_controls(draw: Callable[..., Any], abbreviations: Mapping[str, Any]) -> tuple[list[Control], list[str]]:
    """The controls that ``ipywidgets.interact(draw, **abbreviations)`` would show, and notes on what they cannot do.

    Raises ``TypeError`` or ``ValueError`` that names a control which is none.
    """
    made = stock.panel(draw, abbreviations).kwargs_widgets
    return from_widgets({stock.argument(widget): widget for widget in made})


def from_widgets(made: Mapping[str, Any]) -> tuple[list[Control], list[str]]:
    """Argument -> widget, as controls with finitely many values, and notes on what they cannot do."""
    notes: list[str] = []
    return [_control(name, widget, notes) for name, widget in made.items()], notes


def _control(name: str, widget: Any, notes: list[str]) -> Control:
    label = getattr(widget, "description", "") or name
    late = getattr(widget, "continuous_update", True) is False
    if isinstance(widget, widgets.fixed):
        return Control(name, label, "fixed", [widget.value], [str(widget.value)], 0)
    if stock.is_ranged(widget):
        return replace(_pair(name, label, widget), late=late)
    if isinstance(widget, widgets.SelectionSlider):
        return replace(_choice(name, label, "options", widget), late=late)
    if isinstance(widget, (widgets.Dropdown, widgets.Select)):
        return _choice(name, label, "menu", widget)
    if isinstance(widget, (widgets.RadioButtons, widgets.ToggleButtons)):
        return _choice(name, label, "radio", widget)
    if isinstance(widget, (widgets.Checkbox, widgets.ToggleButton, widgets.Valid)):
        return Control(name, label, "check", [False, True], ["False", "True"], int(widget.value))
    if isinstance(widget, widgets.FloatLogSlider):
        return replace(_log(name, label, widget), late=late)
    numbers = (widgets.IntSlider, widgets.FloatSlider, widgets.BoundedIntText, widgets.BoundedFloatText, widgets.Play)
    if isinstance(widget, numbers):
        play = widget.interval if isinstance(widget, widgets.Play) else None
        return replace(_range(name, label, widget), play=play, late=late)
    if isinstance(widget, widgets.ValueWidget):
        value = widget.get_interact_value()
        notes.append(
            f"{name!r} is a {type(widget).__name__}, which has no finite list of values to draw: it stands still at "
            f"{value!r}. A slider, drop-down, radio buttons, toggles or a checkbox would move"
        )
        return Control(name, label, "fixed", [value], [str(value)], 0)
    raise TypeError(f"control {name!r} is a {type(widget).__name__}, which has no value")


def _choice(name: str, label: str, kind: str, widget: Any) -> Control:
    texts, values = stock.options(widget)
    if not values:
        raise ValueError(f"control {name!r} has no options")
    return Control(name, label, kind, values, _told_apart(texts), widget.index or 0)


def _told_apart(texts: Sequence[str]) -> list[str]:
    """The texts, those that come again with a number, since links name options by their texts."""
    seen: dict[str, int] = {}
    apart = []
    for text in texts:
        seen[text] = seen.get(text, 0) + 1
        apart.append(text if seen[text] == 1 else f"{text} ({seen[text]})")
    return apart


def _range(name: str, label: str, widget: Any) -> Control:
    values, step = _grid(widget)
    start = min(range(len(values)), key=lambda number: abs(values[number] - widget.value))
    if not math.isclose(values[start], widget.value, rel_tol=1e-9, abs_tol=1e-9 * step):
        values = sorted([*values, widget.value])  # ipywidgets starts where it is told to, on its grid or not
        start = values.index(widget.value)
        return Control(name, label, "steps", values, _readouts(name, widget, values), start)
    return Control(name, label, "range", values, _readouts(name, widget, values), start, grid=(values[0], step))


def _log(name: str, label: str, widget: Any) -> Control:
    exponents, step = _grid(widget)
    values = [float(f"{widget.base**exponent:.12g}") for exponent in exponents]
    start = min(range(len(values)), key=lambda number: abs(math.log(values[number] / widget.value)))
    if not math.isclose(values[start], widget.value, rel_tol=1e-6):
        values = sorted([*values, widget.value])
        start = values.index(widget.value)
    return Control(name, label, "steps", values, _readouts(name, widget, values), start)


def _pair(name: str, label: str, widget: Any) -> Control:
    if isinstance(widget, widgets.SelectionRangeSlider):
        texts, options = stock.options(widget)
        low, high = widget.index
        labels = _told_apart(texts)
        pairs = _pairs(len(options))
        values: list[Any] = [(options[a], options[b]) for a, b in pairs]
        return Control(name, label, "pair", values, labels, pairs.index((low, high)), ends=labels)
    numbers, _ = _grid(widget)
    numbers = sorted({*numbers, *widget.value})
    pairs = _pairs(len(numbers))
    start = pairs.index((numbers.index(widget.value[0]), numbers.index(widget.value[1])))
    values = [(numbers[a], numbers[b]) for a, b in pairs]
    return Control(name, label, "pair", values, _readouts(name, widget, numbers), start, ends=numbers)


def _grid(widget: Any) -> tuple[list[Any], float]:
    """The numbers a slider can take, to the last digit of its step, and the step."""
    low, high, step = widget.min, widget.max, widget.step
    if all(isinstance(number, int) for number in (low, high, step)) and step:
        step *= max(1, math.ceil((high - low) / step / _FINEST))
        return list(range(low, high + 1, step)), step
    step = step or 0.1
    step *= max(1, math.ceil((high - low) / step / _FINEST))
    first, exact = Decimal(repr(float(low))), Decimal(repr(float(step)))
    count = math.floor((high - low) / step + 1e-9) + 1
    return [float(first + number * exact) for number in range(count)], step


def _readouts(name: str, widget: Any, values: Sequence[Any]) -> list[str]:
    readout = getattr(widget, "readout_format", "d" if all(isinstance(value, int) for value in values) else "g")
    try:
        texts = [format(value, readout) for value in values]
    except ValueError:
        raise ValueError(f"control {name!r}: Python cannot write numbers in the read-out format {readout!r}") from None
    # A format too coarse for the step would call all values by one name.
    return texts if len(set(texts)) > len(texts) / 2 else [format(value, ".6g") for value in values]


# --- too many values -------------------------------------------------------------------------------------------------


def count(controls: Sequence[Control]) -> int:
    """How many frames there are to draw."""
    return math.prod(len(control.values) for control in controls)


def coarsened(controls: Sequence[Control], most: int) -> tuple[list[Control], list[str]]:
    """The controls with as many values left out as it takes for at most ``most`` frames; the start stays exact.

    Sliders are made coarser, down to two values each; where that does not suffice, the last controls stand still. One
    menu alone may still have more than ``most``.
    """
    strides = dict.fromkeys(range(len(controls)), 1)
    coarse = list(controls)
    while count(coarse) > most:
        able = [k for k, control in enumerate(coarse) if _places(control) > 2]
        if not able:
            moving = [k for k, control in enumerate(coarse) if len(control.values) > 1]
            if len(moving) < 2:
                break
            coarse[moving[-1]] = _at_rest(controls[moving[-1]])
            continue
        widest = max(able, key=lambda k: _places(coarse[k]))
        before = _places(coarse[widest])
        while _places(coarse[widest]) == before:
            strides[widest] += 1
            coarse[widest] = _every(controls[widest], strides[widest])
        if _places(coarse[widest]) == 1:
            coarse[widest] = _at_rest(controls[widest])
    notes = [
        f"{now.name!r} stands still at {now.values[0]!r}"
        if now.kind == "fixed"
        else f"{now.name!r} has {_places(now)} of its {_places(was)} values, one in {strides[k]}"
        for k, (was, now) in enumerate(zip(controls, coarse, strict=True))
        if now is not was
    ]
    return coarse, notes


def _places(control: Control) -> int:
    """How many places a slider has; 1 for what cannot be made coarser."""
    if control.kind in ("range", "steps", "options"):
        return len(control.values)
    return len(control.ends) if control.ends is not None else 1


def _at_rest(control: Control) -> Control:
    value = control.values[control.start]
    return Control(control.name, control.label, "fixed", [value], [str(value)], 0)


def _every(control: Control, stride: int) -> Control:
    if control.ends is not None:
        low, high = _pairs(len(control.ends))[control.start]
        kept = sorted({*range(low % stride, len(control.ends), stride), low, high})
        all_values = dict(zip(_pairs(len(control.ends)), control.values, strict=True))
        pairs = _pairs(len(kept))
        return replace(
            control,
            values=[all_values[kept[a], kept[b]] for a, b in pairs],
            labels=[control.labels[k] for k in kept],
            start=pairs.index((kept.index(low), kept.index(high))),
            ends=[control.ends[k] for k in kept],
        )
    numbers = range(control.start % stride, len(control.values), stride)
    values = [control.values[k] for k in numbers]
    return replace(
        control,
        values=values,
        labels=[control.labels[k] for k in numbers],
        start=control.start // stride,
        grid=(values[0], control.grid[1] * stride) if control.grid else None,
    )
