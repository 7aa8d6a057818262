"""Offer values on a track: ``NumberSlider``, ``TextSlider``, and ``RangeSlider`` with two handles."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from html import escape
from itertools import pairwise
from typing import Any, Self

import ipywidgets as widgets

from kernelfree.interaction.controls.control import Control, OptionsControl, basics, control_html, distinct, label_html
from kernelfree.interaction.originals import options_of, play_of

#: A slider with more steps than this is made coarser before anything is counted.
_MAX_STEPS = 100_000


@dataclass(frozen=True, kw_only=True)
class _Slider(Control):
    """Shows values on a track with one handle, which counts them, and beside it the present value."""

    @property
    def stops(self) -> int:
        return len(self.values)

    def coarser(self, stops: int) -> Self:
        kept = spread(len(self.values), stops, self.start)
        values, labels = [self.values[k] for k in kept], [self.labels[k] for k in kept]
        return replace(self, values=values, labels=labels, start=kept.index(self.start))

    def _html(self, readout: str) -> str:
        track = _track(len(self.values), self.start, self.labels[self.start])
        label = f'<label>{label_html(self.label)}<span class="kf-track">{track}</span></label>'
        return control_html(self.name, label + readout)


@dataclass(frozen=True, kw_only=True)
class NumberSlider(_Slider):
    """Shows numbers in order, with a field beside the track, and for ``widgets.Play`` a button that runs through."""

    widget_types = (
        *(widgets.IntSlider, widgets.FloatSlider, widgets.FloatLogSlider),
        *(widgets.BoundedIntText, widgets.BoundedFloatText, widgets.Play),
    )

    readout: bool = True
    #: Milliseconds from one value to the next while Play runs.
    play: int | None = None

    @classmethod
    def from_widget(cls, name: str, widget: Any) -> Self:
        values = _grid(name, widget)
        if isinstance(widget, widgets.FloatLogSlider):
            values = [float(f"{widget.base**exponent:.12g}") for exponent in values]
        nearest = min(values, key=lambda value: abs(value - widget.value))
        if not math.isclose(nearest, widget.value, rel_tol=1e-9, abs_tol=1e-12 * (values[-1] - values[0])):
            nearest = widget.value  # ipywidgets starts off its own grid, too
            values = sorted([*values, nearest])
        play = widget if isinstance(widget, widgets.Play) else play_of(widget)
        return cls(
            values=values,
            labels=_readouts(name, widget, values),
            start=values.index(nearest),
            readout=getattr(widget, "readout", True),
            play=play.interval if play else None,
            **basics(name, widget),
        )

    def limits(self) -> dict[str, Any]:
        return {"kind": "number", "min": self.values[0], "max": self.values[-1]}

    def to_json(self) -> dict[str, Any]:
        play = {"play": self.play} if self.play else {}
        return {**super().to_json(), "values": self.values, "labels": self.labels, **play}

    def html(self, group: str) -> str:
        button = '<button type="button" class="kf-play" aria-pressed="false">Play</button>' if self.play else ""
        return self._html((self._field() if self.readout else "") + button)

    def _field(self) -> str:
        """Return the field for a number; one for texts where the author's format writes more than a number."""
        numbers = all(re.fullmatch(r"-?[\d.]+(e[-+]\d+)?", label) for label in self.labels)
        steps = {f"{high - low:.9g}" for low, high in pairwise(self.values)}
        step = steps.pop() if len(steps) == 1 else "any"
        limits = f'type="number" min="{self.values[0]}" max="{self.values[-1]}" step="{step}"'
        name = f'aria-label="{escape(self.label)}, as a number"'
        value = escape(self.labels[self.start])
        limits = limits if numbers else 'type="text"'
        field = f'<input {limits} class="kf-number" value="{value}" autocomplete="off" {name}>'
        return f'<span class="kf-field">{field}</span>'


@dataclass(frozen=True, kw_only=True)
class TextSlider(OptionsControl, _Slider):
    """Shows texts on a track."""

    widget_types = (widgets.SelectionSlider,)

    def html(self, group: str) -> str:
        return self._html(_text_field(self.labels[self.start]))


