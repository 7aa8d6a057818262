"""Offer the exported notebooks on the pages: as a download, on Binder and on Colab."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from docutils import nodes
from sphinx.application import Sphinx

from .. import upstream
from ..steps import repository
from .notebooks import FOLDER

COLAB = "https://colab.research.google.com"


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

    nbgitpuller fetches the notebooks, and merges later changes with the reader's own. The form of the address is from
    nbgitpuller's documentation, "Using nbgitpuller with Binder".
    """
    pull = f"repo={quote(repository, safe='')}&branch={quote(branch, safe='')}&targetpath={FOLDER}"
    open_ = f"urlpath={quote(f'lab/tree/{FOLDER}/{pagename}.ipynb', safe='')}"
    inner = f"git-pull?{pull}&{open_}"
    where = urlsplit(repository)
    provider = {"github.com": "gh", "gitlab.com": "gl"}[where.netloc]
    path = where.path.strip("/")
    name = path if provider == "gh" else quote(path, safe="")
    return f"{binder}/v2/{provider}/{name}/{ref}?urlpath={quote(inner, safe='')}"


def change_buttons(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Add the notebook to the page's downloads, and let Binder and Colab open it from the branch that keeps it.

    Without that branch Binder opens the page's source, as the theme has it, and says so; Colab's button is removed. A
    page whose source is a notebook already has it among its downloads, and both can open it.
    """
    groups = upstream.header_buttons(context)
    exported = doctree is not None and Path(app.outdir, FOLDER, f"{pagename}.ipynb").exists()
    is_notebook = exported and str(app.env.doc2path(pagename)).endswith(".ipynb")
    if downloads := groups.get("download-buttons"):
        others = [button for button in downloads["buttons"] if button.get("label") != "download-notebook-button"]
        if exported and not is_notebook:
            notebook = {
                "type": "link",
                "url": context["pathto"](f"{FOLDER}/{pagename}.ipynb", 1),
                "text": ".ipynb",
                "icon": "fas fa-code",
                "tooltip": "Download this chapter as an executed notebook",
                "label": "download-notebook-button",
            }
            others.insert(0, notebook)
        downloads["buttons"] = others
    launch = groups.get("launch-buttons")
    if not launch:
        return
    options, branch = app.config.html_theme_options, app.config.leanpage_notebook_branch
    address = options["repository_url"]
    kept = exported and has_notebook_branch(app)
    if is_notebook and not kept:
        return
    for button in launch["buttons"]:
        if button["text"] == "Binder" and kept and urlsplit(address).netloc in ("github.com", "gitlab.com"):
            ref = options.get("repository_branch") or "main"
            binder = options["launch_buttons"]["binderhub_url"].rstrip("/")
            button["url"] = binder_address(binder, address, ref, branch, pagename)
        elif button["text"] == "Binder":
            button["tooltip"] = "Open this chapter's source on Binder: its notebook is not published yet"
        elif button["text"] == "Colab":
            owner_and_name = address.split("/", 3)[3]
            button["url"] = f"{COLAB}/github/{owner_and_name}/blob/{branch}/{pagename}.ipynb"
    if not kept:
        launch["buttons"] = [button for button in launch["buttons"] if button["text"] != "Colab"]
    if not launch["buttons"]:
        context["header_buttons"].remove(launch)
