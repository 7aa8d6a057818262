"""Front ends are ES modules that import one another; here they become what a notebook and what a page can load.

A notebook (anywidget) wants one ES module as a string. A page opened from disk can load no ES module at all, and a page
under ``script-src 'self'`` no string, so there each module becomes a classic script of its own. Both are made by the
same rewriting: a module turns into a function of its imports that returns its exports.

The modules are read by a parser of the language. What a function cannot stand in for is an error that names file and
line: ``import()``, ``import.meta``, top-level ``await``, ``export let`` and ``export var`` (importers would not see
them change), ``export *``, and imports of what is not exported there.

Comments and indentation stay behind, since pages are paid for by the byte; lines stay, so that an error names the
line of the file. A comment that begins with ``/*!`` or says ``@license`` stays, as minifiers have it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

STATIC = Path(__file__).parent / "static"
KIT = STATIC / "kit.js"
#: What a front end may import by name: the kit goes along with every figure, the others with those that ask for them.
PACKAGE = {"kernelfree": KIT, "kernelfree/steps": STATIC / "steps.js"}

#: Between signs such as these and what stands beside them white space says nothing, not even where a statement ends.
_OPEN, _CLOSE = b"{([;,=?:&|", b"})];,=?:&|"
_LICENCE = re.compile(rb"/\*!|.*@(license|preserve)", re.DOTALL)
_PARSER = Parser(Language(tree_sitter_javascript.language()))
_FUNCTIONS = {
    "function_declaration",
    "function_expression",
    "generator_function_declaration",
    "generator_function",
    "arrow_function",
    "method_definition",
}


class FrontEndError(Exception):
    """A front end's module holds an import or export that kernelfree cannot deliver."""


@dataclass(frozen=True)
class Module:
    """One ES module, rewritten. ``name`` is its path's stem, ``imports`` the modules it is given, in order."""

    name: str
    path: Path
    imports: tuple[Path, ...]
    body: str
    exports: frozenset[str]
    #: What the names that are not the author's begin with.
    prefix: str = "_"

    def function(self) -> str:
        """JavaScript: a function of the imported modules that returns an object of the exports."""
        names = ", ".join(f"{self.prefix}{number}" for number in range(len(self.imports)))
        exports = f"{self.prefix}exports"
        return f'({names}) => {{\n"use strict";\nconst {exports} = {{}};\n{self.body}\nreturn {exports};\n}}'


def load(path: Path) -> list[Module]:
    """The module at ``path`` and all it imports, each once, those imported before those that import them."""
    done: dict[Path, Module] = {}
    _visit(Path(path).resolve(), done, [])
    return list(done.values())


def one_module(path: Path, wrap: str = "front") -> str:
    """Everything ``path`` needs as one ES module, whose default export is the JavaScript expression ``wrap``.

    In it ``front`` is the default export of ``path`` and ``kit`` the kit's exports.
    """
    modules = {module.path: module for module in [*load(KIT), *load(path)]}
    numbers = {key: number for number, key in enumerate(modules)}
    parts = []
    for key, module in modules.items():
        given = ", ".join(f"m{numbers[imported]}" for imported in module.imports)
        parts.append(f"const m{numbers[key]} = ({module.function()})({given});")
    kit, front = f"m{numbers[KIT]}", f"m{numbers[Path(path).resolve()]}.default"
    return "\n".join([*parts, f"const kit = {kit}, front = {front};", f"export default {wrap};", ""])


@cache
def tight(script: str, lines: bool = False) -> str:
    """``script`` without comments and idle white space; with ``lines`` what stands in a line stays in that line."""
    source = script.encode()
    parts, end = [b""], 0
    for start, stop in _words(_PARSER.parse(source).root_node):
        gap, text = source[end:start], source[start:stop]
        breaks = gap.count(b"\n")
        idle = not lines and (source[end - 1 : end] in _OPEN or text[:1] in _CLOSE)
        if breaks and (not idle or parts[-1].startswith(b"//")):
            parts.append(b"\n" * (breaks if lines else 1))
        elif gap and not idle:
            parts.append(b" ")
        parts.append(text)
        end = stop
    return b"".join(parts).decode()


def _words(root: Node) -> Iterator[tuple[int, int]]:
    """Where the smallest parts of a script stand that say something, white space of their own and all."""
    waiting: list[Node | tuple[int, int]] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tuple):
            yield node
        elif node.type == "template_string":
            parts, at = list[Node | tuple[int, int]](), node.start_byte
            for hole in (child for child in node.children if child.type == "template_substitution"):
                first, *inside, last = hole.children
                parts += [(at, first.end_byte), *inside]
                at = last.start_byte
            waiting += reversed([*parts, (at, node.end_byte)])
        elif node.children and node.type not in ("string", "regex"):
            waiting += reversed(node.children)
        elif node.type != "comment" or _LICENCE.match(node.text or b""):
            yield node.start_byte, node.end_byte


