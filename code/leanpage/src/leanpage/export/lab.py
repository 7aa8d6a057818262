"""Copy a built book's notebooks to a folder for JupyterLab: `python -m leanpage.export.lab _build/html FOLDER`.

A notebook that the reader changed is kept, and the new one is put beside it as `NAME.new.ipynb`. The folder
`.laid-out` in it holds the notebooks as they were copied.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from .notebooks import FOLDER


def copy_notebooks(site: Path, folder: Path) -> list[str]:
    """Copy the notebooks of ``site`` into ``folder``; return the paths of those that the reader had changed."""
    notebooks = sorted((site / FOLDER).rglob("*.ipynb"))
    if not notebooks:
        raise FileNotFoundError(f"no notebooks in {site / FOLDER}: build the book first")
    kept = []
    for source in notebooks:
        name, new = source.relative_to(site / FOLDER), source.read_bytes()
        target, copied = folder / name, folder / ".laid-out" / name
        before = copied.read_bytes() if copied.exists() else None
        if target.exists() and target.read_bytes() not in (before, new):
            kept.append(name.as_posix())
            if before == new:
                continue
            target = target.with_suffix(".new.ipynb")
        for place in (target, copied):
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, place)
    return kept


if __name__ == "__main__":
    for changed in copy_notebooks(Path(sys.argv[1]), Path(sys.argv[2])):
        print(f"{changed} was changed and is kept; a newer one is beside it as .new.ipynb")
