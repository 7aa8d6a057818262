"""Each chapter as an executed notebook, for Colab and for download: stills in place of figures that nothing would run.

The notebook holds plain Markdown, the cells, and what they gave when the book was built. Its first cell installs what
the others import, from the repository that the book was built from, where that is not there already. Settings:

- ``leanpage_install``: module -> requirement, say ``{"mybook": "mybook[all]"}``: what notebooks elsewhere install, in
  this order; ``"mybook#subdirectory=code/mybook"`` for a package in a folder of the repository;
- ``leanpage_notebook_branch``: the branch of the repository that keeps the notebooks for Colab (default none).
  Where there is none, a page whose source is a notebook keeps the buttons that the theme gives it.
"""

from __future__ import annotations

import ast
import base64
import hashlib
import json
import os
import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard
from urllib.parse import quote, urljoin, urlsplit

import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging
from sphinx.util.images import guess_mimetype

from .. import adapters, repository
from .. import made as records
from .markdown import Markdown, is_title, quoted

logger = logging.getLogger(__name__)

#: Where the notebooks stand, below the site's root.
FOLDER = "notebooks"
COLAB = "https://colab.research.google.com"


def configure(app: Sphinx, config: Config) -> None:
    # The theme knows Colab for one host alone, and warns of any other.
    address = config.html_theme_options.get("repository_url") or ""
    if not address.startswith("https://github.com/"):
        (config.html_theme_options.get("launch_buttons") or {}).pop("colab_url", None)


