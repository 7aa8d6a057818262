"""Copy a built book's notebooks to a folder for JupyterLab: `python -m leanpage.export.lab _build/html FOLDER`.

A notebook that the reader changed is kept, and the new one is put beside it as `NAME.new.ipynb`. A file in the folder
holds the digests of the copies.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from pathlib import Path

from .notebooks import FOLDER

DIGESTS = ".laid-out.json"


def copy_notebooks(site: Path, folder: Path) -> list[str]:
    """Copy the notebooks of ``site`` into ``folder``; return the paths of those that the reader had changed.

    Raises FileNotFoundError if the site has no notebooks.
    """
    notebooks = sorted((site / FOLDER).rglob("*.ipynb"))
    if not notebooks:
        raise FileNotFoundError(f"no notebooks in {site / FOLDER}: build the book first")
    digests = folder / DIGESTS
    copied: dict[str, str] = json.loads(digests.read_text(encoding="utf-8")) if digests.exists() else {}
    kept = []
    for source in notebooks:
        name = source.relative_to(site / FOLDER).as_posix()
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and _digest(target) not in (copied.get(name), _digest(source)):
            kept.append(name)
            if copied.get(name) != _digest(source):  # otherwise there is nothing newer
                shutil.copyfile(source, target.with_suffix(".new.ipynb"))
        else:
            shutil.copyfile(source, target)
            copied[name] = _digest(source)
    digests.write_text(json.dumps(copied, indent=1), encoding="utf-8")
    return kept


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    for changed in copy_notebooks(Path(sys.argv[1]), Path(sys.argv[2])):
        print(f"{changed} was changed and is kept; a newer one is beside it as .new.ipynb")
