"""Fix the theme's pages: remove what nobody asked for, and repair what accessibility checks find.

Each fix names the elements that it is about, what it does to them, and why. One that matches nothing on any page,
although its theme should have such an element, logs a line, so that it can be deleted once the theme is fixed.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sphinx.config import Config

from .. import upstream
from ..build import Build
from ..site import Site
from ..tree import Node, Tree, attribute, has, has_ancestor, rename, unique_lines

STATIC = Path(__file__).parent.parent / "static" / "theme"
PYDATA = "pydata_sphinx_theme"


@dataclass(frozen=True)
class Page:
    """What a fix may use: the page, the path to the site's root, and the features that the site uses."""

    tree: Tree
    root: str
    used: frozenset[str]
    #: Light or dark, if the author chose one for readers who have not; "" follows the reader's system.
    mode: str = ""


Change = Callable[[Page, Node], bool | None]


@dataclass(frozen=True)
class Fix:
    """One fix: reason, CSS selector, and function. The function returns False if the element did not need it."""

    why: str
    where: str
    change: Change
    #: The theme whose sites have such an element on some page; "" if it may be missing.
    theme: str = ""


# --- changes ---


def delete(page: Page, node: Node) -> bool:
    node.decompose()
    return True


def remove_attributes(*names: str) -> Change:
    def change(page: Page, node: Node) -> None:
        for name in names:
            if has(node, name):
                del node.attrs[name]

    return change


def unless(feature: str, change: Change = delete) -> Change:
    """Return a change that happens only if the site does not use `feature`."""
    return lambda page, node: False if feature in page.used else change(page, node)


def if_text(pattern: str, change: Change = delete) -> Change:
    """Return a change that happens only if the element's text matches `pattern`."""
    return lambda page, node: change(page, node) if re.search(pattern, node.text()) else False


def set_role(role: str) -> Change:
    return lambda page, node: node.attrs.__setitem__("role", role)


def load_mode_script(page: Page, node: Node) -> None:
    script = page.tree.element("script", src=f"{page.root}_static/leanpage/mode.js", blocking="render")
    if page.mode:
        script.attrs["data-mode"] = page.mode
    node.insert_before(script)
    node.decompose()


def keep_first_viewport(page: Page, node: Node) -> bool | None:
    first = page.tree.first('meta[name="viewport"]')
    return False if first is not None and first.mem_id == node.mem_id else delete(page, node)


def delete_empty_header(page: Page, node: Node) -> bool | None:
    if node.css(".navbar-header-items__start, .navbar-header-items__center"):
        return False
    for item in node.css(".navbar-item, .navbar-persistent--mobile"):
        if any(
            child.tag != "button" or "search-button-field" not in attribute(child, "class") for child in item.iter()
        ):
            return False
    placeholder = page.tree.element("div", id="pst-header")
    placeholder.attrs["hidden"] = None
    node.insert_before(placeholder)
    return delete(page, node)


def name_search_button(page: Page, node: Node) -> None:
    """Use the words in the button as its name; phones hide them, so they are the label, too."""
    words = " ".join(node.text().split())
    del node.attrs["aria-label"]
    if has(node, "title"):
        del node.attrs["title"]
    if words:
        node.attrs["aria-label"] = words


def make_landmark(page: Page, node: Node) -> None:
    node.attrs["role"], node.attrs["aria-label"] = "region", "Book"


def move_into_main(page: Page, node: Node) -> bool:
    main = page.tree.first("main")
    if main is None:
        return False
    main.insert_child(node, move=True)
    return True


def name_dialog(page: Page, node: Node) -> bool:
    kind = re.match(r"pst-(search|primary|secondary)", node.id or "")
    if not kind or has(node, "aria-label"):
        return False
    node.attrs["aria-label"] = kind[1]
    return True


def add_submit_button(page: Page, node: Node) -> bool:
    """Turn the magnifier of a search field into its button, which looks the same."""
    icon, field = node.css_first("i"), node.css_first("input")
    if icon is None or field is None or node.css_first("[type=submit], button:not([type])") is not None:
        return False
    name = attribute(field, "aria-label") or attribute(field, "placeholder") or "Search"
    button = page.tree.element("button", type="submit", class_="leanpage-submit", aria_label=name)
    button.insert_child(icon, move=True)
    node.insert_child(button, move=True)  # after the field, which gets the focus when its dialog opens
    return True


def make_data_cell(page: Page, node: Node) -> bool:
    if node.text().strip() or any(child.tag != "p" or any(child.iter()) for child in node.iter()):
        return False
    rename(page.tree, node, "td")
    return True


def make_span(page: Page, node: Node) -> None:
    span = rename(page.tree, node, "span")
    span.attrs["class"] = f"{attribute(span, 'class')} leanpage-paragraph".strip()


