"""The theme's pages mended: what nobody asked for is taken out, and the faults that checks for access find put right.

Each mend names the places in a page that it is about, what it does there, and why. One that finds no place where its
theme should have some says so: a mend goes the day the theme does it.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging

from . import adapters, css, made
from .pages import Site, themed
from .tree import Node, Tree, attribute, has, inside, renamed

logger = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static" / "theme"
PYDATA, BOOK = "pydata_sphinx_theme", "sphinx_book_theme"


@dataclass(frozen=True)
class Page:
    """What a mend may know: the page, the way to the site's root, and what the site's pages and scripts ask for."""

    tree: Tree
    root: str
    asked: frozenset[str]
    #: Light or dark, as the author wants it where the reader says nothing; "" leaves it to the reader's system.
    mode: str = ""


@dataclass(frozen=True)
class Mend:
    """Why, where (a selector), and what: `change` gives False where the place is none after all."""

    why: str
    where: str
    change: Callable[[Page, Node], bool | None]
    #: The theme whose pages have such places, somewhere on the site; "" for what may be or not.
    theme: str = ""


def out(page: Page, node: Node) -> bool:
    node.decompose()
    return True


def without(*names: str) -> Callable[[Page, Node], None]:
    def change(page: Page, node: Node) -> None:
        for name in names:
            if has(node, name):
                del node.attrs[name]

    return change


def unless(thing: str, change: Callable[[Page, Node], bool | None] = out) -> Callable[[Page, Node], bool | None]:
    """Do it unless the site asks for that thing."""
    return lambda page, node: False if thing in page.asked else change(page, node)


def saying(pattern: str, change: Callable[[Page, Node], bool | None] = out) -> Callable[[Page, Node], bool | None]:
    """Do it where the node's text has the pattern."""
    return lambda page, node: change(page, node) if re.search(pattern, node.text()) else False


def set_mode(page: Page, node: Node) -> None:
    script = page.tree.element("script", src=f"{page.root}_static/leanpage-mode.js", blocking="render")
    if page.mode:
        script.attrs["data-mode"] = page.mode
    node.insert_before(script)
    node.decompose()


def one_viewport(page: Page, node: Node) -> bool | None:
    first = page.tree.first('meta[name="viewport"]')
    if first is not None and first.mem_id == node.mem_id:
        return False
    return out(page, node)


def empty_bar(page: Page, node: Node) -> bool | None:
    if node.css(".navbar-header-items__start, .navbar-header-items__center"):
        return False
    for item in node.css(".navbar-item, .navbar-persistent--mobile"):
        if any(
            child.tag != "button" or "search-button-field" not in attribute(child, "class") for child in item.iter()
        ):
            return False
    bar = page.tree.element("div", id="pst-header")
    bar.attrs["hidden"] = None
    node.insert_before(bar)
    return out(page, node)


def landmark(page: Page, node: Node) -> None:
    node.attrs["role"], node.attrs["aria-label"] = "region", "Book"


def into_main(page: Page, node: Node) -> bool:
    main = page.tree.first("main")
    if main is None:
        return False
    main.insert_child(node, move=True)
    return True


def named_dialog(page: Page, node: Node) -> bool:
    kind = re.match(r"pst-(search|primary|secondary)", node.id or "")
    if not kind or has(node, "aria-label"):
        return False
    node.attrs["aria-label"] = kind[1]
    return True


def submit_button(page: Page, node: Node) -> bool:
    """The field's magnifier becomes the button: nothing is to be seen of it."""
    icon, field = node.css_first("i"), node.css_first("input")
    if icon is None or field is None or node.css_first("[type=submit], button:not([type])") is not None:
        return False
    name = attribute(field, "aria-label") or attribute(field, "placeholder") or "Search"
    button = page.tree.element("button", type="submit", class_="leanpage-submit", aria_label=name)
    button.insert_child(icon, move=True)
    node.insert_child(button, move=True)  # after the field, which is to have the focus when its dialog opens
    return True


def corner(page: Page, node: Node) -> bool:
    if node.text().strip() or any(child.tag != "p" or any(child.iter()) for child in node.iter()):
        return False
    renamed(page.tree, node, "td")
    return True


def words_in_line(page: Page, node: Node) -> None:
    """A summary holds words, not paragraphs: sphinx-design's titles."""
    other = renamed(page.tree, node, "span")
    other.attrs["class"] = f"{attribute(other, 'class')} leanpage-paragraph".strip()


def called(page: Page, node: Node) -> bool:
    call = re.fullmatch(r"\s*(?:window\.)?(\w+)\(\)\s*;?\s*", attribute(node, "onclick"))
    if not call:
        return False
    del node.attrs["onclick"]
    node.attrs["data-call"] = call[1]
    return True


def titled(page: Page, node: Node) -> bool:
    if has(node, "title"):
        return False
    node.attrs["title"] = attribute(node, "data-bs-title")
    return True


def menu(page: Page, node: Node) -> None:
    node.attrs["data-menu"] = ""


