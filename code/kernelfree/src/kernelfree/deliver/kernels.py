"""Tell the kernels of a build that a book is being built, and print how far they are with drawing."""

import os
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from kernelfree.building import DROP_IN, PROGRESS_FILE

#: The folder whose ``sitecustomize`` installs the drop-in when a kernel starts.
_HOOK = Path(__file__).parent.parent / "dropin" / "hook"


def announce_build(settings: Mapping[str, int]) -> Callable[[], None]:
    """Set the environment variables that kernels inherit, and print their progress; return what ends both."""
    handle, path = tempfile.mkstemp(prefix="kernelfree-")
    os.close(handle)
    variables = {PROGRESS_FILE: path, **{name: str(value) for name, value in settings.items()}}
    if settings[DROP_IN]:
        variables["PYTHONPATH"] = os.pathsep.join(filter(None, [str(_HOOK), os.environ.get("PYTHONPATH")]))
    before = {name: os.environ[name] for name in variables if name in os.environ}
    os.environ.update(variables)
    done = threading.Event()
    thread = threading.Thread(target=_print_progress, args=(path, done), daemon=True)
    thread.start()

    def stop() -> None:
        done.set()
        thread.join()
        for name in variables:
            os.environ.pop(name, None)
        os.environ.update(before)
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
