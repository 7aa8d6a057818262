"""Combine the style sheets that all pages share into one file, without rules of the theme that no page needs."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path, PurePosixPath

from ..build import Build
from ..site import Site
from ..tree import Node, Tree, attribute
from . import css, fonts

#: The sheets whose unused rules are dropped: those of Sphinx, the themes and widespread extensions. All others, an
#: author's own among them, are kept whole: their scripts may make names that stand nowhere.
TRIMMED = re.compile(
    r"_static/(?:basic|pygments|togglebutton|copybutton|exercise|proof|styles/[\w.-]+|sphinx-design\.min|design-style\.\w+\.min"
    r"|mystnb(?:\.\w+)?|vendor/fontawesome/.*|leanpage/\w+)\.css"
)
#: The beginnings of names that scripts of other hosts make: MathJax, Thebe, widgets, comments, annotations.
MADE_LATER = ("mjx-", "MJX", "MathJax", "thebe", "jp-", "lm-", "jupyter-", "widget-", "cm-", "CodeMirror", "hypothesis",
              "annotator-", "utterances", "giscus")  # fmt: skip
#: Characters that icon fonts use, in a text as they are or as escapes of CSS, of a script or of HTML.
PRIVATE = re.compile(r"[\ue000-\uf8ff]|(?:\\(?:u\{?)?(?:00)?|&#x)([ef][0-9a-fA-F]{3})(?![0-9a-fA-F])")
ICON_FONT = re.compile(r'@font-face\s*\{[^{}]*?url\("([^"]*/webfonts/fa-[\w-]+\.woff2)"\)[^{}]*\}')

Sheet = tuple[str, str]  #: the path of a style sheet, and the media for which a page asks for it


def combine(site: Site, build: Build) -> None:
    """Replace the style sheets that all pages have by one; by more where a sheet of some pages lies between them."""
    pages: list[list[Sheet | None]] = []
    loaded, linked, variables, icons = set[str](), set[str](), set[str](), set[str]()
    for name, page in site.pages():
        loaded |= site.linked(name, page, "script[src]", "src")
        links = site.linked(name, page, 'link[rel~="stylesheet"]', "href")
        linked |= links
        variables |= css.used_variables([page.source]).exact
        icons |= icons_in(page.source)
        if links:
            pages.append([sheet for _, sheet in sheets_of(site, name, page)])
    runs = shared_runs(pages)
    if not runs:
        return
    scripts = site.scripts(loaded).values()
    known = css.names_on((page for _, page in site.pages()), scripts)
    known.beginnings += MADE_LATER
    later = site.texts(linked - {path for run in runs for path, _ in run}).values()
    for text in (*scripts, *later):
        variables |= css.used_variables([text]).exact
        icons |= icons_in(text)
    own = own_files(build)
    combined = []
    for run in runs:
        sheet = cut_icon_fonts(site, combined_text(site, run, known, variables, own), icons)
        combined.append(site.write_hashed("site", ".css", f'@charset "utf-8";\n{sheet}'.encode()))
    for name, page in site.edit(styled=True):
        found = sheets_of(site, name, page)
        for run, path in zip(runs, combined, strict=True):
            nodes = [node for node, sheet_of_page in found if sheet_of_page in run]
            nodes[0].insert_before(page.element("link", rel="stylesheet", href=site.root(name) + path))
            for node in nodes:
                node.decompose()


def sheets_of(site: Site, name: str, page: Tree) -> list[tuple[Node, Sheet | None]]:
    """Return the style sheets of a page's head in order; None for those of other hosts, inline ones and alternates."""
    found: list[tuple[Node, Sheet | None]] = []
    plain = page.find('head link[rel="stylesheet"]:not([disabled]):not([title]):not([integrity])')
    places = {node.mem_id for node in plain}
    for node in page.find('head link[rel~="stylesheet"], head style'):
        path = site.file(name, attribute(node, "href")) if node.mem_id in places else None
        text = site.read(path) if path else None
        if path and text is not None and "@namespace" not in text:
            media = attribute(node, "media").strip().lower()
            found.append((node, (path, "" if media == "all" else media)))
        else:
            found.append((node, None))
    return found


