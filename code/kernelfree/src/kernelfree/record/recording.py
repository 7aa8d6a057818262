"""Record what one call of ``draw`` shows, in the order in which Jupyter would show it: figures, texts, rich outputs."""

from __future__ import annotations

import io
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from kernelfree.building import is_building
from kernelfree.draw.still import close
from kernelfree.record.reused import ReusedFigures, contains, forget_closed_figures, open_figures
from kernelfree.state import state

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: One thing shown: a matplotlib figure, a text as printed (str), or a display's data by MIME type (dict).
Item = Any


class Recording:
    """Collects what a call shows. It also replaces ``sys.stdout`` while the call runs."""

    def __init__(self) -> None:
        #: What was shown so far, in order.
        self.items: list[Item] = []
        #: What was written to ``sys.stderr``.
        self.errors = io.StringIO()
        self.value: Any = None
        #: What the author should hear of it, in order, each once.
        self.notes: dict[str, None] = {}

    def write(self, text: str) -> int:
        if self.items and isinstance(self.items[-1], str):
            self.items[-1] += text
        elif text:
            self.items.append(text)
        return len(text)

    def flush(self) -> None:
        """Do nothing, as ``sys.stdout`` needs."""

    def isatty(self) -> bool:
        return False

    def clear(self) -> None:
        """Forget what was shown, as ``clear_output`` does."""
        self.items.clear()

    def add_figure(self, figure: Figure) -> None:
        """Record a figure, unless it is there already."""
        if not contains(self.items, figure):
            self.items.append(figure)

    def add_data(self, data: dict[str, Any]) -> None:
        if any(data.values()):
            self.items.append(data)

    def add_words(self, widget: widgets.HTML | widgets.Label) -> None:
        """Record a widget that only says something."""
        is_html = isinstance(widget, widgets.HTML)
        self.add_data({"text/html": widget.value if is_html else f"<p>{escape(widget.value)}</p>"})

    def add_result(self, value: Any) -> None:
        """Record what ``draw`` returned, as ``interact`` displays it: nothing for lines, axes and other artists."""
        if value is None:
            return
        figures, text = _figures_in(value), _text_in(value)
        if figures or text is not None:
            for figure in figures:
                self.add_figure(figure)
            if text:  # on a line of its own, after what was printed before
                self.write("\n" if isinstance(last := (self.items or [None])[-1], str) and last[-1] != "\n" else "")
                self.write(text)
        elif not _is_part_of_a_drawing(value):
            self.add_data(_mime_bundle(value))


@contextmanager
def record_call(draw: Callable[..., Any], values: dict[str, Any], reused: ReusedFigures) -> Iterator[Recording]:
    """Call ``draw(**values)`` and yield what it showed; close the figures that it made afterwards."""
    before = open_figures()
    recording = Recording()
    try:
        with reused.watched(), _record_into(recording), replaced(state, "recording", recording):
            recording.value = result = draw(**values)
        opened = [figure for figure in open_figures() if not contains(before, figure)]
        returned = _figures_in(result)
        # ipywidgets first shows what pyplot holds, then what was returned.
        for figure in opened:
            if not contains(returned, figure):
                recording.add_figure(figure)
        with _record_into(recording):
            recording.add_result(result)
        # plt.show() shows every open figure, also those that draw() has nothing to do with.
        recording.items = [item for item in recording.items if not contains(reused.untouched(), item)]
        if not any(is_figure(item) for item in recording.items):
            for figure in reused.changed:
                recording.add_figure(figure)
        yield recording
    finally:
        for figure in open_figures():
            if not contains(before, figure):
                close(figure)
        forget_closed_figures()


def is_figure(item: Item) -> bool:
    """Return whether an item is a matplotlib figure, rather than a text or data."""
    return hasattr(item, "savefig")


# --- what was returned -----------------------------------------------------------------------------------------------


def _figures_in(value: Any) -> list[Any]:
    from matplotlib.figure import Figure

    values = value if isinstance(value, (tuple, list)) else [value]
    return [part for part in values if isinstance(part, Figure)]


def _text_in(value: Any) -> str | None:
    """Return the text of a result that is a text, or a tuple of figures and texts; ``None`` for other results."""
    if isinstance(value, str):
        return value
    if isinstance(value, tuple) and _figures_in(value):
        return "\n".join(part for part in value if isinstance(part, str))
    return None


