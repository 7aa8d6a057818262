"""A matplotlib figure as a still picture: SVG in the page's own ink, and a PNG for every other reader."""

from __future__ import annotations

import copy
import hashlib
import io
from base64 import b64encode
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kernelfree import svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Two stills may be equal, and their ids still must differ on the page that holds both.
_shown: Counter[str] = Counter()


class Still:
    """A drawn figure. Its rich display is inline SVG (text/html), image/png, and its description (text/plain)."""

    def __init__(self, figure: Figure, description: str, title: str | None = None) -> None:
        if not hasattr(figure, "savefig"):
            raise TypeError(f"a still is made of a matplotlib Figure, got {type(figure).__name__}; an Axes has .figure")
        if not description.strip():
            raise ValueError("a still needs a description: one or two sentences for readers who cannot see it")
        self.description = " ".join(description.split())
        self.title = title
        self.figure = figure
        self.tree = svg.draw(figure)
        name_node(self.tree, self.label)

    @cached_property
    def png(self) -> str:
        """The picture as PNG, in base64: drawn when it is asked for, since a move of a live figure never does."""
        return png(self.figure)

    @property
    def label(self) -> str:
        """What a screen reader says: the title, then the description."""
        return f"{self.title.rstrip('.')}. {self.description}" if self.title else self.description

    def svg(self) -> str:
        """The picture as an ``<svg>`` element, its ids unlike those of any other still of this process."""
        tree = copy.deepcopy(self.tree)
        prefix = unique_prefix(tree)
        svg.rename_ids(tree, {name: f"{prefix}{number}" for number, name in enumerate(svg.ids(tree))})
        return str(tree)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.svg(), "image/png": self.png, "text/plain": self.description}


def still(figure: Figure, description: str, title: str | None = None) -> Still:
    """Show ``figure`` as a still picture that follows the page's colours, light or dark, and its width.

    ``description`` is for readers who cannot see the figure and becomes its accessible name; ``title``, if given, is
    read before it. The figure is closed, so that a notebook does not show it a second time. Raises ``ValueError`` on an
    empty description.
    """
    picture = Still(figure, description, title)
    close(figure)
    return picture


def unique_prefix(tree: svg.Node) -> str:
    """A start for ids: the same in every build, and another each time a process asks for the same drawing."""
    digest = hashlib.sha256(str(tree).encode()).hexdigest()[:6]
    _shown[digest] += 1
    return f"k{digest}{f'_{_shown[digest]}' if _shown[digest] > 1 else ''}-"


def name_node(root: svg.Node, label: str) -> None:
    """Make an SVG one image with one name to a screen reader."""
    root.attributes = {"role": "img", "aria-label": label, **root.attributes}


def close(figure: Figure) -> None:
    """Forget the figure in pyplot, if pyplot knows it."""
    import matplotlib.pyplot as plt

    plt.close(figure)


def png(figure: Figure) -> str:
    """The figure as PNG, in base64: for every reader that can't take SVG."""
    import matplotlib
    from matplotlib.colors import to_rgba

    buffer = io.BytesIO()
    # White behind the ink, since the viewers that take the PNG may be dark and cannot change it.
    alpha = to_rgba(figure.get_facecolor())[3]
    with matplotlib.rc_context({"savefig.bbox": None}):
        figure.savefig(
            buffer, format="png", dpi=200, facecolor="auto" if alpha else "white", metadata={"Software": None}
        )
    return b64encode(buffer.getvalue()).decode()
