"""Make the index of a site from its documents: the counts that MiniSearch ranks by, in few bytes."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from functools import cache
from math import log2
from typing import Any

from .pages import Document
from .words import Stem, split

#: What is counted apart, since it weighs differently. Titles and index entries are one: both name the document.
FIELDS = ("names", "text", "code")
#: The last digit of a number is of the first half, those before it of the second.
_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def make_index(pages: Iterable[tuple[str, list[Document]]], stem: Stem, stopwords: Collection[str]) -> dict[str, Any]:
    """Return what ``static/rank.js`` reads: addresses, documents, and for each word the documents that have it.

    A document is [page, anchor, number of the document around it, kind, title, entries]. The words are one string, and
    their documents another, in the same order. `_pack` says how they are written.
    """
    stem = cache(stem)
    stopped = sorted({word for stopword in stopwords for word in split(stopword, stem)})
    addresses: list[str] = []
    documents: list[list[Any]] = []
    lengths: list[str] = []
    counts: dict[str, list[dict[int, int]]] = defaultdict(lambda: [{} for _ in FIELDS])
    for address, found in pages:
        place = {id(document): len(documents) + number for number, document in enumerate(found)}
        for document in found:
            number = len(documents)
            entries = list(dict.fromkeys(document.entries))
            anchor = "" if document.anchor == slug(document.title) else document.anchor
            parent = place.get(id(document.parent), -1)
            documents.append([len(addresses), anchor, parent, document.kind, document.title, entries])
            names = Counter(split(" \n ".join([document.title, *entries]), stem))
            text = Counter(word for word in split(document.text, stem) if word not in stopped)
            code = Counter(word for word in split(document.code, stem) if not word[0].isdigit())
            for field, words in enumerate((names, text, code)):
                for word, count in words.items():
                    counts[word][field][number] = count
            lengths.append(_DIGITS[min(63, round(4 * log2(1 + text.total() + code.total())))])
        addresses.append(address)
    return {
        "pages": addresses,
        "documents": documents,
        "lengths": "".join(lengths),
        "stopped": stopped,
        "words": " ".join(sorted(counts)),
        "counts": " ".join(",".join(map(_pack, fields)).rstrip(",") for _, fields in sorted(counts.items())),
    }


def slug(title: str) -> str:
    """Return the anchor that a section of this title has, if it is in plain letters and the only one of its page."""
    return re.sub("[^a-z0-9]+", "-", title.lower()).strip("-")


def _pack(counts: dict[int, int]) -> str:
    """Return the numbers of documents, each as its distance from the one before, with a dot for each further count."""
    packed, before = [], 0
    for number, count in counts.items():
        distance, before = number - before, number
        digits = _DIGITS[distance % 32]
        while distance := distance // 32:
            digits = _DIGITS[32 + distance % 32] + digits
        packed.append(digits + "." * (min(count, 3) - 1))
    return "".join(packed)