def name_handler(page: Page, node: Node) -> bool:
    call = re.fullmatch(r"\s*(?:window\.)?(\w+)\(\)\s*;?\s*", attribute(node, "onclick"))
    if not call:
        return False
    del node.attrs["onclick"]
    node.attrs["data-call"] = call[1]
    return True


def copy_tooltip(page: Page, node: Node) -> bool:
    if has(node, "title"):
        return False
    node.attrs["title"] = attribute(node, "data-bs-title")
    return True


def mark_menu(page: Page, node: Node) -> None:
    node.attrs["data-menu"] = ""


def delete_inner_id(page: Page, node: Node) -> bool:
    if node.id and has_ancestor(node, lambda parent: parent.id == node.id):
        del node.attrs["id"]
        return True
    return False


def delete_repeated_id(page: Page, node: Node) -> bool:
    first = page.tree.first(f'[id="{node.id}"]')
    if first is None or first.mem_id == node.mem_id:
        return False
    del node.attrs["id"]
    return True


def delete_if_empty(page: Page, node: Node) -> bool | None:
    return False if node.text().strip() or any(node.iter()) else delete(page, node)


def delete_search_script(page: Page, node: Node) -> bool | None:
    searches = page.tree.first("#search-results") is not None or "search while typing" in page.used
    return False if searches or "search scripts" in page.used else delete(page, node)


FIXES = [
    Fix("half a megabyte of icons as a script, although the icon font is loaded, too",
        'script[src*="scripts/fontawesome.js"]', unless("icons by script"), PYDATA),
    Fix("scripts that wait for the page need no preloading", 'link[rel="preload"][as="script"]', delete, PYDATA),
    Fix("a place for an advertiser where there is none", "#ethical-ad-placement", unless("advertisements")),
    Fix("light or dark is set before the page is painted, from a file: a strict content policy bars inline scripts",
        'script[data-cfasync="false"]', if_text(r"dataset\.mode", load_mode_script), PYDATA),
    Fix("one viewport is enough", 'meta[name="viewport"]', keep_first_viewport),
    Fix("the page's name, which only a version switcher reads", "script:not([src])",
        if_text(r"^\s*DOCUMENTATION_OPTIONS\.pagename", unless("page names")), PYDATA),
    Fix("the top bar of a book holds nothing but a third search button", "header#pst-header", delete_empty_header),
    Fix("a button's name must contain the words that it shows", "button.search-button-field[aria-label]",
        name_search_button, PYDATA),
    Fix("all content belongs to a landmark: the sidebar", "#pst-primary-sidebar:not([role])", make_landmark, PYDATA),
    Fix("all content belongs to a landmark: the way back to the top", "#pst-back-to-top", move_into_main),
    Fix("a dialog has a name", "dialog[id^=pst-]", name_dialog, PYDATA),
    Fix("a form has a submit button", "form.bd-search", add_submit_button),
    Fix("a name without the words shown; without it the words are the name",
        'summary[aria-label="Toggle hidden content"]', remove_attributes("aria-label")),
    Fix("a summary contains no paragraphs", "summary p", make_span),
    Fix("an id belongs to one element", "[id]", delete_inner_id),
    Fix("an id belongs to one element, and sphinx-exercise gives all exercises the same",
        "section#exercise-content, section#solution-content", delete_repeated_id),
    Fix("a page without a title has an empty heading for print", ".onlyprint > h1", delete_if_empty),
    Fix("a role that no longer exists; entries of a list are its items", '[role="doc-biblioentry"]',
        set_role("listitem")),
    Fix("an empty heading: the corner of a table", "th.head", make_data_cell),
    Fix("an empty footer is a landmark with nothing in it", "footer.bd-footer", delete_if_empty),
    Fix("a button's tooltip is its title where Bootstrap's script is not needed", "[data-bs-title]",
        unless("bootstrap", copy_tooltip)),
    Fix("menus open by menus.js where Bootstrap's script is not needed, and by only one of them",
        '[data-bs-toggle="dropdown"]', unless("bootstrap", mark_menu)),
    Fix("a strict content policy bars inline handlers; menus.js calls what is named here", "[onclick]",
        name_handler),
    Fix("live code that nobody asked for", "script:not([src])",
        if_text(r"const THEBE_JS_URL|^\s*kernelName = ", unless("thebe"))),
    Fix("live code that nobody asked for: its files", 'script[src*="sphinx-thebe"], link[href*="sphinx-thebe"]',
        unless("thebe")),
    Fix("live code that nobody asked for: its settings", 'script[type="text/x-thebe-config"]', unless("thebe")),
    Fix("the search index where nobody searches",
        'script[src*="searchtools.js"], script[src*="language_data.js"], script[src*="searchindex.js"]',
        delete_search_script),
    Fix("Bootstrap's script where only menus and tooltips would use it", 'script[src*="scripts/bootstrap.js"]',
        unless("bootstrap")),
    Fix("the script of tabs where no page has any", 'script[src*="design-tabs.js"]', unless("tabs")),
]  # fmt: skip


