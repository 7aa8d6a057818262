"""Where things stand in the checkout, for tests and benches."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: The packages under code/, each whole in itself.
PACKAGES = ("askback", "kernelfree", "leanpage", "lossbook", "sectionsearch")


def source(package: str, root: Path = ROOT) -> Path:
    """The folder that ``import package`` reads in the checkout ``root``."""
    return root / "code" / package / "src" / package


def python_path(root: Path = ROOT) -> str:
    """A PYTHONPATH by which a subprocess imports the packages of the checkout ``root``, whatever is installed."""
    return os.pathsep.join(str(source(package, root).parent) for package in PACKAGES)
