"""Make two builds of the same sources write the same bytes."""

from __future__ import annotations

import os
import sys
from typing import Any

from .. import upstream
from ..build import Build


def count_labels(build: Build) -> None:
    """Number the labels of equations that have none, where MyST-Parser draws them at random."""
    upstream.set_equation_label(lambda env: f"{env.docname}-{env.new_serialno('leanpage-equation')}")


def record_settings_without_folders(build: Build) -> None:
    """Keep ``.buildinfo``, Sphinx's digest of the settings, independent of where book and packages are installed.

    Extensions add the folders of their static files, with their full paths, to the settings.
    """
    folders = (str(build.app.confdir), *sys.path)
    prefixes = sorted({f"{os.path.abspath(folder)}{os.sep}" for folder in folders}, key=len, reverse=True)

    def without_folder(value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return [without_folder(item) for item in value]
        prefix = next((prefix for prefix in prefixes if str(value).startswith(prefix)), "")
        return str(value)[len(prefix) :] if prefix else value

    upstream.record_settings(build.app, without_folder)
