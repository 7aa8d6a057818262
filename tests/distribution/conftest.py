"""What the slow proofs share: a fresh clone of the repository as it is committed."""

from pathlib import Path

import pytest

from chapters import ROOT
from environments import run


@pytest.fixture(scope="session")
def clone(tmp_path_factory) -> Path:
    """A fresh clone of what is committed."""
    folder = tmp_path_factory.mktemp("clone") / "book"
    run("git", "clone", "--quiet", ROOT, folder)
    return folder
