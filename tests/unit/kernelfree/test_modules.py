"""Front ends' imports, rewritten for notebooks and for pages; Node shows that they still mean the same."""

from __future__ import annotations

import json
import shutil
import subprocess
from urllib.parse import quote

import pytest

from kernelfree.deliver.html import remove_css_comments
from kernelfree.deliver.modules import bundle, load_modules
from kernelfree.deliver.rewrite import STATIC, FrontEndError, remove_comments


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
    (tmp_path / "one.mjs").write_text(bundle(front))
    assert json.loads(run(tmp_path, f'import f from "./one.mjs";\n{SHOW}')) == SHOWN


def test_classic_scripts_mean_it_too(front, tmp_path):
    found = load_modules(front)
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
    found = load_modules(front)
    assert [module.name for module in found] == ["base", "middle", "kit", "main"]
    for number, module in enumerate(found):
        assert set(module.imports) <= {earlier.path for earlier in found[:number]}


@pytest.mark.parametrize(
    "line",
    [
        'import x from "./other.js";',
        'import { b } from "./other.js";',
        'import { a } from "./other.js" with { type: "json" };',
        'export * from "./other.js";',
        'export { b } from "./other.js";',
        "export let x = 1;",
        "export var x = 1;",
        'const x = () => import("./other.js");',
        "const here = import.meta.url;",
        "const x = await Promise.resolve(1);",
        "for await (const x of []) {}",
        "if (true) { await 0; }",
        "const = 1;",
    ],
)
def test_what_cannot_be_delivered_is_refused_with_its_place(tmp_path, line):
    (tmp_path / "other.js").write_text("export const a = 1;\n")
    (tmp_path / "main.js").write_text(f"// first line\n{line}\n")
    with pytest.raises(FrontEndError, match=r"main\.js:2: "):
        load_modules(tmp_path / "main.js")


#: What other.js beside each of them holds.
OTHER = """export const a = 1, b = 2;
export default { c: 3 };
export { a as "a-b" };
"""
#: Modules that a browser takes; Node, which takes them as they are, says what they export.
TAKEN = {
    "two constants at once": "export const a = 1, b = a + 1;",
    "a comment in an import list": 'import { a, // one, b\n b /* } */ } from "./other.js";\nexport const c = a + b;',
    "export in a block comment": "/*\nexport const gone = 1;\n*/\nexport const a = 1;",
    "export in a template": "export const a = `\nexport const gone = 1;\nimport { b } from './no.js';\n`;",
    "an indented export": "  export const a = 1;\n\texport function f() { return 2; }\n  export const b = f();",
    "a name that is a text": 'const x = 5;\nexport { x as "a-b" };',
    "an import by a text": 'import { "a-b" as x } from "./other.js";\nexport { x };',
    "patterns": "export const { a, b: [c, ...d], e = 4 } = { a: 1, b: [2, 3] };",
    "a default that has a name": "export default function named() { return 1; }\nexport const n = named();",
    "a default class that has a name": "export default class Named {}\nexport const n = new Named().constructor.name;",
    "a default without a semicolon": "export default [1, 2].map((x) => x + 1)\n;[3].forEach(() => {});",
    "a default import": 'import other, { a } from "./other.js";\nexport default other.c + a;',
    "default by its name": 'import { default as other } from "./other.js";\nexport { other as default };',
    "all as one": 'import * as other from "./other.js";\nexport const keys = Object.keys(other).sort();',
    "an import for its effect": 'import "./other.js";\nexport const a = 1;',
    "handed on": 'export { a, b as default, "a-b" as c } from "./other.js";',
    "an import below its use": 'export const c = a;\nimport { a } from "./other.js";',
    "two on one line": 'import { a } from "./other.js"; import { b } from "./other.js"; export const c = [a, b];',
    "exported before it is declared": "export { f, X };\nfunction f() {}\nclass X {}",
    "regular expressions": "export const a = /export const b/.test('x') || `${/import (.*)/.source}`;",
    "await inside functions": "export const f = async () => { await 0; };\nexport class A { async m() { await 1; } }",
    "names like ours": "const _exports = 1, _0 = 2, __exports = 3;\nexport const a = _exports + _0 + __exports;",
    "other alphabets": "export const größe = 'ж🎉';\nexport const π = größe + größe;",
    "nothing at all": "",
}


def test_what_a_browser_takes_means_the_same(tmp_path):
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "other.js").write_text(OTHER)
    script = [
        "const plain = (x) => (typeof x === 'function' ? `function ${x.name}` : x);",
        "const shown = (o) => Object.keys(o).sort().map((k) => [k, plain(o[k])]);",
        "const all = [];",
    ]
    for number, text in enumerate(TAKEN.values()):
        path = tmp_path / f"m{number}.js"
        path.write_text(text, encoding="utf-8")
        found = load_modules(path)
        names = {module.path: f"m{number}_{place}" for place, module in enumerate(found)}
        for module in found:
            given = ", ".join(names[imported] for imported in module.imports)
            script.append(f"const {names[module.path]} = ({module.function()})({given});")
        script.append(f"all.push([shown(await import('./m{number}.js')), shown({names[path]})]);")
    answers = json.loads(run(tmp_path, "\n".join([*script, "console.log(JSON.stringify(all));"])))
    for name, (as_it_is, rewritten) in zip(TAKEN, answers, strict=True):
        assert rewritten == as_it_is, name


