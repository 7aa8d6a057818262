"""``claim``: a sentence of the text, held by what its own chapter computed."""

from __future__ import annotations

from typing import Any


def claim(sentence: str, holds: Any) -> None:
    """Fail the cell, and so the build, with ``sentence`` unless ``holds``.

    ``sentence`` is what a reader may take from the text beside the cell, and ``holds`` says whether the run bears it
    out: a bool, or an array or tensor with one truth value. It tests the claim, never a copy of a number. Raises
    ``AssertionError`` with the sentence, at which the build names chapter and line; ``TypeError`` for what is no
    truth value, since a claim that cannot fail holds nothing.
    """
    value = holds.item() if hasattr(holds, "item") else holds
    if not isinstance(value, bool):
        raise TypeError(f"a claim wants one truth value, got {holds!r} for: {sentence}")
    if not value:
        raise AssertionError(f"the text says, and the run does not bear it out: {sentence}")
