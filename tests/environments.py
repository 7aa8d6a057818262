"""Virtual environments of the slow proofs, kept until what makes them changes, and Jupyter servers for tests."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from project import ROOT

KEPT = ROOT / "_build" / "distribution"


def run(*command, **options) -> subprocess.CompletedProcess:
    """Run a command; fail with what it said if it fails."""
    done = subprocess.run(list(map(str, command)), text=True, capture_output=True, **options)
    if done.returncode:
        pytest.fail(f"{' '.join(map(str, command))}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}", pytrace=False)
    return done


def clean_environment(**more: str) -> dict[str, str]:
    """This process's environment less what would let code of this checkout in by the back door."""
    dropped = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "KERNELFREE_BUILD", "GITHUB_REPOSITORY", "CI_PROJECT_URL")
    return {name: value for name, value in os.environ.items() if name not in dropped} | more


def environment(name: str, made_from: list[Path], make) -> Path:
    """The folder of a virtual environment that `make(python)` fills; kept until what it is made from changes."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in made_from)).hexdigest()[:12]
    folder = KEPT / f"{name}-{digest}"
    if not (folder / "complete").exists():
        run(sys.executable, "-m", "venv", "--clear", folder)
        make(folder / "bin" / "python")
        (folder / "complete").touch()
    return folder


def binder_environment(clone: Path) -> Path:
    """What repo2docker makes of binder/ in a clone of the book: its requirements, the package, then postBuild."""
    packages = [f"code/{name}" for name in ("askback", "kernelfree", "lossbook")]
    pins = [ROOT / "constraints.txt", *(ROOT / folder / "pyproject.toml" for folder in packages)]
    made_from = [*sorted((ROOT / "binder").iterdir()), *pins]

    def make(python: Path) -> None:
        started = time.monotonic()
        env = clean_environment(PIP_RETRIES="1")
        run(python, "-m", "pip", "install", "--quiet", "-r", "binder/requirements.txt", cwd=clone, env=env)
        run("binder/postBuild", cwd=clone, env=env | {"NB_PYTHON_PREFIX": str(python.parent.parent)})
        size = run("du", "-sm", python.parent.parent).stdout.split()[0]
        print(f"\nBinder's environment: {size} MB, {time.monotonic() - started:.0f} s to install")

    folder = environment("binder", made_from, make)
    # The environment may be kept from a clone that is gone: the package comes from this one.
    editable = [part for package in packages for part in ("-e", clone / package)]
    run(folder / "bin/python", "-m", "pip", "install", "--quiet", "--no-deps", *editable, env=clean_environment())
    return folder


@contextmanager
def serving(command: list, log: Path, **options) -> Iterator[str]:
    """Start a Jupyter server and give its address once it says one; what it prints goes to ``log``."""
    with log.open("w") as out:
        process = subprocess.Popen(list(map(str, command)), stdout=out, stderr=subprocess.STDOUT, **options)
    try:
        deadline = time.monotonic() + 120
        while not (found := re.search(r"http://127\.0\.0\.1:\d+/", log.read_text())):
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()[-3000:]
            time.sleep(0.2)
        yield found[0]
    finally:
        process.terminate()
        process.wait(timeout=30)
