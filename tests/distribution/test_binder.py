"""Binder, as far as one machine shows it: an environment from binder/ alone, and each chapter run in its JupyterLab."""

from __future__ import annotations

import json
import os
import re
import shutil
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from answers import reply
from chapters import ROOT, by_name, chapters, is_notebook
from environments import binder_environment, clean_environment, environment, run, serving
from exercises import exercises
from leanpage.export.launch import binder_address

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
    env["JUPYTERLAB_WORKSPACES_DIR"] = str(folder / "workspaces")
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


@pytest.fixture
def desk(chromium):
    """A window for one chapter, which is closed whatever happened in it, so that no tab comes back in the next."""
    with chromium.new_context(viewport={"width": 1280, "height": 1400}) as context:
        context.set_default_timeout(120_000)
        yield context.new_page()


#: Whether a chapter is open, its kernel at rest, and each of its cells in its place.
STANDS = """(name) => {
    const shown = window.jupyterapp?.shell?.currentWidget;
    return shown?.context?.path?.endsWith(name)
        && shown.sessionContext?.session?.kernel?.status === "idle"
        && document.querySelectorAll(".jp-Notebook-cell").length === shown.content.widgets.length;
}"""


def opened(page, address: str, home, name: str) -> None:
    """Open the address as on a computer that has just been started: no tab of a chapter read before comes back."""
    shutil.rmtree(home.parent / "workspaces", ignore_errors=True)
    page.goto(address)
    page.wait_for_url("**/lab/**")
    page.wait_for_function(STANDS, arg=f"{name}.ipynb")


RESULTS = """() => window.jupyterapp.shell.currentWidget.content.widgets
    .filter((cell) => cell.model.type === "code")
    .map((cell) => ({ source: cell.model.sharedModel.source, count: cell.model.executionCount,
                      outputs: cell.model.outputs.toJSON() }))"""
#: The text of each Markdown cell as it is shown.
RENDERED = "[...document.querySelectorAll('.jp-MarkdownCell')].map((cell) => cell.innerText)"
#: What MyST says to a builder and not to a reader: roles, options of directives, labels where a number should stand.
MARKUP = re.compile(r"\{[a-z:]+\}`|^:[a-z-]+: |\((?:eq|fig|ex|tab)-[a-z-]+\)|^```\{|glue:", re.MULTILINE)
#: Formulas that were left as they are typed.
UNTYPESET = re.compile(r"\\(?:frac|ln|log|sum|text|begin|cdot|tfrac)\b|(?<![\w\\])\$[^$\n]*\$")
#: Which cell has this source.
PLACE = """(source) => window.jupyterapp.shell.currentWidget.content.widgets
    .findIndex((cell) => cell.model.sharedModel.source === source)"""
#: Of each cell that a heading folds, whether it can be seen.
BELOW = """(heading) => {
    const cells = window.jupyterapp.shell.currentWidget.content.widgets;
    const marks = (cell) => cell.model.type === "markdown" && /^#+/.exec(cell.model.sharedModel.source);
    const level = (cell) => (marks(cell) || [""])[0].length;
    const at = cells.findIndex((cell) => cell.model.sharedModel.source === heading);
    const end = cells.findIndex((cell, i) => i > at && level(cell) && level(cell) <= level(cells[at]));
    return cells.slice(at + 1, end < 0 ? cells.length : end).map((cell) => !cell.isHidden);
}"""
#: What JupyterLab and its server say to the console about themselves.
THEIRS = re.compile(r"Failed to load resource|[Ww]ebSocket|favicon|jupyterlab-myst|sourceMap")


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("chapter", NOTEBOOKS, ids=by_name)
def test_every_chapter_reads_like_the_page_and_runs(chapter, lab, published, desk, site):
    (address, home), page = lab, desk
    slips: list[str] = []
    page.on("pageerror", lambda error: slips.append(str(error)))
    page.on("console", lambda said: slips.append(said.text) if said.type == "error" else None)
    opened(page, pull(address, published, chapter.name), home, chapter.name)
    page.wait_for_function("document.querySelectorAll('.jp-MarkdownCell .myst').length > 1")
    solutions = page.evaluate("""() => window.jupyterapp.shell.currentWidget.content.widgets
        .filter((cell) => cell.model.getMetadata("jp-MarkdownHeadingCollapsed"))
        .map((cell) => cell.model.sharedModel.source)""")
    titles = [
        " ".join(one.get_text().split()) for one in chapter.page(site).select("article .solution > .admonition-title")
    ]
    assert [heading.lstrip("# ") for heading in solutions] == titles
    for heading in solutions:
        below = page.evaluate(BELOW, heading)
        assert below and not any(below), heading
    look(page, chapter.name, "folded")
    read_cells(page)
    assert MARKUP.findall("\n".join(page.evaluate(RENDERED))) == []

    # A press opens a solution.
    for heading in solutions:
        cell = page.locator(".jp-Notebook-cell").nth(page.evaluate(PLACE, heading))
        cell.scroll_into_view_if_needed()
        assert heading.lstrip("# ") in cell.inner_text()
        cell.locator(".jp-showHiddenCellsButton").click()
        assert all(page.evaluate(BELOW, heading)), heading
    read_cells(page)
    text = "\n".join(page.evaluate(RENDERED))
    assert len(text.split()) > 40 and MARKUP.findall(text) == []
    code = page.locator(".jp-MarkdownCell :is(pre, code)").evaluate_all("all => all.map((one) => one.innerText)")
    for one in sorted(code, key=len, reverse=True):
        text = text.replace(one, "")
    assert UNTYPESET.findall(text) == []
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
    for asked in exercises(site):
        if asked.page == f"{chapter.name}.html":
            answer_like_a_reader(page, asked)
    look(page, chapter.name, "run")
    assert [slip for slip in slips if not THEIRS.search(slip)] == []
    page.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")


