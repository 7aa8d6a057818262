"""What all pages have in the same order, in the runs in which it may be joined."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")
Segment = tuple[T, ...]


def segments(pages: list[list[T | None]]) -> list[Segment[T]]:
    """Return the items that every one of `pages` has, in their order, in runs.

    A run ends where a page has something else between its items (None, or an item that not all pages have). Items that
    pages have in different orders are left out.
    """
    if not pages:
        return []
    lists = [_once(page) for page in pages]
    order = [item for item in lists[0] if item is not None and all(item in page for page in lists[1:])]
    for page in lists:
        places = {item: page.index(item) for item in order}
        rising: list[T] = []
        for item in order:
            if not rising or places[item] > places[rising[-1]]:
                rising.append(item)
        order = rising
    runs: list[list[T]] = []
    for item in order:
        if runs and all(_adjacent(page, runs[-1][-1], item) for page in lists):
            runs[-1].append(item)
        else:
            runs.append([item])
    return [tuple(run) for run in runs]


def _once(page: list[T | None]) -> list[T | None]:
    found: list[T | None] = []
    for item in page:
        if item is None or item not in found:
            found.append(item)
    return found


def _adjacent(page: list[T | None], one: T, other: T) -> bool:
    return page.index(other) == page.index(one) + 1
