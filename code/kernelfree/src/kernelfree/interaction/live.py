"""Show ``interact`` where a kernel runs: ipywidgets' own, whose output holds kernelfree's pictures."""

import functools
import sys
from collections.abc import Mapping
from typing import Any

from kernelfree.draw.still import Still
from kernelfree.interaction import originals
from kernelfree.interaction.figure import Draw, Options, describe
from kernelfree.record.recording import Item, display, record_call
from kernelfree.record.reused import ReusedFigures


def live_output(draw: Draw, abbreviations: Mapping[str, Any], options: Options) -> tuple[Any, dict[str, Any]]:
    """Return ``ipywidgets.interactive``, and its cell output with the first picture for readers without a kernel."""
    description = describe(draw, options) or "A figure."
    saved: dict[str, Any] = {}
    reused = ReusedFigures(draw)

    @functools.wraps(draw)
    def show(**values: Any) -> None:
        with record_call(draw, values, reused) as recording:
            outputs = [_output(item, description, options.title, save=not saved) for item in recording.items]
        sys.stderr.write(recording.stderr.getvalue())
        if not saved:
            saved.update(next((output for output in outputs if isinstance(output, dict) and "image/png" in output), {}))
        for output in outputs:
            if isinstance(output, str):
                print(output, end="" if output.endswith("\n") else "\n")
            else:
                display(output, raw=True)
        for goal, is_reached in (options.goals or {}).items():
            print(f"{'✓' if is_reached(**values) else '○'} {goal}")

    panel = originals.interactive(show, {"manual": options.manual, "manual_name": options.manual_name}, **abbreviations)
    return panel, {**saved, **panel._repr_mimebundle_(), "text/plain": description}


def _output(item: Item, description: str, title: str | None, save: bool) -> str | dict[str, Any]:
    """Return a text, or data by MIME type. Only the first picture is saved, with a PNG; nobody sees that of a move."""
    if isinstance(item, (str, dict)):
        return item
    still = Still(item, description, title)
    return dict(still._repr_mimebundle_()) if save else {"text/html": still.svg(), "text/plain": description}
