"""Fix the theme's pages: remove what nobody asked for, and repair what accessibility checks find.

Each fix names the elements that it is about, what it does to them, and why.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from sphinx.config import Config

from .. import upstream
from ..build import Build, write_file
from ..site import Site
from ..tree import Node, Tree, attribute, has, rename

STATIC = Path(__file__).parent.parent / "static" / "theme"


@dataclass(frozen=True)
class Page:
    """What a fix may use: the page, the path to the site's root, and the features that the site uses."""

    tree: Tree
    root: str
    used: frozenset[str]
    #: Light or dark, if the author chose one for readers who have not; "" follows the reader's system.
    mode: str = ""


Change = Callable[[Page, Node], None]
#: The reason for a fix, a CSS selector, and a function that changes each element that matches it.
Fix = tuple[str, str, Change]
#: Scripts of Sphinx and the theme, whose needs are known.
KNOWN_SCRIPT = re.compile(
    r"_static/(?:scripts|vendor|leanpage)/.*|(?:.*/)?(?:searchindex|searchtools|language_data|doctools"
    r"|documentation_options|sphinx_highlight|sphinx-thebe)\.js"
)


def delete(page: Page, node: Node) -> None:
    node.decompose()


def unless(feature: str, change: Change = delete) -> Change:
    """Return a change that happens only if the site does not use `feature`."""
    return lambda page, node: None if feature in page.used else change(page, node)


def if_text(pattern: str, change: Change = delete) -> Change:
    """Return a change that happens only if the element's text matches `pattern`."""
    return lambda page, node: change(page, node) if re.search(pattern, node.text()) else None


def set_attributes(**values: str) -> Change:
    def change(page: Page, node: Node) -> None:
        for name, value in values.items():
            node.attrs[name.replace("_", "-")] = value

    return change


def load_mode_script(page: Page, node: Node) -> None:
    script = page.tree.element("script", src=f"{page.root}_static/leanpage/mode.js", blocking="render")
    if page.mode:
        script.attrs["data-mode"] = page.mode
    node.insert_before(script)
    node.decompose()


def empty(page: Page, node: Node) -> None:
    node.inner_html = ""
    del node.attrs["class"]
    node.attrs["hidden"] = None


def name_search_button(page: Page, node: Node) -> None:
    """Use the words in the button as its name; phones hide them, so they are the label, too."""
    if words := " ".join(node.text().split()):
        node.attrs["aria-label"] = words
        if has(node, "title"):
            del node.attrs["title"]


def move_into_main(page: Page, node: Node) -> None:
    if main := page.tree.first("main"):
        main.insert_child(node, move=True)


def add_submit_button(page: Page, node: Node) -> None:
    """Turn the magnifier of a search field into its button, which looks the same."""
    icon, field = node.css_first("i"), node.css_first("input")
    if icon is None or field is None or node.css_first("[type=submit], button:not([type])") is not None:
        return
    name = attribute(field, "aria-label") or attribute(field, "placeholder") or "Search"
    button = page.tree.element("button", type="submit", class_="leanpage-submit", aria_label=name)
    button.insert_child(icon, move=True)
    node.insert_child(button, move=True)  # after the field, which gets the focus when its dialog opens


def make_data_cell(page: Page, node: Node) -> None:
    if not node.text().strip() and all(child.tag == "p" and not any(child.iter()) for child in node.iter()):
        rename(page.tree, node, "td")


def make_span(page: Page, node: Node) -> None:
    span = rename(page.tree, node, "span")
    span.attrs["class"] = f"{attribute(span, 'class')} leanpage-paragraph".strip()


def name_handler(page: Page, node: Node) -> None:
    if call := re.fullmatch(r"\s*(?:window\.)?(\w+)\(\)\s*;?\s*", attribute(node, "onclick")):
        del node.attrs["onclick"]
        node.attrs["data-call"] = call[1]


def copy_tooltip(page: Page, node: Node) -> None:
    node.attrs["title"] = attribute(node, "data-bs-title")


