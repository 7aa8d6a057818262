"""leanpage: Jupyter Book pages made light and whole in themselves. A file a concern; this one switches on all."""

PARTS = ["repository", "math", "drawings", "theme", "assets", "whole", "stable", "notebooks", "live"]


def setup(app) -> dict:
    for part in PARTS:
        app.setup_extension(f"leanpage.{part}")
    return {"parallel_read_safe": True, "parallel_write_safe": False}
