"""Binder, as far as one machine shows it: an environment from binder/ alone, and each chapter run in its JupyterLab."""

from __future__ import annotations

import json
import os
import re
import shutil
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from chapters import ROOT, by_name, chapters, is_notebook
from environments import binder_environment, clean_environment, environment, run, serving
from leanpage.elsewhere.notebooks import binder_address

NOTEBOOKS = [chapter for chapter in chapters() if is_notebook(chapter.source)]


@pytest.fixture(scope="session")
def binder(clone):
    return binder_environment(clone)


@pytest.fixture(scope="module")
def published(site, tmp_path_factory):
    """A repository whose branch of notebooks is kept as the workflow keeps it."""
    folder = tmp_path_factory.mktemp("published")
    git = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    run(*git, "init", "-q", "--bare", "-b", "main", folder / "remote")
    run(*git, "clone", "-q", folder / "remote", folder / "book")
    run(*git, "commit", "-q", "--allow-empty", "-m", "A book", cwd=folder / "book")
    run(*git, "push", "-q", "origin", "HEAD:main", cwd=folder / "book")
    run(ROOT / ".github/keep_notebooks.sh", site / "notebooks", cwd=folder / "book")
    return folder


@pytest.fixture(scope="module")
def lab(binder, clone, tmp_path_factory):
    """JupyterLab of that environment in the clone, as Binder starts it; gives the server's address and its folder."""
    folder = tmp_path_factory.mktemp("lab")
    home = folder / "home"
    shutil.copytree(clone, home, ignore=shutil.ignore_patterns("_build", ".venv"))
    env = clean_environment(HOME=str(folder), PATH=f"{binder}/bin:/usr/bin:/bin")
    env = {name: value for name, value in env.items() if not name.startswith(("JUPYTER", "IPYTHON"))}
    command = [binder / "bin/jupyter", "lab", "--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0"]
    command += ["--IdentityProvider.token=loopback-only", "--expose-app-in-browser"]
    with serving(command, folder / "lab.log", cwd=home, env=env) as address:
        yield address, home


def pull(address: str, published, path: str) -> str:
    """What the page's Binder button asks the server that Binder has started, once it is there."""
    button = binder_address("https://hub", "https://github.com/ada/book", "main", "notebooks", path)
    (inner,) = parse_qs(urlsplit(button).query)["urlpath"]
    inner = inner.replace(quote("https://github.com/ada/book", safe=""), quote(f"file://{published}/remote", safe=""))
    return f"{address}{inner}&token=loopback-only"


def opened(page, address: str) -> None:
    page.goto(address)
    page.wait_for_url("**/lab/**")
    page.wait_for_function(
        "window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
    )


RESULTS = """() => window.jupyterapp.shell.currentWidget.content.widgets
    .filter((cell) => cell.model.type === "code")
    .map((cell) => ({ source: cell.model.sharedModel.source, count: cell.model.executionCount,
                      outputs: cell.model.outputs.toJSON() }))"""
#: The text of each Markdown cell as it is shown.
RENDERED = "[...document.querySelectorAll('.jp-MarkdownCell')].map((cell) => cell.innerText)"
#: What MyST says to a builder and not to a reader: roles, options of directives, labels where a number should stand.
MARKUP = re.compile(r"\{[a-z:]+\}`|^:[a-z-]+: |\((?:eq|fig|ex|tab)-[a-z-]+\)|^```\{|glue:", re.MULTILINE)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("chapter", NOTEBOOKS, ids=by_name)
def test_every_chapter_reads_like_the_page_and_runs(chapter, lab, published, chromium, site):
    address, _ = lab
    page = chromium.new_context(viewport={"width": 1280, "height": 1400}).new_page()
    page.set_default_timeout(120_000)
    opened(page, pull(address, published, chapter.name))
    page.wait_for_function("document.querySelectorAll('.jp-MarkdownCell .myst').length > 1")
    # Each cell is drawn once it has been in sight.
    for cell in page.locator(".jp-MarkdownCell").all():
        cell.scroll_into_view_if_needed()
        cell.locator(".myst > *").first.wait_for(state="attached")
    text = "\n".join(page.evaluate(RENDERED))
    assert len(text.split()) > 40 and MARKUP.findall(text) == []
    assert page.locator(".jp-MarkdownCell details[open]").count() == 0
    folded = page.evaluate("""() => window.jupyterapp.shell.currentWidget.content.widgets
        .filter((cell) => cell.model.getMetadata("jupyter")?.source_hidden).map((cell) => cell.inputHidden)""")
    assert folded and all(folded)
    look(page, chapter.name, "read")

    page.set_default_timeout(600_000)
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
    cells = page.evaluate(RESULTS)
    page.set_default_timeout(60_000)
    assert [cell["source"] for cell in cells if cell["source"].strip() and not cell["count"]] == []
    errors = [output for cell in cells for output in cell["outputs"] if output["output_type"] == "error"]
    assert errors == [], json.dumps(errors, indent=1)[:3000]
    assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']").count() == 0

    live = chapter.page(site).select("[data-live-figure]")
    sliders = sum(1 for figure in live if figure.select_one(".kf-controls"))
    handles = page.locator(".widget-interact .noUi-handle")
    pictures = page.locator(".widget-interact svg")
    if sliders:
        handles.first.wait_for(state="attached")
        before = pictures.evaluate_all("all => all.map((one) => one.outerHTML).join()")
        for key in ("ArrowRight", "ArrowLeft", "ArrowLeft"):  # wherever the slider starts, one of them moves it
            handles.first.focus()
            page.keyboard.press(key)
        now = "[...document.querySelectorAll('.widget-interact svg')].map((one) => one.outerHTML).join()"
        page.wait_for_function(f"before => {now} !== before", arg=before)
    if len(live) > sliders:
        page.locator(".kernelfree[data-ready]").first.wait_for()
    look(page, chapter.name, "run")
    page.context.close()


