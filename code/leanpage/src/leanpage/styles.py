"""Style sheets: those that all pages share become one, cut to what the pages use and named after its content."""

from __future__ import annotations

import base64
import binascii
import posixpath
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote_to_bytes

from . import css, fonts
from .pages import Site, themed
from .sequences import Segment, segments
from .tree import Node, attribute, has

#: Characters that icon fonts use, in a script's text as it is or written as an escape.
PRIVATE = re.compile(r"[\ue000-\uf8ff]|\\u\{?(?:00)?([ef][0-9a-fA-F]{3})\}?|&#x([ef][0-9a-fA-F]{3});")


@dataclass(frozen=True)
class Sheet:
    """A style sheet of the site, and for which media a page asks for it."""

    path: str
    media: str = ""


def sheets_of(site: Site, name: str) -> list[tuple[Node, Sheet | None]]:
    """The style sheets of a page's head in order; None for what is not joined: other hosts', inline, alternates."""
    found: list[tuple[Node, Sheet | None]] = []
    for node in site.pages[name].head.css('link[rel~="stylesheet"], style'):
        path = site.file(name, attribute(node, "href")) if node.tag == "link" else None
        plain = path and not set(attribute(node, "rel").lower().split()) - {"stylesheet"}
        plain = plain and not any(has(node, kept) for kept in ("disabled", "title", "integrity"))
        text = site.read(path) if plain and path else None
        if plain and path and text is not None and "@namespace" not in text:
            media = attribute(node, "media").strip().lower()
            found.append((node, Sheet(path, "" if media == "all" else media)))
        else:
            found.append((node, None))
    return found


def rules_of(site: Site, path: str, outside: list[str]) -> list[css.Token]:
    """The rules of a style sheet and of those that it imports, their addresses as seen from _static/.

    Imports from other hosts are gathered in `outside`, since they hold only at a sheet's beginning.
    """

    def here(address: str) -> str:
        return posixpath.normpath(posixpath.join(posixpath.dirname(path), address))

    def moved(address: str) -> str | None:
        if not address or re.match(r"[a-zA-Z][\w+.-]*:|/|#", address):
            return None
        file, mark, rest = re.fullmatch(r"([^?#]*)([?#]?)(.*)", address, re.DOTALL).groups()  # type: ignore[union-attr]
        return posixpath.relpath(here(file), "_static") + mark + rest

    rules: list[css.Token] = []
    for rule in css.parse(site.read(path) or ""):
        source = css.imported(rule)
        if source is None:
            css.each_address([rule], moved)
            rules.append(rule)
            continue
        address, condition = source
        if re.match(r"[a-zA-Z][\w+.-]*:|//", address):
            outside.append(rule.serialize())
        elif (site.folder / here(address)).is_file():
            inner = rules_of(site, here(address), outside)
            rules += css.parse(f"@media {condition}{{{css.text(inner)}}}") if condition else inner
    return rules


def joined(site: Site, sheets: list[Sheet]) -> str:
    """Return style sheets as one text."""
    outside: list[str] = []
    texts = []
    for sheet in sheets:
        text = css.text(rules_of(site, sheet.path, outside))
        texts.append(f"@media {sheet.media}{{{text}}}\n" if sheet.media else text)
    return "".join([*(f"{rule}\n" for rule in outside), *texts])


def with_pictures_filed(site: Site, sheet: str) -> str:
    """Return `sheet` with the drawings that it carries inside itself as files: a strict content policy wants it so."""

    def filed(address: str) -> str | None:
        if not address.startswith("data:image/svg+xml") or "," not in address:
            return None
        kind, _, data = address.partition(",")
        try:
            drawing = base64.b64decode(data) if kind.endswith(";base64") else unquote_to_bytes(data)
        except (ValueError, binascii.Error):
            return None
        return PurePosixPath(named(site, "drawing", ".svg", drawing)).name

    rules = css.parse(sheet)
    css.each_address(rules, filed)
    return css.text(rules)


