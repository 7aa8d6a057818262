"""Styles and scripts: one file of each for the whole site, cut to what its pages use and named after its content."""

import posixpath
import re
import shutil
from pathlib import PurePosixPath
from urllib.parse import unquote

from . import css, fonts
from .pages import Site

STYLE = re.compile(r'\s*<link\b[^>]*\brel="stylesheet"[^>]*>')
SCRIPT = re.compile(r"\s*<script\b(?P<attributes>[^>]*)>(?P<text>.*?)</script>", re.DOTALL)
IMPORT = re.compile(r"""@import\s+(?:url\(\s*)?(["']?)(?P<address>[^"')]+)\1\s*\)?\s*;""")
URL = re.compile(r"""url\(\s*(["']?)(?P<address>.*?)\1\s*\)""")


#: What this part writes, and so may clear away.
MADE = ["site-*.css", "site-*.js", "inline-*.js", "drawing-*.svg", "fa-*.woff2"]


def attribute(tag: str, name: str) -> str:
    """Return the value of an attribute of an HTML tag, or "" if it has none of that name."""
    match = re.search(rf'\b{name}="([^"]*)"', tag)
    return match[1] if match else ""


def name_after_content(site: Site, stem: str, suffix: str, content: bytes) -> str:
    """Write a file of _static/ whose name tells its content, so that caches may keep it for ever; return its path."""
    path = f"_static/{stem}-{fonts.digest(content)}{suffix}"
    site.write(path, content)
    return path


def themed(site: Site) -> dict[str, str]:
    """Return the pages that have styles at all, and so not the bare ones that only lead elsewhere."""
    return {name: page for name, page in site.pages.items() if STYLE.search(page)}


# Styles


def linked_styles(site: Site) -> list[str]:
    """Return the style sheets that pages link, each once, in an order that agrees with the pages' own."""
    order: list[str] = []
    for name, page in themed(site).items():
        place = 0
        for tag in STYLE.findall(page):
            path = site.file(name, attribute(tag, "href"))
            if path and path not in order:
                order.insert(place, path)
            place = order.index(path) + 1 if path else place
    return order


def joined_styles(site: Site, paths: list[str]) -> str:
    """Return the style sheets, and those that they import, as one text, its addresses as seen from _static/."""

    def text(path: str) -> str:
        def here(address: str) -> str:
            return posixpath.normpath(posixpath.join(posixpath.dirname(path), address))

        def moved(match: re.Match) -> str:
            if re.match(r"[a-z]+:|/|#", match["address"]):
                return match[0]
            return f'url("{posixpath.relpath(here(match["address"]), "_static")}")'

        sheet, parts, end = site.read(path), [], 0
        for match in IMPORT.finditer(sheet):
            if (site.folder / here(match["address"])).is_file():
                parts += [URL.sub(moved, sheet[end : match.start()]), text(here(match["address"]))]
                end = match.end()
        return "".join([*parts, URL.sub(moved, sheet[end:])])

    return "\n".join(map(text, paths))


def with_pictures_filed(site: Site, sheet: str) -> str:
    """Return `sheet` with the drawings that it carries inside itself as files: a strict content policy wants it so."""

    def filed(match: re.Match) -> str:
        if not match["address"].startswith("data:image/svg+xml"):
            return match[0]
        drawing = unquote(match["address"].partition(",")[2]).replace("\\", "").encode()
        return f'url("{PurePosixPath(name_after_content(site, "drawing", ".svg", drawing)).name}")'

    return URL.sub(filed, sheet)


def with_icons_cut(site: Site, sheet: str) -> str:
    """Return `sheet` with its icon fonts cut to the icons that it still names; a font without any is left out."""
    icons = set("".join(re.findall(r'(?:--fa|content):\s*"([^"\\]*)"', sheet)))
    icons |= {chr(int(code, 16)) for code in re.findall(r"""["']\\([0-9a-f]{1,5})\s?["']""", sheet)}

    def cut_face(face: re.Match) -> str:
        source = re.search(r'url\("([^"]*/webfonts/[^"]*\.woff2)"\)', face[0])
        if not source:
            return face[0]
        font = (site.folder / "_static" / source[1]).read_bytes()
        if not fonts.characters(font) & icons:
            return ""
        path = name_after_content(site, PurePosixPath(source[1]).stem, ".woff2", fonts.cut(font, icons))
        return re.sub(r"src:[^;}]*", f'src:url("{PurePosixPath(path).name}") format("woff2")', face[0])

    return re.sub(r"@font-face\s*\{[^}]*\}", cut_face, sheet)