def delete_inner_id(page: Page, node: Node) -> None:
    around = node.parent
    while around is not None and around.id != node.id:
        around = around.parent
    if node.id and around is not None:
        del node.attrs["id"]


def delete_repeated_id(page: Page, node: Node) -> None:
    first = page.tree.first(f'[id="{node.id}"]')
    if first is not None and first.mem_id != node.mem_id:
        del node.attrs["id"]


def delete_if_empty(page: Page, node: Node) -> None:
    if not node.text().strip() and not any(node.iter()):
        node.decompose()


def delete_search_script(page: Page, node: Node) -> None:
    searches = page.tree.first("#search-results") is not None or "search while typing" in page.used
    if not searches and "search scripts" not in page.used:
        node.decompose()


FIXES: list[Fix] = [
    ("half a megabyte of icons, although their font is loaded, too", 'script[src*="scripts/fontawesome.js"]',
     unless("icons by script")),
    ("scripts that wait for the page need no preloading", 'link[rel="preload"][as="script"]', delete),
    ("light or dark is set by a file before the page is painted", 'script[data-cfasync="false"]',
     if_text(r"dataset\.mode", load_mode_script)),
    ("one viewport is enough", 'meta[name="viewport"] ~ meta[name="viewport"]', delete),
    ("the page's name, which only a version switcher reads", "script:not([src])",
     if_text(r"^\s*DOCUMENTATION_OPTIONS\.pagename", unless("page names"))),
    ("the top bar of a book holds nothing but a third search button",
     "header#pst-header:not(:has(.navbar-header-items__start, .navbar-header-items__center,"
     " .navbar-item > :not(.search-button-field), .navbar-persistent--mobile > :not(.search-button-field)))", empty),
    ("a button's name contains the words that it shows", "button.search-button-field[aria-label]", name_search_button),
    ("all content belongs to a landmark: the sidebar", "#pst-primary-sidebar:not([role])",
     set_attributes(role="region", aria_label="Book")),
    ("all content belongs to a landmark: the way back to the top", "#pst-back-to-top", move_into_main),
    ("a dialog has a name", "#pst-search-dialog:not([aria-label])", set_attributes(aria_label="search")),
    ("a dialog has a name", "#pst-primary-sidebar-modal:not([aria-label])", set_attributes(aria_label="primary")),
    ("a dialog has a name", "#pst-secondary-sidebar-modal:not([aria-label])", set_attributes(aria_label="secondary")),
    ("a form has a submit button", "form.bd-search", add_submit_button),
    ("the words of a summary are its name", 'summary[aria-label="Toggle hidden content"]',
     lambda page, node: node.attrs.__delitem__("aria-label")),
    ("a summary has a name", "nav.bd-links summary:not([aria-label])", set_attributes(aria_label="Pages below")),
    ("a summary contains no paragraphs", "summary p", make_span),
    ("an id belongs to one element", "[id]", delete_inner_id),
    ("an id belongs to one element", "section#exercise-content, section#solution-content", delete_repeated_id),
    ("a page without a title has an empty heading for print", ".onlyprint > h1", delete_if_empty),
    ("a role that no longer exists", '[role="doc-biblioentry"]', set_attributes(role="listitem")),
    ("an empty heading: the corner of a table", "th.head", make_data_cell),
    ("an empty footer is a landmark with nothing in it", "footer.bd-footer", delete_if_empty),
    ("tooltips without Bootstrap's script", "[data-bs-title]:not([title])", unless("bootstrap", copy_tooltip)),
    ("menus without Bootstrap's script, by menus.js", '[data-bs-toggle="dropdown"]',
     unless("bootstrap", set_attributes(data_menu=""))),
    ("a strict content policy bars inline handlers; menus.js calls what is named here", "[onclick]", name_handler),
    ("live code that nobody asked for", "script:not([src])",
     if_text(r"const THEBE_JS_URL|^\s*kernelName = ", unless("thebe"))),
    ("live code that nobody asked for", 'script[src*="sphinx-thebe"], link[href*="sphinx-thebe"]', unless("thebe")),
    ("live code that nobody asked for", 'script[type="text/x-thebe-config"]', unless("thebe")),
    ("the search index where nobody searches",
     'script[src*="searchtools.js"], script[src*="language_data.js"], script[src*="searchindex.js"]',
     delete_search_script),
    ("Bootstrap's script for menus and tooltips alone", 'script[src*="scripts/bootstrap.js"]', unless("bootstrap")),
    ("the script of tabs where no page has any", 'script[src*="design-tabs.js"]', unless("tabs")),
]  # fmt: skip