# --- the site's features ---


def features_used(site: Site, build: Build) -> frozenset[str]:
    """Return the features, by the names in FIXES, that pages, settings or the author's scripts use."""
    options = build.config.html_theme_options
    used = set()
    pages = site.pages.values()
    if (options.get("launch_buttons") or {}).get("thebe") or any(p.first(".thebe-launch-button") for p in pages):
        used.add("thebe")
    if any(page.first(".sd-tab-set") for page in pages):
        used.add("tabs")
    if any(needs_bootstrap(page) for page in pages):
        used.add("bootstrap")
    if any("search_as_you_type = true" in page.source for page in pages):
        used.add("search while typing")
    if options.get("switcher") or options.get("show_version_warning_banner"):
        used.add("page names")
    if os.environ.get("READTHEDOCS"):
        used.add("advertisements")
    scripts = [text for name, text in site.scripts().items() if not is_known_script(name)]
    text = unique_lines([*scripts, *(node.text() for page in pages for node in page.find("article script"))])
    for feature, sign in (
        ("icons by script", r"\bFontAwesome\b"),
        ("page names", r"\bpagename\b"),
        ("search scripts", r"\bSearch\.\w"),
        ("bootstrap", r"\bbootstrap\.[A-Z]"),
    ):
        if re.search(sign, text):
            used.add(feature)
    return frozenset(used)


def is_known_script(name: str) -> bool:
    """Return whether a script belongs to Sphinx or the theme, whose needs are known."""
    known = (
        "searchindex searchtools language_data doctools documentation_options sphinx_highlight sphinx-thebe leanpage"
    )
    folders = ("_static/scripts/", "_static/vendor/")
    return name.startswith(folders) or Path(name).stem.split("-mode")[0] in known.split()


def needs_bootstrap(page: Tree) -> bool:
    """Return whether a page uses more of Bootstrap's script than the menus and tooltips that menus.js handles."""
    uses = {attribute(node, "data-bs-toggle") for node in page.find("[data-bs-toggle]")}
    return bool(uses - {"dropdown", "tooltip"}) or page.first("#pst-collapse-sidebar-button, .carousel") is not None


# --- steps ---


def fix_page(page: Page) -> Counter[str]:
    """Apply all fixes to a page; return how many elements each changed."""
    changed: Counter[str] = Counter()
    for fix in FIXES:
        for node in page.tree.find(fix.where):
            if fix.change(page, node) is not False:
                changed[fix.why] += 1
    return changed


def apply_fixes(site: Site, build: Build) -> None:
    """Apply all fixes to all pages, and log those that the theme should need and that matched nothing."""
    used, themes = features_used(site, build), upstream.themes(build.app)
    context = build.config.html_context
    mode = "" if context.get("leanpage_default_mode") else str(context.get("default_mode", ""))
    before = set(site.linked("script[src]", "src"))
    changed: Counter[str] = Counter()
    for name, tree in site.styled().items():
        changed += fix_page(Page(tree, site.root(name), used, mode))
    site.removed |= before - set(site.linked("script[src]", "src"))
    kept = {"icons by script", "page names", "search scripts", "search while typing"} & used
    for fix in FIXES:
        if fix.theme in themes and not changed[fix.why] and not kept:
            version = upstream.CHECKED_AGAINST.get(fix.theme, "another version")
            build.notice(
                "fix", f"a fix for {fix.theme}, checked against {version}, matches nothing ({fix.where}): {fix.why}"
            )


def add_files(build: Build) -> None:
    """Write and load leanpage's own styles and scripts; they are no setting, whose folder would differ by machine."""
    if build.app.builder.format != "html":
        return
    for path in sorted(STATIC.iterdir()):
        build.manifest.write(f"_static/leanpage/{path.name}", path.read_bytes())
    build.app.add_js_file("leanpage/menus.js")
    build.app.add_css_file("leanpage/summaries.css")
    if PYDATA in upstream.themes(build.app):
        build.app.add_css_file("leanpage/fixes.css")


def set_default_mode(build: Build, config: Config) -> None:
    """Show pages in light mode to readers without scripts; for others mode.js follows their choice."""
    if not config.html_context.get("default_mode"):
        config.html_context |= {"default_mode": "light", "leanpage_default_mode": True}
