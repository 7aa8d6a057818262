"""The same bytes from the same sources: what would differ from build to build is made to follow from the text alone."""

from __future__ import annotations

import os
import sys
from typing import Any

from myst_parser.mdit_to_docutils.sphinx_ import SphinxRenderer
from sphinx.application import Sphinx

from . import adapters


def count_label(renderer: SphinxRenderer) -> str:
    """Return a label for an equation that has none; MyST draws one at random, which then stands in the page."""
    env = renderer.sphinx_env
    return f"{env.docname}-{env.new_serialno('leanpage-equation')}"


def without_places(app: Sphinx) -> None:
    """Let ``.buildinfo``, Sphinx's digest of the settings, be the same wherever the book and its packages stand.

    Extensions put the folders of their static files into the settings, with their whole path.
    """
    places = sorted(
        {f"{os.path.abspath(place)}{os.sep}" for place in (str(app.confdir), *sys.path)}, key=len, reverse=True
    )

    def placeless(value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return [placeless(item) for item in value]
        place = next((place for place in places if str(value).startswith(place)), "")
        return str(value)[len(place) :] if place else value

    adapters.record_settings(app, placeless)


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("builder-inited", without_places)
    setattr(SphinxRenderer, "_random_label", count_label)  # noqa: B010
    return {"parallel_read_safe": True, "parallel_write_safe": True}