def export(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Write the notebook of a page that has code cells."""
    source = executed(app, docname)
    if source is None:
        return
    notebook = nbformat.v4.new_notebook(
        cells=Chapter(app, docname, source.cells, doctree).notebook_cells(),
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
    )
    for number, cell in enumerate(notebook.cells):
        cell["id"] = cell_id(docname, number)
    folded = [cell for cell in notebook.cells if cell.metadata.get(FOLDED_SECTION)]
    for cell in folded:
        cell.metadata["id"] = cell["id"]
    if folded:  # for Colab, which keeps this in a place of its own
        notebook.metadata["colab"] = {"collapsed_sections": [cell["id"] for cell in folded]}
    nbformat.validate(notebook)
    text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    records.made(app).write(f"{FOLDER}/{docname}.ipynb", text.encode())


def cell_id(docname: str, number: int) -> str:
    """A cell's name, the same in every build, of the letters that the notebook format allows."""
    return re.sub(r"[^a-zA-Z0-9_-]", "-", f"{docname.rpartition('/')[2]}-{number}")[-64:]


def executed(app: Sphinx, docname: str) -> Any | None:
    """The notebook that the page was made from, with its outputs; None for a page that was made from none."""
    folders = adapters.executed_notebooks(app)
    if app.builder.name != "html" or folders is None or "kernelspec" not in app.env.metadata[docname]:
        return None
    return adapters.notebook(folders, docname)


def path(app: Sphinx, docname: str) -> Path:
    return Path(app.outdir, FOLDER, *f"{docname}.ipynb".split("/"))


# --- cells -----------------------------------------------------------------------------------------------------------


#: Tags by which a page leaves out or folds a cell's source or its outputs; notebooks fold them.
FOLDED_SOURCE = {"hide-input", "hide-cell", "remove-input", "remove-cell"}
FOLDED_OUTPUTS = {"hide-output", "hide-cell"}
#: By this a heading's cell tells JupyterLab to fold what stands below it.
FOLDED_SECTION = "jp-MarkdownHeadingCollapsed"


class Chapter:
    """One page on its way to a notebook: its text and visible cells in order, each hidden cell before the next one."""

    def __init__(self, app: Sphinx, docname: str, executed: list[Any], doctree: nodes.document):
        self.app, self.docname, self.executed, self.doctree = app, docname, executed, doctree
        base = app.config.html_baseurl
        self.page = urljoin(base, f"{docname}.html") if base else None
        self.writer = Markdown(
            lambda reference: full_address(reference, self.page),
            lambda node: number_of(app, docname, node),
            self.picture,
            unsaid,
        )
        sources = [cell.source if cell.cell_type == "code" else "" for cell in executed]
        bare = without_glue(sources)
        if bare is None:
            logger.warning(
                "glue stands among other statements: this chapter's notebook keeps it, and needs myst-nb where it runs",
                location=docname,
                type="leanpage",
                subtype="notebooks",
            )
        self.sources = sources if bare is None else bare
        #: The pictures of the text: a name for each, and its bytes by their kind.
        self.pictures: dict[str, dict[str, str]] = {}
        self.placed = {node["cell_index"] for node in doctree.findall(is_cell)}
        self.made: list[Any] = []
        self.text: list[str] = []
        #: The names that only solutions give.
        self.solved: set[str] = set()

    def notebook_cells(self) -> list[Any]:
        """The notebook's cells, the one that installs first."""
        done = -1
        solution = False  # whether we are in one
        for part in parts(self.doctree.children, self.writer):
            if isinstance(part, Solution):
                self.add_text()
                solution = bool(part.heading)
                if solution:
                    heading = nbformat.v4.new_markdown_cell(part.heading, metadata={FOLDED_SECTION: True})
                    self.made.append(heading)
                else:
                    done = self.add_told(done)
            elif isinstance(part, str):
                self.text.append(part)
            else:
                self.add_hidden(done + 1, part["cell_index"])
                done = part["cell_index"]
                self.add_code(done, shown=True)
                self.text += captions(part, self.writer)
                if solution:
                    self.solved |= names(self.executed[done].source)[1]
        self.add_text()
        self.add_hidden(done + 1, len(self.executed))
        self.say_where_it_is_from()
        setup = install_cell(self.app)
        return [setup, *self.made] if setup and len(self.made) > 1 else self.made

    def add_text(self) -> None:
        if self.text:
            cell = nbformat.v4.new_markdown_cell("\n\n".join(self.text))
            shown = [name for name in self.pictures if f"(attachment:{name})" in cell.source]
            if shown:
                cell.attachments = {name: self.pictures[name] for name in shown}
            self.made.append(cell)
            self.text.clear()

    def picture(self, image: nodes.image) -> str | None:
        """The address of a picture: its own on another host, else that of an attachment to the cell that shows it."""
        kinds = image.get("candidates") or {}
        uri = next((kinds[kind] for kind in self.app.builder.supported_image_types if kind in kinds), image["uri"])
        file = Path(self.app.srcdir, uri)
        if re.match(r"[\w+.-]+:", uri):
            return str(uri)
        if not file.is_file():
            return None  # Sphinx has said so
        content = file.read_bytes()
        name = f"{hashlib.sha256(content).hexdigest()[:10]}{file.suffix}"
        kind = guess_mimetype(file, default="application/octet-stream")
        self.pictures[name] = {kind: base64.b64encode(content).decode()}
        return f"attachment:{name}"

    def add_hidden(self, first: int, end: int) -> None:
        """The cells that the page leaves out."""
        for number in range(first, end):
            if number not in self.placed:
                self.add_code(number, shown=False)

    def add_told(self, done: int) -> int:
        """The cells behind a solution that the page leaves out and that would give it away; return the last one added.

        Those are the ones that read what only the solution gives, and those that give nothing: they say that it holds.
        """
        while (number := done + 1) < len(self.executed) and number not in self.placed:
            cell = self.executed[number]
            if cell.cell_type == "code":
                read, given = names(cell.source)
                if given and not read & self.solved:
                    break
                self.add_code(number, shown=False)
                self.solved |= given
            done = number
        return done

    def add_code(self, number: int, shown: bool) -> None:
        cell = self.executed[number]
        if cell.cell_type != "code":
            return
        source = self.sources[number]
        if not source.strip():
            return
        self.add_text()
        outputs = list(map(still, with_lines_together(cell.outputs))) if shown else []
        outputs = [output for output in outputs if output.get("data", True)]  # not what glue hands over
        count = 1 + sum(one.cell_type == "code" for one in self.made)
        for output in outputs:
            if "execution_count" in output:
                output["execution_count"] = count
        new = nbformat.v4.new_code_cell(source, outputs=outputs, execution_count=count)
        tags = set(cell.metadata.get("tags", []))
        folded = {"source_hidden": bool(tags & FOLDED_SOURCE), "outputs_hidden": bool(tags & FOLDED_OUTPUTS)}
        if any(folded.values()):
            new.metadata["jupyter"] = {name: True for name, yes in folded.items() if yes}
        self.made.append(new)

    def say_where_it_is_from(self) -> None:
        title = self.app.config.html_title or self.app.config.project
        origin = f"*From [{title}]({self.page}).*" if self.page else f"From *{title}*."
        live = "*Live here, and not on the page: every cell is yours to change. Run one with Shift and Enter.*"
        if not any(cell.cell_type == "markdown" for cell in self.made):
            self.made.insert(0, nbformat.v4.new_markdown_cell(""))
        first = next(cell for cell in self.made if cell.cell_type == "markdown")
        heading, _, rest = first.source.partition("\n\n")
        first.source = "\n\n".join(filter(None, [heading, f"{origin} {live}", rest]))


def names(source: str) -> tuple[set[str], set[str]]:
    """The names that a cell reads, and those that it gives: by assignment, import or definition at any depth."""
    read: set[str] = set()
    given: set[str] = set()
    try:
        tree = ast.parse(source)
    except SyntaxError:  # IPython's own syntax
        return read, given
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else given).add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            given.add(node.name)
        elif isinstance(node, ast.alias):
            given.add((node.asname or node.name).partition(".")[0])
    return read, given


