"""Scripts: those that all pages share become one, in which each still runs by itself; none is left inside a page.

Only scripts of the theme, of Sphinx and of extensions are joined, and run when the page is read. An author's own keep
their place, their time and their order. A script is joined if its grammar allows it to be put into a block of its own:
what it declares stays known to all others, what it throws stops none of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import tree_sitter_javascript
from tree_sitter import Language, Parser
from tree_sitter import Node as Syntax

from .pages import Site, themed
from .sequences import Segment, segments
from .styles import named
from .tree import Node, Tree, attribute, has, inside

#: An inline script that sets one name to a text, as Sphinx extensions hand their options over.
SETTING = re.compile(r"(?:var|let|const) \w+ = '[^'\n]*';?")
#: What an inline script says that sees to the page before it is painted: such a one does not wait.
AT_ONCE = re.compile(r"\b(?:document|localStorage|matchMedia)\b")
#: Names that a window has: a script may declare its own with `let`, which no block of this kind could.
WINDOWS_OWN = frozenset(
    "alert blur caches close closed confirm crypto document event external fetch find focus frames history innerHeight "
    "innerWidth length location menubar name navigator open opener origin outerHeight outerWidth parent performance "
    "print prompt screen screenX screenY scroll scrollX scrollY self status stop toolbar top window".split()
)
#: What a script may ask of the element that it stands in, and find at the joined one.
OWN_ELEMENT = re.compile(r"currentScript\??\.(?:dataset\b|getAttribute\(\s*[\"'`]data-)")
#: Sphinx's own scripts of the search page, which may as well wait until it is read, as those that they call do.
FOLLOWING = ("_static/searchtools.js", "_static/language_data.js", "searchindex.js")
WORD = re.compile(r"[\w$]+")
#: Between signs such as these and what stands beside them white space says nothing, not even where a statement ends.
OPEN, CLOSE = b"{([;,=?:&|", b"})];,=?:&|"


# What a script is


@dataclass(frozen=True)
class Joinable:
    """A script as it is put among others, and the names that it makes known."""

    text: str
    names: frozenset[str]


@cache
def joinable(text: str, shadow: bool) -> Joinable | None:
    """Return how `text` runs by itself among others; None for a script that must be left in a file of its own.

    With `shadow` it finds no loader of modules (AMD): a page's own may come before it where it did not in a stock book.
    """
    source = text.encode()
    root = Parser(Language(tree_sitter_javascript.language())).parse(source).root_node
    if "document.write" in text or "currentScript" in text and not _asks_its_element_for_data_alone(source, root):
        return None
    if root.has_error or any(child.type in ("import_statement", "export_statement") for child in root.children):
        return None
    top = [child for child in root.children if child.type != "comment"]
    strict = bool(top) and _is_strict(top[0])
    edits: list[tuple[int, int, bytes]] = []
    names: list[str] = []
    functions: list[str] = []
    for statement in top:
        start, end = statement.start_byte, statement.end_byte
        if statement.type in ("lexical_declaration", "variable_declaration"):
            declared = _declared(statement)
            names += declared
            keyword = statement.children[0]
            if statement.type == "lexical_declaration" and set(declared) & WINDOWS_OWN:
                return None
            if strict and keyword.type != "const":
                return None
            if strict:
                edits.append((end, end, "".join(f"\nglobalThis.{name} = {name};" for name in declared).encode()))
            elif statement.type == "lexical_declaration":
                edits.append((keyword.start_byte, keyword.end_byte, b"var"))
        elif statement.type in ("function_declaration", "generator_function_declaration"):
            functions.append(_name(statement))
        elif statement.type == "class_declaration":
            name = _name(statement)
            names.append(name)
            if strict:
                edits.append((end, end, f"\nglobalThis.{name} = {name};".encode()))
            else:
                edits += [(start, start, f"var {name} = ".encode()), (end, end, b";")]
    for start, end, new in sorted([*edits, *_silence(source, root)], reverse=True):
        source = source[:start] + new + source[end:]
    known = "".join(f"globalThis.{name} = {name};\n" for name in functions)
    body = known + source.decode()
    if strict:
        body = f'(function () {{\n"use strict";\n{body}\n}}).call(this);'
    hidden = "let define, exports, module;\n" if shadow and re.search(r"\bdefine\.amd\b", text) else ""
    block = f"try {{\n{hidden}{body}\n}} catch (error) {{ setTimeout(() => {{ throw error; }}); }}\n"
    return Joinable(block, frozenset([*names, *functions]))


def _silence(source: bytes, root: Syntax) -> list[tuple[int, int, bytes]]:
    """The edits that take a script's comments out, those that name a licence excepted, and leave less white space."""
    edits, end = [], 0
    for word in _words(root):
        gap = source[end : word.start_byte]
        short = b"\n" if b"\n" in gap else gap and b" "
        if source[end - 1 : end] in OPEN or source[word.start_byte : word.start_byte + 1] in CLOSE:
            short = b""
        if gap != short:
            edits.append((end, word.start_byte, short))
        end = word.end_byte
    return [*edits, (end, len(source), b"")]


