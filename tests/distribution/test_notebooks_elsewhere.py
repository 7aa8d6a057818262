"""The exported notebooks where the book is not: an environment with torch, matplotlib and ipywidgets, and no more."""

from __future__ import annotations

import json
from types import SimpleNamespace

import nbformat
import pytest
import yaml
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient

from chapters import ROOT, by_name, chapters, is_notebook
from environments import clean_environment, environment, run
from leanpage.export import notebooks

NOTEBOOKS = [chapter for chapter in chapters() if is_notebook(chapter.source) and chapter.cells]
ADDRESS = "https://github.com/ada/book"


@pytest.fixture(scope="session")
def bare():
    """A fresh environment that has only what the notebooks may expect elsewhere, and the kernel they run in."""
    pins = (ROOT / "constraints.txt").read_text().splitlines()
    wanted = [line for line in pins if line.split("==")[0] in ("torch", "matplotlib", "ipywidgets", "ipykernel")]

    def make(python):
        index = ["--extra-index-url", "https://download.pytorch.org/whl/cpu"]
        env = clean_environment(PIP_RETRIES="1")
        run(python, "-m", "pip", "install", "--quiet", *index, *wanted, env=env)

    return environment("bare", [ROOT / "constraints.txt"], make) / "bin/python"


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("chapter", NOTEBOOKS, ids=by_name)
def test_notebook_runs_top_to_bottom(chapter, bare, clone, site, tmp_path):
    notebook = nbformat.read(site / "notebooks" / f"{chapter.name}.ipynb", 4)
    # The book may have been built without a remote: its first cell is made again, as for a published repository.
    install = yaml.safe_load((ROOT / "_config.yml").read_text())["sphinx"]["config"]["leanpage_install"]
    config = SimpleNamespace(html_theme_options={"repository_url": ADDRESS}, leanpage_install=install)
    setup = notebooks.install_cell(SimpleNamespace(config=config, confdir=str(clone)))
    assert "%pip" in setup.source
    notebook.cells[0] = setup
    run(
        bare, "-m", "pip", "uninstall", "--quiet", "--yes", "askback", "kernelfree", "lossbook", env=clean_environment()
    )

    folder = tmp_path / "kernels" / "bare"
    folder.mkdir(parents=True)
    # The address leads to the clone.
    git = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.file://{clone}.insteadOf",
        "GIT_CONFIG_VALUE_0": ADDRESS,
    }
    command = [str(bare), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (folder / "kernel.json").write_text(json.dumps({"argv": command, "display_name": "bare", "language": "python"}))
    manager = KernelManager(kernel_name="bare")
    manager.kernel_spec_manager = KernelSpecManager(kernel_dirs=[str(tmp_path / "kernels")])
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    client = NotebookClient(notebook, km=manager, timeout=600, resources={"metadata": {"path": str(elsewhere)}})
    client.execute(env=clean_environment(**git, MPLBACKEND="module://matplotlib_inline.backend_inline"))

    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    errors = [output for cell in code for output in cell.outputs if output.output_type == "error"]
    assert errors == [] and all(cell.execution_count for cell in code)
    frozen = run(bare, "-m", "pip", "freeze", env=clean_environment()).stdout
    assert f"git+{ADDRESS}" in frozen and "myst-nb" not in frozen.lower()
