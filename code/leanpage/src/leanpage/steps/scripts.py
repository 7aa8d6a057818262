"""Combine well-known scripts that all pages share into one file, and leave no script inside a page.

Only scripts that are listed here are combined; all of them may wait until the page is parsed. Every other script keeps
its place, its time and its order.
"""

from __future__ import annotations

import re

from rjsmin import jsmin

from ..build import Build
from ..site import Site
from ..tree import Node, Tree, attribute, has

#: Scripts of Sphinx, the themes and widespread extensions. None of them writes into the page while it is parsed.
KNOWN = re.compile(
    r"_static/(?:documentation_options|doctools|sphinx_highlight|clipboard\.min|copybutton|togglebutton|design-tabs|searchbox"
    r"|scripts/(?:pydata-sphinx-theme|sphinx-book-theme|bootstrap)|leanpage/(?:menus|math))\.js"
)
#: Inline scripts by which extensions hand a setting to their script.
SETTING = re.compile(r"(?:(?:var|let|const) \w+|DOCUMENTATION_OPTIONS\.\w+) = (?:'[^'\n]*'|[\w.]+);?")
#: Sphinx's scripts of the search page, and what they load: they may wait as well.
SEARCH = re.compile(r"_static/(?:searchtools|language_data)\.js|searchindex\.js")
#: What a script that runs while the page is parsed could want of the combined ones; or a loader of modules (AMD),
#: which takes clipboard.js for one of its own. Scripts that only ask for a loader, such as jQuery, are none.
EARLY_USE = re.compile(r"\b(?:Documentation|DOCUMENTATION_OPTIONS|SphinxHighlight|ClipboardJS|bootstrap)\b")
LOADER = re.compile(r"\brequire(?:\.min)?\.js\b|\bdefine\.amd\s*=(?!=)")


def combine(site: Site, build: Build) -> None:
    """Replace the known scripts of all pages by one deferred script, in the order of the first page.

    Nothing is combined if any script could notice the difference: see EARLY_USE and LOADER.
    """
    known: list[list[str]] = []
    noticing = ""
    for name, page in site.pages(styled=True):
        found = classic_scripts(site, name, page)
        known.append([key for _, key in found if is_known(key)])
        noticing = noticing or next((key for node, key in found if may_notice(site, node, key)), "")
    shared = [key for key in dict.fromkeys(known[0]) if all(key in keys for keys in known)] if known else []
    if len(shared) < 2:
        return
    if noticing:
        build.notice("scripts", f"scripts are not combined: {' '.join(noticing.split())[:80]} could notice it.")
        return
    # Settings come before the scripts that read them, and the object that holds some of them before all.
    ordered = sorted(shared, key=lambda key: (not key.endswith("documentation_options.js"), not SETTING.fullmatch(key)))
    texts = [key if SETTING.fullmatch(key) else site.read(key) or "" for key in ordered]
    combined = "\n;\n".join(jsmin(text, keep_bang_comments=True) for text in texts)
    path = site.write_hashed("site", ".js", combined.encode())
    for name, page in site.edit(styled=True):
        found = classic_scripts(site, name, page)
        ours = [node for node, key in found if key in shared]
        data = {key: value for node in ours for key, value in node.attributes.items() if key.startswith("data-")}
        script = page.element("script", src=site.root(name) + path, defer=None, **data)
        ours[0].insert_before(script)
        for node in ours:
            node.decompose()
        for node, key in found:
            if SEARCH.fullmatch(key):
                node.attrs["defer"] = None


def classic_scripts(site: Site, name: str, page: Tree) -> list[tuple[Node, str]]:
    """Return a page's scripts that run in their order, with the path of each, or its text if it is inline."""
    found = []
    for node in page.find("script:not(svg *, math *, template *)"):
        kind = attribute(node, "type").strip().lower()
        if kind not in ("", "text/javascript", "application/javascript") or has(node, "blocking"):
            continue
        path = site.file(name, attribute(node, "src")) or attribute(node, "src")
        found.append((node, path if has(node, "src") else node.text().strip()))
    return found


def is_known(key: str) -> bool:
    return bool(KNOWN.fullmatch(key) or SETTING.fullmatch(key))


def may_notice(site: Site, node: Node, key: str) -> bool:
    """Return whether a script, its comments aside, would find the page in another state if the known were combined."""
    if is_known(key) or SEARCH.fullmatch(key):
        return False
    text = jsmin((key if not has(node, "src") else site.read(key) if (site.folder / key).is_file() else "") or "")
    waits = has(node, "defer") or has(node, "async")
    return bool(LOADER.search(key) or LOADER.search(text) or not waits and EARLY_USE.search(text))


def move_inline_to_files(site: Site, build: Build) -> None:
    """Replace each inline script by a file at the same place: a strict content policy allows no script in a page."""
    for name, page in site.edit(styled=True):
        for node, text in classic_scripts(site, name, page):
            if text and not has(node, "src"):
                script = page.element("script")
                for key, value in node.attributes.items():
                    script.attrs[key] = value
                script.attrs["src"] = site.root(name) + site.write_hashed("inline", ".js", text.encode())
                node.insert_before(script)
                node.decompose()
