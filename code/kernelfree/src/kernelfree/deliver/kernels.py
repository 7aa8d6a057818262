"""Tell the kernels of a build that a book is being built, and print how far they are with drawing."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from kernelfree.building import DROP_IN, MAX_BYTES, MAX_FRAMES, PROGRESS_FILE, STRICT

#: The folder whose ``sitecustomize`` installs the drop-in when a kernel starts.
_HOOK = Path(__file__).parent.parent / "dropin" / "hook"


def announce_build(*, strict: bool, drop_in: bool, max_frames: int, max_bytes: int) -> Callable[[], None]:
    """Set the environment variables that kernels inherit, and print their progress; return what ends both."""
    handle, path = tempfile.mkstemp(prefix="kernelfree-")
    os.close(handle)
    settings = {PROGRESS_FILE: path, STRICT: str(int(strict))}
    settings |= {MAX_FRAMES: str(max_frames), MAX_BYTES: str(max_bytes)}
    if drop_in:
        python_path = os.environ.get("PYTHONPATH")
        settings |= {DROP_IN: "1", "PYTHONPATH": os.pathsep.join([str(_HOOK), *([python_path] if python_path else [])])}
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    done = threading.Event()
    thread = threading.Thread(target=_print_progress, args=(path, done), daemon=True)
    thread.start()

    def stop() -> None:
        done.set()
        thread.join()
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        Path(path).unlink(missing_ok=True)

    return stop


def _print_progress(path: str, done: threading.Event) -> None:
    """Print the last of the lines that kernels write to ``path``: ``name done total``."""
    terminal = sys.__stderr__
    if terminal is None:
        return
    pause = 0.5 if terminal.isatty() else 10  # a log wants few lines, a terminal rewrites one
    with open(path, encoding="utf-8") as channel:
        while not done.wait(pause):
            if lines := channel.read().splitlines():
                name, drawn, total = lines[-1].split()
                end = "\r" if terminal.isatty() and drawn != total else "\n"
                print(f"drawing {name}: {drawn} of {total} frames", end=end, file=terminal, flush=True)
