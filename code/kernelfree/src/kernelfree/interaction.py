"""``interact``: a matplotlib function under sliders, with a kernel behind it or with none."""

from __future__ import annotations

import contextlib
import functools
import inspect
import io
import itertools
import math
import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from kernelfree import frames, modules, page, svg
from kernelfree.controls import Control, controls
from kernelfree.picture import Still, close, name_node, unique_prefix

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_OURS = ("name", "title", "description", "max_frames")


class FrameError(RuntimeError):
    """``draw`` failed, or drew what cannot be one of a figure's frames. Names the values that did it."""


def interact(
    draw: Callable[..., Any],
    *,
    name: str | None = None,
    title: str | None = None,
    description: str | None = None,
    max_frames: int = 1000,
    **controls: Any,
) -> None:
    """Show what ``draw(**values)`` draws under a control for each of its arguments.

    ``draw`` leaves a matplotlib figure (returned or current), or returns or prints text, or returns
    ``(figure, text)``. ``controls`` are those of ``ipywidgets.interact``, and with a live kernel this is
    ``ipywidgets.interact``. While a book is built, every combination of the controls' values is drawn once and the page
    needs no kernel.

    ``name`` is what links to the figure call it (default: that of ``draw``), ``title`` stands above it,
    ``description`` is for readers who cannot see it (default: the docstring of ``draw``).

    Raises ``ValueError`` when there are more than ``max_frames`` combinations, and ``FrameError`` when ``draw`` raises,
    naming the values it was called with.
    """
    _refuse_clash(draw)
    name = page.check_name(name or draw.__name__.strip("_<>").replace("_", "-").lower())
    description = " ".join((description or inspect.getdoc(draw) or "").split())
    if not description:
        raise ValueError(
            f"{name}: give interact a description (or draw a docstring) for readers who cannot see the figure"
        )
    if page.building():
        _display(_drawn(draw, name, title, description, max_frames, controls))
    else:
        _display(_live(draw, title, description, controls))


def _refuse_clash(draw: Callable[..., Any]) -> None:
    for taken in set(inspect.signature(draw).parameters) & set(_OURS):
        raise ValueError(
            f"an argument of {draw.__name__} is called {taken!r}, which interact takes for itself: rename it"
        )


def _display(bundle: dict[str, Any]) -> None:
    from IPython.display import display

    display(bundle, raw=True)


# --- with a kernel ---------------------------------------------------------------------------------------------------


def _live(
    draw: Callable[..., Any], title: str | None, description: str, abbreviations: dict[str, Any]
) -> dict[str, Any]:
    import ipywidgets
    from IPython.display import display

    first: list[dict[str, Any]] = []

    @functools.wraps(draw)
    def shown(**values: Any) -> None:
        with _own_figures() as own:
            figure, text = _parts(draw(**values), own)
            if figure is not None:
                bundle = Still(figure, description, title)._repr_mimebundle_()
                first.append(bundle)
                display(bundle, raw=True)
            if text:
                print(text)

    panel = ipywidgets.interactive(shown, **abbreviations)
    data = panel._repr_mimebundle_()
    data = data[0] if isinstance(data, tuple) else data
    # The still is for those who read the saved notebook without a kernel.
    return {**(first[0] if first else {"text/plain": description}), **data, "text/plain": description}


# --- with none -------------------------------------------------------------------------------------------------------


def _drawn(
    draw: Callable[..., Any],
    name: str,
    title: str | None,
    description: str,
    max_frames: int,
    abbreviations: dict[str, Any],
) -> dict[str, Any]:
    found = controls(draw, abbreviations)
    _check_count(found, max_frames)
    drawings, texts, still = _draw_all(draw, found, name, title, description)
    start = _number(found)
    words = texts if any(texts) else None
    base, packed = frames.pack(drawings, words, start, unique_prefix(drawings[start]) if drawings else "")
    if base:
        name_node(base, still.label)
    shown = [control for control in found if control.kind != "fixed"]
    instance = next(page.instances)
    payload = page.Frames(
        name=name,
        title=title,
        instance=instance,
        modules=page.modules(modules.STATIC / "frames.js"),
        about={
            "name": name,
            "title": title or description,
            "limits": {control.name: control.limits() for control in shown},
            "start": {control.name: control.states[control.start] for control in shown},
        },
        state={
            **{control.name: control.states[control.start] for control in shown},
            "controls": [control.card() for control in shown],
        },
        data={"frames": packed},
        still=str(base) if base else "",
        controls="".join(control.html(f"{name}-{instance}") for control in shown),
        frames=len(texts),
        words=words[start] if words else None,
        longest=_longest(texts),
    )
    bundle = {page.MIME: payload.to_json(), "text/plain": words[start] if words and not base else description}
    return {**bundle, "text/html": str(base), "image/png": still.png} if base else bundle