def _visit(path: Path, done: dict[Path, Module], above: list[Path]) -> None:
    if path in done:
        return
    if path in above:
        chain = " -> ".join(module.name for module in [*above[above.index(path) :], path])
        raise FrontEndError(f"{path}: these modules import each other in a circle: {chain}")
    source = _Source(path)
    for imported in source.imports:
        _visit(imported, done, [*above, path])
    for wanted in source.wanted:
        if wanted.name not in done[wanted.module].exports:
            raise FrontEndError(
                f"{path}:{wanted.line}: {wanted.module.name} has no export {wanted.name!r}; "
                f"it has {', '.join(sorted(done[wanted.module].exports)) or 'none'}"
            )
    done[path] = source.module()


@dataclass(frozen=True)
class _Wanted:
    """A name that is imported from a module."""

    module: Path
    name: str
    line: int


class _Source:
    """One file, taken apart: what it imports and exports, and what stands in their place."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_bytes()
        root = _PARSER.parse(self.text).root_node
        self.imports: list[Path] = []
        self.wanted: list[_Wanted] = []
        self._head: list[str] = []  # constants for the imports, at the top, as a module has them
        self._exported: dict[str, str] = {}  # name outside -> expression inside
        self._edits: list[tuple[int, int, str]] = []
        names = {_text(node) for node in _walk(root) if node.type in ("identifier", "shorthand_property_identifier")}
        self.prefix = "_"
        while any(name == f"{self.prefix}exports" or _is_number(name, self.prefix) for name in names):
            self.prefix += "_"
        self._check(root)
        declared = self._declared(root)
        for node in root.children:
            if node.type == "import_statement":
                self._take_import(node, declared)
            elif node.type == "hash_bang_line":
                self._cut(node)
        for node in root.children:
            if node.type == "export_statement":
                self._take_export(node, declared)

    def module(self) -> Module:
        """The file with its imports and exports rewritten, each line still where it was."""
        parts, at = [], 0
        for start, end, instead in sorted(self._edits):
            parts += [self.text[at:start].decode(), instead]
            at = end
        body = tight(" ".join([*self._head, "".join([*parts, self.text[at:].decode()])]), lines=True)
        names = f"{self.prefix}exports"
        tail = " ".join(f"{names}[{json.dumps(name)}] = {inside};" for name, inside in self._exported.items() if inside)
        exports = frozenset(self._exported)
        return Module(self.path.stem, self.path, tuple(self.imports), f"{body}\n{tail}", exports, self.prefix)

    # --- what cannot be delivered ---

    def _check(self, root: Node) -> None:
        if root.has_error:
            raise FrontEndError(f"{self._place(_first_error(root))}: this is not JavaScript that can be read")
        for node in _walk(root):
            if node.type == "import" and node.parent and node.parent.type == "call_expression":
                self._refuse(node.parent, "import() loads at run time")
            if node.type == "meta_property" and _text(node).startswith("import"):
                self._refuse(node, "import.meta is an address that a page does not have")
        for node in _walk(root, into_functions=False):
            if node.type == "await_expression" or (node.type == "for_in_statement" and _has(node, "await")):
                self._refuse(node, "await outside a function would hold up the page")

    def _refuse(self, node: Node, why: str) -> None:
        line = _text(node).splitlines()[0]
        raise FrontEndError(f"{self._place(node)}: cannot deliver {line!r}: {why}")

    # --- imports ---

    def _take_import(self, node: Node, declared: set[str]) -> None:
        if any(child.type == "import_attribute" for child in node.children):
            self._refuse(node, "a front end imports modules only")
        target = self._target(node)
        given = f"{self.prefix}{self.imports.index(target)}"
        for clause in (child for child in node.children if child.type == "import_clause"):
            for part in clause.named_children:
                if part.type == "identifier":
                    self._give(part, _text(part), target, "default", given, declared)
                elif part.type == "namespace_import":
                    local = _text(part.named_children[-1])
                    self._once(part, local, declared)
                    self._head.append(f"const {local} = {given};")
                else:
                    for item in part.named_children:
                        if item.type == "import_specifier":
                            name, local = _pair(item)
                            self._give(item, local, target, name, given, declared)
        self._cut(node)

    def _give(self, node: Node, local: str, target: Path, name: str, given: str, declared: set[str]) -> None:
        self._once(node, local, declared)
        self.wanted.append(_Wanted(target, name, node.start_point[0] + 1))
        self._head.append(f"const {local} = {given}[{json.dumps(name)}];")

    def _once(self, node: Node, local: str, declared: set[str]) -> None:
        if local in declared:
            self._refuse(node, f"{local} is declared twice")
        declared.add(local)

    def _target(self, node: Node) -> Path:
        source = node.child_by_field_name("source")
        assert source is not None
        specifier = _string(source)
        if specifier in PACKAGE:
            target = PACKAGE[specifier]
        elif specifier.startswith(("./", "../")):
            target = (self.path.parent / specifier).resolve()
            if not target.is_file():
                raise FrontEndError(f"{self._place(node)}: there is no file {specifier}")
        else:
            raise FrontEndError(
                f'{self._place(node)}: cannot import from "{specifier}"; '
                'a front end imports from "kernelfree", "kernelfree/steps" or a file beside it ("./other.js")'
            )
        if target not in self.imports:
            self.imports.append(target)
        return target

    # --- exports ---

    def _take_export(self, node: Node, declared: set[str]) -> None:
        declaration = node.child_by_field_name("declaration")
        clause = next((child for child in node.children if child.type == "export_clause"), None)
        if clause is not None:
            given = ""
            if node.child_by_field_name("source") is not None:
                target = self._target(node)
                given = f"{self.prefix}{self.imports.index(target)}"
            for item in (item for item in clause.named_children if item.type == "export_specifier"):
                inside, outside = _pair(item)
                if given:
                    self.wanted.append(_Wanted(target, inside, item.start_point[0] + 1))
                    self._export(item, outside, f"{given}[{json.dumps(inside)}]")
                elif inside not in declared:
                    self._refuse(item, f"{inside} is not declared")
                else:
                    self._export(item, outside, inside)
            self._cut(node)
        elif _has(node, "default"):
            self._take_default(node, declaration)
        elif declaration is None:
            self._refuse(node, "name what is exported")
        elif declaration.type in ("lexical_declaration", "variable_declaration") and not _has(declaration, "const"):
            self._refuse(node, "importers would not see it change; export a const, or a function that gives the value")
        else:
            for name in _names(declaration):
                self._export(node, name, name)
            self._edits.append((node.start_byte, declaration.start_byte, ""))

    def _take_default(self, node: Node, declaration: Node | None) -> None:
        value = declaration or node.child_by_field_name("value")
        assert value is not None
        name = declaration.child_by_field_name("name") if declaration else None
        if name is not None:
            self._export(node, "default", _text(name))
            self._edits.append((node.start_byte, value.start_byte, ""))
        else:
            self._export(node, "default", "")
            self._edits.append((node.start_byte, value.start_byte, f"{self.prefix}exports.default = "))
            if not _text(node).endswith(";"):
                self._edits.append((node.end_byte, node.end_byte, ";"))

    def _export(self, node: Node, outside: str, inside: str) -> None:
        if outside in self._exported:
            self._refuse(node, f"{outside} is exported twice")
        self._exported[outside] = inside

    # --- places and names ---

    def _declared(self, root: Node) -> set[str]:
        """The names that are declared at the top of the file."""
        declared: set[str] = set()
        once: set[str] = set()
        for node in root.children:
            inner = node.child_by_field_name("declaration") if node.type == "export_statement" else node
            if inner is None:
                continue
            for name in _names(inner):
                if inner.type in ("lexical_declaration", "class_declaration"):
                    self._once(node, name, declared)
                    once.add(name)
                elif name in once:
                    self._refuse(node, f"{name} is declared twice")
                declared.add(name)
        return declared

    def _cut(self, node: Node) -> None:
        self._edits.append((node.start_byte, node.end_byte, "\n" * _text(node).count("\n")))

    def _place(self, node: Node) -> str:
        return f"{self.path}:{node.start_point[0] + 1}"


def _walk(node: Node, into_functions: bool = True) -> Iterator[Node]:
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += [child for child in reversed(node.children) if into_functions or child.type not in _FUNCTIONS]


def _first_error(root: Node) -> Node:
    return next(node for node in _walk(root) if node.is_error or node.is_missing)


def _text(node: Node) -> str:
    return (node.text or b"").decode()


def _string(node: Node) -> str:
    """The content of a string; names between quotes hold no escapes."""
    return _text(node)[1:-1] if node.type == "string" else _text(node)


def _has(node: Node, kind: str) -> bool:
    return any(child.type == kind for child in node.children)


def _pair(item: Node) -> tuple[str, str]:
    """``a as b`` of an import or export as ``("a", "b")``, and ``a`` as ``("a", "a")``."""
    name, alias = item.child_by_field_name("name"), item.child_by_field_name("alias")
    assert name is not None
    return _string(name), _string(alias or name)


def _names(declaration: Node) -> list[str]:
    """The names that a declaration declares, those in patterns too."""
    if declaration.type in ("lexical_declaration", "variable_declaration"):
        targets = [part.child_by_field_name("name") for part in declaration.named_children]
        return [name for target in targets if target is not None for name in _pattern(target)]
    name = declaration.child_by_field_name("name")
    declares = declaration.type.endswith("_declaration")
    return [_text(name)] if name is not None and declares else []


def _pattern(node: Node) -> list[str]:
    if node.type in ("identifier", "shorthand_property_identifier_pattern"):
        return [_text(node)]
    field = {"pair_pattern": "value", "assignment_pattern": "left", "object_assignment_pattern": "left"}.get(node.type)
    inner = [node.child_by_field_name(field)] if field else node.named_children
    return [name for part in inner if part is not None for name in _pattern(part)]


def _is_number(name: str, prefix: str) -> bool:
    return name.startswith(prefix) and name[len(prefix) :].isdigit()
