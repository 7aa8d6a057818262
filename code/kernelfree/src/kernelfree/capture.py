"""What one call of ``draw`` shows, in the order in which Jupyter would show it: figures, texts, rich outputs."""

from __future__ import annotations

import io
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from types import FunctionType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: One thing shown: a matplotlib figure, a text as printed, or a display's data by MIME type.
Item = Any


class Shown:
    """What was shown so far."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.errors = io.StringIO()
        #: What ``draw`` returned.
        self.value: Any = None
        #: What the build should hear of it, in order.
        self.notes: dict[str, None] = {}

    def write(self, text: str) -> int:
        """Take a printed text. The class is a stand-in for ``sys.stdout``."""
        if self.items and isinstance(self.items[-1], str):
            self.items[-1] += text
        elif text:
            self.items.append(text)
        return len(text)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False

    def figure(self, figure: Figure) -> None:
        if not any(item is figure for item in self.items):
            self.items.append(figure)

    def clear(self) -> None:
        self.items.clear()

    def result(self, value: Any) -> None:
        """Take what ``draw`` returned, as ``interact`` displays it; parts of a drawing say nothing by themselves."""
        if value is None:
            return
        figures, texts = _figures_in(value), _texts_in(value)
        if figures or texts is not None:
            for figure in figures:
                self.figure(figure)
            if texts:
                self._line(texts)
        elif not _part_of_a_drawing(value):
            self.bundle(_bundle(value))

    def bundle(self, data: dict[str, Any]) -> None:
        if data:
            self.items.append(data)

    def _line(self, text: str) -> None:
        """A text on a line of its own, after what was printed before."""
        if self.items and isinstance(self.items[-1], str) and not self.items[-1].endswith("\n"):
            self.items[-1] += "\n"
        self.write(text)


def _figures_in(value: Any) -> list[Any]:
    from matplotlib.figure import Figure

    values = value if isinstance(value, (tuple, list)) else [value]
    return [part for part in values if isinstance(part, Figure)]


def _texts_in(value: Any) -> str | None:
    """The text in a result that is a text, or figures and texts; ``None`` for other results."""
    if isinstance(value, str):
        return value
    if isinstance(value, tuple) and _figures_in(value):
        return "\n".join(part for part in value if isinstance(part, str))
    return None


def _part_of_a_drawing(value: Any) -> bool:
    from matplotlib.animation import Animation
    from matplotlib.artist import Artist
    from matplotlib.colorbar import Colorbar
    from matplotlib.container import Container

    if isinstance(value, (Artist, Colorbar, Container, Animation)):
        return True
    if type(value).__module__.split(".")[0] == "seaborn":  # its grids, which hold a figure
        return hasattr(value, "figure")
    if isinstance(value, dict):
        return any(_part_of_a_drawing(part) for part in value.values())
    if isinstance(value, (tuple, list)) or (type(value).__name__ == "ndarray" and value.dtype == object):
        return any(_part_of_a_drawing(part) for part in list(value)[:20])
    return False


def _bundle(value: Any) -> dict[str, Any]:
    shell = shell_of_kernel()
    if shell is not None:
        data: dict[str, Any] = shell.display_formatter.format(value)[0]
        return data
    data = {"text/plain": repr(value)}
    for kind, method in (("text/html", "_repr_html_"), ("text/latex", "_repr_latex_")):
        made = getattr(value, method, lambda: None)()
        if made:
            data[kind] = made
    return data


def shell_of_kernel() -> Any:
    """The shell of the kernel that runs this, if one does."""
    if "IPython" not in sys.modules:
        return None
    from IPython.core.interactiveshell import InteractiveShell

    return InteractiveShell.instance() if InteractiveShell.initialized() else None


class _Publisher:
    """Stands in for the shell's ``display_pub``, as IPython's own ``capture_output`` has one stand in."""

    is_publishing = False

    def __init__(self, shown: Shown) -> None:
        self.shown = shown

    def publish(self, data: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        self.shown.bundle(dict(data))

    def clear_output(self, wait: bool = False) -> None:
        self.shown.clear()


@contextmanager
def displays(shown: Shown) -> Iterator[None]:
    """Everything printed, displayed and shown inside goes to ``shown`` and nowhere else."""
    import matplotlib.pyplot as plt
    from matplotlib.figure import Figure

    with ExitStack() as stack:
        stack.enter_context(_swapped(sys, "stdout", shown))
        stack.enter_context(_swapped(sys, "stderr", shown.errors))
        stack.enter_context(warnings.catch_warnings())
        warnings.filterwarnings("ignore", message=".*non-interactive, and thus cannot be shown")
        warnings.filterwarnings("ignore", message="More than .* figures have been opened")

        def show(*args: Any, **kwargs: Any) -> None:
            for figure in open_figures():
                if not any(figure is other for other in stood):
                    shown.figure(figure)

        stood = open_figures()
        stack.enter_context(_swapped(plt, "show", show))
        shell = shell_of_kernel()
        if shell is not None:
            stack.enter_context(_swapped(shell, "display_pub", _Publisher(shown)))
            formatter = shell.display_formatter.ipython_display_formatter
            before = formatter.for_type(Figure)
            formatter.for_type(Figure, shown.figure)
            stack.callback(restore_printer, formatter, Figure, before)
        yield


def restore_printer(formatter: Any, kind: type, before: Any) -> None:
    """Give a formatter of the shell back the printer that it had for a kind of object."""
    if before is None:
        formatter.pop(kind)
    else:
        formatter.for_type(kind, before)


@contextmanager
def _swapped(owner: Any, name: str, value: Any) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


# --- figures that draw finds, rather than makes ----------------------------------------------------------------------


class Standing:
    """The figures that stood before ``draw`` was called: those in pyplot, and those it knows by name."""

    def __init__(self, draw: Callable[..., Any]) -> None:
        self.open = open_figures()
        self.named = list(dict.fromkeys(_figures_of(_names_in(draw))))
        self.figures = list(dict.fromkeys([*self.open, *self.named]))
        self.changed: list[Any] = []
        #: Those that at least one call changed.
        self.ever: set[int] = set()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Note which of them are changed inside."""
        self.changed = []
        before = [(figure, figure.stale_callback) for figure in self.figures]

        def note(figure: Any, stale: bool) -> None:
            if not any(other is figure for other in self.changed):
                self.changed.append(figure)
                self.ever.add(id(figure))

        for figure in self.figures:
            figure.stale_callback = note
        try:
            yield
        finally:
            for figure, callback in before:
                figure.stale_callback = callback

    def pending(self) -> list[Any]:
        """The open figures that ``draw`` does not know: Jupyter shows them before it calls ``draw``."""
        return [figure for figure in self.open if not _among(figure, self.named)]

    def untouched(self) -> list[Any]:
        """The open figures that no call changed: not the frames' affair."""
        return [figure for figure in self.open if id(figure) not in self.ever]


