"""Offer a few options: ``Menu``, ``Radio``, ``Checkbox``."""

from dataclasses import dataclass
from html import escape
from typing import Any, Self

import ipywidgets as widgets

from kernelfree.draw.mathematics import text_to_html
from kernelfree.interaction.controls.control import Control, OptionsControl, basics, control_html, label_html


@dataclass(frozen=True, kw_only=True)
class Menu(OptionsControl):
    """Shows options in a drop-down menu."""

    widget_types = (widgets.Dropdown, widgets.Select)

    def html(self, group: str) -> str:
        options = "".join(
            f"<option{' selected' if number == self.start else ''}>{escape(text)}</option>"
            for number, text in enumerate(self.labels)
        )
        menu = f'<select autocomplete="off">{options}</select>'
        return control_html(self.name, f"<label>{label_html(self.label)} {menu}</label>")


@dataclass(frozen=True, kw_only=True)
class Radio(OptionsControl):
    """Shows options as a group of radio buttons."""

    widget_types = (widgets.RadioButtons, widgets.ToggleButtons)

    def html(self, group: str) -> str:
        name = escape(self.name)
        buttons = "".join(
            f'<label><input type="radio" name="{group}-{name}"'
            f"{' checked' if number == self.start else ''}>{text_to_html(text)}</label>"
            for number, text in enumerate(self.labels)
        )
        return (
            f'<fieldset class="kf-control kf-choice" data-control="{name}">'
            f'<legend class="kf-label">{text_to_html(self.label)}</legend>{buttons}</fieldset>'
        )


@dataclass(frozen=True, kw_only=True)
class Checkbox(Control):
    """Shows a boolean as a checkbox."""

    widget_types = (widgets.Checkbox, widgets.ToggleButton, widgets.Valid)

    @classmethod
    def from_widget(cls, name: str, widget: Any) -> Self:
        return cls(values=[False, True], labels=["False", "True"], start=int(widget.value), **basics(name, widget))

    def html(self, group: str) -> str:
        checked = " checked" if self.values[self.start] else ""
        box = f'<input type="checkbox"{checked}>'
        return control_html(self.name, f'<label class="kf-toggle">{box} {label_html(self.label)}</label>')
