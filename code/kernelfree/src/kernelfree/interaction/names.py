"""Name figures after their functions; a second ``f`` of a page is ``f-2``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from kernelfree.record.frames import name_of
from kernelfree.state import state


def take_name(wanted: str) -> str:
    """Return ``wanted``, or with a number behind it if another figure of this kernel has that name."""
    name, number = wanted, 1
    while name in state.names:
        number += 1
        name = f"{wanted}-{number}"
    state.names.add(name)
    return name


def name_after(draw: Callable[..., Any]) -> str:
    """Return a name for addresses: ``plot__x`` -> ``plot-x``, ``plot_σ`` -> ``plot-sigma``, a lambda -> ``figure``."""
    own = name_of(draw)
    ascii_letters = "".join(_to_ascii(letter) for letter in own)
    name = re.sub(r"[^a-z0-9]+", "-", ascii_letters.lower()).strip("-")
    if own == "<lambda>" or not name:
        return "figure"
    return name if name[0].isalpha() else f"figure-{name}"


def _to_ascii(letter: str) -> str:
    """Return a letter without its accent (``é`` -> ``e``), or the end of its Unicode name (``σ`` -> ``-SIGMA-``)."""
    if letter.isascii():
        return letter
    base = unicodedata.normalize("NFKD", letter)[0]
    return base if base.isascii() else f"-{unicodedata.name(letter, '').rpartition(' ')[2]}-"
