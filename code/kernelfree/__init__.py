"""kernelfree: figures that move under the reader's hand, with a kernel behind the page and without one."""

from kernelfree.explorable import Explorable
from kernelfree.interaction import interact
from kernelfree.picture import still
from kernelfree.svg import use_theme

__all__ = ["Explorable", "interact", "still", "use_theme"]
