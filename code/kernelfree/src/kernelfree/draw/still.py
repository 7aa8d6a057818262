"""Show a matplotlib figure as a still picture: SVG in the page's own ink, and a PNG for every other reader."""

import hashlib
import io
from base64 import b64encode
from copy import deepcopy
from typing import Any

import matplotlib
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from kernelfree.draw.node import Node, ids, rename_ids
from kernelfree.draw.svg import responsive_svg
from kernelfree.state import state


class Still:
    """Holds a drawn figure. Its rich display is inline SVG (text/html), image/png, and its description (text/plain)."""

    def __init__(self, figure: Figure, description: str, title: str | None = None) -> None:
        if not hasattr(figure, "savefig"):
            raise TypeError(f"a still is made of a matplotlib Figure, got {type(figure).__name__}; an Axes has .figure")
        if not description.strip():
            raise ValueError("a still needs a description: one or two sentences for readers who cannot see it")
        self.description = " ".join(description.split())
        self.figure = figure
        self.tree = responsive_svg(figure)
        set_label(self.tree, join_label(title, self.description))

    def svg(self) -> str:
        """Return the picture as an ``<svg>`` element, with ids unlike those of any other still of this process."""
        return with_own_ids(deepcopy(self.tree))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.svg(), "image/png": png(self.figure), "text/plain": self.description}


def still(figure: Figure, description: str, title: str | None = None) -> Still:
    """Show ``figure`` in the page's colours and width, and close it, so that a notebook does not show it twice.

    ``description`` is for readers who cannot see it; an empty one raises ``ValueError``. ``title`` is read before it.
    """
    picture = Still(figure, description, title)
    close(figure)
    return picture


def with_own_ids(tree: Node) -> str:
    """Return ``tree`` as markup, its ids renamed to ones that no other picture of this process has."""
    prefix = unique_prefix(tree)
    rename_ids(tree, {name: f"{prefix}{number}" for number, name in enumerate(ids(tree))})
    return str(tree)


def unique_prefix(tree: Node) -> str:
    """Return a prefix for ids: the same in every build, and another each time this process asks for an equal tree."""
    digest = hashlib.sha256(str(tree).encode()).hexdigest()[:6]
    state.pictures[digest] += 1
    count = state.pictures[digest]
    return f"k{digest}{f'_{count}' if count > 1 else ''}-"


def join_label(title: str | None, description: str) -> str:
    """Return what a screen reader says of a picture: the title, then the description."""
    return f"{title.rstrip('.')}. {description}" if title else description


def set_label(root: Node, label: str) -> None:
    """Make an SVG a single image, called ``label``, to a screen reader."""
    root.attributes = {"role": "img", "aria-label": label, **root.attributes}


def close(figure: Figure) -> None:
    """Close the figure in pyplot, if pyplot knows it."""
    import matplotlib.pyplot as plt

    plt.close(figure)


def png(figure: Figure) -> str:
    """Return the figure as PNG, in base64, for every reader that can't take SVG."""
    file = io.BytesIO()
    # White behind the ink, since the viewers that take the PNG may be dark and cannot change it.
    alpha = to_rgba(figure.get_facecolor())[3]
    with matplotlib.rc_context({"savefig.bbox": None}):
        figure.savefig(file, format="png", dpi=200, facecolor="auto" if alpha else "white", metadata={"Software": None})
    return b64encode(file.getvalue()).decode()