def _words(root: Syntax) -> Iterator[Syntax]:
    """The smallest parts of a script, those that hold white space of their own whole; of comments those that stay."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type == "comment":
            text = (node.text or b"").lower()
            if text.startswith(b"/*!") or b"license" in text or b"copyright" in text:
                yield node
        elif node.type in ("string", "template_string", "regex") or not node.children:
            yield node
        else:
            waiting += reversed(node.children)


def _asks_its_element_for_data_alone(source: bytes, root: Syntax) -> bool:
    for start, end, new in sorted(_silence(source, root), reverse=True):
        source = source[:start] + new + source[end:]
    text = source.decode()
    return len(OWN_ELEMENT.findall(text)) == text.count("currentScript")


def _is_strict(statement: Syntax) -> bool:
    return statement.type == "expression_statement" and (statement.text or b"").strip(b"; \n\"'") == b"use strict"


def _name(declaration: Syntax) -> str:
    name = declaration.child_by_field_name("name")
    assert name is not None and name.text is not None
    return name.text.decode()


def _declared(declaration: Syntax) -> list[str]:
    found: list[str] = []

    def take(node: Syntax) -> None:
        if node.type in ("identifier", "shorthand_property_identifier_pattern"):
            found.append((node.text or b"").decode())
        for child in node.named_children:
            if node.type == "assignment_pattern" and child == node.child_by_field_name("right"):
                continue
            if node.type == "pair_pattern" and child == node.child_by_field_name("key"):
                continue
            take(child)

    for declarator in declaration.named_children:
        if declarator.type == "variable_declarator" and (target := declarator.child_by_field_name("name")):
            take(target)
    return found


@dataclass(eq=False)
class Script:
    """A script tag of a page, and what it stands for."""

    node: Node
    path: str | None
    text: str
    #: In the page's text: a cell's output, say.
    in_text: bool
    key: str = field(init=False)

    def __post_init__(self) -> None:
        self.key = self.path or self.text

    @property
    def classic(self) -> bool:
        """Whether this is a script that runs, in the old way; data, modules and what must come first are not."""
        kind = attribute(self.node, "type").strip().lower()
        return kind in ("", "text/javascript", "application/javascript") and not has(self.node, "blocking")

    @property
    def inline(self) -> bool:
        return not has(self.node, "src")

    @property
    def deferred(self) -> bool:
        return not self.inline and has(self.node, "defer")

    @property
    def timed(self) -> bool:
        """Whether it runs at its place, or after the page in its order: not whenever it comes."""
        return not has(self.node, "async")


def scripts_of(site: Site, name: str) -> list[Script]:
    page, found = site.pages[name], []
    for node in page.find("script"):
        if inside(node, lambda parent: parent.tag in ("svg", "math", "template")):
            continue
        path = site.file(name, attribute(node, "src")) if has(node, "src") else None
        text = (site.read(path) or "") if path else node.text()
        found.append(Script(node, path, text.strip(), inside(node, _holds_text)))
    return found


def _holds_text(node: Node) -> bool:
    return node.tag == "article" or node.tag == "div" and attribute(node, "role") == "main"


# Joining


def join(site: Site, authors: set[str]) -> None:
    """Give all pages one script for those that all have; `authors` are the paths and texts of an author's own."""
    pages = {name: scripts_of(site, name) for name in themed(site)}
    if not pages:
        return
    blocks = blocks_of(pages, authors)
    early = needed_early(pages, blocks)
    for late in (False, True) if early else (None,):
        lists = [in_order([s for s in found if late is None or s.deferred == late]) for found in pages.values()]
        ordered = [[s for s in found if s.key in blocks or counts(s, authors)] for found in lists]
        shared = segments([[s.key if s.key in blocks and not s.in_text else None for s in found] for found in ordered])
        for segment in shared:
            write_segment(site, pages, with_settings_first(segment), blocks, deferred=late is not False)
    for found in pages.values():
        for script in found:
            if script.path in FOLLOWING and not early and script.timed:
                script.node.attrs["defer"] = None
    file_inline(site, pages)


