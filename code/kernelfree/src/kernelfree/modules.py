"""Front ends are ES modules that import one another; here they become what a notebook and what a page can load.

A notebook (anywidget) wants one ES module as a string. A page opened from disk can load no ES module at all, and a page
under ``script-src 'self'`` no string, so there each module becomes a classic script of its own. Both are made by the
same rewriting: a module turns into a function of its imports that returns its exports.

Understood, at the start of a line: ``import { a, b as c } from "./other.js"``, the same from ``"kernelfree"`` (that is
the kit), ``export function``, ``export async function``, ``export class``, ``export const NAME =``, ``export { a, b as
c }``, and one ``export default`` before an expression or an unnamed function. Anything else is an error that names file
and line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

STATIC = Path(__file__).parent / "static"
KIT = STATIC / "kit.js"

_IMPORT = re.compile(r'^import\s*\{([^}]*)\}\s*from\s*["\']([^"\']+)["\'];?[ \t]*$', re.MULTILINE)
_EXPORT_LIST = re.compile(r"^export\s*\{([^}]*)\};?[ \t]*$", re.MULTILINE)
_EXPORT_NAMED = re.compile(r"^export\s+((?:async\s+)?function\*?|class|const)\s+([A-Za-z_$][\w$]*)", re.MULTILINE)
_EXPORT_DEFAULT = re.compile(r"^export\s+default\s+(?!(?:async\s+)?(?:function\*?|class)\s+[A-Za-z_$])", re.MULTILINE)
_LEFT_OVER = re.compile(
    r"^(?:import|export)\b.*|^(?!\s*(?://|\*|/\*)).*(?<![\w$.\"'])import\s*(?:\(|\.meta).*", re.MULTILINE
)


class FrontEndError(Exception):
    """A front end's module holds an import or export that kernelfree cannot deliver."""


@dataclass(frozen=True)
class Module:
    """One ES module, rewritten. ``name`` is its path's stem, ``imports`` the names it is given, in order."""

    name: str
    path: Path
    imports: tuple[Path, ...]
    body: str

    def function(self) -> str:
        """JavaScript: a function of the imported modules that returns an object of the exports."""
        names = ", ".join(f"_{number}" for number in range(len(self.imports)))
        return f'({names}) => {{\n"use strict";\nconst _exports = {{}};\n{self.body}\nreturn _exports;\n}}'


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


def _visit(path: Path, done: dict[Path, Module], above: list[Path]) -> None:
    if path in done:
        return
    if path in above:
        chain = " -> ".join(module.name for module in [*above[above.index(path) :], path])
        raise FrontEndError(f"{path}: these modules import each other in a circle: {chain}")
    module = _parse(path, path.read_text(encoding="utf-8"))
    for imported in module.imports:
        _visit(imported, done, [*above, path])
    done[path] = module


def _parse(path: Path, source: str) -> Module:
    imports: list[Path] = []
    exported: list[tuple[str, str]] = []

    def take_import(match: re.Match[str]) -> str:
        names, specifier = match.groups()
        if specifier == "kernelfree":
            target = KIT
        elif specifier.startswith(("./", "../")):
            target = (path.parent / specifier).resolve()
            if not target.is_file():
                raise FrontEndError(f"{_place(path, source, match.start())}: there is no file {specifier}")
        else:
            raise FrontEndError(
                f'{_place(path, source, match.start())}: cannot import from "{specifier}"; '
                'a front end imports from "kernelfree" or from a file beside it ("./other.js")'
            )
        if target not in imports:
            imports.append(target)
        wanted = ", ".join(": ".join(pair) for pair in _pairs(names))
        return f"const {{ {wanted} }} = _{imports.index(target)};" + "\n" * match[0].count("\n")

    def take_named(match: re.Match[str]) -> str:
        exported.append((match[2], match[2]))
        return f"{match[1]} {match[2]}"

    def take_list(match: re.Match[str]) -> str:
        exported.extend(_pairs(match[1]))
        return "\n" * match[0].count("\n")

    body = _IMPORT.sub(take_import, source)
    body = _EXPORT_LIST.sub(take_list, body)
    body = _EXPORT_NAMED.sub(take_named, body)
    body = _EXPORT_DEFAULT.sub("_exports.default = ", body)
    if left := _LEFT_OVER.search(body):
        raise FrontEndError(
            f"{_place(path, body, left.start())}: cannot deliver {left[0].strip()!r}; a front end may use "
            'import { name } from "./other.js" or "kernelfree", export function / class / const, '
            "export { name } and export default, each at the start of a line"
        )
    tail = " ".join(f"_exports.{outside} = {inside};" for inside, outside in exported)
    return Module(path.stem, path, tuple(imports), body.rstrip() + "\n" + tail)


def _pairs(names: str) -> list[tuple[str, str]]:
    """``"a, b as c"`` -> ``[("a", "a"), ("b", "c")]``"""
    parts = [name.split(" as ") for name in " ".join(names.split()).split(",") if name.strip()]
    return [(part[0].strip(), part[-1].strip()) for part in parts]


def _place(path: Path, source: str, position: int) -> str:
    return f"{path}:{source.count(chr(10), 0, position) + 1}"
