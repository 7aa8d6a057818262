"""Find the book's repository and its published address, so that a fork's buttons lead to the fork.

Settings of the author win. Otherwise the continuous integration service tells, then git's remote `origin`; if nobody
knows, the buttons and addresses that need a repository are left out.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sphinx.config import Config

from .. import upstream
from ..build import Build

#: Jupyter Book's own repository, which it sets when the author names none.
PLACEHOLDER = "https://github.com/executablebooks/jupyter-book"
BUTTONS = ["repository", "issues", "edit_page"]
#: The hosts for which sphinx-book-theme can build addresses.
HOSTS = re.compile("github|gitlab|bitbucket")


@dataclass(frozen=True)
class Repository:
    """A public repository: its web address, the branch that readers edit and run, and the book's folder in it."""

    url: str
    branch: str = "main"
    folder: str = ""

    @property
    def pages(self) -> str | None:
        """Return the address at which the host publishes the repository's pages, or None if that is unknown."""
        host, _, path = self.url.removeprefix("https://").partition("/")
        owner, _, name = path.partition("/")
        service = {"github.com": "github.io", "gitlab.com": "gitlab.io"}.get(host)
        if not service:
            return None
        domain = f"{owner}.{service}".lower()
        return f"https://{domain}/" if name.lower() == domain else f"https://{domain}/{name}/"


def web_address(remote: str) -> str | None:
    """Return the web address of a git remote (https, ssh or git@host:path), or None for a folder or an unknown form."""
    form = re.fullmatch(
        r"(?:(?:https?|ssh|git)://(?:[^@/]*@)?|[\w.-]+@)([\w-]+(?:\.[\w-]+)+)(?::\d+)?[:/](.+?)/*", remote
    )
    return f"https://{form[1]}/{form[2].removesuffix('.git')}" if form else None


def find(folder: Path, environment: Mapping[str, str] = os.environ) -> Repository | None:
    """Return the repository that `folder` is a checkout of, or None if neither the environment nor git knows."""
    inside = (git(folder, "rev-parse", "--show-prefix") or "").rstrip("/")
    if environment.get("GITHUB_REPOSITORY"):
        server = environment.get("GITHUB_SERVER_URL", "https://github.com")
        # The ref of a pull request disappears when it is merged; its base branch stays.
        branch = environment.get("GITHUB_BASE_REF") or environment.get("GITHUB_REF_NAME") or "main"
        return Repository(f"{server}/{environment['GITHUB_REPOSITORY']}", branch, inside)
    if environment.get("CI_PROJECT_URL"):
        return Repository(environment["CI_PROJECT_URL"], environment.get("CI_DEFAULT_BRANCH") or "main", inside)
    url = web_address(git(folder, "remote", "get-url", "origin") or "")
    if url is None:
        return None
    default = git(folder, "symbolic-ref", "--short", "refs/remotes/origin/HEAD")
    return Repository(url, default.removeprefix("origin/") if default else "main", inside)


def git(folder: Path, *command: str) -> str | None:
    """Run a git command in `folder`; return its output, or None if it fails."""
    try:
        done = subprocess.run(["git", "-C", str(folder), *command], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def published_address(folder: Path, config: Config, found: Repository | None) -> str:
    """Return the address at which the site is published, or "" if nothing says where."""
    if os.environ.get("READTHEDOCS_CANONICAL_URL"):
        return os.environ["READTHEDOCS_CANONICAL_URL"]
    # GitHub Pages and GitLab Pages publish below the domain that a file of this name holds.
    places = [folder, *(folder / extra for extra in config.html_extra_path)]
    for file in (place if place.name == "CNAME" else place / "CNAME" for place in places):
        if file.is_file() and (domain := file.read_text("utf-8").strip()):
            return f"https://{domain}/"
    return os.environ.get("CI_PAGES_URL") or (found and found.pages) or ""


def set_address(build: Build, config: Config) -> None:
    """Set ``html_baseurl`` unless the author did."""
    named = named_by_author(config)
    found = Repository(named) if named else find(Path(build.app.confdir))
    if not config.html_baseurl:
        config.html_baseurl = published_address(Path(build.app.confdir), config, found)
    if config.html_baseurl:
        config.html_baseurl = config.html_baseurl.rstrip("/") + "/"


def set_buttons(build: Build) -> None:
    """Fill the theme's options for repository buttons, or turn the buttons off where no repository is known."""
    options = build.config.html_theme_options
    known = upstream.theme_options(build.app)
    if named_by_author(build.config) or "repository_url" not in known:
        return  # other themes take their addresses in other ways, or have no such buttons
    found = find(Path(build.app.confdir))
    ours: dict[str, Any]
    if found and HOSTS.search(found.url.split("/")[2]):
        ours = {"repository_url": found.url, "repository_branch": found.branch, "path_to_docs": found.folder}
        ours |= {f"use_{button}_button": True for button in build.config.leanpage_buttons}
    else:
        ours = {"repository_url": "", "launch_buttons": {}}
        ours |= {f"use_{button}_button": False for button in BUTTONS}
    options.update({name: value for name, value in ours.items() if name in known})


def named_by_author(config: Config) -> str:
    url = config.html_theme_options.get("repository_url") or ""
    return "" if url == PLACEHOLDER else url.rstrip("/").removesuffix(".git")
