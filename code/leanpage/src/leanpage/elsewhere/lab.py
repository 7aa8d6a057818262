"""A built book's notebooks laid out for JupyterLab: `python -m leanpage.elsewhere.lab _build/html FOLDER`.

What the reader changed is theirs: a notebook that is no longer as it was laid out stays, and the new one is put beside
it, as `NAME.new.ipynb`. A record in the folder tells which is which.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from pathlib import Path

from .notebooks import FOLDER

RECORD = ".laid-out.json"


def lay_out(site: Path, folder: Path) -> list[str]:
    """Copy the notebooks of ``site`` into ``folder``; return the paths of those that the reader had changed.

    Raises FileNotFoundError if the site has no notebooks.
    """
    notebooks = sorted((site / FOLDER).rglob("*.ipynb"))
    if not notebooks:
        raise FileNotFoundError(f"no notebooks in {site / FOLDER}: build the book first")
    record = folder / RECORD
    laid: dict[str, str] = json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}
    kept = []
    for source in notebooks:
        name = source.relative_to(site / FOLDER).as_posix()
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and _digest(target) not in (laid.get(name), _digest(source)):
            kept.append(name)
            if laid.get(name) != _digest(source):  # else there is nothing new to put beside it
                shutil.copyfile(source, target.with_suffix(".new.ipynb"))
        else:
            shutil.copyfile(source, target)
            laid[name] = _digest(source)
    record.write_text(json.dumps(laid, indent=1), encoding="utf-8")
    return kept


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    for changed in lay_out(Path(sys.argv[1]), Path(sys.argv[2])):
        print(f"{changed} is as you left it; what the build made stands beside it if it is new")
