"""Find the figures that ``draw`` reuses: they exist before it is called, and it only changes them."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from types import FunctionType
from typing import Any

from matplotlib._pylab_helpers import Gcf
from matplotlib.artist import Artist
from matplotlib.figure import Figure

#: How many calls deep the names of a function are followed: draw() -> update() -> redraw_axes() -> helper().
_CALL_DEPTH = 3


class ReusedFigures:
    """Holds the figures that exist before ``draw`` is called: those open in pyplot, and those that it names."""

    def __init__(self, draw: Callable[..., Any]) -> None:
        self.named = list(dict.fromkeys(_figures_of(_values_of_names(draw, _CALL_DEPTH))))
        self.figures = list(dict.fromkeys([*open_figures(), *self.named]))
        #: The open figures that ``draw`` does not name: Jupyter shows them before it calls ``draw``.
        self.unrelated = [figure for figure in self.figures if figure not in self.named]
        #: The figures that the last call changed, in order, and those that any has.
        self.changed: list[Any] = []
        self.ever_changed: set[Any] = set()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Note in ``changed`` which of the figures change inside."""
        self.changed = []

        def note(figure: Any, stale: bool) -> None:
            if figure not in self.changed:
                self.changed.append(figure)
                self.ever_changed.add(figure)

        with ExitStack() as stack:
            for figure in self.figures:
                stack.enter_context(replaced(figure, "stale_callback", note))
            yield


@contextmanager
def replaced(owner: Any, name: str, value: Any) -> Iterator[None]:
    """Set an attribute for as long as the context lasts."""
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


def open_figures() -> list[Any]:
    """List the figures that pyplot holds, in order, without changing which of them is the current one."""
    return [manager.canvas.figure for manager in Gcf.get_all_fig_managers()]


def forget_closed_figures() -> None:
    """Let go of the figures that are closed: Jupyter's backend keeps all that a cell makes until the cell ends."""
    kept = getattr(getattr(sys.modules.get("matplotlib_inline.backend_inline"), "show", None), "_to_draw", [])
    kept[:] = [figure for figure in open_figures() if figure in kept]


def _values_of_names(draw: Callable[..., Any], depth: int) -> Iterable[Any]:
    """Yield what ``draw``, and functions that it calls ``depth`` deep, refer to: globals, closures, its object's."""
    function = getattr(draw, "func", draw)  # of a partial
    function = getattr(function, "__func__", function)  # of a method
    if not hasattr(function, "__code__"):  # a cached or a decorated function, or an object that can be called
        function = getattr(function, "__wrapped__", type(function).__call__)
    code, namespace = getattr(function, "__code__", None), getattr(function, "__globals__", {})
    for name in code.co_names if code else ():
        if name in namespace:
            value = namespace[name]
            yield value
            called = getattr(value, "__wrapped__", value)
            if depth and isinstance(called, FunctionType):
                yield from _values_of_names(called, depth - 1)
    for cell in getattr(function, "__closure__", None) or ():
        with suppress(ValueError):  # it may not be filled yet
            yield cell.cell_contents
    owner = getattr(draw, "__self__", draw if not hasattr(draw, "__code__") else None)
    yield from getattr(owner, "__dict__", {}).values()


def _figures_of(values: Iterable[Any]) -> Iterator[Any]:
    """Yield the figures of all artists among the values, in lists, tuples and arrays of objects too."""
    for value in values:
        parts = value.ravel().tolist() if type(value).__name__ == "ndarray" and value.dtype == object else value
        for part in parts if isinstance(parts, (list, tuple)) else [parts]:
            if isinstance(part, Artist):
                figure = part if isinstance(part, Figure) else part.get_figure()
                if isinstance(figure, Figure):
                    yield figure
