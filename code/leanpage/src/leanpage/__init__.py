"""leanpage: Jupyter Book pages made light and whole in themselves. A file a concern; this one switches on all."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

try:
    __version__ = version("leanpage")
except PackageNotFoundError:  # read from a folder that nobody installed
    __version__ = "0"

PARTS = [
    "repository", "math", "drawings", "code", "theme", "assets", "whole", "stable",
    "elsewhere.notebooks", "elsewhere.live",
]  # fmt: skip


def setup(app: Sphinx) -> dict[str, Any]:
    # Where single parts are named, those alone: Jupyter Book's `local_extensions` names the package whatever is wanted.
    named = [part for part in PARTS if f"leanpage.{part}" in app.config.extensions]
    for part in named or PARTS:
        app.setup_extension(f"leanpage.{part}")
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": False}