def _names_in(draw: Callable[..., Any], depth: int = 3) -> Iterable[Any]:
    """What the names that ``draw`` uses stand for: globals, and variables of functions around it; likewise of what it
    calls."""
    function = getattr(draw, "func", draw)  # of a partial
    function = getattr(function, "__func__", function)  # of a method
    if not hasattr(function, "__code__"):
        function = type(function).__call__ if callable(function) else function
    code, around = getattr(function, "__code__", None), getattr(function, "__globals__", {})
    for name in code.co_names if code else ():
        if name in around:
            yield around[name]
            if depth and isinstance(around[name], FunctionType):
                yield from _names_in(around[name], depth - 1)
    for cell in getattr(function, "__closure__", None) or ():
        try:
            yield cell.cell_contents
        except ValueError:
            pass  # not yet filled
    owner = getattr(draw, "__self__", draw if not hasattr(draw, "__code__") else None)
    yield from getattr(owner, "__dict__", {}).values()


def _figures_of(values: Iterable[Any]) -> Iterator[Any]:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

    for value in values:
        parts = value.ravel().tolist() if type(value).__name__ == "ndarray" and value.dtype == object else value
        for part in parts if isinstance(parts, (list, tuple)) else [parts]:
            if isinstance(part, Artist):
                figure = part if isinstance(part, Figure) else part.get_figure()
                if isinstance(figure, Figure):
                    yield figure


class _Calls:
    current: Shown | None = None


def current() -> Shown | None:
    """What the call that is being captured has shown so far, if one is: then ``draw`` of a figure is running."""
    return _Calls.current


# --- one call --------------------------------------------------------------------------------------------------------


@contextmanager
def call(draw: Callable[..., Any], values: dict[str, Any], standing: Standing) -> Iterator[Shown]:
    """Call ``draw(**values)`` and give what it showed; the figures it made are closed in the end.

    Raises what ``draw`` raises.
    """
    import matplotlib.pyplot as plt

    before = open_figures()
    shown = Shown()
    try:
        with standing.watched(), displays(shown), _swapped(_Calls, "current", shown):
            shown.value = result = draw(**values)
        opened = [figure for figure in open_figures() if not _among(figure, before)]
        returned = _figures_in(result)
        # ipywidgets first shows what pyplot holds, then what was returned.
        for figure in opened:
            if not _among(figure, returned):
                shown.figure(figure)
        with displays(shown):
            shown.result(result)
        # plt.show() shows all that is open: what draw left alone is not its affair.
        shown.items = [item for item in shown.items if not _among(item, standing.untouched())]
        if not any(is_figure(item) for item in shown.items):
            for figure in standing.changed:
                shown.figure(figure)
        yield shown
    finally:
        for figure in open_figures():
            if not _among(figure, before):
                plt.close(figure)


def open_figures() -> list[Any]:
    """The figures that pyplot holds, in order; asking does not change which of them is the current one."""
    from matplotlib._pylab_helpers import Gcf

    return [manager.canvas.figure for manager in Gcf.get_all_fig_managers()]


def is_figure(item: Item) -> bool:
    """Whether an item is a matplotlib figure, rather than a text or data."""
    return hasattr(item, "savefig")


def _among(item: Item, figures: Iterable[Any]) -> bool:
    return any(item is figure for figure in figures)


def display(value: Any, *, raw: bool = False) -> None:
    """IPython's ``display``; with ``raw``, of data by MIME type."""
    from IPython import display as notebook

    show: Any = notebook.display
    show(value, raw=raw)
