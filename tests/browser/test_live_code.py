"""A book that knows its repository: buttons for it that fit, and live code that asks before it asks other hosts."""

import functools
import http.server
import threading
from urllib.parse import urlsplit

import pytest

from forks import build


@pytest.fixture(scope="module")
def fork(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fork")
    build(folder, "https://github.com/grace/her-fork")
    handler = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *args: None})
    served = functools.partial(handler, directory=str(folder / "_build/html"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), served) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_port}/book/one.html"
        httpd.shutdown()


@pytest.fixture
def asked(chromium, fork):
    """The page, and the other hosts that it has asked for something."""
    page = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
    hosts = []
    page.on("request", lambda request: hosts.append(urlsplit(request.url).netloc))
    page.goto(fork)
    hosts.clear()  # its own files
    yield page, hosts
    page.context.close()


def press(page) -> None:
    page.locator(".dropdown-launch-buttons > button").click()
    page.locator("[data-call='liveCode']").click()


def test_the_question_names_the_hosts_and_no_asks_nobody(asked):
    page, hosts = asked
    press(page)
    dialog = page.get_by_role("dialog", name="Run the cells on this page")
    for host in ("cdn.jsdelivr.net", "cdnjs.cloudflare.com", "mybinder.org"):
        assert host in dialog.inner_text()
    dialog.get_by_role("button", name="Stay here").click()
    dialog.wait_for(state="hidden")
    assert {host for host in hosts if not host.startswith("127.0.0.1")} == set()


def test_yes_asks_and_says_so_when_nobody_answers(asked):
    page, hosts = asked
    press(page)
    page.get_by_role("button", name="Leave for them and run").click()
    page.get_by_text("The cells could not be started: cdn.jsdelivr.net did not answer").wait_for()
    assert {host for host in hosts if not host.startswith("127.0.0.1")} == {"cdn.jsdelivr.net"}
    assert page.locator(".cell_output").first.is_visible()


def test_its_buttons_fit_a_small_phone(page, fork):
    page.set_viewport_size({"width": 320, "height": 900})
    page.goto(fork)
    buttons = page.locator(".bd-header-article .btn:visible")
    assert page.locator(".bd-header-article :is(.dropdown-launch-buttons, .dropdown-source-buttons)").count() == 2
    for button in buttons.all():
        box = button.bounding_box()
        assert box["width"] >= 24 and box["x"] >= 0 and box["x"] + box["width"] <= 320, button.inner_html()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