@dataclass(frozen=True)
class Solution:
    """The start of a solution, which its heading folds, or the end of one, where no heading is given."""

    heading: str = ""


def parts(
    children: Iterable[nodes.Node], writer: Markdown, title: str = ""
) -> Iterator[str | Solution | nodes.container]:
    """Walk a page in order; yield its text as blocks of Markdown, its code cells as nodes, and where solutions are.

    Exercises and solutions get headings, since notebooks fold by those. So does what comes after them in a section
    called ``title``: it is not theirs.
    """
    behind = False
    for child in children:
        if kind := exercise_kind(child):
            words = Markdown(lambda reference: None, writer.number).box_title(child)  # no links in a heading
            heading = f"{'#' * (writer.level + (kind == 'solution'))} {words}"
            yield Solution(heading) if kind == "solution" else heading
            yield from parts([part for part in child.children if not is_title(part)], writer.below())
            if kind == "solution":
                yield Solution()
            behind = True
        elif isinstance(child, nodes.section) and writer.title(child):
            yield writer.heading(child)
            yield from parts(child.children, writer.below(), writer.title(child))
            behind = False
        elif isinstance(child, nodes.section):  # sphinx-exercise keeps what it holds in one
            yield from parts(child.children, writer, title)
        else:
            blocks = [child] if is_cell(child) else writer.block(child)
            if behind and blocks:
                blocks = [*led(blocks[0], writer.level, title), *blocks[1:]]
                behind = False
            yield from blocks


def exercise_kind(node: nodes.Node) -> str:
    """ "exercise" or "solution" for the nodes of sphinx-exercise that hold one, else nothing."""
    kind = next((kind for kind in ("exercise", "solution") if type(node).__name__.startswith(kind)), "")
    return kind if not is_title(node) and not isinstance(node, nodes.Inline) else ""


def led(block: Any, level: int, title: str) -> list[Any]:
    """What follows an exercise, with a heading of its own: the words in bold that it starts with, or the section's."""
    found = re.match(r"\*\*([^*]+)\*\* *(?=\S)", block) if isinstance(block, str) else None
    if found:
        return [f"{'#' * level} {found[1]}", block[found.end() :]]
    return [f"{'#' * level} {title}, continued" if title else f"{'#' * level} And on", block]


def is_cell(node: nodes.Node) -> TypeGuard[nodes.container]:
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def captions(cell: nodes.container, writer: Markdown) -> list[str]:
    found = []
    for figure in cell.findall(nodes.figure):
        for caption in figure.findall(nodes.caption):
            number = writer.number(figure)
            found.append((f"**{number}** " if number else "") + writer.line(caption))
    return [quoted(found)] if found else []


def number_of(app: Sphinx, docname: str, node: nodes.Element) -> str | None:
    """What the page calls a numbered thing, "Fig. 3" or "Exercise 2"; None for what has no number."""
    for kind, numbers in app.env.toc_fignumbers.get(docname, {}).items():
        for name in node["ids"]:
            if name in numbers and kind == "displaymath":
                return ".".join(map(str, numbers[name]))
            if name in numbers:
                form = app.config.numfig_format.get(kind) or f"{kind.capitalize()} %s"
                return form % ".".join(map(str, numbers[name]))
    return None


