"""Export a book: executed notebooks for download, Binder and Colab; a PDF; a folder for JupyterLab.

Name ``leanpage.export`` among the extensions to publish notebooks. Nothing in leanpage imports this package.
"""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, Any]:
    from . import launch, notebooks

    app.setup_extension("leanpage")
    app.add_config_value("leanpage_install", {}, "env", types=[dict])
    app.add_config_value("leanpage_notebook_branch", "", "html", types=[str])
    app.connect("builder-inited", launch.remove_colab_elsewhere, priority=150)  # after the repository is known
    app.connect("doctree-resolved", notebooks.write_notebook, priority=900)  # before formulas become MathML
    app.connect("html-page-context", launch.change_buttons, priority=900)  # after the theme adds its buttons
    return {"parallel_read_safe": True, "parallel_write_safe": True}