def _check_count(found: list[Control], max_frames: int) -> None:
    count = math.prod(len(control.values) for control in found)
    if count <= max_frames:
        return
    widest = max(found, key=lambda control: len(control.values))
    sizes = " x ".join(f"{control.name}: {len(control.values)}" for control in found)
    raise ValueError(
        f"{count:,} frames to draw ({sizes}), more than max_frames={max_frames:,}: coarsen {widest.name!r}, "
        f"which has the most values, or raise max_frames"
    )


def _number(found: list[Control]) -> int:
    """The starting frame's number: the last control's values follow one another."""
    number = 0
    for control in found:
        number = number * len(control.values) + control.start
    return number


def _longest(texts: list[str]) -> str:
    """A text that takes at least as much room as any of ``texts``: line by line the longest of all."""
    lines = itertools.zip_longest(*(text.split("\n") for text in texts), fillvalue="")
    return "\n".join(max(same, key=len) for same in lines)


def _draw_all(draw: Callable[..., Any], found: list[Control], name: str, title: str | None, description: str):
    drawings: list[svg.Node] = []
    texts: list[str] = []
    still = None
    start = _number(found)
    total = math.prod(len(control.values) for control in found)
    with _progress(name, total) as tick:
        for number, values in enumerate(itertools.product(*(control.values for control in found))):
            call = dict(zip((control.name for control in found), values, strict=True))
            with _own_figures() as own, _named(draw, call):
                printed = io.StringIO()
                with contextlib.redirect_stdout(printed):
                    figure, text = _parts(draw(**call), own)
                if number and bool(drawings) != (figure is not None):
                    raise FrameError("it draws a figure for some values and none for others")
                if figure is not None:
                    drawings.append(svg.draw(figure))
                    if drawings[-1].attributes != drawings[0].attributes:
                        raise FrameError("the figure has another size than for the first values; give all one figsize")
                    if number == start:
                        still = Still(figure, description, title)
                    close(figure)
            texts.append(
                (printed.getvalue().rstrip("\n") + ("\n" if printed.getvalue() and text else "") + text).strip()
            )
            tick(number + 1)
    return drawings, texts, still


@contextlib.contextmanager
def _named(draw: Callable[..., Any], call: dict[str, Any]) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        values = ", ".join(f"{name}={value!r}" for name, value in call.items())
        raise FrameError(f"{draw.__name__}({values}) failed: {type(error).__name__}: {error}") from error


@contextlib.contextmanager
def _own_figures() -> Iterator[Callable[[], list[int]]]:
    """Gives what lists the pyplot figures opened inside, and closes them after, so that none is shown twice."""
    import matplotlib.pyplot as plt

    before = set(plt.get_fignums())

    def own() -> list[int]:
        return sorted(set(plt.get_fignums()) - before)

    try:
        yield own
    finally:
        for number in own():
            plt.close(number)


def _parts(result: Any, own: Callable[[], list[int]]) -> tuple[Figure | None, str]:
    """What ``draw`` returned, or else the last figure it opened in pyplot, as a figure and a text."""
    import matplotlib.pyplot as plt
    from matplotlib.figure import Figure

    figure, text = None, ""
    for part in result if isinstance(result, tuple) else (result,):
        if isinstance(part, Figure):
            figure = part
        elif isinstance(part, str):
            text = part
        elif part is not None:
            raise TypeError(
                f"draw returned {type(part).__name__}; return a matplotlib figure, a text, or both as a tuple"
            )
    if figure is None and own():
        figure = plt.figure(own()[-1])
    return figure, text


@contextlib.contextmanager
def _progress(name: str, total: int) -> Iterator[Callable[[int], None]]:
    """Tell the building terminal how far the drawing is; the cell's output stays free of it."""
    with open(os.environ[page.BUILD], "a", encoding="utf-8") as channel:

        def tick(done: int) -> None:
            print(name, done, total, file=channel, flush=True)

        yield tick
