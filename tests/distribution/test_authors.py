"""AUTHORS.md followed to the letter in an empty folder, up to what needs an account: it ends with figures that live."""

from __future__ import annotations

import functools
import http.server
import re
import threading

import pytest
import yaml

from conftest import watch
from environments import clean_environment, run
from project import ROOT

ADDRESS = "https://github.com/ada/tools"
FENCE = re.compile(r"^(`{3,})(\w+)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)


def steps(text: str):
    """Every fenced block with what to do with it: ("run", commands), ("save", path, text) or ("add", path, text)."""
    end = 0
    for fence in FENCE.finditer(text):
        before, end = " ".join(text[end : fence.start()].split()), fence.end()
        language, content = fence[2], fence[3]
        if language == "console":
            yield "run", [line.removeprefix("$ ") for line in content.splitlines()]
        elif saved := re.search(r"Save this as `([\w./]+)`[^`]*:$", before):
            yield "save", saved[1], content
        elif added := re.search(r"Add this to the end of `([\w./]+)`:$", before):
            yield "add", added[1], content
        else:
            pytest.fail(f"AUTHORS.md does not say what to do with this:\n{content[:200]}", pytrace=False)


@pytest.fixture(scope="module")
def book(clone, tmp_path_factory):
    folder = tmp_path_factory.mktemp("authors") / "waves"
    folder.mkdir()
    # One shell for all commands, as the reader has; the index of torch is not needed, since nothing here wants torch.
    env = clean_environment(
        PIP_RETRIES="1",
        REPOSITORY=ADDRESS,
        # The address leads to the clone.
        GIT_CONFIG_COUNT="1",
        GIT_CONFIG_KEY_0=f"url.file://{clone}.insteadOf",
        GIT_CONFIG_VALUE_0=ADDRESS,
        **{f"GIT_{who}_{what}": "ada@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    )
    done = []
    for kind, *what in steps((ROOT / "AUTHORS.md").read_text(encoding="utf-8")):
        done.append(kind)
        if kind == "run":
            start = [". .venv/bin/activate"] if (folder / ".venv").exists() else []
            run("bash", "-ec", "\n".join([*start, *what[0]]), cwd=folder, env=env)
        else:
            path = folder / what[0]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text((path.read_text() + "\n\n" if kind == "add" else "") + what[1])
    assert done.count("run") >= 3 and "add" in done
    return folder


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("served", [True, False], ids=["served", "from disk"])
def test_the_page_has_two_figures_that_live(book, chromium, served):
    html = book / "_build/html"
    handler = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *args: None})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=str(html))) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        page = chromium.new_context(viewport={"width": 1280, "height": 1000}).new_page()
        slips = watch(page)
        page.goto(f"http://127.0.0.1:{httpd.server_port}/waves.html" if served else (html / "waves.html").as_uri())
        wave = page.locator("[data-live-figure='draw-wave']")
        wave.scroll_into_view_if_needed()
        page.locator("[data-live-figure='draw-wave'][data-ready]").wait_for()
        # The line that is the wave is the one that changes.
        drawn = "node => node.querySelector('svg.kf-picture, svg').outerHTML"
        before = wave.evaluate(drawn)
        wave.locator("input[type=range]").first.focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_function(
            "before => document.querySelector('[data-live-figure=draw-wave] svg').outerHTML !== before", arg=before
        )
        spinner = page.locator("[data-live-figure='spinner']")
        spinner.scroll_into_view_if_needed()
        page.locator("[data-live-figure='spinner'][data-ready]").wait_for()
        page.get_by_text("sine 0.50").wait_for()
        spinner.locator("[role=slider]").focus()
        page.keyboard.press("End")
        page.get_by_text("sine 0.00").wait_for()
        page.context.close()
        httpd.shutdown()
    assert slips == []


def test_the_workflow_is_pinned_as_this_books_own_and_runs_what_was_run(book):
    text = (book / ".github/workflows/book.yml").read_text()
    ours = (ROOT / ".github/workflows/book.yml").read_text()
    for use in re.findall(r"uses: (actions/(?:checkout|upload-pages-artifact|deploy-pages)@.*)", text):
        assert use in ours, use
    commands = [step["run"] for step in yaml.safe_load(text)["jobs"]["publish"]["steps"] if "run" in step]
    told = (ROOT / "AUTHORS.md").read_text()
    assert commands and all(f"$ {command}" in told for command in commands)


def test_the_first_commit_holds_the_book_and_nothing_built(book):
    files = run("git", "ls-files", cwd=book).stdout.split()
    assert set(files) >= {
        "_config.yml",
        "_toc.yml",
        "waves.md",
        "figures/__init__.py",
        "figures/spinner.js",
        "requirements.txt",
    }
