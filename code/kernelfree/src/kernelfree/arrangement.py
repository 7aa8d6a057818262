"""Controls that an author arranges in boxes, while a book is built: ``HBox(panel.children[:-1])`` and the like.

``interactive`` and ``interactive_output`` give widgets that an author puts into boxes and displays. Here it is noted
which widget belongs to which figure, and the display of a box that holds one becomes the display of that figure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import ipywidgets as widgets

from kernelfree import capture, page

if TYPE_CHECKING:
    from kernelfree.interaction import Figure

#: Where a figure's output is to appear, and where its controls are.
_outputs: WeakKeyDictionary[Any, Figure] = WeakKeyDictionary()
_controls: WeakKeyDictionary[Any, Figure] = WeakKeyDictionary()
#: Figure -> the box that its controls were displayed in, before the figure was.
_boxes: WeakKeyDictionary[Figure, Any] = WeakKeyDictionary()


def register(figure: Figure, *parts: Any) -> None:
    """Note that ``parts`` are where ``figure`` is shown, or controls of it."""
    own = list(figure.widgets.values())
    for part in parts:
        (_controls if any(part is widget for widget in own) else _outputs)[part] = figure
    shell = capture.shell_of_kernel()
    if shell is not None:
        shell.display_formatter.ipython_display_formatter.for_type(widgets.Widget, _show)


def _show(widget: Any) -> None:
    """What displaying a widget does."""
    from kernelfree.interaction import show_start

    below = list(_walk(widget))
    figures = list(dict.fromkeys(_outputs[part] for part in below if part in _outputs))
    steered = list(dict.fromkeys(_controls[part] for part in below if part in _controls))
    for figure in figures:
        if (shown := capture.current()) is not None:
            show_start(figure.draw, figure.widgets, shown)
            continue
        box = widget if figure in steered and widget not in _outputs else _boxes.get(figure)
        try:
            capture.display(figure.bundle(partial(_arranged, box, figure)), raw=True)
        except Exception as error:
            if not page.may_leave():
                raise
            capture.display(page.left(figure.name, error), raw=True)
            _show_stock(widget)
    if figures:
        return
    if steered and any(figure.widgets for figure in steered):
        for figure in steered:
            _boxes[figure] = widget  # they are shown with their figure, in this order
        return
    _show_stock(widget)


def _show_stock(widget: Any) -> None:
    data = widget._repr_mimebundle_()
    capture.display(data[0] if isinstance(data, tuple) else data, raw=True)


def _walk(widget: Any) -> Iterator[Any]:
    yield widget
    if widget in _outputs and not page.building():
        return
    for child in getattr(widget, "children", ()):
        yield from _walk(child)


def _arranged(box: Any, figure: Figure, html: Mapping[str, str]) -> str:
    """The controls' HTML in rows and columns as ``box`` has them, those it does not hold after it."""
    names = {id(widget): name for name, widget in figure.widgets.items()}
    left = dict(html)

    def inside(widget: Any) -> str:
        if id(widget) in names:
            return left.pop(names[id(widget)], "")
        parts = [text for text in map(inside, getattr(widget, "children", ())) if text]
        if len(parts) < 2:
            return "".join(parts)
        kind = "kf-row" if isinstance(widget, widgets.HBox) else "kf-column"
        return f'<div class="{kind}">{"".join(parts)}</div>'

    placed = inside(box) if box is not None else ""
    return placed + "".join(left.values())
