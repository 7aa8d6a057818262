"""Rewrite one ES module as a function of its imports that returns its exports.

A parser of the language reads the module. With ``other.js`` as its first import,

    import { a } from "./other.js";
    export const b = a + 1;

becomes the body of ``($kf0) => { ... }``, each line where it was, so that an error names the line of the file::

    const a = $kf0["a"];
    const b = a + 1;
    $kf["b"] = b;
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import tree_sitter_javascript
from tree_sitter import Language, Parser
from tree_sitter import Node as SyntaxNode

#: The folder of kernelfree's own front ends and styles.
STATIC = Path(__file__).parent.parent / "static"
KIT = STATIC / "kit.js"
#: What a front end may import by name: the kit is delivered with every figure, the others with those that ask for them.
PACKAGE = {"kernelfree": KIT, "kernelfree/steps": STATIC / "steps.js"}

_PARSER = Parser(Language(tree_sitter_javascript.language()))
_LICENCE = re.compile(rb"/\*!|.*@(license|preserve)", re.DOTALL)
_FUNCTIONS = {
    *("function_declaration", "function_expression", "arrow_function", "method_definition"),
    *("generator_function_declaration", "generator_function"),
}


class FrontEndError(Exception):
    """Raised for a front end whose imports or exports kernelfree cannot deliver. Names file and line."""


def remove_comments(script: str) -> str:
    """Return ``script`` without its comments; each line stays where it was."""
    source = script.encode()
    comments = (node for node in _walk(_PARSER.parse(source).root_node) if node.type == "comment")
    removed = [node for node in comments if not _LICENCE.match(node.text or b"")]
    # A space or line break stays: it may part two words, or end a statement.
    kept = ["\n" * _text(node).count("\n") or " " for node in removed]
    return _edited(source, [(node.start_byte, node.end_byte, text) for node, text in zip(removed, kept, strict=True)])


class Module:
    """Reads one file, and rewrites what it imports and exports. ``body`` has each line where it was."""

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, path.stem
        source = path.read_bytes()
        root = _PARSER.parse(source).root_node
        self.imports: list[Path] = []  # the modules that the function takes
        self.imported_names: list[tuple[Path, str, int]] = []  # module, name, line
        self.exports: dict[str, str] = {}  # name -> expression inside; empty where the body sets it
        self._constants: list[str] = []  # for the imports: at the top, as imports are bound before a module runs
        self._edits: list[tuple[int, int, str]] = []  # start, end, replacement
        self._check(root)
        for node in root.children:
            if node.type == "import_statement":
                self._take_import(node)
            elif node.type == "export_statement":
                self._take_export(node)

        tail = " ".join(f"$kf[{json.dumps(name)}] = {inside};" for name, inside in self.exports.items() if inside)
        self.body = remove_comments(" ".join([*self._constants, _edited(source, self._edits)])) + "\n" + tail

    def function(self) -> str:
        """Return JavaScript: a function of the imported modules that returns an object of the exports."""
        parameters = ", ".join(f"$kf{number}" for number in range(len(self.imports)))
        return f'({parameters}) => {{\n"use strict";\nconst $kf = {{}};\n{self.body}\nreturn $kf;\n}}'

    def _check(self, root: SyntaxNode) -> None:
        if root.has_error:
            first = next(node for node in _walk(root) if node.is_error or node.is_missing)
            raise FrontEndError(f"{self._place(first)}: this is not JavaScript that can be read")
        for node in _walk(root):
            if node.type == "import" and node.parent and node.parent.type == "call_expression":
                self._refuse(node.parent, "import() loads at run time")
            if node.type == "meta_property" and _text(node).startswith("import"):
                self._refuse(node, "import.meta is an address that a page does not have")
        for node in _walk(root, into_functions=False):
            if node.type == "await_expression" or (node.type == "for_in_statement" and _has(node, "await")):
                self._refuse(node, "await outside a function would hold up the page")

    def _refuse(self, node: SyntaxNode, why: str) -> None:
        line = _text(node).splitlines()[0]
        raise FrontEndError(f"{self._place(node)}: cannot deliver {line!r}: {why}")

    def _take_import(self, node: SyntaxNode) -> None:
        if any(child.type == "import_attribute" for child in node.children):
            self._refuse(node, "a front end imports modules only")
        target = self._target(node)
        for part in _walk(node):
            if part.type == "identifier" and part.parent and part.parent.type == "import_clause":
                self._constants.append(f"const {_text(part)} = {self._member(part, target, 'default')};")
            elif part.type == "namespace_import":
                self._constants.append(f"const {_text(part.named_children[-1])} = $kf{self.imports.index(target)};")
            elif part.type == "import_specifier":
                name, local = _pair(part)
                self._constants.append(f"const {local} = {self._member(part, target, name)};")
        self._cut(node)

    def _member(self, node: SyntaxNode, target: Path, name: str) -> str:
        """Return the expression for what ``target`` exports as ``name``, and note that ``node`` asks for it."""
        self.imported_names.append((target, name, node.start_point[0] + 1))
        return f"$kf{self.imports.index(target)}[{json.dumps(name)}]"

    def _target(self, node: SyntaxNode) -> Path:
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

    def _take_export(self, node: SyntaxNode) -> None:
        declaration = node.child_by_field_name("declaration")
        names = _names(declaration) if declaration else []
        is_default = _has(node, "default")
        if _has(node, "export_clause"):
            target = self._target(node) if node.child_by_field_name("source") else None
            for item in (item for item in _walk(node) if item.type == "export_specifier"):
                inside, outside = _pair(item)
                self.exports[outside] = self._member(item, target, inside) if target else inside
            self._cut(node)
        elif is_default and not names:
            value = declaration or node.child_by_field_name("value")
            assert value is not None
            self.exports["default"] = ""
            self._edits.append((node.start_byte, value.start_byte, "$kf.default = "))
            if not _text(node).endswith(";"):
                self._edits.append((node.end_byte, node.end_byte, ";"))
        elif declaration is None:
            self._refuse(node, "name what is exported")
        elif declaration.type in ("lexical_declaration", "variable_declaration") and not _has(declaration, "const"):
            self._refuse(node, "importers would not see it change; export a const, or a function that gives the value")
        else:
            self.exports |= {"default" if is_default else name: name for name in names}
            self._edits.append((node.start_byte, declaration.start_byte, ""))

    def _cut(self, node: SyntaxNode) -> None:
        self._edits.append((node.start_byte, node.end_byte, "\n" * _text(node).count("\n")))

    def _place(self, node: SyntaxNode) -> str:
        return f"{self.path}:{node.start_point[0] + 1}"


def _walk(node: SyntaxNode, into_functions: bool = True) -> Iterator[SyntaxNode]:
    """Yield a node and all below it, in document order."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += [child for child in reversed(node.children) if into_functions or child.type not in _FUNCTIONS]


