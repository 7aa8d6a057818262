"""Code in fewer bytes: the colour of most of its words is said once, of the whole, and no longer of each word.

A word goes without a mark of its own only if every rule of the pages' style sheets that names its class gives it a
colour alone, and the same that the whole now has.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from sphinx.application import Sphinx

from . import css
from .pages import Site
from .tree import Node, Tree, attribute

BLOCKS = ".highlight pre"
#: A highlighted word's rule, as Pygments writes it: where it holds, and for which class.
ABOUT = re.compile(r"(.*\.highlight) \.([\w-]+)")
#: Where a class's colour holds, and which it is.
Look = frozenset[tuple[str, str]]


def looks(pages: Iterable[Tree], sheets: Iterable[str]) -> dict[str, Look]:
    """The looks of those classes of words that have a colour and nothing else."""
    wanted = {attribute(word, "class") for page in pages for word in page.find(f"{BLOCKS} span[class]")}
    named = re.compile(rf"\.({'|'.join(map(re.escape, sorted(wanted)))})(?![\w-])")
    found: dict[str, set[tuple[str, str]]] = {}
    others: set[str] = set()
    for rule in (rule for sheet in sheets if named.search(sheet) for rule in css.parse(sheet)):
        if rule.type != "qualified-rule":
            others |= set(named.findall(rule.serialize()))
            continue
        pairs = [part if isinstance(part, tuple) else ("", "") for part in css.declarations(rule.content)]
        for selector in css.selectors(rule.prelude):
            about = ABOUT.fullmatch(selector)
            if about and not named.search(about[1]) and len(pairs) == 1 and pairs[0][0] == "color":
                found.setdefault(about[2], set()).add((about[1], pairs[0][1]))
            else:
                others |= set(named.findall(selector))
    return {name: frozenset(look) for name, look in found.items() if name in wanted - others}


def shorten(block: Node, known: dict[str, Look]) -> None:
    """Say of a block of code what most of its words look like, and take their own marks away."""
    words = [word for word in block.iter(include_text=True) if (word.text() or "").strip()]
    seen = [known.get(attribute(word, "class"), Look()) if word.tag == "span" else Look() for word in words]
    if not all(seen) or not seen or block.attributes.get("class"):
        return  # what has no colour of its own would take that of the whole
    (look, _), *_ = Counter(seen).most_common()
    if any({place for place, _ in look} - {place for place, _ in other} for other in seen):
        return
    block.attrs["class"] = min(name for name, same in known.items() if same == look)
    for word in block.iter():
        if known.get(attribute(word, "class")) == look and not any(word.iter()):
            word.unwrap()


def change(app: Sphinx, site: Site) -> None:
    pages = site.pages.values()
    links = {
        site.file(name, attribute(link, "href"))
        for name, page in site.pages.items()
        for link in page.find('link[rel~="stylesheet"]')
    }
    inside = [style.text() for page in pages for style in page.find("style")]
    known = looks(pages, [*(site.read(path) or "" for path in sorted(path for path in links if path)), *inside])
    for page in pages:
        for block in page.find(BLOCKS):
            shorten(block, known)


def setup(app: Sphinx) -> dict[str, bool]:
    app.setup_extension("leanpage.pages")
    app.connect("leanpage-site", change, priority=850)  # when rules that no page needs are gone
    return {"parallel_read_safe": True, "parallel_write_safe": False}