def unique(page: Page, node: Node) -> bool:
    """Of an element and one inside it that have the same id, the inner loses it."""
    if node.id and inside(node, lambda parent: parent.id == node.id):
        del node.attrs["id"]
        return True
    return False


def further(page: Page, node: Node) -> bool:
    """Of all elements that have one id, the first keeps it: where links to it lead anyway."""
    first = page.tree.first(f'[id="{node.id}"]')
    if first is None or first.mem_id == node.mem_id:
        return False
    del node.attrs["id"]
    return True


def empty(page: Page, node: Node) -> bool | None:
    return False if node.text().strip() or any(node.iter()) else out(page, node)


def search_scripts(page: Page, node: Node) -> bool | None:
    searches = page.tree.first("#search-results") is not None or "search while typing" in page.asked
    return False if searches or "search scripts" in page.asked else out(page, node)


MENDS = [
    Mend("half a megabyte of icons as a script, beside the icon font", 'script[src*="scripts/fontawesome.js"]',
         unless("icons by script"), PYDATA),
    Mend("scripts that wait for the page need no head start", 'link[rel="preload"][as="script"]', out, PYDATA),
    Mend("an advertiser's place, where no advertiser is", "#ethical-ad-placement", unless("advertisements")),
    Mend("light or dark is set before the page is painted, from a file: a strict content policy bars inline scripts",
         'script[data-cfasync="false"]', saying(r"dataset\.mode", set_mode), PYDATA),
    Mend("one viewport is enough", 'meta[name="viewport"]', one_viewport),
    Mend("the page's name, which only a switcher of versions reads", "script:not([src])",
         saying(r"^\s*DOCUMENTATION_OPTIONS\.pagename", unless("page names")), PYDATA),
    Mend("a book has no top bar, yet gets one that holds nothing but a third search button", "header#pst-header",
         empty_bar),
    Mend("a button's name must hold the words that it shows", "button.search-button-field[aria-label]",
         without("title", "aria-label"), PYDATA),
    Mend("all content stands in a landmark: the sidebar", "#pst-primary-sidebar:not([role])", landmark, PYDATA),
    Mend("all content stands in a landmark: the way back to the top", "#pst-back-to-top", into_main),
    Mend("a dialog has a name", "dialog[id^=pst-]", named_dialog, PYDATA),
    Mend("a form is sent with a button, too", "form.bd-search", submit_button),
    Mend("a name that holds none of the words shown; without it the words are the name",
         'summary[aria-label="Toggle hidden content"]', without("aria-label")),
    Mend("a summary holds no paragraphs", "summary p", words_in_line),
    Mend("an id stands on one element", "[id]", unique),
    Mend("an id stands on one element, and sphinx-exercise gives all its exercises the same",
         "section#exercise-content, section#solution-content", further),
    Mend("a page without a title has an empty one for the printer", ".onlyprint > h1", empty),
    Mend("a role that is no longer one; entries of a list are its items", '[role="doc-biblioentry"]',
         lambda page, node: node.attrs.__setitem__("role", "listitem")),
    Mend("a heading with nothing in it: the corner of a table", "th.head", corner),
    Mend("an empty footer is a landmark with nothing in it", "footer.bd-footer", empty),
    Mend("the tooltip of a button is its title where Bootstrap's script is not needed", "[data-bs-title]",
         unless("bootstrap", titled)),
    Mend("menus open by leanpage.js where Bootstrap's script is not needed, and by one of them alone",
         '[data-bs-toggle="dropdown"]', unless("bootstrap", menu)),
    Mend("a strict content policy bars inline handlers: leanpage.js calls what is named here", "[onclick]", called),
    Mend("live code that nobody asked for", "script:not([src])",
         saying(r"const THEBE_JS_URL|^\s*kernelName = ", unless("thebe"))),
    Mend("live code that nobody asked for: its files", 'script[src*="sphinx-thebe"], link[href*="sphinx-thebe"]',
         unless("thebe")),
    Mend("live code that nobody asked for: its settings", 'script[type="text/x-thebe-config"]', unless("thebe")),
    Mend("the search index, where nobody searches",
         'script[src*="searchtools.js"], script[src*="language_data.js"], script[src*="searchindex.js"]',
         search_scripts, PYDATA),
    Mend("Bootstrap's script, where only menus and tooltips would use it", 'script[src*="scripts/bootstrap.js"]',
         unless("bootstrap")),
    Mend("tabs, where no page has any", 'script[src*="design-tabs.js"]', unless("tabs")),
]  # fmt: skip

#: Why, script, what stands there, what is to stand there.
SCRIPT_MENDS = [
    (
        "a page that listens to its unloading is not kept for the way back",
        "_static/scripts/pydata-sphinx-theme.js",
        '"beforeunload"',
        '"pagehide"',
    ),
]


