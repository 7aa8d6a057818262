"""Record what one call of ``draw`` shows, in the order in which Jupyter would show it: figures, texts, rich outputs."""

import io
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from html import escape
from typing import Any

import ipywidgets as widgets
from IPython import get_ipython
from IPython.core.formatters import DisplayFormatter
from IPython.display import display as _display
from matplotlib.animation import Animation
from matplotlib.artist import Artist
from matplotlib.colorbar import Colorbar
from matplotlib.container import Container
from matplotlib.figure import Figure

from kernelfree.building import is_building
from kernelfree.draw.still import close
from kernelfree.record.reused import ReusedFigures, forget_closed_figures, open_figures, replaced
from kernelfree.state import state

#: One thing shown: a matplotlib figure, a text as printed (str), or a display's data by MIME type (dict).
Item = Any
#: IPython's own, which has no types.
display: Any = _display


class Recording(io.TextIOBase):
    """Collects what a call shows. It also replaces ``sys.stdout`` while the call runs."""

    def __init__(self) -> None:
        #: What was shown so far, in order.
        self.items: list[Item] = []
        #: What was written to ``sys.stderr``.
        self.stderr = io.StringIO()
        self.value: Any = None
        #: What the author should hear of it, in order, each once.
        self.notes: dict[str, None] = {}

    def write(self, text: str) -> int:
        if self.items and isinstance(self.items[-1], str):
            self.items[-1] += text
        elif text:
            self.items.append(text)
        return len(text)

    def add_figure(self, figure: Figure) -> None:
        """Record a figure, unless it is there already."""
        if figure not in self.items:
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
        figures, text = _figures_in(value), _text_in(value)
        if figures or text is not None:
            for figure in figures:
                self.add_figure(figure)
            if text:  # on a line of its own, after what was printed before
                self.write("\n" if isinstance(last := (self.items or [None])[-1], str) and last[-1] != "\n" else "")
                self.write(text)
        elif value is not None and not _is_part_of_a_drawing(value):
            self.add_data(_mime_bundle(value))


@contextmanager
def record_call(draw: Callable[..., Any], values: dict[str, Any], reused: ReusedFigures) -> Iterator[Recording]:
    """Call ``draw(**values)`` and yield what it showed; close the figures that it made afterwards."""
    before = open_figures()
    recording = Recording()

    def show(*args: Any, **kwargs: Any) -> None:
        """Stand in for plt.show(), which would also show open figures that ``draw`` has nothing to do with."""
        for figure in open_figures():
            if figure not in before or figure in reused.changed:
                recording.add_figure(figure)

    try:
        with reused.watched(), _record_into(recording, show), replaced(state, "recording", recording):
            recording.value = result = draw(**values)
        # ipywidgets first shows what pyplot holds, then what was returned.
        for figure in open_figures():
            if figure not in before and figure not in _figures_in(result):
                recording.add_figure(figure)
        with _record_into(recording, show):  # once more, since to display a result may print, too
            recording.add_result(result)
        if not any(isinstance(item, Figure) for item in recording.items):
            for figure in reused.changed:
                recording.add_figure(figure)
        yield recording
    finally:
        for figure in open_figures():
            if figure not in before:
                close(figure)
        forget_closed_figures()


# --- what was returned -----------------------------------------------------------------------------------------------


def _figures_in(value: Any) -> list[Any]:
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
    """Return the rich display of a value by MIME type, in a kernel or, for ``save``, outside of one."""
    shell: Any = get_ipython()
    formatter: Any = shell.display_formatter if shell else DisplayFormatter()
    return dict(formatter.format(value)[0])


# --- the kernel's own ways to show something -------------------------------------------------------------------------


class _Publisher:
    """Replaces the shell's ``display_pub``, as in IPython's own ``capture_output``."""

    def __init__(self, recording: Recording, original: Any) -> None:
        self.recording, self.original = recording, original

    def __getattr__(self, name: str) -> Any:
        return getattr(self.original, name)

    def publish(self, data: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        self.recording.add_data(dict(data))

    def clear_output(self, wait: bool = False) -> None:
        self.recording.items.clear()


def _enter_output(output: widgets.Output) -> widgets.Output:
    """Begin ``with output:`` in ``draw``: the figure shows what is shown there, so ``output`` itself shows nothing."""
    vars(output)["_ipython_display_"] = lambda: None
    return output


@contextmanager
def _record_into(recording: Recording, show: Callable[..., None]) -> Iterator[None]:
    """Redirect everything that is printed, displayed and shown inside to ``recording``."""
    import matplotlib.pyplot as plt

    with ExitStack() as stack:
        stack.enter_context(replaced(sys, "stdout", recording))
        stack.enter_context(replaced(sys, "stderr", recording.stderr))
        found = stack.enter_context(warnings.catch_warnings(record=True))
        stack.callback(recording.stderr.writelines, (f"{one.category.__name__}: {one.message}\n" for one in found))
        warnings.filterwarnings("ignore", message=".*non-interactive, and thus cannot be shown")
        warnings.filterwarnings("ignore", message="More than .* figures have been opened")
        stack.enter_context(replaced(plt, "show", show))
        shell: Any = get_ipython()
        if is_building():
            stack.enter_context(replaced(widgets.Output, "__enter__", _enter_output))
            stack.enter_context(replaced(widgets.Output, "__exit__", lambda *_: None))
        if shell is not None:
            stack.enter_context(replaced(shell, "display_pub", _Publisher(recording, shell.display_pub)))
            formatter = shell.display_formatter.ipython_display_formatter
            own = {Figure: recording.add_figure, widgets.HTML: recording.add_words, widgets.Label: recording.add_words}
            stack.enter_context(replaced(formatter, "type_printers", {**formatter.type_printers, **own}))
        yield