#: What shows in a script that it uses a feature.
USED_BY_SCRIPT = {
    "thebe": re.compile(r"\binitThebe\b"),
    "bootstrap": re.compile(r"\bbootstrap\.[A-Z]"),
    "search scripts": re.compile(r"\bSearch\.\w"),
    "icons by script": re.compile(r"\bFontAwesome\b"),
    "page names": re.compile(r"\bpagename\b"),
}


def features_used(page: Tree) -> set[str]:
    """Return the features, by the names in FIXES, that a page and the scripts of its text use."""
    toggles = {attribute(node, "data-bs-toggle") for node in page.find("[data-bs-toggle]")}  # menus.js does two of them
    used = {
        "thebe": page.first(".thebe-launch-button, [onclick*=initThebe]"),
        "tabs": page.first(".sd-tab-set"),
        "bootstrap": toggles - {"dropdown", "tooltip"} or page.first("#pst-collapse-sidebar-button, .carousel"),
        "search while typing": "search_as_you_type = true" in page.source,
    }
    by_script = used_by_script(node.text() for node in page.find("article script"))
    return {feature for feature, found in used.items() if found} | by_script


def used_by_script(texts: Iterable[str]) -> set[str]:
    return {feature for text in texts for feature, pattern in USED_BY_SCRIPT.items() if pattern.search(text)}


def fix_page(page: Page) -> None:
    for _, where, change in FIXES:
        for node in page.tree.find(where):
            change(page, node)


def apply_fixes(site: Site, build: Build) -> None:
    options, context = build.config.html_theme_options, build.config.html_context
    mode = "" if context.get("leanpage_default_mode") else str(context.get("default_mode", ""))
    used: set[str] = {"thebe"} if (options.get("launch_buttons") or {}).get("thebe") else set()
    if options.get("switcher") or options.get("show_version_warning_banner"):
        used.add("page names")
    before, after = set[str](), set[str]()
    for name, tree in site.pages():
        used |= features_used(tree)
        before |= site.linked(name, tree, "script[src]", "src")
    scripts = site.scripts(before).items()
    used |= used_by_script(text for path, text in scripts if not KNOWN_SCRIPT.fullmatch(path))
    for name, tree in site.edit(styled=True):
        fix_page(Page(tree, site.root(name), frozenset(used), mode))
        after |= site.linked(name, tree, "script[src]", "src")
    site.removed |= before - after


def add_files(build: Build) -> None:
    """Write and load leanpage's own styles and scripts; they are no setting, whose folder would differ by machine."""
    if not build.writes_pages:
        return
    for path in sorted(STATIC.iterdir()):
        write_file(build.folder, f"_static/leanpage/{path.name}", path.read_bytes())
    build.app.add_js_file("leanpage/menus.js")
    build.app.add_css_file("leanpage/summaries.css")
    if "navbar_persistent" in upstream.theme_options(build.app):  # pydata's theme, or one that is built on it
        build.app.add_css_file("leanpage/fixes.css")


def set_default_mode(build: Build, config: Config) -> None:
    """Show pages in light mode to readers without scripts; for others mode.js follows their choice."""
    if not config.html_context.get("default_mode"):
        config.html_context |= {"default_mode": "light", "leanpage_default_mode": True}
