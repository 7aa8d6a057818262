"""Load a front end and the ES modules that it imports: for notebooks as one module, for pages as classic scripts."""

from functools import cache
from pathlib import Path
from typing import Any

from kernelfree.deliver.rewrite import KIT, STATIC, FrontEndError, Module


def load_modules(path: Path) -> list[Module]:
    """Load the module at ``path`` and all that it imports, each once, imported ones before those that import them."""
    loaded: dict[Path, Module] = {}
    _load(Path(path).resolve(), loaded, [])
    return list(loaded.values())


def _load(path: Path, loaded: dict[Path, Module], importers: list[Path]) -> None:
    if path in loaded:
        return
    if path in importers:
        chain = " -> ".join(module.name for module in [*importers[importers.index(path) :], path])
        raise FrontEndError(f"{path}: these modules import each other in a circle: {chain}")
    module = Module(path)
    for imported in module.imports:
        _load(imported, loaded, [*importers, path])
    for file, name, line in module.imported_names:
        exports = loaded[file].exports
        if name not in exports:
            raise FrontEndError(
                f"{path}:{line}: {file.name} has no export {name!r}; it has {', '.join(sorted(exports)) or 'none'}"
            )
    loaded[path] = module


def bundle(path: Path, default: str = "front") -> str:
    """Bundle ``path`` and all it imports as one ES module, whose default export may name ``front`` and ``kit``."""
    modules = {module.path: module for module in [*load_modules(KIT), *load_modules(path)]}
    names = {key: f"m{number}" for number, key in enumerate(modules)}
    parts = []
    for key, module in modules.items():
        imports = ", ".join(names[imported] for imported in module.imports)
        parts.append(f"const {names[key]} = ({module.function()})({imports});")
    parts.append(f"const kit = {names[KIT]}, front = {names[Path(path).resolve()]}.default;")
    return "\n".join([*parts, f"export default {default};", ""])


@cache
def modules_for_payload(front_end: Path) -> list[dict[str, Any]]:
    """Return the modules behind ``front_end`` as a payload holds them, imported ones first; own ones by name only."""
    loaded = load_modules(front_end)
    numbers = {module.path: number for number, module in enumerate(loaded)}
    return [
        {"own": module.path.name}
        if module.path.parent == STATIC
        else {"name": module.name, "imports": [numbers[one] for one in module.imports], "function": module.function()}
        for module in loaded
    ]
