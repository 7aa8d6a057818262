"""The files that leanpage wrote into the output: known by a record, so that it deletes no file but its own.

The record stands beside Sphinx's doctrees. A file is taken away only if the record names it and its bytes are those
that leanpage wrote; what an author or another extension put in its place stays. Where there is no record any more (the
doctrees were thrown away), files whose names carry the digest of what is in them are known by that.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from sphinx.application import Sphinx

RECORD = "leanpage-made.json"


class Made:
    """What leanpage makes in one output folder, by paths relative to it, and the ``state`` that it was made from."""

    def __init__(self, folder: Path, record: Path):
        self.folder, self.record = folder, record
        recorded, self.state = _read(record, folder)
        self.before = _named_after_content(folder) | recorded
        self.now: dict[str, str] = {}

    def write(self, path: str, content: bytes) -> None:
        """Write a file of the output and remember it. Equal files are left as they are."""
        target = self.folder / path
        if not target.is_file() or target.read_bytes() != content:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        self.now[path] = _digest(content)

    def keep(self, path: str) -> None:
        """Let a file of an earlier build stand that this one has no reason to write again."""
        if path in self.before:
            self.now.setdefault(path, self.before[path])

    def is_ours(self, path: str) -> bool:
        """Whether the file there now is one that leanpage wrote, to the last byte."""
        known = {self.now.get(path), self.before.get(path)} - {None}
        target = self.folder / path
        return bool(known) and target.is_file() and not target.is_symlink() and _digest(target.read_bytes()) in known

    def stands(self) -> bool:
        """Whether every file that an earlier build made is there as it was made."""
        return bool(self.before) and all(map(self.is_ours, self.before))

    def settle(self) -> None:
        """Take away what earlier builds made and this one did not, and write the record."""
        for path in sorted(set(self.before) - set(self.now)):
            if self.is_ours(path):
                (self.folder / path).unlink()
        self.record.parent.mkdir(parents=True, exist_ok=True)
        known = {"folder": str(self.folder), "state": self.state, "made": dict(sorted(self.now.items()))}
        self.record.write_text(json.dumps(known, indent=1), encoding="utf-8")


def made(app: Sphinx) -> Made:
    """The record of this build."""
    found: Made | None = getattr(app, "leanpage_made", None)
    if found is None:
        record = Path(app.doctreedir, f"{app.builder.name}-{RECORD}")
        found = Made(Path(app.outdir), record)
        app.leanpage_made = found  # type: ignore[attr-defined]
    return found


def settle(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and getattr(app, "leanpage_written", None):  # else what earlier builds made stands
        made(app).settle()


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("build-finished", settle, priority=950)
    return {"parallel_read_safe": True, "parallel_write_safe": False}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _named_after_content(folder: Path) -> dict[str, str]:
    found = {}
    for path in (folder / "_static").glob("*-??????????.*"):
        name = re.fullmatch(r"(?:site|inline|math|fa)-[\w-]*?([0-9a-f]{10})\.(?:css|js|woff2)", path.name)
        if name and path.is_file() and (digest := _digest(path.read_bytes())).startswith(name[1]):
            found[f"_static/{path.name}"] = digest
    return found


def _read(record: Path, folder: Path) -> tuple[dict[str, str], str]:
    try:
        known = json.loads(record.read_text(encoding="utf-8"))
        return (dict(known["made"]), str(known.get("state", ""))) if known["folder"] == str(folder) else ({}, "")
    except (OSError, ValueError, KeyError, TypeError):
        return {}, ""
