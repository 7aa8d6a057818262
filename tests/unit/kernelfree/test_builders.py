"""kernelfree and askback switched on: builders of other formats write what they write without them."""

import shutil

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace


def notebook():
    """A notebook with saved outputs, so that no kernel is needed."""
    printed = new_output("stream", text="words of a cell\n")
    result = new_output("execute_result", {"text/plain": "bold", "text/html": "<b>bold</b>"}, execution_count=1)
    cells = [new_markdown_cell("# A notebook\n\nWords with $x^2$."), new_code_cell("1", outputs=[printed, result])]
    return new_notebook(cells=cells, metadata={"language_info": {"name": "python", "pygments_lexer": "python"}})


@pytest.mark.parametrize("builder", ["latex", "text", "man", "gettext", "linkcheck"])
def test_other_builders_write_what_they_write_without_the_extensions(tmp_path, builder):
    written = []
    for extensions in (["myst_nb"], ["myst_nb", "kernelfree.sphinx", "askback.sphinx"]):
        source, out = tmp_path / "source", tmp_path / "out"  # paths stand in what gettext writes
        source.mkdir()
        nbformat.write(notebook(), source / "index.ipynb")
        config = {"extensions": extensions, "nb_execution_mode": "off", "project": "Small"}
        config |= {"source_suffix": {".ipynb": "myst-nb"}, "templates_path": []}  # Sphinx's defaults last for a process
        with docutils_namespace():
            app = Sphinx(source, None, out, tmp_path / "trees", builder, config, None, None, warningiserror=True)
            app.build()
        assert app.statuscode == 0
        files = (path for path in out.rglob("*") if path.is_file())
        lines = {path.relative_to(out): path.read_bytes().splitlines() for path in files}
        written.append({name: [line for line in text if b"-Date: " not in line] for name, text in lines.items()})
        shutil.rmtree(source)
        shutil.rmtree(out)
    assert written[0] == written[1] != {}