def unsaid(node: nodes.Node, what: str) -> None:
    logger.warning(
        "%s: this cannot be said in the Markdown of a notebook",
        what,
        location=node,
        type="leanpage",
        subtype="notebooks",
    )


def full_address(reference: nodes.reference, page: str | None) -> str | None:
    """The address that a link of the page means wherever it is read, or None where only the site could tell."""
    address = reference.get("refuri") or ("#" + reference["refid"] if reference.get("refid") else None)
    if not address:
        return None
    if "://" in address:
        return str(address)
    return urljoin(page, address) if page else None


def with_lines_together(outputs: list[Any]) -> list[Any]:
    """The outputs with what a cell printed in one piece: a kernel sends it in one or in several, as it happens."""
    joined: list[Any] = []
    for output in outputs:
        last = joined[-1] if joined else None
        if last and output.output_type == last.output_type == "stream" and output.name == last.name:
            joined[-1] = nbformat.from_dict({**last, "text": last.text + output.text})
        else:
            joined.append(output)
    return joined


def still(output: Any) -> Any:
    """An output as any viewer shows it: pictures as PNG, nothing that waits for a page or a kernel of its own."""
    output = nbformat.from_dict(output)
    if "data" in output:
        kept = {kind: content for kind, content in output.data.items() if not kind.startswith("application/")}
        if "image/png" in kept:
            kept.pop("text/html", None)
            kept.pop("image/svg+xml", None)
        output.data = kept
        output.metadata = {}
    return output


def without_glue(sources: list[str]) -> list[str] | None:
    """A chapter's cells less the statements that hand values to its text: the notebook's text has those already.

    None where one such stands among other statements: it stays, and needs what another cell imports.
    """
    found = [lines_of_glue(source) for source in sources]
    return (
        None
        if None in found
        else [
            "\n".join(line for n, line in enumerate(source.split("\n")) if n not in (dropped or ())).strip("\n")
            for source, dropped in zip(sources, found, strict=True)
        ]
    )


def lines_of_glue(source: str) -> set[int] | None:
    """The lines of a cell that do nothing but hand values to the text; None where others do so, too."""
    if "glue" not in source and "myst_nb" not in source:
        return set()
    try:
        tree = ast.parse(re.sub(r"^( *)[%!].*", r"\1pass", source, flags=re.MULTILINE))
    except SyntaxError:  # more of IPython's own syntax
        return None
    lines: dict[bool, set[int]] = {True: set(), False: set()}
    for statement in tree.body:
        glue = is_glue(statement)
        if not glue and any(map(speaks_of_glue, ast.walk(statement))):
            return None
        lines[glue].update(range(statement.lineno - 1, statement.end_lineno or statement.lineno))
    return None if lines[True] & lines[False] else lines[True]


def is_glue(statement: ast.stmt) -> bool:
    match statement:
        case ast.Import(names=modules):
            return all(map(speaks_of_glue, modules))
        case ast.ImportFrom(module="myst_nb", names=modules):
            return all(module.asname is None for module in modules)
        case ast.Expr(value=ast.Call(func=ast.Name(id="glue") | ast.Attribute(attr="glue"))):
            return True
        case ast.For(body=body, orelse=rest) | ast.If(body=body, orelse=rest):
            return all(map(is_glue, [*body, *rest]))
        case ast.With(body=body):
            return all(map(is_glue, body))
    return False


def speaks_of_glue(node: ast.AST) -> bool:
    match node:
        case (
            ast.Name(id="glue")
            | ast.Attribute(attr="glue")
            | ast.alias(name="myst_nb")
            | ast.ImportFrom(module="myst_nb")
        ):
            return True
    return False


# --- elsewhere -------------------------------------------------------------------------------------------------------


