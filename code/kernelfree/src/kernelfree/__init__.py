"""kernelfree: figures that move under the reader's hand, with a kernel behind the page and without one."""

from importlib.metadata import PackageNotFoundError, version

from kernelfree.explorable import Explorable
from kernelfree.interaction import FigureError, FrameError, interact, interact_manual, interactive, interactive_output
from kernelfree.picture import still
from kernelfree.standalone import save
from kernelfree.svg import use_theme

try:
    __version__ = version("kernelfree")
except PackageNotFoundError:  # read from a folder that nobody installed
    __version__ = "0"

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
