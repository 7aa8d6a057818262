"""Tell whether this kernel runs the cells of a book that is being built, by environment variables that it inherits."""

import os

#: The file into which a kernel writes its progress. Set at all: a book is being built.
PROGRESS_FILE = "KERNELFREE_BUILD"
#: "1" where the book's ``kernelfree_strict`` turns warnings about figures into errors.
STRICT = "KERNELFREE_STRICT"
#: "1" where the book's ``kernelfree_ipywidgets`` replaces ``ipywidgets.interact``.
DROP_IN = "KERNELFREE_IPYWIDGETS"
#: The book's ``kernelfree_max_frames`` and ``kernelfree_max_bytes``.
MAX_FRAMES, MAX_BYTES = "KERNELFREE_MAX_FRAMES", "KERNELFREE_MAX_BYTES"


def is_building() -> bool:
    """Return whether a book is being built, so that nobody will be behind the page."""
    return bool(os.environ.get(PROGRESS_FILE))


def is_strict() -> bool:
    """Return whether the book wants errors instead of warnings."""
    return os.environ.get(STRICT) == "1"


def may_fall_back() -> bool:
    """Return whether a call that kernelfree cannot serve goes to ipywidgets: in a drop-in book that is not strict."""
    return os.environ.get(DROP_IN) == "1" and not is_strict()


def limit_of_book(name: str) -> int:
    """Return how many frames (``MAX_FRAMES``), or bytes of them (``MAX_BYTES``), a figure of this book may have."""
    return int(os.environ.get(name, 1000 if name == MAX_FRAMES else 3_000_000))