def asked_for(app: Sphinx, site: Site) -> frozenset[str]:
    """What the pages and the author's scripts ask for, and so must stay."""
    options = app.config.html_theme_options
    asked = set()
    pages = site.pages.values()
    if (options.get("launch_buttons") or {}).get("thebe") or any(p.first(".thebe-launch-button") for p in pages):
        asked.add("thebe")
    if any(page.first(".sd-tab-set") for page in pages):
        asked.add("tabs")
    if any(needs_bootstrap(page) for page in pages):
        asked.add("bootstrap")
    if any("search_as_you_type = true" in page.source for page in pages):
        asked.add("search while typing")
    if options.get("switcher") or options.get("show_version_warning_banner"):
        asked.add("page names")
    if os.environ.get("READTHEDOCS"):
        asked.add("advertisements")
    scripts = [text for name, text in site.words(".js").items() if not is_package_script(name)]
    own = css.lines([*scripts, *(node.text() for page in pages for node in page.find("article script"))])
    for thing, sign in (
        ("icons by script", r"\bFontAwesome\b"),
        ("page names", r"\bpagename\b"),
        ("search scripts", r"\bSearch\.\w"),
        ("bootstrap", r"\bbootstrap\.[A-Z]"),
    ):
        if re.search(sign, own):
            asked.add(thing)
    return frozenset(asked)


def is_package_script(name: str) -> bool:
    """Whether a script is of Sphinx or the theme, whose needs are known."""
    known = (
        "searchindex searchtools language_data doctools documentation_options sphinx_highlight sphinx-thebe leanpage"
    )
    return (
        name.startswith(("_static/scripts/", "_static/vendor/")) or Path(name).stem.split("-mode")[0] in known.split()
    )


def needs_bootstrap(page: Tree) -> bool:
    """Whether a page uses more of Bootstrap's script than the menus and tooltips that leanpage.js sees to."""
    uses = {attribute(node, "data-bs-toggle") for node in page.find("[data-bs-toggle]")}
    return bool(uses - {"dropdown", "tooltip"}) or page.first("#pst-collapse-sidebar-button, .carousel") is not None


def mend(page: Page) -> Counter[str]:
    """Mend a page; return how many places each mend found."""
    found: Counter[str] = Counter()
    for one in MENDS:
        for node in page.tree.find(one.where):
            if one.change(page, node) is not False:
                found[one.why] += 1
    return found


def mend_site(app: Sphinx, site: Site) -> None:
    asked, themes = asked_for(app, site), adapters.themes(app)
    context = app.config.html_context
    mode = "" if context.get("leanpage_default_mode") else str(context.get("default_mode", ""))
    found: Counter[str] = Counter()
    for name, tree in themed(site).items():
        found += mend(Page(tree, site.root(name), asked, mode))
    kept = {"icons by script", "page names", "search scripts", "search while typing"} & asked
    for one in MENDS:
        if one.theme in themes and not found[one.why] and not kept:
            logger.warning(
                "found no place for a mend of %s (%s), which was written for %s: %s",
                one.theme, one.where, adapters.WRITTEN_FOR.get(one.theme, "another version"), one.why,
                type="leanpage", subtype="mend",
            )  # fmt: skip
    for why, path, old, new in SCRIPT_MENDS:
        text = site.read(path) if (site.folder / path).is_file() else None
        if text is None:
            continue
        if old in text:
            site.changed[path] = text.replace(old, new)
        elif PYDATA in themes:
            logger.warning("found no place for a mend in %s: %s", path, why, type="leanpage", subtype="mend")
    site.unused.add("searchindex.js")
    site.unused |= {"_static/scripts/fontawesome.js"} if "icons by script" not in asked else set()
    site.unused |= {"_static/scripts/bootstrap.js"} if "bootstrap" not in asked else set()
    site.unused |= {"_static/design-tabs.js"} if "tabs" not in asked else set()
    site.unused |= {"_static/sphinx-thebe.js", "_static/sphinx-thebe.css"} if "thebe" not in asked else set()


def write_files(app: Sphinx) -> None:
    # Not by html_static_path: this folder's place would count as configuration, and so differ from machine to machine.
    if app.builder.format == "html":
        for path in sorted(STATIC.iterdir()):
            made.made(app).write(f"_static/{path.name}", path.read_bytes())


def add_styles(app: Sphinx) -> None:
    app.add_css_file("leanpage-words.css")
    if PYDATA in adapters.themes(app):
        app.add_css_file("leanpage.css")


def set_defaults(app: Sphinx, config: Config) -> None:
    # What a page shows without scripts. With them, the reader's own setting holds: see leanpage-mode.js.
    if not config.html_context.get("default_mode"):
        config.html_context |= {"default_mode": "light", "leanpage_default_mode": True}


def setup(app: Sphinx) -> dict[str, Any]:
    app.setup_extension("leanpage.pages")
    app.add_js_file("leanpage.js")
    app.connect("config-inited", set_defaults)
    app.connect("builder-inited", write_files)
    app.connect("builder-inited", add_styles)
    app.connect("leanpage-site", mend_site, priority=200)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
