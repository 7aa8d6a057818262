"""``claim``: assert a sentence of the text against what its own chapter computed, in one run or over several seeds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

#: The seeds of a sentence about runs in general.
SEEDS = range(5)
#: Fewer runs than this do not bear a general sentence.
FEWEST = 5


def claim(sentence: str, holds: Any, seeds: Iterable[int] | None = None) -> None:
    """Fail the cell, and with it the build, unless ``holds`` bears out ``sentence``.

    ``sentence`` is what a reader may take from the text beside the cell. ``holds`` is one truth value (a bool, or an
    array or tensor that holds one) where the sentence is about the run on the page: such a sentence says "in this run".
    Where the sentence is about runs in general, ``holds`` is a function that takes a seed and returns a truth value; it
    must be true for each of ``seeds`` (five by default, and never fewer). Train through ``functools.cache``, so that
    several claims share one run of each seed.

    Raises ``AssertionError`` with the sentence and the seeds that fail; ``TypeError`` for a ``holds`` that is no truth
    value; ``ValueError`` for fewer than five different seeds, or for seeds without a function.
    """
    if not callable(holds):
        if seeds is not None:
            raise ValueError(f"seeds are given, so holds must be a function of a seed, for: {sentence}")
        if not _truth(sentence, holds):
            raise AssertionError(f"the text says, and this run contradicts: {sentence}")
        return
    tried = list(dict.fromkeys(SEEDS if seeds is None else seeds))
    if len(tried) < FEWEST:
        raise ValueError(f"a sentence about runs needs at least {FEWEST} seeds, got {tried} for: {sentence}")
    failing = [seed for seed in tried if not _truth(sentence, holds(seed))]
    if failing:
        raise AssertionError(
            f"the text says, and {len(failing)} of {len(tried)} runs contradict (seeds {failing}): {sentence}"
        )


def _truth(sentence: str, value: Any) -> bool:
    value = value.item() if hasattr(value, "item") else value
    if not isinstance(value, bool):
        raise TypeError(f"a claim needs one truth value, got {value!r} for: {sentence}")
    return value