def with_icons_cut(site: Site, sheet: str, elsewhere: str) -> str:
    """Return `sheet` with its icon fonts cut to the icons that it, or anything `elsewhere`, can still show."""
    rules = css.parse(sheet)
    icons = css.icons(rules)
    for match in PRIVATE.finditer(elsewhere):
        code = match[1] or match[2]
        icons.add(chr(int(code, 16)) if code else match[0])
    kept = []
    for rule in rules:
        addresses: list[str] = []
        if rule.type == "at-rule" and rule.lower_at_keyword == "font-face":
            css.each_address([rule], lambda address, found=addresses: found.append(address))  # type: ignore[misc]
        source = next((a for a in addresses if "/webfonts/fa-" in a and a.endswith(".woff2")), None)
        file = site.folder / posixpath.normpath(f"_static/{source}") if source else None
        if file is None or not file.is_file():
            kept.append(rule.serialize())
            continue
        font = file.read_bytes()
        if fonts.characters(font) & icons:
            path = named(site, file.stem, ".woff2", fonts.cut(font, icons))
            face = re.sub(r"src\s*:[^;}]*", f'src:url("{PurePosixPath(path).name}") format("woff2")', rule.serialize())
            kept.append(face)
    return "".join(f"{rule}\n" for rule in kept)


def named(site: Site, stem: str, suffix: str, content: bytes) -> str:
    """Write a file of _static/ whose name tells its content, so that caches may keep it for ever; return its path."""
    path = f"_static/{stem}-{fonts.digest(content)}{suffix}"
    site.write(path, content)
    return path


def join(site: Site, cut: bool) -> None:
    """Give all pages one style sheet for those that all have; more where one stands between them that some have."""
    pages = {name: sheets_of(site, name) for name in themed(site)}
    orders = {name: [sheet for _, sheet in found] for name, found in pages.items()}
    admit(site, orders)
    shared = segments(list(orders.values()))
    if not shared:
        return
    trees = [site.pages[name] for name in site.pages]
    taken = {sheet.path for segment in shared for sheet in segment}
    scripts = list(site.words(".js").values())
    # Sheets that come later, such as those of figures, lean on the variables of this one.
    later = [text for name, text in site.words(".css").items() if name not in taken]
    elsewhere = css.lines([*(page.source for page in trees), *scripts, *later])
    known = css.names(trees, scripts)
    places: dict[Sheet, str] = {}
    for segment in shared:
        sheet = joined(site, list(segment))
        if cut:
            sheet = css.cut(sheet, known, elsewhere)
        sheet = with_icons_cut(site, with_pictures_filed(site, sheet), elsewhere)
        places[segment[0]] = named(site, "site", ".css", f'@charset "utf-8";\n{sheet}'.encode())
    write_links(site, pages, shared, places)


def admit(site: Site, orders: dict[str, list[Sheet | None]]) -> None:
    """Let style sheets that only some pages have count for all, where no rule of theirs finds a name on the others."""
    named = [{sheet for sheet in order if sheet} for order in orders.values()]
    some = {sheet for each in named for sheet in each if not all(sheet in other for other in named)}
    for sheet in sorted(some, key=lambda sheet: sheet.path):
        rules = css.parse(site.read(sheet.path) or "")
        before = {
            order[order.index(sheet) - 1] if order.index(sheet) else None for order in orders.values() if sheet in order
        }
        lacking = [name for name, order in orders.items() if sheet not in order]
        if len(before) != 1 or None in before or any(css.imported(rule) for rule in rules):
            continue
        if any(css.finds(rules, css.names([site.pages[name]], [], data=False)) for name in lacking):
            continue
        (neighbour,) = before
        for name in lacking:
            if neighbour in orders[name]:
                orders[name].insert(orders[name].index(neighbour) + 1, sheet)


def write_links(
    site: Site,
    pages: dict[str, list[tuple[Node, Sheet | None]]],
    shared: list[Segment[Sheet]],
    places: dict[Sheet, str],
) -> None:
    gone = {sheet for segment in shared for sheet in segment}
    for name, found in pages.items():
        page = site.pages[name]
        for segment in shared:
            mine = [node for node, sheet in found if sheet in segment]
            mine[0].insert_before(page.element("link", rel="stylesheet", href=site.root(name) + places[segment[0]]))
        for node, sheet in found:
            if sheet in gone:
                node.decompose()