def test_lines_stay_where_they_are(tmp_path):
    (tmp_path / "other.js").write_text(OTHER)
    text = 'import {\n  a,\n  b,\n} from "./other.js";\nexport const c = a;\nexport {\n  b,\n};\nconst here = 1;\n'
    (tmp_path / "main.js").write_text(text)
    assert load_modules(tmp_path / "main.js")[-1].body.splitlines()[8] == "const here = 1;"


def test_an_import_of_what_is_not_there_names_what_is(tmp_path):
    (tmp_path / "main.js").write_text('import { sliders } from "kernelfree";\n')
    with pytest.raises(FrontEndError, match=r"main\.js:1: kit\.js has no export 'sliders'; it has .*slider"):
        load_modules(tmp_path / "main.js")


@pytest.mark.parametrize(
    ("specifier", "said"),
    [("./gone.js", "no file ./gone.js"), ("d3", '"d3"'), ("https://example.org/x.js", "cannot import from")],
)
def test_imports_from_elsewhere_are_refused(tmp_path, specifier, said):
    (tmp_path / "main.js").write_text(f'import {{ a }} from "{specifier}";\n')
    with pytest.raises(FrontEndError, match=said):
        load_modules(tmp_path / "main.js")


def test_a_circle_is_refused(tmp_path):
    (tmp_path / "a.js").write_text('import { b } from "./b.js";\nexport const a = 1;\n')
    (tmp_path / "b.js").write_text('import { a } from "./a.js";\nexport const b = 1;\n')
    with pytest.raises(FrontEndError, match=r"a\.js -> b\.js -> a\.js"):
        load_modules(tmp_path / "a.js")


def test_words_of_the_language_in_comments_and_texts_stay(tmp_path):
    source = "/*\n * import(x) here\n */\n// import.meta there\nconst s = 'import it';\nexport default s;\n"
    (tmp_path / "main.js").write_text(source)
    assert "import it" in load_modules(tmp_path / "main.js")[-1].body


LEAN = """/*! Ada's licence */
// one
export function twice(x) {
  /* two
     lines */ return x /**/+ // three
    x;
}
export const text = `
  // stays
    ${twice(
      1, // goes
    )} /* stays */`, web = "https://example.org/*x*/", pattern = /[/*] \\/\\//.source;
"""


def test_comments_stay_behind_and_nothing_else_does(tmp_path):
    (tmp_path / "main.js").write_text(f"{LEAN}export default [twice(2), text, web, pattern];\n")
    body = load_modules(tmp_path / "main.js")[-1].body
    for gone in ("// one", "two", "// three", "// goes"):
        assert gone not in body
    assert "/*! Ada's licence */" in body
    assert [line for line, text in enumerate(body.split("\n")) if "// stays" in text] == [8]  # an error names its line
    script = f'import all from "data:text/javascript,{quote(bundle(tmp_path / "main.js"))}"; '
    plain = f'import own from "{(tmp_path / "main.js").as_uri()}"; '
    (tmp_path / "package.json").write_text('{"type": "module"}')
    said = run(tmp_path, script + plain + "console.log(JSON.stringify([all, own]))")
    ours, theirs = json.loads(said)
    assert ours == theirs and ours[0] == 4


def test_kernelfrees_own_front_ends_can_be_delivered():
    for path in sorted(STATIC.glob("*.js")):
        if path.name != "loader.js":
            assert load_modules(path)[-1].path == path


def test_pages_load_scripts_without_comments(tmp_path):
    script = r"""// a note
const list = [1, /* two */ 2,   3]

/* over
   lines */ const text = `a  ${ [`  b`, "  // c"].join("") }  /* d */`;
const found = list.filter((x) => / {2}/.test("  ") && x > - -1) // the end
const nothing = (() => { return /* a line
  ends here */ 1 })()
console.log(JSON.stringify([list, text, found, nothing ?? null]))
"""
    without = remove_comments(script)
    assert run(tmp_path, without) == run(tmp_path, script)
    assert "note" not in without and "two" not in without and "ends here" not in without
    assert without.count("\n") == script.count("\n")


def test_pages_load_style_sheets_without_comments():
    sheet = """/* it's a note */
.a  .b { content: "two  spaces /* kept */";  /* gone */ }
  /* of
     its own */
.c/* x */.d, .e/* y */ .f { top: 0 }
"""
    assert remove_css_comments(sheet) == (
        '.a  .b { content: "two  spaces /* kept */";  /**/ }\n.c/**/.d, .e/**/ .f { top: 0 }\n'
    )
