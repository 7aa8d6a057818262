"""Binder, as far as one machine shows it: an environment from binder/ alone, and each chapter run in its JupyterLab."""

from __future__ import annotations

import json
import shutil

import pytest

from chapters import ROOT, by_name, chapters, is_notebook
from environments import binder_environment, clean_environment, environment, run, serving

NOTEBOOKS = [chapter for chapter in chapters() if is_notebook(chapter.source)]


@pytest.fixture(scope="session")
def binder(clone):
    return binder_environment(clone)


@pytest.fixture(scope="module")
def lab(binder, clone, tmp_path_factory):
    """JupyterLab of that environment in the clone, as Binder starts it; gives an address to put paths into."""
    folder = tmp_path_factory.mktemp("lab")
    env = clean_environment(HOME=str(folder), PATH=f"{binder}/bin:/usr/bin:/bin")
    env = {name: value for name, value in env.items() if not name.startswith(("JUPYTER", "IPYTHON"))}
    command = [binder / "bin/jupyter", "lab", "--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0"]
    command += ["--IdentityProvider.token=loopback-only", "--expose-app-in-browser"]
    with serving(command, folder / "lab.log", cwd=clone, env=env) as address:
        yield address + "{}?token=loopback-only&reset"


RESULTS = """() => window.jupyterapp.shell.currentWidget.content.widgets
    .filter((cell) => cell.model.type === "code")
    .map((cell) => ({ source: cell.model.sharedModel.source, count: cell.model.executionCount,
                      outputs: cell.model.outputs.toJSON() }))"""


@pytest.mark.timeout(900)
@pytest.mark.parametrize("chapter", NOTEBOOKS, ids=by_name)
def test_every_cell_of_every_chapter_runs_and_a_figure_moves(chapter, lab, chromium, site):
    page = chromium.new_context(viewport={"width": 1280, "height": 1400}).new_page()
    page.set_default_timeout(120_000)
    # The path that the page's Binder button asks for.
    page.goto(lab.format(f"lab/tree/{chapter.name}.md"))
    page.wait_for_function(
        "window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
    )
    page.set_default_timeout(600_000)
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
    cells = page.evaluate(RESULTS)
    page.set_default_timeout(60_000)
    assert len(cells) == sum(cell.cell_type == "code" for cell in chapter.notebook.cells)
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
