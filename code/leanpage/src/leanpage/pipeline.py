"""List every step of a build in the order in which it runs, and connect the steps to Sphinx's events."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

from sphinx.application import Sphinx

from .build import Build, build_of
from .site import Site
from .steps import drawings, math, meta, repository, scripts, styles, theme

#: Sphinx's event, the step by its name in `leanpage_skip`, a function that is called as `run(build, *arguments of the
#: event)`, and a priority, which matters only beside other extensions, most of which have 500.
Hook = tuple[str, str, Callable[..., Any], int]

#: Read from top to bottom: settings, documents, pages.
HOOKS: list[Hook] = [
    ("config-inited", "repository", repository.set_address, 100),
    ("config-inited", "meta", meta.configure, 200),  # before the extensions that read these settings
    ("config-inited", "", math.configure, 500),
    ("config-inited", "theme", theme.set_default_mode, 500),
    ("builder-inited", "repository", repository.set_buttons, 100),  # before the theme reads its options
    ("builder-inited", "reproducible", math.count_labels, 500),
    ("builder-inited", "theme", theme.add_files, 500),
    ("builder-inited", "math", math.add_files, 500),
    ("env-before-read-docs", "", lambda *event: gc.freeze(), 100),  # or garbage is sought in all that is loaded
    ("env-updated", "", Build.choose_pages, 500),
    ("doctree-resolved", "math", math.convert_document, 950),  # leanpage.export reads the TeX before, at 900
    ("html-page-context", "math", math.use_tex_in_title, 400),  # before sphinxext-opengraph reads the title
    ("html-page-context", "", meta.fix_missing_contents, 401),  # after sphinx-notfound-page
    ("html-page-context", "meta", meta.choose_card, 450),
    ("html-page-context", "math", math.load_mathjax, 500),
    ("html-page-context", "", Build.note_page, 999),
]

#: Functions that change the written pages, as `run(site, build)`, when Sphinx has written all of them. What the theme
#: step removes, the style and script steps need no longer carry.
STEPS: list[tuple[str, Callable[[Site, Build], None]]] = [
    ("meta", meta.complete_heads),
    ("theme", theme.apply_fixes),
    ("math", math.write_font),
    ("drawings", drawings.shorten),
    ("styles", styles.combine),
    ("scripts", scripts.combine),
    ("scripts", scripts.move_inline_to_files),
]


def connect(app: Sphinx) -> None:
    """Connect the hooks, and the steps after them; what ``leanpage_skip`` names does not run."""
    build = build_of(app)
    for event, concern, run, priority in HOOKS:
        app.connect(event, _bound(concern, run, build), priority)
    app.connect("build-finished", lambda app, exception: finish(build, exception), 900)
    app.connect("build-finished", lambda *event: gc.unfreeze(), 950)


def _bound(concern: str, run: Callable[..., Any], build: Build) -> Callable[..., Any]:
    return lambda app, *arguments: None if concern in app.config.leanpage_skip else run(build, *arguments)


def finish(build: Build, exception: Exception | None) -> None:
    """Run the steps on the pages that Sphinx wrote."""
    if exception or not build.writes_pages or not build.pages:
        return
    names = {name for name in build.pages if (build.folder / name).is_file()}
    site = Site(build.folder, names, Site.base_path(build.config.html_baseurl))
    gc.freeze()  # and in all that Sphinx has read
    for concern, run in STEPS:
        if concern not in build.config.leanpage_skip:
            run(site, build)