def _is_part_of_a_drawing(value: Any) -> bool:
    """Return whether a result is what plotting functions return: artists, in lists, dicts and arrays too."""
    from matplotlib.animation import Animation
    from matplotlib.artist import Artist
    from matplotlib.colorbar import Colorbar
    from matplotlib.container import Container

    if isinstance(value, (Artist, Colorbar, Container, Animation)):
        return True
    if type(value).__module__.split(".")[0] == "seaborn":  # its grids hold a figure
        return hasattr(value, "figure")
    if isinstance(value, dict):
        return any(_is_part_of_a_drawing(part) for part in value.values())
    if isinstance(value, (tuple, list)) or (type(value).__name__ == "ndarray" and value.dtype == object):
        return any(_is_part_of_a_drawing(part) for part in list(value)[:20])
    return False


def _mime_bundle(value: Any) -> dict[str, Any]:
    """Return the rich display of a value by MIME type; outside of a kernel only what the value itself offers."""
    shell = shell_of_kernel()
    if shell is not None:
        data: dict[str, Any] = shell.display_formatter.format(value)[0]
        return data
    data = {"text/plain": repr(value)}
    for kind, method in (("text/html", "_repr_html_"), ("text/latex", "_repr_latex_")):
        if content := getattr(value, method, lambda: None)():
            data[kind] = content
    return data


# --- the kernel's own ways to show something -------------------------------------------------------------------------


def display(value: Any, *, raw: bool = False) -> None:
    """Display a value, or with ``raw`` data by MIME type, with IPython's ``display``."""
    from IPython import display as notebook

    show: Any = notebook.display
    show(value, raw=raw)


def shell_of_kernel() -> Any:
    """Return the IPython shell that runs this code, or ``None``."""
    if "IPython" not in sys.modules:
        return None
    from IPython.core.interactiveshell import InteractiveShell

    return InteractiveShell.instance() if InteractiveShell.initialized() else None


class _Publisher:
    """Replaces the shell's ``display_pub``, as in IPython's own ``capture_output``."""

    def __init__(self, recording: Recording, original: Any) -> None:
        self.recording, self.original = recording, original

    def __getattr__(self, name: str) -> Any:
        return getattr(self.original, name)

    def publish(self, data: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        self.recording.add_data(dict(data))

    def clear_output(self, wait: bool = False) -> None:
        self.recording.clear()


def _enter_output(output: widgets.Output) -> widgets.Output:
    """Begin ``with output:`` in ``draw``: the figure shows what is shown there, so ``output`` itself shows nothing."""
    vars(output)["_ipython_display_"] = lambda: None
    return output


@contextmanager
def _record_into(recording: Recording) -> Iterator[None]:
    """Redirect everything that is printed, displayed and shown inside to ``recording``."""
    import matplotlib.pyplot as plt
    from matplotlib.figure import Figure

    before = open_figures()

    def show(*args: Any, **kwargs: Any) -> None:
        for figure in open_figures():
            if not contains(before, figure):
                recording.add_figure(figure)

    with ExitStack() as stack:
        stack.enter_context(replaced(sys, "stdout", recording))
        stack.enter_context(replaced(sys, "stderr", recording.errors))
        found = stack.enter_context(warnings.catch_warnings(record=True))
        stack.callback(
            lambda: recording.errors.writelines(f"{one.category.__name__}: {one.message}\n" for one in found)
        )
        warnings.filterwarnings("ignore", message=".*non-interactive, and thus cannot be shown")
        warnings.filterwarnings("ignore", message="More than .* figures have been opened")
        stack.enter_context(replaced(plt, "show", show))
        shell = shell_of_kernel()
        if is_building():
            stack.enter_context(replaced(widgets.Output, "__enter__", _enter_output))
            stack.enter_context(replaced(widgets.Output, "__exit__", lambda *_: None))
        if shell is not None:
            stack.enter_context(replaced(shell, "display_pub", _Publisher(recording, shell.display_pub)))
            formatter = shell.display_formatter.ipython_display_formatter
            own = {Figure: recording.add_figure, widgets.HTML: recording.add_words, widgets.Label: recording.add_words}
            stack.enter_context(replaced(formatter, "type_printers", {**formatter.type_printers, **own}))
        yield


@contextmanager
def replaced(owner: Any, name: str, value: Any) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)
