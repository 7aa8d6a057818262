"""The pages of the built site, as the browser tests walk through them."""

from __future__ import annotations

import re
from pathlib import Path


def pages(site: Path) -> list[str]:
    """Every page that a reader can stay on, but the one that is shown in the place of others.

    The slides are no page of their own here either: they have figures of the others, and tests/browser/test_slides.py.
    """
    every = (
        path
        for path in site.rglob("*.html")
        if "_static" not in path.parts and path.name not in ("404.html", "slides.html") and path.name[0] != "."
    )
    return sorted(path.relative_to(site).as_posix() for path in every if 'http-equiv="refresh"' not in path.read_text())


def chapters(site: Path) -> list[str]:
    return [name for name in pages(site) if name.startswith("book/")]


def page_of(site: Path, name: str) -> str:
    """The page of the book that has a live figure or an exercise, wherever its chapter puts it."""
    mark = re.compile(f'data-(?:live-figure|exercise)="{re.escape(name)}"')
    found = [page for page in chapters(site) if mark.search((site / page).read_text("utf-8"))]
    assert found, f"no page of the book holds {name}"
    return found[0]


def start_figures(page) -> None:
    """Bring every live figure near and wait until it answers. Evaluates nothing, so that any policy allows it."""
    for figure in page.locator("[data-live-figure]").all():
        figure.scroll_into_view_if_needed()
        # Not all at once at the end: on a busy machine one may have gone by before it was seen to be near.
        figure.and_(page.locator("[data-ready]")).wait_for(state="attached")