def _edited(source: bytes, edits: list[tuple[int, int, str]]) -> str:
    """Return ``source`` with the text of each edit in place of the bytes from its start to its end."""
    parts, at = [], 0
    for start, end, replacement in sorted(edits):
        parts += [source[at:start].decode(), replacement]
        at = end
    return "".join([*parts, source[at:].decode()])


def _text(node: SyntaxNode) -> str:
    return (node.text or b"").decode()


def _string(node: SyntaxNode) -> str:
    """Return the content of a string; names in quotes hold no escapes."""
    return _text(node)[1:-1] if node.type == "string" else _text(node)


def _has(node: SyntaxNode, kind: str) -> bool:
    return any(child.type == kind for child in node.children)


def _pair(item: SyntaxNode) -> tuple[str, str]:
    """Return ``a as b`` of an import or export as ``("a", "b")``, and ``a`` as ``("a", "a")``."""
    name, alias = item.child_by_field_name("name"), item.child_by_field_name("alias")
    assert name is not None
    return _string(name), _string(alias or name)


def _names(declaration: SyntaxNode) -> list[str]:
    """List the names that a declaration declares, those in patterns too."""
    if declaration.type in ("lexical_declaration", "variable_declaration"):
        targets = [part.child_by_field_name("name") for part in declaration.named_children]
        return [name for target in targets if target is not None for name in _pattern(target)]
    name = declaration.child_by_field_name("name")
    return [_text(name)] if name is not None else []


def _pattern(node: SyntaxNode) -> list[str]:
    if node.type in ("identifier", "shorthand_property_identifier_pattern"):
        return [_text(node)]
    field = {"pair_pattern": "value", "assignment_pattern": "left", "object_assignment_pattern": "left"}.get(node.type)
    inner = [node.child_by_field_name(field)] if field else node.named_children
    return [name for part in inner if part is not None for name in _pattern(part)]