def join_styles(site: Site, cut: bool) -> None:
    paths = linked_styles(site)
    sheet = joined_styles(site, paths)
    if cut:
        pages = list(site.pages.values())
        scripts = [path.read_text("utf-8") for path in sorted(site.folder.rglob("*.js")) if path.stem != "searchindex"]
        # Sheets that come later, such as those of figures, lean on the variables of this one.
        sheets = {path.relative_to(site.folder).as_posix(): path for path in sorted(site.folder.rglob("*.css"))}
        later = [path.read_text("utf-8") for name, path in sheets.items() if name not in paths]
        sheet = css.cut(sheet, css.names(pages, scripts), elsewhere="\n".join(pages + scripts + later))
    sheet = with_icons_cut(site, with_pictures_filed(site, sheet))
    joined = name_after_content(site, "site", ".css", f'@charset "utf-8";\n{sheet}'.encode())
    for name in themed(site):
        link = f'\n<link rel="stylesheet" href="{site.root(name)}{joined}">'

        def replaced(tag: re.Match, name=name) -> str:
            nonlocal link
            if not site.file(name, attribute(tag[0], "href")):
                return tag[0]
            first, link = link, ""
            return first

        site.pages[name] = STYLE.sub(replaced, site.pages[name])
    for path in paths:
        (site.folder / path).unlink()


# Scripts

#: An inline script that sets one name to a text, as Sphinx extensions hand their options over.
SETTING = re.compile(r"(?:var|let|const) \w+ = '[^'\n]*';?")


class Script:
    """A script tag of a page, and what it stands for."""

    def __init__(self, site: Site, name: str, tag: re.Match):
        self.tag, self.attributes, self.text = tag[0], tag["attributes"], tag["text"].strip()
        self.source = attribute(self.attributes, "src")
        self.path = site.file(name, self.source) if self.source else None
        #: Data, modules, other hosts' scripts and what must run before the page is painted are left as they are.
        plain = attribute(self.attributes, "type") in ("", "text/javascript") and "blocking=" not in self.attributes
        self.ours = plain and bool(self.path or not self.source)
        self.key = self.path or self.text


def outside_article(change, page: str) -> str:
    """Apply `change` to the script tags around a page's text; those in the text (a cell's output) stay in place."""
    parts = re.split(r"(<article\b.*</article>)", page, flags=re.DOTALL)
    return "".join(part if i % 2 else SCRIPT.sub(change, part) for i, part in enumerate(parts))


def common_scripts(site: Site) -> list[Script]:
    """Return the scripts that every page has, in the pages' order."""
    lists = []
    for name, page in themed(site).items():
        around = re.sub(r"<article\b.*</article>", "", page, flags=re.DOTALL)
        found = [Script(site, name, tag) for tag in SCRIPT.finditer(around)]
        lists.append({script.key: script for script in reversed(found) if script.ours and script.key})
    return [script for key, script in reversed(lists[0].items()) if all(key in others for others in lists)]


def join_scripts(site: Site) -> None:
    """Give all pages one script, run when the page is read, for those that all have; and no page an inline script."""
    # Settings first: a script that waits for the page to be read starts at once here, before what stood after it.
    common = sorted(common_scripts(site), key=lambda script: bool(script.path or not SETTING.fullmatch(script.text)))
    # A "use strict" must bind no more than its own file, and so may not come first.
    text = "".join(f";\n{site.read(script.path) if script.path else script.text}\n" for script in common)
    joined = name_after_content(site, "site", ".js", text.encode())
    keys = {script.key for script in common}
    data = sorted({d for script in common for d in re.findall(r' data-[\w-]+="[^"]*"', script.attributes)})

    for name in themed(site):
        root = site.root(name)
        waiting = [f'\n<script defer src="{root}{joined}"{"".join(data)}></script>']

        def replaced(tag: re.Match, name=name, waiting=waiting) -> str:
            script = Script(site, name, tag)
            if script.key in keys:
                return waiting.pop() if waiting else ""
            late = bool(script.path) and not re.search(r"\b(defer|async)\b", script.attributes)
            return script.tag.replace("<script", "<script defer", 1) if script.ours and late else script.tag

        def filed(tag: re.Match, name=name, root=root) -> str:
            script = Script(site, name, tag)
            if not script.ours or script.source or script.key in keys:
                return script.tag
            path = name_after_content(site, "inline", ".js", script.text.encode())
            return f'\n<script src="{root}{path}"></script>'

        # An inline script ran after the scripts before it, which now wait: so must it.
        site.pages[name] = outside_article(replaced, SCRIPT.sub(filed, site.pages[name]))
    for script in common:
        if script.path:
            (site.folder / script.path).unlink()


def join(app, site: Site) -> None:
    for made in MADE:
        for old in site.folder.glob(f"_static/{made}"):
            old.unlink()
    if themed(site):
        join_styles(site, app.config.leanpage_cut_styles)
        join_scripts(site)
        shutil.rmtree(site.folder / "_static" / "vendor" / "fontawesome", ignore_errors=True)


def setup(app) -> dict:
    app.setup_extension("leanpage.pages")
    app.add_config_value("leanpage_cut_styles", True, "html", types=[bool])
    app.connect("leanpage-site", join, priority=800)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