def git(folder: Path, *command: str) -> str | None:
    """What git answers in ``folder``, or None where it does not."""
    try:
        done = subprocess.run(["git", "-C", str(folder), *command], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def commit(folder: Path) -> str | None:
    return git(folder, "rev-parse", "HEAD")


def install_cell(app: Sphinx) -> Any | None:
    """The cell that makes the rest run elsewhere, or None if the book needs nothing of its own."""
    if not app.config.leanpage_install:
        return None
    address = app.config.html_theme_options.get("repository_url")
    here = commit(Path(app.confdir)) if address else None
    lines = ["import importlib.util", ""]
    for module, requirement in app.config.leanpage_install.items():
        folder = requirement.partition("#subdirectory=")[2] or "."
        lines.append(f"if importlib.util.find_spec({module!r}) is None:")
        if address:
            at = f"@{here}" if here else ""
            name, mark, fragment = requirement.partition("#")
            lines.append(f'    %pip install --quiet "{name} @ git+{address}{at}{mark}{fragment}"')
        else:
            lines += [
                "    raise ModuleNotFoundError(",
                f'        "{module} is not installed, and this book knows no public repository to take it from: "',
                f"""        "run `pip install {folder}` in the book's folder, then this cell again.\"""",
                "    )",
            ]
    folded = {"tags": ["setup"], "jupyter": {"source_hidden": True}}
    return nbformat.v4.new_code_cell("\n".join(lines), metadata=folded)


def branch_is_kept(app: Sphinx) -> bool:
    """Whether the repository has, or is about to have, the branch that keeps the notebooks.

    The service that builds the book for publishing keeps it in the same run. On a machine of one's own git may know it.
    A fork whose workflow has not run yet has none, and a link to it would lead nowhere.
    """
    branch = app.config.leanpage_notebook_branch
    if not branch or not app.config.html_theme_options.get("repository_url"):
        return False
    if os.environ.get("GITHUB_REPOSITORY") or os.environ.get("CI_PROJECT_URL"):
        return True
    return git(Path(app.confdir), "rev-parse", "--verify", f"refs/remotes/origin/{branch}") is not None


def binder_address(binder: str, repository: str, ref: str, branch: str, pagename: str) -> str:
    """Where Binder starts with the environment of ``ref`` and the notebook of a page out of ``branch``.

    nbgitpuller fetches the notebooks, and merges what has changed in them since with what the reader changed. Source of
    the form: nbgitpuller's documentation, "Using nbgitpuller with Binder".
    """
    folder = "notebooks"
    pull = f"repo={quote(repository, safe='')}&branch={quote(branch, safe='')}&targetpath={folder}"
    open_ = f"urlpath={quote(f'lab/tree/{folder}/{pagename}.ipynb', safe='')}"
    inner = f"git-pull?{pull}&{open_}"
    where = urlsplit(repository)
    provider = {"github.com": "gh", "gitlab.com": "gl"}[where.netloc]
    path = where.path.strip("/")
    name = path if provider == "gh" else quote(path, safe="")
    return f"{binder}/v2/{provider}/{name}/{ref}?urlpath={quote(inner, safe='')}"


def offer(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Put the notebook among the page's downloads, and let Binder and Colab open it from the branch that keeps them.

    Without that branch Binder opens the page's source, as the theme has it, and says so; Colab cannot, and is left out.
    A page whose source is a notebook already has it among its downloads, and both can open it.
    """
    groups = {button.get("label"): button for button in context.get("header_buttons", [])}
    exported = doctree is not None and path(app, pagename).exists()
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
    kept = exported and branch_is_kept(app)
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


def clear(app: Sphinx, exception: Exception | None) -> None:
    """Take away what the theme copies beside the sources: notebooks with outputs that only the page understands."""
    folders = adapters.executed_notebooks(app)
    if exception is not None or app.builder.name != "html" or folders is None:
        return
    for docname in sorted(app.env.found_docs):
        records.made(app).keep(f"{FOLDER}/{docname}.ipynb")
        copy = Path(app.outdir, "_sources", f"{docname}.ipynb")
        original = folders.notebooks / f"{docname}.ipynb"
        if copy.is_file() and original.is_file() and copy.read_bytes() == original.read_bytes():
            copy.unlink()


def setup(app: Sphinx) -> dict[str, bool]:
    app.setup_extension(repository.__name__)
    app.setup_extension(records.__name__)
    app.add_config_value("leanpage_install", {}, "env", types=[dict])
    app.add_config_value("leanpage_notebook_branch", "", "html", types=[str])
    app.connect("config-inited", configure, priority=150)
    app.connect("doctree-resolved", export, priority=900)
    app.connect("html-page-context", offer, priority=900)
    app.connect("build-finished", clear, priority=850)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
