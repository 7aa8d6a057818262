"""Offer the exported notebooks on the pages: as a download, on Binder and on Colab."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from docutils import nodes
from sphinx.application import Sphinx

from .. import upstream
from ..steps import repository
from .notebooks import FOLDER

#: The button for a notebook, as sphinx-book-theme describes buttons.
DOWNLOAD = {"text": ".ipynb", "icon": "fas fa-code", "tooltip": "Download this chapter as an executed notebook",
            "label": "download-notebook-button"}  # fmt: skip


def remove_colab_elsewhere(app: Sphinx) -> None:
    """Turn Colab's button off for a repository that is not on GitHub: the theme knows no other host, and warns."""
    address = app.config.html_theme_options.get("repository_url") or ""
    if not address.startswith("https://github.com/"):
        (app.config.html_theme_options.get("launch_buttons") or {}).pop("colab_url", None)


def has_notebook_branch(app: Sphinx) -> bool:
    """Return whether the repository has, or is about to have, the branch that keeps the notebooks.

    The service that builds and publishes the book fills it in the same run; elsewhere git may know it. A fork whose
    workflow has not run yet has no such branch, and a link to it would be dead.
    """
    branch = app.config.leanpage_notebook_branch
    if not branch or not app.config.html_theme_options.get("repository_url"):
        return False
    if os.environ.get("GITHUB_REPOSITORY") or os.environ.get("CI_PROJECT_URL"):
        return True
    return repository.git(Path(app.confdir), "rev-parse", "--verify", f"refs/remotes/origin/{branch}") is not None


def binder_address(binder: str, repository: str, ref: str, branch: str, pagename: str) -> str:
    """Return Binder's address for the environment of `ref` and a page's notebook from `branch`.

    nbgitpuller, whose documentation has the form of the address, fetches the notebooks and merges later changes.
    """
    opened = f"lab/tree/{FOLDER}/{pagename}.ipynb"
    pull = urlencode({"repo": repository, "branch": branch, "targetpath": FOLDER, "urlpath": opened}, quote_via=quote)
    where = urlsplit(repository)
    path = where.path.strip("/")
    name = f"gh/{path}" if where.netloc == "github.com" else f"gl/{quote(path, safe='')}"
    return f"{binder}/v2/{name}/{ref}?urlpath={quote(f'git-pull?{pull}', safe='')}"


def change_buttons(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Add the notebook to the page's downloads, and let Binder and Colab open it from the branch that keeps it.

    Without that branch Binder opens the page's source, and says so; Colab's button is removed. A page whose source is a
    notebook needs none of this.
    """
    groups = upstream.header_buttons(context)
    exported = doctree is not None and Path(app.outdir, FOLDER, f"{pagename}.ipynb").exists()
    is_notebook = exported and str(app.env.doc2path(pagename)).endswith(".ipynb")
    if downloads := groups.get("download-buttons"):
        ours = {"type": "link", "url": context["pathto"](f"{FOLDER}/{pagename}.ipynb", 1), **DOWNLOAD}
        others = [button for button in downloads["buttons"] if button.get("label") != ours["label"]]
        downloads["buttons"] = [ours, *others] if exported and not is_notebook else others
    launch = groups.get("launch-buttons")
    kept = bool(launch) and exported and has_notebook_branch(app)
    if not launch or is_notebook and not kept:
        return
    options, branch = app.config.html_theme_options, app.config.leanpage_notebook_branch
    address = options["repository_url"]
    for button in launch["buttons"]:
        if button["text"] == "Binder" and kept and urlsplit(address).netloc in ("github.com", "gitlab.com"):
            binder, ref = options["launch_buttons"]["binderhub_url"], options.get("repository_branch") or "main"
            button["url"] = binder_address(binder.rstrip("/"), address, ref, branch, pagename)
        elif button["text"] == "Binder":
            button["tooltip"] = "Open this chapter's source on Binder: its notebook is not published yet"
        elif button["text"] == "Colab":
            path = f"github{urlsplit(address).path.rstrip('/')}/blob/{branch}/{pagename}.ipynb"
            button["url"] = f"https://colab.research.google.com/{path}"
    if not kept:
        launch["buttons"] = [button for button in launch["buttons"] if button["text"] != "Colab"]
    if not launch["buttons"]:
        context["header_buttons"].remove(launch)