def in_order(found: list[Script]) -> list[Script]:
    """The scripts of a page in the order in which they run."""
    return [s for s in found if not s.deferred] + [s for s in found if s.deferred]


def counts(script: Script, authors: set[str]) -> bool:
    """Whether others must keep their order around a script that is not joined: an author's own, or another host's."""
    elsewhere = script.path is None and not script.inline
    return script.classic and script.timed and not script.in_text and (elsewhere or script.key in authors)


def blocks_of(pages: dict[str, list[Script]], authors: set[str]) -> dict[str, Joinable]:
    """The scripts that every page has and that may be joined, by key."""
    keys: list[set[str]] = []
    first: dict[str, Script] = {}
    loader = False
    shadowed: set[str] = set()
    for found in pages.values():
        loader = False
        here = set()
        for script in in_order(found):
            if script.in_text or not script.classic or not script.timed or not script.key:
                continue
            elsewhere = script.path is None and not script.inline
            if elsewhere or script.key in authors:
                loader = loader or not script.deferred
                continue
            if script.inline and AT_ONCE.search(script.text):
                continue
            if not loader:
                shadowed.add(script.key)
            here.add(script.key)
            first.setdefault(script.key, script)
        keys.append(here)
    common = set.intersection(*keys) if keys else set()
    made = {key: joinable(first[key].text, key in shadowed) for key in first if key in common}
    return {key: block for key, block in made.items() if block is not None}


def needed_early(pages: dict[str, list[Script]], blocks: dict[str, Joinable]) -> bool:
    """Whether a script that runs while the page is read calls one of those that would wait until it is read."""
    waiting: set[str] = set()
    for found in pages.values():
        for script in found:
            if script.key in blocks and not script.deferred:
                waiting |= blocks[script.key].names
                waiting |= {"jQuery", "$"} if "jquery" in script.key.lower() else set()
    for found in pages.values():
        for script in found:
            runs = script.classic and not script.deferred and script.timed and script.key not in blocks
            if runs and script.path not in FOLLOWING and waiting & set(WORD.findall(script.text)):
                return True
    return False


def with_settings_first(segment: Segment[str]) -> Segment[str]:
    """Settings are known before the scripts that read them, which did not wait for them when the page was read."""
    return tuple(sorted(segment, key=lambda text: not SETTING.fullmatch(text)))


def write_segment(
    site: Site, pages: dict[str, list[Script]], segment: Segment[str], blocks: dict[str, Joinable], deferred: bool
) -> None:
    path = named(site, "site", ".js", "".join(blocks[key].text for key in segment).encode())
    data: dict[str, str] = {}
    for found in pages.values():
        for script in found:
            if script.key in segment:
                data |= {k: v or "" for k, v in script.node.attributes.items() if k.startswith("data-")}
    for name, found in pages.items():
        page = site.pages[name]
        joined = page.element("script", src=site.root(name) + path)
        if deferred:
            joined.attrs["defer"] = None
        for key, value in sorted(data.items()):
            joined.attrs[key] = value
        mine = [script for script in found if script.key in segment and not script.in_text and script.classic]
        place = mine[0].node
        if deferred:  # the first of those that wait ran, in a stock book, after those that did not
            waiting = [s.node for s in found if s.deferred and s.classic and s.key not in blocks]
            place = first_of(page, [place, *waiting]) if not any(s.deferred for s in mine[:1]) else place
        place.insert_before(joined)
        for script in mine:
            script.node.decompose()
            found.remove(script)


def first_of(page: Tree, candidates: list[Node]) -> Node:
    ids = {node.mem_id for node in candidates}
    return next(node for node in page.find("script") if node.mem_id in ids)


def file_inline(site: Site, pages: dict[str, list[Script]]) -> None:
    """Make each inline script a file at the same place: a strict content policy bars scripts inside a page."""
    for name, found in pages.items():
        for script in found:
            if script.classic and script.inline and script.text:
                filed = site.pages[name].element("script")
                for key, value in script.node.attributes.items():
                    filed.attrs[key] = value
                filed.attrs["src"] = site.root(name) + named(site, "inline", ".js", script.text.encode())
                script.node.insert_before(filed)
                script.node.decompose()
