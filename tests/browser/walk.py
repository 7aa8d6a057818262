"""Visits to the pages of the book: each page is opened once at a width, and every question is asked of it there.

A question is a function of a `Visit` that yields the faults it finds. Faults are collected, so that one run names all
of them, each with its page, its width and its question.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Error

from conftest import watch
from exercises import Asked

Question = Callable[["Visit"], Iterable[str]]
PACKED = {".woff2", ".png", ".jpg", ".gif", ".zip"}  # gzip gains nothing


class Traffic:
    """What a page requests, each address once, and what it weighs when sent with gzip.

    `root` is the path under which the server has the site.
    """

    def __init__(self, page: Any, site: Path, root: str = "/"):
        self.site, self.root, self.asked = site, root, []
        page.on("request", lambda request: request.url in self.asked or self.asked.append(request.url))

    def weight(self, *, kind: str = "", start: int = 0) -> int:
        total = 0
        for address in self.asked[start:]:
            path = self.site / urlsplit(address).path.removeprefix(self.root)
            if path.suffix.endswith(kind):
                data = path.read_bytes()
                total += len(data if path.suffix in PACKED else gzip.compress(data, 6))
        return total


@dataclass
class Visit:
    """A page of the book in a browser, what it did wrong by itself, and the faults found so far."""

    page: Any  #: Playwright's page
    site: Path
    server: str
    name: str  #: as in the site, "book/index.html"
    exercises: list[Asked]
    traffic: Traffic
    slips: list[str]
    faults: list[str] = field(default_factory=list)

    @property
    def is_chapter(self) -> bool:
        return self.name.startswith("book/")

    def ask(self, *questions: Question) -> None:
        for question in questions:
            try:
                found = list(question(self))
            except Error as problem:  # a figure that never woke, a button that is not there
                found = [problem.message]
            width = self.page.viewport_size["width"]
            self.faults += [f"{self.name}, {width} px, {question.__name__}: {fault}" for fault in found]


@contextmanager
def visiting(browser: Any, site: Path, server: str, name: str, exercises: list[Asked], **options: Any):
    """Open a page in a context of its own (Playwright's options), so that nothing is cached or stored.

    Gives the `Visit`; fails in the end with all faults, and with the console errors, exceptions and foreign requests.
    """
    context = browser.new_context(**options)
    page = context.new_page()
    page.add_init_script(path=Path(__file__).with_name("shifts.js"))
    here = [asked for asked in exercises if asked.page == name]
    visit = Visit(page, site, server, name, here, Traffic(page, site), watch(page))
    page.goto(f"{server}/{name}")
    yield visit
    context.close()
    found = [*visit.faults, *(f"{name}: {slip}" for slip in visit.slips)]
    assert not found, "\n".join(found)
