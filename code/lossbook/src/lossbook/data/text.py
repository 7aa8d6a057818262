"""A real text to be predicted letter by letter: the language reference that Python's own ``help()`` shows.

It ships with every Python, as the pages behind ``help("assert")`` or ``help("yield")``, under the Python Software
Foundation's licence: nothing is downloaded, and nothing of it is copied into this repository. Its pages differ a
little from one Python to the next, and so do numbers computed from them.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import torch
from torch import Tensor

#: The 29 characters that are kept: all else becomes a space.
ALPHABET = " abcdefghijklmnopqrstuvwxyz.,"
#: Of ten paragraphs one is held out.
HELD_OUT = 10

_CODE = re.compile(r"::=|>>>|^ {6,}|[=~_-]{4}|\*{4}|\[\d+\]")


class Text(NamedTuple):
    """Paragraphs to learn from and paragraphs to be judged on, each a string over ``ALPHABET``."""

    train: list[str]
    held: list[str]


def python_reference() -> Text:
    """The prose of Python's reference, every paragraph once, so that none is both learned from and judged on."""
    from pydoc_data.topics import topics

    paragraphs: dict[str, None] = {}
    for name in sorted(topics):
        for block in re.split(r"\n\s*\n", topics[name]):
            prose = plain(block)
            if len(prose) >= 120 and not _CODE.search(block) and prose.count(" ") <= len(prose) / 4:
                paragraphs[prose] = None
    ordered = list(paragraphs)
    held = ordered[::HELD_OUT]
    return Text([p for i, p in enumerate(ordered) if i % HELD_OUT], held)


def plain(text: str) -> str:
    """``text`` in the characters of ``ALPHABET``, no two spaces in a row."""
    kept = re.sub(r"[^a-z.,]+", " ", text.lower()).strip()
    return re.sub(r" ([.,])", r"\1", kept)


def encode(text: str) -> Tensor:
    """The position in ``ALPHABET`` of each character of ``text``: shape (len(text),)."""
    try:
        return torch.tensor([ALPHABET.index(letter) for letter in text], dtype=torch.long)
    except ValueError:
        strange = sorted(set(text) - set(ALPHABET))
        raise ValueError(
            f"only {ALPHABET!r} can be encoded, got {strange}: bring the text into it by plain()"
        ) from None
