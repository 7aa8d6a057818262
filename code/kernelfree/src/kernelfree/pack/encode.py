"""Encode values that differ in numbers only, such as the outlines of a curve, as second differences.

``encode(["M 1 20", "M 2 20.5", "M 3 21.5"])`` is ``{"parts": ["M ", " ", ""], "series": [[100, 0, 0], [2000, -1950,
50]]}``: what the texts share, and a series in hundredths for each number between, which ``reader`` in
``static/frames.js`` adds up twice. Where a curve bends smoothly they are near 0, and compress to a bit or two.
"""

import json
import re
import zlib
from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

_DECIMAL = re.compile(r"(-?\d+(?:\.\d+)?)", re.ASCII)
#: Hundredths as JavaScript writes them: 0, 12, -1.5, 0.05; but not -0, 1.50, .5 or 1.234.
_AS_IN_JAVASCRIPT = r"(?:0|-?(?:[1-9]\d*(?:\.\d?[1-9])?|0\.\d?[1-9]))"
_ALL_AS_IN_JAVASCRIPT = re.compile(f"{_AS_IN_JAVASCRIPT}(?: {_AS_IN_JAVASCRIPT})*", re.ASCII)


def encode(values: list[str | None]) -> list[str | None] | dict[str, Any]:
    """Encode values as ``{"parts": ..., "series": ...}`` where that is lighter, or return them as they are."""
    texts = [value for value in values if value is not None]
    if len(texts) < 3 or len(texts) < len(values):
        return values
    pieces = [_DECIMAL.split(text) for text in texts]  # text, number, text, number, ..., text
    parts = pieces[0][::2]
    if any(own[::2] != parts for own in pieces):
        return values
    hundredths = _to_hundredths([own[1::2] for own in pieces])
    if hundredths is None:
        return values
    encoded = _encode_numbers(parts, hundredths)
    return encoded if compressed_size(encoded) < compressed_size(values) else values


def _to_hundredths(rows: Sequence[Sequence[str]]) -> NDArray[np.int64] | None:
    """Convert rows of numbers to hundredths; return ``None`` if JavaScript would write one of them in another way."""
    if not _ALL_AS_IN_JAVASCRIPT.fullmatch(" ".join(chain.from_iterable(rows))):
        return None
    numbers = np.array([list(map(float, row)) for row in rows])
    return np.rint(100 * numbers).astype(np.int64) if np.abs(numbers).max() < 1e12 else None


def _encode_numbers(parts: Sequence[str], hundredths: NDArray[np.int64]) -> dict[str, Any]:
    """Encode a table of numbers, a row for each value; columns that never change become part of the texts."""
    changing = (hundredths != hundredths[0]).any(axis=0).tolist()
    series = np.diff(hundredths, n=2, axis=0, prepend=np.zeros_like(hundredths[:2])).T.tolist()
    kept_parts, kept_series = [parts[0]], []
    for k, part in enumerate(parts[1:]):
        if changing[k]:
            kept_parts.append(part)
            kept_series.append(series[k])
        else:
            kept_parts[-1] += f"{hundredths[0, k] / 100:.2f}".rstrip("0").rstrip(".") + part
    return {"parts": kept_parts, "series": kept_series}


def to_json(content: Any) -> bytes:
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()


def compressed_size(content: Any) -> int:
    """Return the bytes of ``content`` as quickly compressed JSON, good enough to choose the lighter of two forms."""
    return len(zlib.compress(to_json(content), 1))
