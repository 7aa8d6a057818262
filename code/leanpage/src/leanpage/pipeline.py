"""List every step of a build in the order in which it runs, and connect the steps to Sphinx's events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sphinx.application import Sphinx

from .build import Build, build_of
from .site import Site
from .steps import drawings, math, meta, repository, reproducible, scripts, styles, theme


@dataclass(frozen=True)
class Hook:
    """A function that runs at one of Sphinx's events, as `run(build, *arguments of the event)`.

    `priority` matters only beside other extensions, most of which have 500.
    """

    event: str
    concern: str
    run: Callable[..., Any]
    priority: int = 500


#: Read from top to bottom: settings, documents, pages.
HOOKS = [
    Hook("config-inited", "repository", repository.set_address, 100),
    Hook("config-inited", "meta", meta.configure, 200),  # before the extensions that read these settings
    Hook("config-inited", "", math.configure),
    Hook("config-inited", "theme", theme.set_default_mode),
    Hook("builder-inited", "repository", repository.set_buttons, 100),  # before the theme reads its options
    Hook("builder-inited", "reproducible", reproducible.count_labels),
    Hook("builder-inited", "theme", theme.add_files),
    Hook("builder-inited", "math", math.add_files),
    Hook("env-updated", "", Build.choose_pages),
    Hook("env-updated", "math", math.write_files, 600),
    Hook("doctree-resolved", "math", math.convert_document, 950),  # leanpage.export reads the TeX before, at 900
    Hook("html-page-context", "", meta.fix_missing_contents, 401),  # after sphinx-notfound-page
    Hook("html-page-context", "math", math.load_mathjax),
    Hook("html-page-context", "math", math.use_tex_in_title),
    Hook("html-page-context", "", Build.note_page, 999),
]


@dataclass(frozen=True)
class Step:
    """A function that changes the written pages, as `run(site, build)`."""

    concern: str
    run: Callable[[Site, Build], None]


#: When every page is written. What the theme step removes, the style and script steps need no longer carry.
STEPS = [
    Step("meta", meta.complete_heads),
    Step("theme", theme.apply_fixes),
    Step("math", math.write_font),
    Step("drawings", drawings.shorten),
    Step("styles", styles.combine),
    Step("scripts", scripts.combine),
    Step("scripts", scripts.move_inline_to_files),
]
CONCERNS = ["repository", "meta", "math", "theme", "reproducible", "drawings", "styles", "scripts"]


def connect(app: Sphinx) -> None:
    """Connect the hooks, and the steps after them; what ``leanpage_skip`` names does not run."""
    build = build_of(app)
    for hook in HOOKS:
        app.connect(hook.event, _bound(hook, build), hook.priority)
    app.connect("build-finished", lambda app, exception: finish(build, exception), 900)


def _bound(hook: Hook, build: Build) -> Callable[..., Any]:
    def run(app: Sphinx, *arguments: Any) -> Any:
        return None if hook.concern in app.config.leanpage_skip else hook.run(build, *arguments)

    return run


def finish(build: Build, exception: Exception | None) -> None:
    """Run the steps on the pages that Sphinx wrote, and write the changed pages."""
    if exception or not build.writes_pages or not build.pages:
        return
    names = {name for name in build.pages if (build.folder / name).is_file()}
    site = Site(build.folder, names, Site.base_path(build.config.html_baseurl))
    for step in STEPS:
        if step.concern not in build.config.leanpage_skip:
            step.run(site, build)
    site.save()
