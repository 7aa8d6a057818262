"""Define what every kind of control has, and the pieces of HTML that several kinds share."""

import itertools
from abc import ABC, abstractmethod
from dataclasses import dataclass
from html import escape
from typing import Any, ClassVar, Self

from kernelfree.draw.mathematics import text_to_html
from kernelfree.interaction.originals import options_of


@dataclass(frozen=True, kw_only=True)
class Control(ABC):
    """Offers a finite list of values for an argument. Each kind has an object of its name in ``static/controls.js``."""

    widget_types: ClassVar[tuple[type, ...]] = ()

    name: str
    label: str
    #: The values in order, and a text for each; a ``RangeSlider``, whose values are pairs, has texts for the ends.
    values: list[Any]
    labels: list[str]
    start: int
    #: Whether the figure waits until the reader lets go.
    late: bool = False

    @classmethod
    @abstractmethod
    def from_widget(cls, name: str, widget: Any) -> Self:
        """Return the control for a widget of one of the ``widget_types``."""

    @property
    def page_values(self) -> list[Any]:
        """Return the values as the page and its links have them: numbers, booleans, pairs, texts of options."""
        return self.values

    def worded(self) -> list[str]:
        """Return the values as messages name them: short, and without an address in the memory."""
        texts = itertools.zip_longest(map(repr, self.values), map(repr, self.labels), fillvalue="")
        return [text if len(text) < 60 and " at 0x" not in text else label for text, label in texts][: len(self.values)]

    @abstractmethod
    def html(self, group: str) -> str:
        """Return the control as HTML, in its starting position. ``group`` is a name that the figure alone has."""

    def to_json(self) -> dict[str, Any]:
        """Return what the object of this name in ``static/controls.js`` needs to know."""
        late = {"late": True} if self.late else {}
        return {"name": self.name, "kind": type(self).__name__, "count": len(self.values), **late}

    def limits(self) -> dict[str, Any]:
        """Return which values a link may ask for."""
        return {"kind": "choice", "values": self.page_values}

    @property
    def stops(self) -> int:
        """Return at how many places a handle can stop; 1 for a control that cannot become coarser."""
        return 1

    def coarser(self, stops: int) -> Self:
        """Return the control with about so many stops, both ends and the start among them."""
        raise TypeError(f"a {type(self).__name__} cannot become coarser")


@dataclass(frozen=True, kw_only=True)
class Fixed(Control):
    """Holds a value that the reader cannot change; the page does not show it."""

    @classmethod
    def from_widget(cls, name: str, widget: Any) -> Self:
        return cls.of(name, label_of(name, widget), widget.get_interact_value())

    @classmethod
    def of(cls, name: str, label: str, value: Any) -> Self:
        return cls(name=name, label=label, values=[value], labels=[str(value)], start=0)

    def html(self, group: str) -> str:
        return ""


def label_of(name: str, widget: Any) -> str:
    return getattr(widget, "description", "") or name


def basics(name: str, widget: Any) -> dict[str, Any]:
    """Return the fields that every control takes from its widget in the same way."""
    late = getattr(widget, "continuous_update", True) is False
    return {"name": name, "label": label_of(name, widget), "late": late}


@dataclass(frozen=True, kw_only=True)
class OptionsControl(Control):
    """Offers the options of a selection, which links name by their texts."""

    @classmethod
    def from_widget(cls, name: str, widget: Any) -> Self:
        texts, values = options_of(widget)
        if not values:
            raise ValueError(f"control {name!r} has no options")
        return cls(values=values, labels=distinct(texts), start=widget.index or 0, **basics(name, widget))

    @property
    def page_values(self) -> list[Any]:
        return self.labels

    def to_json(self) -> dict[str, Any]:
        return {**super().to_json(), "values": self.page_values}


def distinct(texts: list[str]) -> list[str]:
    """Number texts that occur again, since links name options by text: ``["a", "a"]`` -> ``["a", "a (2)"]``."""
    earlier = [texts[:k].count(text) for k, text in enumerate(texts)]
    return [f"{text} ({count + 1})" if count else text for text, count in zip(texts, earlier, strict=True)]


def control_html(name: str, content: str) -> str:
    """Wrap the content of a control in the element by which its front end finds it."""
    return f'<div class="kf-control" data-control="{escape(name)}">{content}</div>'


def label_html(label: str) -> str:
    return f'<span class="kf-label">{text_to_html(label)}</span>'
