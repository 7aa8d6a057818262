"""leanpage: Jupyter Book pages made light and whole in themselves. A file a concern; this one switches on all."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("leanpage")
except PackageNotFoundError:  # read from a folder that nobody installed
    __version__ = "0"

PARTS = [
    "repository", "math", "drawings", "theme", "assets", "whole", "stable", "elsewhere.notebooks", "elsewhere.live",
]  # fmt: skip


def setup(app) -> dict:
    for part in PARTS:
        app.setup_extension(f"leanpage.{part}")
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": False}
