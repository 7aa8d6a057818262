"""What leanpage leans on in other packages and is no promise of theirs: each place in this one file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sphinx.application import Sphinx


@dataclass(frozen=True)
class NotebookFolders:
    """Where MyST-NB leaves the notebooks that it read, and the cache of what they gave (None without one)."""

    notebooks: Path
    cache: Path | None


def executed_notebooks(app: Sphinx) -> NotebookFolders | None:
    """MyST-NB's folders (`env.mystnb_config`, written for 1.4), or None where it is not loaded."""
    settings = getattr(app.env, "mystnb_config", None)
    if settings is None:
        return None
    cached = settings.execution_mode == "cache"
    return NotebookFolders(Path(settings.output_folder), Path(settings.execution_cache_path) if cached else None)