def read_cells(page) -> None:
    """Bring each Markdown cell that is not folded away into sight: it is drawn once it has been there."""
    for cell in page.locator(".jp-MarkdownCell:not(.lm-mod-hidden)").all():
        cell.scroll_into_view_if_needed()
        cell.locator(".myst > *").first.wait_for(state="attached")


def answer_like_a_reader(page, asked) -> None:
    """A named mistake, where there is one, and then the right answer, typed or chosen in the exercise's form."""
    exercise = page.locator(f'[data-exercise="{asked.name}"]')
    exercise.scroll_into_view_if_needed()
    for text in [*(text for text, _ in asked.mistakes()[:1]), asked.right()[0]]:
        if asked.kind == "choice":
            for box in exercise.locator(".askback-options input").all():
                wanted = box.get_attribute("value") in text.split(", ")
                if wanted or box.get_attribute("type") == "checkbox":
                    box.set_checked(wanted)
        elif asked.kind == "order":
            for place, letter in enumerate(text.split(", ")):
                line = exercise.locator(f'[data-letter="{letter}"]')
                while line.evaluate("(line) => [...line.parentElement.children].indexOf(line)") > place:
                    line.locator(".askback-up").click()
        else:
            exercise.locator(".askback-typed").fill(text)
        exercise.locator(".askback-check").click()
        said = reply(asked.key, text)
        assert exercise.get_by_role("status").inner_text() == said.text.replace("`", ""), (asked.name, text)
        assert exercise.get_attribute("data-state") == said.state, (asked.name, text)


def look(page, name: str, when: str) -> None:
    """Leave pictures of the top, the middle and the end in the folder that $LAB_PICTURES names, to be looked at."""
    if folder := os.environ.get("LAB_PICTURES"):
        cells = page.locator(".jp-Notebook-cell:not(.lm-mod-hidden)")
        for place, number in {"top": 0, "middle": cells.count() // 2, "end": cells.count() - 1}.items():
            cells.nth(number).scroll_into_view_if_needed()
            page.wait_for_timeout(500)
            page.screenshot(path=f"{folder}/{name.rpartition('/')[2]}-{when}-{place}.png")


@pytest.mark.timeout(300)
def test_readers_changes_outlive_a_new_version_of_the_notebooks(lab, published, desk, site, tmp_path):
    (address, home), page = lab, desk
    name = "book/index"
    opened(page, pull(address, published, name), home, name)
    mine = home / "notebooks" / f"{name}.ipynb"
    notebook = json.loads(mine.read_text())
    notebook["cells"][-1]["source"] = ["# mine"]
    mine.write_text(json.dumps(notebook, indent=1))
    shutil.copytree(site / "notebooks", tmp_path / "next")
    other = tmp_path / "next/book/summary.ipynb"
    other.write_text(other.read_text().replace("Summary", "Summary, anew", 1))
    run(ROOT / ".github/keep_notebooks.sh", tmp_path / "next", cwd=published / "book")
    opened(page, pull(address, published, "book/summary"), home, "book/summary")
    assert "# mine" in mine.read_text() and "Summary, anew" in (home / "notebooks/book/summary.ipynb").read_text()


@pytest.mark.timeout(300)
def test_a_source_that_is_opened_shows_its_text_rendered(lab, desk):
    """What the button opens before there are notebooks."""
    (address, _), page = lab, desk
    page.goto(f"{address}lab/tree/book/cross-entropy.md?token=loopback-only&reset")
    page.wait_for_function("window.jupyterapp?.shell?.currentWidget?.content?.widgets?.length > 5")
    page.locator(".jp-RenderedMarkdown.myst, .jp-RenderedMarkdown .myst, .myst").first.wait_for()


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
