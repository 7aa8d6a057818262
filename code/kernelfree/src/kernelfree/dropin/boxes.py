"""Replace ``interact`` and its family in ipywidgets, and serve those whose controls authors arrange in boxes.

Displaying a box that holds a figure's output displays the figure, with its controls in the box's rows and columns.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from html import escape
from itertools import zip_longest
from typing import Any

import ipywidgets as widgets
from IPython import get_ipython

from kernelfree.building import is_building, may_fall_back
from kernelfree.deliver.payload import FallbackNotice
from kernelfree.draw.mathematics import text_to_html
from kernelfree.interaction import originals
from kernelfree.interaction.call import Interact
from kernelfree.interaction.figure import Draw, InteractFigure, Options, show_start_inside
from kernelfree.record.outputs import from_html, text
from kernelfree.record.recording import display
from kernelfree.record.reused import ReusedFigures
from kernelfree.state import state

_NOTHING = {"text/html": "", "text/plain": ""}


def install(ipywidgets: Any) -> None:
    """Replace the names in ``ipywidgets`` and in the modules that it has them from."""
    replacements = {
        "interact": Interact(is_drop_in=True),
        "interact_manual": Interact(Options(manual=True), is_drop_in=True),
        "interactive_output": interactive_output,
    }
    for module in (ipywidgets, ipywidgets.widgets, ipywidgets.widgets.interaction):
        for name, function in replacements.items():
            setattr(module, name, function)
    # Not in ipywidgets.widgets.interaction, where it is the base class of the originals.
    for module in (ipywidgets, ipywidgets.widgets):
        module.interactive = interactive


def interactive(draw: Draw, /, *args: Any, **abbreviations: Any) -> Any:
    """Return ``ipywidgets.interactive``: a widget to display, by itself or with its children arranged in boxes."""
    if not is_building():
        return originals.interactive(draw, *args, **abbreviations)
    panel = originals.make_panel(draw, abbreviations, announce=True)
    controls = originals.widgets_by_argument(panel)
    _register(InteractFigure(draw, controls, Options()), panel, panel.out)
    return panel


def interactive_output(draw: Draw, controls: Mapping[str, Any], /) -> Any:
    """Return ``ipywidgets.interactive_output``: the output of ``draw``, without the controls (argument -> widget)."""
    if not is_building():
        return originals.interactive_output(draw, controls)
    output = widgets.Output()
    _register(InteractFigure(draw, controls, Options()), output)
    return output


def _register(figure: InteractFigure, *outputs: Any) -> None:
    """Note where a figure is shown and which controls it has, and take over the display of widgets."""
    state.controls.update(dict.fromkeys(figure.widgets.values(), figure))
    state.outputs.update(dict.fromkeys(outputs, figure))
    shell: Any = get_ipython()
    if shell is not None:
        shell.display_formatter.mimebundle_formatter.for_type(widgets.Widget, _mime_bundle)


def _mime_bundle(widget: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a widget's display: the figures whose outputs are in it, else ipywidgets' own; controls alone may wait."""
    below = list(_walk(widget))
    figures = list(dict.fromkeys(state.outputs[part] for part in below if part in state.outputs))
    played = [figure for control, figure in state.controls.items() if originals.play_of(control) in below]
    controlled = list(dict.fromkeys([*(state.controls[part] for part in below if part in state.controls), *played]))
    stand_alone = not figures and any(figure.widgets for figure in controlled)
    if stand_alone:
        for figure in controlled:
            state.boxes[figure] = [box for box in state.boxes.get(figure, []) if box is not widget] + [widget]
        figures = [figure for figure in controlled if ReusedFigures(figure.draw).named]
    new = [figure for figure in figures if figure not in state.brought]
    if stand_alone:
        state.brought.update(new)
    if not new and (figures or stand_alone):
        return _NOTHING, {}
    data = None
    for figure in new:
        if data:
            display(data, raw=True)
        holds_both = figure in controlled and widget not in state.outputs
        data = _figure_output(figure, widget, [widget] if holds_both else state.boxes.get(figure, []))
    return data or _original(widget), {}


def _figure_output(figure: InteractFigure, widget: Any, boxes: list[Any]) -> dict[str, Any]:
    """Return the display of ``widget`` as the figure, its controls in ``boxes``; as ipywidgets has it if that fails."""
    if state.recording is not None:
        show_start_inside(state.recording, figure.draw, figure.widgets)
        return _NOTHING
    try:
        return figure.output(partial(_arrange, boxes, figure), _left_out(boxes, figure))
    except Exception as error:
        if not may_fall_back():
            raise
        display(FallbackNotice(name=figure.name, reason=str(error)).to_output(), raw=True)
        return _original(widget)


def _original(widget: Any) -> dict[str, Any]:
    data = widget._repr_mimebundle_()
    return dict(data[0] if isinstance(data, tuple) else data)


def _walk(widget: Any) -> Iterator[Any]:
    yield widget
    for child in getattr(widget, "children", ()):
        yield from _walk(child)


def _left_out(boxes: list[Any], figure: InteractFigure) -> list[str]:
    """Name the widgets in boxes that the figure's page cannot show: they are no words, and control nothing there."""
    plays = [originals.play_of(control) for control in figure.widgets.values()]
    shown = [*figure.widgets.values(), *state.outputs, *state.controls, *plays]
    words = (widgets.HTML, widgets.HTMLMath, widgets.Label)
    lost = [
        f"{type(one).__name__} {getattr(one, 'description', '')}".strip()
        for box in boxes
        for one in _walk(box)
        if not (hasattr(one, "children") or one in shown or isinstance(one, words) or _words(one))
        if one.layout.display != "none" and "_ipython_display_" not in vars(one)  # an Output whose content is in frames
    ]
    note = f"these beside its controls are left out, since nothing moves them on the page: {', '.join(lost)}"
    return [note] if lost else []


def _arrange(boxes: list[Any], figure: InteractFigure, html: Mapping[str, str]) -> str:
    """Join the controls' HTML in rows and columns as ``boxes`` have them, followed by those that they do not hold."""
    names = {id(widget): name for name, widget in figure.widgets.items()}
    remaining = dict(html)

    def inside(widget: Any) -> str:
        if widget.layout.display == "none" or widget.layout.visibility == "hidden":
            return ""
        if id(widget) in names and (control := remaining.pop(names[id(widget)], "")):
            return control
        titles = getattr(widget, "titles", ())
        below = list(getattr(widget, "children", ()))
        parts = [_words(widget)]
        for title, child in zip_longest(titles, below, fillvalue=""):
            if text := inside(child):
                parts += [f'<p class="kf-label">{escape(title)}</p>' if title else "", text]
        parts = [part for part in parts if part]
        if len(parts) < 2:
            return "".join(parts)
        kind = "kf-row" if isinstance(widget, widgets.HBox) else "kf-column"
        return f'<div class="{kind}">{"".join(parts)}</div>'

    return "".join([*map(inside, boxes), *remaining.values()])


def _words(widget: Any) -> str:
    """Return what a widget that cannot be moved says, as HTML."""
    if isinstance(widget, (widgets.HTML, widgets.HTMLMath)):
        return "".join(map(str, from_html(widget.value) or text(re.sub("<[^>]*>", "", widget.value))))
    if isinstance(widget, widgets.Label):
        return f"<p>{text_to_html(widget.value)}</p>"
    if getattr(widget, "disabled", False) and isinstance(widget, widgets.ValueWidget):
        return f"<p>{escape(f'{widget.description} {widget.value}'.strip())}</p>"
    return ""
