"""Make the pages of a Jupyter Book or Sphinx site light and private: a Sphinx extension.

`pipeline` lists what happens, in order. `leanpage.execution` and `leanpage.export` are extensions of their own.
"""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

#: Extensions that leanpage brings with it and configures.
BROUGHT = ("sphinxext.opengraph", "sphinx_sitemap", "notfound.extension")


def setup(app: Sphinx) -> dict[str, Any]:
    from . import pipeline
    from .steps import math, repository

    for extension in BROUGHT:
        app.setup_extension(extension)
    app.add_config_value("leanpage_skip", [], "html", types=[list])
    app.add_config_value("leanpage_strict", False, "html", types=[bool])
    app.add_config_value("leanpage_math", True, "env", types=[bool])
    app.add_config_value("leanpage_math_macros", {}, "env", types=[dict])
    app.add_config_value("leanpage_buttons", repository.BUTTONS, "html", types=[list])
    app.add_html_math_renderer("mathml", (math.visit_math, None), (math.visit_math, None))
    pipeline.connect(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