def shared_runs(pages: list[list[Sheet | None]]) -> list[list[Sheet]]:
    """Return the sheets that every page has once and in one order, in runs between which no page has another one.

    Pages that have them in different orders share none.
    """
    if not pages:
        return []
    shared = [item for item in pages[0] if item and all(page.count(item) == 1 for page in pages)]
    if any([item for item in page if item in shared] != shared for page in pages):
        return []
    runs: list[list[Sheet]] = []
    for item in shared:
        if runs and all(page.index(item) == page.index(runs[-1][-1]) + 1 for page in pages):
            runs[-1].append(item)
        else:
            runs.append([item])
    return runs


def own_files(build: Build) -> set[str]:
    """Return the paths of the sheets in the author's own static folders, which may replace the theme's."""
    source, output = Path(build.app.confdir), build.folder.parent
    folders = [source / folder for folder in build.config.html_static_path]  # extensions add theirs, too
    installed = [folder for folder in folders if "site-packages" in folder.parts or folder.is_relative_to(output)]
    own = [folder for folder in folders if folder.is_relative_to(source) and folder not in installed]
    return {f"_static/{path.relative_to(folder).as_posix()}" for folder in own for path in folder.rglob("*.css")}


def combined_text(site: Site, run: list[Sheet], known: css.Names, used: set[str], own: set[str]) -> str:
    """Return style sheets as one text, those of the theme without their unused rules and variables.

    `used` are the variables that pages, scripts and other sheets use.
    """
    imports: list[str] = []
    sheets = [(rules_of(site, path, imports), media) for path, media in run]
    trimmed = [bool(TRIMMED.fullmatch(path)) and path not in own for path, _ in run]
    texts: list[str] = []
    variables = css.Names(set(), ("--",))  # all of them stay as long as no rule has gone
    for _ in range(3):  # a variable may be used by another one alone
        texts = []
        for (rules, media), cut in zip(sheets, trimmed, strict=True):
            text = css.without_unused_rules(rules, known, variables) if cut else css.serialize(rules)
            texts.append(f"@media {media}{{{text}}}" if media else text)
        variables = css.used_variables([*used, *texts])
    return "".join(f"{text}\n" for text in (*imports, *texts))


def rules_of(site: Site, path: str, imports: list[str]) -> list[css.Token]:
    """Return the rules of a style sheet and of those it imports, with addresses relative to _static/.

    Imports from other hosts are added to `imports`, since they are valid only at the beginning of a sheet.
    """

    def from_root(address: str) -> str:
        return posixpath.normpath(posixpath.join(posixpath.dirname(path), address))

    def moved(address: str) -> str | None:
        if not address or re.match(r"[a-zA-Z][\w+.-]*:|/|#", address):
            return None
        file = re.split(r"[?#]", address, maxsplit=1)[0]
        return posixpath.relpath(from_root(file), "_static") + address[len(file) :]

    rules: list[css.Token] = []
    for rule in css.parse(css.change_addresses(site.read(path) or "", moved)):
        address, condition = css.imported(rule) or ("", "")
        if not address:
            rules.append(rule)
        elif re.match(r"[a-zA-Z][\w+.-]*:|//", address):
            imports.append(rule.serialize())
        elif (site.folder / from_root(address)).is_file():
            inner = rules_of(site, from_root(address), imports)
            rules += css.parse(f"@media {condition}{{{css.serialize(inner)}}}") if condition else inner
    return rules


def icons_in(text: str) -> set[str]:
    """Return the characters of icon fonts in a text."""
    found = PRIVATE.finditer(text)
    return {chr(int(match[1], 16)) if match[1] else match[0] for match in found}


def cut_icon_fonts(site: Site, sheet: str, elsewhere: set[str]) -> str:
    """Return `sheet` with its Font Awesome fonts cut to the icons that it shows, or that stand `elsewhere`."""
    icons = css.icon_letters(sheet) | icons_in(sheet) | elsewhere

    def cut(face: re.Match[str]) -> str:
        file = site.folder / posixpath.normpath(f"_static/{face[1]}")
        if not file.is_file():
            return face[0]
        font = fonts.subset_font(file.read_bytes(), icons)
        if not font:
            return ""
        path = site.write_hashed(file.stem, ".woff2", font)
        return re.sub(r"src\s*:[^;}]*", f'src:url("{PurePosixPath(path).name}") format("woff2")', face[0])

    return ICON_FONT.sub(cut, sheet)
