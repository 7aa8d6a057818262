"""Offer values on a track: ``NumberSlider``, ``ValueSlider``, ``TextSlider``, and ``RangeSlider`` with two handles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from html import escape
from typing import Any, Self

import ipywidgets as widgets

from kernelfree.interaction.controls.control import (
    Control,
    OptionsControl,
    basics,
    control_html,
    distinct,
    label_html,
)
from kernelfree.interaction.originals import options_of

#: A number slider with more steps than this is made coarser before anything is counted.
_MAX_STEPS = 100_000


@dataclass(frozen=True, kw_only=True)
class _Slider(Control):
    """Shows values on a track with one handle, and beside it the present value."""

    @property
    def positions(self) -> int:
        return len(self.values)

    def coarser(self, stride: int) -> Self:
        """Return the slider with every ``stride``-th value: ``[0, 1, 2, 3, 4]``, start 3, by 2 -> ``[1, 3]``."""
        kept = slice(self.start % stride, None, stride)
        return replace(self, values=self.values[kept], labels=self.labels[kept], start=self.start // stride)

    def _html(self, track: str, readout: str) -> str:
        label = f'<label>{label_html(self.label)}<span class="kf-track">{track}</span></label>'
        return control_html(self.name, label + readout)

    def _counting_track(self) -> str:
        """Return a track that counts the values, which may lie anywhere."""
        return _track(0, len(self.values) - 1, 1, self.start, self.labels[self.start])


@dataclass(frozen=True, kw_only=True)
class _NumericSlider(_Slider):
    """Shows numbers on a track, with a number field beside it."""

    @property
    def states(self) -> list[Any]:
        return self.values

    def limits(self) -> dict[str, Any]:
        return {"kind": "number", "min": self.values[0], "max": self.values[-1]}


@dataclass(frozen=True, kw_only=True)
class NumberSlider(_NumericSlider):
    """Shows an even grid of numbers on a track, for ``widgets.Play`` with a button that runs through it."""

    widget_types = (
        *(widgets.IntSlider, widgets.FloatSlider),
        *(widgets.BoundedIntText, widgets.BoundedFloatText, widgets.Play),
    )

    step: float
    #: Milliseconds from one value to the next while Play runs.
    play: int | None = None

    @classmethod
    def from_widget(cls, name: str, widget: Any) -> NumberSlider | ValueSlider:
        values, step = _grid(widget)
        start = min(range(len(values)), key=lambda number: abs(values[number] - widget.value))
        if not math.isclose(values[start], widget.value, rel_tol=1e-9, abs_tol=1e-9 * step):
            return ValueSlider.starting_at(name, widget, values, widget.value)  # as ipywidgets does, off its own grid
        play = widget.interval if isinstance(widget, widgets.Play) else None
        labels = _readouts(name, widget, values)
        return cls(values=values, labels=labels, start=start, step=step, play=play, **basics(name, widget))

    @property
    def digits(self) -> int:
        """Return the number of decimals that the values have."""
        return max(_decimals(self.values[0]), _decimals(self.step))

    def to_json(self) -> dict[str, Any]:
        play = {"play": self.play} if self.play else {}
        grid = {"min": self.values[0], "step": self.step, "labels": self.labels, "digits": self.digits}
        return {**super().to_json(), **grid, **play}

    def coarser(self, stride: int) -> Self:
        return replace(super().coarser(stride), step=self.step * stride)

    def html(self, group: str) -> str:
        low, high = self.values[0], self.values[-1]
        value = _written(self.values[self.start], self.digits)
        field = _number_field(low, high, self.step, value, self.label)
        button = '<button type="button" class="kf-play" aria-pressed="false">Play</button>' if self.play else ""
        return self._html(_track(low, high, self.step, value, self.labels[self.start]), field + button)


@dataclass(frozen=True, kw_only=True)
class ValueSlider(_NumericSlider):
    """Shows numbers at any distance from each other, such as powers of ten, on a track."""

    widget_types = (widgets.FloatLogSlider,)

    @classmethod
    def from_widget(cls, name: str, widget: Any) -> ValueSlider:
        exponents, _ = _grid(widget)
        values = [float(f"{widget.base**exponent:.12g}") for exponent in exponents]
        nearest = min(values, key=lambda value: abs(math.log(value / widget.value)))
        is_near = math.isclose(nearest, widget.value, rel_tol=1e-6)
        return cls.starting_at(name, widget, values, nearest if is_near else widget.value)

    @classmethod
    def starting_at(cls, name: str, widget: Any, values: list[Any], start: Any) -> ValueSlider:
        """Return a slider over ``values``, with ``start`` among them."""
        values = values if start in values else sorted([*values, start])
        labels = _readouts(name, widget, values)
        return cls(values=values, labels=labels, start=values.index(start), **basics(name, widget))

    def to_json(self) -> dict[str, Any]:
        return {**super().to_json(), "values": self.values, "labels": self.labels}

    def html(self, group: str) -> str:
        value = _short(self.values[self.start])
        field = _number_field(self.values[0], self.values[-1], "any", value, self.label)
        return self._html(self._counting_track(), field)


@dataclass(frozen=True, kw_only=True)
class TextSlider(OptionsControl, _Slider):
    """Shows texts on a track."""

    widget_types = (widgets.SelectionSlider,)

    def html(self, group: str) -> str:
        return self._html(self._counting_track(), _text_field(self.labels[self.start]))


@dataclass(frozen=True, kw_only=True)
class RangeSlider(Control):
    """Shows a track with two handles. ``values`` are all pairs of ends, low <= high; ``labels`` belong to the ends."""

    widget_types = (widgets.IntRangeSlider, widgets.FloatRangeSlider, widgets.SelectionRangeSlider)

    #: The positions of a handle, as the page and its links name them.
    ends: list[Any]

    @classmethod
    def from_widget(cls, name: str, widget: Any) -> RangeSlider:
        if isinstance(widget, widgets.SelectionRangeSlider):
            texts, options = options_of(widget)
            labels = ends = distinct(texts)
            low, high = widget.index
        else:
            numbers, _ = _grid(widget)
            options = ends = sorted({*numbers, *widget.value})
            labels = _readouts(name, widget, ends)
            low, high = map(ends.index, widget.value)
        pairs = _pairs(len(options))
        values = [(options[a], options[b]) for a, b in pairs]
        return cls(values=values, labels=labels, start=pairs.index((low, high)), ends=ends, **basics(name, widget))

    @property
    def states(self) -> list[Any]:
        return [[self.ends[low], self.ends[high]] for low, high in _pairs(len(self.ends))]

    def to_json(self) -> dict[str, Any]:
        return {**super().to_json(), "ends": self.ends, "labels": self.labels}

    def limits(self) -> dict[str, Any]:
        return {"kind": "list", "items": {"kind": "choice", "values": self.ends}}

    @property
    def positions(self) -> int:
        return len(self.ends)

    def coarser(self, stride: int) -> Self:
        """Return the slider with every ``stride``-th end, and the two ends that it starts with."""
        pairs = _pairs(len(self.ends))
        low, high = pairs[self.start]
        kept = sorted({*range(low % stride, len(self.ends), stride), low, high})
        values = dict(zip(pairs, self.values, strict=True))
        kept_pairs = _pairs(len(kept))
        return replace(
            self,
            values=[values[kept[a], kept[b]] for a, b in kept_pairs],
            labels=[self.labels[k] for k in kept],
            start=kept_pairs.index((kept.index(low), kept.index(high))),
            ends=[self.ends[k] for k in kept],
        )

    def html(self, group: str) -> str:
        low, high = _pairs(len(self.ends))[self.start]
        name = escape(self.label)
        tracks = "".join(
            _track(0, len(self.ends) - 1, 1, at, self.labels[at], f' aria-label="{name}, {which}"')
            for at, which in ((low, "from"), (high, "to"))
        )
        text = _text_field(f"{self.labels[low]} to {self.labels[high]}")
        return control_html(self.name, f'{label_html(self.label)}<span class="kf-track kf-pair">{tracks}</span>{text}')


# --- HTML ------------------------------------------------------------------------------------------------------------


def _track(low: Any, high: Any, step: Any, value: Any, text: str, label: str = "") -> str:
    limits = f'min="{low}" max="{high}" step="{step}"'
    return f'<input type="range" {limits} value="{value}" autocomplete="off" aria-valuetext="{escape(text)}"{label}>'


def _number_field(low: Any, high: Any, step: Any, value: str, label: str) -> str:
    limits = f'min="{low}" max="{high}" step="{step}"'
    name = f'aria-label="{escape(label)}, as a number"'
    field = f'<input type="number" class="kf-number" {limits} value="{value}" autocomplete="off" {name}>'
    return f'<span class="kf-field">{field}</span>'


def _text_field(text: str) -> str:
    return f'<span class="kf-field kf-text" aria-hidden="true">{escape(text)}</span>'


# --- numbers ---------------------------------------------------------------------------------------------------------


def _pairs(count: int) -> list[tuple[int, int]]:
    """List the positions that two handles can have: ``_pairs(2)`` is ``[(0, 0), (0, 1), (1, 1)]``."""
    return [(low, high) for low in range(count) for high in range(low, count)]


def _grid(widget: Any) -> tuple[list[Any], float]:
    """Return the numbers that a slider can take, exact to the last digit of its step, and the step."""
    low, high, step = widget.min, widget.max, widget.step
    if all(isinstance(number, int) for number in (low, high, step)) and step:
        step *= max(1, math.ceil((high - low) / step / _MAX_STEPS))
        return list(range(low, high + 1, step)), step
    step = step or 0.1
    step *= max(1, math.ceil((high - low) / step / _MAX_STEPS))
    first, exact = Decimal(repr(float(low))), Decimal(repr(float(step)))
    count = math.floor((high - low) / step + 1e-9) + 1
    return [float(first + number * exact) for number in range(count)], step


def _readouts(name: str, widget: Any, values: Sequence[Any]) -> list[str]:
    """Write values in the widget's ``readout_format``."""
    readout = getattr(widget, "readout_format", "d" if all(isinstance(value, int) for value in values) else "g")
    try:
        texts = [format(value, readout) for value in values]
    except ValueError:
        raise ValueError(f"control {name!r}: Python cannot write numbers in the read-out format {readout!r}") from None
    # A format too coarse for the step would give most values the same text.
    return texts if len(set(texts)) > len(texts) / 2 else [format(value, ".6g") for value in values]


def _decimals(number: float) -> int:
    """Return how many decimals a number has: 0.05 has 2, 1e-7 has 7."""
    exponent = Decimal(repr(number)).normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def _written(number: float, digits: int) -> str:
    """Write a number as JavaScript does in a number field: decimals, or for the very small a power of ten."""
    return f"{number:.{digits}f}" if digits <= 6 else repr(float(f"{number:.{digits}f}"))


def _short(number: float) -> str:
    """Write a number as the kit's ``short`` does: at most five digits, below 0.0001 with a power of ten."""
    return repr(float(f"{number:.5g}")).removesuffix(".0").replace("e-0", "e-")
