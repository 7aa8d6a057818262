"""The theme's pages mended: what nobody asked for is taken out, and the faults that checks for access find put right.

Each mend is a pattern in a built page, what is to stand there instead, and why. A mend goes the day the theme does it.
"""

import re
import shutil
from pathlib import Path

from . import pages

STATIC = Path(__file__).parent / "static" / "theme"
SCRIPT = r'\s*<script\b[^>]*\bsrc="[^"]*{}[^>]*></script>'
INLINE = r"\s*<script\b[^>]*>\s*{}.*?</script>"

#: Why, pattern, replacement. `{root}` is the way from the page to the site's root.
MENDS = [
    (
        "half a megabyte of icons as a script, beside the icon font",
        SCRIPT.format(r"fontawesome\.js"),
        "",
    ),
    (
        "scripts that wait for the page need no head start",
        r'\s*<link rel="preload" as="script"[^>]*>',
        "",
    ),
    (
        "an advertiser's place",
        r'<div id="ethical-ad-placement".*?</div>',
        "",
    ),
    (
        "light or dark is set before the page is painted, from a file: a strict content policy bars inline scripts",
        r'<script data-cfasync="false">.*?</script>',
        r'<script src="{root}_static/mode.js" blocking="render"></script>',
    ),
    (
        "one viewport is enough",
        r'\s*<meta name="viewport" content="width=device-width, initial-scale=1" ?/>',
        "",
    ),
    (
        "the page's name, which only a switcher of versions reads",
        INLINE.format(r"DOCUMENTATION_OPTIONS\.pagename"),
        "",
    ),
    (
        "a book has no top bar, yet gets one that holds nothing but a third search button",
        r'<header id="pst-header"(?:(?!navbar-header-items__(?:start|center)).)*?</header>',
        '<div id="pst-header" hidden></div>',
    ),
    (
        "a button's name must hold the words that it shows",
        r'(search-button-field[^>]*?) title="[^"]*" aria-label="[^"]*"',
        r"\1",
    ),
    (
        "all content stands in a landmark: the sidebar",
        r'(<div id="pst-primary-sidebar")',
        r'\1 role="region" aria-label="Book"',
    ),
    (
        "all content stands in a landmark: the way back to the top",
        r'(<button type="button" class="btn rounded-pill" id="pst-back-to-top">.*?</button>)(.*)(</main>)',
        r"\2\1\3",
    ),
    (
        "a dialog has a name",
        r'<dialog id="pst-(search|primary|secondary)([\w-]*)"',
        r'<dialog id="pst-\1\2" aria-label="\1"',
    ),
    (
        "a name that holds none of the words shown; without it the words are the name",
        r'<summary aria-label="Toggle hidden content">',
        "<summary>",
    ),
    (
        "a role that is no longer one; entries of a list are its items",
        r'role="doc-biblioentry"',
        'role="listitem"',
    ),
    (
        "a heading with nothing in it: the corner of a table",
        r'<th class="head([^"]*)"></th>',
        r'<td class="head\1"></td>',
    ),
    (
        "an empty footer is a landmark with nothing in it",
        r'<footer class="bd-footer">\s*</footer>',
        "",
    ),
    (
        "a strict content policy bars inline handlers: page.js calls what is named here",
        r'onclick="(?:window\.)?(\w+)\(\)"',
        r'data-call="\1"',
    ),
]

#: sphinx-thebe's parts, out unless a launch button asks for them. Jupyter Book puts them on every page, twice.
THEBE = [
    INLINE.format("const THEBE_JS_URL"),
    SCRIPT.format(r"sphinx-thebe\.js"),
    r"\s*<link\b[^>]*sphinx-thebe\.css[^>]*>",
    r'\s*<script type="text/x-thebe-config">.*?</script>',
    r"\s*<script>kernelName = .*?</script>",
]
#: The search's scripts and index: for the search page, and for those who search while they type.
SEARCH = [SCRIPT.format(name) for name in (r"searchtools\.js", r"language_data\.js", r"searchindex\.js")]
BOOTSTRAP = [SCRIPT.format(r"bootstrap\.js")]


def mend(page: str, *, root: str, thebe: bool, bootstrap: bool) -> str:
    """Return the HTML of `page` mended. `root` leads to the site's root: "", "../", or the base path of a 404 page."""
    for _, pattern, replacement in MENDS:
        page = re.sub(pattern, replacement.replace("{root}", root), page, flags=re.DOTALL)
    searches = 'id="search-results"' in page or "search_as_you_type = true" in page
    for needed, patterns in ((thebe, THEBE), (bootstrap, BOOTSTRAP), (searches, SEARCH)):
        for pattern in () if needed else patterns:
            page = re.sub(pattern, "", page, flags=re.DOTALL)
    return page


def needs_bootstrap(page: str) -> bool:
    """Whether `page` uses more of Bootstrap's script than the menus and tooltips that page.js sees to."""
    uses = set(re.findall(r'data-bs-toggle="([\w-]+)"', page))
    return bool(uses - {"dropdown", "tooltip"}) or "pst-collapse-sidebar-button" in page


def mend_site(app, site: pages.Site) -> None:
    thebe = bool((app.config.html_theme_options.get("launch_buttons") or {}).get("thebe"))
    bootstrap = any(map(needs_bootstrap, site.pages.values()))
    for name, page in site.pages.items():
        site.pages[name] = mend(page, root=site.root(name), thebe=thebe, bootstrap=bootstrap)
    static = site.folder / "_static"
    for script in static.glob("scripts/pydata-sphinx-theme.js"):
        # A page that listens to its unloading is not kept for the way back.
        script.write_text(script.read_text("utf-8").replace('"beforeunload"', '"pagehide"'), "utf-8")
    unused = [*static.rglob("*.map"), *static.glob("scripts/fontawesome*"), *static.glob("*webpack-macros.html")]
    unused += [] if thebe else static.glob("sphinx-thebe.*")
    unused += [] if bootstrap else static.glob("scripts/bootstrap*")
    for path in unused:
        path.unlink(missing_ok=True)
    shutil.rmtree(static / "locales", ignore_errors=True)


def copy_files(app) -> None:
    # Not by html_static_path: this folder's place would count as configuration, and so differ from machine to machine.
    if app.builder.format == "html":
        shutil.copytree(STATIC, Path(app.outdir, "_static"), dirs_exist_ok=True)


def set_defaults(app, config) -> None:
    # What a page shows without scripts. With them, the reader's own setting holds: see mode.js.
    config.html_context.setdefault("default_mode", "light")


def setup(app) -> dict:
    app.setup_extension("leanpage.pages")
    app.add_css_file("page.css")
    app.add_js_file("page.js")
    app.connect("config-inited", set_defaults)
    app.connect("builder-inited", copy_files)
    app.connect("leanpage-site", mend_site, priority=200)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
