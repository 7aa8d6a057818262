"""Where the book's sources and pages live, taken from the checkout, so that a fork's buttons are its own.

What the configuration names holds. Else the continuous integration service tells, else git's remote `origin`; if nobody
knows, the buttons and addresses that would need it are left out.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

from . import adapters

#: Jupyter Book's own repository, which it takes for yours when you name none.
PLACEHOLDER = "https://github.com/executablebooks/jupyter-book"
BUTTONS = ["repository", "issues", "edit_page"]


@dataclass(frozen=True)
class Repository:
    """A public repository: its web address, the branch that readers edit and run, and the book's folder in it."""

    url: str
    branch: str = "main"
    folder: str = ""

    @property
    def pages(self) -> str | None:
        """The address under which the host publishes the repository's pages, or None if that cannot be told."""
        host, _, path = self.url.removeprefix("https://").partition("/")
        owner, _, name = path.partition("/")
        service = {"github.com": "github.io", "gitlab.com": "gitlab.io"}.get(host)
        if not service:
            return None
        own = f"{owner}.{service}".lower()
        return f"https://{own}/" if name.lower() == own else f"https://{own}/{name}/"


def web_address(remote: str) -> str | None:
    """Return the web address of a git remote (https, ssh or git@host:path), or None for a folder or an unknown form."""
    form = re.fullmatch(
        r"(?:(?:https?|ssh|git)://(?:[^@/]*@)?|[\w.-]+@)([\w-]+(?:\.[\w-]+)+)(?::\d+)?[:/](.+?)/*", remote
    )
    return f"https://{form[1]}/{form[2].removesuffix('.git')}" if form else None


def find(folder: Path, environment: Mapping[str, str] = os.environ) -> Repository | None:
    """Return the repository that `folder` is a checkout of, or None if neither the environment nor git knows."""
    inside = _git(folder, "rev-parse", "--show-prefix") or ""
    inside = inside.rstrip("/")
    if environment.get("GITHUB_REPOSITORY"):
        server = environment.get("GITHUB_SERVER_URL", "https://github.com")
        # A pull request's own ref is gone once it is merged; its base stays.
        branch = environment.get("GITHUB_BASE_REF") or environment.get("GITHUB_REF_NAME") or "main"
        return Repository(f"{server}/{environment['GITHUB_REPOSITORY']}", branch, inside)
    if environment.get("CI_PROJECT_URL"):
        return Repository(environment["CI_PROJECT_URL"], environment.get("CI_DEFAULT_BRANCH") or "main", inside)
    url = web_address(_git(folder, "remote", "get-url", "origin") or "")
    if url is None:
        return None
    default = _git(folder, "symbolic-ref", "--short", "refs/remotes/origin/HEAD")
    return Repository(url, default.removeprefix("origin/") if default else "main", inside)


def _git(folder: Path, *command: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", str(folder), *command], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def configure(app: Sphinx, config: Config) -> None:
    options = config.html_theme_options
    found: Repository | None
    named = options.get("repository_url")
    if named and named != PLACEHOLDER:
        found = Repository(named.rstrip("/").removesuffix(".git"), options.get("repository_branch") or "main")
    else:
        found = find(Path(app.confdir))
        ours: dict[str, Any]
        if found and re.search("github|gitlab|bitbucket", found.url.split("/")[2]):  # the hosts that the theme knows
            ours = {"repository_url": found.url, "repository_branch": found.branch, "path_to_docs": found.folder}
            ours |= {f"use_{button}_button": True for button in config.leanpage_buttons}
        else:
            ours = {"repository_url": "", "launch_buttons": {}}
            ours |= {f"use_{button}_button": False for button in BUTTONS}
        known = adapters.theme_options(app)
        if "repository_url" in known:  # else a theme asks for its addresses in a way of its own, or has no such buttons
            options.update({name: value for name, value in ours.items() if name in known})
    if not config.html_baseurl:
        config.html_baseurl = os.environ.get("CI_PAGES_URL") or (found and found.pages) or ""
    if config.html_baseurl:
        config.html_baseurl = config.html_baseurl.rstrip("/") + "/"


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_config_value("leanpage_buttons", BUTTONS, "html", types=[list])
    app.connect("config-inited", configure, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
