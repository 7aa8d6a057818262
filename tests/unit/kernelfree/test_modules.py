"""Front ends' imports, rewritten for notebooks and for pages; Node shows that they still mean the same."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from kernelfree import modules
from kernelfree.modules import FrontEndError, load, one_module


def node() -> str:
    found = shutil.which("node") or shutil.which("node", path=_venv_bin())
    assert found, "Node is needed: pip install -r tests/requirements.txt"
    return found


def _venv_bin() -> str:
    import sys
    from pathlib import Path

    return str(Path(sys.executable).parent)


def run(folder, source: str) -> str:
    script = folder / "run.mjs"
    script.write_text(source)
    done = subprocess.run([node(), str(script)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def front(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "base.js").write_text(
        '// import { x } from "./nowhere.js"\n'
        "export const one = 1;\n"
        "export async function later() { return one; }\n"
        'const text = "export default 3";\n'
        "export { text as quoted };\n"
    )
    (tmp_path / "middle.js").write_text(
        'import { one } from "./deep/base.js";\n'
        "export function add(x) {\n  return x + one;\n}\n"
        "export class Box {\n  v = add(1);\n}\n"
    )
    (tmp_path / "main.js").write_text(
        'import {\n  add as plus,\n  Box,\n} from "./middle.js";\nimport { later, quoted } from "./deep/base.js";\n'
        'import { clamp } from "kernelfree";\n'
        "const helper = () => plus(40);\n"
        "export default { answer: helper, box: () => new Box().v, later, quoted, clamp: clamp(9, 0, 3) };\n"
        "export { helper as help };\n"
    )
    return tmp_path / "main.js"


SHOW = "console.log(JSON.stringify([f.answer(), f.box(), await f.later(), f.quoted, f.clamp]));"
SHOWN = [41, 2, 1, "export default 3", 3]


def test_one_module_means_what_the_modules_mean(front, tmp_path):
    (tmp_path / "one.mjs").write_text(one_module(front))
    assert json.loads(run(tmp_path, f'import f from "./one.mjs";\n{SHOW}')) == SHOWN


def test_classic_scripts_mean_it_too(front, tmp_path):
    found = load(front)
    assert [module.name for module in found][-1] == "main"
    names = {module.path: f"m{number}" for number, module in enumerate(found)}
    lines = ["const made = {};"]
    for module in found:
        imports = ", ".join(f"made.{names[path]}" for path in module.imports)
        lines.append(f"made.{names[module.path]} = ({module.function()})({imports});")
    lines.append(f"const f = made.{names[found[-1].path]}.default;\n{SHOW}")
    assert json.loads(run(tmp_path, "\n".join(lines))) == SHOWN
    assert run(tmp_path, "\n".join([*lines[:-1], f"console.log(made.{names[found[-1].path]}.help())"])) == "41"


def test_each_module_stands_once_and_after_what_it_imports(front):
    found = load(front)
    assert [module.name for module in found] == ["base", "middle", "kit", "main"]
    for number, module in enumerate(found):
        assert set(module.imports) <= {earlier.path for earlier in found[:number]}


@pytest.mark.parametrize(
    "line",
    [
        'import x from "./other.js";',
        'import * as x from "./other.js";',
        'import "./other.js";',
        'export * from "./other.js";',
        'export { a } from "./other.js";',
        "export let x = 1;",
        "export const { a, b } = {};",
        "export default function named() {}",
        'const x = await import("./other.js");',
        "const here = import.meta.url;",
    ],
)
def test_what_cannot_be_delivered_is_refused_with_its_place(tmp_path, line):
    (tmp_path / "other.js").write_text("export const a = 1;\n")
    (tmp_path / "main.js").write_text(f"// first line\n{line}\n")
    with pytest.raises(FrontEndError, match=r"main\.js:2: "):
        load(tmp_path / "main.js")


@pytest.mark.parametrize(
    ("specifier", "said"),
    [("./gone.js", "no file ./gone.js"), ("d3", '"d3"'), ("https://example.org/x.js", "cannot import from")],
)
def test_imports_from_elsewhere_are_refused(tmp_path, specifier, said):
    (tmp_path / "main.js").write_text(f'import {{ a }} from "{specifier}";\n')
    with pytest.raises(FrontEndError, match=said):
        load(tmp_path / "main.js")


def test_a_circle_is_refused(tmp_path):
    (tmp_path / "a.js").write_text('import { b } from "./b.js";\nexport const a = 1;\n')
    (tmp_path / "b.js").write_text('import { a } from "./a.js";\nexport const b = 1;\n')
    with pytest.raises(FrontEndError, match=r"a\.js -> b\.js -> a\.js"):
        load(tmp_path / "a.js")


def test_words_of_the_language_in_comments_and_texts_stay(tmp_path):
    source = "/*\n * import(x) here\n */\n// import.meta there\nconst s = 'import it';\nexport default s;\n"
    (tmp_path / "main.js").write_text(source)
    assert "import it" in load(tmp_path / "main.js")[-1].body


def test_kernelfrees_own_front_ends_can_be_delivered():
    for path in sorted(modules.STATIC.glob("*.js")):
        if path.name != "loader.js":
            assert load(path)[-1].path == path
