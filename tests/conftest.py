"""What the tests share: the built site, a server for it, and a browser that notices every slip."""

from __future__ import annotations

import functools
import http.server
import os
import subprocess
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from project import ROOT
from sitepages import page_of, pages

VIEWPORT = {"width": 1280, "height": 900}

# The same cases in every run, and no stopwatch: a busy machine is not a failure.
settings.register_profile("book", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("book")
os.environ.setdefault("MPLBACKEND", "Agg")  # drawing needs no screen
os.environ.setdefault("OMP_NUM_THREADS", "1")  # the workers use all cores: torch's threads would wait for one another


#: The files that take longest, longest first: one that came last would run alone, the other core with nothing to do.
LONGEST = ["desk", "webkit", "phone", "kernelfree_build", "kernelfree_odd", "firefox", "tours", "kernelfree_gallery"]
LONGEST += ["exercises", "table", "paper_printed", "gate", "practice", "forks"]


def pytest_collection_modifyitems(items):
    place = {f"test_{name}.py": at for at, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))


def built() -> Path:
    """Where the built pages are: _build/html, or what $BOOK_HTML names."""
    return Path(os.environ.get("BOOK_HTML", ROOT / "_build" / "html"))


def pytest_generate_tests(metafunc):
    """A test with a `page_name` is one test for each page of the built book."""
    if "page_name" in metafunc.fixturenames:
        # Without a book there is one test, which the fixture `site` lets fail.
        metafunc.parametrize("page_name", pages(built()) or ["book/index.html"])


@pytest.fixture(autouse=True)
def own_directives():
    """What a test's Sphinx teaches docutils is forgotten after it, so that no test depends on those before."""
    from sphinx.util.docutils import docutils_namespace

    with docutils_namespace():
        yield


@pytest.fixture(scope="session")
def site() -> Path:
    """The built pages."""
    folder = built()
    if not (folder / "book" / "index.html").exists():
        pytest.fail(f"no built book in {folder}: run `make book` first", pytrace=False)
    return folder


@pytest.fixture(scope="session")
def asked(site):
    """All exercises of the built book."""
    from exercises import exercises

    return exercises(site)


@pytest.fixture(scope="session")
def live(site) -> list[str]:
    """The pages of the built book that hold live figures."""
    return [name for name in pages(site) if "data-live-figure=" in (site / name).read_text("utf-8")]


@pytest.fixture(scope="session")
def clone(tmp_path_factory) -> Path:
    """A fresh clone of what is committed."""
    folder = tmp_path_factory.mktemp("clone") / "book"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    return folder


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def server(site: Path):
    """The site served on loopback; gives its address without a final slash."""
    handler = functools.partial(_Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_port}"
        httpd.shutdown()


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium that can reach nobody but loopback."""
    from playwright.sync_api import sync_playwright

    from browsers import CHROMIUM_ARGS, chromium_path

    path = chromium_path()
    if path is None:
        pytest.fail("no Chromium: run `python tests/browsers.py` or name one in CHROMIUM", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def digits():
    """The lesson's threes and sevens."""
    from lossbook.data.digits import threes_and_sevens

    return threes_and_sevens()


@pytest.fixture(scope="session")
def model(digits):
    """The linear model of the chapter on accuracy."""
    from torch.nn import functional as F

    from lossbook.accuracy.runs import fit, random_start

    return fit(digits, F.cross_entropy, random_start(1), steps=60).final


@pytest.fixture(scope="module")
def _window(chromium):
    """The page that the tests of a file use one after another: to open one for each would take half a second."""
    context = chromium.new_context(viewport=VIEWPORT)
    page = context.new_page()
    yield page, watch(page)
    context.close()


@pytest.fixture
def page(_window):
    """A page as if fresh; the test fails if it logs an error or warning, throws, or asks another host for anything."""
    page, slips = _window
    slips.clear()
    yield page
    page.unroute_all()
    page.evaluate("try { localStorage.clear(); sessionStorage.clear(); } catch {}")
    page.goto("about:blank")
    page.set_viewport_size(VIEWPORT)
    page.emulate_media(media="null", color_scheme="null", reduced_motion="null", forced_colors="null")
    page.set_default_timeout(30_000)
    assert slips == []


@pytest.fixture
def figure(page, server, site):
    """Gives what opens the page with a live figure and wakes it: `figure(name, fragment="")`."""

    def wake(name: str, fragment: str = ""):
        address = f"{server}/{page_of(site, name)}{fragment}"
        if page.url != address or fragment:
            page.goto("about:blank")
            page.goto(address)
        found = page.locator(f'[data-live-figure="{name}"]')
        found.scroll_into_view_if_needed()
        found.and_(page.locator("[data-ready]")).wait_for()
        return found

    return wake


def watch(page) -> list[str]:
    """Collect what a page does wrong from now on: console errors and warnings, exceptions, requests to other hosts."""
    slips: list[str] = []
    page.on("console", lambda m: m.type in ("error", "warning") and slips.append(f"console {m.type}: {m.text}"))
    page.on("pageerror", lambda error: slips.append(f"exception: {error}"))
    own = ("http://127.0.0.1:", "file:", "data:", "blob:")
    page.on("request", lambda r: None if r.url.startswith(own) else slips.append(f"request to {r.url}"))
    return slips