@dataclass(frozen=True, kw_only=True)
class RangeSlider(Control):
    """Shows a track with two handles. ``values`` are all pairs of ends, low <= high; ``labels`` belong to the ends."""

    widget_types = (widgets.IntRangeSlider, widgets.FloatRangeSlider, widgets.SelectionRangeSlider)

    #: What each handle chooses among, as the page and its links have it.
    ends: list[Any]

    @classmethod
    def from_widget(cls, name: str, widget: Any) -> Self:
        if isinstance(widget, widgets.SelectionRangeSlider):
            texts, options = options_of(widget)
            labels = ends = distinct(texts)
            low, high = widget.index
        else:
            options = ends = sorted({*_grid(name, widget, 300), *widget.value})
            labels = _readouts(name, widget, ends)
            low, high = map(ends.index, widget.value)
        pairs = _pairs(len(options))
        values = [(options[a], options[b]) for a, b in pairs]
        return cls(values=values, labels=labels, start=pairs.index((low, high)), ends=ends, **basics(name, widget))

    @property
    def page_values(self) -> list[Any]:
        return [[self.ends[low], self.ends[high]] for low, high in _pairs(len(self.ends))]

    def to_json(self) -> dict[str, Any]:
        return {**super().to_json(), "ends": self.ends, "labels": self.labels}

    def limits(self) -> dict[str, Any]:
        return {"kind": "range", "values": self.ends}

    @property
    def stops(self) -> int:
        return len(self.ends)

    def coarser(self, stops: int) -> Self:
        pairs = _pairs(len(self.ends))
        low, high = pairs[self.start]
        kept = spread(len(self.ends), stops, low, high)
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
            _track(len(self.ends), at, self.labels[at], f' aria-label="{name}, {which}"')
            for at, which in ((low, "from"), (high, "to"))
        )
        text = _text_field(f"{self.labels[low]} to {self.labels[high]}")
        return control_html(self.name, f'{label_html(self.label)}<span class="kf-track kf-pair">{tracks}</span>{text}')


def _track(count: int, at: int, text: str, label: str = "") -> str:
    limits = f'min="0" max="{count - 1}" step="1" value="{at}"'
    return f'<input type="range" {limits} autocomplete="off" aria-valuetext="{escape(text)}"{label}>'


def _text_field(text: str) -> str:
    return f'<span class="kf-field kf-text" aria-hidden="true">{escape(text)}</span>'


def spread(count: int, wanted: int, *needed: int) -> list[int]:
    """Return about ``wanted`` of ``count`` stops, evenly spread: ``spread(11, 3, 7)`` is ``[0, 7, 10]``."""
    even = {round(k * (count - 1) / (wanted - 1)) for k in range(wanted)}
    for position in set(needed) - even:
        if free := even - {0, count - 1, *needed}:
            even.remove(min(free, key=lambda k: abs(k - position)))
        even.add(position)
    return sorted(even)


def _pairs(count: int) -> list[tuple[int, int]]:
    """List the stops at which two handles can be: ``_pairs(2)`` is ``[(0, 0), (0, 1), (1, 1)]``."""
    return [(low, high) for low in range(count) for high in range(low, count)]


def _grid(name: str, widget: Any, most: int = _MAX_STEPS) -> list[Any]:
    """Return the numbers that a slider can take, exact to the last digit of its step."""
    low, high, step = widget.min, widget.max, widget.step or 0.1
    if step < 0:
        raise ValueError(f"control {name!r} has the step {step}, which leads from its lowest value to none")
    step *= max(1, math.ceil((high - low) / step / most))
    if all(isinstance(number, int) for number in (low, high, step)):
        return list(range(low, high + 1, step))
    first, exact = Decimal(repr(float(low))), Decimal(repr(float(step)))
    return [float(first + number * exact) for number in range(math.floor((high - low) / step + 1e-9) + 1)]


def _readouts(name: str, widget: Any, values: Sequence[Any]) -> list[str]:
    """Write values in the read-out format that the author chose, else with the decimals that they need."""
    trait = type(widget).class_traits().get("readout_format")
    readout = getattr(widget, "readout_format", "")
    if trait is None or (readout == trait.default_value and not isinstance(widget, widgets.FloatLogSlider)):
        digits = max(map(_decimals, values))
        readout = f".{digits}f" if digits <= 6 else ".6g"
    try:
        texts = [format(value, readout) for value in values]
    except ValueError:
        raise ValueError(f"control {name!r}: Python cannot write numbers in the read-out format {readout!r}") from None
    return [re.sub(r"(e[-+])0(\d)$", r"\1\2", text) for text in texts]  # 2e-8, as JavaScript has it


def _decimals(number: float) -> int:
    """Return how many decimals a number has: 0.05 has 2, 1e-7 has 7."""
    exponent = Decimal(repr(number)).normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0
