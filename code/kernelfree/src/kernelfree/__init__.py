"""kernelfree: figures that move under the reader's hand, with a kernel behind the page and without one."""

from typing import TYPE_CHECKING, Any

# First of all, since the drop-in is installed at the end of this import, and needs the modules below whole.
import ipywidgets  # noqa: F401

from kernelfree.draw.still import still
from kernelfree.draw.theme import use_theme
from kernelfree.dropin.boxes import interactive, interactive_output
from kernelfree.interaction.call import interact, interact_manual, save
from kernelfree.record.frames import FigureError, FrameError

if TYPE_CHECKING:
    from kernelfree.deliver.explorable import Explorable


def __getattr__(name: str) -> Any:
    """Import ``Explorable`` late: anywidget may be importing ipywidgets, and with it the drop-in, at this moment."""
    if name != "Explorable":
        raise AttributeError(name)
    from kernelfree.deliver.explorable import Explorable

    return Explorable


__all__ = [
    "Explorable",
    "FigureError",
    "FrameError",
    "interact",
    "interact_manual",
    "interactive",
    "interactive_output",
    "save",
    "still",
    "use_theme",
]