def look(page, name: str, when: str) -> None:
    """Leave pictures of the top, the middle and the end in the folder that $LAB_PICTURES names, to be looked at."""
    if folder := os.environ.get("LAB_PICTURES"):
        cells = page.locator(".jp-Notebook-cell")
        for place, number in {"top": 0, "middle": cells.count() // 2, "end": cells.count() - 1}.items():
            cells.nth(number).scroll_into_view_if_needed()
            page.screenshot(path=f"{folder}/{name.rpartition('/')[2]}-{when}-{place}.png")


@pytest.mark.timeout(300)
def test_readers_changes_outlive_a_new_version_of_the_notebooks(lab, published, chromium, site, tmp_path):
    address, home = lab
    name = "book/index"
    page = chromium.new_context().new_page()
    page.set_default_timeout(120_000)
    opened(page, pull(address, published, name))
    mine = home / "notebooks" / f"{name}.ipynb"
    notebook = json.loads(mine.read_text())
    notebook["cells"][-1]["source"] = ["# mine"]
    mine.write_text(json.dumps(notebook, indent=1))
    shutil.copytree(site / "notebooks", tmp_path / "next")
    other = tmp_path / "next/book/summary.ipynb"
    other.write_text(other.read_text().replace("Summary", "Summary, anew", 1))
    run(ROOT / ".github/keep_notebooks.sh", tmp_path / "next", cwd=published / "book")
    opened(page, pull(address, published, "book/summary"))
    assert "# mine" in mine.read_text() and "Summary, anew" in (home / "notebooks/book/summary.ipynb").read_text()
    page.context.close()


@pytest.mark.timeout(300)
def test_a_source_that_is_opened_shows_its_text_rendered(lab, chromium):
    """What the button opens before there are notebooks."""
    address, _ = lab
    page = chromium.new_context(viewport={"width": 1280, "height": 1400}).new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{address}lab/tree/book/cross-entropy.md?token=loopback-only&reset")
    page.wait_for_function("window.jupyterapp?.shell?.currentWidget?.content?.widgets?.length > 5")
    page.locator(".jp-RenderedMarkdown.myst, .jp-RenderedMarkdown .myst, .myst").first.wait_for()
    page.context.close()


def test_repo2docker_reads_the_folder_as_meant(binder, tmp_path):
    """repo2docker's own parsing, in an environment of its own since it pins much."""
    requirement = "jupyter-repo2docker==2026.4.0"
    marker = tmp_path / "requirement"
    marker.write_text(requirement)
    folder = environment("repo2docker", [marker], lambda python: run(python, "-m", "pip", "install", "-q", requirement))
    script = """
import json
from repo2docker.app import Repo2Docker
app = Repo2Docker()
pack = next(pack for pack in (kind(app.base_image) for kind in app.buildpacks) if pack.detect())
print(json.dumps([type(pack).__name__, pack.binder_dir, pack.python_version,
                  [script for _, script in pack.get_assemble_scripts()], pack.get_post_build_scripts()]))
"""
    done = run(folder / "bin/python", "-c", script, cwd=ROOT, env=clean_environment())
    kind, place, python, scripts, post = json.loads(done.stdout.splitlines()[-1])
    assert (kind, place, python) == ("PythonBuildPack", "binder", "3.11")
    assert scripts[-1].endswith('pip install --no-cache-dir -r "binder/requirements.txt"')
    assert post == ["binder/postBuild"]
    assert shutil.which(str(ROOT / "binder/postBuild"))
